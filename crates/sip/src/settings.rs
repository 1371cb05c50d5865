//! What an endpoint is told at its start: its name, its realm, its limits and its timers.

/// Settings of an [`Endpoint`](crate::Endpoint). Times are microseconds.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Value of the `Server` and `User-Agent` headers.
    pub user_agent: String,
    /// Digest realm of the accounts.
    pub realm: String,
    /// Seed of every tag, branch, Call-ID and nonce. Must be unpredictable in production.
    pub seed: [u8; 32],
    /// How long a nonce can be used before its user is challenged again with `stale=true`.
    pub nonce_life_us: u64,
    /// Server transactions held at once. Shortly before it new calls are handed on only to be
    /// refused; beyond it a new INVITE is left to be repeated, a REGISTER gets a stateless 503.
    pub transactions_max: usize,
    /// A 100 Trying leaves when nothing else answered an INVITE for this long.
    pub trying_after_us: u64,
    /// RFC 3261 T1: the round-trip estimate.
    pub t1_us: u64,
    /// RFC 3261 T2: the longest retransmission interval.
    pub t2_us: u64,
    /// RFC 3261 T4: how long a message can stay in the network.
    pub t4_us: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: "CupTel".to_owned(),
            realm: "cuptel".to_owned(),
            seed: [0; 32],
            nonce_life_us: 300_000_000,
            transactions_max: 400_000,
            trying_after_us: 100_000,
            t1_us: 500_000,
            t2_us: 4_000_000,
            t4_us: 5_000_000,
        }
    }
}

impl Settings {
    /// 64·T1: Timers B, F, H, L, M and the life of an unacknowledged 2xx.
    pub(crate) fn patience_us(&self) -> u64 {
        self.t1_us.saturating_mul(64)
    }
}
