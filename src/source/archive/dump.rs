//! Memory written out as text: Intel HEX, Motorola S-records, and what `hexdump -C` and `xxd` print. A word goes on from
//! line to line there.

/// Bytes of a line, at most: S-records have 255.
const LINE: usize = 600;

/// Whether content begins so.
pub(super) fn is_dump(content: &[u8]) -> bool {
    content[..content.len().min(LINE)].split(|byte| *byte == b'\n').next().is_some_and(|line| row(line).is_some())
}

/// The bytes that it tells.
pub(super) fn bytes(content: &[u8]) -> Vec<u8> {
    content.split(|byte| *byte == b'\n').filter(|line| line.len() <= LINE).filter_map(row).flatten().collect()
}

/// The bytes of a line; none of a line that tells something else.
fn row(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.trim_ascii_end();
    match line.first()? {
        b':' => record(&line[1..], |record| match *record {
            // Length, two bytes of address and the kind of record stand before the data, a checksum behind it.
            [len, _, _, kind, ref data @ .., _] if usize::from(len) == data.len() => {
                Some(if kind == 0 { data } else { &[] })
            }
            _ => None,
        }),
        b'S' => record(line.get(2..)?, |record| {
            let address = match line[1] {
                b'0' | b'1' | b'5' | b'9' => 2,
                b'2' | b'6' | b'8' => 3,
                b'3' | b'7' => 4,
                _ => return None,
            };
            let (len, rest) = record.split_first()?;
            let data = rest.get(address..rest.len().checked_sub(1)?)?;
            (usize::from(*len) == rest.len()).then_some(if matches!(line[1], b'0'..=b'3') { data } else { &[] })
        }),
        digit if digit.is_ascii_hexdigit() => crate::detect::listing(line),
        _ => None,
    }
}

/// The part of a record that is data. Its bytes add up to a known value with the checksum: that is left to its reader.
fn record(digits: &[u8], data: impl Fn(&[u8]) -> Option<&[u8]>) -> Option<Vec<u8>> {
    data(&hex(digits)?).map(<[u8]>::to_vec)
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dumped_is_read_as_it_was() {
        let value = b"some words that go on from line to line";
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let rows = || value.chunks(16).enumerate();
        let spaced = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>();
        let dumps: [String; 4] = [
            rows()
                .map(|(at, row)| format!("{:08x}  {:<49} |{}|\n", at * 16, spaced(row), ".".repeat(row.len())))
                .collect(),
            rows()
                .map(|(at, row)| {
                    let groups: Vec<String> = row.chunks(2).map(hex).collect();
                    format!("{:08x}: {:<39}  {}\n", at * 16, groups.join(" "), String::from_utf8_lossy(row))
                })
                .collect(),
            rows()
                .map(|(at, row)| format!(":{:02X}{:04X}00{}FF\r\n", row.len(), at * 16, hex(row).to_uppercase()))
                .collect(),
            rows()
                .map(|(at, row)| format!("S1{:02X}{:04X}{}FF\n", row.len() + 3, at * 16, hex(row).to_uppercase()))
                .collect(),
        ];
        for dump in dumps {
            assert!(is_dump(dump.as_bytes()), "{dump}");
            assert_eq!(bytes(dump.as_bytes()), value, "{dump}");
        }
    }

    #[test]
    fn what_only_begins_alike_is_none() {
        for text in [
            "0",
            "00000000",
            "00000000-0000-4000\n",
            ": a line\n",
            ":root {\n",
            "S1 is a sensor\n",
            "0123456789abcdef\n",
            "Some words",
        ] {
            assert!(!is_dump(text.as_bytes()) || bytes(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
