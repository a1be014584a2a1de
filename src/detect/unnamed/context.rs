//! What the text around a name and its value says: reasons for which the one is not given to the other.

use super::name::{Meaning, Name, ends_as};
use super::parse::{Candidate, Kind, Operator};
use super::value::{Reason, says_password};
use crate::detect::allow;
use crate::span::Span;

/// What stands for a password in URLs that show how to write one.
#[rustfmt::skip]
const STAND_INS: &[&str] = &[
    "password", "passwd", "pass", "pwd", "pw", "secret", "token", "passphrase", "mypass", "userpass", "user", "username",
];

/// Words before an option that is talked about and not used: `or the --password command line argument`.
#[rustfmt::skip]
const ARTICLES: &[&str] = &[
    "the", "a", "an", "or", "and", "use", "using", "via", "with", "option", "options", "flag", "of", "by", "for", "both",
    "pass", "set", "specify", "provide", "without", "no", "any", "is", "if", "as", "that", "your", "its", "see",
];

/// Words with which the name of an option begins that takes no value: `--ask-pass`, `--no-password`.
#[rustfmt::skip]
const SWITCHES: &[&str] = &[
    "no", "ask", "prompt", "without", "skip", "disable", "enable", "show", "hide", "allow", "require", "print",
];

/// Functions that are given the name under which something stands, and not the thing.
#[rustfmt::skip]
const LOOKUPS: &[&str] = &[
    "get", "value", "getstring", "getproperty", "optstring", "getitem", "fetch", "param", "getparameter", "getenv", "env",
    "input", "property", "query", "attr", "attribute", "getattribute", "field", "config", "lookup", "getvalue", "getconfig",
    "findproperty", "getfield", "helper", "getmodel", "getsingleton", "getservice",
];

/// Words with which an expression begins.
const KEYWORDS: &[&str] =
    &["match", "if", "case", "when", "unless", "switch", "select", "yield", "not", "lambda", "sizeof", "try"];

/// Where passwords are kept: a function named so is told which.
const VAULTS: &[&str] =
    &["bitwarden", "vault", "keepass", "onepassword", "lastpass", "keyring", "keychain", "secretsmanager"];

/// With what the names of digests, MACs and the tags and vectors of ciphers end, numbers aside.
#[rustfmt::skip]
const DIGESTS: &[&str] = &[
    "hmac", "fingerprint", "thumbprint", "checksum", "authtag", "auth_tag", "auth-tag", "authenticationtag",
    "authentication_tag", "authentication-tag", "_sha", "-sha", "_iv", "-iv", "rspauth",
];

/// What stands before a verb.
const AUXILIARIES: &[&str] =
    &["should", "must", "can", "could", "will", "would", "may", "to", "not", "you", "we", "they", "please"];

/// Words that declare the type whose name follows them.
const DECLARES: &[&str] = &["class", "struct", "interface", "enum", "trait", "record", "protocol", "object"];

/// Ends of names of files.
const FILES: &[&str] = &["cf", "conf", "txt", "yml", "yaml", "json", "php", "html"];

/// Names of the parameter that says until when an address is valid.
const EXPIRIES: &[&str] = &["e", "exp", "expires", "expiry", "deadline"];

/// Words with which a block begins whose other words are its labels.
const BLOCKS: &[&str] = &["resource", "data", "module", "variable", "output", "ephemeral"];

/// Why the value is not given to the name, or not as a secret.
pub(super) fn veto(window: &[u8], one: &Candidate, name: &Name) -> Option<Reason> {
    let (label, value) = (one.name.of(window), one.value.of(window));
    if one.kind == Kind::Userinfo {
        let stand_in = STAND_INS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
        let shown = value.iter().all(u8::is_ascii_alphabetic) && is_reserved_host(&window[one.value.end..]);
        if window[..one.value.start].ends_with(b"anonymous:") {
            return Some(Reason::Anonymous);
        }
        return (stand_in || shown).then_some(Reason::Placeholder);
    }
    // Random text holds every short word: a name of many parts has none of its own.
    let scattered = label.len() >= 24 && usize::from(name.words) * 3 > label.len();
    if name.root.is_none() || scattered || in_a_blob(&window[..one.name.start]) || is_no_name(window, one) {
        return Some(Reason::OtherWord);
    }
    if let Some(reason) = made_from_it(window, one, name) {
        return Some(reason);
    }
    if one.follows != 0 && is_fingerprint(window, one, value) {
        return Some(Reason::Digest);
    }
    if name.root == Some(Meaning::Password) {
        if value.contains(&b'@') && is_of_anybody(window, one) {
            return Some(Reason::Anonymous);
        }
        if is_verdict(window, one, label) {
            return Some(Reason::Verdict);
        }
        // An address with such a password may well be in use.
        if one.kind != Kind::Parameter && says_password(value) {
            return Some(Reason::SaysPassword);
        }
    }
    if allow::is_digest(value) && value.len() == 32 && name.root == Some(Meaning::Key) && allow::names_an_index(window)
    {
        return Some(Reason::PublicKey);
    }
    if name.public || name.root == Some(Meaning::Key) && is_handed_out(label) {
        return Some(Reason::PublicKey);
    }
    if name.last == Some(Meaning::Owner) || (one.kind == Kind::Element && label == b"key" && allow::is_uuid(value)) {
        return Some(Reason::Identifier);
    }
    // `<key>0A1B2C</key> <dict>`: the name of an entry in a property list.
    if one.kind == Kind::Element && label == b"key" && is_entry(&window[one.value.end..]) {
        return Some(Reason::Identifier);
    }
    // A document's id is called its key, and any that nothing else has.
    if ["spreadsheet_key", "spreadsheetkey", "sheet_key", "document_key", "unique_key", "uniquekey"]
        .iter()
        .any(|word| ends_as(label, word))
    {
        return Some(Reason::Identifier);
    }
    let line = line_before(window, one.name.start);
    // `arn:aws:secretsmanager:…:secret:name`, and Jenkins' `credentials('id')`.
    let run = line.rsplit(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')).next().unwrap_or_default();
    let open = &window[..one.value.start - usize::from(one.quote != 0 && one.value.start > 0)];
    if run.starts_with(b"arn:") || (one.wrapped || one.kind == Kind::Call) && open.ends_with(b"credentials(") {
        return Some(Reason::Identifier);
    }
    if one.kind == Kind::Parameter
        && let Some(reason) = in_an_address(window, run, one)
    {
        return Some(reason);
    }
    if one.kind == Kind::Flag && is_switch(label) {
        return Some(Reason::Switch);
    }
    // `signed with key 'A1B2…'`, `keys = ['A1B2…']`: the id or the fingerprint of an OpenPGP key.
    if name.root == Some(Meaning::Key) && name.qualifiers == 0 && allow::is_key_id(value) {
        let plain = ["key", "keys"].iter().any(|word| label.eq_ignore_ascii_case(word.as_bytes()));
        if value.len() >= 40 || plain && (value.len() >= 16 || one.kind == Kind::Spaced) {
            return Some(Reason::Identifier);
        }
    }
    // `do not set key 'net.ipv4.tcp_rfc'`: the name of a setting.
    if one.kind == Kind::Spaced && is_setting(value) {
        return Some(Reason::Reference);
    }
    // `<opaquelocktoken:…>`: WebDAV's name for a lock. `X-Amz-Credential`: the id of a key, a day and a region.
    if label.ends_with(b"opaquelocktoken") || ends_as(label, "x-amz-credential") || ends_as(label, "x-goog-credential")
    {
        return Some(Reason::Identifier);
    }
    // `usernamePassword(credentialsId: '…')`.
    if one.wrapped && open.trim_ascii_end().strip_suffix(b":").is_some_and(|before| before.ends_with(b"Id")) {
        return Some(Reason::Identifier);
    }
    // `QUuid("…")`, `Guid.Parse("…")`.
    if one.wrapped && allow::is_uuid(value) && names_a_uuid(open) {
        return Some(Reason::Identifier);
    }
    if one.kind == Kind::Spaced && one.quoted_name && BLOCKS.iter().any(|word| first_word(line) == word.as_bytes()) {
        return Some(Reason::Identifier);
    }
    // `'passwords' => 'users'`: where passwords are kept.
    let kept = ends_as(label, "passwords") && one.kind == Kind::Assigned && is_identifier(value);
    // `srv.ResetPasswordTemplate = tpl`: a property, and a variable of the program.
    let property = name.last == Some(Meaning::Property)
        && one.quote == 0
        && one.spaced
        && one.operator == Operator::Equals
        && label.contains(&b'.')
        && is_identifier(value);
    if kept || property || is_variable(window, line, one, value) || refers(label) || is_looked_up(open, one, value) {
        return Some(Reason::Reference);
    }
    (is_prose(window, line, one, label, value) || stands_among_texts(window, line, one, label, value))
        .then_some(Reason::Prose)
}

/// What the value is if it is made from a secret, or from something else, and is not the secret itself.
fn made_from_it(window: &[u8], one: &Candidate, name: &Name) -> Option<Reason> {
    let (label, value) = (one.name.of(window), one.value.of(window));
    let hashed = name.derived > 0 && allow::is_digest(value);
    // Helm's annotations: `checksum/secret: 0a1b…`.
    let annotated = window[..one.name.start].ends_with(b"checksum/");
    // `oauth_signature`, `authenticationChallenge`.
    let signed = name.root == Some(Meaning::Auth) && ["signature", "challenge"].iter().any(|word| ends_as(label, word));
    // `"https://x.io/a/token.ts": "0a1b…"`: locks of packages list the sums of their files.
    let of_a_file = one.quoted_name
        && allow::is_digest(value)
        && memchr::memrchr(b'.', label).is_some_and(|dot| matches!(&label[dot + 1..], b"ts" | b"js" | b"mjs" | b"tsx"));
    if annotated
        || signed
        || of_a_file
        || is_among_sums(window, one)
        || is_digest(label)
        || hashed && name.last == Some(Meaning::Derived)
    {
        return Some(Reason::Digest);
    }
    // `value="…="/> <!-- 'user1' SHA-1 Base64 -->`.
    if name.password && (hashed || is_called_a_hash(window, one) || is_asked_for(window, one)) {
        return Some(Reason::PasswordHash);
    }
    match name.root {
        Some(Meaning::Key) if name.derived > 0 && is_wrapped(label) => Some(Reason::Sealed),
        // `encrypted_credential: q1w2…`; what the name of a password says may be what it is for.
        Some(Meaning::Token | Meaning::Credential | Meaning::Secret)
            if name.derived > 0 && value.len() >= 16 && is_wrapped(label) =>
        {
            Some(Reason::Sealed)
        }
        Some(Meaning::Token) if is_of_a_form(label) => Some(Reason::Form),
        _ => None,
    }
}

/// Whether a key of this name is known to others: those that are trusted, and Signal's prekeys.
fn is_handed_out(label: &[u8]) -> bool {
    let mut trusted = false;
    super::words(label, |word| trusted |= matches!(word, b"allowed" | b"trusted" | b"authorized" | b"pinned"));
    // Each page that Akamai measures holds the key to send it measures with.
    trusted || ends_as(label, "prekey") || ends_as(label, "pre_key") || ends_as(label, "boomr_api_key")
}

/// Whether an entry's value follows the end of an element, as in Apple's property lists.
fn is_entry(behind: &[u8]) -> bool {
    let Some(rest) = behind.strip_prefix(b"</key>") else { return false };
    let kinds = ["<dict", "<array", "<string", "<true", "<false", "<integer", "<real", "<data", "<date"];
    kinds.iter().any(|kind| rest.trim_ascii_start().starts_with(kind.as_bytes()))
}

/// Whether what follows a password in a URL is `@` and a host that cannot exist.
fn is_reserved_host(behind: &[u8]) -> bool {
    let Some(rest) = behind.strip_prefix(b"@") else { return false };
    let end = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b".-_".contains(byte)));
    allow::is_reserved(&rest[..end.unwrap_or(rest.len())])
}

/// Whether a digest, or the id of a key, stands beside the word for what it is.
fn is_fingerprint(window: &[u8], one: &Candidate, value: &[u8]) -> bool {
    if !matches!(value.len(), 16 | 40) || !value.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let before = lines_before(window, one.name.start, 2);
    let behind = &window[one.value.end..window.len().min(one.value.end + 160)];
    [before, behind].iter().any(|text| {
        let text = text.to_ascii_lowercase();
        ["fingerprint", "thumbprint"].iter().any(|word| allow::contains(&text, word))
    })
}

/// Whether the two lines before, or the same, say that the user is `anonymous`, as for FTP (RFC 1635).
fn is_of_anybody(window: &[u8], one: &Candidate) -> bool {
    let before = lines_before(window, one.name.start, 3).to_ascii_lowercase();
    memchr::memmem::find(&before, b"anonymous").is_some_and(|at| {
        let quoted = |byte: Option<&u8>| byte.is_none_or(|byte| b"\"' \t\r\n=:,;".contains(byte));
        let line = line_before(&before, at);
        quoted(before.get(at + 9)) && ["user", "login"].iter().any(|word| allow::contains(line, word))
    })
}

/// Whether the name says that a test passed: what it would say otherwise stands on the same line.
fn is_verdict(window: &[u8], one: &Candidate, label: &[u8]) -> bool {
    if !label.eq_ignore_ascii_case(b"pass") {
        return false;
    }
    let line = line_before(window, one.name.start);
    let rest = line_behind(window, one.value.end);
    [line, rest].iter().any(|text| {
        text.windows(5).any(|five| five[..4].eq_ignore_ascii_case(b"fail") && matches!(five[4], b':' | b'='))
    })
}

/// Whether it is base64 as long as a digest, and the rest of the line says of what kind.
fn is_called_a_hash(window: &[u8], one: &Candidate) -> bool {
    let value = one.value.of(window);
    if !matches!((value.len(), value.ends_with(b"=")), (24 | 28 | 44, true) | (88, true)) {
        return false;
    }
    let rest = line_behind(window, one.value.end).to_ascii_lowercase();
    ["sha-1", "sha1", "sha-256", "sha256", "sha-512", "sha512", "md5"].iter().any(|word| allow::contains(&rest, word))
}

/// Whether the lines above and below give a digest of the same length to a name, too, as in locks of packages.
fn is_among_sums(window: &[u8], one: &Candidate) -> bool {
    let value = one.value.of(window);
    if value.len() != 40 || one.operator != Operator::Colon || !allow::is_digest(value) {
        return false;
    }
    let sum = |line: Option<&[u8]>| {
        line.is_some_and(|line| {
            let value = line.trim_ascii_end().rsplit(|byte| *byte == b' ').next().unwrap_or_default();
            value.len() == 40 && allow::is_digest(value)
        })
    };
    let above = window[..one.name.start].rsplit(|byte| *byte == b'\n').nth(1);
    sum(above) && sum(window[one.value.end..].split(|byte| *byte == b'\n').nth(1))
}

/// Whether it is a digest that a database is asked for: `WHERE login = 'x' AND password = '…'`.
fn is_asked_for(window: &[u8], one: &Candidate) -> bool {
    allow::is_digest(one.value.of(window)) && allow::contains(line_before(window, one.name.start), "WHERE ")
}

/// Whether the name says that its value is made from something else: a digest, a MAC, the tag of a cipher.
fn is_digest(label: &[u8]) -> bool {
    let end = label.iter().rposition(|byte| !byte.is_ascii_digit() && !b"-_.".contains(byte)).map_or(0, |at| at + 1);
    let bare = &label[..end];
    DIGESTS.iter().any(|word| ends_as(bare, word))
}

/// Whether what has this name is encrypted under a key: `encryptedMetadataKey`, `wrapped_key`.
fn is_wrapped(label: &[u8]) -> bool {
    let mut wrapped = false;
    super::words(label, |word| wrapped |= matches!(word, b"encrypted" | b"wrapped"));
    wrapped
}

/// Whether a token of this name is a form's: Rails, Django, ASP.NET and others write one into each page.
fn is_of_a_form(label: &[u8]) -> bool {
    if label.len() < 5 {
        return false;
    }
    let lower = label.to_ascii_lowercase();
    [&b"csrf"[..], b"xsrf", b"authenticity_token", b"authenticitytoken", b"requestverificationtoken"]
        .iter()
        .any(|word| memchr::memmem::find(&lower, word).is_some())
}

/// Whether the place between two parts of a line is inside `{{ … }}` or `{% … %}` of a template.
fn in_a_template(before: &[u8], behind: &[u8]) -> bool {
    if !before.contains(&b'{') && !behind.contains(&b'}') {
        return false;
    }
    let find = memchr::memmem::find;
    let behind = behind.split(|byte| *byte == b'\n').next().unwrap_or_default();
    [(&b"{{"[..], &b"}}"[..]), (b"{%", b"%}")].iter().any(|(open, close)| {
        memchr::memmem::rfind(before, open).is_some_and(|at| find(&before[at..], close).is_none())
            || find(behind, close).is_some_and(|at| find(&behind[..at], open).is_none())
    })
}

/// Whether what stands before says that the word is no name here.
fn is_no_name(window: &[u8], one: &Candidate) -> bool {
    let label = one.name.of(window);
    // A tag of sudo's rules: `%admin ALL = NOPASSWD: /bin/x`.
    // `$(askpass "text")`: a command.
    if label == b"NOPASSWD" || window[..one.name.start].ends_with(b"$(") {
        return true;
    }
    // `one ? ['name', 'password'] : ['phone', 'code']`, `fields['password']->set('layout', x)`.
    let behind = window[one.name.end..].strip_prefix(b"'").or(window[one.name.end..].strip_prefix(b"\""));
    // `hmac('', 'test_secret') => '…'`: what a function makes of it.
    if one.operator == Operator::Arrow && behind.is_some_and(|rest| rest.starts_with(b")")) {
        return true;
    }
    if behind.is_some_and(|rest| {
        rest.starts_with(b"]->") && one.follows == b',' || one.operator == Operator::Colon && rest.starts_with(b"]")
    }) {
        return true;
    }
    // `"MYSQL_PASSWORD" "MYSQL_DATABASE"`, `'libxml2' 'passwd' 'perl-5'`: a list of words.
    if one.kind == Kind::Spaced && one.quoted_name && one.quote != 0 {
        let listed = matches!(one.follows, b'"' | b'\'');
        return listed || one.value.of(window).iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    }
    let line = line_before(window, one.name.start);
    // `image: owner/auth:0a1b…`: the version of an image.
    let image = line.trim_ascii_start();
    let image = image.strip_prefix(b"- ").unwrap_or(image);
    if one.operator == Operator::Colon && !one.spaced && image.starts_with(b"image:") && line.ends_with(b"/") {
        return true;
    }
    // `alias cpwd="copypath"`: the name of a command.
    if one.operator == Operator::Equals && !one.spaced && line.trim_ascii_end().ends_with(b"alias") {
        return true;
    }
    // `--password abc 'text'`: the name is itself the value of an option.
    if one.kind == Kind::Spaced && !one.quoted_name {
        let word = last_word(line.trim_ascii_end());
        if word.starts_with(b"--") && !word.contains(&b'=') {
            return true;
        }
    }
    // `postfix-sasl-password.cf`: the name of a file.
    if !one.quoted_name
        && let Some(dot) = memchr::memrchr(b'.', label)
        && FILES.iter().any(|end| label[dot + 1..].eq_ignore_ascii_case(end.as_bytes()))
    {
        return true;
    }
    // `DBSystemKey.String("mysql")`: an attribute of OpenTelemetry and its value.
    if one.kind == Kind::Call {
        return [&b"Key.String"[..], b"Key.Int", b"Key.Bool"].iter().any(|end| label.ends_with(end));
    }
    if one.operator != Operator::Colon || one.name.start == 0 {
        return false;
    }
    let before = &window[..one.name.start];
    if one.quoted_name {
        // `passes ? 'pass' : 'fail'`, `n<9?"a common password":"ok"`; `"@scope/auth-password": "…"` is a package.
        let mark = window.get(one.name.end).copied().unwrap_or_default();
        let open = before.iter().rposition(|byte| *byte == mark || *byte == b'\n').unwrap_or_default();
        let text = &before[open..];
        return before[..open].trim_ascii_end().ends_with(b"?") || text.get(1) == Some(&b'@') && text.ends_with(b"/");
    }
    // `ok ? pdPASS : pdFAIL`.
    if one.quote == 0 && window.get(one.name.end) == Some(&b' ') && before.trim_ascii_end().ends_with(b"?") {
        return true;
    }
    // `passwd: compat`: where the users are kept, in nsswitch.conf.
    if label == b"passwd" && ["compat", "files"].iter().any(|kept| one.value.of(window) == kept.as_bytes()) {
        return true;
    }
    // `Name:Pass:Group` are the fields of a record; `action=pass:repeat=0` is a value and the next option.
    let word = last_word(before);
    let of_a_password = word.windows(4).any(|part| part.eq_ignore_ascii_case(b"pass"));
    one.quote == 0 && !one.spaced && (before.ends_with(b":") || before.ends_with(b"=") && !of_a_password)
}

/// Why a parameter of an address is no secret: the signature of an address that is valid until a stated time, or the id
/// of a document. `run` is the address up to the parameter.
fn in_an_address(window: &[u8], run: &[u8], one: &Candidate) -> Option<Reason> {
    let behind = &window[one.value.end..];
    let end = behind.iter().position(|byte| byte.is_ascii_whitespace() || b"\"'<>`".contains(byte));
    let expires = |part: &[u8]| {
        let part = part.strip_prefix(b"amp;").unwrap_or(part);
        let Some(sign) = memchr::memchr(b'=', part) else { return false };
        EXPIRIES.iter().any(|word| part[..sign].eq_ignore_ascii_case(word.as_bytes()))
            && allow::is_time(&part[sign + 1..])
    };
    let parts = |text: &[u8]| text.split(|byte| matches!(byte, b'?' | b'&')).any(expires);
    if parts(run) || parts(&behind[..end.unwrap_or(behind.len())]) {
        return Some(Reason::Expiring);
    }
    // The picture of a project's state, which every visitor loads.
    if ["badge", "img.shields.io"].iter().any(|word| allow::contains(run, word)) {
        return Some(Reason::PublicKey);
    }
    // A file that Firebase gives to everybody who has its address.
    if run.ends_with(b"alt=media&") {
        return Some(Reason::PublicKey);
    }
    let host = memchr::memmem::find(run, b"://").map_or(&b""[..], |at| &run[at + 3..]);
    let host = host.split(|byte| *byte == b'/').next().unwrap_or_default();
    let of_documents = host.ends_with(b".googleusercontent.com")
        || host.ends_with(b".google.com") && (host.starts_with(b"docs.") || host.starts_with(b"spreadsheets"));
    of_documents.then_some(Reason::Identifier)
}

/// Whether it is the name of a setting: words in lower case, joined by dots.
fn is_setting(value: &[u8]) -> bool {
    let part = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_lowercase)
            && part.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_')
    };
    value.iter().filter(|byte| **byte == b'.').count() >= 2 && value.split(|byte| *byte == b'.').all(part)
}

/// Whether an option of this name takes no value.
fn is_switch(label: &[u8]) -> bool {
    let bare = &label[label.iter().take_while(|byte| **byte == b'-').count()..];
    let mut words = bare.split(|byte| matches!(byte, b'-' | b'_'));
    let first = words.next().unwrap_or_default();
    words.next().is_some() && SWITCHES.iter().any(|word| first.eq_ignore_ascii_case(word.as_bytes()))
}

/// The name of the function whose brackets open here.
fn callee(open: &[u8]) -> &[u8] {
    let Some(open) = open.strip_suffix(b"(") else { return b"" };
    let start = open.iter().rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').map_or(0, |at| at + 1);
    &open[start..]
}

fn names_a_uuid(open: &[u8]) -> bool {
    let before = open.to_ascii_lowercase();
    [&b"uuid("[..], b"guid(", b"uuid.parse(", b"guid.parse(", b"uuid.fromstring("]
        .iter()
        .any(|end| before.ends_with(end))
}

/// Whether the value is the name under which a function looks something up, or what it looks for:
/// `fields.value("number")`, `hash.match("^{SHA}")`.
fn is_looked_up(open: &[u8], one: &Candidate, value: &[u8]) -> bool {
    let function = callee(open);
    let looks_for = ["match", "matches", "gsub", "replace", "split", "startswith", "endswith", "indexof", "includes"];
    if one.wrapped && looks_for.iter().any(|word| function.eq_ignore_ascii_case(word.as_bytes())) {
        return true;
    }
    // `password=BitwardenPassword("id of the entry")`.
    let lower = function.to_ascii_lowercase();
    if (one.wrapped || one.kind == Kind::Call && allow::is_uuid(value))
        && VAULTS.iter().any(|vault| allow::contains(&lower, vault))
    {
        return true;
    }
    one.wrapped
        && one.quote != 0
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || b"_-.".contains(byte))
        && LOOKUPS.iter().any(|word| function.eq_ignore_ascii_case(word.as_bytes()))
}

/// The line up to a place.
fn line_before(window: &[u8], at: usize) -> &[u8] {
    window[..at].rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// What follows a place on its line.
fn line_behind(window: &[u8], at: usize) -> &[u8] {
    window[at..].split(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// The line up to a place and those before it, so many in all.
fn lines_before(window: &[u8], at: usize, count: usize) -> &[u8] {
    let start = memchr::memrchr_iter(b'\n', &window[..at]).nth(count - 1).map_or(0, |at| at + 1);
    &window[start..at]
}

/// What stands behind the last blank.
fn last_word(text: &[u8]) -> &[u8] {
    text.rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default()
}

fn first_word(line: &[u8]) -> &[u8] {
    line.trim_ascii().split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// Whether what stands before goes on without a space as encoded data does: many symbols and no URL.
fn in_a_blob(before: &[u8]) -> bool {
    let run =
        before.rsplit(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'')).next().unwrap_or_default();
    if run.len() < 40 || memchr::memmem::find(run, b"://").is_some() {
        return false;
    }
    let mut symbols: Vec<u8> = run.iter().copied().filter(u8::is_ascii_punctuation).collect();
    symbols.sort_unstable();
    symbols.dedup();
    symbols.len() >= 8
}

fn is_identifier(value: &[u8]) -> bool {
    !value[0].is_ascii_digit() && value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

/// Whether names of a program stand in it, joined by dots.
fn is_path_of_names(value: &[u8]) -> bool {
    value.contains(&b'.')
        && value.split(|byte| *byte == b'.').all(|part| {
            part.first().is_some_and(u8::is_ascii_alphabetic)
                && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        })
}

/// Whether a bare word is a variable of a program.
fn is_variable(window: &[u8], line: &[u8], one: &Candidate, value: &[u8]) -> bool {
    // `{{- $password = index $data .key }}`, `{{ get (dict "key" "password" "context" $) }}`.
    if (one.quote == 0 || one.kind == Kind::Spaced) && in_a_template(line, &window[one.value.end..]) {
        return true;
    }
    let rest = &window[one.value.end..];
    if one.quote != 0 {
        // `MYSQL_PASSWORD=`pwgen -1``: what a command prints. `"radio" === type`: one side of a comparison.
        let command = one.quote == b'`' && !one.spaced && one.operator == Operator::Equals && value.contains(&b' ');
        let rest = rest.get(1..).unwrap_or_default().trim_ascii_start();
        return command || one.follows == b'=' && rest.starts_with(b"==");
    }
    // `# $pass = conv`: where names have a sigil, strings have quotes.
    let sigil = window[..one.name.start].ends_with(b"$") || one.name.of(window).starts_with(b"$");
    let assigned = one.operator == Operator::Equals && one.spaced && one.follows != b';';
    if sigil && assigned && is_identifier(value) {
        return true;
    }
    // `{count, pass} = result`: the value is taken apart.
    if matches!(window.get(one.name.end), Some(b'}')) && one.operator == Operator::Equals {
        return true;
    }
    // `f(algorithm: string, password: BinaryLike, …)`: a type.
    if one.operator == Operator::Colon && is_type(value) && matches!(one.follows, b',' | b')') {
        let open = line.iter().filter(|byte| **byte == b'(').count();
        if open > line.iter().filter(|byte| **byte == b')').count() {
            return true;
        }
    }
    // `public const int show_password = 2130837591;`: a number that is counted with.
    if is_counted(line) && value.iter().all(u8::is_ascii_digit) {
        return true;
    }
    // `config["Password:Salt"]`: the name of a setting in a section.
    if one.operator == Operator::Colon
        && !one.spaced
        && matches!(one.follows, b'"' | b'\'')
        && rest.get(1).is_some_and(|byte| b"])".contains(byte))
        && is_identifier(value)
    {
        return true;
    }
    // `!build_pass:QMAKE_SUBSTITUTES += x`: under a condition, a variable.
    if one.operator == Operator::Colon && !one.spaced && is_identifier(value) && rest.starts_with(b" += ") {
        return true;
    }
    // `user.passwordVersion = utils.PBKDF2SHA256`: names joined by dots, in a program.
    if one.operator == Operator::Equals && one.spaced && one.name.of(window).contains(&b'.') && is_path_of_names(value)
    {
        return true;
    }
    // `row["password"] = hashed;`: where names stand in quotes and brackets, so do strings.
    if one.quoted_name && window.get(one.name.end + 1) == Some(&b']') && is_identifier(value) {
        return true;
    }
    // `newPassword?: ElementRef;`: a type.
    if one.operator == Operator::Colon && window.get(one.name.end) == Some(&b'?') && is_identifier(value) {
        return true;
    }
    // `.validatePass:after {`: a block follows.
    if rest.starts_with(b" {") && is_identifier(value) {
        return true;
    }
    // `Passwd = reinterpret_cast<const char *>(Pwd)`, `password: Option<String>`, `canChangePassword: Observable<boolean>`.
    if rest.starts_with(b"<")
        && (memchr::memchr(b'>', rest).is_some_and(|at| rest.get(at + 1) == Some(&b'('))
            || is_identifier(value)
                && (rest.get(1).is_some_and(u8::is_ascii_uppercase)
                    || value[0].is_ascii_uppercase() && one.operator == Operator::Colon))
    {
        return true;
    }
    // `case"password":case"email":`.
    if one.quoted_name && is_identifier(value) && rest.first().is_some_and(|byte| matches!(byte, b'"' | b'\'')) {
        return true;
    }
    // `pass :readonly`: a symbol.
    if one.operator == Operator::Colon
        && window.get(one.name.end) == Some(&b' ')
        && window[..one.value.start].ends_with(b":")
        && value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
    {
        return true;
    }
    // `class UpdatePassword : Base`: the type that it is derived from.
    let declares = || {
        let word = line.trim_ascii_end().rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
        DECLARES.iter().any(|known| known.as_bytes() == word)
    };
    // `widget->find()`: the arrow's own characters.
    let cut = rest.starts_with(b">") && value.ends_with(b"-");
    if cut || one.operator == Operator::Colon && declares() {
        return true;
    }
    if !is_identifier(value) {
        return false;
    }
    let after = rest.strip_prefix(b",").unwrap_or(b"x");
    let ends_with_a_comma =
        after.iter().find(|byte| !matches!(byte, b' ' | b'\t')).is_none_or(|byte| b"\r\n".contains(byte));
    match one.operator {
        Operator::Equals => {}
        // `{"pwd": digest, …}`, and `Password: hashed,` alone on its line: where names and values have commas behind them,
        // strings have quotes.
        Operator::Colon => {
            return one.quoted_name && matches!(one.follows, b',' | b'}' | b')')
                || line.trim_ascii().is_empty() && ends_with_a_comma;
        }
        // `$password := index .Values "x"`.
        Operator::Declare => return one.follows == b' ',
        _ => return false,
    }
    let opened = |open: u8, close: u8| {
        line.iter().filter(|byte| **byte == open).count() > line.iter().filter(|byte| **byte == close).count()
    };
    let lower = !value.iter().any(u8::is_ascii_uppercase);
    // `connect(host, password=settings)`: a bare word among the arguments of a call; `{ password = digest, rounds = 9 }`.
    let argument = lower && matches!(one.follows, b')' | b',') && (opened(b'(', b')') || opened(b'{', b'}'))
        || one.spaced && ends_with_a_comma;
    // What is assigned by a statement: `CHILD_PROCESS_INIT;`, `receivedHash;`, `DBLQUOTE;`, and in C `buff;` behind white space
    // alone.
    let joined =
        value.contains(&b'_') || value.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let screams = value.iter().all(u8::is_ascii_uppercase);
    let statement = one.spaced
        && one.follows == b';'
        && (joined || screams || lower && line.trim_ascii().is_empty() && !line.is_empty());
    // `local password = require "x"`: a call without brackets.
    // `pass = printBucket (i);`.
    let called =
        one.spaced && rest.strip_prefix(b" ").is_some_and(|rest| matches!(rest.first(), Some(b'"' | b'\'' | b'(')));
    // `valid = mode === "password"`: an operator follows. `password = match x {`: a word of the language stands first.
    let word = one.follows == b' ' && KEYWORDS.iter().any(|word| value == word.as_bytes());
    let operand = one.spaced && (word || goes_into_an_expression(window, one));
    // `user, password = parts`: several are given their values at once, be it in the code of a text.
    let code = line.rsplit(|byte| *byte == b'`').next().unwrap_or_default();
    let several = line.trim_ascii_end().ends_with(b",")
        && code.iter().all(|byte| byte.is_ascii_alphanumeric() || b" \t_,.*".contains(byte));
    argument || statement || called || operand || several
}

/// Whether it is written like the name of a type: `BinaryLike`.
fn is_type(value: &[u8]) -> bool {
    value[0].is_ascii_uppercase()
        && value.iter().all(u8::is_ascii_alphabetic)
        && value.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
        && !value.windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase))
}

/// Whether the name is declared as a number.
fn is_counted(line: &[u8]) -> bool {
    ["int", "long", "uint", "short", "Integer", "Int32"]
        .iter()
        .any(|kind| last_word(line.trim_ascii_end()) == kind.as_bytes())
}

/// Whether the operator of an expression follows: `valid = mode === "password"`.
fn goes_into_an_expression(window: &[u8], one: &Candidate) -> bool {
    let rest = window[one.value.end..].trim_ascii_start();
    let line = window[one.value.end..].strip_prefix(b" ").unwrap_or_default();
    ["==", "!=", "&&", "||", "? ", "?? ", "+ ", "$ ", "<$>", ">>=", "{"]
        .iter()
        .any(|operator| rest.starts_with(operator.as_bytes()))
        || ["= ", "- ", "* ", "> ", "< ", ">= ", "<= ", "instanceof ", "unless "]
            .iter()
            .any(|operator| line.starts_with(operator.as_bytes()))
}

/// Whether the name says that its value names a secret kept elsewhere, as in Drone's and Kubernetes' files.
fn refers(label: &[u8]) -> bool {
    let last = label.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let starts = last.len() > 14 && last[..8].eq_ignore_ascii_case(b"existing") && last.ends_with(b"Secret");
    ["from_secret", "fromsecret", "secretref", "secretkeyref", "existingsecret", "imagepullsecrets", "tlssecret"]
        .iter()
        .any(|known| last.eq_ignore_ascii_case(known.as_bytes()))
        || starts
}

/// Whether name and value are words of a sentence.
fn is_prose(window: &[u8], line: &[u8], one: &Candidate, label: &[u8], value: &[u8]) -> bool {
    let lower = value.iter().all(u8::is_ascii_lowercase);
    let word_before = last_word(line.trim_ascii_end());
    // Markdown sets off in backticks what a sentence is about, as in: pass `strict` to it; `password`, `user` and others.
    if matches!(one.kind, Kind::Spaced | Kind::Pair) && one.quote == b'`' {
        return true;
    }
    // `pass "x" only`, `should pass "x8" for now`: the verb.
    if one.kind == Kind::Spaced
        && ["pass", "passes", "passing"].iter().any(|verb| label.eq_ignore_ascii_case(verb.as_bytes()))
        && (value.iter().all(u8::is_ascii_alphabetic)
            || AUXILIARIES.iter().any(|word| word_before.eq_ignore_ascii_case(word.as_bytes())))
    {
        return true;
    }
    // `password-cancel-button = Atsisakyti`: what stands on a button.
    if value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)
        && ["button", "tooltip", "heading", "hint"].iter().any(|part| ends_as(label, part))
    {
        return true;
    }
    // `<string name="hint_password">Geslo</string>`: Android's texts.
    if one.kind == Kind::Attribute
        && window[..one.name.start].ends_with(b"<string name=\"")
        && !value.iter().any(|byte| byte.is_ascii_digit() || b"_=/+\\$".contains(byte))
    {
        return true;
    }
    if one.quote != 0 {
        return false;
    }
    // ``the `--ask-pass` option``.
    if one.kind == Kind::Flag && one.quoted_name {
        return true;
    }
    // `reset_password=Set a new one`: a line that gives its name several words. In capitals it may be a setting of the
    // command behind it.
    let letters = value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || b"-,'".contains(byte));
    if letters
        && one.kind == Kind::Assigned
        && line.trim_ascii().is_empty()
        && label.iter().any(u8::is_ascii_lowercase)
        && goes_on(window, one)
    {
        return true;
    }
    // `KeePassXC: Wykryto ustawienia`, and the message of a command: `pwd: getcwd: not permitted`.
    if one.operator == Operator::Colon && one.spaced && (letters && goes_on(window, one) || value.ends_with(b":")) {
        return true;
    }
    // `htpasswd: module 'x' is needed`, `what you need to pass: someName : its meaning`.
    let behind = &window[one.value.end..];
    if one.operator == Operator::Colon
        && one.spaced
        && letters
        && (behind.starts_with(b" '") || behind.starts_with(b" : "))
    {
        return true;
    }
    // `"password" => Resource Owner Password Grant`, `"reset-password: Challenge %s"`.
    if letters
        && (one.operator == Operator::Arrow && goes_on(window, one)
            || one.operator == Operator::Colon && in_a_text(window, line, one))
    {
        return true;
    }
    let sql = label.eq_ignore_ascii_case(b"identified by");
    if sql && value.ends_with(b".") {
        return true;
    }
    if !lower {
        return false;
    }
    // `grep for password= before you commit`, `// sets the user ("_token", password = exchanged token)`.
    if one.operator == Operator::Equals
        && one.spaced
        && (window.get(one.name.end) == Some(&b'=') || is_comment(line) && joins_words(line))
        && !line.trim_ascii().is_empty()
        && goes_on(window, one)
    {
        return true;
    }
    if one.kind == Kind::Flag {
        let word_before: &[u8] = word_before.strip_prefix(b"`").unwrap_or(word_before);
        let talk = ["option", "options", "flag", "command", "argument", "parameter", "switch", "takes", "needs"];
        return talk.iter().any(|word| value == word.as_bytes())
            || ARTICLES.iter().any(|word| word_before.eq_ignore_ascii_case(word.as_bytes()));
    }
    // SQL says whose password it is: `ALTER USER x IDENTIFIED BY y`.
    if sql {
        let before = window[..one.name.start].rsplitn(3, |byte| *byte == b'\n').take(2);
        return !before.flat_map(|line| line.split(|byte| !byte.is_ascii_alphanumeric())).any(|word| {
            ["user", "grant", "role", "link"].iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
        });
    }
    // `First pass: tally the lines`: a name in the middle of a sentence that goes on behind the word.
    let after_a_word = !word_before.is_empty() && word_before.iter().all(u8::is_ascii_alphabetic);
    one.operator == Operator::Colon && matches!(one.follows, b' ' | b',') && (after_a_word || goes_on(window, one))
}

fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    [&b"//"[..], b"#", b"*", b"--"].iter().any(|mark| line.starts_with(mark))
}

/// Whether name and value stand in a string that goes on behind a space.
fn in_a_text(window: &[u8], line: &[u8], one: &Candidate) -> bool {
    let odd = |mark: u8| line.iter().filter(|byte| **byte == mark).count() % 2 == 1;
    let Some(mark) = [b'"', b'\''].into_iter().find(|mark| odd(*mark)) else { return false };
    let rest = window[one.value.end..].strip_prefix(b" ").unwrap_or_default();
    one.spaced
        && rest.first().is_some_and(|byte| *byte != mark && (byte.is_ascii_alphabetic() || b"'\"-%".contains(byte)))
}

/// Whether a further word stands behind the value that is no name of its own.
fn goes_on(window: &[u8], one: &Candidate) -> bool {
    let rest = &window[one.value.end..];
    let rest = rest.strip_prefix(b" ").unwrap_or_default();
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    word > 0 && !matches!(rest.get(word), Some(b':' | b'=' | b'_'))
}

/// Whether a word with a capital and without digits stands among texts for people, as in the translations of a program.
fn stands_among_texts(window: &[u8], line: &[u8], one: &Candidate, label: &[u8], value: &[u8]) -> bool {
    let bare = one.quote == 0 && one.kind == Kind::Assigned;
    // Names in capitals are settings, whatever the texts about them say.
    let screams = !label.iter().any(u8::is_ascii_lowercase);
    if screams
        || (bare && one.operator != Operator::Colon && !line.trim_ascii().is_empty())
        || matches!(one.kind, Kind::Call | Kind::Flag | Kind::Parameter | Kind::Item)
        || !value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || b" -.'".contains(byte))
    {
        return false;
    }
    // A name of several words is a text itself; so are those around it in a catalogue on one line.
    if one.quoted_name && (is_phrase(window, one.name) || phrases(window) >= 2) {
        return true;
    }
    if value[0].is_ascii_lowercase() {
        return false;
    }
    let own = window[..one.value.start].iter().filter(|byte| **byte == b'\n').count();
    let lines: Vec<&[u8]> = window.split(|byte| *byte == b'\n').collect();
    let (mut texts, mut others) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        // The first and the last line may be cut.
        if at == own || at == 0 || at + 1 == lines.len() {
            continue;
        }
        let Some(text) = text_of(line, bare) else { continue };
        if joins_words(text) {
            texts += 1;
        } else {
            others += 1;
        }
    }
    texts >= 2 && texts * 2 >= others
}

/// Whether a space stands between two letters.
fn joins_words(text: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
    text.windows(3).any(|three| letter(three[0]) && three[1] == b' ' && letter(three[2]))
}

/// Whether the quotes around a name hold further words.
fn is_phrase(window: &[u8], name: Span) -> bool {
    let Some(mark) = window.get(name.end).copied().filter(|mark| matches!(mark, b'"' | b'\'')) else { return false };
    let start = window[..name.start].iter().rposition(|byte| matches!(byte, b'"' | b'\'' | b'\n'));
    start.is_some_and(|at| window[at] == mark && joins_words(&window[at + 1..name.end]))
}

/// How many names of several words in quotes are given a text: `"Path not found":"Pfad fehlt"`.
fn phrases(window: &[u8]) -> usize {
    memchr::memmem::find_iter(window, b"\":\"")
        .filter(|at| {
            let open = memchr::memrchr2(b'"', b'\n', &window[..*at]).map_or(0, |open| open + 1);
            joins_words(&window[open..*at])
        })
        .count()
}

/// What the line gives to its name: the last string in quotes, the text of its element, or what stands behind a colon.
fn text_of(line: &[u8], bare: bool) -> Option<&[u8]> {
    if bare {
        return memchr::memchr2(b':', b'=', line).map(|at| line[at + 1..].trim_ascii());
    }
    if let Some(close) = memchr::memmem::rfind(line, b"</")
        && let Some(open) = memchr::memrchr(b'>', &line[..close])
    {
        return Some(&line[open + 1..close]);
    }
    let close = line.iter().rposition(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let open = memchr::memrchr(line[close], &line[..close])?;
    let before = line[..open].trim_ascii_end().last()?;
    matches!(before, b':' | b'=' | b'>' | b',' | b'(').then(|| &line[open + 1..close])
}

#[cfg(test)]
mod tests {
    use super::super::name::{PASSWORD_ROOTS, SECRET_ROOTS};
    use super::super::parse;
    use super::*;

    /// What is said of the values that the names of a text are given.
    fn verdicts(text: &str) -> Vec<(String, Option<Reason>)> {
        let (window, lower) = (text.as_bytes(), text.to_ascii_lowercase());
        let mut out = Vec::new();
        for root in PASSWORD_ROOTS.iter().chain(SECRET_ROOTS) {
            for (at, _) in lower.match_indices(root) {
                parse::candidates(window, Span::new(at, at + root.len()), |one| {
                    let name = Name::of(one.name.of(window));
                    let value = String::from_utf8_lossy(one.value.of(window)).into_owned();
                    out.push((value, veto(window, &one, &name)));
                });
            }
        }
        out
    }

    #[test]
    fn what_stands_around_says_why_a_value_is_no_secret() {
        for (text, value, reason) in [
            ("hmac: 0a1b2c3d4e5f\n", "0a1b2c3d4e5f", Reason::Digest),
            ("authenticationTag = \"q1w2e3r4\"", "q1w2e3r4", Reason::Digest),
            ("apt_key_fingerprint: 'A1B2C3D4'", "A1B2C3D4", Reason::Digest),
            ("sign-key-sha3-384: q1w2e3r4\n", "q1w2e3r4", Reason::Digest),
            ("%web ALL = (root) NOPASSWD: NGINX_RELOAD\n", "NGINX_RELOAD", Reason::OtherWord),
            ("check \"DB_PASSWORD\" \"DB_NAME\"; then", "DB_NAME", Reason::OtherWord),
            ("// Name:Pass:Gid:List\n", "Gid:List", Reason::OtherWord),
            ("overlay=eof_action=pass:repeat=0\n", "repeat=0", Reason::OtherWord),
            ("st[ok ? 'pass' : 'fail']", "fail", Reason::OtherWord),
            ("X_SECRET_MD5=0123456789abcdef0123456789abcdef\n", "0123456789abcdef0123456789abcdef", Reason::Digest),
            ("checksum/secret: 0a1b2c3d4e5f\n", "0a1b2c3d4e5f", Reason::Digest),
            (
                "crypted_password: 0123456789abcdef0123456789abcdef\n",
                "0123456789abcdef0123456789abcdef",
                Reason::PasswordHash,
            ),
            ("name=\"authenticity_token\" value=\"q1w2e3r4\"", "q1w2e3r4", Reason::Form),
            ("{{- $password = randAlphaNum 10 }}\n", "randAlphaNum", Reason::Reference),
            ("{{ dict \"key\" \"password\" \"context\" $ }}\n", "context", Reason::OtherWord),
            ("{{ x \"password\" $currentPassword \"context\" $ }}\n", "context", Reason::Reference),
            ("DBSystemKey.String(\"hsqldb\")", "hsqldb", Reason::OtherWord),
            ("one of `masterpass`, `visa_checkout`\n", "visa_checkout", Reason::Prose),
            (".validatePass:after {\n", "after", Reason::Reference),
            ("# pass :readonly => false\n", "readonly", Reason::Reference),
            ("existingPasswordSecret: \"rabbitmq-dev\"", "rabbitmq-dev", Reason::Reference),
            ("auth.tls.existingSecret=kafka-jks\n", "kafka-jks", Reason::Reference),
            ("pass \"architecture\" only\n", "architecture", Reason::Prose),
            ("callers should pass \"q1w2e3\" for now\n", "q1w2e3", Reason::Prose),
            ("one ? ['name', 'password'] : ['q1w2e3', 'code']\n", "q1w2e3", Reason::OtherWord),
            ("fields['passwd1']->set('layout', new Cell(6));\n", "layout", Reason::OtherWord),
            ("canChangePassword: Observable<boolean>;\n", "Observable", Reason::Reference),
            ("newPassword?: ElementRef;\n", "ElementRef", Reason::Reference),
            ("S: rspauth=3f2a91c07be4d5680f1e2d3c4b5a6978\n", "3f2a91c07be4d5680f1e2d3c4b5a6978", Reason::Digest),
            ("https://lh7.googleusercontent.com/x?key=q1w2e3\n", "q1w2e3", Reason::Identifier),
            ("x=$(askpass \"q1w2e3\")\n", "q1w2e3", Reason::OtherWord),
            ("encryptedMetadataKey = \"q1w2e3r4\"", "q1w2e3r4", Reason::Sealed),
            ("const char *Passwd = reinterpret_cast<const char *>(x);", "reinterpret_cast", Reason::Reference),
            ("case\"password\":case\"email\":", "case", Reason::Reference),
            ("-multipass fullres\n", "fullres", Reason::OtherWord),
            ("https://cdn.x.com/a?e=1576142006&token=k1:s1gn\n", "k1:s1gn", Reason::Expiring),
            ("https://cdn.x.com/a?token=k1s1gn&expires=1576142006\n", "k1s1gn", Reason::Expiring),
            ("https://docs.google.com/viewform?formkey=d1e2f3\n", "d1e2f3", Reason::Identifier),
            ("https://x.io/graph/badge.svg?token=V1W2X3)\n", "V1W2X3", Reason::PublicKey),
            ("signed with key 'E2F38302C8075E3D'\n", "E2F38302C8075E3D", Reason::Identifier),
            ("KeyOf(QUuid(\"{{x}}\"))", "{{x}}", Reason::Identifier),
            ("<opaquelocktoken:q1w2-e3r4>", "q1w2-e3r4", Reason::Identifier),
            ("tool --ask-pass daemon\n", "daemon", Reason::Switch),
            ("the `--become-password` option is gone\n", "option", Reason::Prose),
            ("- Remove --password command line option\n", "command", Reason::Prose),
            ("public class UpdateUserPassword : IReturnVoid\n", "IReturnVoid", Reason::Reference),
            ("applyPassword = pPwWidget->find(1)\n", "pPwWidget-", Reason::Reference),
            ("\tPassword: hashed,\n", "hashed", Reason::Reference),
            ("{\"pwd\": digest, \"readOnly\": true}", "digest", Reason::Reference),
            ("$password := index .Values \"x\"", "index", Reason::Reference),
            ("val password = when {\n", "when", Reason::Reference),
            ("setPassword(cardMap.value(\"verificationNumber\").toString())", "verificationNumber", Reason::Reference),
            ("do not set keys 'net.ipv4.tcp_rfc1337' and\n", "net.ipv4.tcp_rfc1337", Reason::Reference),
            ("<string name=\"hint_password\">Geslo</string>", "Geslo", Reason::Prose),
            ("<translation>KeePassXC: Wykryto ustawienia</translation>", "Wykryto", Reason::Prose),
            ("expected := \"pwd: getcwd: not permitted\"", "getcwd:", Reason::Prose),
            ("grep for password= before you commit\n", "before", Reason::Prose),
            ("deliveries to the consumer\nidentified by consumer.\n", "consumer.", Reason::Prose),
            ("X-Amz-Credential=q1w2%2Fs3\n", "q1w2%2Fs3", Reason::Identifier),
            ("oauth_signature=\"q1w2%3D\"", "q1w2%3D", Reason::Digest),
            ("auth_challenge = 'q1w2e3'\n", "q1w2e3", Reason::Digest),
            ("credential_value_iv: 'q1w2e3r4'\n", "q1w2e3r4", Reason::Digest),
            ("encrypted_credential: q1w2e3r4t5y6u7i8\n", "q1w2e3r4t5y6u7i8", Reason::Sealed),
            ("'libxml2' 'gpass' 'libk2' 'faucc'", "libk2", Reason::OtherWord),
            ("alias cpwd=\"copypath\"\n", "copypath", Reason::OtherWord),
            ("// `alias cpwd=\"copypath\"`\n", "copypath", Reason::OtherWord),
            ("--auth-password mypassword 'privacy'", "privacy", Reason::OtherWord),
            ("- sasl-password.cf: white-space (x)\n", "white-space", Reason::OtherWord),
            ("n < 9 ? \"a top password\" : \"english\"", "english", Reason::OtherWord),
            ("'@x/auth-password': patchy\n", "patchy", Reason::OtherWord),
            ("PASSWORD=`pwgen -1`\n", "pwgen -1", Reason::Reference),
            ("x ? _password : \"radio\" === t.type ? a : b", "radio", Reason::Reference),
            ("m[\"Password:WarnedNoGPG\"] = x", "WarnedNoGPG", Reason::Reference),
            ("row[\"password\"] = NoEncryption;", "NoEncryption", Reason::Reference),
            ("u.PasswordVersion = utils.PBKDF2SHA256\n", "utils.PBKDF2SHA256", Reason::Reference),
            ("pub password: Option<String>,\n", "Option", Reason::Reference),
            ("const pass = received instanceof Error;", "received", Reason::Reference),
            ("  password = digest,\n", "digest", Reason::Reference),
            ("{ password = digest, rounds = 9 }", "digest", Reason::Reference),
            ("pass = CHILD_PROCESS_INIT;\n", "CHILD_PROCESS_INIT", Reason::Reference),
            ("keys = ['BEEFCAFE0DDBA11F']", "BEEFCAFE0DDBA11F", Reason::Identifier),
            ("local passwdqc = require \"resty.x\"\n", "require", Reason::Reference),
            ("'passwords' => 'users',\n", "users", Reason::Reference),
            ("userPassword:match(\"^%{[Ss]\")", "^%{[Ss]", Reason::Reference),
            ("\"password\" => Resource Owner Password\n", "Resource", Reason::Prose),
            ("throw \"Type.Password: options - min must\"", "options", Reason::Prose),
            ("log(\"POST reset-password: Challenge %s\")", "Challenge", Reason::Prose),
            ("// sets the user (\"_token\", password = exchanged token).\n", "exchanged", Reason::Prose),
            ("(whether --askpass takes an argument)\n", "takes", Reason::Prose),
            ("# $pass = conv\n", "conv", Reason::Reference),
            ("x = ( ok ) ? pdPASS : pdFAIL;\n", "pdFAIL", Reason::OtherWord),
            ("srv.ResetPasswordTemplate = rpwtpl\n", "rpwtpl", Reason::Reference),
            ("const int show_password = 2130837591;", "2130837591", Reason::Reference),
            ("password: proxypassword\n", "proxypassword", Reason::SaysPassword),
            ("<key>0A1B2C3D4E5F60718293A4B5</key>\n\t\t<dict>\n", "0A1B2C3D4E5F60718293A4B5", Reason::Identifier),
            ("test_spreadsheet_key = \"1S0mld7LMb\"", "1S0mld7LMb", Reason::Identifier),
            ("<img src=\"https://img.shields.io/x?token=q1w2e3\">", "q1w2e3", Reason::PublicKey),
            ("https://x.io/a.webp?alt=media&token=q1w2e3\n", "q1w2e3", Reason::PublicKey),
            ("const {count, pass} = result;\n", "result", Reason::Reference),
            ("f(algorithm: string, password: BinaryLike, x: number)", "BinaryLike", Reason::Reference),
            (
                "password=\"0a1b2c3d4e5f0a1b2c3d4e5f0a0=\"/> <!-- 'user1' SHA-1 Base64 -->\n",
                "0a1b2c3d4e5f0a1b2c3d4e5f0a0=",
                Reason::PasswordHash,
            ),
            (
                "\"https://x.io/token.ts\": \"0123456789abcdef0123456789abcdef\"",
                "0123456789abcdef0123456789abcdef",
                Reason::Digest,
            ),
            ("runHashPassword = interpret $ \\case\n", "interpret", Reason::Reference),
            ("AllowedSigningKeys: 0123456789abcdef0123\n", "0123456789abcdef0123", Reason::PublicKey),
            ("lastPrekey = \"q1w2e3r4\"", "q1w2e3r4", Reason::PublicKey),
            ("PASS = usernamePassword(credentialsId: 'q1w2e3r4')\n", "q1w2e3r4", Reason::Identifier),
            ("password-cancel-button = Atsisakyti\n", "Atsisakyti", Reason::Prose),
            ("\npasswd:         compat\n", "compat", Reason::OtherWord),
            ("'the results are in colors(pass: green, fail: red)'", "green", Reason::Verdict),
            ("user = \"anonymous\";\nserver->password = \"q1w2@\";", "q1w2@", Reason::Anonymous),
            (
                "# Fingerprint of the key\nupstream_key: '0123456789abcdef0123456789abcdef01234567'\n",
                "0123456789abcdef0123456789abcdef01234567",
                Reason::Digest,
            ),
            ("htpasswd: module 'bcrypt' is needed\n", "module", Reason::Prose),
            ("what you need to pass: nameOverride : text\n", "nameOverride", Reason::Prose),
            ("$pass = Mage::helper('core')->getRandomString(7);\n", "core", Reason::Reference),
            ("window.BOOMR_API_key=\"q1w2-e3r4\"", "q1w2-e3r4", Reason::PublicKey),
            ("    image: owner/auth:0123456789abcdef01234567\n", "0123456789abcdef01234567", Reason::OtherWord),
            (
                "  A: 0123456789abcdef0123456789abcdef01234567\n  AKeys: 0123456789abcdef0123456789abcdef01234568\n  \
                 B: 0123456789abcdef0123456789abcdef01234569\n",
                "0123456789abcdef0123456789abcdef01234568",
                Reason::Digest,
            ),
            ("hmac('', 'test_secret') => 'q1w2e3'\n", "q1w2e3", Reason::OtherWord),
            ("password=BitwardenPassword(\"q1w2-e3r4\")", "q1w2-e3r4", Reason::Reference),
            ("\"unique_key\": \"q1w2e3r4\"", "q1w2e3r4", Reason::Identifier),
            ("let password = match params.x() {\n", "match", Reason::Reference),
            ("const unsigned int pass = printBucket (i);\n", "printBucket", Reason::Reference),
            ("   token = DBLQUOTE;\n", "DBLQUOTE", Reason::Reference),
            ("\n    pass = buff;\n", "buff", Reason::Reference),
            ("!build_pass:QMAKE_SUBSTITUTES += x\n", "QMAKE_SUBSTITUTES", Reason::Reference),
            (
                "SELECT * FROM users WHERE (login = 'x' AND password = '0123456789abcdef0123456789abcdef01234567')\n",
                "0123456789abcdef0123456789abcdef01234567",
                Reason::PasswordHash,
            ),
            ("\"Not found\":\"x\",\"Password\":\"Parole\",\"Path not set\":\"y\"", "Parole", Reason::Prose),
        ] {
            // No UUID stands in the sources.
            let uuid = crate::rule::fill_example("{{uuid4}}", 1).expect("a known field");
            let (text, value) = (text.replace("{{x}}", &uuid), value.replace("{{x}}", &uuid));
            let all = verdicts(&text);
            assert!(all.contains(&(value, Some(reason))), "{text}: {reason:?} is not in {all:?}");
        }
    }

    #[test]
    fn what_is_given_a_secret_stays() {
        for (text, value) in [
            ("hmac_secret = \"q1w2e3\"", "q1w2e3"),
            ("encryption_key = \"q1w2e3\"", "q1w2e3"),
            ("csrf_secret = \"q1w2e3\"", "q1w2e3"),
            ("{{ x }} password: wqm\n", "wqm"),
            ("  password: wqm\n", "wqm"),
            ("password: wqm, user: x\n", "wqm"),
            ("user=bob;password=wqm\n", "wqm"),
            ("tool --password wqm --verbose\n", "wqm"),
            ("-passin=pass:wqm -in x\n", "wqm"),
            ("ALTER USER bob\n  IDENTIFIED BY wqm;\n", "wqm"),
            ("https://x.io/a?access_token=q1w2e3&expires_in=3600\n", "q1w2e3"),
            ("setPassword(Buffer.from(\"wqm\"))", "wqm"),
            ("<string name=\"api_key\">q1w2e3r4</string>", "q1w2e3r4"),
            ("const PASSWORD = \"Wqm\";", "Wqm"),
            ("encrypted_password: wqm\n", "wqm"),
            ("tool --user bob --password 'wqm'\n", "wqm"),
            ("row[\"password\"] = \"Wqm\";", "Wqm"),
            ("password = wqm\n- x\n", "wqm"),
            ("password: wqm (the default)\n", "wqm"),
            ("{\"name\":\"x y\",\"password\":\"Wqm\"}", "Wqm"),
            ("PASSWORD=`wqm`\n", "wqm"),
            ("api_key = 'BEEFCAFE0DDBA11F'\n", "BEEFCAFE0DDBA11F"),
            ("<key>q1w2e3r4t5</key>\n<value>x</value>\n", "q1w2e3r4t5"),
            ("user = \"bob\";\nserver->password = \"q1w2@\";", "q1w2@"),
            ("# no anonymous users\npassword = q1w2@\n", "q1w2@"),
            ("PASS=q1w2 # or fails\n", "q1w2"),
            ("password: passwordhorse\n", "passwordhorse"),
        ] {
            let all = verdicts(text);
            assert!(all.contains(&(value.to_owned(), None)), "{text}: {all:?}");
        }
    }
}
