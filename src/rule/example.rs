//! Examples as templates: `{{uuid4}}`, `{{alnum 36}}`. Values are made when an example is used, so no file of the
//! project holds anything that looks like a credential.

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// Fills a template. The same template and seed give the same text.
///
/// | field | value |
/// |---|---|
/// | `alnum N`, `lower N`, `upper N`, `digits N` | letters and digits; lower-case and digits; upper-case and digits; digits |
/// | `hex N`, `HEX N`, `base32 N` | N characters of that alphabet |
/// | `b64 N`, `b64url N` | N random bytes, as padded base64 or unpadded base64url |
/// | `uuid4`, `UUID4` | a version 4 UUID |
/// | `set CHARS N` | N characters of CHARS |
/// | `crc PREFIX` | PREFIX, 30 characters and their CRC-32 in base62, as GitHub's tokens |
/// | `base64 of TEXT`, `percent of TEXT`, `hex of TEXT` | TEXT, itself a template, encoded |
/// | `jwt` | a signed-looking JSON Web Token |
/// | `nkey` | a NATS user's seed with its CRC-16 |
/// | `pem LABEL` | an armoured block of 1,200 random bytes |
/// | `der HEAD N` | base64 of the bytes HEAD, in hexadecimal, and N random ones |
///
/// # Errors
/// Names the field that is not one of these.
pub fn fill(template: &str, seed: u64) -> Result<String, String> {
    let mut random = Random(seed ^ 0x5EED_0F5A_0C7B_1D2E);
    for byte in template.bytes() {
        random.0 = random.0.rotate_left(5) ^ u64::from(byte);
    }
    fill_with(template, &mut random)
}

fn fill_with(template: &str, random: &mut Random) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        let end = matching_end(inside).ok_or_else(|| format!("'{{{{' without its '}}}}' in example {template:?}"))?;
        match field(&inside[..end], random)? {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[start..start + 2 + end + 2]),
        }
        rest = &inside[end + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

fn matching_end(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    loop {
        let open = text[at..].find("{{").map(|i| at + i);
        let close = at + text[at..].find("}}")?;
        match open {
            Some(open) if open < close => (depth, at) = (depth + 1, open + 2),
            _ if depth == 0 => return Some(close),
            _ => (depth, at) = (depth - 1, close + 2),
        }
    }
}

/// The value of a field, or nothing where the braces are the example's own (a template language it shows).
fn field(text: &str, random: &mut Random) -> Result<Option<String>, String> {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    let count =
        || rest.parse::<usize>().map_err(|_| format!("example field '{{{{{text}}}}}' wants a number after '{kind}'"));
    Ok(Some(match kind {
        "alnum" => random.string(&[LOWER, UPPER, DIGITS].concat(), count()?),
        "lower" => random.string(&[LOWER, DIGITS].concat(), count()?),
        "upper" => random.string(&[UPPER, DIGITS].concat(), count()?),
        "digits" => random.string(DIGITS, count()?),
        "hex" => random.string("0123456789abcdef", count()?),
        "HEX" => random.string("0123456789ABCDEF", count()?),
        "base32" => BASE32_NOPAD.encode(&random.bytes(count()?))[..count()?].to_owned(),
        "b64" => BASE64.encode(&random.bytes(count()?)),
        "b64url" => BASE64URL_NOPAD.encode(&random.bytes(count()?)),
        "uuid4" => random.uuid4(),
        "UUID4" => random.uuid4().to_uppercase(),
        "set" => {
            let (chars, count) = rest
                .rsplit_once(' ')
                .ok_or_else(|| format!("example field '{{{{{text}}}}}' wants characters and a number"))?;
            random.string(chars, count.parse().map_err(|_| format!("example field '{{{{{text}}}}}' wants a number"))?)
        }
        "crc" => {
            let body = random.string(&[LOWER, UPPER, DIGITS].concat(), 30);
            format!("{rest}{body}{}", crate::detect::checksum::crc32_base62(body.as_bytes()))
        }
        "nkey" => {
            let mut body = vec![0x95, 0x00];
            body.extend(random.bytes(32));
            let sum = crate::detect::checksum::crc16(&body);
            body.extend(sum);
            BASE32_NOPAD.encode(&body)
        }
        "base64" if rest.starts_with("of ") => BASE64.encode(fill_with(&rest[3..], random)?.as_bytes()),
        "hex-of" => data_encoding::HEXLOWER.encode(fill_with(rest, random)?.as_bytes()),
        "percent" if rest.starts_with("of ") => {
            fill_with(&rest[3..], random)?.bytes().map(|byte| format!("%{byte:02X}")).collect()
        }
        "jwt" => {
            let head = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
            let body = BASE64URL_NOPAD.encode(format!(r#"{{"iss":"{}","exp":1999999999}}"#, random.uuid4()).as_bytes());
            format!("{head}.{body}.{}", BASE64URL_NOPAD.encode(&random.bytes(32)))
        }
        "der" => {
            let (head, count) = rest
                .split_once(' ')
                .ok_or_else(|| format!("example field '{{{{{text}}}}}' wants hexadecimal and a number"))?;
            let head = data_encoding::HEXLOWER.decode(head.as_bytes());
            let mut bytes = head.map_err(|_| format!("example field '{{{{{text}}}}}' wants hexadecimal"))?;
            let count = count.parse().map_err(|_| format!("example field '{{{{{text}}}}}' wants a number"))?;
            bytes.extend(random.bytes(count));
            BASE64.encode(&bytes)
        }
        "pem" => {
            let body = BASE64.encode(&random.bytes(1200));
            let lines: Vec<&str> = (0..body.len()).step_by(64).map(|at| &body[at..body.len().min(at + 64)]).collect();
            format!("-----BEGIN {rest}-----\n{}\n-----END {rest}-----", lines.join("\n"))
        }
        _ => return Ok(None),
    }))
}

/// SplitMix64: good enough to look random, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 32) as u8).collect()
    }

    fn string(&mut self, chars: &str, count: usize) -> String {
        let chars: Vec<char> = chars.chars().collect();
        (0..count).map(|_| chars[(self.next() >> 32) as usize % chars.len()]).collect()
    }

    fn uuid4(&mut self) -> String {
        let hex = "0123456789abcdef";
        format!(
            "{}-{}-4{}-{}{}-{}",
            self.string(hex, 8),
            self.string(hex, 4),
            self.string(hex, 3),
            self.string("89ab", 1),
            self.string(hex, 3),
            self.string(hex, 12)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn the_same_template_and_seed_give_the_same_value() {
        assert_eq!(fill("a={{alnum 20}}", 1), fill("a={{alnum 20}}", 1));
        assert_ne!(fill("a={{alnum 20}}", 1), fill("a={{alnum 20}}", 2));
    }

    #[test]
    fn fields_nest_and_foreign_braces_stay() {
        let text = fill("{{base64 of {{uuid4}}:{{b64url 32}}}} {{ secrets.X }}", 7).expect("a known field");
        let (encoded, rest) = text.split_once(' ').expect("two words");
        assert_eq!(encoded.len(), 108);
        assert_eq!(rest, "{{ secrets.X }}");
    }

    #[test]
    fn a_field_without_its_number_is_an_error() {
        assert!(fill("{{alnum}}", 1).is_err());
        assert!(fill("{{alnum 3", 1).is_err());
    }
}
