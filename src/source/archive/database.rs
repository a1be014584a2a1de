//! SQLite databases: records that go on in other pages. All others stand whole in the file's bytes.
//!
//! Format: <https://www.sqlite.org/fileformat2.html>, sections 1.3, 1.5 and 1.6.

use super::Opener;

/// Longest record that is put together.
const LONGEST: usize = 16 << 20;

pub(super) fn read(opener: &mut Opener<'_>, content: &[u8], path: &str, depth: usize) {
    let Some(file) = Database::of(content) else { return };
    // Texts are UTF-16 where the header says 2 or 3.
    if matches!(content[56..60], [0, 0, 0, 2 | 3]) {
        opener.member(path, "strings", &crate::detect::wide_strings(content), depth);
    }
    for page in 0..content.len() / file.page_size {
        for cell in 0..file.cells(page) {
            let Some(record) = file.overflowing(page, cell) else { continue };
            if opener.is_over() {
                return;
            }
            opener.left = opener.left.saturating_sub(record.len() as u64);
            opener.member(path, &format!("page {}, cell {}", page + 1, cell + 1), &record, depth);
        }
    }
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

    /// The record of a leaf's cell, if it does not fit the page.
    fn overflowing(&self, number: usize, cell: usize) -> Option<Vec<u8>> {
        let (page, header, table) = self.leaf(number)?;
        let pointer = header + 8 + 2 * cell;
        let pointer = page.get(pointer..pointer + 2)?;
        self.record(page, usize::from(u16::from_be_bytes([pointer[0], pointer[1]])), table)
    }

    fn record(&self, page: &[u8], mut at: usize, table: bool) -> Option<Vec<u8>> {
        let size = usize::try_from(varint(page, &mut at)?).ok()?;
        if table {
            varint(page, &mut at)?;
        }
        let most = if table { self.usable - 35 } else { (self.usable - 12) * 64 / 255 - 23 };
        if size <= most || size > LONGEST {
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
        Some(record)
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
