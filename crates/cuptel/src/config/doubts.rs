//! What is allowed and probably not meant, seen only when everything is read: a number that
//! nobody answers, a calendar that nobody asks, a queue that nobody serves or gets to.

use std::fmt::Display;
use std::ops::Range;

use cuptel_core::dialplan::fields::{Doubt, Faults};
use cuptel_core::dialplan::{Dialplan, Step};
use cuptel_core::id::QueueId;
use cuptel_core::rules::CalendarId;
use cuptel_core::words::{DoubtKind, Outcome};

use super::authority::TenantDraft;
use super::first_start::FirstSeat;
use super::network::TrunkDraft;
use super::opening::CalendarDraft;
use super::queue::QueueSettings;

pub(super) fn foreign_cli(
    trunks: &[TrunkDraft],
    tenants: &[TenantDraft],
    queues: &[(QueueSettings, Range<usize>)],
    dialplans: &[Dialplan],
    warnings: &Faults,
) {
    let of_queues = queues.iter().filter_map(|(queue, _)| {
        let cli = queue.cli.as_ref()?;
        Some((Some(&queue.tenant), &cli.value, &cli.at))
    });
    let of_trunks = trunks
        .iter()
        .map(|draft| (None, &draft.trunk.cli, &draft.cli_at));
    let of_tenants = tenants.iter().filter_map(|draft| {
        let tenant = &draft.tenant;
        Some((
            Some(&tenant.name),
            tenant.cli.as_ref()?,
            draft.cli_at.as_ref()?,
        ))
    });
    for (tenant, cli, at) in of_trunks.chain(of_tenants).chain(of_queues) {
        let answers = |plan: &Dialplan| {
            plan.numbers.contains(cli) && tenant.is_none_or(|name| plan.tenant == *name)
        };
        if !dialplans.iter().any(answers) {
            let whose = tenant.map_or_else(String::new, |name| format!(" of {name}"));
            let message = format!(
                "no dialplan{whose} answers this number: who rings back what their phone shows does not reach us"
            );
            let doubt = match tenant {
                None => Doubt::of(DoubtKind::ForeignCli, &[]),
                Some(name) => Doubt::of(DoubtKind::ForeignCliOf, &[("tenant", name)]),
            };
            warnings.doubt(at.clone(), message, doubt);
        }
    }
}

/// Calendars that no dialplan and no rule asks.
pub(super) fn idle_calendars(
    calendars: &[CalendarDraft],
    dialplans: &[Dialplan],
    queues: &[(QueueSettings, Range<usize>)],
    warnings: &Faults,
) {
    for (place, draft) in calendars.iter().enumerate() {
        let name = draft.calendar.name();
        let asks = |step: &Step| matches!(step, Step::Hours { calendar, .. } if *calendar == CalendarId(place));
        let asked = dialplans.iter().flat_map(|plan| &plan.steps).any(asks);
        let counted = queues
            .iter()
            .any(|(queue, _)| queue.tenant == draft.tenant && queue.policy.callback.uses(name));
        if !asked && !counted {
            let message = format!("nothing asks calendar \"{name}\" of {}", draft.tenant);
            let about: [(_, &dyn Display); 2] = [("calendar", &name), ("tenant", &draft.tenant)];
            let doubt = Doubt::of(DoubtKind::IdleCalendar, &about);
            warnings.doubt(draft.at.clone(), message, doubt);
        }
    }
}

/// Queues that serve nobody, or leave unpaid what they owe.
pub(super) fn queues(
    queues: &[(QueueSettings, Range<usize>)],
    dialplans: &[Dialplan],
    warnings: &Faults,
) {
    unreachable_queues(queues, dialplans, warnings);
    unpaid_debts(queues, warnings);
}

fn of_queue(kind: DoubtKind, queue: &QueueSettings) -> Doubt {
    let about: [(_, &dyn Display); 2] = [("queue", &queue.name), ("tenant", &queue.tenant)];
    Doubt::of(kind, &about)
}

/// Queues in which nobody can wait and that nobody is owed a call by.
fn unreachable_queues(
    queues: &[(QueueSettings, Range<usize>)],
    dialplans: &[Dialplan],
    warnings: &Faults,
) {
    for (place, (queue, at)) in (0..).zip(queues) {
        let wanted = QueueId(place);
        let leads = |step: &Step| matches!(step, Step::Queue { queue, .. } | Step::Callback { queue, .. } if *queue == wanted);
        // A tenant whose dialplan is at fault is told so already.
        let mut plans = dialplans.iter().filter(|plan| plan.tenant == queue.tenant);
        if plans.all(|plan| plan.missed_queue != wanted && !plan.steps.iter().any(leads))
            && dialplans.iter().any(|plan| plan.tenant == queue.tenant)
        {
            let message = format!(
                "no dialplan leads to queue \"{}\" of {}",
                queue.name, queue.tenant
            );
            warnings.doubt(
                at.clone(),
                message,
                of_queue(DoubtKind::UnreachableQueue, queue),
            );
        }
    }
}

/// Queues whose skills no operator of the first start has together.
pub(super) fn unserved_queues(
    queues: &[(QueueSettings, Range<usize>)],
    seats: &[FirstSeat],
    warnings: &Faults,
) {
    for (queue, at) in queues {
        let serves = |seat: &FirstSeat| {
            queue
                .skills
                .iter()
                .all(|(skill, least)| seat.skills.get(skill).is_some_and(|level| level >= least))
        };
        if !seats.iter().any(serves) {
            let message = format!(
                "nobody in first-start.csv has the skills of queue \"{}\" of {}",
                queue.name, queue.tenant
            );
            warnings.doubt(
                at.clone(),
                message,
                of_queue(DoubtKind::UnservedQueue, queue),
            );
        }
    }
}

/// Ends of a call by which somebody is lost without having given up: the debt that this program is for.
const OWED: [Outcome; 10] = [
    Outcome::RefusedLines,
    Outcome::RefusedQueueFull,
    Outcome::RefusedByCarrier,
    Outcome::RefusedRate,
    Outcome::RefusedNoOperators,
    Outcome::OutOfHours,
    Outcome::QueueTimeout,
    Outcome::Withdrawn,
    Outcome::Interrupted,
    Outcome::Failed,
];

/// Queues that do not call back whoever we turned away or cut off.
fn unpaid_debts(queues: &[(QueueSettings, Range<usize>)], warnings: &Faults) {
    for (queue, at) in queues {
        let not_on = queue.policy.callback.not_on();
        let unpaid = OWED.iter().filter(|outcome| not_on.contains(outcome));
        let unpaid: Vec<&str> = unpaid.map(|outcome| outcome.as_str()).collect();
        if !unpaid.is_empty() {
            let message = format!(
                "queue \"{}\" of {} calls nobody back after {}: they did not give up, we turned them away",
                queue.name,
                queue.tenant,
                unpaid.join(", ")
            );
            let mut doubt = of_queue(DoubtKind::UnpaidDebts, queue);
            doubt.about.push(("outcomes", unpaid.join(", ")));
            warnings.doubt(at.clone(), message, doubt);
        }
    }
}
