//! Transactions (RFC 3261 17 with RFC 6026): one request, its responses, and their repetition.
//! They decide what to repeat and when they are over; sending is the endpoint's.

pub(crate) mod client;
pub(crate) mod server;

/// Doubles a retransmission interval up to a limit.
fn back_off(interval_us: u64, limit_us: u64) -> u64 {
    interval_us.saturating_mul(2).min(limit_us)
}
