//! A moment as files write it.

use chrono::DateTime;

use crate::time::UtcMs;

/// Reads a time with its zone (RFC 3339), such as `2026-11-25T08:30:05+01:00`; the hour that a
/// clock shows twice is no riddle then.
#[must_use]
pub fn parse(text: &str) -> Option<UtcMs> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(moment.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_without_its_zone_is_none() {
        assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some(500));
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2026-11-25 08:30:05"), None);
        assert_eq!(parse("2026-11-25T08:30:05"), None);
    }
}
