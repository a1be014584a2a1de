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
          unused_suppressions  comments that silence nothing: path, line, marker
          coverage             what was read, what was skipped and why, and the self-test of the rules
          tool, repositories   what made the report, and of what

jsonl   One object for each occurrence, suppressed ones included:
          rule, code, severity, path, start_line, start_column, end_line, end_column, fingerprint, source, commit, author,
          date, object, at_head, reach, checked, documented, suppressed, suppression, decoded, and secret with --reveal.
        A part of a credential that has a rule of its own, as a client id beside its secret, follows on a line of its own
        with part_of, the fingerprint of its credential.

sarif   SARIF 2.1.0: one run for the tree and one for history, each with its own category, suppressed findings with
        their suppressions, never a secret.

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

A comment with one of these markers, on the line of a secret, before or after it, silences the finding:
  trufflehog:ignore, gitleaks:allow, betterleaks:allow, kingfisher:ignore, keyhog:ignore,
  pragma: allowlist secret, ggignore, secretlint-disable-line, snout:ignore
and on the line above it:
  pragma: allowlist nextline secret, secretlint-disable-next-line

A silenced finding is never dropped: every format lists it with the marker, the comment's text and who wrote the line
where history knows. It does not fail the scan; with --include-suppressed it does. A marker that silences nothing is
listed, too. A marker at HEAD also silences earlier versions of the same secret in the same file.
";
