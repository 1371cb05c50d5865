//! What whoever leads has done with a call, a callback, a queue or a seat: who, what and when, for its
//! story.

use cuptel_core::snapshot::Snapshot;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{Button, Chosen};
use cuptel_store::{ChoiceView, DeedView, PressView};

use super::room::title_of;
use super::say;
use super::story::{Event, titled};
use crate::error::ApiError;
use crate::pages::SharedParts;
use crate::texts::Language;
use crate::words;

/// A seat's page tells what was chosen for it within this time.
const CHOICES_MS: i64 = 24 * 3_600_000;

/// The log is written a moment after what it tells.
const SAME_GOING_MS: i64 = 5_000;

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// With a call or a callback: which text tells it.
    Act(&'static str),
    Pressed {
        button: Button,
        tenant: Option<String>,
        queue: Option<String>,
        until_ms: Option<UtcMs>,
    },
    Released {
        button: Button,
        tenant: Option<String>,
        queue: Option<String>,
    },
    /// For who works at a seat.
    Chose(Chosen),
}

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) at_ms: UtcMs,
    who: Option<String>,
    what: What,
    reason: Option<String>,
}

impl Deed {
    /// For a story.
    pub(super) fn told(&self, look: &Snapshot, language: Language) -> Event {
        let who = self.who.clone();
        let who = who.unwrap_or_else(|| language.say("desk-deed-somebody"));
        let about = |what: String| [("who", who.as_str().into()), ("what", what.into())];
        let what = match &self.what {
            What::Act(id) => language.with(id, &about(String::new())),
            What::Pressed {
                button,
                tenant,
                queue,
                until_ms,
            } => {
                let of = place(look, (tenant.as_deref(), queue.as_deref()), language);
                let what = format!("{} ({of})", words::stopped(language, *button));
                let until = until_ms.map_or(String::new(), |until_ms| {
                    say::until(language, until_ms, self.at_ms)
                });
                let said = language.with("desk-deed-pressed", &about(what));
                format!("{said}{until}")
            }
            What::Released {
                button,
                tenant,
                queue,
            } => {
                let of = place(look, (tenant.as_deref(), queue.as_deref()), language);
                let what = format!("{} ({of})", words::stopped(language, *button));
                match self.who {
                    Some(_) => language.with("desk-deed-released", &about(what)),
                    None => language.with("desk-deed-ended", &about(what)),
                }
            }
            What::Chose(chosen) => language.with(chosen_id(*chosen), &about(String::new())),
        };
        let reason = self.reason.as_ref();
        let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
        Event {
            at_ms: self.at_ms,
            what: format!("{what}{reason}"),
        }
    }
}

fn place(
    look: &Snapshot,
    (tenant, queue): (Option<&str>, Option<&str>),
    language: Language,
) -> String {
    match (tenant, queue) {
        (_, Some(queue)) => {
            let own = look.queues.iter().find(|it| it.name == queue);
            let tenant = tenant.or(own.map(|it| it.tenant.as_str()));
            titled(look, tenant, Some(queue))
        }
        (Some(tenant), None) => title_of(look, tenant).to_owned(),
        (None, None) => language.say("desk-stops-region"),
    }
}

fn chosen_id(chosen: Chosen) -> &'static str {
    match chosen {
        Chosen::SignedOut => "desk-deed-signed-out",
        Chosen::Available => "desk-deed-available",
        Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => "desk-deed-one-more",
        Chosen::Paused => "desk-deed-paused",
        Chosen::FrontOffice => "desk-deed-front-office",
    }
}

/// Which text tells an act of the log; none where the story has it from elsewhere.
fn act_id(act: &str) -> Option<&'static str> {
    let of_call = act.contains("/attempts/{") || act.contains("/calls/{");
    let of_callback = act.contains("/callbacks/{");
    match act.rsplit('/').next()? {
        "withdraw" if of_call => Some("desk-deed-withdrew"),
        "move" if of_call => Some("desk-deed-moved"),
        "ahead" if of_call || of_callback => Some("desk-deed-ahead"),
        "assign" if of_callback => Some("desk-deed-assigned"),
        "close" if of_callback => Some("desk-deed-closed"),
        "acknowledge" if of_callback => Some("desk-deed-acknowledged"),
        "reopen" if of_callback => Some("desk-deed-reopened"),
        _ => None,
    }
}

fn acted(it: DeedView) -> Option<Deed> {
    Some(Deed {
        at_ms: it.at_ms,
        what: What::Act(act_id(&it.act)?),
        who: Some(it.who),
        reason: None,
    })
}

/// What was done with the call or callback of this identifier.
pub(super) async fn about(shared: &SharedParts, id: i64) -> Result<Vec<Deed>, ApiError> {
    let found = shared.store.deeds_about(id).await?;
    Ok(found.into_iter().filter_map(acted).collect())
}

fn presses(it: PressView) -> Vec<Deed> {
    let pressed = Deed {
        at_ms: it.since_ms,
        who: it.supervisor,
        what: What::Pressed {
            button: it.button,
            tenant: it.tenant.clone(),
            queue: it.queue.clone(),
            until_ms: it.ends_ms,
        },
        reason: it.reason,
    };
    let released = it.until_ms.map(|at_ms| Deed {
        at_ms,
        who: it.released_by,
        what: What::Released {
            button: it.button,
            tenant: it.tenant,
            queue: it.queue,
        },
        reason: None,
    });
    std::iter::once(pressed).chain(released).collect()
}

/// What was pressed for a queue, its authority or the region.
pub(super) async fn of_queue(
    shared: &SharedParts,
    tenant: &str,
    queue: &str,
) -> Result<Vec<Deed>, ApiError> {
    let found = shared.store.presses(tenant, queue).await?;
    Ok(found.into_iter().flat_map(presses).collect())
}

/// What was chosen for who works at a seat. A choice is stored again whenever the seat does another thing.
pub(super) async fn of_seat(shared: &SharedParts, seat: &str) -> Result<Vec<Deed>, ApiError> {
    let from_ms = shared.engine.snapshot().at_ms - CHOICES_MS;
    let mut found = shared.store.choices_at(seat, from_ms).await?;
    found.reverse();
    let goes_on = |before: &ChoiceView, it: &ChoiceView| {
        before.until_ms == Some(it.since_ms)
            && (before.chosen, &before.supervisor) == (it.chosen, &it.supervisor)
    };
    let mut deeds = Vec::new();
    let mut before: Option<ChoiceView> = None;
    for it in found {
        if before.as_ref().is_none_or(|before| !goes_on(before, &it)) {
            deeds.push(Deed {
                at_ms: it.since_ms,
                who: Some(it.supervisor.clone()),
                what: What::Chose(it.chosen),
                reason: it.reason.clone(),
            });
        }
        before = Some(it);
    }
    let log = shared.store.deeds_at(seat).await?.into_iter();
    let outs: Vec<Deed> = log
        .filter(|it| it.at_ms >= from_ms)
        .filter_map(signed_out)
        .collect();
    // Whoever talks when they are signed out goes after that: one deed, though two things tell it.
    deeds.retain(|it| !outs.iter().any(|out| is_same_going(it, out)));
    deeds.extend(outs);
    Ok(deeds)
}

/// Of whoever is gone no stretch of time tells who had them go: the log does.
fn signed_out(it: DeedView) -> Option<Deed> {
    let is_out = it.act.ends_with("/seats/{seat}/sign-out");
    is_out.then_some(Deed {
        at_ms: it.at_ms,
        who: Some(it.who),
        what: What::Chose(Chosen::SignedOut),
        reason: None,
    })
}

fn is_same_going(chosen: &Deed, out: &Deed) -> bool {
    let is_last = chosen.what == What::Chose(Chosen::OneMoreThenSignOut);
    is_last && chosen.who == out.who && (chosen.at_ms - out.at_ms).abs() < SAME_GOING_MS
}
