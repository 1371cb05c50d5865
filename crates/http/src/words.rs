//! What the pages say of what goes on, in the words of whoever reads. Times are those of Rome.

use cuptel_core::calendar::{Zone, local_text};
use cuptel_core::snapshot::{
    DriftNow, QueueNow, SeatNow, SiteNow, Snapshot, StopNow, WaitNow, WaitsNow,
};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{
    Button, CampaignState, Chosen, Degraded, Drift, NeedKind, PriorityClass, WorkState,
};

use fluent_bundle::FluentValue;

use crate::port::{Configuration, FailedReload};
use crate::practising;
use crate::texts::Language;

const ROME: Zone = Zone::Europe__Rome;
const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// A share in whole per cent.
pub(crate) fn per_cent(share: f64) -> FluentValue<'static> {
    FluentValue::from(format!("{:.0}", share * 100.0))
}

/// What who calls now has to expect: nine of ten waits are within it.
pub(crate) fn wait(language: Language, wait: Option<WaitNow>) -> String {
    match wait {
        None => language.say("word-wait-nobody"),
        Some(WaitNow { high_s: 0, .. }) => language.say("word-wait-none"),
        Some(wait) => {
            let span = span(language, i64::from(wait.high_s) * 1_000);
            language.with("word-wait", &[("span", span.into())])
        }
    }
}

/// Callbacks that could be made now, and what they give way to: the hours in which nobody is rung,
/// or those who ring in.
pub(crate) fn ready(language: Language, queue: &QueueNow, now: UtcMs) -> String {
    if let (1.., Some(from_ms)) = (queue.callbacks_open, queue.callbacks_from_ms) {
        let to = to(language, from_ms, now);
        return language.with("word-ready-from", &[("to", to.into())]);
    }
    match (queue.callbacks_ready, queue.callbacks_held) {
        (0, _) | (_, false) => queue.callbacks_ready.to_string(),
        (ready, true) => language.with("word-ready-held", &[("n", ready.into())]),
    }
}

/// Tasks that are not done, and when the first is to be.
pub(crate) fn tasks(language: Language, queue: &QueueNow, now: UtcMs) -> String {
    match (queue.tasks_open, queue.tasks_due_ms) {
        (0, _) | (_, None) => queue.tasks_open.to_string(),
        (open, Some(due)) if due <= now => {
            let span = span(language, now - due);
            language.with(
                "word-tasks-late",
                &[("n", open.into()), ("span", span.into())],
            )
        }
        (open, Some(due)) => {
            let span = span(language, due - now);
            language.with(
                "word-tasks-due",
                &[("n", open.into()), ("span", span.into())],
            )
        }
    }
}

/// A stretch of time as one says it.
pub(crate) fn span(language: Language, ms: i64) -> String {
    let s = ms.max(0) / 1_000;
    if s < MINUTE_S {
        language.with("word-seconds", &[("n", s.into())])
    } else if s < HOUR_S {
        language.with("word-minutes", &[("n", (s / MINUTE_S).into())])
    } else if s < DAY_S {
        let hours = language.with("word-hours", &[("n", (s / HOUR_S).into())]);
        match s % HOUR_S / MINUTE_S {
            0 => hours,
            minutes => {
                let about = [("hours", hours.into()), ("minutes", minutes.into())];
                language.with("word-hours-and-minutes", &about)
            }
        }
    } else {
        language.with("word-days", &[("n", (s / DAY_S).into())])
    }
}

/// `dalle 14:32`, or with the date where that is another day than `now`.
pub(crate) fn since(language: Language, at: UtcMs, now: UtcMs) -> String {
    match moment(at, now) {
        Moment::Today(time) => language.with("word-since-time", &[("time", time.into())]),
        Moment::Else(day, time) => {
            let about = [("day", day.into()), ("time", time.into())];
            language.with("word-since-day", &about)
        }
    }
}

/// `alle 14:32`, or with the date where that is another day than `now`.
fn to(language: Language, at: UtcMs, now: UtcMs) -> String {
    match moment(at, now) {
        Moment::Today(time) => language.with("word-until-time", &[("time", time.into())]),
        Moment::Else(day, time) => {
            let about = [("day", day.into()), ("time", time.into())];
            language.with("word-until-day", &about)
        }
    }
}

enum Moment {
    Today(String),
    /// Date and time.
    Else(String, String),
}

fn moment(at: UtcMs, now: UtcMs) -> Moment {
    let (at, now) = (local_text(at, ROME), local_text(now, ROME));
    let (day, time) = at.split_once(' ').unwrap_or((&at, ""));
    if now.split_once(' ').is_some_and(|(today, _)| today == day) {
        Moment::Today(time.to_owned())
    } else {
        Moment::Else(day.to_owned(), time.to_owned())
    }
}

/// Date and time of the page.
pub(crate) fn date_and_time(at: UtcMs) -> String {
    local_text(at, ROME)
}

/// A shape and a word for what a seat does; never a colour alone.
pub(crate) fn seat_state(language: Language, seat: &SeatNow) -> (&'static str, String) {
    let paused = || match &seat.pause_reason {
        Some(reason) => language.with(
            "word-seat-paused-for",
            &[("reason", reason.as_str().into())],
        ),
        None => language.say("word-seat-paused"),
    };
    if let Some(practises) = practising::state(language, seat) {
        return practises;
    }
    match (seat.chosen, seat.work) {
        (Chosen::SignedOut, WorkState::Idle) => ("–", language.say("word-seat-empty")),
        (Chosen::Paused, WorkState::Idle | WorkState::NotResponding) => ("‖", paused()),
        (Chosen::FrontOffice, WorkState::Idle) => ("□", language.say("word-seat-counter")),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) if seat.site_out => ("✕", language.say("word-seat-site-out")),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) if !seat.reachable => ("✕", language.say("word-seat-no-phone")),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) if seat.task.is_some() => ("○", language.say("word-seat-free-task")),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) => ("○", language.say("word-seat-free")),
        (Chosen::FrontOffice, WorkState::NotResponding) => ("□", language.say("word-seat-counter")),
        (_, WorkState::Preview) => ("◔", language.say("word-seat-reads")),
        (_, WorkState::Reserved | WorkState::Ringing) => ("△", language.say("word-seat-rings")),
        (_, WorkState::Talking) if seat.result.is_none() && seat.beside.is_some() => {
            ("●", language.say("word-seat-beside"))
        }
        (_, WorkState::Talking) if seat.callback && seat.result.is_none() => {
            ("●", language.say("word-seat-calls-back"))
        }
        (_, WorkState::Talking) if seat.callback => ("●", language.say("word-seat-called-back")),
        (_, WorkState::Talking) => ("●", language.say("word-seat-talks")),
        (_, WorkState::OnHold) if consults(seat) => ("◐", language.say("word-seat-consults")),
        (_, WorkState::OnHold) => ("◐", language.say("word-seat-holds")),
        (_, WorkState::WrapUp) => ("◇", language.say("word-seat-wraps-up")),
        (_, WorkState::AtTask) => ("◆", language.say("word-seat-at-task")),
        (_, WorkState::NotResponding) => ("✕", language.say("word-seat-not-responding")),
    }
}

/// Whether somebody else is asked while the person is on hold.
fn consults(seat: &SeatNow) -> bool {
    let call = seat.call.as_ref();
    call.is_some_and(|call| call.consult.is_some())
}

/// How long something takes, where there is room for a figure and no more.
pub(crate) fn short_span(language: Language, ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h {}", seconds / 3_600, seconds % 3_600 / 60),
        _ => language.with("word-days-short", &[("n", (seconds / 86_400).into())]),
    }
}

/// What is said of the person at a seat of whom nothing is known.
pub(crate) fn nobody(language: Language, work: WorkState) -> String {
    match work {
        WorkState::Idle | WorkState::AtTask | WorkState::NotResponding => {
            language.say("word-nobody")
        }
        WorkState::Preview
        | WorkState::Reserved
        | WorkState::Ringing
        | WorkState::Talking
        | WorkState::OnHold
        | WorkState::WrapUp => language.say("word-nothing-open"),
    }
}

/// What kind of debt it is, to its operator.
pub(crate) fn need_kind(language: Language, kind: NeedKind) -> String {
    match kind {
        NeedKind::Missed => language.say("word-need-missed"),
        NeedKind::Requested => language.say("word-need-requested"),
        NeedKind::Interrupted => language.say("word-need-interrupted"),
        NeedKind::TakenInCharge => language.say("word-need-taken-in-charge"),
        NeedKind::Recall => language.say("word-need-recall"),
        NeedKind::Reminder => language.say("word-need-reminder"),
        NeedKind::Manual => language.say("word-need-manual"),
    }
}

/// What the operator of a seat has chosen for later.
pub(crate) fn afterwards(language: Language, (chosen, work): (Chosen, WorkState)) -> String {
    let is_idle = matches!(work, WorkState::Idle | WorkState::NotResponding);
    match chosen {
        Chosen::OneMoreThenPause => format!(", {}", language.say("word-then-pause")),
        Chosen::OneMoreThenSignOut => format!(", {}", language.say("word-then-sign-out")),
        Chosen::Paused if !is_idle => format!(", {}", language.say("word-then-pause")),
        Chosen::FrontOffice if !is_idle => format!(", {}", language.say("word-then-counter")),
        Chosen::SignedOut if !is_idle => format!(", {}", language.say("word-then-sign-out")),
        Chosen::SignedOut | Chosen::Available | Chosen::Paused | Chosen::FrontOffice => {
            String::new()
        }
    }
}

/// What does not work and what that means. What to do stands in `/health/ready` and the manual.
pub(crate) fn degraded(language: Language, mode: Degraded) -> String {
    let what = match mode {
        Degraded::DatabaseSlow => return language.say("word-database-slow"),
        Degraded::DatabaseFailing => language.say("word-database-failing"),
        Degraded::DatabaseStalled => language.say("word-database-stalled"),
        Degraded::DatabaseGone => language.say("word-database-gone"),
        Degraded::DatabaseFull => language.say("word-database-full"),
        Degraded::DatabaseReadOnly => language.say("word-database-read-only"),
        Degraded::StorageDead => language.say("word-storage-dead"),
        Degraded::MediaDead => language.say("word-media-dead"),
    };
    language.with("word-degraded", &[("what", what.into())])
}

/// A site that is cut off.
pub(crate) fn site_out(language: Language, site: &SiteNow, now: UtcMs) -> Option<String> {
    let since = since(language, site.out_since_ms?, now);
    let about = [("site", site.name.as_str().into()), ("since", since.into())];
    Some(language.with("word-site-out", &about))
}

/// What a stop button does.
pub(crate) fn stopped(language: Language, button: Button) -> String {
    match button {
        Button::Outgoing => language.say("word-stopped-outgoing"),
        Button::Closed => language.say("word-stopped-closed"),
        Button::Opened => language.say("word-stopped-opened"),
        Button::Emergency => language.say("word-stopped-emergency"),
    }
}

/// Where a campaign stands.
pub(crate) fn campaign_state(language: Language, state: CampaignState) -> String {
    match state {
        CampaignState::Loading => language.say("word-campaign-loading"),
        CampaignState::Ready => language.say("word-campaign-ready"),
        CampaignState::Running => language.say("word-campaign-running"),
        CampaignState::Paused => language.say("word-campaign-paused"),
        CampaignState::Ended => language.say("word-campaign-ended"),
    }
}

/// A stop button that is pressed.
pub(crate) fn stop(language: Language, stop: &StopNow, now: UtcMs) -> String {
    let of = match (&stop.tenant, &stop.queue) {
        (Some(tenant), Some(queue)) => format!("{queue}, {tenant}"),
        (Some(tenant), None) => tenant.clone(),
        (None, _) => language.say("word-whole-region"),
    };
    let by = stop.supervisor.as_ref().map_or(String::new(), |name| {
        let said = language.with("word-stop-by", &[("name", name.as_str().into())]);
        format!(" {said}")
    });
    let reason = stop.reason.as_ref();
    let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
    let until = stop.until_ms.map_or(String::new(), |at| {
        let until = date_and_time(at);
        let said = language.with("word-stop-until", &[("until", until.into())]);
        format!(" {said}")
    });
    let what = stopped(language, stop.button);
    let since = since(language, stop.since_ms, now);
    format!("■ {what} ({of}) {since}{by}{reason}.{until}")
}

/// Callers of an authority's queues for one class.
pub(crate) fn of_class(language: Language, title: &str, class: PriorityClass) -> String {
    let about = [("title", title.into()), ("class", class.to_string().into())];
    language.with("word-of-class", &about)
}

/// Health authorities that have drifted apart.
pub(crate) fn drift(language: Language, drift: &DriftNow, look: &Snapshot) -> String {
    let title = |name: &String| {
        let mut tenants = look.tenants.iter();
        let title = tenants
            .find(|it| it.name == *name)
            .map_or(name, |it| &it.title);
        match drift.class {
            None => title.clone(),
            Some(class) => of_class(language, title, class),
        }
    };
    let (worst, best) = (title(&drift.worst), title(&drift.best));
    let since = since(language, drift.since_ms, look.at_ms);
    let about = [
        ("since", since.into()),
        ("worst", worst.into()),
        ("best", best.into()),
    ];
    match drift.what {
        Drift::Waits => language.with("word-drift-waits", &about),
        Drift::Abandoned => language.with("word-drift-abandoned", &about),
    }
}

/// A count that must not fall below a bound.
pub(crate) fn at_least(language: Language, count: u32, least: u32) -> String {
    match least {
        0 => count.to_string(),
        least => language.with(
            "word-at-least",
            &[("n", count.into()), ("least", least.into())],
        ),
    }
}

/// A count with its cap, where there is one.
pub(crate) fn at_most(language: Language, count: u32, most: Option<u32>) -> String {
    most.map_or(count.to_string(), |most| {
        language.with(
            "word-at-most",
            &[("n", count.into()), ("most", most.into())],
        )
    })
}

/// How long nineteen of twenty waited, and how many that were.
pub(crate) fn waited(language: Language, waits: &WaitsNow) -> String {
    let p95 = waits
        .wait_p95_s
        .map(|s| span(language, i64::from(s) * 1_000));
    p95.map_or("–".to_owned(), |p95| {
        language.with(
            "word-waited",
            &[("span", p95.into()), ("n", waits.waits.into())],
        )
    })
}

/// Which part of them hung up.
pub(crate) fn hung_up(language: Language, waits: &WaitsNow) -> String {
    let share = waits.abandoned_share;
    share.map_or("–".to_owned(), |share| {
        language.with("word-share", &[("share", per_cent(share))])
    })
}

/// Which configuration is in force.
pub(crate) fn configuration(language: Language, configuration: &Configuration) -> String {
    let since = date_and_time(configuration.since_ms);
    let hash: String = configuration.hash.chars().take(8).collect();
    let about = [("since", since.into()), ("hash", hash.into())];
    language.with("word-configuration", &about)
}

/// That the files are not in force, and the first of what is wrong with them.
#[derive(Clone)]
pub(crate) struct NotInForce {
    pub(crate) what: String,
    /// Where, in words.
    pub(crate) place: Option<String>,
    /// What a reader of the file says, in English.
    pub(crate) technical: Option<String>,
    /// How many more there are.
    pub(crate) more: Option<String>,
}

/// That a reload changed nothing.
pub(crate) fn reload_failed(language: Language, failed: &FailedReload, since: UtcMs) -> NotInForce {
    let (at, since) = (date_and_time(failed.at_ms), date_and_time(since));
    let about = [("at", at.into()), ("since", since.into())];
    let first = failed.faults.first();
    let (place, technical) = first.map_or((None, None), |fault| {
        let (place, what) = place_and_rest(language, fault);
        (place, Some(what.to_owned()))
    });
    let others = failed.faults.len().saturating_sub(1);
    let more = (others > 0).then(|| language.with("word-and-others", &[("n", others.into())]));
    NotInForce {
        what: language.with("word-reload-failed", &about),
        place,
        technical,
        more,
    }
}

/// What begins with a place in a file: the place in words, and the rest.
pub(crate) fn place_and_rest(language: Language, sentence: &str) -> (Option<String>, &str) {
    match sentence.split_once(": ") {
        Some((place, rest)) if !place.contains(' ') => (Some(place_in_file(language, place)), rest),
        Some(_) | None => (None, sentence),
    }
}

/// `cuptel.toml:7:3` in words.
pub(crate) fn place_in_file(language: Language, place: &str) -> String {
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next(), parts.next(), parts.next());
    let number = |part: Option<&str>| part.and_then(|it| it.parse::<u32>().ok());
    match (file, number(line), number(column)) {
        (Some(file), Some(line), Some(column)) => language.with(
            "word-place-in-file",
            &[
                ("file", file.into()),
                ("line", line.into()),
                ("column", column.into()),
            ],
        ),
        _ => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_span_has_one_unit_or_two() {
        let said = [-1, 59_999, 60_000, 3_660_000, 86_400_000 * 3]
            .map(|ms| short_span(Language::Italian, ms));
        assert_eq!(said, ["0 s", "59 s", "1 min", "1 h 1", "3 g"]);
    }

    #[test]
    fn a_span_is_said_with_its_singular() {
        for (ms, said) in [
            (-5, "0 secondi"),
            (1_999, "1 secondo"),
            (59_000, "59 secondi"),
            (60_000, "1 minuto"),
            (3_599_000, "59 minuti"),
            (3_600_000, "1 ora"),
            (3_600_000 * 3 + 300_000, "3 ore e 5 min"),
            (86_400_000, "1 giorno"),
            (86_400_000 * 9, "9 giorni"),
        ] {
            assert_eq!(span(Language::Italian, ms), said);
        }
    }

    #[test]
    fn callbacks_outside_the_contact_window_say_until_when() {
        const AT_MS: i64 = 1_795_450_000_000;
        let mut queue = QueueNow {
            callbacks_open: 3,
            callbacks_ready: 2,
            callbacks_from_ms: Some(AT_MS + 3 * HOUR_S * 1_000),
            ..QueueNow::default()
        };
        assert_eq!(
            ready(Language::Italian, &queue, AT_MS),
            "nessuna fino alle 20:06"
        );
        queue.callbacks_from_ms = Some(AT_MS + DAY_S * 1_000);
        assert_eq!(
            ready(Language::Italian, &queue, AT_MS),
            "nessuna fino al 24/11/2026 alle 17:06"
        );
        queue.callbacks_from_ms = None;
        assert_eq!(ready(Language::Italian, &queue, AT_MS), "2");
        queue.callbacks_open = 0;
        queue.callbacks_ready = 0;
        queue.callbacks_from_ms = Some(AT_MS + DAY_S * 1_000);
        assert_eq!(
            ready(Language::Italian, &queue, AT_MS),
            "0",
            "nobody is owed anything"
        );
    }

    #[test]
    fn another_day_is_said_with_its_date() {
        // 2026-11-23 18:38 and 2026-11-22 23:30 in Rome.
        let (now, yesterday) = (1_795_455_480_000, 1_795_386_600_000);
        assert_eq!(since(Language::Italian, now, now), "dalle 18:38");
        assert_eq!(
            since(Language::Italian, yesterday, now),
            "dal 22/11/2026 alle 23:30"
        );
    }
}
