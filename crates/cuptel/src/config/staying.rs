//! How a queue keeps what an operator has taken in charge.

use cuptel_core::calendar::{CountedDays, Term, Zone};
use cuptel_core::dialplan::fields::Fields;
use cuptel_core::staying::StayPolicy;

use super::limits::DAY_S;

/// Rests and deadlines; comparable, for a reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StaySettings {
    /// Default 24.
    kept_rest_h: u32,
    /// Default 24.
    due_soon_h: u32,
    /// Default 3,600.
    due_soon_priority_s: u32,
    /// Default 72.
    class_u_h: u32,
    /// Default 10.
    class_b_days: u32,
    /// Default 30.
    class_d_days: u32,
    /// Default 120.
    class_p_days: u32,
}

impl StaySettings {
    pub(super) fn standard() -> Self {
        Self {
            kept_rest_h: 24,
            due_soon_h: 24,
            due_soon_priority_s: 3_600,
            class_u_h: 72,
            class_b_days: 10,
            class_d_days: 30,
            class_p_days: 120,
        }
    }

    /// Takes what the table of callbacks says; the rest stays as it is.
    pub(super) fn take(&mut self, table: &mut Fields<'_>) {
        for (key, range, value) in [
            ("kept_rest_h", 0..=720, &mut self.kept_rest_h),
            ("due_soon_h", 0..=720, &mut self.due_soon_h),
            ("due_soon_priority_s", DAY_S, &mut self.due_soon_priority_s),
            ("class_u_h", 1..=720, &mut self.class_u_h),
            ("class_b_days", 1..=3_650, &mut self.class_b_days),
            ("class_d_days", 1..=3_650, &mut self.class_d_days),
            ("class_p_days", 1..=3_650, &mut self.class_p_days),
        ] {
            *value = table.whole_or(key, range, *value);
        }
    }

    pub(super) fn policy(&self, zone: Zone, counted: &CountedDays) -> StayPolicy {
        let term = |days| Term::new(days, counted.clone(), zone);
        StayPolicy {
            kept_rest_h: self.kept_rest_h,
            due_soon_h: self.due_soon_h,
            due_soon_priority_s: self.due_soon_priority_s,
            class_u_h: self.class_u_h,
            class_b: term(self.class_b_days),
            class_d: term(self.class_d_days),
            class_p: term(self.class_p_days),
        }
    }
}
