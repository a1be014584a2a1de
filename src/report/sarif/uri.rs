//! URIs that GitHub takes: relative ones from the root of the repository, absolute ones with a host and without a user.

use super::super::{Occurrence, SourceKind};

/// A path from the repository's root as a relative URI: percent-encoded, never above the root.
pub(super) struct RelativeUri(pub(super) String);

impl RelativeUri {
    pub(super) fn of(occurrence: &Occurrence) -> Self {
        if let Some(path) = occurrence.outer_path().filter(|path| !path.is_empty()) {
            return Self::of_path(path);
        }
        let object = occurrence.object.as_deref();
        let commit = occurrence.commit.as_deref().or(object).unwrap_or("unknown");
        let object = object.unwrap_or(commit);
        match occurrence.source {
            SourceKind::Stdin => Self::of_path("stdin"),
            SourceKind::Tag => Self::of_path(&format!(".git/tags/{object}")),
            SourceKind::Ref => Self::of_path(&format!(".git/refs/{object}")),
            SourceKind::Message | SourceKind::Author => Self::of_path(&format!(".git/commits/{commit}")),
            _ => Self::of_path(&format!(".git/objects/{object}")),
        }
    }

    pub(super) fn of_path(path: &str) -> Self {
        let segments = path.split('/').filter(|segment| !matches!(*segment, "" | "."));
        let encoded: Vec<_> = segments
            .map(|segment| if segment == ".." { "_parent".to_owned() } else { encode(segment, is_unreserved) })
            .collect();
        RelativeUri(if encoded.is_empty() { "_".to_owned() } else { encoded.join("/") })
    }
}

pub(super) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

pub(super) fn encode(text: &str, keep: impl Fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keep(byte) { out.push(char::from(byte)) } else { out.push_str(&format!("%{byte:02X}")) }
    }
    out
}

/// An absolute URI with a host and without a user.
pub(super) struct AbsoluteUri(pub(super) String);

impl AbsoluteUri {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let path = encode(path, |byte| is_unreserved(byte) || b"/:@!$&'()*+,;=?#%".contains(&byte));
        let valid = is_scheme(scheme) && is_host(host) && is_path(&path);
        valid.then(|| AbsoluteUri(format!("{}://{host}{path}", scheme.to_ascii_lowercase())))
    }

    /// Where a repository is fetched from; git's short form `user@host:path` becomes a web address.
    pub(super) fn of_remote(remote: &str) -> Option<Self> {
        if remote.contains("://") {
            return Self::parse(remote);
        }
        let (host, path) = remote.split_once(':')?;
        // One letter before the colon is a drive.
        let is_host = host.len() > 1 && !host.contains(['/', '\\']);
        is_host.then(|| Self::parse(&format!("https://{host}/{}", path.trim_start_matches('/'))))?
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Whether the text is a host name or an IPv4 address, and perhaps a port.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether encoded text is a path, a query and a fragment.
fn is_path(text: &str) -> bool {
    let is_escape = |rest: &str| rest.len() > 1 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    text.split('%').skip(1).all(is_escape) && text.matches('#').count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_relative_whatever_the_path() {
        let uri = |path: &str| RelativeUri::of_path(path).0;
        assert_eq!(uri("/etc/a b"), "etc/a%20b");
        assert_eq!(uri("../../x"), "_parent/_parent/x");
        assert_eq!(uri("./a//b"), "a/b");
        assert_eq!(uri("c:/x"), "c%3A/x");
        assert_eq!(uri("https://x/[y]?#%"), "https%3A/x/%5By%5D%3F%23%25");
        assert_eq!(uri("/"), "_");
    }

    #[test]
    fn a_remote_becomes_an_absolute_uri_without_a_user() {
        let uri = |remote: &str| AbsoluteUri::of_remote(remote).map(|uri| uri.0);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(uri("git@github.com:a/b.git"), some("https://github.com/a/b.git"));
        assert_eq!(uri("ssh://git@host:22/a b"), some("ssh://host:22/a%20b"));
        assert_eq!(uri("https://user:pass@host/a"), some("https://host/a"));
        assert_eq!([uri("https://host:x/a"), uri("https://host/%zz"), uri("https:///a")], [None, None, None]);
        assert_eq!([uri("/srv/git/a.git"), uri("C:\\a"), uri("../a"), uri("file:///srv/a")], [None, None, None, None]);
    }
}
