//! The mark by which a repeated delivery of an event is known.

use sha2::{Digest, Sha256};

/// Longer keys are hashed.
const LONGEST_KEY: usize = 250;

/// The key of an event: our account, its kind and what makes it one. The same for every delivery; short enough to be
/// indexed.
pub fn key(account: &str, kind: &str, mark: &str) -> String {
    let key = format!("{account}:{kind}:{mark}");
    if key.len() <= LONGEST_KEY && !account.contains(':') { key } else { hashed(&[account, kind, mark]) }
}

/// A mark of several parts, whose borders count.
pub fn of_parts(parts: &[&str]) -> String {
    hashed(parts)
}

fn hashed(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("#{}", hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// proves: IN-04
    #[test]
    fn a_key_is_readable_when_short_and_bounded_when_long() {
        assert_eq!(key("178", "message", "m1"), "178:message:m1");
        let long = "m".repeat(512);
        assert_eq!(key("178", "message", &long).len(), 65);
        assert_ne!(key("178", "message", &long), key("179", "message", &long));
        assert_ne!(of_parts(&["ab", "c"]), of_parts(&["a", "bc"]));
    }
}
