//! Who has signed in to the pages with the token: random session names, kept in memory
//! only, so that a restart ends them all.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a session lasts: a shift and its handover.
pub(crate) const SESSION_S: u64 = 12 * 3_600;
/// Sessions at once; one more ends the oldest.
const SESSIONS_MAX: usize = 256;
/// Random bytes in a session's name.
const NAME_BYTES: usize = 16;

/// The name of a session, as its cookie carries it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct SessionName(String);

impl SessionName {
    /// What a cookie says; looked up, never trusted.
    pub(crate) fn claimed(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the page tells once, on its next showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Whether it went well.
    pub(crate) good: bool,
    /// In words.
    pub(crate) text: String,
}

struct Session {
    until: Instant,
    notice: Option<Notice>,
}

/// All sessions.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<SessionName, Session>>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionName, Session>> {
        // No code panics while it holds the lock; each change is whole by itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session.
    pub(crate) fn begin(&self, now: Instant) -> Result<SessionName, getrandom::Error> {
        let mut bytes = [0_u8; NAME_BYTES];
        getrandom::fill(&mut bytes)?;
        let name = SessionName(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        let mut sessions = self.lock();
        sessions.retain(|_, session| now < session.until);
        if sessions.len() >= SESSIONS_MAX {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.until);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                sessions.remove(&oldest);
            }
        }
        let until = now + Duration::from_secs(SESSION_S);
        sessions.insert(
            name.clone(),
            Session {
                until,
                notice: None,
            },
        );
        Ok(name)
    }

    pub(crate) fn is_open(&self, name: &SessionName, now: Instant) -> bool {
        self.lock()
            .get(name)
            .is_some_and(|session| now < session.until)
    }

    pub(crate) fn end(&self, name: &SessionName) {
        self.lock().remove(name);
    }

    pub(crate) fn tell(&self, name: &SessionName, notice: Notice) {
        if let Some(session) = self.lock().get_mut(name) {
            session.notice = Some(notice);
        }
    }

    pub(crate) fn take_notice(&self, name: &SessionName) -> Option<Notice> {
        self.lock()
            .get_mut(name)
            .and_then(|session| session.notice.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::clock;

    #[test]
    fn a_session_ends_with_its_time_and_by_hand() {
        let sessions = Sessions::default();
        let now = clock();
        let name = sessions.begin(now).unwrap();
        let last = now + Duration::from_secs(SESSION_S) - Duration::from_millis(1);
        assert!(sessions.is_open(&name, last));
        assert!(!sessions.is_open(&name, now + Duration::from_secs(SESSION_S)));
        sessions.end(&name);
        assert!(!sessions.is_open(&name, now));
    }

    #[test]
    fn one_session_too_many_ends_the_oldest() {
        let sessions = Sessions::default();
        let now = clock();
        let first = sessions.begin(now).unwrap();
        let second = sessions.begin(now + Duration::from_millis(1)).unwrap();
        for _ in 2..=SESSIONS_MAX {
            sessions.begin(now + Duration::from_millis(2)).unwrap();
        }
        assert!(!sessions.is_open(&first, now));
        assert!(sessions.is_open(&second, now));
        assert_eq!(sessions.lock().len(), SESSIONS_MAX);
    }

    #[test]
    fn a_notice_is_told_once() {
        let sessions = Sessions::default();
        let name = sessions.begin(clock()).unwrap();
        let notice = Notice {
            good: true,
            text: "fatto".to_owned(),
        };
        sessions.tell(&name, notice.clone());
        assert_eq!(sessions.take_notice(&name), Some(notice));
        assert_eq!(sessions.take_notice(&name), None);
    }
}
