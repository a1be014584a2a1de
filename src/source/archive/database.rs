//! SQLite databases: records that go on in other pages, which all others do not, and the texts of rows with tabs between
//! them: in the file's bytes one stands right behind another.
//!
//! Format: <https://www.sqlite.org/fileformat2.html>, sections 1.3, 1.5 and 1.6.

use std::borrow::Cow;

use super::Opener;

/// Longest record that is put together.
const LONGEST: usize = 16 << 20;

pub(super) fn read(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    let Some(file) = Database::of(content) else { return };
    // Texts are UTF-16 where the header says 2 or 3.
    if matches!(content[56..60], [0, 0, 0, 2 | 3]) {
        opener.member(path, "strings", &crate::detect::wide_strings(content), depth);
    }
    let mut rows = Vec::new();
    for page in 0..content.len() / file.page_size {
        for cell in 0..file.cells(page) {
            let Some((record, overflows)) = file.cell(page, cell) else { continue };
            if opener.is_over() {
                return;
            }
            if (rows.len() as u64) < opener.left {
                push_texts(&record, &mut rows);
            }
            if !overflows {
                continue;
            }
            opener.left = opener.left.saturating_sub(record.len() as u64);
            opener.member(path, &format!("page {}, cell {}", page + 1, cell + 1), &record, depth);
        }
    }
    if !rows.is_empty() {
        opener.left = opener.left.saturating_sub(rows.len() as u64);
        opener.member(path, "rows", &rows, depth);
    }
}

/// Appends the texts of a record, if there are several: a line with tabs between them.
fn push_texts(record: &[u8], rows: &mut Vec<u8>) -> Option<()> {
    let mut at = 0;
    let header = usize::try_from(varint(record, &mut at)?).ok()?;
    let (mut value, mut texts) = (header, Vec::new());
    while at < header {
        let kind = usize::try_from(varint(record, &mut at)?).ok()?;
        let len = match kind {
            0..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            8..=11 => 0,
            blob_or_text => (blob_or_text - 12) / 2,
        };
        let bytes = record.get(value..value.checked_add(len)?)?;
        if kind > 12 && kind % 2 == 1 && !bytes.is_empty() {
            texts.push(bytes);
        }
        value += len;
    }
    if texts.len() > 1 {
        rows.extend(texts.join(&b'\t'));
        rows.push(b'\n');
    }
    Some(())
}

struct Database<'a> {
    content: &'a [u8],
    page_size: usize,
    /// Bytes of a page that content may use.
    usable: usize,
}

impl<'a> Database<'a> {
    fn of(content: &'a [u8]) -> Option<Self> {
        let header = content.get(..100)?;
        let page_size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65536,
            size => usize::from(size),
        };
        let usable = page_size.checked_sub(usize::from(header[20])).filter(|usable| *usable >= 480)?;
        (page_size.is_power_of_two() && page_size >= 512).then_some(Database { content, page_size, usable })
    }

    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_mul(self.page_size)?;
        self.content.get(start..start.checked_add(self.page_size)?)
    }

    /// A leaf's page, where its header begins, and whether it is one of a table; the others are of indexes.
    fn leaf(&self, number: usize) -> Option<(&'a [u8], usize, bool)> {
        let page = self.page(number)?;
        let header = if number == 0 { 100 } else { 0 };
        matches!(page[header], 13 | 10).then(|| (page, header, page[header] == 13))
    }

    /// Number of cells of a leaf.
    fn cells(&self, number: usize) -> usize {
        let count = |(page, header, _): (&[u8], usize, bool)| {
            usize::from(u16::from_be_bytes([page[header + 3], page[header + 4]]))
        };
        self.leaf(number).map_or(0, count).min(self.page_size / 2)
    }

    /// The record of a leaf's cell, and whether it goes on in other pages.
    fn cell(&self, number: usize, cell: usize) -> Option<(Cow<'a, [u8]>, bool)> {
        let (page, header, table) = self.leaf(number)?;
        let pointer = header + 8 + 2 * cell;
        let pointer = page.get(pointer..pointer + 2)?;
        self.record(page, usize::from(u16::from_be_bytes([pointer[0], pointer[1]])), table)
    }

    fn record(&self, page: &'a [u8], mut at: usize, table: bool) -> Option<(Cow<'a, [u8]>, bool)> {
        let size = usize::try_from(varint(page, &mut at)?).ok()?;
        if table {
            varint(page, &mut at)?;
        }
        let most = if table { self.usable - 35 } else { (self.usable - 12) * 64 / 255 - 23 };
        if size <= most {
            return Some((Cow::Borrowed(page.get(at..at + size)?), false));
        }
        if size > LONGEST {
            return None;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (size - least) % (self.usable - 4);
        let local = if fitting <= most { fitting } else { least };
        let mut record = page.get(at..at + local)?.to_vec();
        let mut next = page.get(at + local..at + local + 4)?;
        while record.len() < size {
            let overflow = self.page((u32::from_be_bytes(next.try_into().ok()?) as usize).checked_sub(1)?)?;
            record.extend_from_slice(&overflow[4..self.usable.min(4 + size - record.len())]);
            next = &overflow[..4];
        }
        Some((Cow::Owned(record), true))
    }
}

/// A number of up to nine bytes, seven bits each.
fn varint(page: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for index in 0..9 {
        let byte = *page.get(*at)?;
        *at += 1;
        if index == 8 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7F);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::push_texts;

    #[test]
    fn texts_of_a_row_stand_apart() {
        // Five bytes of header: a text of three bytes, a number of two, nothing, a text of four.
        let record = [&[5, 19, 2, 0, 21][..], b"abc", &[1, 2], b"defg"].concat();
        let mut rows = Vec::new();
        push_texts(&record, &mut rows);
        assert_eq!(rows, b"abc\tdefg\n");
        push_texts(&record[..9], &mut rows);
        push_texts(&[200; 12], &mut rows);
        push_texts(&[3, 19, 1, b'a', b'b', b'c', 7], &mut rows);
        assert_eq!(rows.len(), 9);
    }
}
