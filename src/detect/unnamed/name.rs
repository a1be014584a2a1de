//! What a name says of the value that it is given.

/// Words that say "secret", wherever they stand in a name. Each stands in `rules/generic.toml` as a literal.
#[rustfmt::skip]
pub(super) const PASSWORD_ROOTS: &[&str] = &[
    "pass", "pwd", "psw", "kennwort", "senha", "contrase", "wachtwoord", "lösenord", "losenord", "adgangskode",
    "salasana", "heslo", "haslo", "hasło", "lozinka", "parola", "sifre", "şifre", "jelsz", "motdepasse",
    "mot_de_passe", "mot de passe", "sandi", "парол", "ПАРОЛ", "Парол", "密码", "密碼", "口令", "パスワード", "비밀번호",
    "암호", "identified by", "securestring", "_pw",
];
/// The same for values that nobody types.
#[rustfmt::skip]
pub(super) const SECRET_ROOTS: &[&str] = &[
    "secret", "token", "key", "cred", "auth", "otp", "jwt", "bearer", "hmac", "cookie", "signature", "salt",
    "seed", "geheim",
];

/// What kind of value a word names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Password,
    Secret,
    Token,
    Key,
    Auth,
    Credential,
    Otp,
    Salt,
    /// Names a property of something, as `length`, `url` or `policy`.
    Property,
    /// Names whose it is, as `id`, `name` or `user`.
    Owner,
    /// Says that the value is not the secret itself: `hash`, `encrypted`, `public`.
    Derived,
    /// Says that everybody may know it.
    Public,
    /// Says whose secret it is, as `api`, `client` or `db`.
    Qualifier,
    /// Says that the key is one of a table or a keyboard, as `primary` or `foreign`.
    Lookup,
    /// Says that it is for tests or examples.
    Test,
    /// Says no more than that it is a value, as `value`, `text` or a number.
    Neutral,
    Other,
}

/// What a name says, as counts of its words' meanings.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    pub(super) last: Option<Meaning>,
    /// The last word that names a secret.
    pub(super) root: Option<Meaning>,
    pub(super) password: bool,
    pub(super) token: bool,
    pub(super) secret: bool,
    pub(super) key: bool,
    pub(super) qualifiers: u8,
    pub(super) owners: u8,
    pub(super) properties: u8,
    pub(super) derived: u8,
    pub(super) public: bool,
    pub(super) lookups: u8,
    pub(super) tests: u8,
    pub(super) others: u8,
    pub(super) words: u8,
    /// Words behind the last that names a secret.
    pub(super) behind: u8,
}

impl Name {
    pub(super) fn of(name: &[u8]) -> Name {
        let mut out = Name::default();
        words(name, |word| {
            let meaning = meaning(word);
            out.words = out.words.saturating_add(1);
            out.behind = out.behind.saturating_add(1);
            match meaning {
                Meaning::Password => out.password = true,
                Meaning::Token => out.token = true,
                Meaning::Secret => out.secret = true,
                Meaning::Key => out.key = true,
                Meaning::Owner => out.owners += 1,
                Meaning::Property => out.properties += 1,
                Meaning::Derived => out.derived += 1,
                Meaning::Public => out.public = true,
                Meaning::Qualifier => out.qualifiers += 1,
                Meaning::Lookup => out.lookups += 1,
                Meaning::Test => out.tests += 1,
                Meaning::Other => out.others += 1,
                _ => {}
            }
            if is_root(meaning) {
                out.root = Some(meaning);
                out.behind = 0;
            }
            if meaning != Meaning::Neutral {
                out.last = Some(meaning);
            }
        });
        // PowerShell's `ConvertTo-SecureString` and SQL's `IDENTIFIED BY` are followed by a password.
        if ends_as(name, "securestring") || ends_as(name, "identified by") {
            (out.password, out.root, out.last) = (true, Some(Meaning::Password), Some(Meaning::Password));
        }
        out
    }
}

/// Whether a name ends in a word, whatever the case.
pub(super) fn ends_as(name: &[u8], word: &str) -> bool {
    name.len().checked_sub(word.len()).is_some_and(|at| name[at..].eq_ignore_ascii_case(word.as_bytes()))
}

fn is_root(meaning: Meaning) -> bool {
    use Meaning::{Auth, Credential, Key, Otp, Password, Salt, Secret, Token};
    matches!(meaning, Password | Secret | Token | Key | Auth | Credential | Otp | Salt)
}

/// Yields the words of a name in lower case: parted at what is no letter or digit, and at humps.
pub(crate) fn words(name: &[u8], mut each: impl FnMut(&[u8])) {
    let mut buffer = [0u8; 40];
    let mut len = 0;
    let mut before = b' ';
    for (at, &byte) in name.iter().enumerate() {
        let letter = byte.is_ascii_alphabetic() || byte >= 0x80;
        let next_lower = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let hump =
            byte.is_ascii_uppercase() && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next_lower));
        let digit_joint = byte.is_ascii_digit() != before.is_ascii_digit() && before.is_ascii_alphanumeric();
        if (!letter && !byte.is_ascii_digit()) || hump || digit_joint || len == buffer.len() {
            if len > 0 {
                each(&buffer[..len]);
            }
            len = 0;
        }
        if letter || byte.is_ascii_digit() {
            buffer[len] = byte.to_ascii_lowercase();
            len += 1;
        }
        before = byte;
    }
    if len > 0 {
        each(&buffer[..len]);
    }
}

fn meaning(word: &[u8]) -> Meaning {
    if word[0].is_ascii_digit() {
        return Meaning::Neutral;
    }
    let Ok(word) = std::str::from_utf8(word) else { return Meaning::Other };
    if let Ok(at) = MEANINGS.binary_search_by_key(&word, |(known, _)| known) {
        return MEANINGS[at].1;
    }
    if let Some(single) = word.strip_suffix('s')
        && let Ok(at) = MEANINGS.binary_search_by_key(&single, |(known, _)| known)
    {
        return MEANINGS[at].1;
    }
    // Words written together: what stands last decides.
    let ends = |roots: &[&str]| roots.iter().any(|root| root.len() > 2 && word.ends_with(root));
    if word.contains("publickey") || word.contains("pubkey") {
        Meaning::Public
    } else if ends(&["gen", "generator"]) {
        Meaning::Property
    } else if word.contains("passw")
        || word.contains("passph")
        || (ends(&["pass"]) && !PASSES.contains(&word))
        || ends(&["pwd", "passwd", "kennwort", "passwort", "psw", "pw"])
        || foreign(word)
    {
        Meaning::Password
    } else if ends(&["secret"]) || word.starts_with("secret") {
        Meaning::Secret
    } else if ends(&["token"]) {
        Meaning::Token
    } else if ends(&["key"]) && !["monkey", "turkey", "hockey", "whiskey", "keykey", "donkey", "jockey"].contains(&word)
    {
        Meaning::Key
    } else if ends(&["credential", "creds", "cred", "credentials"]) {
        Meaning::Credential
    } else if ends(&["auth"]) {
        Meaning::Auth
    } else if ends(&["name", "user", "id"]) && word.len() > 4 {
        Meaning::Owner
    } else if ends(&["file", "path", "url", "uri", "type", "size", "length", "field", "label"]) {
        Meaning::Property
    } else {
        Meaning::Other
    }
}

/// Words that end in `pass` and name no password: verbs, and what filters and encoders do.
#[rustfmt::skip]
const PASSES: &[&str] = &[
    "compass", "bypass", "surpass", "trespass", "overpass", "underpass", "encompass", "multipass", "onepass", "twopass",
    "singlepass", "lowpass", "highpass", "bandpass", "allpass", "nopass",
];

/// Whether it is the word for password in a language other than English, inflected or behind another word.
pub(super) fn is_foreign(word: &str) -> bool {
    let foreign = PASSWORD_ROOTS[3..].iter().filter(|root| root.is_ascii() && root.len() > 4 || root.len() > 6);
    foreign
        .copied()
        .chain(["passwort"])
        .any(|root| word.ends_with(root) || (word.starts_with(root) && word.len() <= root.len() + 4))
}

fn foreign(word: &str) -> bool {
    PASSWORD_ROOTS[3..].iter().any(|root| root.len() > 4 && word.contains(root))
}

/// Sorted by word.
#[rustfmt::skip]
static MEANINGS: &[(&str, Meaning)] = &{
    use Meaning::*;
    [
        ("a", Other), ("access", Qualifier), ("account", Qualifier), ("action", Property),
        ("activation", Qualifier), ("admin", Qualifier), ("age", Property), ("alg", Property),
        ("algorithm", Property), ("alias", Owner), ("amount", Property), ("api", Qualifier), ("app", Qualifier),
        ("application", Qualifier), ("arn", Owner), ("array", Property), ("attribute", Property),
        ("audience", Property), ("auth", Auth), ("authentication", Auth), ("authorization", Auth), ("b", Other),
        ("backup", Qualifier), ("base", Property), ("bearer", Token), ("bot", Qualifier), ("bucket", Property),
        ("byte", Property), ("bytes", Property), ("cache", Lookup), ("callback", Property), ("cert", Derived),
        ("certificate", Derived), ("challenge", Derived), ("char", Property), ("checksum", Derived),
        ("cipher", Derived), ("class", Property), ("client", Qualifier), ("code", Property), ("col", Lookup),
        ("color", Property), ("column", Lookup), ("composite", Lookup), ("config", Property),
        ("confirm", Qualifier), ("confirmation", Qualifier), ("consumer", Qualifier), ("continuation", Derived),
        ("cookie", Token),
        ("count", Property), ("cred", Credential), ("credential", Credential), ("creds", Credential), ("crypted", Derived),
        ("csrf", Derived), ("current", Qualifier), ("cursor", Derived), ("customer", Qualifier),
        ("data", Neutral), ("database", Qualifier), ("date", Property), ("db", Qualifier),
        ("default", Qualifier), ("deployment", Public), ("desc", Property), ("description", Property),
        ("device", Qualifier), ("dict", Lookup), ("digest", Derived), ("dir", Property),
        ("directory", Property), ("dummy", Test), ("element", Property), ("email", Owner),
        ("enabled", Property), ("enc", Derived), ("encoded", Neutral), ("encoding", Property),
        ("encrypt", Qualifier), ("encrypted", Derived), ("encryption", Qualifier), ("endpoint", Property),
        ("entity", Lookup), ("entry", Property), ("env", Neutral), ("error", Property), ("etag", Derived),
        ("event", Lookup), ("example", Test), ("expiration", Property), ("expires", Property),
        ("expiry", Property), ("ext", Property), ("fake", Test), ("fetch", Property), ("field", Property),
        ("file", Property), ("filename", Property), ("filter", Property), ("fingerprint", Derived),
        ("flag", Property), ("foreign", Lookup), ("format", Property), ("ftp", Qualifier), ("func", Property),
        ("function", Property), ("git", Qualifier), ("github", Qualifier), ("grant", Property),
        ("group", Lookup), ("guid", Owner), ("handler", Property), ("hash", Derived), ("hashed", Derived), ("header", Property),
        ("height", Property), ("help", Property), ("hint", Property), ("hmac", Key), ("hook", Property),
        ("host", Property), ("hosts", Property), ("id", Owner), ("idempotency", Derived), ("ident", Owner), ("identifier", Owner),
        ("ids", Owner), ("idx", Property), ("image", Property), ("index", Lookup), ("info", Property),
        ("input", Property), ("instrumentation", Public), ("int", Property), ("integrity", Derived),
        ("invalid", Test), ("issuer", Property), ("item", Lookup), ("iv", Derived), ("json", Neutral),
        ("jwt", Token), ("key", Key), ("keyboard", Lookup), ("keycode", Lookup), ("keys", Key),
        ("keystore", Qualifier), ("keyword", Lookup), ("kid", Owner), ("kind", Property), ("label", Property),
        ("lang", Property), ("ldap", Qualifier), ("len", Property), ("length", Property), ("level", Property),
        ("license", Qualifier), ("lifetime", Property), ("limit", Property), ("link", Property),
        ("list", Property), ("loc", Property), ("location", Property), ("login", Qualifier),
        ("mail", Qualifier), ("map", Lookup), ("master", Qualifier), ("max", Property), ("md", Derived),
        ("message", Property), ("meta", Property), ("method", Property), ("min", Property), ("mock", Test),
        ("mode", Property), ("msg", Property), ("mysql", Qualifier), ("n", Other), ("name", Owner),
        ("names", Owner), ("new", Qualifier), ("next", Derived), ("node", Lookup), ("nonce", Derived),
        ("num", Property), ("number", Property), ("oauth", Auth), ("object", Lookup), ("old", Qualifier),
        ("option", Property), ("options", Property), ("order", Property), ("otp", Otp), ("override", Property),
        ("owner", Owner), ("page", Derived), ("pagination", Derived), ("pair", Lookup), ("param", Property), ("parameter", Property),
        ("parser", Property), ("partition", Lookup), ("pass", Password), ("passcode", Password),
        ("passphrase", Password), ("passwd", Password), ("password", Password), ("passwort", Password),
        ("path", Property), ("paths", Property), ("pattern", Property), ("personal", Qualifier),
        ("phrase", Password), ("pin", Property), ("placeholder", Property), ("policy", Property),
        ("port", Property), ("postgres", Qualifier), ("prefix", Property), ("press", Lookup),
        ("primary", Lookup), ("private", Qualifier), ("prod", Qualifier), ("production", Qualifier),
        ("profile", Property), ("prompt", Property), ("property", Property), ("protocol", Property),
        ("provider", Property), ("proxy", Qualifier), ("psw", Password), ("pub", Public), ("pubkey", Public),
        ("public", Public), ("publishable", Public), ("pw", Password), ("pwd", Password), ("query", Property),
        ("rand", Derived), ("random", Derived), ("redirect", Property), ("redis", Qualifier), ("ref", Property),
        ("refresh", Qualifier), ("regex", Property), ("regexp", Property), ("region", Property),
        ("release", Property), ("required", Property), ("reset", Qualifier), ("resource", Property),
        ("resourcekey", Derived), ("response", Property), ("role", Property), ("root", Qualifier),
        ("row", Lookup), ("rule", Property), ("s", Other), ("salt", Salt), ("sample", Test),
        ("scheme", Property), ("scope", Property), ("secret", Secret), ("secrets", Secret),
        ("section", Property), ("security", Qualifier), ("seed", Salt), ("selector", Property),
        ("separator", Property), ("server", Qualifier), ("service", Qualifier), ("session", Qualifier),
        ("set", Property), ("sha", Derived), ("shared", Qualifier), ("sid", Owner), ("sig", Derived),
        ("sign", Qualifier), ("signature", Derived), ("signing", Qualifier), ("site", Public),
        ("sitekey", Public), ("size", Property), ("slack", Qualifier), ("slot", Property), ("smtp", Qualifier),
        ("sort", Lookup), ("source", Property), ("spec", Property), ("ssh", Qualifier), ("ssl", Qualifier),
        ("start", Property), ("state", Derived), ("status", Property), ("storage", Qualifier),
        ("store", Property), ("str", Neutral), ("strength", Property), ("string", Neutral),
        ("subject", Property), ("suffix", Property), ("summary", Derived), ("sync", Derived), ("table", Lookup),
        ("tag", Property), ("target", Property), ("template", Property), ("test", Test), ("text", Neutral), ("throttle", Property),
        ("thumbprint", Derived), ("time", Property), ("timeout", Property), ("title", Property),
        ("tls", Qualifier), ("token", Token), ("tokens", Token), ("topic", Property), ("totp", Otp),
        ("translation", Lookup), ("ttl", Property), ("twitter", Qualifier), ("txt", Neutral),
        ("type", Property), ("types", Property), ("uid", Owner), ("unique", Lookup), ("uri", Property),
        ("url", Property), ("usage", Property), ("user", Qualifier), ("userid", Owner), ("username", Owner),
        ("users", Owner), ("uuid", Owner), ("val", Neutral), ("validation", Property), ("validator", Property),
        ("value", Neutral), ("values", Neutral), ("var", Neutral), ("variable", Property), ("vault", Property),
        ("verification", Derived), ("verifier", Derived), ("version", Property), ("view", Property),
        ("webhook", Qualifier), ("width", Property), ("wrapped", Derived), ("wrong", Test), ("xsrf", Derived),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_are_sorted() {
        assert!(MEANINGS.is_sorted_by(|a, b| a.0 < b.0), "{:?}", MEANINGS.windows(2).find(|two| two[0].0 >= two[1].0));
    }

    #[test]
    fn names_are_parted_into_words() {
        let mut out = Vec::new();
        words(b"myAPIKey_v2.access-TOKEN", |word| out.push(String::from_utf8_lossy(word).into_owned()));
        assert_eq!(out, ["my", "api", "key", "v", "2", "access", "token"]);
    }

    #[test]
    fn the_last_word_decides() {
        assert_eq!(Name::of(b"DB_PASSWORD").last, Some(Meaning::Password));
        assert_eq!(Name::of(b"passwordField").last, Some(Meaning::Property));
        assert_eq!(Name::of(b"secretAccessKey1").last, Some(Meaning::Key));
    }
}
