//! Campaigns and their people as pages and shell see them.

use cuptel_core::id::{CallbackId, EntryId};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CampaignState, DialResult, EntryState};
use serde::Serialize;

use super::CampaignView;

/// How many of a campaign's people stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CampaignCounts {
    /// Not called yet, of one that goes on.
    pub waiting: i64,
    /// Not called, of one that has ended.
    pub not_called: i64,
    /// Released and not settled.
    pub released: i64,
    /// Of these, rung or spoken with now.
    pub talking: i64,
    /// Spoken with.
    pub reached: i64,
    /// Every try was spent.
    pub exhausted: i64,
    /// The deadline was over.
    pub expired: i64,
    /// Not to be called.
    pub forbidden: i64,
    /// They want no call.
    pub declined: i64,
    /// Taken back.
    pub withdrawn: i64,
    /// Reminded, they confirmed.
    pub confirmed: i64,
    /// Reminded, they cancelled.
    pub cancelled: i64,
    /// Reminded, they want another appointment.
    pub to_move: i64,
}

impl CampaignCounts {
    /// How many have a result.
    #[must_use]
    pub fn settled(&self) -> i64 {
        self.reached
            + self.exhausted
            + self.expired
            + self.forbidden
            + self.declined
            + self.withdrawn
            + self.confirmed
            + self.cancelled
            + self.to_move
    }
}

/// A campaign with how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignDetail {
    /// The campaign.
    #[serde(flatten)]
    pub campaign: CampaignView,
    /// How many of its people stand how.
    pub counts: CampaignCounts,
    /// When everybody has a result, at the pace since it was started, and not before the last of those
    /// released has rested; pauses and nights count.
    pub over_ms: Option<UtcMs>,
}

/// One of the people on a list; the number is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryView {
    /// The entry.
    pub id: EntryId,
    /// Where it stood in the list.
    pub line: i64,
    /// Whom to call; none once erased.
    pub number: Option<String>,
    /// What it goes by elsewhere.
    pub reference: Option<String>,
    /// What it is about.
    pub note: Option<String>,
    /// Not to be called before.
    pub not_before_ms: Option<UtcMs>,
    /// By when.
    pub due_ms: Option<UtcMs>,
    /// Where it stands.
    pub state: EntryState,
    /// The callback that it joined.
    pub callback: Option<CallbackId>,
    /// When it was released.
    pub released_ms: Option<UtcMs>,
    /// Since when it has its result.
    pub settled_ms: Option<UtcMs>,
    /// When the appointment is that they are reminded of.
    pub appointment_ms: Option<UtcMs>,
    /// The prompt that says where.
    pub place: Option<String>,
    /// How often their callback was tried.
    pub tries: Option<i64>,
    /// How the last dial to them ended since they were released.
    pub last_result: Option<DialResult>,
    /// The digits, for who reads the database itself; no page and no API has them.
    #[serde(skip)]
    pub digits: Option<String>,
}

/// So long for each who is left as it took for each who has a result.
pub(super) fn over(
    campaign: &CampaignView,
    counts: &CampaignCounts,
    now_ms: UtcMs,
) -> Option<UtcMs> {
    let started_ms = campaign.started_ms?;
    let goes_on = matches!(
        campaign.state,
        CampaignState::Running | CampaignState::Paused
    );
    let (settled, left) = (counts.settled(), counts.waiting + counts.released);
    let took_ms = i128::from((now_ms - started_ms).max(0));
    let lasts_ms =
        (goes_on && settled > 0).then(|| took_ms * i128::from(left) / i128::from(settled));
    i64::try_from(lasts_ms?).ok()?.checked_add(now_ms)
}
