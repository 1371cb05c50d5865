//! The password of a seat's phone: whether it is hard to guess, and whether every softphone's own file can
//! hold it. A phone that anybody can register takes callers away, and dials at our cost. Knows nothing of
//! digests.

use std::collections::BTreeSet;

use crate::guessable::is_guessable;

/// Characters at least: what is heard of a registration can be tried at some billion guesses a second.
pub const LENGTH_MIN: usize = 12;
/// Characters at most.
pub const LENGTH_MAX: usize = 128;
/// Signs that are taken beside letters and digits. None of them ends a value, opens a comment or is
/// replaced in the file of any softphone that we write the text for.
pub const SIGNS: &str = "!()*+-./:=?@_~";
/// Characters at least that cannot be said from the ones before.
const SURPRISES_MIN: usize = 7;
/// How the passwords of the delivered example begin.
const DELIVERED: &str = "primo-avvio-";

/// Why a phone's password is not taken. Shows nothing of it but the sign at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too few characters.
    #[error("has fewer than {LENGTH_MIN} characters")]
    Short,
    /// Too many.
    #[error("has more than {LENGTH_MAX} characters")]
    Long,
    /// A softphone's file cannot hold it.
    #[error(
        "has {0:?} in it, which the files of some phones cannot hold: letters, digits and {SIGNS} can be in it"
    )]
    Sign(char),
    /// Everybody has read it.
    #[error("is that of the delivered example, which everybody knows")]
    Delivered,
    /// The extension or common words, or next to nothing beside them.
    #[error(
        "is easily guessed: common words, the extension, a row like 123456 and what repeats itself count for \
         nothing"
    )]
    Guessed,
}

/// Whether the phone of this seat may have this password.
///
/// # Errors
/// Why not.
pub fn fit(password: &str, seat: &str) -> Result<(), Unfit> {
    let taken = |c: &char| c.is_ascii_alphanumeric() || SIGNS.contains(*c);
    if let Some(sign) = password.chars().find(|c| !taken(c)) {
        return Err(Unfit::Sign(sign));
    }
    match password.len() {
        ..LENGTH_MIN => return Err(Unfit::Short),
        LENGTH_MIN..=LENGTH_MAX => {}
        _ => return Err(Unfit::Long),
    }
    if is_delivered(password) {
        return Err(Unfit::Delivered);
    }
    if surprises(password, seat) < SURPRISES_MIN || is_guessable(password, &[seat]) {
        return Err(Unfit::Guessed);
    }
    Ok(())
}

/// Whether it is one of the delivered example.
#[must_use]
pub fn is_delivered(password: &str) -> bool {
    password.starts_with(DELIVERED)
}

/// The password that a seat of the delivered example has.
#[must_use]
pub fn delivered(seat: &str) -> String {
    format!("{DELIVERED}{seat}")
}

/// Characters that are neither the one before again, nor its neighbour, nor behind it for the second time, the
/// extension aside.
fn surprises(password: &str, seat: &str) -> usize {
    let plain = password.to_ascii_lowercase();
    let seat = seat.to_ascii_lowercase();
    let rest = if seat.is_empty() {
        plain
    } else {
        plain.replace(&seat, "")
    };
    let first = usize::from(!rest.is_empty());
    let pairs: BTreeSet<&[u8]> = rest
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) > 1)
        .collect();
    first + pairs.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_at_once_is_not_taken() {
        for (password, why) in [
            ("", Unfit::Short),
            ("101", Unfit::Short),
            ("nuova-107", Unfit::Short),
            ("101101101101", Unfit::Guessed),
            ("108108108108", Unfit::Guessed),
            ("123456789012", Unfit::Guessed),
            ("aaaaaaaaaaaaaaaa", Unfit::Guessed),
            ("password1234", Unfit::Guessed),
            ("Benvenuto-2026", Unfit::Guessed),
            ("abcdefghijklmn", Unfit::Guessed),
            ("primo-avvio-101", Unfit::Delivered),
            ("primo-avvio-999", Unfit::Delivered),
        ] {
            assert_eq!(fit(password, "101"), Err(why), "{password}");
        }
        assert_eq!(fit(&"ab9".repeat(50), "101"), Err(Unfit::Long));
        for password in ["k7wq-9fxm-3hdp-t2ab", "mia-nuova-101", "Ca(sa)!8+vento"] {
            assert_eq!(fit(password, "101"), Ok(()), "{password}");
        }
    }

    #[test]
    fn a_sign_that_ends_a_value_in_some_phones_file_is_named() {
        for sign in [
            '"', ';', '<', '>', '\\', '#', '&', ' ', '\'', '%', 'è', '\n',
        ] {
            let password = format!("k7wq-9fxm{sign}3hdp-t2ab");
            assert_eq!(fit(&password, "101"), Err(Unfit::Sign(sign)));
        }
    }
}
