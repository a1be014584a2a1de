//! What a value looks like, and the reasons for which it cannot be a secret whatever its name says.

use super::name::{ends_as, is_foreign, words};
use crate::detect::rarity::surprise;
use crate::detect::{allow, checksum};

/// A reason for which a value is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Short,
    Template,
    Reference,
    Constant,
    Repeats,
    Prose,
    ItsName,
    PublicKey,
    PasswordHash,
    Sealed,
    Markup,
    Armour,
    Identifier,
    OtherWord,
    Assignment,
    NoJwt,
    Sequence,
    Placeholder,
    Address,
    CutShort,
    Version,
    Digest,
    Expiring,
    Switch,
    Time,
    Form,
    UserOnly,
    SaysPassword,
    Anonymous,
    Verdict,
}

impl Reason {
    /// What to tell people.
    pub(super) fn text(self) -> &'static str {
        match self {
            Reason::Short => "is shorter than four characters",
            Reason::Template => "is a template, filled in elsewhere",
            Reason::Reference => "refers to a value that stands elsewhere",
            Reason::Constant => "is a constant of the language or a type",
            Reason::Repeats => "repeats one or two characters",
            Reason::Prose => "is a text for people",
            Reason::ItsName => "says no more than its name",
            Reason::PublicKey => "is public: a public key, a certificate or a fingerprint",
            Reason::PasswordHash => "is a hash of a password, not the password",
            Reason::Sealed => "is encrypted, or refers into a vault",
            Reason::Armour => "is the first line of an armoured key, which has rules of its own",
            Reason::Identifier => "tells a secret from others: an id or a name, not the secret",
            Reason::OtherWord => "is given to a name that only holds such a word inside another",
            Reason::Assignment => "is an assignment of its own",
            Reason::NoJwt => "begins as a JSON web token does and is none, or no more than its head",
            Reason::Sequence => "follows the alphabet, the digits or a pattern",
            Reason::Placeholder => "says itself that it is none",
            Reason::Address => "is an address or a path",
            Reason::Version => "is the version of a package",
            Reason::CutShort => "begins as a provider's credential does and is too short for one",
            Reason::Digest => "is a digest, a MAC or the tag of a cipher, made from something else",
            Reason::Expiring => "signs an address that is valid until a stated time",
            Reason::Switch => "stands behind an option that takes no value",
            Reason::Time => "is a time or the mode of a file",
            Reason::Form => "is made anew for each form of a web page, against forged requests",
            Reason::UserOnly => "holds a user's name and no password",
            Reason::SaysPassword => "says that it is a password, as samples do",
            Reason::Anonymous => "is an address, as an anonymous user gives it for a password",
            Reason::Verdict => "is what a test says: it passed, or not",
            Reason::Markup => "is markup or a pattern",
        }
    }
}

/// Parts of values that say themselves that they are none.
#[rustfmt::skip]
const PLACEHOLDERS: &[&str] = &[
    "example", "changeme", "change-me", "change_me", "placeholder", "your_", "your-", "yourpass", "yourpwd", "yoursecret", "yourtoken",
    "yourkey", "yourapi", "mypass", "mysecret", "redacted", "xxxxx", "00000000", "insert", "somepass", "somesecret", "sometoken",
    "somekey", "some_", "some-", "changeit", "replaceme", "irrelevant",
];

/// Constants and names of types.
#[rustfmt::skip]
const CONSTANTS: &[&str] = &[
    "true", "false", "null", "none", "nil", "undefined", "yes", "no", "on", "off", "void", "string", "str",
    "int", "integer", "bool", "boolean", "number", "any", "object", "array", "bytes", "byte", "char", "text",
    "varchar", "optional", "required", "default", "empty", "n/a", "self", "this", "todo", "tbd", "unset",
    "disabled", "enabled", "never", "always", "auto", "unknown", "nullptr", "date", "float", "double", "dict",
    "list", "map", "typeof", "const", "static", "return", "function", "new", "await", "async", "uuid", "guid", "base64",
    "hex", "ascii", "utf8", "utf-8", "utf16", "latin1", "binary", "sha256", "sha1", "md5", "hs256", "rs256",
    "json", "xml", "plain", "http", "https", "localhost", "inherit", "nullable", "confirmed", "hashed", "changed", "masked",
    "autodetect", "patch", "minor", "major", "2147483647", "4294967295", "9223372036854775807", "18446744073709551615",
];

/// Parts of the names of algorithms.
#[rustfmt::skip]
const ALGORITHMS: &[&str] = &[
    "aes", "cbc", "gcm", "ctr", "ecb", "ccm", "siv", "kw", "gcmkw", "pkcs", "pkcs5", "pkcs7", "padding", "pkcs5padding",
    "pkcs7padding", "nopadding", "rsa", "dsa", "ec", "ecdsa", "ecdh", "es", "ed", "eddsa", "oaep", "pss", "dir", "hmac", "hs",
    "rs", "ps", "a", "cbc-hs", "sha", "sha1", "sha2", "sha3", "md", "pbes", "pbkdf", "with", "and", "mgf", "chacha", "poly",
    "nistp", "secp", "r", "k", "p", "curve", "x", "scrypt", "argon", "id", "bcrypt", "des", "desede", "blowfish", "rc", "ssh",
    "openpgp", "ssl", "tls", "v", "otp", "totp", "hotp", "rounds", "kdf", "kdbx", "scram", "ssha", "smd",
];

/// Passwords in pairs that show how to write one.
const SHOWN: &[&str] = &["pass", "password", "passwd", "pwd", "secret", "test", "changeme"];

/// Ends of names of files that no token has.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "txt", "json", "yaml", "yml", "pem", "crt", "cer", "p12", "pfx", "jks", "keytab", "xml", "html", "css",
    "log", "conf", "cfg", "ini", "properties", "png", "jpg", "svg", "pub", "der", "sql", "csv", "toml", "js",
    "ts", "py", "rb", "php", "java", "zip", "asc", "gpg",
];

/// Where paths begin.
#[rustfmt::skip]
const ROOTS: &[&str] = &[
    "/tmp/", "/etc/", "/var/", "/usr/", "/opt/", "/home/", "/root/", "/run/", "/proc/", "/dev/", "/mnt/", "/app/", "/srv/",
    "~/", "./", "../", "c:\\",
];

/// Beginnings of password hashes: crypt(3), PHC strings, LDAP and frameworks.
#[rustfmt::skip]
const HASHES: &[&str] = &[
    "$1$", "$2$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$argon2", "$scrypt", "$pbkdf2",
    "$bcrypt", "{ssha", "{sha", "{md5}", "{crypt}", "{bcrypt}", "{pbkdf2", "{scrypt}", "{smd5}", "pbkdf2_sha",
    "pbkdf2:sha", "pbkdf2:", "bcrypt_sha", "scrypt:", "argon2", "sha1$", "sha256$", "sha512$", "md5$",
    "scram-sha", "$apr1$", "$p$", "$s$", "$shiro", "sha256:", "sha1:", "sha512:", "md5:", "sha384-", "sha256-",
    "sha512-", "sha1-",
];

/// Beginnings of what is encrypted or stands in a vault.
#[rustfmt::skip]
const SEALED: &[&str] = &[
    "enc(", "enc[", "ej[", "enc:", "encrypted:", "{cipher}", "$ansible_vault", "!vault", "vault:", "aqicah", "arn:",
    "projects/", "op://", "ssm:", "secretsmanager:", "secret://", "keyvault", "akeyless:", "sops:", "file:",
    "awskms", "gcpkms", "{aes}", "{aes:", "{3des}", "secretref:", "valuefrom", "ref+", "lookup(", "agAAA",
    "sealed:", "<enc", "\\u003cenc", "@microsoft.keyvault", "credentialsjson:",
    // Base64 of `opdata01`, an item of a 1Password vault, and of a session key in a blob of Windows' CryptoAPI.
    "b3bkyxrhmd", "aqiaa",
];

/// Beginnings of what may be known.
#[rustfmt::skip]
const PUBLIC: &[&str] = &[
    "ssh-rsa ", "ssh-ed25519 ", "ssh-dss ", "ecdsa-sha2-", "aaaab3nzac", "aaaac3nzac", "-----begin pub",
    "-----begin cert", "-----begin rsa pub", "-----begin ec pub", "-----begin pgp pub", "-----begin ssh2 pub",
    "miibijan", "mfkwew", "miigfma0", "miicijan", "mcowbqy", "-----end", "-----begin encr", "-----begin cms",
    "-----begin pkcs7", "-----begin pgp mess", "-----begin pgp sig", "-----begin x509 crl", "-----begin dh",
];

/// What a value is given to, and how.
pub(super) struct Given<'a> {
    pub(super) name: &'a [u8],
    /// Whether the name asks for a password: what people think up, other than keys and tokens.
    pub(super) password: bool,
    pub(super) quoted: bool,
    /// Whether it may hold spaces: it stands in quotes or between tags.
    pub(super) text: bool,
    pub(super) follows: u8,
}

/// Why the value cannot be a secret.
pub(super) fn veto(value: &[u8], given: &Given) -> Option<Reason> {
    let Given { name, password, quoted, text, follows } = *given;
    let first = value[0];
    let starts = |list: &[&str]| {
        list.iter().any(|one| value.len() >= one.len() && value[..one.len()].eq_ignore_ascii_case(one.as_bytes()))
    };
    // `root:$apr1$…`, with the dollars doubled in Compose's files.
    let behind_user = memchr::memchr(b':', value).is_some_and(|at| {
        let hash = &value[at + 1..];
        let hash = hash.strip_prefix(b"$").filter(|rest| rest.starts_with(b"$")).unwrap_or(hash);
        at > 0
            && hash.starts_with(b"$")
            && HASHES.iter().any(|one| {
                one.starts_with('$')
                    && hash.len() > 20
                    && hash.starts_with(&one.as_bytes()[..one.len() - usize::from(one.ends_with('$'))])
            })
    });
    if starts(HASHES) || is_database_hash(value) || behind_user || is_known_hash(value) {
        return Some(Reason::PasswordHash);
    }
    if starts(&["hmac-sha256:", "hmac-sha512:"]) {
        return Some(Reason::Digest);
    }
    if starts(SEALED) || is_bitwarden(value) {
        return Some(Reason::Sealed);
    }
    if starts(PUBLIC) || is_minisign(value) || is_maps_key(value) {
        return Some(Reason::PublicKey);
    }
    // The second is base64 of the first.
    if value.starts_with(b"-----BEGIN") || value.starts_with(b"LS0tLS1CRUdJTi") {
        return Some(Reason::Armour);
    }
    let contains = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    if allow::is_template(value) || contains(b"}}") {
        return Some(Reason::Template);
    }
    let name_like =
        |text: &[u8]| text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':'));
    if (matches!(first, b'$' | b'%' | b'@' | b'&' | b':' | b'*')
        && value.len() > 1
        && value[1].is_ascii_alphabetic()
        && !value[1..].iter().any(u8::is_ascii_digit)
        && name_like(&value[1..]))
        || contains(b"process.env")
        || contains(b"os.environ")
        || contains(b"getenv")
        || contains(b"->")
        || contains(b"::")
    {
        return Some(Reason::Reference);
    }
    // `password = pwd`: the variable, by the usual short names.
    if !quoted && ["pwd", "pswd", "passwd", "passwrd", "psw"].iter().any(|word| value == word.as_bytes()) {
        return Some(Reason::Reference);
    }
    if !quoted {
        let inner = &value[usize::from(matches!(first, b'&' | b'*' | b'!'))..];
        let call = inner
            .iter()
            .position(|byte| matches!(byte, b'(' | b'{'))
            .is_some_and(|at| at > 0 && name_like(&inner[..at]));
        // `!received`, YAML's `!secret name`.
        let not = first == b'!' && inner.iter().all(u8::is_ascii_alphabetic);
        let index = value.iter().position(|byte| *byte == b'[').is_some_and(|at| {
            at > 0 && name_like(&value[..at]) && (value.contains(&b']') || follows == b'"' || follows == b'\'')
        });
        // `config.password`, `self.token`: names joined by dots.
        let dotted = value.split(|byte| *byte == b'.').all(|part| {
            part.len() > 1
                && (part[0].is_ascii_alphabetic() || part[0] == b'_')
                && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                && plain(part)
        }) && value.contains(&b'.');
        let operators = contains(b"&&") || contains(b"||") || contains(b"),") || contains(b"()");
        // `password = super$ecret`: a variable in a text, where no quotes keep the sign.
        let filled_in = memchr::memchr(b'$', value).is_some_and(|at| {
            at > 0 && value.len() > at + 3 && value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'$')
        });
        if call
            || not
            || filled_in
            || operators
            || index
            || dotted
            || follows == b'('
            || matches!(first, b'(' | b'!' if value.len() < 6)
            || first == b'('
            || first == b'='
            || first == b'|'
        {
            return Some(Reason::Reference);
        }
    }
    if value.starts_with(b"eyJ") && value.contains(&b'.') && is_no_jwt(value) {
        return Some(Reason::NoJwt);
    }
    if value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'+').count() < 12
        && contains(b"://")
        && !contains(b"@")
        || starts(ROOTS)
        || starts(&["http%3a", "https%3a", "http%25", "https%25"])
        || (!password && (is_host_and_path(value) || is_registry_path(value) || is_file(value) || is_ipv6(value)))
    {
        return Some(Reason::Address);
    }
    if is_version(value) {
        return Some(Reason::Version);
    }
    if starts(&["urn:uuid:", "opaquelocktoken:"]) || is_analytics_id(value) || is_key_id(value, name) {
        return Some(Reason::Identifier);
    }
    let inner = value.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
    if inner >= 3 && value.get(inner) == Some(&b'=') && value.len() > inner + 3 && value[inner + 1] != b'='
        // `:maxlength="500"`: the name of the next attribute.
        || inner >= 3 && inner + 1 == value.len() && value[inner] == b'=' && matches!(follows, b'"' | b'\'')
        // `s/# Password=/a\Password=…/`: the same name once more.
        || value.windows(name.len() + 1).any(|part| part.ends_with(b"=") && part.starts_with(name))
    {
        return Some(Reason::Assignment);
    }
    if says_so(value) || is_sample_pair(value) {
        return Some(Reason::Placeholder);
    }
    if let Some(text) = text_in_base64(value) {
        // A name and a colon, as clients that have no secret send it.
        if text.strip_suffix(b":").is_some_and(|user| user.len() < 16 && user.iter().all(u8::is_ascii_alphabetic)) {
            return Some(Reason::UserOnly);
        }
        // `password: cGFzc3dvcmQ=`, as Kubernetes has it.
        if password && is_sample(&text) {
            return Some(Reason::Placeholder);
        }
        if allow::follows_a_pattern(&text) {
            return Some(Reason::Sequence);
        }
        if text.starts_with(b"{") && contains_ignoring_case(&text, b"\"alg\":") && ends_as(name, "token") {
            return Some(Reason::NoJwt);
        }
    }
    if !password && allow::is_chain_address(value) && ends_as(name, "token") {
        return Some(Reason::Identifier);
    }
    // People count to five in the passwords that they think up; nobody does in keys.
    if allow::follows_a_pattern(value) || (!password && value.len() >= 16 && (counts(value) || are_keys(value))) {
        return Some(Reason::Sequence);
    }
    if !password && (allow::is_time(value) || is_date(value)) || is_mode(value) {
        return Some(Reason::Time);
    }
    if CONSTANTS.iter().any(|one| value.eq_ignore_ascii_case(one.as_bytes()))
        || is_algorithm(value)
        || is_color(value)
        || is_validation(value)
        || !password && !quoted && is_small_number(value)
    {
        return Some(Reason::Constant);
    }
    let mut seen = [false; 256];
    let kinds = value.iter().filter(|byte| !std::mem::replace(&mut seen[**byte as usize], true)).count();
    // `A` is base64 for zeros, with which tokens begin.
    if kinds <= 2 || (!password && value.chunk_by(|a, b| a == b).any(|run| run.len() >= 8 && run[0] != b'A')) {
        return Some(Reason::Repeats);
    }
    let spaces = value.iter().filter(|byte| **byte == b' ').count();
    if spaces > 0 && (spaces > 2 || !password || !value.iter().any(u8::is_ascii_digit)) && text {
        return Some(Reason::Prose);
    }
    if is_escaped_text(value)
        || is_escaped_sign(value)
        // Crowdin's marks of a text that is translated in place.
        || starts(&["crwdns"])
        || text && follows != b'+' && is_label(value)
        || !password && is_word(value)
        || !value.is_ascii() && value.iter().filter(|byte| **byte >= 0x80).count() * 3 > value.len()
    {
        return Some(Reason::Prose);
    }
    if (contains(b"</") || contains(b"/>"))
        || contains(b"(?")
        || contains(b".*")
        || contains(b"[^")
        || contains(b"\\d")
        || contains(b"\\w")
        || contains(b"a-z")
        || contains(b"A-Z")
    {
        return Some(Reason::Markup);
    }
    (same_words(value, name) || is_the_word(value)).then_some(Reason::ItsName)
}

/// Whether it has a part that says that it is none.
fn says_so(text: &[u8]) -> bool {
    PLACEHOLDERS.iter().any(|word| contains_ignoring_case(text, word.as_bytes()))
}

fn is_sample(text: &[u8]) -> bool {
    says_so(text) || ends_as(text, "password") || SHOWN.iter().any(|shown| text.eq_ignore_ascii_case(shown.as_bytes()))
}

/// Whether it is base64 of a text that says that it is none: `Q2hhbmdlTWVQbGVhc2U=`.
pub(super) fn is_sample_in_base64(value: &[u8]) -> bool {
    text_in_base64(value).is_some_and(|text| is_sample(&text))
}

/// Letters that end in the word: `proxypassword`.
pub(super) fn says_password(value: &[u8]) -> bool {
    value.len() > 8
        && value.iter().all(u8::is_ascii_alphabetic)
        && (ends_as(value, "password") || ends_as(value, "passwd"))
}

/// The printable text of which it is base64.
fn text_in_base64(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < 8 || value.len() > 256 || value.len() % 4 == 1 {
        return None;
    }
    checksum::base64(value).filter(|text| text.iter().all(|byte| (0x20..0x7f).contains(byte)))
}

/// Whether it is the word for password in some language, as in translations: `"Password": "Lozinka"`.
fn is_the_word(value: &[u8]) -> bool {
    value.len() < 32
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || b" -_".contains(byte))
        && std::str::from_utf8(value).is_ok_and(|word| {
            let word = word.to_lowercase();
            is_foreign(&word) || TRANSLATED.iter().any(|known| word.starts_with(known))
        })
}

/// The word in more languages: no names are made of these.
#[rustfmt::skip]
const TRANSLATED: &[&str] = &[
    "wagwoord", "fjalëkalim", "lykilorð", "slaptažod", "parool", "geslo", "zaporka", "passord", "lösen", "kata laluan",
    "mật khẩu", "pasahitz", "contrasinal", "cyfrinair", "pasfhocal", "motpas", "salasõna", "κωδικός", "סיסמ", "รหัสผ่าน",
    "şifrə", "nenosiri", "ger-tremen",
];

/// Letters beyond ASCII as files of Java properties write them: `\u8a8d\u8a3c`, `Contrase\u00F1a`.
fn is_escaped_text(value: &[u8]) -> bool {
    let mut parts = memchr::memmem::find_iter(value, b"\\u").peekable();
    let plain = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_alphabetic() || b" .-:?!()',/".contains(byte));
    let Some(&first) = parts.peek() else { return false };
    let mut at = first;
    for start in parts {
        let digits = &value[start + 2..value.len().min(start + 6)];
        // Below U+00A0 stand characters that nobody has to escape in a text.
        let letter = digits.iter().all(u8::is_ascii_hexdigit) && !digits.starts_with(b"00") || digits > &b"009"[..];
        if !plain(&value[at..start]) || !letter || !digits.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        at = value.len().min(start + 6);
    }
    plain(&value[..first]) && plain(&value[at..])
}

/// Signs and no letters or digits, escaped: `\xF0\x9F\x8D\xAA`, `\u2028\u2029`.
fn is_escaped_sign(value: &[u8]) -> bool {
    if value.len() < 8 || value[0] != b'\\' {
        return false;
    }
    let mut bytes = Vec::new();
    for part in value[1..].split(|byte| *byte == b'\\') {
        let Some((kind, digits)) = part.split_first() else { return false };
        let Some(code) = std::str::from_utf8(digits).ok().and_then(|digits| u32::from_str_radix(digits, 16).ok())
        else {
            return false;
        };
        match (kind, digits.len()) {
            (b'x', 2) if code >= 0x80 => bytes.push(code as u8),
            (b'u' | b'U', 4..=8) if !char::from_u32(code).is_some_and(|sign| sign.is_ascii_alphanumeric()) => {}
            _ => return false,
        }
    }
    // Random bytes are no text.
    std::str::from_utf8(&bytes).is_ok()
}

/// The text beside a field of a form: words and a colon.
fn is_label(value: &[u8]) -> bool {
    value.strip_suffix(b":").is_some_and(|words| {
        words.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || b" -'/()".contains(byte))
    })
}

/// One word with a capital, as texts have it: nobody draws a key like that.
fn is_word(value: &[u8]) -> bool {
    value.len() <= 24
        && value[0].is_ascii_uppercase()
        && value[1..].iter().all(|byte| byte.is_ascii_lowercase() || *byte >= 0x80)
}

/// A day, and maybe an hour: `1979-05-27T07:32:00Z`.
fn is_date(value: &[u8]) -> bool {
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    value.len() >= 10
        && digits(&value[..4])
        && value[4] == b'-'
        && digits(&value[5..7])
        && value[7] == b'-'
        && digits(&value[8..10])
        && value[10..].iter().all(|byte| byte.is_ascii_digit() || b"TZ :.+-".contains(byte))
}

/// A value in the registry of Windows: `SOFTWARE\\Classes\\x`.
fn is_registry_path(value: &[u8]) -> bool {
    if !value.contains(&b'\\') {
        return false;
    }
    let parts = value.split(|byte| *byte == b'\\').filter(|part| !part.is_empty());
    parts.clone().count() >= 2
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"\\ ._-{}".contains(byte))
        && parts
            .clone()
            .take(2)
            .all(|part| part.len() >= 4 && part.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b' '))
}

/// Encrypted as Bitwarden writes it: the kind, and base64 of the vector, the text and its MAC.
fn is_bitwarden(value: &[u8]) -> bool {
    value.len() > 24
        && value[0].is_ascii_digit()
        && value[1] == b'.'
        && value.contains(&b'|')
        && value[2..].iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=|".contains(byte))
}

/// A color as stylesheets write it: `#ede04b`.
fn is_color(value: &[u8]) -> bool {
    value[0] == b'#' && matches!(value.len(), 4 | 5 | 7 | 9) && value[1..].iter().all(u8::is_ascii_hexdigit)
}

/// The mode of a file as `chmod` takes it: `u=rwX,g=,o=`.
fn is_mode(value: &[u8]) -> bool {
    value.split(|byte| *byte == b',').all(|part| {
        let who = part.iter().take_while(|byte| b"ugoa".contains(byte)).count();
        who > 0
            && part.get(who).is_some_and(|sign| b"=+-".contains(sign))
            && part[who + 1..].iter().all(|byte| b"rwxXst".contains(byte))
    })
}

/// A version or a range of versions: `^7.0.4`, `npm:^7.0.4`, `>=2.1.0-rc1`.
fn is_version(value: &[u8]) -> bool {
    let range = value.iter().all(|byte| byte.is_ascii_digit() || b".,|<>=^~ *-xv".contains(byte));
    if range && b"<>=^~".contains(&value[0]) && value.contains(&b'.') {
        return true;
    }
    let bare =
        [&b"npm:"[..], b"workspace:", b"patch:"].iter().find_map(|kind| value.strip_prefix(*kind)).unwrap_or(value);
    // `name>=1.2`, `name==1.2.3`.
    let name = bare.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
    let needed = [&b">="[..], b"==", b"~=", b"<="].iter().find_map(|sign| bare[name..].strip_prefix(*sign));
    if name > 0
        && needed.is_some_and(|number| {
            number.contains(&b'.') && number.iter().all(|byte| byte.is_ascii_digit() || b".,<>=*".contains(byte))
        })
    {
        return true;
    }
    let sign = bare.iter().take_while(|byte| b"^~<>=v ".contains(byte)).count();
    let number = bare[sign..].split(|byte| b"-+_(".contains(byte)).next().unwrap_or_default();
    let mut parts = number.split(|byte| *byte == b'.');
    number.len() >= 5
        && number.iter().filter(|byte| **byte == b'.').count() == 2
        && parts.all(|part| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
}

/// What a form's field has to be: `required|string|min:8`, `max:72`.
fn is_validation(value: &[u8]) -> bool {
    (value.contains(&b'|') || value.contains(&b':'))
        && value.split(|byte| *byte == b'|').all(|rule| {
            let mut parts = rule.splitn(2, |byte| *byte == b':');
            let (name, limit) = (parts.next().unwrap_or_default(), parts.next());
            match limit {
                Some(limit) => {
                    ["min", "max", "between", "size"].iter().any(|known| name == known.as_bytes())
                        && limit.iter().all(|byte| byte.is_ascii_digit() || *byte == b',')
                }
                None => ["required", "string", "confirmed", "nullable", "sometimes", "filled", "email"]
                    .iter()
                    .any(|known| name == known.as_bytes()),
            }
        })
}

/// A number as programs count with: below zero, with a fraction, or of no more than eight digits.
fn is_small_number(value: &[u8]) -> bool {
    let bare = value.strip_prefix(b"-").unwrap_or(value);
    bare.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && (bare.len() < value.len() || bare.contains(&b'.') || bare.len() <= 8)
}

/// The name or path of a file: `server.pem`, `/js/auth.js?id=1`.
fn is_file(value: &[u8]) -> bool {
    let path = value.split(|byte| *byte == b'?').next().unwrap_or_default();
    let Some(dot) = memchr::memrchr(b'.', path) else { return false };
    let known = EXTENSIONS.iter().any(|end| path[dot + 1..].eq_ignore_ascii_case(end.as_bytes()));
    known
        && (path.len() == value.len() || value[0] == b'/')
        && path.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-./@".contains(byte))
}

/// An address of the internet's sixth version, written out.
fn is_ipv6(value: &[u8]) -> bool {
    value.iter().filter(|byte| **byte == b':').count() >= 4
        && std::str::from_utf8(value).is_ok_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok())
}

/// The first half of the MD5, SHA-1 and SHA-256 sums of nothing and of the passwords that people show how it is done with: `123456`,
/// `12345678`, `123`, `password`, `admin`, `test`, `111111`.
#[rustfmt::skip]
const KNOWN_SUMS: &[&str] = &[
    "d41d8cd98f00b204", "e10adc3949ba59ab", "25d55ad283aa400a", "202cb962ac59075b", "5f4dcc3b5aa765d6", "21232f297a57a5a7",
    "098f6bcd4621d373", "96e79218965eb72c", "da39a3ee5e6b4b0d", "7c4a8d09ca3762af", "7c222fb2927d828a", "40bd001563085fc3",
    "5baa61e4c9b93f3f", "d033e22ae348aeb5", "a94a8fe5ccb19ba6", "3d4f2bf07dc1be38", "e3b0c44298fc1c14", "8d969eef6ecad3c2",
    "ef797c8118f02dfb", "a665a45920422f9d", "5e884898da280471", "8c6976e5b5410415", "9f86d081884c7d65", "bcb15f821479b4d5",
];

/// Whether it is a sum of one of them.
fn is_known_hash(value: &[u8]) -> bool {
    allow::is_digest(value) && KNOWN_SUMS.iter().any(|half| value[..half.len()].eq_ignore_ascii_case(half.as_bytes()))
}

/// Hashes of passwords as MySQL (`*` and 40 digits) and PostgreSQL (`md5` and 32) store them.
fn is_database_hash(value: &[u8]) -> bool {
    let hex = |rest: &[u8], len: usize| rest.len() == len && rest.iter().all(u8::is_ascii_hexdigit);
    value.strip_prefix(b"*").is_some_and(|rest| hex(rest, 40))
        || value.strip_prefix(b"md5").is_some_and(|rest| hex(rest, 32))
}

/// `github.com/owner/name`: a host under a domain that has hosts of code and documents, and a path of words.
fn is_host_and_path(value: &[u8]) -> bool {
    let Some(slash) = memchr::memchr(b'/', value) else { return false };
    let (host, path) = value.split_at(slash);
    [&b".com"[..], b".org", b".io", b".net", b".dev", b".in"].iter().any(|end| host.ends_with(end))
        && host.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(byte))
        && path.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
}

/// Ids that web pages send to Google Analytics: `UA-` and numbers.
fn is_analytics_id(value: &[u8]) -> bool {
    value.strip_prefix(b"UA-").is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'))
}

/// With what the names of OpenPGP keys' ids end.
#[rustfmt::skip]
const KEY_IDS: &[&str] = &[
    "signingkey", "repokey", "repo_key", "gpgkey", "gpg_key", "pgp_key", "apt_key", "recv-keys", "recv-key", "releasekey",
    "managerkey",
];

/// The id or fingerprint of an OpenPGP key, as git's `user.signingKey` and lists of package sources name it.
fn is_key_id(value: &[u8], name: &[u8]) -> bool {
    // The list of package sources: there they are written in either case.
    let of_packages =
        ends_as(name, "apt_key") && matches!(value.len(), 8 | 16 | 40) && value.iter().all(u8::is_ascii_hexdigit);
    of_packages || allow::is_key_id(value) && KEY_IDS.iter().any(|word| ends_as(name, word))
}

/// Base64 of a user and a password that shows how it is done: `user:pass`.
fn is_sample_pair(value: &[u8]) -> bool {
    if value.len() < 8 || value.len() > 64 || !value.len().is_multiple_of(4) {
        return false;
    }
    checksum::pair(value).is_some_and(|(pair, colon)| {
        let printable = pair.iter().all(|byte| (0x20..0x7f).contains(byte));
        printable && SHOWN.iter().any(|shown| pair[colon + 1..].eq_ignore_ascii_case(shown.as_bytes()))
    })
}

/// Minisign's public key: base64 of `Ed`, an id and the key.
fn is_minisign(value: &[u8]) -> bool {
    value.len() == 56
        && value.starts_with(b"RW")
        && (b'Q'..=b'T').contains(&value[2])
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte))
}

/// What a page gave to the second version of Google's maps, for its own address only.
fn is_maps_key(value: &[u8]) -> bool {
    value.len() == 86 && value.starts_with(b"ABQIAAAA")
}

/// Whether no letter comes twice, as where the keys of a keyboard are listed: `asdfghjklqwertyuiop`.
fn are_keys(value: &[u8]) -> bool {
    let letters = value.strip_suffix(b";").unwrap_or(value);
    let mut seen = [false; 256];
    letters.len() >= 18
        && letters.iter().all(|byte| byte.is_ascii_lowercase() && !std::mem::replace(&mut seen[*byte as usize], true))
}

/// Whether many letters, or five digits, follow each other as nobody draws them.
fn counts(value: &[u8]) -> bool {
    let mut run = 1;
    value.windows(2).any(|two| {
        run = if two[0].wrapping_add(1) == two[1] && two[0].is_ascii_alphanumeric() && two[1].is_ascii_alphanumeric() {
            run + 1
        } else {
            1
        };
        run >= if two[1].is_ascii_digit() { 5 } else { 8 }
    })
}

/// Whether all its parts are those of names of algorithms: `PBES2-HS256+A128KW`.
fn is_algorithm(value: &[u8]) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/. ()".contains(&byte);
    if value.len() > 40 || !value.iter().all(|byte| part(*byte)) || value.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut all = true;
    words(value, |word| {
        all &= word[0].is_ascii_digit() && word.len() <= 4 || ALGORITHMS.iter().any(|known| known.as_bytes() == word);
    });
    all
}

/// Whether it has the parts of a JSON web token and they are none.
fn is_no_jwt(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let (Some(head), Some(body)) = (parts.next(), parts.next()) else { return false };
    let opens = |part: &[u8]| {
        let whole = &part[..part.len() / 4 * 4];
        data_encoding::BASE64URL_NOPAD.decode(whole).is_ok_and(|bytes| bytes.first() == Some(&b'{'))
    };
    // Five parts are an encrypted token: nothing but its head can be read.
    let encrypted = parts.count() == 3;
    !opens(head) || !(encrypted || opens(body))
}

/// Whether every word of the value is one of the name's, or the other way round.
fn same_words(value: &[u8], name: &[u8]) -> bool {
    let squeeze = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80).map(u8::to_ascii_lowercase).collect()
    };
    if value.len() > name.len() + 16 {
        return false;
    }
    let (value, name) = (squeeze(value), squeeze(name));
    let one = value.strip_suffix(b"s").unwrap_or(&value);
    value == name || (one.len() >= 4 && (name.ends_with(&value) || name.ends_with(one)))
}

/// Whether letters change case only as words do.
fn plain(part: &[u8]) -> bool {
    let changes = part
        .windows(2)
        .filter(|two| {
            two[0].is_ascii_alphabetic() && two[1].is_ascii_digit()
                || two[0].is_ascii_digit() && two[1].is_ascii_alphabetic()
        })
        .count();
    changes <= 1
}

/// Words that say of a value that it is none.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "example", "sample", "changeme", "change", "placeholder", "dummy", "test", "tests", "testing", "fake",
    "mock", "your", "my", "foo", "bar", "baz", "qux", "replace", "insert", "enter", "here", "todo", "redacted",
    "hidden", "removed", "xxx", "xxxx", "xxxxx", "xxxxxx", "abc", "abcd", "abcdef", "qwerty", "asdf", "demo",
    "default", "secret", "password", "passwd", "passphrase", "pass", "pwd", "token", "key", "apikey", "value",
    "some", "any", "none", "null", "user", "username", "admin", "root", "guest", "invalid", "wrong", "correct",
    "right", "bad", "good", "valid", "new", "old", "temp", "tmp", "hello", "world", "letmein", "welcome",
    "monkey", "string", "text", "the", "this", "that", "is", "not", "a", "to", "be", "with", "set", "empty",
    "hunter", "real", "private", "public", "client", "server", "access", "api", "auth", "id", "name",
    "database", "db", "mysql", "postgres", "something", "anything", "super", "very", "safe", "secure",
    "strong", "weak", "please", "goes", "of", "for", "in", "from", "env", "basic", "bearer", "login",
    "account", "credential", "credentials", "generated", "random", "another", "other", "first", "second",
    "one", "two", "three", "only", "development", "dev", "local", "staging", "prod", "production", "master",
    "session", "expected", "actual", "unused", "encrypted", "encoded", "plaintext", "plain", "base", "field",
    "label", "type", "input", "form", "header", "body", "error", "message", "failed", "missing", "unknown",
    "email", "mail", "host", "port", "url", "path", "file", "config", "service", "app", "application", "oauth",
    "jwt", "refresh", "code", "hash", "salt", "signature", "cookie", "reset", "confirm", "confirmation",
    "current", "validate", "update", "create", "delete", "get", "add", "remove", "send", "show", "hide",
    "forgot", "must", "should", "will", "can", "at", "least", "characters", "between", "length", "long",
    "short", "must", "required", "optional",
];

/// Values that are set to be seen or guessed.
#[rustfmt::skip]
const WEAK: &[&str] = &[
    "password", "passwd", "pass", "secret", "token", "changeme", "admin", "root", "test", "tests", "testing",
    "test123", "test1234", "password1", "password123", "passw0rd", "p@ssw0rd", "p@ssword", "pass123",
    "pass1234", "admin123", "root123", "secret123", "123456", "1234", "12345", "1234567", "12345678",
    "123456789", "1234567890", "qwerty", "abc123", "abcd1234", "letmein", "welcome", "hunter2", "foobar",
    "foo", "bar", "guest", "default", "example", "postgres", "mysql", "redis", "mongo", "mongodb", "rabbitmq",
    "minio", "minioadmin", "elastic", "user", "username", "demo", "dummy", "fake", "mock", "invalid", "wrong",
    "mypassword", "mysecret", "mytoken", "yourpassword", "secretkey", "apikey", "supersecret", "topsecret",
    "s3cr3t", "s3cret", "pa55word", "pa$$word", "pa$$w0rd", "pwd", "passphrase", "qwe123", "asdf", "asdfgh",
    "zxcvbn", "1111", "0000", "aaaa", "string", "null", "none", "value", "keyboard cat", "keyboardcat",
    "correcthorsebatterystaple", "vagrant", "travis", "ubuntu", "docker", "kafka", "hello", "world", "toor",
    "tiger", "scott", "oracle", "manager", "sa",
];

/// Measures of a value, as the model reads them.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) len: f32,
    pub(super) digits: f32,
    pub(super) uppers: f32,
    pub(super) lowers: f32,
    pub(super) symbols: f32,
    pub(super) distinct: f32,
    pub(super) entropy: f32,
    pub(super) relative: f32,
    pub(super) pair_mean: f32,
    pub(super) pair_max: f32,
    pub(super) consonants: f32,
    pub(super) vowels: f32,
    pub(super) class_changes: f32,
    pub(super) equal_run: f32,
    pub(super) step_run: f32,
    pub(super) words: f32,
    pub(super) word_len: f32,
    pub(super) filler_share: f32,
    pub(super) fillers: f32,
    pub(super) weak: f32,
    pub(super) secret_word: f32,
    pub(super) name_word: f32,
    /// Share of the value that words of its name make up.
    pub(super) name_share: f32,
    pub(super) hex: f32,
    pub(super) digest: f32,
    pub(super) base64: f32,
    pub(super) padded: f32,
    pub(super) uuid: f32,
    pub(super) camel: f32,
    pub(super) snake: f32,
    pub(super) upper_snake: f32,
    pub(super) kebab: f32,
    pub(super) dotted: f32,
    pub(super) path: f32,
    pub(super) url: f32,
    pub(super) spaces: f32,
    pub(super) number: f32,
    pub(super) letters_only: f32,
    pub(super) first: f32,
    pub(super) email: f32,
    pub(super) date: f32,
    pub(super) file: f32,
    pub(super) escapes: f32,
}

fn flag(truth: bool) -> f32 {
    f32::from(u8::from(truth))
}

impl Facts {
    pub(super) fn of(value: &[u8], name: &[u8]) -> Facts {
        let len = value.len() as f32;
        let mut counts = [0u16; 256];
        let (mut digits, mut uppers, mut lowers, mut vowels, mut consonants) = (0, 0, 0, 0, 0);
        let (mut run, mut equal, mut step, mut equal_run, mut step_run) = (0, 1, 1, 1, 1);
        let (mut changes, mut pairs, mut pair_sum, mut pair_max) = (0, 0, 0u32, 0u32);
        let mut down = 1;
        for (at, &byte) in value.iter().enumerate() {
            counts[byte as usize] += 1;
            digits += i32::from(byte.is_ascii_digit());
            uppers += i32::from(byte.is_ascii_uppercase());
            lowers += i32::from(byte.is_ascii_lowercase());
            let vowel = matches!(byte | 0x20, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
            if byte.is_ascii_alphabetic() {
                vowels += i32::from(vowel);
                run = if vowel { 0 } else { run + 1 };
                consonants = consonants.max(run);
            } else {
                run = 0;
            }
            if at > 0 {
                let before = value[at - 1];
                equal = if before == byte { equal + 1 } else { 1 };
                step = if before.wrapping_add(1) == byte && byte.is_ascii_alphanumeric() { step + 1 } else { 1 };
                down = if byte.wrapping_add(1) == before && byte.is_ascii_alphanumeric() { down + 1 } else { 1 };
                equal_run = equal_run.max(equal);
                step_run = step_run.max(step).max(down);
                changes += i32::from(class(before) != class(byte));
                if before.is_ascii_alphabetic() && byte.is_ascii_alphabetic() {
                    let one = u32::from(surprise(before, byte));
                    pairs += 1;
                    pair_sum += one;
                    pair_max = pair_max.max(one);
                }
            }
        }
        let distinct = counts.iter().filter(|count| **count > 0).count() as f32;
        let entropy = -counts
            .iter()
            .filter(|count| **count > 0)
            .map(|count| f32::from(*count) / len)
            .map(|p| p * p.log2())
            .sum::<f32>();
        let alphabet = (if digits > 0 { 10.0 } else { 0.0 })
            + (if uppers > 0 { 26.0 } else { 0.0 })
            + (if lowers > 0 { 26.0 } else { 0.0f32 });
        let symbols = len - (digits + uppers + lowers) as f32;
        let alphabet = (alphabet + if symbols > 0.0 { 10.0 } else { 0.0 }).max(2.0);
        let (mut count, mut letters, mut filler, mut filler_letters, mut name_word) = (0, 0, 0, 0, false);
        words(value, |word| {
            if word[0].is_ascii_alphabetic() || word[0] >= 0x80 {
                count += 1;
                letters += word.len();
                if FILLERS.iter().any(|one| one.as_bytes() == word) {
                    filler += 1;
                    filler_letters += word.len();
                }
                name_word |= word.len() > 2 && contains_ignoring_case(name, word);
            }
        });
        let mut of_name = 0;
        words(name, |word| {
            if word.len() > 2 && contains_ignoring_case(value, word) {
                of_name += word.len();
            }
        });
        let is = |test: fn(u8) -> bool| value.iter().all(|byte| test(*byte));
        let hex = is(|byte| byte.is_ascii_hexdigit());
        let has = |needle: &[u8]| contains_ignoring_case(value, needle);
        let parts = |mark: u8, test: fn(u8) -> bool| {
            value.contains(&mark)
                && value
                    .split(|byte| *byte == mark)
                    .all(|part| !part.is_empty() && part.iter().all(|byte| test(*byte)) && plain(part))
        };
        let shown = value.trim_ascii_end();
        let shown = shown.strip_suffix(b"==").or(shown.strip_suffix(b"=")).unwrap_or(shown);
        Facts {
            len,
            digits: digits as f32,
            uppers: uppers as f32,
            lowers: lowers as f32,
            symbols,
            distinct,
            entropy,
            relative: entropy / alphabet.min(len).max(2.0).log2(),
            pair_mean: if pairs > 0 { pair_sum as f32 / pairs as f32 } else { 0.0 },
            pair_max: pair_max as f32,
            consonants: consonants as f32,
            vowels: vowels as f32 / ((uppers + lowers) as f32).max(1.0),
            class_changes: changes as f32 / len,
            equal_run: equal_run as f32,
            step_run: step_run as f32,
            words: count as f32,
            word_len: if count > 0 { letters as f32 / count as f32 } else { 0.0 },
            filler_share: filler_letters as f32 / len,
            fillers: filler as f32,
            weak: flag(WEAK.iter().any(|one| value.eq_ignore_ascii_case(one.as_bytes()))),
            secret_word: flag(
                ["pass", "secret", "token", "key", "pwd", "cred"].iter().any(|word| has(word.as_bytes())),
            ),
            name_word: flag(name_word),
            name_share: (of_name as f32 / len).min(1.0),
            hex: flag(hex),
            digest: flag(hex && matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128)),
            base64: flag(
                shown.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')),
            ),
            padded: (value.len() - shown.len()) as f32,
            uuid: flag(value.len() == 36 && [8, 13, 18, 23].iter().all(|at| value[*at] == b'-')),
            camel: flag(
                is(|byte| byte.is_ascii_alphanumeric()) && plain(value) && uppers > 0 && lowers > uppers && digits <= 2,
            ),
            snake: flag(parts(b'_', |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())),
            upper_snake: flag(parts(b'_', |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())),
            kebab: flag(parts(b'-', |byte| byte.is_ascii_alphanumeric())),
            dotted: flag(parts(b'.', |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')),
            path: flag(
                value.starts_with(b"/")
                    || value.starts_with(b"./")
                    || value.starts_with(b"~/")
                    || parts(b'/', |byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)),
            ),
            url: flag(has(b"://")),
            spaces: value.iter().filter(|byte| **byte == b' ').count() as f32,
            number: flag(is(|byte| byte.is_ascii_digit() || b".-+_".contains(&byte)) || value.starts_with(b"0x")),
            letters_only: flag(is(|byte| byte.is_ascii_alphabetic())),
            first: class(value[0]) as f32,
            email: flag(
                value.iter().position(|byte| *byte == b'@').is_some_and(|at| at > 0 && value[at..].contains(&b'.')),
            ),
            date: flag(
                value.len() >= 8
                    && value[..4].iter().all(u8::is_ascii_digit)
                    && (value[4] == b'-' || value[4] == b'/')
                    && value[5].is_ascii_digit(),
            ),
            file: flag(extension(value)),
            escapes: value.iter().filter(|byte| **byte == b'\\').count() as f32,
        }
    }
}

/// Whether it ends as the name of a file does.
fn extension(value: &[u8]) -> bool {
    const KNOWN: &[&str] = &[
        "txt",
        "json",
        "yaml",
        "yml",
        "pem",
        "key",
        "crt",
        "cer",
        "p12",
        "pfx",
        "jks",
        "keytab",
        "xml",
        "js",
        "ts",
        "py",
        "go",
        "rb",
        "java",
        "php",
        "html",
        "css",
        "md",
        "log",
        "conf",
        "cfg",
        "ini",
        "properties",
        "env",
        "sh",
        "png",
        "jpg",
        "svg",
        "pub",
        "der",
        "sql",
        "db",
        "csv",
        "toml",
        "lock",
        "com",
        "org",
        "net",
        "io",
    ];
    let Some(dot) = value.iter().rposition(|byte| *byte == b'.') else { return false };
    KNOWN.iter().any(|one| value[dot + 1..].eq_ignore_ascii_case(one.as_bytes()))
}

fn contains_ignoring_case(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}

/// Lower case, upper case, digit, symbol, other.
fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        0..0x80 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &[u8], quoted: bool) -> Given<'_> {
        Given { name, password: true, quoted, text: quoted, follows: b'\n' }
    }

    #[test]
    fn what_cannot_be_a_secret_says_why() {
        for (value, quoted, reason) in [
            ("${DB_PASSWORD}", false, Reason::Template),
            ("<your password>", true, Reason::Template),
            ("$PASSWORD", false, Reason::Reference),
            ("config.db.password", false, Reason::Reference),
            ("getPassword()", false, Reason::Reference),
            ("null", false, Reason::Constant),
            ("xoxoxoxo", true, Reason::Repeats),
            ("Please enter your password", true, Reason::Prose),
            ("db_password", true, Reason::ItsName),
            ("ENC(abc)", true, Reason::Sealed),
            ("ssh-rsa AAAA", true, Reason::PublicKey),
            ("npm:^7.0.4", true, Reason::Version),
            ("/etc/app/password", true, Reason::Address),
            ("PBKDF2-SHA256", true, Reason::Constant),
            ("Lozinka", true, Reason::ItsName),
            ("Contrase\\u00F1a", false, Reason::Prose),
            ("Nuvarande l\\u00f6senord:", true, Reason::Prose),
            ("Adgangskode:", true, Reason::Prose),
            ("PBKDF2(SHA-256)", true, Reason::Constant),
            ("u=rwX,g=,o=", true, Reason::Time),
            (">=4,<=4.0.11|>=4.1", true, Reason::Version),
            ("pyu2f>=0.1.5", true, Reason::Version),
            ("d41d8cd98f00b204e9800998ecf8427e", true, Reason::PasswordHash),
            ("root:$$apr1$$abcdefgh$$ijklmnopqrst", true, Reason::PasswordHash),
            ("000102030405060708090A0B0C0D0E0F", true, Reason::Sequence),
            ("F3F4F5F6F7F8F9FAFBFCFDFEFF000102", true, Reason::Sequence),
            ("pswd", false, Reason::Reference),
            ("https", true, Reason::Constant),
            ("required|string|min:8", true, Reason::Constant),
            ("max:72", true, Reason::Constant),
            ("#ede04b", false, Reason::Constant),
            ("crwdns12898:0crwdne12898:0", true, Reason::Prose),
            ("<enc-v1>q1w2e3", true, Reason::Sealed),
            ("https%3A%2F%2Fx.io%2Fa", true, Reason::Address),
            ("i),n.x(i)})", false, Reason::Reference),
            ("!received", false, Reason::Reference),
            ("&jwt.Claims{", false, Reason::Reference),
            ("2.4.0_q1w2e3r4", false, Reason::Version),
            ("\\xF0\\x9F\\x8D\\xAA", true, Reason::Prose),
            ("\\u2028\\u2029\\u003c", true, Reason::Prose),
            ("super$ecret", false, Reason::Reference),
            ("changeit", true, Reason::Placeholder),
            ("hmac-sha256:36db60a1759c7fc2", true, Reason::Digest),
            ("YnJvd3Nlcjo=", true, Reason::UserOnly),
            ("YWJjZGVmMTIzNDU2Nzg=", false, Reason::Sequence),
            ("Wagwoord", true, Reason::ItsName),
            ("passwords", true, Reason::ItsName),
            ("cGFzc3dvcmQ=", false, Reason::Placeholder),
            ("SSHA512", true, Reason::Constant),
        ] {
            assert_eq!(veto(value.as_bytes(), &given(b"DB_PASSWORD", quoted)), Some(reason), "{value}");
        }
        for value in [
            "wqmvkdbc",
            "Tr0ub4dor&3",
            "my 3rd dog",
            "Wqmvkdbc",
            "p\\u0040ssw3rt",
            "1576142006",
            "super$ecret",
            "\\xfa\\xdd\\xb8\\xe0",
        ] {
            assert_eq!(veto(value.as_bytes(), &given(b"password", true)), None, "{value}");
        }
        for (value, reason) in [
            ("Skrivnost", Reason::Prose),
            ("1576142006", Reason::Time),
            ("1979-05-27T07:32:00Z", Reason::Time),
            ("SOFTWARE\\\\Classes\\\\x", Reason::Address),
            ("server.key.pem", Reason::Address),
            ("/js/auth.js?id=q1w2e3", Reason::Address),
            ("2001:0db8:0:42:0:8a2e:370:7334", Reason::Address),
            ("2.abcdefghijkl==|mnopqrst|uvwxyz==", Reason::Sealed),
            ("asdghklqwertyuiopzxcvbnmfj", Reason::Sequence),
            ("RWQwqmvkdbchzqpwqmvkdbchzqpwqmvkdbchzqpwqmvkdbchzqpwqmvk", Reason::PublicKey),
        ] {
            let given = Given { password: false, ..given(b"session_token", true) };
            assert_eq!(veto(value.as_bytes(), &given), Some(reason), "{value}");
        }
    }
}
