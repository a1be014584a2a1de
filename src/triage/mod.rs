//! Matches in, findings out: what silences them, which of them are one, and where in history they come from.

pub(crate) mod attribute;
pub(crate) mod group;
pub(crate) mod path;
pub(crate) mod sight;
pub(crate) mod silence;
pub(crate) mod suppress;
