//! Reasons for which bytes of the right shape are no secret, each a name of its own.

use sha2::{Digest, Sha256};

/// A kind of thing that only looks like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allow {
    /// Says itself that it is none: `example`, `changeme`, `your-token`.
    Placeholder,
    /// Stands for a value that is filled in elsewhere: `${X}`, `{{ x }}`, `<token>`, `$X`, `%(x)s`.
    Template,
    /// One character or a short group over and over.
    Repeats,
    /// Holds a run of the alphabet, the digits or the keyboard.
    Sequence,
    /// A UUID.
    Uuid,
    /// Hexadecimal of a digest's length.
    Digest,
    /// Letters only, or words joined by one kind of separator.
    Words,
    /// A path, a URL or a dotted name.
    Path,
    /// An expression of a programming language: a call, an index, a member.
    Code,
    /// Ciphertext of a tool that keeps secrets encrypted in the tree, or a reference into a vault.
    Sealed,
    /// Goes to a host that cannot exist (RFC 2606, RFC 6761).
    ReservedHost,
    /// The sample token of jwt.io: subject 1234567890.
    SampleJwt,
    /// An OpenSSH key under a passphrase: its container names a cipher other than `none`.
    EncryptedKey,
    /// Base64 of a placeholder, or of another word that samples are made of.
    SampleText,
    /// Base64 of a user and a password that samples are made of: a placeholder, a template, the user again.
    SamplePair,
    /// A user or a password that samples are made of: `secret`.
    SampleWord,
    /// A name in code: words in camel case, or joined.
    Name,
    /// As words, but letters that change case like those of a random password are none.
    PlainWord,
    /// Algolia's key that pages search with, told by the name of the index beside it.
    SearchKey,
    /// A checksum, the id of a commit or part of a ciphertext, told by what stands right beside it: `h1:`, `sha512-`, more
    /// base64, ` refs/`, `ENC[`.
    Sum,
    /// The address of a view that Power BI shows to everybody: `{"k":"UUID",…}` in base64.
    SharedView,
}

const ALL: [(&str, Allow); 21] = [
    ("placeholder", Allow::Placeholder),
    ("template", Allow::Template),
    ("repeats", Allow::Repeats),
    ("sequence", Allow::Sequence),
    ("uuid", Allow::Uuid),
    ("digest", Allow::Digest),
    ("words", Allow::Words),
    ("path", Allow::Path),
    ("code", Allow::Code),
    ("sealed", Allow::Sealed),
    ("reserved-host", Allow::ReservedHost),
    ("sample-jwt", Allow::SampleJwt),
    ("encrypted-key", Allow::EncryptedKey),
    ("sample-text", Allow::SampleText),
    ("sample-pair", Allow::SamplePair),
    ("sample-word", Allow::SampleWord),
    ("plain-word", Allow::PlainWord),
    ("name", Allow::Name),
    ("search-key", Allow::SearchKey),
    ("sum", Allow::Sum),
    ("shared-view", Allow::SharedView),
];

/// Words of five letters or more that random strings do not hold by chance.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "replace",
    "dummy",
    "sample",
    "redacted",
    "insert",
    "your-",
    "your_",
    "yourclient",
    "yoursecret",
    "yourtoken",
    "yourpass",
    "yourapi",
    "mysecret",
    "mypassword",
    "mytoken",
    "fake-",
    "fake_",
    "fakefake",
    "xxxxx",
    "notreal",
    "not-real",
    "not_real",
    "test-",
    "test_",
    "-test",
    "_test",
    "testing",
    "secret-",
    "secret_",
    "password",
    "passw0rd",
    "client-id",
    "clientsecret",
    "client_secret",
    "client-secret",
    "to-be-",
    "undefined",
    "foobar",
    "lorem",
    "deadbeef",
];

/// SHA-256 of values that vendors print in their own documentation. They are reported as documented samples.
///
/// Sources: the README files of Genesys Cloud's Java, Kotlin, Python and .NET SDKs, the Genesys Cloud
/// developer center's tutorials, Microsoft's documentation of nuget.config, Docker's reference of the Engine's API (tokens
/// and the key to unlock a swarm), MinIO's SDKs (the keys of its public playground), the README of Cloudflare's SDK for
/// Go, and Discord's documentation of Rich Presence.
const DOCUMENTED: &[&str] = &[
    "4e0747a0fce68f93e1c9a4a49b7533525d60de54fc42eef996d465f99f94d758",
    "e6db9c7506126bc5783b51a48922d77e78d0f044aba6774aaf26b4770c2efe8f",
    "17eef3dbe4327556f1a403cb36b718edf09713f3900c4e93f4a219a16ed3d4f8",
    "68d7efd4163ad2ca1b706b21f17b35724ba91ef2c86a180d4e94881183128263",
    "1946a045d4a2ebce6d4e9f8f69bf306b47aa19f2d1afdcdb27ba8688c51dc980",
    "1684388e056c8ba9c52411d141b42cf19d0078f4034576e400ead861c14e5c55",
    "1cc9cda4135bc8fee1b8831b294e8729ec6f9e274f2d45ec7b0118fe5fdbe052",
    "8ac31bfc41cf0d3ccd315f0238104f9b676d1c470f0b4e4e4c8386f2f843c29f",
    "dba72c00f41f4e4c435e2491a5e1ce0140c7b5a6a498dc4847396b5e6368970c",
    "a0702bc91d699f600970f4dc4992b13ede1a29d49fa0942dd4bed2b5e4b1016e",
    "33a6d3750d9a769b1c15ed2c4c2aa19f88fd673de6f98ca5327fb78639770e8d",
    "b5b17ca1d65733bbbdf82a5ca9164a549f0b077846125f397658b468c4292e16",
    "9ec0be036c22f06fc32c70cf32aac22a57d0970de0b7072381f49af5b81d11c2",
    "df452eef23e8cf2c74af54c0c7419c05a5ec70ef4d5c2eb04082b02af8c55598",
    "1bbb9293c38acc5e510d904495845d532df64a9e5996b2ec7c86cc2e2ac33b5a",
    "5d7b5f2a9e44137c4aff6a77d914b1d6e2e16c496cfc5ec93f0be6265167dce0",
    "5dd8b8f0d6d8b7301f211b0a264da49ce1a61cb149121a73627e480a95669b3c",
    "ee29535144d513c33c6050ad1eaeb08a4bdb8b3d57f540c31ccc6c815e067794",
];

/// SHA-256 of values, in lower case, that standards print and everybody's tests repeat.
///
/// Sources: NIST SP 800-38A (the AES keys and their halves); RFC 6238 (the seeds in base32); RFC 7515, 7516, 7517, 7520
/// and 8037 (keys of the examples); RFC 6455 (the GUID and the sample nonce); RFC 5849, 6749, 6750 and 7009 and OpenID
/// Connect Core (tokens, codes, client secrets and pairs of the examples); Microsoft's documentation of the storage emulator (its account key).
const STANDARD: &[&str] = &[
    "2ef2503d964e9668092e6878d3c390ca7909bbbffabd781857115e3be4bb3e5a",
    "c12ce25303a023aa1317614428c0ac8ef707c5a370d7c766353c66df5d2cb46f",
    "837e8e636d452b6133d5a5c56de1eb57c08a94bbe632804fa621a49014c5c034",
    "4aca47a3062de8b10a9fba85d72135e9f4821f28df44f058697ca97e8e5c7198",
    "3cea986a4fa8eabf48032c1e068ca275a9f7a49ea0fc6cbf3da97b40e90eed69",
    "3d14a015c7fb9d76ac8ce3c66d91f747fca4b56ef9f81964738ceadc14d6d339",
    "0d1f51da09cfdc906b81e4a60b8cb172b286f9bad042931fe1a63768d4f1953f",
    "0319fc0cb7ae01314663582986b68a8730a155842ca59f9fc20ce48d7eec67cd",
    "c1d2e8726375f11fda33d032c5d84eec753aba4bad251dfdfaf8bdd8c4d26243",
    "916b0b411ee1ce9d8f3af97e9fbcec5f89699cf798a6d4576767b848606aba32",
    "fe31500003b32ca3ce1460a8f3b86406a86ef91daa35b0d8f13aac155d2d8493",
    "ac688ac6c61fe9fc7faf9497b1ad546a93c340d547bfbeb588e2b346001cde48",
    "034682f91502ec7159a460681325f77168d2fa7ef1b50a7c1f5e0ffc3c4273db",
    "13e091b2098dfe554c9e8d3795d9f97dce76f4d631dcd16cf25b34953e7d4e62",
    "0f1a4cf6f786a8e943a1b3ac8958cadaf4b94b8fd69eff44d63422924476e493",
    "9fb80255482abf645f8e46e072b6a7a6579862a22870fc92739009b2c225a39e",
    "1619478337f662587582076b576e436eb0ebdfab8bcb546b1562505040e3fcc1",
    "e2d4948df27145c26f68d812b4955b4109ca7db211ccea551ef87c505073eb26",
    "92b7ac3de3d782f83abb7235a4ab60bc9b21ab2081318e80701777e828b9c85d",
    "0c6f87798b70cff37641f48268dc83b740b483f75ed8d685ff15e70ca7368ce7",
    "8ec11422f72391ae7f019aca257e094dfb546916c41865cd7991d283003537cb",
    "d8ed5575141fdbf989c544f77efc5ba6b32e520b258f6c46f277a153c8a68286",
    "1ae1920ebbf812a2b061558ba54eff4c414de76f44f2a84b10f27b78623ec7e6",
    "dcfb77a68acfe8c8c7958d3d04e43c8ab89cd0019c9c03f4fa4591ae16c27fff",
    "014b3f942faab11502a50954e8bfcc64227aa2846d849f09914506389f48f316",
    "b9ae8cae5ffb8213677a69ce64acb287295322470e4e0291038f4ed378556992",
    "03cf6dc15510c178079793372edd09e634ac49f4cae267b3e4191a5141f2a46e",
    "5b8d3fb264e6cad78f7360de363ee1e193cb4d28773dcae1c9be75c2479bfa7c",
    "9633d80b67fbde1aa2723d4264723713d9c4035262eaea4a6b3abe6575c1725e",
    "610b998de3d3060c3b2fd196a2b11322d1d03265792686badc56d783ae96d975",
    "00205ec739f6b2ffa0a8cfb4f2d3a4deb4856a9884261494287125359f8130c0",
    "6006d1702bd82dfa8f37351e6f16063e5b50690f16f8e0ced85a61eef5f38002",
    "19f2b051b37d8602e7a4800f5e1aa434a9264cae57dabc9144f2f1186eacac3a",
    "d360e5b67b29b36bc8da44e4de3f26ee7a46ae09c74e5addf67e6b8b94a4a445",
    "bf62838d928d820bc511a088c5c27eb0673852cc79063a39b16b0d2058f81961",
    "686922a2a14c5333221af4859617ae16da6de21946f5fb94a6f5bd20054d8222",
    "4e1b69a7b774c39fbf6f66ce89c78c4bb136895348bd95522b063a5625c8733d",
    "ea9bdfd02c0c412c8cc36ba67f6c17f9b314b2c518e63ff3776077d68245736d",
    "01eefb2a86129c687a7a846f9396c21d358a40256dd2a72d9438f49407024b88",
    "4fc3c1f8581a5a0087491ec29f5592f541969ce6e2a20efdc99b14a0bb6beabb",
    "28375b3f0b48bbf07990be7677bcfb5f1e1e90f27e6d469bf97af35a0a2ec76d",
    "f109d3ddccb2c952c31ed0663dc95a3a8ba3805b2363194fd48a700cde87442f",
    "bb9b1163338b2a51495834ad5c65420443d6327381cf0f94ebf92b117f209d72",
    "2ff8b0fb93aca981c78f1e94355c298c23435461f1072ef4674848e620371787",
    "293257ab6495ebb11cf9e4aee0686ca30df8de2ab8d251f2cbbcf177bdfcae91",
    "cb87c87e4a138d9a72259d2a01bab15623c9846e568c1509b287721645a6ea53",
    "649e1f5c769e718ba10d1a702a36499a731441d960b06da91c4c97786bf84595",
    "4c20e6f5cc11b93731e74cbe20739821d61c3563c9f50ecb884a27cd369f01fb",
    "6aa14267d94944e6b6483c81f5ad37f87bbc7e88aa368d4aba1e71e0b79cd8c4",
];

/// Whether a vendor's own documentation or a standard prints this value.
pub(crate) fn is_documented(secret: &[u8]) -> bool {
    let digest = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    DOCUMENTED.contains(&digest(secret).as_str()) || STANDARD.contains(&digest(&secret.to_ascii_lowercase()).as_str())
}

impl Allow {
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, allow)| *allow)
    }

    pub(crate) fn names() -> String {
        ALL.map(|(name, _)| name).join(", ")
    }

    /// Whether this is the reason for which `secret` is none. `around` is the stretch of text that the verdict may
    /// look at.
    pub(crate) fn holds(self, secret: &[u8], around: &[u8]) -> bool {
        match self {
            Allow::Placeholder => placeholder(secret),
            Allow::Template => template(secret),
            Allow::Repeats => repeats(secret),
            Allow::Sequence => sequence(secret),
            Allow::Uuid => is_uuid(secret),
            Allow::Digest => is_digest(secret),
            Allow::Words => words(secret),
            Allow::Path => path(secret),
            Allow::Code => code(secret),
            Allow::Sealed => sealed(secret),
            Allow::ReservedHost => reserved_host(around),
            Allow::SampleJwt => sample_jwt(secret),
            Allow::EncryptedKey => encrypted_key(secret),
            Allow::SampleText => sample_text(secret),
            Allow::SamplePair => sample_pair(secret),
            Allow::SampleWord => sample_word(secret),
            Allow::PlainWord => plain_word(secret),
            Allow::Name => is_name(secret),
            Allow::SearchKey => names_an_index(around),
            Allow::Sum => is_sum(secret, around),
            Allow::SharedView => is_shared_view(secret),
        }
    }
}

pub(super) fn contains(text: &[u8], word: &str) -> bool {
    memchr::memmem::find(text, word.as_bytes()).is_some()
}

fn placeholder(secret: &[u8]) -> bool {
    let lower = secret.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| contains(&lower, word)) || lower.starts_with(b"your") || lower.ends_with(b"here")
}

fn template(secret: &[u8]) -> bool {
    is_template(secret)
        || secret.first().is_some_and(|first| b"$<%".contains(first))
        || contains(secret, "(*")
        || stars(secret) >= 3
}

/// How many stars stand for something; those alone before lines of a comment do not.
fn stars(secret: &[u8]) -> usize {
    let words = secret.split(u8::is_ascii_whitespace).filter(|word| *word != b"*");
    words.flatten().filter(|byte| **byte == b'*').count()
}

/// What templates open their places with, and what leaves out a part.
const OPENINGS: &[&str] =
    &["${", "{{", "<%", "%(", "$(", "#{", "{$", "\\(", "[[", "{%", "@{", "&lt;", "...", "\u{2026}", "***", "%s", "%v"];

/// Whether it is filled in elsewhere, by the signs of templates and formats in any language.
pub(crate) fn is_template(value: &[u8]) -> bool {
    if !value.iter().any(|byte| b"${<%#\\[(@}&.*_\xe2".contains(byte)) {
        return false;
    }
    let wraps = |open: u8, close: u8| value.first() == Some(&open) && value.last() == Some(&close);
    // `%d0` is an escaped byte.
    let number = value
        .windows(2)
        .enumerate()
        .any(|(at, two)| two == b"%d" && !value.get(at + 2).is_some_and(u8::is_ascii_hexdigit));
    OPENINGS.iter().any(|open| contains(value, open))
        || number
        || [(b'<', b'>'), (b'{', b'}'), (b'%', b'%'), (b'[', b']'), (b'@', b'@'), (b'#', b'#'), (b'(', b')')]
            .iter()
            .any(|&(open, close)| wraps(open, close))
        || value.starts_with(b"__") && value.ends_with(b"__")
        || value.first() == Some(&b'{') && value.contains(&b'}')
}

fn repeats(secret: &[u8]) -> bool {
    let longest = secret.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0);
    let distinct = {
        let mut seen = [false; 256];
        secret.iter().for_each(|&byte| seen[byte as usize] = true);
        seen.iter().filter(|seen| **seen).count()
    };
    let group = (1..=8.min(secret.len() / 3)).any(|size| secret.chunks(size).all(|chunk| secret.starts_with(chunk)));
    // Base64 of a group, and of that: the end is another.
    let period = (1..=16.min(secret.len() / 3)).any(|size| secret.len() >= 32 && comes_again(secret, size, 8));
    longest >= 6 || (secret.len() >= 12 && distinct * 4 < secret.len().min(32)) || group || period
}

/// Whether it holds a run of six letters or digits in their order, or of a keyboard.
fn sequence(secret: &[u8]) -> bool {
    let lower = secret.to_ascii_lowercase();
    let run = |step: i16| {
        let mut longest = 1;
        let mut current = 1;
        for pair in lower.windows(2) {
            let same_kind = pair[0].is_ascii_alphanumeric() && pair[1].is_ascii_alphanumeric();
            current = if same_kind && i16::from(pair[1]) - i16::from(pair[0]) == step { current + 1 } else { 1 };
            longest = longest.max(current);
        }
        longest
    };
    run(1) >= 6
        || run(-1) >= 6
        || ["qwerty", "asdfgh", "1q2w3e", "12345"].iter().any(|keys| contains(&lower, keys))
        || hex_in_turns(&lower)
}

/// Whether the bytes that the hexadecimal digits stand for grow by the same step each.
fn counts_in_hex(value: &[u8]) -> bool {
    let Ok(bytes) = data_encoding::HEXLOWER_PERMISSIVE.decode(&value[..value.len() & !1]) else { return false };
    let step = bytes[1].wrapping_sub(bytes[0]);
    step != 0
        && bytes.windows(2).filter(|two| two[1].wrapping_sub(two[0]) == step).count() * 10 >= (bytes.len() - 1) * 8
}

/// Whether so many of ten bytes are the same as the one that stands a period before.
fn comes_again(value: &[u8], period: usize, of_ten: usize) -> bool {
    let same = value[period..].iter().zip(value).filter(|(a, b)| a == b).count();
    same * 10 >= (value.len() - period) * of_ten
}

/// Whether letters and digits of hexadecimal take turns and each counts, as nobody draws them: `a1b2c3d4e5f6a7b8`.
fn hex_in_turns(lower: &[u8]) -> bool {
    let next = |from: u8, to: u8| match from {
        b'f' => to == b'a',
        b'9' => to == b'0',
        _ => to == from + 1,
    };
    let mut run = 0;
    lower.windows(3).any(|three| {
        let hex = three.iter().all(u8::is_ascii_hexdigit);
        let turn = three[0].is_ascii_digit() != three[1].is_ascii_digit();
        run = if hex && turn && next(three[0], three[2]) { run + 1 } else { 0 };
        run >= 12
    })
}

/// Whether most letters and most digits follow each other as in the alphabet, alone or in turns: `a1b2c3d4e5f6`.
fn counts_in_turns(value: &[u8]) -> bool {
    let steps = |test: fn(&u8) -> bool| {
        let (mut last, mut count, mut next) = (0u8, 0, 0);
        for byte in value.iter().filter(|byte| test(byte)).map(u8::to_ascii_lowercase) {
            count += 1;
            next += usize::from(last != 0 && (byte == last + 1 || (last, byte) == (b'9', b'0')));
            last = byte;
        }
        (count, next)
    };
    let (letters, rising) = steps(u8::is_ascii_alphabetic);
    let (digits, counting) = steps(u8::is_ascii_digit);
    letters + digits >= 8 && (rising + counting) * 10 >= (letters + digits) * 6
}

/// Whether letters or digits follow each other as in the alphabet, alone or in turns, or a few bytes come again and again.
pub(crate) fn follows_a_pattern(value: &[u8]) -> bool {
    let period = (1..=4).any(|period| value.len() >= 12 && comes_again(value, period, 6));
    // `00010203…`, `00112233…`: bytes in hexadecimal that count.
    let counted = value.len() >= 16 && value.iter().all(u8::is_ascii_hexdigit) && counts_in_hex(value);
    period || counted || counts_in_turns(value)
}

/// Whether it is as long as a digest, in hexadecimal.
pub(crate) fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// Whether it is the address of an account on a block chain: Ethereum's, Tron's. All who pay there know it.
pub(crate) fn is_chain_address(value: &[u8]) -> bool {
    let base58 = |byte: &u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(byte);
    value.strip_prefix(b"0x").is_some_and(|rest| rest.len() == 40 && rest.iter().all(u8::is_ascii_hexdigit))
        || value.len() == 34
            && value[0] == b'T'
            && value.iter().all(base58)
            && value.iter().any(u8::is_ascii_digit)
            && value.iter().any(u8::is_ascii_lowercase)
}

/// Whether it is a time in seconds or milliseconds since 1970, of the years 2001 to 2033.
pub(crate) fn is_time(value: &[u8]) -> bool {
    matches!(value.len(), 10 | 13) && value[0] == b'1' && value.iter().all(u8::is_ascii_digit)
}

/// Whether it is written like the id or fingerprint of an OpenPGP key.
pub(crate) fn is_key_id(value: &[u8]) -> bool {
    let bare = value.strip_prefix(b"0x").unwrap_or(value);
    matches!(bare.len(), 8 | 16 | 40)
        && bare.iter().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte))
        && bare.iter().any(u8::is_ascii_uppercase)
}

/// Whether the bytes are a UUID of any version, or a mask of one.
pub(crate) fn is_uuid(text: &[u8]) -> bool {
    let body = text.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(text);
    body.len() == 36
        && body
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_alphanumeric() })
}

fn words(secret: &[u8]) -> bool {
    let letters = secret.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let digits = secret.iter().filter(|byte| byte.is_ascii_digit()).count();
    let other = secret.len() - letters - digits;
    let one_case = !secret.iter().any(u8::is_ascii_uppercase) || !secret.iter().any(u8::is_ascii_lowercase);
    // No digit at all among letters: a name. A name may end in a small number, and a long one hold a digit.
    (digits == 0 && other == 0)
        || (digits == 1 && other == 0 && one_case && letters >= 24)
        || (digits <= 2 && other > 0 && secret.split(|byte| !byte.is_ascii_alphanumeric()).all(word_or_number))
}

/// Passwords are short: one in six random ones of ten letters and digits has no digit, and is no word for that.
fn plain_word(secret: &[u8]) -> bool {
    let changes = secret.windows(2).filter(|pair| pair[0].is_ascii_lowercase() != pair[1].is_ascii_lowercase()).count();
    words(secret) && (!secret.iter().all(u8::is_ascii_alphabetic) || changes * 4 <= secret.len())
}

/// Random strings change case too often to have words of three letters on average, each with a vowel.
fn is_name(secret: &[u8]) -> bool {
    if !secret.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(byte)) {
        return false;
    }
    let digits = secret.iter().filter(|byte| byte.is_ascii_digit()).count();
    let (mut words, mut letters, mut spoken) = (0, 0, true);
    secret.split(u8::is_ascii_digit).for_each(|part| {
        super::unnamed::words(part, |word| {
            words += 1;
            letters += word.len();
            spoken &= word.len() <= 3 || word.iter().any(|byte| b"aeiouy".contains(byte));
        });
    });
    let camel = secret.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
        && !secret.windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase));
    match digits {
        0 => words >= 2 && spoken && letters >= 3 * words,
        // `mimeType2Readable`. Random letters and digits often hold no more digits than a name does.
        1 | 2 => words >= 2 && spoken && camel && letters >= 4 * words,
        _ => false,
    }
}

/// Pages that search an index of Algolia's hold a key that can do nothing else: `apiKey: "…", indexName: "docs"`.
pub(crate) fn names_an_index(around: &[u8]) -> bool {
    ["indexName", "index_name"].iter().any(|name| contains(around, name))
}

/// Whether the value is part of a checksum or names a commit wherever it occurs.
fn is_sum(secret: &[u8], around: &[u8]) -> bool {
    let mut places = memchr::memmem::find_iter(around, secret).peekable();
    places.peek().is_some()
        && places.all(|at| {
            let (before, after) = (&around[..at], &around[at + secret.len()..]);
            in_longer_base64(secret, before, after)
                || in_list_of_sums(secret, before, after)
                || in_ciphertext(before)
                || is_digest(secret) && ADDRESSED.iter().any(|part| before.ends_with(part.as_bytes()))
        })
}

/// What stands before the sum of an e-mail address, and before the ids of commits in the addresses of hosts of code.
/// The same in texts about changes.
const ADDRESSED: [&str; 14] = [
    "/avatar/",
    "/commit/",
    "/commits/",
    "/blob/",
    "/tree/",
    "/zipball/",
    "/tarball/",
    "/archive/",
    "commit ",
    "commits ",
    "(change ",
    "changeset ",
    "revision ",
    "cherry picked from ",
];

/// `h1:` stands before the sums of Go modules, `sha512-` before those of Subresource Integrity.
fn in_longer_base64(secret: &[u8], before: &[u8], after: &[u8]) -> bool {
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let mut start = before.iter().rposition(|byte| !base64(byte)).map_or(0, |at| at + 1);
    // The sign of a line that a diff adds, or, where no more is seen, what may be one.
    let sign = before.get(start) == Some(&b'+') && (start == 0 || before[start - 1] == b'\n');
    start += usize::from(sign);
    let end = after.iter().position(|byte| !base64(byte)).unwrap_or(after.len());
    let padded = after.get(end) == Some(&b'=');
    let marked =
        ["h1:", "sha1-", "sha256-", "sha384-", "sha512-"].iter().any(|mark| before[..start].ends_with(mark.as_bytes()));
    let longer = start < before.len() || end > 0;
    let plus = before[start..].contains(&b'+') || after[..end].contains(&b'+');
    marked
        || sign && padded && end == 0
        || longer && (plus || padded) && before.len() - start + secret.len() + end >= 40
}

/// What encrypted values of several parts begin with, SOPS's and EJSON's: `ENC[AES256_GCM,data:…,iv:…]`, `EJ[1:…:…:…]`.
const IN_PARTS: [&[u8]; 2] = [b"ENC[", b"EJ["];

/// Whether it is one of the parts.
fn in_ciphertext(before: &[u8]) -> bool {
    let start =
        before.iter().rposition(|byte| byte.is_ascii_whitespace() || b"\"'".contains(byte)).map_or(0, |at| at + 1);
    IN_PARTS.iter().any(|open| before[start..].starts_with(open))
}

/// Lists of commits, refs and sums of files begin each line with one, as `git ls-remote` and `sha256sum` do.
fn in_list_of_sums(secret: &[u8], before: &[u8], after: &[u8]) -> bool {
    let spaces = after.iter().take_while(|byte| b" \t".contains(byte)).count();
    is_digest(secret)
        && before.last().is_none_or(|last| *last == b'\n')
        && spaces > 0
        && after.get(spaces).is_some_and(|next| !next.is_ascii_whitespace())
}

fn word_or_number(part: &[u8]) -> bool {
    // `oauth2` is a word.
    let end = part.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let part = &part[..end];
    let one_case =
        part.iter().skip(1).all(u8::is_ascii_lowercase) || part.iter().all(|byte| !byte.is_ascii_lowercase());
    part.is_empty() || (one_case && part.iter().any(|byte| b"aeiouyAEIOUY".contains(byte))) || part.len() <= 3
}

fn path(secret: &[u8]) -> bool {
    let slashes = secret.iter().filter(|byte| matches!(byte, b'/' | b'\\')).count();
    let starts = [&b"/"[..], b"./", b"../", b"~/", b"http:", b"https:", b"file:", b"arn:", b"ssm:", b"vault:", b"C:\\"];
    starts.iter().any(|start| secret.starts_with(start) && (slashes > 0 || start.len() > 2)) && words_in_path(secret)
        || (slashes >= 2 && words_in_path(secret))
        || contains(secret, "://")
        || secret.starts_with(b"arn:")
        || dotted(secret)
}

fn words_in_path(secret: &[u8]) -> bool {
    secret.split(|byte| matches!(byte, b'/' | b'\\')).all(|part| part.len() < 20 || words(part))
}

fn dotted(secret: &[u8]) -> bool {
    let parts: Vec<_> = secret.split(|byte| *byte == b'.').collect();
    parts.len() >= 2
        && parts.iter().all(|part| !part.is_empty() && part.first().is_some_and(u8::is_ascii_alphabetic) && words(part))
}

fn code(secret: &[u8]) -> bool {
    let text = |word: &str| contains(secret, word);
    text("(")
        || text(")")
        || text("[")
        || text("->")
        || text("::")
        || text("==")
        || text("&&")
        || text("||")
        || text("=>")
}

fn sealed(secret: &[u8]) -> bool {
    [
        &b"ENC("[..],
        b"AQICAH",
        b"vault:v",
        b"$ANSIBLE_VAULT",
        b"@Microsoft.KeyVault",
        b"AgA",
        b"{cipher}",
        b"CfDJ8",
        b"op://",
    ]
    .iter()
    .chain(&IN_PARTS)
    .any(|start| secret.starts_with(start))
}

/// Whether the host is in a domain that is for examples (RFC 2606, RFC 6761).
pub(super) fn is_reserved(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    ["example.com", "example.org", "example.net", ".example", ".test", ".invalid"]
        .iter()
        .any(|domain| host.ends_with(domain.as_bytes()))
}

fn reserved_host(around: &[u8]) -> bool {
    let mut at = 0;
    let mut any = false;
    while let Some(found) = memchr::memmem::find(&around[at..], b"://") {
        let start = at + found + 3;
        let end = start
            + around[start..]
                .iter()
                .position(|byte| !(byte.is_ascii_alphanumeric() || b".-_@:".contains(byte)))
                .unwrap_or(around.len() - start);
        let host = around[start..end].rsplit(|byte| *byte == b'@').next().unwrap_or(b"");
        if !is_reserved(host.split(|byte| *byte == b':').next().unwrap_or(b"")) {
            return false;
        }
        any = true;
        at = end;
    }
    any
}

fn sample_jwt(secret: &[u8]) -> bool {
    secret
        .split(|byte| *byte == b'.')
        .nth(1)
        .and_then(super::checksum::base64)
        .is_some_and(|body| contains(&body, r#""sub":"1234567890""#))
}

fn is_shared_view(secret: &[u8]) -> bool {
    super::checksum::base64(secret)
        .is_some_and(|text| text.strip_prefix(b"{\"k\":\"").and_then(|rest| rest.get(..36)).is_some_and(is_uuid))
}

/// The container is `openssh-key-v1`, a zero byte, and the length and name of the cipher; base64 keeps both whole.
fn encrypted_key(secret: &[u8]) -> bool {
    const MAGIC: &[u8] = b"b3BlbnNzaC1rZXktdjEA";
    memchr::memmem::find(secret, MAGIC).is_some_and(|at| !secret[at + MAGIC.len()..].starts_with(b"AAAABG5vbmU"))
}

/// Users and passwords of samples.
#[rustfmt::skip]
const SAMPLES: &[&str] = &[
    "admin", "aladdin", "alice", "bar", "baz", "bob", "builder", "credentials", "foo", "guest", "john", "letmein", "login",
    "me", "mypass", "name", "open sesame", "opensesame", "pass", "passwd", "pwd", "root", "secret", "test", "tester", "token",
    "user", "username", "welcome", "hunter2",
];

fn sample_word(text: &[u8]) -> bool {
    SAMPLES.iter().any(|one| text.eq_ignore_ascii_case(one.as_bytes()))
}

fn sample_text(secret: &[u8]) -> bool {
    super::checksum::base64(secret).is_some_and(|text| {
        let word = text.trim_ascii();
        word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
            && (placeholder(word) || sequence(word) || sample_word(word))
    })
}

/// Whether it is base64 of a user and a password of a sample: a placeholder, a template, the user's name, or words that
/// samples are made of.
fn sample_pair(secret: &[u8]) -> bool {
    let Some((pair, colon)) = super::checksum::pair(secret) else { return false };
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    placeholder(password)
        || template(password)
        || repeats(password)
        || sequence(password)
        || sample_word(password)
        || password.eq_ignore_ascii_case(user)
        || (sample_word(user) && plain_word(password))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::fill;

    const SHAPES: [&str; 5] = ["{{b64url 32}}", "{{alnum 40}}", "{{b64 33}}", "{{b64url 64}}", "{{lower 36}}"];

    #[test]
    fn random_strings_are_none_of_the_things_they_could_be_mistaken_for() {
        let reasons = [
            Allow::Placeholder,
            Allow::Template,
            Allow::Repeats,
            Allow::Sequence,
            Allow::Uuid,
            Allow::Words,
            Allow::Name,
            Allow::Code,
            Allow::Sealed,
            Allow::SampleText,
            Allow::Sum,
        ];
        for shape in SHAPES {
            for seed in 0..400 {
                let text = fill(shape, seed).expect("known field");
                for reason in reasons {
                    assert!(!reason.holds(text.as_bytes(), b""), "{reason:?} {shape} {seed}");
                }
            }
        }
    }

    #[test]
    fn each_reason_knows_its_own() {
        for (reason, text) in [
            (Allow::Placeholder, "your-client-secret"),
            (Allow::Template, "${SECRET}"),
            (Allow::Template, "<client-secret>"),
            (Allow::Template, "***********0w8"),
            (Allow::Repeats, "xxxxxxxxxxxxxxxx"),
            (Allow::Repeats, "abcabcabcabcabcabc"),
            (Allow::Sequence, "aabcdefghij"),
            (Allow::Sequence, "1234567890"),
            (Allow::Sequence, "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"),
            (Allow::Repeats, "ZUhoNGVIaDRlSGg0ZUhoNGVIaDRlSGg0ZUhoNGVIaDRlSGg0ZUhoNGVIZz0="),
            (Allow::SampleWord, "Secret"),
            (Allow::SampleText, "c29tZXBhc3N3b3JkCg=="),
            (Allow::Words, "authentication-oauth2"),
            (Allow::Uuid, "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx"),
            (Allow::Words, "outboundNotificationWebhookSignatureSecretToken"),
            (Allow::Words, "oauth-client-credentials"),
            (Allow::Name, "notification.pushbulletAccessToken"),
            (Allow::Name, "wayToGetPagerDutyKey"),
            (Allow::Name, "mimeType2HumanReadable"),
            (Allow::Name, "cbOwnCloud81Compatibility"),
            (Allow::PlainWord, "hunter"),
            (Allow::PlainWord, "Administrator"),
            (Allow::PlainWord, "correct-horse-battery"),
            (Allow::Path, "/prod/genesys/client-secret"),
            (Allow::Path, "config.client.secret"),
            (Allow::Code, "os.getenv('X')"),
            (Allow::Sealed, "ENC[AES256_GCM,data:xyz"),
        ] {
            assert!(reason.holds(text.as_bytes(), b""), "{reason:?} {text}");
        }
    }

    #[test]
    fn a_format_is_a_template_and_an_escaped_byte_is_none() {
        for text in ["${X}", "{{ x }}", "<token>", "user-%d", "%(x)s", "@X@", "__X__", "a...b"] {
            assert!(is_template(text.as_bytes()), "{text}");
        }
        for text in ["p%d0%b0ss", "a*b_c.d&e", "@abc#", "x{y"] {
            assert!(!is_template(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_host_is_reserved_only_if_every_host_nearby_is() {
        assert!(Allow::ReservedHost.holds(b"", b"curl -u x https://jenkins.acme.test/job"));
        assert!(!Allow::ReservedHost.holds(b"", b"curl https://a.test https://login.acme.io"));
        assert!(!Allow::ReservedHost.holds(b"", b"curl jenkins"));
    }

    #[test]
    fn sums_and_commits_are_told_by_what_stands_beside_them() {
        for (around, sum) in [
            ("pkg v1.0.9 h1:@/{{alnum 10}}=", true),
            ("pkg v1.0.9 h1:@", true),
            ("\"integrity\": \"sha512-@/{{alnum 20}}\"", true),
            ("k: {{alnum 4}}+{{alnum 4}}/@/{{alnum 6}}", true),
            ("https://hooks.acme.io/v1/@/send", false),
            ("key = \"@\"", false),
            ("key=@", false),
            ("key: ENC[AES256_GCM,data:{{alnum 8}},iv:@]", true),
            ("\"key\": \"EJ[1:{{alnum 8}}=:@:{{alnum 8}}]\"", true),
            ("a\n+{{alnum 8}}@", false),
            ("a+{{alnum 8}}@", true),
            ("/@/{{alnum 9}}+{{alnum 9}}", true),
            ("+@", false),
            ("+@==", true),
        ] {
            let secret = fill("{{alnum 32}}", 5).expect("known field");
            let around = fill(around, 6).expect("known field").replace('@', &secret);
            assert_eq!(Allow::Sum.holds(secret.as_bytes(), around.as_bytes()), sum, "{around}");
        }
        for (around, sum) in [
            ("sonar-token\n@\trefs/heads/main", true),
            ("sonar token\n@ A change of the build", true),
            ("sonar token:\n@\n", false),
            ("sonar_token: @ # comment", false),
            ("https://api.github.com/repos/acme/sonar/zipball/@", true),
            ("https://sonar.acme.io/token/@", false),
        ] {
            let secret = fill("{{hex 40}}", 5).expect("known field");
            let around = around.replace('@', &secret);
            assert_eq!(Allow::Sum.holds(secret.as_bytes(), around.as_bytes()), sum, "{around}");
        }
    }

    #[test]
    fn a_key_beside_an_index_searches_it() {
        assert!(Allow::SearchKey.holds(b"", b"appId: 'x', apiKey: 'y', indexName: 'docs'"));
        assert!(!Allow::SearchKey.holds(b"", b"appId: 'x', adminKey: 'y'"));
    }

    #[test]
    fn a_random_password_without_digits_is_no_plain_word() {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let plain = (0..400)
            .filter(|&seed| {
                Allow::PlainWord
                    .holds(fill(&format!("{{{{set {letters} 12}}}}"), seed).expect("known field").as_bytes(), b"")
            })
            .count();
        assert!(plain <= 60, "{plain} of 400");
    }

    #[test]
    fn an_openssh_key_says_whether_it_is_encrypted() {
        for (template, encrypted) in [
            ("{{base64 of openssh-key-v1\0\0\0\0\naes256-ctr}}", true),
            ("{{base64 of openssh-key-v1\0\0\0\0\u{4}none}}", false),
            ("{{b64 48}}", false),
        ] {
            let body = fill(template, 5).expect("known field");
            assert_eq!(Allow::EncryptedKey.holds(body.as_bytes(), b""), encrypted, "{template:?}");
        }
    }

    #[test]
    fn a_pair_is_a_sample_by_its_password() {
        for (template, sample) in [
            ("{{base64 of user:password}}", true),
            ("{{base64 of admin:$PASSWORD}}", true),
            ("{{base64 of Aladdin:open sesame}}", true),
            ("{{base64 of svc:{{alnum 20}}}}", false),
            ("{{base64 of svc:wheelbarrow}}", false),
            ("{{base64 of bob:wheelbarrow}}", true),
            ("{{base64 of svc:svc}}", true),
        ] {
            let pair = fill(template, 5).expect("known field");
            assert_eq!(Allow::SamplePair.holds(pair.as_bytes(), b""), sample, "{template:?}");
        }
    }
}
