//! `snout help`: pages on what does not fit into a flag's description.

use std::io::{Result, Write};

use super::args::Topic;

pub(super) fn write(topic: Topic, out: &mut dyn Write) -> Result<()> {
    out.write_all(
        match topic {
            Topic::Formats => FORMATS,
            Topic::ExitCodes => EXIT_CODES,
            Topic::Suppressions => SUPPRESSIONS,
        }
        .as_bytes(),
    )
}

const FORMATS: &str = "\
FORMATS

text    For people: each finding with its place, the redacted lines around it, why it is one, where it came from and
        what to do; then what somebody silenced, for review; then what was and was not read.

json    One object, described by report.schema.json in the source repository:
          findings             one for each rule and secret: rule, code, title, severity, precision, fingerprint, length,
                               checked, documented, reason, remediation, parts, at_head, occurrences
          suppressed           findings that a comment silences, in the same form
          unused_suppressions  what silences nothing: path, line, marker, and meant where it is misspelt
          coverage             what was read, what was skipped and why, and the self-test of the rules
          tool, repositories   what made the report, and of what

jsonl   One object for each occurrence, suppressed ones included:
          rule, code, severity, path, start_line, start_column, end_line, end_column, fingerprint, source, commit, author,
          date, object, at_head, reach, checked, documented, suppressed, suppression, decoded, and secret with --reveal.
        A part of a credential that has a rule of its own, as a client id beside its secret, follows on a line of its own
        with part_of, the fingerprint of its credential.

sarif   SARIF 2.1.0 with everything: one run for the tree and one for history, silenced findings as suppressed results.

sarif-github
        SARIF 2.1.0 for GitHub code scanning, which shows suppressed results as open: silenced findings are left out, and
        each comment that nobody reviewed is a note on its line. Nobody's address is in it.

github  Annotations for GitHub Actions: workflow commands for the ten worst findings.

gitlab  GitLab's secret detection report, gl-secret-detection-report.json, of schema 15.2.1.

junit   JUnit XML: a failed test for each finding of the severity that --fail-on names or higher, a skipped one for each
        that is silenced, an error if the scan is incomplete.

rdjson  Diagnostics for reviewdog.

csv     A table, a line for each occurrence.

html    One page for a browser, without network and scripts from elsewhere.

markdown
        Tables for step summaries and comments. Whatever comes from the repository stands in code spans.

None but text, json and jsonl ever holds a secret. SOURCE_DATE_EPOCH pins the times that gitlab asks for.

A suppression has kind (inSource or external), status (accepted, underReview, or rejected: the finding is open), marker,
text, reason, path and line, author, date, commit, the entry of the ledger, and objections: why it is not accepted.

Lines and columns begin at 1; columns count Unicode code points; the end column is the one after the last.
source is worktree, staged, stdin, commit (a file of some commit), message, author, tag, path (a file name), ref, gitdir
(a file of .git) or object (a blob that no commit holds).
reach is direct, refs, stash, reflog or none: what still leads there.
fingerprint is a keyed hash of rule and secret. Set SNOUT_FINGERPRINT_KEY to a key of your own (16 characters or more)
before you share reports with people who might try to guess short secrets.
";

const EXIT_CODES: &str = "\
EXIT CODES

0    Everything asked for was read, and nothing blocking was found.
1    Blocking findings: of the severity that --fail-on names, or higher. Findings beat incompleteness.
2    Usage, configuration or internal error.
3    Nothing blocking was found, but coverage is incomplete: a shallow or partial clone, a missing object, a file that
     could not be read or was over --max-file-size, nothing to read at all, or rules that do not find their own
     examples. --allow-incomplete turns it into 0; the report says it all the same.
130  Interrupted. No report is written.
";

const SUPPRESSIONS: &str = "\
SUPPRESSIONS

MARKERS
A comment with one of these markers, on the line of a secret, before or after it, silences the finding:
  trufflehog:ignore, gitleaks:allow, betterleaks:allow, kingfisher:ignore, keyhog:ignore,
  pragma: allowlist secret, ggignore, secretlint-disable-line, snout:ignore
and on the line above it:
  pragma: allowlist nextline secret, secretlint-disable-next-line
Two dashes begin a reason:              trufflehog:ignore -- test data
Our own may name a rule (id or code):   snout:ignore rule=generic-password -- test data
and may be bound to its value by the first 8 or more digits of the finding's fingerprint, so that another value under
the same comment is told:               snout:ignore[0f3a9c12] -- test data

A silenced finding is never dropped: every format lists it with the marker, the comment's text and who wrote the line
where history knows. It does not fail the scan; with --include-suppressed it does. A marker at HEAD also silences
earlier versions of the same secret in the same file.

REVIEW
snout suppressions                      what is silenced in the files here, and what silences nothing
snout suppressions --history            in the whole history, too
snout suppressions --range main..topic  what a branch adds or changes; exit 1 if any of it is not reviewed
snout suppressions accept WHAT          write an entry into the ledger; WHAT is a fingerprint, PATH or PATH:LINE
snout suppressions prune                drop entries that are for nothing any more
Run 'snout scan --range' and 'snout suppressions --range' on a pull request: the first fails on secrets that nobody
silenced, the second on those that somebody silenced and nobody else reviewed. A range is judged commit by commit: what
came and went within it is listed, too, because it stays in history.

LEDGER
.snout/suppressions.toml holds an entry for each value that somebody accepted: rule, fingerprint, reason, reviewer, date,
and, where given, the last day it holds and a glob of paths. It is sorted, has no line numbers, and merges. Put it into
CODEOWNERS, so that the forge asks its owners for every entry. An entry also silences a value where no comment can stand,
as in JSON or in a commit message; such findings are listed as 'external'. An entry that has expired names itself: a
marker then counts as not reviewed, and without a marker the finding is open again.

POLICY
The table [suppressions] of a settings file:
  require-entry = true      a marker needs an entry of the ledger
  four-eyes = true          who wrote the line, or changed it in the range, must not be who wrote the entry
  require-reason = false    somebody has to say why
  max-life-days = N         longest life of an entry; no limit unless one is set
  never = [\"genesys-*+client_id\"]   kinds that neither comments nor the ledger silence: RULE or RULE+PART. Unless told
                            otherwise, a Genesys Cloud secret beside its client id is one
These are the defaults. --config FILE names settings, and then no others are read. Without it the repository's own
.snout.toml is read: it can make checks stricter, and what it would loosen, leave out or disable is said and not
followed. For a range it is that of the commit where the range begins, and for a push that of what the remote has, which
was merged before, so that a branch cannot set the policy it is judged by; that one may also loosen the policy, except
for 'never'.
Four eyes are judged for the entries that a range adds or changes. Git's authors are what commits say they are: to make
the rule binding, have the forge ask for signed commits or for the owners' review.

BASELINES
snout baseline create      write the findings of today to .snout/baseline.json: a fingerprint each, no places
snout baseline update      drop those that are gone; --add takes new ones in
snout baseline diff        what is new and gone; exit 1 if anything is new
snout scan --baseline FILE tells only of what is new; what is known is listed as suppressed. A baseline is used where it
is named and nowhere else, and covers every kind, those of 'never' included. For a range or a push it is read from the
commit that holds the policy, so that a branch cannot add to the baseline it is judged by.
snout import FILE          carry over .gitleaksignore, .secrets.baseline, gitleaks' and betterleaks' allowlists, and
                           TruffleHog's files of paths: the values they cover today become entries of the ledger, or of
                           a baseline with --baseline FILE. What cannot be carried over is said.

KEYS
Ledgers and baselines hold keyed hashes of values. Without SNOUT_FINGERPRINT_KEY the key is public, so that everybody's
fingerprints agree without any setting. Nobody finds a random secret of 16 bytes or more behind its hash; a short password
can be guessed by trying, by anybody who can read the file, and a salt kept in the file would not change that. If you
accept or baseline values that could be guessed, set SNOUT_FINGERPRINT_KEY to the same secret of 16 characters or more on
every machine of the team and in CI. The files name the key they were made with by a hash, and a wrong key is an error.
CI of pull requests from forks has no secrets: there, keep to the public key.
";
