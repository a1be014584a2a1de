//! Content in the encodings that people's files have. Lines and columns count code points of the decoded text.

use snout::{Occurrence, Region, Report};

use crate::util::{Leak, fill, leak, read};

/// The one place of the secret.
#[track_caller]
fn place<'r>(report: &'r Report, one: &Leak) -> &'r Occurrence {
    let finding = report.findings.iter().find(|finding| finding.secret.as_deref() == Some(&one.secret));
    let finding = finding.unwrap_or_else(|| panic!("not found; {} findings", report.findings.len()));
    assert_eq!(finding.occurrences.len(), 1);
    &finding.occurrences[0]
}

fn columns(region: Region) -> [u32; 4] {
    [region.start_line, region.start_column, region.end_line, region.end_column]
}

fn utf16(text: &str, bom: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    bom.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn columns_count_code_points_and_skip_carriage_returns() {
    let one = leak(1);
    let report = read(format!("# first\r\n\u{e9}\u{1F600} {}\r\n# last\r\n", one.line));
    assert_eq!(columns(place(&report, &one).region), [2, 26, 2, 69]);
    let snippet = &place(&report, &one).snippet;
    assert!(!snippet.text.contains('\r') && snippet.text.contains("# last"), "{:?}", snippet.text);
}

#[test]
fn utf_8_with_a_byte_order_mark_is_read() {
    let one = leak(2);
    let report = read(format!("\u{FEFF}{}\n", one.line));
    assert_eq!(place(&report, &one).region.start_line, 1);
}

#[test]
fn utf_16_is_read_in_both_orders_with_and_without_a_mark() {
    let one = leak(3);
    let text = format!("# Genesys settings\r\n# \u{e9}\r\n{}\r\n", one.line);
    for (name, content) in [
        ("little-endian with mark", utf16(&text, true, u16::to_le_bytes)),
        ("little-endian", utf16(&text, false, u16::to_le_bytes)),
        ("big-endian with mark", utf16(&text, true, u16::to_be_bytes)),
        ("big-endian", utf16(&text, false, u16::to_be_bytes)),
    ] {
        let report = read(content);
        assert_eq!(report.findings.len(), 1, "{name}");
        assert_eq!(columns(place(&report, &one).region), [3, 23, 3, 66], "{name}");
    }
}

#[test]
fn latin_1_is_read_with_a_column_for_each_byte() {
    let one = leak(4);
    let content = [b"# caf\xe9 \xfcber\n\xe9\xe9 ", one.line.as_bytes(), b"\n"].concat();
    assert_eq!(columns(place(&read(content), &one).region), [2, 26, 2, 69]);
}

#[test]
fn a_binary_is_read_for_its_printable_runs() {
    let one = leak(5);
    let noise: Vec<u8> = (0..4000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8 & 0x1F).collect();
    let content = [noise.as_slice(), b"\0", one.line.as_bytes(), b"\0", noise.as_slice()].concat();
    place(&read(content), &one);
}

#[test]
fn a_kubernetes_secret_is_decoded_and_said_to_be() {
    let secret = fill("{{b64url 32}}", 6);
    let encoded = fill(&format!("{{{{base64 of {secret}}}}}"), 0);
    let one = Leak { line: String::new(), secret };
    let report = read(format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: genesys\ndata:\n  GENESYS_CLIENT_SECRET: {encoded}\n"
    ));
    let place = place(&report, &one);
    assert_eq!(place.decoded.as_deref(), Some("base64"));
    assert_eq!((place.region.start_line, place.region.start_column), (6, 26));
}

#[test]
fn a_line_of_two_megabytes_is_read_whole() {
    let one = leak(7);
    let half = "var a=\"lorem ipsum\";".repeat(50_000);
    let report = read(format!("{half}{};{half}", one.line));
    let place = place(&report, &one);
    assert_eq!((place.region.start_line, place.region.start_column), (1, half.len() as u32 + 23));
    assert!(place.snippet.text.len() < 1000, "a snippet stays readable");
}

#[test]
fn both_halves_of_a_pair_make_one_credential() {
    let text = fill("id: {{uuid4}}\nsecret: {{b64url 32}}\nhost: api.mypurecloud.de\n", 8);
    let report = read(text.clone());
    let finding = &report.findings[0];
    let parts: Vec<_> = finding.parts.iter().map(|part| (part.name.as_str(), part.value.as_str())).collect();
    let id = text.lines().next().and_then(|line| line.strip_prefix("id: ")).expect("the first line");
    assert_eq!(parts, [("client_id", id), ("region", "eu-central-1")]);
}

/// Whether the secret is found in the text.
#[track_caller]
fn found(secret: &str, text: &str) {
    let report = read(text);
    assert!(report.findings.iter().any(|finding| finding.secret.as_deref() == Some(secret)), "{}", text.len());
}

#[test]
fn base64_in_lines_is_one_text() {
    let secret = fill("{{crc ghp_}}", 20);
    let text =
        format!("some words before the token\n{}token: {secret}\nand more words behind it\n", "a line\n".repeat(3));
    let encoded = fill(&format!("{{{{base64 of {text}}}}}"), 0);
    for (width, indent) in [(76, ""), (64, "      "), (70, "\t"), (50, "  ")] {
        let lines: Vec<&str> =
            (0..encoded.len()).step_by(width).map(|at| &encoded[at..encoded.len().min(at + width)]).collect();
        found(&secret, &format!("data: |\n{indent}{}\nnext: 1\n", lines.join(&format!("\n{indent}"))));
        found(&secret, &format!("{{\"data\": \"{}\"}}\n", lines.join("\\n")));
    }
}

#[test]
fn what_base64_packs_is_unpacked() {
    use std::io::Write;
    let secret = fill("{{crc ghp_}}", 21);
    let text = format!("release: 1\ntoken: {secret}\n");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory can be written");
    let packed = data_encoding::BASE64.encode(&encoder.finish().expect("memory can be written"));
    found(&secret, &format!("data: {packed}\n"));
    found(&secret, &format!("data: {}\n", data_encoding::BASE64.encode(packed.as_bytes())));
    let lines: Vec<&str> = (0..packed.len()).step_by(40).map(|at| &packed[at..packed.len().min(at + 40)]).collect();
    found(&secret, &lines.join("\n"));
    let wide: Vec<u8> = format!("$t='{secret}'").encode_utf16().flat_map(u16::to_le_bytes).collect();
    found(&secret, &format!("powershell -enc {}\n", data_encoding::BASE64.encode(&wide)));
}

#[test]
fn escapes_hide_nothing() {
    let secret = fill("{{crc ghp_}}", 22);
    let each = |form: &dyn Fn(u32) -> String| secret.chars().map(|c| form(c as u32)).collect::<String>();
    found(&secret, &each(&|code| format!("&#{code};")));
    found(&secret, &each(&|code| format!("&#x{code:X};")));
    found(&secret, &each(&|code| format!("\\x{code:02x}")));
    found(&secret, &each(&|code| format!("\\u{code:04x}")));
    found(&secret, &each(&|code| format!("\\u{{{code:x}}}")));
    found(&secret, &each(&|code| format!("\\{code:03o}")));
    found(&secret, &each(&|code| format!("%25{code:02X}")));
    found(&secret, &each(&|code| format!("{code}, ")));
    found(&secret, &each(&|code| format!("0x{code:02x},\n    ")));
    found(&secret, &secret.replace('_', "%5F"));
    let (head, tail) = secret.split_at(20);
    found(&secret, &format!("t = \"{head}\" +\n    \"{tail}\";"));
    found(&secret, &format!("t = \"{head}\" + '{tail}';"));
    found(&secret, &format!("t = (\"ghp_\"\n    \"{}\")", &secret[4..]));
    found(&secret, &format!("export T={head}\\\n{tail}\n"));
}

#[test]
fn utf_32_is_read() {
    let one = leak(23);
    for bytes in [u32::to_le_bytes, u32::to_be_bytes] {
        let content: Vec<u8> = one.line.chars().flat_map(|c| bytes(c as u32)).collect();
        place(&read(content), &one);
    }
}

#[test]
fn a_letter_that_ends_an_escape_is_no_part_of_what_follows() {
    let secret = fill("sq0csp-{{alnum 43}}", 24);
    for before in [
        r"first\n",
        r"a\t",
        r"\x0f",
        r"\u003d",
        r"x\\n",
        "a%3D",
        "https%3A%2F%2F",
        "href=3D",
        "\x1b[1;32m",
        r"\u001b[33m",
        r"\033[0m",
        "\x1b[01;31m\x1b[K",
    ] {
        found(&secret, &format!("{before}{secret}\n"));
    }
    // The length of a string before it, as in protocol buffers.
    found(&secret, &format!("\x12\x04name\x1A2{secret}\x20\x01"));
    assert!(read(format!("name2{secret}\nitem{secret}\n")).findings.is_empty());
}

#[test]
fn characters_one_by_one_hide_nothing() {
    let secret = fill("sq0csp-{{alnum 43}}", 25);
    let each = |quote: &str, between: &str| {
        secret.chars().map(|c| format!("{quote}{c}{quote}")).collect::<Vec<_>>().join(between)
    };
    found(&secret, &format!("char key[] = {{{}, '\\0'}};", each("'", ", ")));
    found(&secret, &format!("[{}].join('')", each("\"", ",")));
}

#[test]
fn lines_of_mail_that_go_on_hide_nothing() {
    let secret = fill("{{crc ghp_}}", 26);
    let (head, tail) = secret.split_at(20);
    found(&secret, &format!("the token {head}=\r\n{tail} is=20new"));
}
