//! Figures about the traffic, bounded in number: no header value ever becomes a label.

use std::collections::BTreeMap;

/// The methods that we name in figures; anything else counts as `other`.
pub(crate) const METHODS: [&str; 14] = [
    "INVITE",
    "ACK",
    "CANCEL",
    "BYE",
    "OPTIONS",
    "REGISTER",
    "INFO",
    "UPDATE",
    "PRACK",
    "SUBSCRIBE",
    "NOTIFY",
    "REFER",
    "MESSAGE",
    "PUBLISH",
];

/// Running totals of one endpoint.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counters {
    /// Requests received by method (retransmissions included); unknown ones are `other`.
    pub requests: BTreeMap<&'static str, u64>,
    /// Responses sent by status (retransmissions not included).
    pub responses: BTreeMap<u16, u64>,
    /// Messages that were no SIP, or too broken to answer.
    pub malformed: u64,
    /// Requests answered with 400 or 505.
    pub rejected: u64,
    /// Requests absorbed as retransmissions.
    pub retransmissions: u64,
    /// Requests refused as merged (482).
    pub merged: u64,
    /// Digest challenges sent.
    pub challenges: u64,
    /// Credentials that were wrong or of an unknown user.
    pub wrong_credentials: u64,
    /// Credentials used twice.
    pub replays: u64,
    /// Requests of known scanning tools.
    pub scanners: u64,
    /// Requests refused because their flow is closed to them.
    pub not_admitted: u64,
    /// Requests not taken in because `transactions_max` was reached.
    pub overloaded: u64,
    /// Responses that matched no transaction.
    pub stray_responses: u64,
    /// ACKs that matched nothing.
    pub stray_acks: u64,
    /// Keep-alive packets.
    pub keep_alives: u64,
}

impl Counters {
    pub(crate) fn request(&mut self, method: &str) {
        let label = METHODS
            .iter()
            .find(|known| **known == method)
            .copied()
            .unwrap_or("other");
        *self.requests.entry(label).or_insert(0) += 1;
    }

    pub(crate) fn response(&mut self, status: u16) {
        *self.responses.entry(status).or_insert(0) += 1;
    }
}
