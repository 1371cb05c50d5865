//! How long what is kept of people is kept.

use cuptel_core::dialplan::fields::Fields;

/// The Garante's order of 27 November 2008 has the log of system administrators kept for six months at
/// least.
const ACCESS_LOG_DAYS_MIN: u32 = 180;

/// For how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetentionSettings {
    /// The log of access. Default 730 days.
    pub(crate) access_log_days: u32,
}

pub(super) fn retention(root: &mut Fields<'_>) -> RetentionSettings {
    let default = 730;
    let Some(mut table) = root.table("retention") else {
        return RetentionSettings {
            access_log_days: default,
        };
    };
    let access_log_days = table.whole_or("access_log_days", ACCESS_LOG_DAYS_MIN..=3_650, default);
    table.finish();
    RetentionSettings { access_log_days }
}
