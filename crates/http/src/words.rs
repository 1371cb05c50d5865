//! What the pages say, in Italian as an operator would say it. Times are those of Rome.

use cuptel_core::calendar::{Zone, local_text};
use cuptel_core::snapshot::{
    DriftNow, QueueNow, SeatNow, SiteNow, Snapshot, StopNow, WaitNow, WaitsNow,
};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{
    Button, CampaignState, Chosen, Degraded, Drift, NeedKind, PriorityClass, WorkState,
};

use crate::port::{Configuration, FailedReload};

const ROME: Zone = Zone::Europe__Rome;
const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// `1 chiamata`, `3 chiamate`.
pub(crate) fn count(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What who calls now has to expect: nine of ten waits are within it.
pub(crate) fn wait(wait: Option<WaitNow>) -> String {
    match wait {
        None => "nessuno può servire".to_owned(),
        Some(WaitNow { high_s: 0, .. }) => "nessuna".to_owned(),
        Some(wait) => format!("fino a {}", span(i64::from(wait.high_s) * 1_000)),
    }
}

/// Callbacks that could be made now, and what they give way to: the hours in which nobody is rung,
/// or those who ring in.
pub(crate) fn ready(queue: &QueueNow, now: UtcMs) -> String {
    if let (1.., Some(from_ms)) = (queue.callbacks_open, queue.callbacks_from_ms) {
        return format!("nessuna fino {}", to(from_ms, now));
    }
    match (queue.callbacks_ready, queue.callbacks_held) {
        (0, _) | (_, false) => queue.callbacks_ready.to_string(),
        (ready, true) => format!("{ready}, dopo chi chiama"),
    }
}

/// Tasks that are not done, and when the first is to be.
pub(crate) fn tasks(queue: &QueueNow, now: UtcMs) -> String {
    match (queue.tasks_open, queue.tasks_due_ms) {
        (0, _) | (_, None) => queue.tasks_open.to_string(),
        (open, Some(due)) if due <= now => {
            format!("{open}, ▲ la prima scaduta da {}", span(now - due))
        }
        (open, Some(due)) => format!("{open}, la prima scade tra {}", span(due - now)),
    }
}

/// A stretch of time as one says it.
pub(crate) fn span(ms: i64) -> String {
    let s = ms.max(0) / 1_000;
    let unit = |n: i64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    if s < MINUTE_S {
        unit(s, "secondo", "secondi")
    } else if s < HOUR_S {
        unit(s / MINUTE_S, "minuto", "minuti")
    } else if s < DAY_S {
        let hours = unit(s / HOUR_S, "ora", "ore");
        match s % HOUR_S / MINUTE_S {
            0 => hours,
            minutes => format!("{hours} e {minutes} min"),
        }
    } else {
        unit(s / DAY_S, "giorno", "giorni")
    }
}

/// `dalle 14:32`, or with the date where that is another day than `now`.
pub(crate) fn since(at: UtcMs, now: UtcMs) -> String {
    moment(at, now, ("dalle", "dal"))
}

/// `alle 14:32`, or with the date where that is another day than `now`.
fn to(at: UtcMs, now: UtcMs) -> String {
    moment(at, now, ("alle", "al"))
}

fn moment(at: UtcMs, now: UtcMs, (hour, date): (&str, &str)) -> String {
    let (at, now) = (local_text(at, ROME), local_text(now, ROME));
    match (at.split_once(' '), now.split_once(' ')) {
        (Some((day, time)), Some((today, _))) if day == today => format!("{hour} {time}"),
        (Some((day, time)), _) => format!("{date} {day} alle {time}"),
        (None, _) => at,
    }
}

/// Date and time of the page.
pub(crate) fn date_and_time(at: UtcMs) -> String {
    local_text(at, ROME)
}

/// A shape and a word for what a seat does; never a colour alone.
pub(crate) fn seat_state(seat: &SeatNow) -> (&'static str, String) {
    let said = |shape, word: &str| (shape, word.to_owned());
    match (seat.chosen, seat.work) {
        (Chosen::SignedOut, WorkState::Idle) => said("–", "nessuno in servizio"),
        (Chosen::Paused, WorkState::Idle) => match &seat.pause_reason {
            Some(reason) => said("‖", &format!("in pausa ({reason})")),
            None => said("‖", "in pausa"),
        },
        (Chosen::FrontOffice, WorkState::Idle) => said("□", "allo sportello"),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) if seat.site_out => said("✕", "sede isolata"),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) if !seat.reachable => said("✕", "telefono non collegato"),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) if seat.task.is_some() => said("○", "libera, le è proposta un’attività"),
        (
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
            WorkState::Idle,
        ) => said("○", "libera"),
        (Chosen::Paused, WorkState::NotResponding) => match &seat.pause_reason {
            Some(reason) => said("‖", &format!("in pausa ({reason})")),
            None => said("‖", "in pausa"),
        },
        (Chosen::FrontOffice, WorkState::NotResponding) => said("□", "allo sportello"),
        (_, WorkState::Preview) => said("◔", "legge chi richiamare"),
        (_, WorkState::Reserved | WorkState::Ringing) => said("△", "squilla"),
        (_, WorkState::Talking) if seat.callback => said("●", "richiama una persona"),
        (_, WorkState::Talking) => said("●", "in conversazione"),
        (_, WorkState::OnHold) => said("◐", "chiamata in attesa"),
        (_, WorkState::WrapUp) => said("◇", "dopo la chiamata"),
        (_, WorkState::AtTask) => said("◆", "svolge un’attività"),
        (_, WorkState::NotResponding) => said("✕", "non risponde"),
    }
}

/// How long something takes, where there is room for a figure and no more.
pub(crate) fn short_span(ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h {}", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} g", seconds / 86_400),
    }
}

/// What is said of the person at a seat of whom nothing is known.
pub(crate) fn nobody(work: WorkState) -> &'static str {
    match work {
        WorkState::Idle | WorkState::AtTask | WorkState::NotResponding => "Nessuno, adesso.",
        WorkState::Preview
        | WorkState::Reserved
        | WorkState::Ringing
        | WorkState::Talking
        | WorkState::OnHold
        | WorkState::WrapUp => "Nessuna questione aperta a questo numero.",
    }
}

/// What kind of debt it is, to its operator.
pub(crate) fn need_kind(kind: NeedKind) -> &'static str {
    match kind {
        NeedKind::Missed => "chiamata persa",
        NeedKind::Requested => "richiamata chiesta",
        NeedKind::Interrupted => "conversazione caduta",
        NeedKind::TakenInCharge => "presa in carico",
        NeedKind::Recall => "campagna",
        NeedKind::Reminder => "promemoria",
        NeedKind::Manual => "chiamata inserita a mano",
    }
}

/// What the operator of a seat has chosen for later.
pub(crate) fn afterwards(chosen: Chosen) -> &'static str {
    match chosen {
        Chosen::OneMoreThenPause => ", poi pausa",
        Chosen::OneMoreThenSignOut => ", poi fine turno",
        Chosen::SignedOut | Chosen::Available | Chosen::Paused | Chosen::FrontOffice => "",
    }
}

/// What does not work and what that means. What to do stands in `/health/ready` and the manual.
pub(crate) fn degraded(mode: Degraded) -> String {
    let aside = "chi chiama trova risposta ed è registrato a parte, le richiamate e gli inoltri agli operatori sono sospesi";
    let what = match mode {
        Degraded::DatabaseSlow => {
            return "La base dati è lenta: per ora tutto funziona. Avvisa chi gestisce il sistema."
                .to_owned();
        }
        Degraded::DatabaseFailing => format!("la base dati rifiuta le scritture: {aside}"),
        Degraded::DatabaseStalled => format!("la base dati non risponde in tempo: {aside}"),
        Degraded::DatabaseGone => format!("la base dati non è raggiungibile: {aside}"),
        Degraded::DatabaseFull => format!("la base dati non ha più spazio: {aside}"),
        Degraded::DatabaseReadOnly => format!("la base dati è in sola lettura: {aside}"),
        Degraded::StorageDead => "nulla può essere registrato: il servizio si ferma".to_owned(),
        Degraded::MediaDead => {
            "manca la voce: chi chiama è registrato, rifiutato e sarà richiamato".to_owned()
        }
    };
    format!("Funzionamento ridotto: {what}. Avvisa chi gestisce il sistema.")
}

/// A site that is cut off.
pub(crate) fn site_out(site: &SiteNow, now: UtcMs) -> Option<String> {
    let since = since(site.out_since_ms?, now);
    let name = &site.name;
    Some(format!(
        "Sede {name} isolata {since}: le sue postazioni non contano, le chiamate vanno alle altre sedi."
    ))
}

/// What a stop button does.
pub(crate) fn stopped(button: Button) -> &'static str {
    match button {
        Button::Outgoing => "Chiamate in uscita fermate",
        Button::Closed => "Coda chiusa",
        Button::Opened => "Coda aperta a mano",
        Button::Emergency => "Messaggio di emergenza in onda",
    }
}

/// Where a campaign stands.
pub(crate) fn campaign_state(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Loading => "elenco in arrivo",
        CampaignState::Ready => "pronta, da avviare",
        CampaignState::Running => "in corso",
        CampaignState::Paused => "in pausa",
        CampaignState::Ended => "finita",
    }
}

/// A stop button that is pressed.
pub(crate) fn stop(stop: &StopNow, now: UtcMs) -> String {
    let of = match (&stop.tenant, &stop.queue) {
        (Some(tenant), Some(queue)) => format!("{queue}, {tenant}"),
        (Some(tenant), None) => tenant.clone(),
        (None, _) => "tutta la regione".to_owned(),
    };
    let by = stop.supervisor.as_ref();
    let by = by.map_or(String::new(), |name| format!(" da {name}"));
    let reason = stop.reason.as_ref();
    let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
    let until = stop.until_ms.map_or(String::new(), |at| {
        format!(" Fino al {}.", date_and_time(at))
    });
    let what = stopped(stop.button);
    let since = since(stop.since_ms, now);
    format!("■ {what} ({of}) {since}{by}{reason}.{until}")
}

/// Callers of an authority's queues for one class.
pub(crate) fn of_class(title: &str, class: PriorityClass) -> String {
    format!("{title}, classe {class}")
}

/// Health authorities that have drifted apart.
pub(crate) fn drift(drift: &DriftNow, look: &Snapshot) -> String {
    let title = |name: &String| {
        let mut tenants = look.tenants.iter();
        let title = tenants
            .find(|it| it.name == *name)
            .map_or(name, |it| &it.title);
        match drift.class {
            None => title.clone(),
            Some(class) => of_class(title, class),
        }
    };
    let (worst, best) = (title(&drift.worst), title(&drift.best));
    let since = since(drift.since_ms, look.at_ms);
    match drift.what {
        Drift::Waits => format!(
            "Le ASL non sono servite alla pari {since}: chi chiama {worst} aspetta molto più di chi chiama {best}."
        ),
        Drift::Abandoned => format!(
            "Le ASL non sono servite alla pari {since}: chi chiama {worst} rinuncia molto più spesso di chi chiama {best}."
        ),
    }
}

/// A count that must not fall below a bound.
pub(crate) fn at_least(count: u32, least: u32) -> String {
    match least {
        0 => count.to_string(),
        least => format!("{count} (almeno {least})"),
    }
}

/// A count with its cap, where there is one.
pub(crate) fn at_most(count: u32, most: Option<u32>) -> String {
    most.map_or(count.to_string(), |most| format!("{count} (al più {most})"))
}

/// How long nineteen of twenty waited, and how many that were.
pub(crate) fn waited(waits: &WaitsNow) -> String {
    let p95 = waits.wait_p95_s.map(|s| span(i64::from(s) * 1_000));
    p95.map_or("–".to_owned(), |p95| {
        format!("fino a {p95} ({})", waits.waits)
    })
}

/// Which part of them hung up.
pub(crate) fn hung_up(waits: &WaitsNow) -> String {
    let share = waits.abandoned_share;
    share.map_or("–".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

/// Which configuration is in force.
pub(crate) fn configuration(configuration: &Configuration) -> String {
    let since = date_and_time(configuration.since_ms);
    let hash: String = configuration.hash.chars().take(8).collect();
    format!("Configurazione in vigore dal {since}, impronta {hash}.")
}

/// A reload that failed, and what holds meanwhile.
pub(crate) fn reload_failed(failed: &FailedReload, since: UtcMs) -> String {
    let (at, since) = (date_and_time(failed.at_ms), date_and_time(since));
    let why = failed.faults.first().map_or("", String::as_str);
    let more = match failed.faults.len() {
        0 | 1 => String::new(),
        n => format!(" (e altri {})", n - 1),
    };
    format!(
        "La configurazione riletta il {at} non è valida: resta in vigore quella del {since}. {why}{more}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_span_has_one_unit_or_two() {
        let said = [-1, 59_999, 60_000, 3_660_000, 86_400_000 * 3].map(short_span);
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
            assert_eq!(span(ms), said);
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
        assert_eq!(ready(&queue, AT_MS), "nessuna fino alle 20:06");
        queue.callbacks_from_ms = Some(AT_MS + DAY_S * 1_000);
        assert_eq!(
            ready(&queue, AT_MS),
            "nessuna fino al 24/11/2026 alle 17:06"
        );
        queue.callbacks_from_ms = None;
        assert_eq!(ready(&queue, AT_MS), "2");
        queue.callbacks_open = 0;
        queue.callbacks_ready = 0;
        queue.callbacks_from_ms = Some(AT_MS + DAY_S * 1_000);
        assert_eq!(ready(&queue, AT_MS), "0", "nobody is owed anything");
    }

    #[test]
    fn another_day_is_said_with_its_date() {
        // 2026-11-23 18:38 and 2026-11-22 23:30 in Rome.
        let (now, yesterday) = (1_795_455_480_000, 1_795_386_600_000);
        assert_eq!(since(now, now), "dalle 18:38");
        assert_eq!(since(yesterday, now), "dal 22/11/2026 alle 23:30");
    }
}
