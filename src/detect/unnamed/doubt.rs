//! What speaks against a value that may be a secret and most often opens nothing: it is told with less weight, never left out.

use super::name::{Meaning, Name, ends_as, words};
use super::parse::Candidate;
use super::value::is_sample_in_base64;

/// A reason to doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Salts stand beside what they salt, and are no use without it.
    Salt,
    /// `DB_USER=shop`, `DB_PASSWORD=shop`.
    UserAgain,
    /// `rootpass`, `mysuperpass`.
    SaysPassword,
    /// A word such as `foobar` behind a password's name in a comment.
    Remark,
    /// Base64 of `ChangeMe`.
    Sample,
}

impl Doubt {
    /// What to tell people.
    pub(super) fn text(self) -> &'static str {
        match self {
            Doubt::Salt => "a salt stands beside what it salts",
            Doubt::UserAgain => "the user or the database beside it has the same name",
            Doubt::SaysPassword => "it says that it is a password, as samples do",
            Doubt::Remark => "it is a word in a comment",
            Doubt::Sample => "it is base64 of a text that says that it is a sample",
        }
    }
}

/// With what passwords end that samples are made of, digits aside.
const ENDS: &[&str] = &["pass", "passwd", "password", "pwd", "passwort", "pw"];

/// Words that name who has the password, and for what.
const OWNERS: &[&str] =
    &["user", "username", "login", "uid", "name", "database", "db", "dbname", "owner", "account", "schema"];

/// Marks with which a comment begins.
const COMMENTS: &[&str] = &["//", "#", "*", "/*", "--", ";", "<!--", "%", ".\\\""];

/// Why the value most likely opens nothing.
pub(super) fn doubt(window: &[u8], one: &Candidate, name: &Name) -> Option<Doubt> {
    let value = one.value.of(window);
    if name.root == Some(Meaning::Salt) {
        return Some(Doubt::Salt);
    }
    if is_sample_in_base64(value) {
        return Some(Doubt::Sample);
    }
    if name.root != Some(Meaning::Password) {
        return None;
    }
    let letters = value.iter().all(u8::is_ascii_alphabetic);
    let end = value.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let word = &value[..end];
    if word.len() > 4 && word.iter().all(u8::is_ascii_alphabetic) && ENDS.iter().any(|end| ends_in(word, end)) {
        return Some(Doubt::SaysPassword);
    }
    if letters && is_remark(window, one.name.start) {
        return Some(Doubt::Remark);
    }
    owns(window, one, value).then_some(Doubt::UserAgain)
}

fn ends_in(word: &[u8], end: &str) -> bool {
    word.len() > end.len() && ends_as(word, end)
}

/// Whether the line of a place begins as a comment.
fn is_remark(window: &[u8], at: usize) -> bool {
    let line = window[..at].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    // The window may begin within the line.
    let whole = line.len() < at;
    whole && COMMENTS.iter().any(|mark| line.trim_ascii_start().starts_with(mark.as_bytes()))
}

/// Whether a user, a database or the like is given the same value.
fn owns(window: &[u8], one: &Candidate, value: &[u8]) -> bool {
    let part_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    memchr::memmem::find_iter(window, value).filter(|at| *at != one.value.start).any(|at| {
        if window.get(at + value.len()).is_some_and(part_of_name) {
            return false;
        }
        // Quotes, an operator, the end of a tag.
        let gap = window[..at].iter().rev().take_while(|byte| b" \t\"'=:>,".contains(byte)).count();
        let end = at - gap;
        let start = window[..end].iter().rposition(|byte| !part_of_name(byte)).map_or(0, |at| at + 1);
        let mut owner = false;
        words(&window[start..end], |word| owner = OWNERS.iter().any(|one| one.as_bytes() == word));
        owner && window[end..at].iter().any(|byte| b"=:>,".contains(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::span::Span;

    /// `§` stands for a password's name, so that this file holds none of what it tells of.
    fn doubts(text: &str) -> Vec<Option<Doubt>> {
        let mut out = Vec::new();
        let text = &text.replace('§', "password");
        let lower = text.to_ascii_lowercase();
        let at = lower.find("pass").or(lower.find("token")).expect("a name");
        parse::candidates(
            text.as_bytes(),
            Span::new(at, at + if lower[at..].starts_with("pass") { 4 } else { 5 }),
            |one| {
                let name = Name::of(one.name.of(text.as_bytes()));
                out.push(doubt(text.as_bytes(), &one, &name));
            },
        );
        out
    }

    #[test]
    fn what_most_often_opens_nothing_says_why() {
        for (text, reason) in [
            ("DB_USER=shop\nDB_§=shop\n", Doubt::UserAgain),
            ("DB_§: shop\nPOSTGRES_DB: shop\n", Doubt::UserAgain),
            ("\"§\": \"shop\", \"user\": \"shop\"", Doubt::UserAgain),
            ("MYSQL_§=rootpass\n", Doubt::SaysPassword),
            ("LDAP_§=servicepass123\n", Doubt::SaysPassword),
            ("x\n#  §: wqm\n", Doubt::Remark),
            ("/**\n *   §: wqm\n", Doubt::Remark),
            ("to\u{6B}en: Q2hhbmdlTWVQbGVhc2U=\n", Doubt::Sample),
        ] {
            assert_eq!(doubts(text), [Some(reason)], "{text}");
        }
    }

    #[test]
    fn other_passwords_are_not_doubted() {
        for text in [
            "DB_USER=shop\nDB_§=wqm\n",
            "DB_HOST=shop\nDB_§=shop\n",
            "user: shopkeeper\n§: shop\n",
            "§: wqm # of the user\n",
            "x\n# §: wq8\n",
            "§: passage\n",
        ] {
            assert_eq!(doubts(text), [None], "{text}");
        }
    }
}
