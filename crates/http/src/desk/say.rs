//! What the record says, in words: moments, spans, and the words of its vocabularies.

use cuptel_core::calendar::{Zone, local_text};
use cuptel_core::matching::Eligibility;
use cuptel_core::time::UtcMs;
use cuptel_core::why::Hold;
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedHow, DialResult, OfferState, Outcome, PriorityClass,
    SideKind, Stage, Suppression,
};
use cuptel_store::SideCallView;

use crate::texts::Language;

const ROME: Zone = Zone::Europe__Rome;
const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// A day and an hour.
pub(crate) fn moment(at: UtcMs) -> String {
    local_text(at, ROME)
}

/// The hour; with its day, where that is another than `now`.
pub(crate) fn hour(at: UtcMs, now: UtcMs) -> String {
    let (text, today) = (local_text(at, ROME), local_text(now, ROME));
    match (text.split_once(' '), today.split_once(' ')) {
        (Some((day, hour)), Some((today, _))) if day == today => hour.to_owned(),
        (Some(_) | None, _) => text,
    }
}

/// An hour that is to come: that it is tomorrow's is said in words, that of another day with its date.
pub(crate) fn coming(language: Language, at: UtcMs, now: UtcMs) -> String {
    let (text, tomorrow) = (local_text(at, ROME), local_text(now + DAY_S * 1_000, ROME));
    match (text.split_once(' '), tomorrow.split_once(' ')) {
        (Some((day, hour)), Some((next, _))) if day == next => {
            language.with("desk-tomorrow", &[("at", hour.into())])
        }
        (Some(_) | None, _) => hour(at, now),
    }
}

/// Until when something holds, after what holds.
pub(crate) fn until(language: Language, at: UtcMs, now: UtcMs) -> String {
    let said = coming(language, at, now);
    let id = match said == hour(at, at) {
        true => "desk-until",
        false => "desk-until-day",
    };
    language.with(id, &[("at", said.into())])
}

/// A call by its service and its hour.
pub(crate) fn call_titled(language: Language, queue: Option<String>, at: &str) -> String {
    titled(
        language,
        ("desk-call-title", "desk-call-title-plain"),
        queue,
        at,
    )
}

/// A callback by its service and the hour of its place in line.
pub(crate) fn callback_titled(language: Language, queue: Option<String>, at: &str) -> String {
    let ids = ("desk-callback-title", "desk-callback-title-plain");
    titled(language, ids, queue, at)
}

fn titled(
    language: Language,
    (of_queue, plain): (&str, &str),
    queue: Option<String>,
    at: &str,
) -> String {
    match queue {
        Some(queue) => language.with(of_queue, &[("queue", queue.into()), ("at", at.into())]),
        None => language.with(plain, &[("at", at.into())]),
    }
}

/// A day of the record, `2026-11-25`, as people write it.
pub(crate) fn day(text: &str) -> String {
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => text.to_owned(),
    }
}

/// A stretch of time in one unit or two.
pub(crate) fn span(language: Language, ms: i64) -> String {
    let s = ms.max(0) / 1_000;
    if s < MINUTE_S {
        language.with("desk-span-s", &[("n", s.into())])
    } else if s < HOUR_S {
        language.with("desk-span-min", &[("n", (s / MINUTE_S).into())])
    } else if s < DAY_S {
        let (h, m) = (s / HOUR_S, s % HOUR_S / MINUTE_S);
        language.with("desk-span-h", &[("h", h.into()), ("m", m.into())])
    } else {
        language.with("desk-span-d", &[("n", (s / DAY_S).into())])
    }
}

/// A wait as a clock shows it, where it stands beside another: minutes and seconds.
pub(crate) fn wait(ms: i64) -> String {
    let s = ms.max(0) / 1_000;
    if s < HOUR_S {
        format!("{}:{:02}", s / MINUTE_S, s % MINUTE_S)
    } else {
        format!(
            "{}:{:02}:{:02}",
            s / HOUR_S,
            s % HOUR_S / MINUTE_S,
            s % MINUTE_S
        )
    }
}

/// A time within which somebody is to be answered: in seconds, as contracts have it.
pub(crate) fn within(language: Language, s: u32) -> String {
    if s < 600 {
        return language.with("desk-span-s", &[("n", s.into())]);
    }
    span(language, i64::from(s) * 1_000)
}

/// Whole per cent, rounded down: who reads 100 % may rely on it.
pub(crate) fn per_cent(part: u64, whole: u64) -> Option<u64> {
    (part * 100).checked_div(whole)
}

fn word(language: Language, of: &str, word: &str) -> String {
    let id = format!("desk-{of}-{}", word.replace('_', "-"));
    language.say(&id)
}

pub(crate) fn outcome(language: Language, it: Outcome) -> String {
    word(language, "outcome", it.as_str())
}

pub(crate) fn stage(language: Language, it: Stage) -> String {
    word(language, "stage", it.as_str())
}

pub(crate) fn state(language: Language, it: CallbackState) -> String {
    word(language, "state", it.as_str())
}

pub(crate) fn closed(language: Language, it: ClosedHow) -> String {
    word(language, "closed", it.as_str())
}

pub(crate) fn offer(language: Language, it: OfferState) -> String {
    word(language, "offer", it.as_str())
}

/// Of a decision, which keeps the word.
pub(crate) fn offer_word(language: Language, it: &str) -> String {
    match it.parse() {
        Ok(known) => offer(language, known),
        Err(_of_a_task) => it.to_owned(),
    }
}

pub(crate) fn dial(language: Language, it: DialResult) -> String {
    word(language, "dial", it.as_str())
}

pub(crate) fn suppressed(language: Language, it: Suppression) -> String {
    word(language, "suppressed", it.as_str())
}

pub(crate) fn event(language: Language, it: CallbackEventKind) -> String {
    word(language, "event", it.as_str())
}

pub(crate) fn class(language: Language, it: Option<PriorityClass>) -> String {
    match it {
        Some(PriorityClass::U) => language.say("desk-class-u"),
        Some(PriorityClass::B) => language.say("desk-class-b"),
        Some(PriorityClass::D) => language.say("desk-class-d"),
        Some(PriorityClass::P) => language.say("desk-class-p"),
        None => language.say("desk-class-none"),
    }
}

/// What was done beside a conversation, or with its person, and how a call ended.
pub(crate) fn side(language: Language, it: &SideCallView) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_else(|| "–".to_owned());
    let about = [
        ("seat", text(&it.seat).into()),
        ("queue", text(&it.queue).into()),
        ("other", text(&it.to_seat).into()),
        ("entry", text(&it.entry).into()),
    ];
    let what = match (it.kind, &it.to_seat) {
        (SideKind::ToQueue, _) => language.with("desk-side-to-queue", &about),
        (SideKind::ToSeat, _) => language.with("desk-side-to-seat", &about),
        (SideKind::ToNumber, _) => language.with("desk-side-to-number", &about),
        (SideKind::Consult, Some(_)) => language.with("desk-side-consult-seat", &about),
        (SideKind::Consult, None) => language.with("desk-side-consult", &about),
        (SideKind::Dial, _) => language.with("desk-side-dial", &about),
    };
    match (it.result, it.ended_ms) {
        (Some(result), _) => format!("{what}: {}", dial(language, result)),
        (None, Some(_)) => what,
        (None, None) => format!("{what}: {}", language.say("desk-side-now")),
    }
}

/// What holds a work back.
pub(crate) fn hold(language: Language, it: Hold, now: UtcMs) -> String {
    let until = |id: &str, at: UtcMs| language.with(id, &[("at", hour(at, now).into())]);
    match it {
        Hold::Stopping => language.say("desk-hold-stopping"),
        Hold::NotStored => language.say("desk-hold-not-stored"),
        Hold::NotDue { until_ms } => until("desk-hold-not-due", until_ms),
        Hold::TimeChosen { until_ms } => until("desk-hold-time-chosen", until_ms),
        Hold::WindowClosed { until_ms } => until("desk-hold-window", until_ms),
        Hold::NoChannel => language.say("desk-hold-no-channel"),
        Hold::TrunksDown { since_ms } => until("desk-hold-trunks-down", since_ms),
        Hold::Emergency => language.say("desk-hold-emergency"),
        Hold::Stopped { since_ms, .. } => until("desk-hold-stopped", since_ms),
        Hold::GivesWay { until_ms } => until("desk-hold-gives-way", until_ms),
        Hold::AfterCallers { until_ms } => until("desk-hold-after-callers", until_ms),
        Hold::InACall => language.say("desk-hold-in-a-call"),
        Hold::Unreconciled => language.say("desk-hold-unreconciled"),
        Hold::AsManyAsFree => language.say("desk-hold-as-many-as-free"),
        Hold::WithoutOperator => language.say("desk-hold-without-operator"),
        Hold::Campaign => language.say("desk-hold-campaign"),
        Hold::Assigned => language.say("desk-hold-assigned"),
        Hold::WaitsForOperator { until_ms } => until("desk-hold-waits-for", until_ms),
    }
}

/// How many seats stand so to a work. Of a profile nobody is told more than that it is not eligible.
pub(crate) fn fit(language: Language, it: Eligibility, n: u32) -> String {
    let id = match it {
        Eligibility::Eligible => "desk-fit-eligible",
        Eligibility::Refused => "desk-fit-refused",
        Eligibility::LacksSkills => "desk-fit-lacks-skills",
        Eligibility::SignedOut => "desk-fit-signed-out",
        Eligibility::Paused => "desk-fit-paused",
        Eligibility::Unreachable => "desk-fit-unreachable",
        Eligibility::NotResponding => "desk-fit-not-responding",
        Eligibility::Busy => "desk-fit-busy",
        Eligibility::Resting => "desk-fit-resting",
        Eligibility::SiteOut => "desk-fit-site-out",
        Eligibility::SiteFull => "desk-fit-site-full",
        Eligibility::ShiftEnds => "desk-fit-shift-ends",
        Eligibility::KeptForCallers => "desk-fit-kept-for-callers",
        Eligibility::LendFloor => "desk-fit-lend-floor",
        Eligibility::LendMax => "desk-fit-lend-max",
        Eligibility::BorrowMax => "desk-fit-borrow-max",
        Eligibility::Profile => "desk-fit-profile",
    };
    language.with(id, &[("n", n.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is missing is said by its name.
    fn is_said(text: &str) {
        assert!(!text.starts_with("desk-"), "{text} is missing");
    }

    #[test]
    fn every_word_of_the_record_is_said_in_both_languages() {
        for language in Language::ALL {
            for it in Outcome::ALL {
                is_said(&outcome(language, *it));
            }
            for it in Stage::ALL {
                is_said(&stage(language, *it));
            }
            for it in CallbackState::ALL {
                is_said(&state(language, *it));
            }
            for it in ClosedHow::ALL {
                is_said(&closed(language, *it));
            }
            for it in OfferState::ALL {
                is_said(&offer(language, *it));
            }
            for it in DialResult::ALL {
                is_said(&dial(language, *it));
            }
            for it in Suppression::ALL {
                is_said(&suppressed(language, *it));
            }
            for it in CallbackEventKind::ALL {
                is_said(&event(language, *it));
            }
        }
    }

    #[test]
    fn a_span_has_its_unit_in_either_language() {
        let said = |ms| Language::ALL.map(|language| span(language, ms));
        assert_eq!(said(59_999), ["59 s", "59 s"]);
        assert_eq!(said(3_660_000), ["1 h 1", "1 h 1"]);
        assert_eq!(said(86_400_000 * 3), ["3 g", "3 d"]);
    }

    #[test]
    fn another_day_is_said_with_its_date() {
        // 2026-11-23 18:38 and 2026-11-22 23:30 in Rome.
        let (now, yesterday) = (1_795_455_480_000, 1_795_386_600_000);
        assert_eq!(hour(now, now), "18:38");
        assert_eq!(hour(yesterday, now), "22/11/2026 23:30");
        assert_eq!(day("2026-11-22"), "22/11/2026");
        // 09:00 of the next day, and of the one after.
        let next = now + (14 * 60 + 22) * 60_000;
        let said = |at| Language::ALL.map(|language| coming(language, at, now));
        assert_eq!(said(next), ["domani alle 09:00", "tomorrow at 09:00"]);
        assert_eq!(said(next + 86_400_000)[0], "25/11/2026 09:00");
        assert_eq!(said(now)[0], "18:38");
    }
}
