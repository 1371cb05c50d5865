//! Whether an operator or the person is on the line first when a queue calls back.

use cuptel_core::dialplan::fields::{Fields, Placed};
use cuptel_core::rules::{PersonFirstPolicy, PromptId};
use cuptel_core::words::DialOrder;

use super::limits::SOME_OF_A_DAY_S;
use super::word;

/// Order, message and keys; comparable, for a reload.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PersonFirstSettings {
    /// Default: an operator is.
    order: DialOrder,
    /// A prompt that says who calls, instead of what is said for every queue.
    pub(super) calling: Option<Placed<String>>,
    /// Where the table says that people are first.
    pub(super) at: Option<std::ops::Range<usize>>,
    /// Default 6.
    key_s: u32,
    /// Default 2.
    key_times: u32,
    /// Default 7,200.
    spacing_machine_s: u32,
    /// Default 2.
    machines_max: u32,
}

impl PersonFirstSettings {
    pub(super) fn standard() -> Self {
        let policy = PersonFirstPolicy::default();
        Self {
            order: policy.order,
            calling: None,
            at: None,
            key_s: policy.key_s,
            key_times: policy.times,
            spacing_machine_s: policy.spacing_machine_s,
            machines_max: policy.machines_max,
        }
    }

    /// Takes what the table of callbacks says; the rest stays as it is.
    pub(super) fn take(&mut self, table: &mut Fields<'_>) {
        let words = [
            ("operator_first", DialOrder::OperatorFirst),
            ("person_first", DialOrder::PersonFirst),
        ];
        let at = table.key_at("order");
        if let Some(order) = word(table, "order", &words, false) {
            self.order = order;
            self.at = at.filter(|_| order == DialOrder::PersonFirst);
        }
        if let Some(calling) = table.filled_text("calling") {
            self.calling = Some(calling.map(str::to_owned));
        }
        for (key, range, value) in [
            ("key_s", 1..=60, &mut self.key_s),
            ("key_times", 1..=5, &mut self.key_times),
            (
                "spacing_machine_s",
                SOME_OF_A_DAY_S,
                &mut self.spacing_machine_s,
            ),
            ("machines_max", 1..=20, &mut self.machines_max),
        ] {
            *value = table.whole_or(key, range, *value);
        }
    }

    pub(super) fn policy(&self, calling: Option<PromptId>) -> PersonFirstPolicy {
        PersonFirstPolicy {
            order: self.order,
            calling,
            key_s: self.key_s,
            times: self.key_times,
            spacing_machine_s: self.spacing_machine_s,
            machines_max: self.machines_max,
        }
    }
}
