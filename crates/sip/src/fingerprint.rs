//! 128-bit keyed fingerprints of header values: what the tables of transactions and dialogs
//! are keyed by, so that a storm allocates no key strings.

use std::hash::{DefaultHasher, Hasher};

/// Makes fingerprints that a peer cannot predict (two `SipHash` passes under a secret prefix).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fingerprinter {
    secret: [u8; 32],
}

impl Fingerprinter {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// Fingerprint of the parts; their boundaries count.
    pub(crate) fn of(&self, parts: &[&[u8]]) -> u128 {
        let half = |pass: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(pass);
            hasher.write(&self.secret);
            for part in parts {
                hasher.write_usize(part.len());
                hasher.write(part);
            }
            hasher.finish()
        };
        (u128::from(half(1)) << 64) | u128::from(half(2))
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprinter;

    #[test]
    fn boundaries_of_parts_count() {
        let print = Fingerprinter::new([7; 32]);
        assert_ne!(print.of(&[b"ab", b"c"]), print.of(&[b"a", b"bc"]));
        assert_eq!(print.of(&[b"ab", b"c"]), print.of(&[b"ab", b"c"]));
        assert_ne!(print.of(&[b"ab"]), Fingerprinter::new([8; 32]).of(&[b"ab"]));
    }
}
