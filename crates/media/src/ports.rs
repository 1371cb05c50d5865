//! Who may use which RTP/RTCP port pair next. Knows no socket: pairs are bound elsewhere.

use std::collections::VecDeque;

/// An even RTP port and the RTCP port above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortPair {
    /// Index into `Settings::networks`.
    pub network: u16,
    /// The RTP port; RTCP is this + 1.
    pub rtp: u16,
}

impl PortPair {
    /// The RTCP port. RTP ports are even, so there is always one above.
    #[must_use]
    pub const fn rtcp(self) -> u16 {
        self.rtp | 1
    }
}

/// A first-in-first-out free list: the pair that rested longest is used next, and none is used
/// again before its quarantine has passed, so that late packets of an old call meet no new one.
#[derive(Debug)]
pub struct PortPool {
    /// Ordered by the time from which the pair may be taken.
    free: VecDeque<(u64, PortPair)>,
    quarantine_us: u64,
}

impl PortPool {
    /// All `pairs` may be taken at once.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = PortPair>, quarantine_us: u64) -> Self {
        Self {
            free: pairs.into_iter().map(|pair| (0, pair)).collect(),
            quarantine_us,
        }
    }

    /// The pair that rested longest; `None` when all are used or in quarantine.
    pub fn take(&mut self, now_us: u64) -> Option<PortPair> {
        self.take_where(now_us, |_| true)
    }

    /// The same among the pairs of one network.
    pub fn take_from(&mut self, now_us: u64, network: u16) -> Option<PortPair> {
        self.take_where(now_us, |pair| pair.network == network)
    }

    /// Starts the quarantine of a pair. A pair that is already here is not taken in twice.
    pub fn give_back(&mut self, now_us: u64, pair: PortPair) {
        if self.free.iter().any(|&(_, free)| free == pair) {
            return;
        }
        let ready = now_us.saturating_add(self.quarantine_us);
        // The caller's clock is monotonic; max() keeps the order even if it is not.
        let ready = self.free.back().map_or(ready, |&(last, _)| ready.max(last));
        self.free.push_back((ready, pair));
    }

    /// How many could be taken now.
    #[must_use]
    pub fn free(&self, now_us: u64) -> usize {
        self.free.partition_point(|&(ready, _)| ready <= now_us)
    }

    fn take_where(&mut self, now_us: u64, fits: impl Fn(PortPair) -> bool) -> Option<PortPair> {
        let place = self
            .free
            .iter()
            .take_while(|&&(ready, _)| ready <= now_us)
            .position(|&(_, pair)| fits(pair))?;
        self.free.remove(place).map(|(_, pair)| pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(rtp: u16) -> PortPair {
        PortPair { network: 0, rtp }
    }

    #[test]
    fn pairs_are_used_in_turn_and_rest_for_the_quarantine() {
        let mut pool = PortPool::new([pair(4000), pair(4002)], 30_000_000);
        assert_eq!(pool.take(0), Some(pair(4000)));
        pool.give_back(1_000_000, pair(4000));
        assert_eq!(pool.take(1_000_000), Some(pair(4002)), "longest rest first");
        assert_eq!(pool.take(30_999_999), None, "one microsecond too early");
        assert_eq!(pool.free(30_999_999), 0);
        assert_eq!(pool.free(31_000_000), 1);
        assert_eq!(pool.take(31_000_000), Some(pair(4000)));
        assert_eq!(pool.take(u64::MAX), None, "the other is still in use");
    }

    #[test]
    fn a_pair_given_back_twice_is_lent_once() {
        let mut pool = PortPool::new([pair(4000)], 10);
        let taken = pool.take(0).unwrap();
        pool.give_back(5, taken);
        pool.give_back(6, taken);
        assert_eq!(pool.take(100), Some(taken));
        assert_eq!(pool.take(100), None);
    }

    #[test]
    fn a_network_lends_only_its_own_pairs() {
        let other = PortPair {
            network: 1,
            rtp: 4000,
        };
        let mut pool = PortPool::new([pair(4000), other], 10);
        assert_eq!(pool.take_from(0, 1), Some(other));
        assert_eq!(pool.take_from(0, 1), None);
        assert_eq!(pool.take_from(0, 0), Some(pair(4000)));
    }

    #[test]
    fn rtcp_is_the_port_above() {
        assert_eq!(pair(30_000).rtcp(), 30_001);
        assert_eq!(pair(65_534).rtcp(), 65_535);
    }
}
