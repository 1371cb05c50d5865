//! The choice of another time to be called, as a dialplan has it.

use std::collections::BTreeMap;

use super::fields::Fields;
use super::parse::Reader;
use super::{TimeWindow, When};
use crate::calendar::minutes;

/// Days ahead for which somebody may choose to be called.
const WHEN_DAYS: u32 = 6;

impl Reader<'_> {
    /// What is asked about the time of a call.
    pub(super) fn when(&self, mut when: Fields<'_>) -> Option<When> {
        let ask = when
            .required_text("ask", "the name of the prompt that asks for the time")
            .and_then(|name| self.prompt(&name));
        let keys = when.table("keys");
        if keys.is_none() && !when.has("keys") {
            when.missing(
                "keys",
                "hours for each key, like { 1 = { hours = \"09:00-12:00\", say = \"mattina\" } }",
            );
        }
        when.finish();
        let keys = keys?;
        let names = keys.names();
        let mut windows = BTreeMap::new();
        for name in &names {
            let key = self.key(name);
            let window = keys
                .named_table(name)
                .and_then(|table| self.time_window(table));
            if let (Some(key), Some(window)) = (key, window) {
                windows.insert(key, window);
            }
        }
        if names.is_empty() {
            self.faults
                .add(keys.at(), "a choice without keys: expected at least one");
        }
        let is_whole = !names.is_empty() && windows.len() == names.len();
        Some(When { ask: ask?, windows }).filter(|_| is_whole)
    }

    fn time_window(&self, mut table: Fields<'_>) -> Option<TimeWindow> {
        let hours = table.required_text("hours", "hours like \"09:00-12:00\"");
        let days_ahead = table.whole_or("days", 0..=WHEN_DAYS, 0);
        let say = table
            .required_text("say", "the name of the prompt that says these hours")
            .and_then(|name| self.prompt(&name));
        table.finish();
        let hours = hours?;
        let (from_min, until_min) = match minutes(hours.value) {
            Ok(minutes) => minutes,
            Err(error) => {
                self.faults.add(hours.at, error.to_string());
                return None;
            }
        };
        Some(TimeWindow {
            days_ahead,
            from_min,
            until_min,
            say: say?,
        })
    }
}
