//! Trying a phone: somebody has the phone of a seat ring, hears themselves, and is told what came of it.

use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::trial::{TrialEnd, TrialError, TrialKind, TrialNow, TrialStage, Voice};
use cuptel_core::words::{Chosen, WorkState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, act};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::texts::Language;
use crate::{practising, schema};

/// From this part of packets missing on, voices are broken: 2 of 100.
const BROKEN_PERCENT: f64 = 2.0;

/// What a phone is tried for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Test {
    /// `echo`: who works there tries their headset, and a phone whose make is known picks up by itself.
    /// `test`, also without it: somebody has the phone ring, whoever works there or nobody.
    kind: Option<Kind>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Echo,
    Test,
}

/// The seat's phone rings; whoever picks up hears what it is, then themselves for up to 30 s. The key 1
/// says that they hear us, the hash or hanging up ends it. Nothing is stored of it, and nothing is offered to
/// the seat meanwhile. How it goes, and what sound came from the phone, is under `trial` of the seat in
/// `GET /api/v1/snapshot`, up to ten minutes after its end.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/test", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Test = "application/json"), (Test = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn test(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<Test>,
) -> Result<Response, ApiError> {
    let kind = match asked.wish.kind {
        Some(Kind::Echo) => TrialKind::Echo,
        Some(Kind::Test) | None => TrialKind::Test,
    };
    let command = Command::TrySeat {
        seat: seat.clone(),
        kind,
    };
    act(&shared, caller, &seat, asked.by_form, Ok(command)).await
}

/// Whether the page of a seat offers it: its operator has nothing else to do.
pub(crate) fn may_be_tried(seat: &SeatNow) -> bool {
    let is_still = matches!(seat.work, WorkState::Idle | WorkState::NotResponding);
    let is_in = seat.chosen != Chosen::SignedOut;
    is_still && is_in && seat.reachable && seat.task.is_none() && !is_on(seat)
}

pub(crate) fn is_on(seat: &SeatNow) -> bool {
    seat.trial.as_ref().is_some_and(|trial| trial.end.is_none())
}

/// Changes when the page of a seat has to be loaded again.
pub(crate) fn mark(seat: &SeatNow) -> &'static str {
    if is_on(seat) { "e" } else { "" }
}

/// How it goes, or went, in plain words; nothing, where nothing was tried.
pub(crate) fn told(language: Language, trial: Option<&TrialNow>) -> String {
    let Some(trial) = trial else {
        return String::new();
    };
    if let Some(told) = practising::told(language, trial) {
        return told;
    }
    match trial.stage {
        TrialStage::Calling => language.say("trial-calling"),
        TrialStage::Ringing => language.say("trial-ringing"),
        TrialStage::Told => language.say("trial-told"),
        TrialStage::Echo | TrialStage::WrapUp => language.say("trial-echo"),
        TrialStage::Over if trial.answered => after_voice(language, trial),
        TrialStage::Over => language.say(match trial.end {
            Some(TrialEnd::NoAnswer) | None => "trial-no-answer",
            Some(TrialEnd::HungUp | TrialEnd::Declined) => "trial-declined",
            Some(TrialEnd::Busy) => "trial-busy",
            Some(TrialEnd::Unreachable | TrialEnd::Silent | TrialEnd::TimeUp) => {
                "trial-unreachable"
            }
            Some(TrialEnd::NotSent) => "trial-not-sent",
            Some(TrialEnd::Stopped | TrialEnd::GaveWay) => "trial-stopped",
        }),
    }
}

fn after_voice(language: Language, trial: &TrialNow) -> String {
    let Some(voice) = trial.voice else {
        return language.say("trial-counting");
    };
    let back = if trial.heard_us {
        "trial-heard-us"
    } else {
        "trial-not-said"
    };
    format!("{} {}", of_voice(language, voice), language.say(back))
}

fn of_voice(language: Language, voice: Voice) -> String {
    if voice.packets == 0 {
        return language.say("trial-no-voice");
    }
    let percent = lost_percent(voice);
    let about = [
        ("packets", voice.packets.into()),
        ("lost", voice.lost.into()),
        ("percent", format!("{percent:.1}").into()),
    ];
    let id = if percent >= BROKEN_PERCENT {
        "trial-broken-voice"
    } else {
        "trial-voice"
    };
    language.with(id, &about)
}

#[expect(clippy::cast_precision_loss, reason = "a call has few packets")]
fn lost_percent(voice: Voice) -> f64 {
    let sent = voice.packets + voice.lost;
    if sent == 0 {
        0.0
    } else {
        voice.lost as f64 * 100.0 / sent as f64
    }
}

/// Why a phone is not tried.
pub(crate) fn refused(language: Language, refused: &TrialError) -> String {
    let about = |id: &str, seat: &str| language.with(id, &[("seat", seat.into())]);
    match refused {
        TrialError::NoPhone(seat) => about("trial-no-phone", seat),
        TrialError::PhoneSilent(seat) => about("trial-phone-silent", seat),
        TrialError::Busy(seat) => about("trial-not-idle", seat),
        TrialError::TaskOffered(seat) => about("trial-task-offered", seat),
        TrialError::PeopleWait { waiting, .. } => {
            language.with("practice-people-wait", &[("n", (*waiting).into())])
        }
        TrialError::NoPractice(seat) => about("practice-none", seat),
    }
}

pub(crate) fn hint_of(refused: &TrialError) -> &'static str {
    match refused {
        TrialError::NoPhone(_) => {
            "register the phone with the seat's extension and password; /admin/seats/{seat} shows how"
        }
        TrialError::PhoneSilent(_) => {
            "look whether the phone is on and the network lets our requests through; restart it"
        }
        TrialError::Busy(_) => "try again once nothing is done or offered there",
        TrialError::TaskOffered(_) => "accept the task there, or try again once its offer is over",
        TrialError::PeopleWait { .. } => {
            "take a pause first if practice goes before callers now: /api/v1/seats/{seat}/pause"
        }
        TrialError::NoPractice(_) => "begin one with POST /api/v1/seats/{seat}/practice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVER: TrialNow = TrialNow {
        kind: TrialKind::Test,
        begun_ms: 0,
        stage: TrialStage::Over,
        rang: true,
        answered: true,
        heard_us: false,
        end: Some(TrialEnd::HungUp),
        voice: None,
        practice: None,
    };

    fn with(packets: u64, lost: u64) -> String {
        let voice = Some(Voice { packets, lost });
        told(Language::English, Some(&TrialNow { voice, ..OVER }))
    }

    #[test]
    fn a_phone_that_sends_nothing_is_told_from_one_whose_voice_is_broken() {
        assert!(with(0, 0).starts_with("No sound came from the phone"));
        assert!(with(1_000, 3).starts_with("Sound came from the phone: 1000 packets"));
        assert!(with(1_000, 100).contains("9.1"));
        assert!(with(1_000, 100).contains("broken"));
    }

    #[test]
    fn whether_they_heard_us_is_not_guessed() {
        assert!(with(1_000, 0).contains("Nobody pressed 1"));
        assert_eq!(told(Language::English, None), "");
    }

    #[test]
    fn every_end_is_told_in_both_languages() {
        for language in Language::ALL {
            for end in [
                TrialEnd::NoAnswer,
                TrialEnd::Busy,
                TrialEnd::Declined,
                TrialEnd::Unreachable,
                TrialEnd::NotSent,
                TrialEnd::Stopped,
            ] {
                let trial = TrialNow {
                    answered: false,
                    end: Some(end),
                    ..OVER
                };
                let said = told(language, Some(&trial));
                assert!(!said.starts_with("trial-") && !said.is_empty(), "{said}");
            }
        }
    }
}
