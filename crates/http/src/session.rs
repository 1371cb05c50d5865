//! Who has signed in to the pages: random session names, of which the database keeps digests, so that
//! a restart ends none of them. Looked up once, and remembered.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cuptel_core::time::UtcMs;
use cuptel_store::{AccountView, Store, StoreError};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::error::ApiError;

/// How long a session lasts: a shift and its handover.
pub(crate) const SESSION_S: u64 = 12 * 3_600;
/// Sessions remembered at once; one more forgets the oldest, which is looked up again.
const REMEMBERED_MAX: usize = 2_048;
/// Random bytes in a session's name, or in a token.
const NAME_BYTES: usize = 32;

/// A name that nobody guesses: 64 hexadecimal digits.
///
/// # Errors
/// When the system has no random numbers.
pub(crate) fn random_name() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; NAME_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a session's name or a token. They are random: no salt, no work to slow a guess.
pub(crate) fn digest(name: &str) -> String {
    hex(&Sha256::digest(name.as_bytes()))
}

/// The digest of a session's name, as its cookie carries it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey(String);

impl SessionKey {
    /// Of what a cookie says; looked up, never trusted.
    pub(crate) fn claimed(text: &str) -> Option<Self> {
        let is_one = text.len() == 2 * NAME_BYTES && text.bytes().all(|b| b.is_ascii_hexdigit());
        is_one.then(|| Self(digest(text)))
    }
}

/// What the page tells once, on its next showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Whether it went well.
    pub(crate) good: bool,
    /// In words.
    pub(crate) text: String,
    /// Of whom it tells something, as their seat's page knows them: told to whoever still has to do with
    /// them, and gone with them.
    pub(crate) about: Option<String>,
    /// Whether it answers what was just done: then it is what is read first.
    pub(crate) is_answer: bool,
}

impl Notice {
    /// What tells nothing of anybody.
    pub(crate) fn told(good: bool, text: String) -> Self {
        Self {
            good,
            text,
            about: None,
            is_answer: false,
        }
    }
}

/// Whose session it is.
#[derive(Clone)]
pub(crate) enum Owner {
    /// Somebody who knew the token of the configuration; ends with the process.
    System,
    /// Of this account.
    Account(Arc<AccountView>),
}

struct Session {
    owner: Owner,
    until: Instant,
    notice: Option<Notice>,
    /// What is to be shown once on the page about something, and about what.
    secret: Option<(String, String)>,
}

/// All sessions that were asked for.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<SessionKey, Session>>,
    /// Counts the changes after which what was read before is not remembered.
    changes: AtomicU64,
    /// Counts the tokens that were revoked.
    revoked: AtomicU64,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionKey, Session>> {
        // No code panics while it holds the lock; each change is whole by itself.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, key: SessionKey, owner: Owner, now: Instant, until: Instant) {
        let mut sessions = self.lock();
        sessions.retain(|_, session| now < session.until);
        if sessions.len() >= REMEMBERED_MAX {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.until);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                sessions.remove(&oldest);
            }
        }
        let notice = None;
        sessions.insert(
            key,
            Session {
                owner,
                until,
                notice,
                secret: None,
            },
        );
    }

    /// Begins a session; gives its name back, which nobody else ever learns.
    pub(crate) async fn begin(
        &self,
        store: &Store,
        owner: Owner,
        now: Instant,
        now_ms: UtcMs,
    ) -> Result<String, ApiError> {
        let name = random_name().map_err(ApiError::NoRandom)?;
        let key = SessionKey(digest(&name));
        if let Owner::Account(account) = &owner {
            let until_ms = now_ms + i64::try_from(SESSION_S).unwrap_or(i64::MAX / 2) * 1_000;
            store
                .begin_session(&key.0, account.id, now_ms, until_ms)
                .await?;
        }
        self.remember(key, owner, now, now + Duration::from_secs(SESSION_S));
        Ok(name)
    }

    /// Whose session it is, while it lasts.
    pub(crate) async fn owner(
        &self,
        store: &Store,
        key: &SessionKey,
        now: Instant,
        now_ms: UtcMs,
    ) -> Result<Option<Owner>, StoreError> {
        if let Some(session) = self.lock().get(key) {
            let lasts = now < session.until;
            return Ok(lasts.then(|| session.owner.clone()));
        }
        let changes = self.changes.load(Ordering::Acquire);
        let Some((account, until_ms)) = store.session(&key.0, now_ms).await? else {
            return Ok(None);
        };
        let left = Duration::from_millis(u64::try_from(until_ms - now_ms).unwrap_or(0));
        let owner = Owner::Account(Arc::new(account));
        if self.changes.load(Ordering::Acquire) == changes {
            self.remember(key.clone(), owner.clone(), now, now + left);
        }
        Ok(Some(owner))
    }

    /// Ends a session.
    pub(crate) async fn end(&self, store: &Store, key: &SessionKey) -> Result<(), StoreError> {
        // The row first: whoever read it before is told by the count that it may be gone.
        let ended = store.end_session(&key.0).await;
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.lock().remove(key);
        ended
    }

    /// Forgets the sessions of an account: it was changed or removed.
    pub(crate) fn forget(&self, name: &str) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        self.lock().retain(|_, session| match &session.owner {
            Owner::System => true,
            Owner::Account(account) => account.name != name,
        });
    }

    /// Whether a session that was looked up still lasts.
    pub(crate) fn is_open(&self, key: &SessionKey, now: Instant) -> bool {
        let sessions = self.lock();
        sessions.get(key).is_some_and(|session| now < session.until)
    }

    /// A token was revoked: whoever listens with one has to ask again.
    pub(crate) fn revoke(&self) {
        self.revoked.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn revoked(&self) -> u64 {
        self.revoked.load(Ordering::Acquire)
    }

    pub(crate) fn tell(&self, key: &SessionKey, notice: Notice) {
        if let Some(session) = self.lock().get_mut(key) {
            session.notice = Some(notice);
        }
    }

    /// Keeps what was just made for the one page that shows it.
    pub(crate) fn keep_secret(&self, key: &SessionKey, about: String, secret: String) {
        if let Some(session) = self.lock().get_mut(key) {
            session.secret = Some((about, secret));
        }
    }

    /// What was made for this page, once; another page lets go of it.
    pub(crate) fn take_secret(&self, key: &SessionKey, about: &str) -> Option<String> {
        let kept = self.lock().get_mut(key)?.secret.take();
        kept.filter(|(of, _)| of == about).map(|(_, secret)| secret)
    }

    pub(crate) fn take_notice(&self, key: &SessionKey) -> Option<Notice> {
        self.lock()
            .get_mut(key)
            .and_then(|session| session.notice.take())
            .map(|notice| Notice {
                is_answer: true,
                ..notice
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::clock;

    fn key(n: usize) -> SessionKey {
        SessionKey::claimed(&format!("{n:064x}")).unwrap()
    }

    fn begin(sessions: &Sessions, n: usize, until: Instant) {
        sessions.remember(key(n), Owner::System, clock(), until);
    }

    #[test]
    fn what_is_no_name_of_ours_is_not_looked_up() {
        assert!(SessionKey::claimed("").is_none());
        assert!(SessionKey::claimed(&"g".repeat(64)).is_none());
        assert!(SessionKey::claimed(&"a".repeat(63)).is_none());
        assert!(SessionKey::claimed(&"a".repeat(64)).is_some());
    }

    #[test]
    fn one_session_too_many_forgets_the_oldest() {
        let sessions = Sessions::default();
        let later = clock() + Duration::from_secs(60);
        for n in 0..=REMEMBERED_MAX {
            let ms = u64::try_from(n).unwrap();
            begin(&sessions, n, later + Duration::from_millis(ms));
        }
        assert_eq!(sessions.lock().len(), REMEMBERED_MAX);
        assert!(!sessions.lock().contains_key(&key(0)));
        assert!(sessions.lock().contains_key(&key(1)));
    }

    #[test]
    fn a_notice_is_told_once() {
        let sessions = Sessions::default();
        begin(&sessions, 1, clock() + Duration::from_secs(60));
        let notice = Notice::told(true, "fatto".to_owned());
        sessions.tell(&key(1), notice.clone());
        let answer = Notice {
            is_answer: true,
            ..notice
        };
        assert_eq!(sessions.take_notice(&key(1)), Some(answer));
        assert_eq!(sessions.take_notice(&key(1)), None);
    }
}
