//! Shannon entropy with floors taken from chance: how low a random string of that alphabet and length may fall.

/// The characters a random secret draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// Ten digits.
    Digits,
    /// 16 characters.
    Hex,
    /// 32 characters.
    Base32,
    /// 36 characters: digits and letters of one case.
    Base36,
    /// 62 characters.
    Base62,
    /// 64 characters, both the standard and the URL alphabet.
    Base64,
    /// The smallest of these that holds the string.
    Auto,
}

const ALL: [(&str, Alphabet); 8] = [
    ("digits", Alphabet::Digits),
    ("hex", Alphabet::Hex),
    ("base32", Alphabet::Base32),
    ("base36", Alphabet::Base36),
    ("base62", Alphabet::Base62),
    ("base64", Alphabet::Base64),
    ("base64url", Alphabet::Base64),
    ("auto", Alphabet::Auto),
];

const LENGTHS: [usize; 19] = [8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 44, 48, 56, 64, 80, 96, 128];

/// Bits per character under which one random string in 1,000 falls, by alphabet and length: quantiles of 20,000
/// simulated strings each. A test draws its own strings and holds the table against them.
#[rustfmt::skip]
#[expect(clippy::approx_constant, reason = "a quantile that happens to be near pi")]
const FLOORS: [[f32; 19]; 6] = [
    [1.30, 1.57, 1.78, 2.02, 2.11, 2.21, 2.32, 2.47, 2.57, 2.65, 2.72, 2.81, 2.84, 2.89, 2.93, 2.99, 3.05, 3.10, 3.17],
    [1.55, 1.85, 2.13, 2.35, 2.48, 2.59, 2.69, 2.84, 3.00, 3.14, 3.22, 3.29, 3.34, 3.39, 3.50, 3.56, 3.64, 3.71, 3.78],
    [1.91, 2.25, 2.52, 2.70, 2.91, 3.06, 3.15, 3.41, 3.54, 3.69, 3.79, 3.88, 3.96, 4.03, 4.17, 4.27, 4.41, 4.50, 4.64],
    [2.00, 2.32, 2.58, 2.75, 2.95, 3.09, 3.22, 3.45, 3.62, 3.76, 3.87, 3.98, 4.05, 4.14, 4.25, 4.37, 4.53, 4.63, 4.77],
    [2.16, 2.45, 2.79, 2.99, 3.20, 3.35, 3.48, 3.74, 3.94, 4.09, 4.20, 4.33, 4.45, 4.55, 4.70, 4.82, 5.01, 5.13, 5.34],
    [2.16, 2.52, 2.79, 3.04, 3.20, 3.35, 3.48, 3.72, 3.94, 4.09, 4.22, 4.35, 4.45, 4.56, 4.72, 4.82, 5.04, 5.16, 5.36],
];

impl Alphabet {
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, alphabet)| *alphabet)
    }

    pub(crate) fn names() -> String {
        ALL.map(|(name, _)| name).join(", ")
    }

    /// The smallest alphabet that holds all of the bytes.
    pub(crate) fn of(text: &[u8]) -> Self {
        let all = |test: fn(&u8) -> bool| text.iter().all(test);
        if all(u8::is_ascii_digit) {
            Alphabet::Digits
        } else if all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
            || all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b))
        {
            Alphabet::Hex
        } else if all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
            || all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        {
            Alphabet::Base36
        } else if all(u8::is_ascii_alphanumeric) {
            Alphabet::Base62
        } else {
            Alphabet::Base64
        }
    }

    /// Bits per character that all but one in 1,000 random strings of this length reach. Lengths between the table's
    /// are interpolated; shorter than eight, no string is random enough to tell and the floor is out of reach.
    pub(crate) fn floor(self, text: &[u8]) -> f32 {
        let row = match self {
            Alphabet::Auto => return Alphabet::of(text).floor(text),
            Alphabet::Digits => 0,
            Alphabet::Hex => 1,
            Alphabet::Base32 => 2,
            Alphabet::Base36 => 3,
            Alphabet::Base62 => 4,
            Alphabet::Base64 => 5,
        };
        let length = text.len();
        if length < LENGTHS[0] {
            return f32::INFINITY;
        }
        let above = LENGTHS.partition_point(|&known| known <= length);
        if above == LENGTHS.len() {
            return FLOORS[row][above - 1];
        }
        let (low, high) = (LENGTHS[above - 1], LENGTHS[above]);
        let part = (length - low) as f32 / (high - low) as f32;
        FLOORS[row][above - 1] + part * (FLOORS[row][above] - FLOORS[row][above - 1])
    }
}

/// Shannon entropy of the bytes, in bits per byte.
pub(crate) fn shannon(text: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    for &byte in text {
        counts[byte as usize] += 1;
    }
    let total = text.len() as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|&count| count as f32 / total)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::fill;

    #[test]
    fn one_random_string_in_a_thousand_falls_under_the_floor() {
        for (field, alphabet) in [
            ("hex", Alphabet::Hex),
            ("alnum", Alphabet::Base62),
            ("lower", Alphabet::Base36),
            ("base32", Alphabet::Base32),
        ] {
            for length in [16, 22, 32, 43, 64] {
                let below = (0..4000)
                    .filter(|&seed| {
                        let text = fill(&format!("{{{{{field} {length}}}}}"), seed).expect("known field");
                        shannon(text.as_bytes()) < alphabet.floor(text.as_bytes())
                    })
                    .count();
                assert!(below <= 20, "{field} of {length}: {below} of 4,000");
            }
        }
    }

    #[test]
    fn words_and_runs_fall_under_the_floor() {
        for text in ["aaaaaaaabbbbbbbb", "client_secret_client_secret_client", "0000000000000000deadbeef"] {
            assert!(shannon(text.as_bytes()) < Alphabet::Auto.floor(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_alphabet_is_the_smallest_that_holds_the_text() {
        assert_eq!(Alphabet::of(b"0123"), Alphabet::Digits);
        assert_eq!(Alphabet::of(b"0a1f"), Alphabet::Hex);
        assert_eq!(Alphabet::of(b"0a1z"), Alphabet::Base36);
        assert_eq!(Alphabet::of(b"0a1Z"), Alphabet::Base62);
        assert_eq!(Alphabet::of(b"0a1Z-"), Alphabet::Base64);
    }
}
