//! Whose turn it is of all that is owed to a person, which number they are shown then, and whether they
//! are on the line before an operator: reckoned from the rows of campaigns.

use cuptel_core::id::CallbackId;
use cuptel_core::record::{CampaignEntryRow, CampaignRow, DialRow, NeedRow, Record};
use cuptel_core::rules::{Queue, Rules};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CampaignState, DialOrder, DialState, NeedKind};

use crate::chance::Chance;
use crate::first::{goes_on, wanted};
use crate::image::Image;
use crate::invented::LINES;
use crate::promises::{Broken, broken};

/// How the people of a campaign are called, of that tenant.
pub(crate) fn drawn(
    chance: &mut Chance,
    tenant: &str,
) -> (Option<DialOrder>, Option<&'static str>) {
    let order = chance.percent(60).then(|| chance.pick(DialOrder::ALL));
    let line = if tenant == "teramo" {
        LINES[0]
    } else {
        LINES[1]
    };
    (order, chance.percent(60).then_some(line))
}

/// The campaign whose turn it is, if it is that of one.
fn turn(image: &Image, callback: CallbackId, now_ms: UtcMs) -> Option<&CampaignRow> {
    let needs = image.needs.values();
    let open = needs.filter(|it| it.callback == callback && it.closed_ms.is_none());
    let open: Vec<&NeedRow> = open.collect();
    if !open.is_empty() && open.iter().all(|it| it.kind == NeedKind::Reminder) {
        let comes = |need: &&NeedRow| {
            let (campaign, entry) = called(image, need, now_ms)?;
            let at_ms = entry.appointment.as_ref()?.at_ms;
            (at_ms > now_ms).then_some((at_ms, need.id, campaign))
        };
        let first = open.iter().filter_map(comes).min_by_key(|it| (it.0, it.1));
        return first.map(|it| it.2);
    }
    let queue = wanted(image, callback);
    let mut of_queue = open
        .iter()
        .filter(|it| it.queue.is_none() || it.queue == queue);
    if of_queue.clone().any(|it| it.kind.closes_by_conversation()) {
        return None;
    }
    let turn = of_queue.find(|it| {
        let is_listed = it.kind == NeedKind::Recall;
        it.kind != NeedKind::Reminder && (!is_listed || called(image, it, now_ms).is_some())
    })?;
    called(image, turn, now_ms).map(|it| it.0)
}

/// The campaign of a need, and the line of its list, if its people are called now.
fn called<'i>(
    image: &'i Image,
    need: &NeedRow,
    now_ms: UtcMs,
) -> Option<(&'i CampaignRow, &'i CampaignEntryRow)> {
    let mut entries = image.entries.values();
    let entry = entries.find(|it| it.need == Some(need.id))?;
    let campaign = image.campaigns.get(&entry.campaign)?;
    let has_begun = campaign.starts_ms.is_none_or(|at| at <= now_ms);
    let runs = campaign.state == CampaignState::Running && has_begun;
    runs.then_some((campaign, entry))
}

/// The number that a new dial shows.
pub(crate) fn shown(before: &Image, row: &DialRow) -> String {
    let turn = turn(before, row.callback, row.placed_ms);
    let own = turn.and_then(|it| it.cli.as_ref());
    own.map_or(LINES[0], |it| it.reveal()).to_owned()
}

/// Who is first in the queues of a centre: the same in all of them.
pub(crate) fn order_of(rules: &Rules) -> DialOrder {
    let mut queues = rules.queues.values();
    let first = |queue: &Queue| queue.callback.person_first.order;
    queues.next().map_or(DialOrder::OperatorFirst, first)
}

/// Nobody is on the line before an operator unless the queue says so, or whoever brought in the list.
pub(crate) fn check_order(
    before: &Image,
    record: &Record,
    of_queue: DialOrder,
) -> Result<(), Broken> {
    let Record::Dial(row) = record else {
        return Ok(());
    };
    let is_new = row.state == DialState::InFlight && !before.dials.contains_key(&row.id);
    let needs = before.needs.values();
    let mut open = needs.filter(|it| it.callback == row.callback && it.closed_ms.is_none());
    if !is_new
        || row.order == DialOrder::OperatorFirst
        || open.all(|it| it.kind == NeedKind::Reminder)
    {
        return Ok(());
    }
    if goes_on(before, row) {
        return Ok(());
    }
    let turn = turn(before, row.callback, row.placed_ms);
    let wanted = turn.and_then(|it| it.order).unwrap_or(of_queue);
    if wanted != row.order {
        let of = turn.map(|it| it.id);
        let what = format!(
            "dial {} is {}, and campaign {of:?} wants {wanted}",
            row.id, row.order
        );
        return broken("P5", what);
    }
    Ok(())
}
