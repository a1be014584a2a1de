//! Fingerprints: keyed hashes that tell secrets apart without telling what they are.
//!
//! A hash keeps a random secret of 16 bytes or more to itself whatever the key. A short password can be guessed by
//! anybody who knows the key: the public key that is used where the user gives none is no protection for those.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// Digits of a fingerprint.
pub(crate) const DIGITS: usize = 32;

/// The fingerprint of a rule and a secret: the first 128 bits of HMAC-SHA256, in hexadecimal.
pub(crate) fn fingerprint(key: &[u8], rule: &str, secret: &Secret) -> String {
    keyed(key, &[rule.as_bytes(), &[0], secret.expose()], DIGITS)
}

/// Names a key without telling it: files of fingerprints hold it, so that those made with another key are noticed.
///
/// ```
/// assert_eq!(snout::key_id(b"one key"), snout::key_id(b"one key"));
/// assert_ne!(snout::key_id(b"one key"), snout::key_id(b"another key"));
/// ```
pub fn key_id(key: &[u8]) -> String {
    keyed(key, &[b"snout key id"], 16)
}

fn keyed(key: &[u8], parts: &[&[u8]], digits: usize) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()[..digits / 2])
}
