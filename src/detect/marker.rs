//! The comments with which people silence scanners, of this one and of others.

/// Which line a marker silences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The line it stands on.
    SameLine,
    /// The line below it.
    NextLine,
}

/// A marker that scanners honour.
#[derive(Debug)]
pub(crate) struct Marker {
    /// Its text; ASCII case does not matter.
    pub(crate) literal: &'static str,
    /// What it silences.
    pub(crate) scope: Scope,
}

const fn same(literal: &'static str) -> Marker {
    Marker { literal, scope: Scope::SameLine }
}

const fn next(literal: &'static str) -> Marker {
    Marker { literal, scope: Scope::NextLine }
}

/// The markers of `TruffleHog`, gitleaks, betterleaks, Kingfisher, keyhog, detect-secrets, ggshield, secretlint and our own.
pub(crate) const MARKERS: [Marker; 15] = [
    same("trufflehog:ignore"),
    same("gitleaks:allow"),
    same("betterleaks:allow"),
    same("kingfisher:ignore"),
    same("kingfisher:allow"),
    same("keyhog:ignore"),
    same("keyhog:allow"),
    same("pragma: allowlist secret"),
    same("pragma: whitelist secret"),
    next("pragma: allowlist nextline secret"),
    next("pragma: whitelist nextline secret"),
    same("ggignore"),
    same("secretlint-disable-line"),
    next("secretlint-disable-next-line"),
    same("snout:ignore"),
];
