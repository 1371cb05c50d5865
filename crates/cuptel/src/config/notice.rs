//! The notice lines of a trunk, and when so many call that a storm is on.

use std::ops::Range;

use cuptel_core::dialplan::fields::{Faults, Fields, Placed};

use super::network::CHANNELS_MAX;

/// Lines for short notices; comparable, for a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoticeSettings {
    /// `notice_lines`: calls beyond `answer_max`, each for a short notice. Default 0.
    pub(crate) lines: u32,
    /// `notice_s_max`: the longest notice. Default 60.
    pub(crate) s_max: u32,
    /// `notice_key_s`: silence after a notice before its line is free again. Default 4.
    pub(crate) key_s: u32,
    /// Calls answered at once from which on a storm is on. Default `answer_max`.
    pub(crate) storm_lines: u32,
    /// How long fewer must be answered before it is over. Default 60.
    pub(crate) storm_quiet_s: u32,
}

/// What the table says, with the places that checks point at.
pub(super) struct NoticeDraft {
    lines: Option<Placed<u32>>,
    s_max: u32,
    key_s: u32,
    storm_lines: Option<Placed<u32>>,
    storm_quiet_s: u32,
}

impl NoticeDraft {
    pub(super) fn read(table: &mut Fields<'_>) -> Self {
        Self {
            lines: table.whole("notice_lines", 0..=CHANNELS_MAX),
            s_max: table.whole_or("notice_s_max", 10..=300, 60),
            key_s: table.whole_or("notice_key_s", 1..=60, 4),
            storm_lines: table.whole("storm_lines", 1..=CHANNELS_MAX),
            storm_quiet_s: table.whole_or("storm_quiet_s", 0..=3_600, 60),
        }
    }

    /// Where `notice_lines` is written, if it is.
    pub(super) fn lines_at(&self) -> Option<Range<usize>> {
        self.lines.as_ref().map(|lines| lines.at.clone())
    }

    /// The settings, held against the other lines of the trunk.
    pub(super) fn check(&self, answer_max: u32, channels: u32, faults: &Faults) -> NoticeSettings {
        if let Some(lines) = &self.lines
            && lines.value > 0
            && answer_max + lines.value >= channels
        {
            let message = format!(
                "`answer_max` and `notice_lines` are {} together: expected fewer than the {channels} `channels`",
                answer_max + lines.value
            );
            faults.add(lines.at.clone(), message);
        }
        if let Some(storm) = &self.storm_lines
            && storm.value > answer_max
        {
            let message = format!(
                "`storm_lines` is {}: expected at most `answer_max`, {answer_max}",
                storm.value
            );
            faults.add(storm.at.clone(), message);
        }
        NoticeSettings {
            lines: self.lines.as_ref().map_or(0, |lines| lines.value),
            s_max: self.s_max,
            key_s: self.key_s,
            storm_lines: self
                .storm_lines
                .as_ref()
                .map_or(answer_max, |lines| lines.value),
            storm_quiet_s: self.storm_quiet_s,
        }
    }
}
