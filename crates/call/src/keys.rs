//! Keys of one leg. A phone may tell the same key twice, in the voice (RFC 4733) and by INFO:
//! it was pressed once. Keys told on one way only are all taken as they come.

use std::collections::VecDeque;

use cuptel_core::time::MonoUs;

/// How far the two reports of one key may be apart.
const TWIN_WITHIN_US: MonoUs = 1_500_000;
/// Keys whose second report may still come; beyond it the oldest is forgotten.
const WAITING_MAX: usize = 16;

/// How a key was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToldBy {
    Voice,
    Info,
}

/// The keys whose second report may still come, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    waiting: VecDeque<(char, ToldBy, MonoUs)>,
}

impl Keys {
    /// Whether this report is of a key that was not told before.
    pub(crate) fn is_new(&mut self, now_us: MonoUs, key: char, by: ToldBy) -> bool {
        while self
            .waiting
            .front()
            .is_some_and(|(_, _, at)| *at + TWIN_WITHIN_US < now_us)
        {
            self.waiting.pop_front();
        }
        let is_twin = |(other, way, _): &(char, ToldBy, MonoUs)| *other == key && *way != by;
        if let Some(twin) = self.waiting.iter().position(is_twin) {
            self.waiting.remove(twin);
            return false;
        }
        if self.waiting.len() == WAITING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back((key, by, now_us));
        true
    }
}

/// The key in the body of an INFO: `Signal=5` (`application/dtmf-relay`) or `5`
/// (`application/dtmf`), where 10 and 11 stand for `*` and `#`.
pub(crate) fn key_of_info(body: &[u8]) -> Option<char> {
    let text = String::from_utf8_lossy(body);
    let signal = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("signal").then_some(value)
    });
    match signal.unwrap_or(&text).trim() {
        "10" => Some('*'),
        "11" => Some('#'),
        one => {
            let mut keys = one.chars().map(|key| key.to_ascii_uppercase());
            let key = keys.next().filter(|_| keys.next().is_none())?;
            matches!(key, '0'..='9' | '*' | '#' | 'A'..='D').then_some(key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Keys, ToldBy, key_of_info};

    const SECOND: u64 = 1_000_000;

    #[test]
    fn a_key_told_on_both_ways_is_one_key_in_whichever_order() {
        for (first, second) in [(ToldBy::Voice, ToldBy::Info), (ToldBy::Info, ToldBy::Voice)] {
            let mut keys = Keys::default();
            assert!(keys.is_new(0, '1', first));
            assert!(!keys.is_new(SECOND, '1', second));
            assert!(keys.is_new(SECOND + 1, '1', second), "pressed again");
        }
    }

    #[test]
    fn a_key_pressed_twice_and_told_on_both_ways_is_two_keys() {
        let mut keys = Keys::default();
        let told = [
            (0, ToldBy::Voice),
            (20, ToldBy::Info),
            (300, ToldBy::Voice),
            (320, ToldBy::Info),
        ];
        let new = told.map(|(ms, by)| keys.is_new(ms * 1_000, '5', by));
        assert_eq!(new, [true, false, true, false]);
    }

    #[test]
    fn a_key_told_on_one_way_only_counts_each_time() {
        let mut keys = Keys::default();
        for at in 0..100 {
            assert!(keys.is_new(at * 100_000, '7', ToldBy::Info));
        }
        assert!(keys.waiting.len() <= super::WAITING_MAX);
    }

    #[test]
    fn the_same_key_much_later_is_another() {
        let mut keys = Keys::default();
        assert!(keys.is_new(0, '1', ToldBy::Voice));
        assert!(keys.is_new(2 * SECOND, '1', ToldBy::Info));
    }

    #[test]
    fn both_kinds_of_info_body_are_read() {
        for (body, key) in [
            ("Signal=5\r\nDuration=160\r\n", Some('5')),
            ("signal = *\r\n", Some('*')),
            ("Duration=160\r\nSignal=10", Some('*')),
            ("Signal=11\r\n", Some('#')),
            ("7", Some('7')),
            ("d\r\n", Some('D')),
            ("Signal=\r\n", None),
            ("Signal=12\r\n", None),
            ("hello", None),
            ("", None),
        ] {
            assert_eq!(key_of_info(body.as_bytes()), key, "{body:?}");
        }
    }
}
