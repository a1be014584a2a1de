//! Checks that a secret's own format allows without asking anybody.

use data_encoding::{BASE32_NOPAD, BASE64, BASE64_NOPAD, BASE64URL_NOPAD};
use serde_json::Value;

/// A named offline check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// The last six characters are the CRC-32 of those after the first underscore, in base62 (GitHub, npm).
    Crc32,
    /// They are not: the token was altered, mistyped or made up.
    Crc32Wrong,
    /// Header and payload are JSON objects and the header names an algorithm (RFC 7519).
    Jwt,
    /// Five parts, and the first is a JSON object that names an algorithm and an encryption (RFC 7516).
    Jwe,
    /// The armoured block holds base64 of a DER sequence or an OpenSSH key, and no encryption header (RFC 7468).
    Pem,
    /// 32 bytes in base64url: the last character carries four bits only.
    Base64url32,
    /// 64 bytes in base64url: the last character carries two bits only.
    Base64url64,
    /// Base64 of `user:password`, both printable (RFC 7617).
    BasicPair,
    /// Base64 that decodes.
    Base64,
    /// Base64 that decodes to no certificate, public key, program or armour with nothing inside.
    Opaque,
    /// 16 or 32 bytes in hexadecimal.
    HexKey,
    /// Base32 whose last two bytes are the CRC-16 of those before (NATS).
    Nkey,
    /// A digit among the letters: names in code seldom hold one.
    Digit,
    /// Base64 of a DER structure as long as it says, that begins as a private key (RFC 5208, RFC 5915, RFC 8017).
    DerKey,
}

const ALL: [(&str, Check); 14] = [
    ("crc32", Check::Crc32),
    ("crc32-wrong", Check::Crc32Wrong),
    ("jwt", Check::Jwt),
    ("jwe", Check::Jwe),
    ("pem", Check::Pem),
    ("base64url-32", Check::Base64url32),
    ("base64url-64", Check::Base64url64),
    ("basic-pair", Check::BasicPair),
    ("base64", Check::Base64),
    ("opaque", Check::Opaque),
    ("hex-key", Check::HexKey),
    ("nkey", Check::Nkey),
    ("digit", Check::Digit),
    ("der-key", Check::DerKey),
];

impl Check {
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
    }

    pub(crate) fn names() -> String {
        ALL.map(|(name, _)| name).join(", ")
    }

    /// Whether the bytes pass.
    pub(crate) fn passes(self, secret: &[u8]) -> bool {
        match self {
            Check::Crc32 => crc32(secret),
            Check::Crc32Wrong => !crc32(secret),
            Check::Jwt => jwt(secret),
            Check::Jwe => jwe(secret),
            Check::Pem => pem(secret),
            Check::Base64url32 => {
                secret.len() == 43 && secret.last().is_some_and(|last| b"AEIMQUYcgkosw048".contains(last))
            }
            Check::Base64url64 => secret.len() == 86 && secret.last().is_some_and(|last| b"AQgw".contains(last)),
            Check::BasicPair => basic_pair(secret),
            Check::Base64 => base64(secret).is_some(),
            Check::Opaque => base64(secret).is_some_and(|content| !is_public(&content)),
            Check::HexKey => matches!(secret.len(), 32 | 64) && secret.iter().all(u8::is_ascii_hexdigit),
            Check::Nkey => nkey(secret),
            Check::Digit => secret.iter().any(u8::is_ascii_digit),
            Check::DerKey => base64(secret).is_some_and(|der| der_key(&der)),
        }
    }

    /// Whether passing proves the format rather than just allowing it: chance alone passes less than one time in 1,000.
    pub(crate) fn proves(self) -> bool {
        matches!(self, Check::Crc32 | Check::Jwt | Check::Jwe | Check::Pem | Check::Nkey | Check::DerKey)
    }

    /// Whether what passes may stand in source in several literals, or with escapes. A seed is too short to be broken, and the
    /// letters that it begins with occur in all text.
    pub(crate) fn breaks(self) -> bool {
        self.proves() && self != Check::Nkey
    }
}

/// CRC-32 of the bytes as six base62 digits, digits before capitals before small letters.
///
/// Source: <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
pub(crate) fn crc32_base62(body: &[u8]) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32fast::hash(body);
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn crc32(secret: &[u8]) -> bool {
    let Some(at) = memchr::memrchr(b'_', secret) else { return false };
    let body = &secret[at + 1..];
    body.len() > 6 && crc32_base62(&body[..body.len() - 6]).as_bytes() == &body[body.len() - 6..]
}

/// CRC-16 with the polynomial 0x1021 and nothing inverted, low byte first.
///
/// Source: <https://github.com/nats-io/nkeys/blob/main/crc16.go>
pub(crate) fn crc16(body: &[u8]) -> [u8; 2] {
    let mut crc = 0u16;
    for byte in body {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
        }
    }
    crc.to_le_bytes()
}

fn nkey(secret: &[u8]) -> bool {
    let Ok(bytes) = BASE32_NOPAD.decode(secret) else { return false };
    bytes.split_last_chunk::<2>().is_some_and(|(body, sum)| crc16(body) == *sum)
}

/// The JSON in base64url that a part of a token holds.
fn json(part: Option<&[u8]>) -> Option<Value> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part?).ok()?).ok()
}

fn jwe(secret: &[u8]) -> bool {
    let mut parts = secret.split(|byte| *byte == b'.');
    let named = |head: &Value| ["alg", "enc"].iter().all(|name| head.get(name).is_some_and(Value::is_string));
    json(parts.next()).as_ref().is_some_and(named) && parts.count() == 4
}

fn jwt(secret: &[u8]) -> bool {
    let mut parts = secret.split(|byte| *byte == b'.');
    let head = json(parts.next());
    let body = json(parts.next());
    head.is_some_and(|head| head.get("alg").is_some_and(Value::is_string)) && body.is_some_and(|body| body.is_object())
}

fn pem(secret: &[u8]) -> bool {
    let text = String::from_utf8_lossy(secret).replace("\\r", "").replace("\\n", "\n").replace("\\/", "/");
    if text.contains("ENCRYPTED") {
        return false;
    }
    let Some((_, rest)) = text.split_once("-----BEGIN ") else { return false };
    let Some((_, body)) = rest.split_once("-----") else { return false };
    let body = body.split("-----END").next().unwrap_or("");
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let decode = |digits: &[u8]| BASE64_NOPAD.decode(&digits[..digits.len() - digits.len() % 4]).ok();
    let clean: Vec<u8> =
        body.lines().filter(|line| !line.contains(": ")).flat_map(str::bytes).filter(is_digit).collect();
    // A body of one letter is a sample. A key is a DER sequence, an OpenSSH container or an OpenPGP packet; none is shorter
    // than an Ed25519 key.
    if clean.iter().any(|byte| *byte != clean[0]) && decode(&clean).is_some_and(|bytes| bytes.len() >= 30) {
        return true;
    }
    // Something may stand before each line, and behind it.
    let longest =
        |line: &'_ str| line.as_bytes().split(|byte| !is_digit(byte)).max_by_key(|run| run.len()).map(<[u8]>::to_vec);
    let lines: Vec<u8> = body.lines().filter_map(longest).filter(|run| run.len() >= LINE).flatten().collect();
    decode(&lines).is_some_and(|bytes| bytes.starts_with(b"\x30") || bytes.starts_with(b"openssh-key-v1\0"))
}

/// Characters of a whole line of a PEM block, at least.
const LINE: usize = 60;

/// Whether the bytes are one DER sequence that begins as a private key: a version, then what names its algorithm (PKCS #8),
/// its modulus (PKCS #1) or its octets (SEC 1).
fn der_key(der: &[u8]) -> bool {
    let Some((0x30, body, [])) = der_value(der) else { return false };
    let Some((0x02, [0 | 1], rest)) = der_value(body) else { return false };
    matches!(der_value(rest), Some((0x30, _, [0x04, ..]) | (0x02 | 0x04, [_, _, _, _, ..], _)))
}

/// Whether it is a certificate, a chain of them, a public key, a program, or armour with nothing inside.
fn is_public(content: &[u8]) -> bool {
    if content.starts_with(b"#!") || der_certificate(content) {
        return true;
    }
    let find = |what: &[u8]| memchr::memmem::find(content, what).is_some();
    if !content.trim_ascii_start().starts_with(b"-----BEGIN ") {
        return false;
    }
    let body = content.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"-----"));
    let public =
        [&b"CERTIFICATE-----"[..], b"PUBLIC KEY", b"DH PARAMETERS-----", b"X509 CRL-----"].into_iter().any(find);
    (public && !find(b"PRIVATE KEY")) || body.map(|line| line.trim_ascii().len()).sum::<usize>() < 30
}

/// Whether it begins with a certificate (RFC 5280: a version in a context tag) or is a PKCS #7 chain (RFC 2315).
fn der_certificate(der: &[u8]) -> bool {
    const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let Some((0x30, body, _)) = der_value(der) else { return false };
    let version = |body| matches!(der_value(body), Some((0x30, [0xa0, 0x03, 0x02, 0x01, ..], _)));
    version(body) || body.starts_with(SIGNED_DATA)
}

/// The first value: its tag, its content and what follows it.
fn der_value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 | 0x82 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 3))?;
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// Decodes base64 of either alphabet, padded or not.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let bare = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if text.len() != bare.len() && !text.len().is_multiple_of(4) {
        return None;
    }
    let mut plain = bare.to_vec();
    let url = bare.iter().any(|byte| b"-_".contains(byte));
    if url && bare.iter().any(|byte| b"+/".contains(byte)) {
        return None;
    }
    if url {
        for byte in &mut plain {
            *byte = match *byte {
                b'-' => b'+',
                b'_' => b'/',
                other => other,
            };
        }
    }
    plain.resize(plain.len().next_multiple_of(4), b'=');
    BASE64.decode(&plain).ok()
}

/// What base64 of a user and a password says, and where the colon between them stands (RFC 7617).
pub(crate) fn pair(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let pair = base64(text)?;
    let colon = memchr::memchr(b':', &pair)?;
    Some((pair, colon))
}

fn basic_pair(secret: &[u8]) -> bool {
    let Some((pair, colon)) = pair(secret) else { return false };
    pair.len() - colon > 4 && pair.iter().all(|byte| (0x20..0x7f).contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::fill;

    #[test]
    fn a_github_token_carries_its_own_checksum() {
        let token = fill("{{crc ghp_}}", 3).expect("known field");
        assert!(Check::Crc32.passes(token.as_bytes()));
        let mut wrong = token.into_bytes();
        wrong[5] ^= 1;
        assert!(!Check::Crc32.passes(&wrong));
        assert!(Check::Crc32Wrong.passes(&wrong));
    }

    #[test]
    fn a_nats_seed_carries_its_own_checksum() {
        // The check value of CRC-16/XMODEM.
        assert_eq!(crc16(b"123456789"), 0x31C3u16.to_le_bytes());
        let mut seed = fill("{{nkey}}", 3).expect("known field").into_bytes();
        assert!(Check::Nkey.passes(&seed));
        seed[20] = if seed[20] == b'A' { b'B' } else { b'A' };
        assert!(!Check::Nkey.passes(&seed));
    }

    #[test]
    fn a_jwt_is_two_json_objects_and_a_signature() {
        assert!(Check::Jwt.passes(fill("{{jwt}}", 3).expect("known field").as_bytes()));
        assert!(!Check::Jwt.passes(b"eyJhbGciOiJIUzI1NiJ9.bm90IGpzb24.sig"));
    }

    #[test]
    fn a_genesys_secret_ends_in_a_character_of_four_bits() {
        let secret = fill("{{b64url 32}}", 3).expect("known field");
        assert!(Check::Base64url32.passes(secret.as_bytes()));
        assert!(!Check::Base64url32.passes(format!("{}B", &secret[..42]).as_bytes()));
    }

    #[test]
    fn a_name_in_code_holds_no_digit() {
        assert!(Check::Digit.passes(b"s.Ab3x"));
        assert!(!Check::Digit.passes(b"s.makeKubeConfigController"));
    }

    #[test]
    fn encrypted_and_empty_pem_blocks_do_not_pass() {
        let block = fill("{{pem RSA PRIVATE KEY}}", 3).expect("known field");
        assert!(Check::Pem.passes(block.as_bytes()));
        assert!(!Check::Pem.passes(block.replace("RSA", "ENCRYPTED").as_bytes()));
        assert!(!Check::Pem.passes(b"-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----"));
    }

    #[test]
    fn a_key_in_der_is_as_long_as_it_says() {
        // PKCS #8 of an Ed25519 key, and the same cut short, and the public key's structure (RFC 8410).
        let key = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &[7; 32]].concat();
        let public = [&[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0][..], &[7; 32]].concat();
        assert!(Check::DerKey.passes(BASE64.encode(&key).as_bytes()));
        assert!(!Check::DerKey.passes(BASE64.encode(&key[..47]).as_bytes()));
        assert!(!Check::DerKey.passes(BASE64.encode(&public).as_bytes()));
    }

    #[test]
    fn base64_of_both_alphabets_decodes_with_and_without_padding() {
        for text in ["YTpiYw==", "YTpiYw", "_-8", "/+8="] {
            assert!(base64(text.as_bytes()).is_some(), "{text}");
        }
        assert!(base64(b"_+8=").is_none());
    }
}
