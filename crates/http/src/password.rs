//! Passwords of those who sign in. What is kept of one is a digest by argon2id (RFC 9106) with 19 MiB,
//! two passes and one lane, which is what OWASP's cheat sheet on storing passwords asks for at least.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use cuptel_core::guessable::{is_guessable, is_guessable_pin};
use cuptel_core::time::UtcMs;
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Characters of a password at least: NIST SP 800-63B asks for 8 and no rules about their kinds.
const LENGTH_MIN: usize = 10;
/// Characters at most, so that nobody keeps us busy with a long one.
const LENGTH_MAX: usize = 128;
/// Digests made at once: each takes 19 MiB and some tens of milliseconds of a core.
const AT_ONCE: usize = 2;
/// Random bytes of a salt.
const SALT_BYTES: usize = 16;
/// What a password of ours is made of: no character that is mistaken for another when it is read aloud.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Random bytes from here on are left out, else the first characters would come more often.
const EVEN: u8 = 248;
/// Characters of a password of ours: 79 bits.
const ONE_TIME_LENGTH: usize = 16;

/// How long a password for once holds: over a weekend, not for ever in somebody's mailbox.
const ONE_TIME_MS: UtcMs = 72 * 3_600_000;

/// Until when somebody signs in with a password for once that they are given now.
#[must_use]
pub fn once_until(now_ms: UtcMs) -> UtcMs {
    now_ms.saturating_add(ONE_TIME_MS)
}

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too few characters.
    #[error("a password has at least {LENGTH_MIN} characters")]
    Short,
    /// Too many.
    #[error("a password has at most {LENGTH_MAX} characters")]
    Long,
    /// Whoever knows the name would guess it.
    #[error("a password is not the name it belongs to")]
    Name,
    /// It is tried first.
    #[error(
        "a password is not made of common words, names and a year: password1234 is tried first"
    )]
    Guessed,
}

/// Whether somebody of this name, of this health authority, may have this password.
///
/// # Errors
/// Why not.
pub fn fit(password: &str, name: &str, tenant: Option<&str>) -> Result<(), Unfit> {
    let names = [name, tenant.unwrap_or_default()];
    match password.chars().count() {
        ..LENGTH_MIN => Err(Unfit::Short),
        LENGTH_MIN..=LENGTH_MAX if password.eq_ignore_ascii_case(name) => Err(Unfit::Name),
        LENGTH_MIN..=LENGTH_MAX if is_guessable(password, &names) => Err(Unfit::Guessed),
        LENGTH_MIN..=LENGTH_MAX => Ok(()),
        _ => Err(Unfit::Long),
    }
}

/// A password for once: whoever signs in with it chooses another.
///
/// # Errors
/// When the system has no random numbers.
pub fn one_time() -> Result<String, getrandom::Error> {
    let mut text = String::new();
    let mut taken = 0;
    while taken < ONE_TIME_LENGTH {
        let mut byte = [0_u8];
        getrandom::fill(&mut byte)?;
        if byte[0] >= EVEN {
            continue;
        }
        if taken > 0 && taken % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte[0]) % ALPHABET.len()]));
        taken += 1;
    }
    Ok(text)
}

/// Digits of a PIN of ours.
const PIN_DIGITS: usize = 6;
/// Random bytes from here on are left out, else the first digits would come more often.
const EVEN_OF_TEN: u8 = 250;

/// A PIN that nobody has chosen.
///
/// # Errors
/// When the system has no random numbers.
pub fn random_pin() -> Result<String, getrandom::Error> {
    loop {
        let pin = random_digits()?;
        if !is_guessable_pin(&pin) {
            return Ok(pin);
        }
    }
}

fn random_digits() -> Result<String, getrandom::Error> {
    let mut digits = String::new();
    while digits.len() < PIN_DIGITS {
        let mut byte = [0_u8];
        getrandom::fill(&mut byte)?;
        if byte[0] < EVEN_OF_TEN {
            digits.push(char::from(b'0' + byte[0] % 10));
        }
    }
    Ok(digits)
}

/// The digest that is kept of a password, in PHC form.
///
/// # Errors
/// When the system has no random numbers, or no memory.
pub fn digest(password: &str) -> Result<String, DigestError> {
    let mut salt = [0_u8; SALT_BYTES];
    getrandom::fill(&mut salt)?;
    let salt = SaltString::encode_b64(&salt)?;
    let digest = Argon2::default().hash_password(password.as_bytes(), &salt)?;
    Ok(digest.to_string())
}

/// Why a digest could not be made or compared.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// The system has no random numbers.
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// The digest is damaged, or there is no memory.
    #[error("the digest of a password: {0}")]
    Digest(argon2::password_hash::Error),
}

impl From<argon2::password_hash::Error> for DigestError {
    fn from(error: argon2::password_hash::Error) -> Self {
        Self::Digest(error)
    }
}

/// Whether a password is the one of which this digest is kept.
///
/// # Errors
/// When the digest is damaged, or there is no memory.
pub fn is_right(password: &str, kept: &str) -> Result<bool, DigestError> {
    let kept = PasswordHash::new(kept)?;
    match Argon2::default().verify_password(password.as_bytes(), &kept) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Makes and compares digests, a few at a time, beside the threads that answer.
pub(crate) struct Digests {
    places: Arc<Semaphore>,
    /// Compared with where nobody has the name, so that the answer takes as long.
    nobody: String,
}

impl Digests {
    pub(crate) fn new() -> Result<Self, DigestError> {
        Ok(Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: digest(&one_time()?)?,
        })
    }

    /// The digest of a password.
    pub(crate) async fn of(&self, password: String) -> Result<String, ApiError> {
        self.aside(move || digest(&password)).await
    }

    /// Whether a password is the one of which this digest is kept; never, where none is.
    pub(crate) async fn is_right(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<bool, ApiError> {
        let is_known = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobody.clone());
        let right = self.aside(move || is_right(&password, &kept)).await?;
        Ok(right && is_known)
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, DigestError> + Send + 'static,
    ) -> Result<T, ApiError> {
        // Held by the work itself: it goes on when whoever asked for it has gone.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let work = move || {
            let _place = place;
            work()
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done.map_err(ApiError::Digest),
            Err(_panicked) => Err(ApiError::Digest(DigestError::Digest(
                argon2::password_hash::Error::Crypto,
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_told_from_that_of_another_password_and_is_never_the_same_twice() {
        let kept = digest("una frase lunga").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is_right("una frase lunga", &kept).unwrap());
        assert!(!is_right("una frase lungA", &kept).unwrap());
        assert_ne!(kept, digest("una frase lunga").unwrap());
        assert!(is_right("una frase lunga", "damaged").is_err());
    }

    #[test]
    fn a_password_is_long_enough_and_no_name() {
        assert_eq!(fit("corta", "anna", None), Err(Unfit::Short));
        assert_eq!(fit("anna.esempio", "Anna.Esempio", None), Err(Unfit::Name));
        assert_eq!(fit(&"x".repeat(129), "anna", None), Err(Unfit::Long));
        assert_eq!(fit("perché dieci", "anna", None), Ok(()));
        let teramo = Some("asl-teramo");
        for tried in [
            "password1234",
            "Amministratore1",
            "anna-teramo-2026",
            "1234567890",
        ] {
            assert_eq!(fit(tried, "anna", teramo), Err(Unfit::Guessed), "{tried}");
        }
    }

    #[test]
    fn a_password_for_once_is_easily_read_and_taken() {
        let text = one_time().unwrap();
        assert_eq!(text.len(), 19);
        assert!(text.split('-').all(|group| group.len() == 4), "{text}");
        assert!(!text.contains(['0', '1', 'o', 'l', 'i']), "{text}");
        assert_eq!(fit(&text, "anna", None), Ok(()));
        assert_ne!(text, one_time().unwrap());
    }
}
