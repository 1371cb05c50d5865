//! What the pages say, in Italian as an operator would say it. Times are those of Rome.

use cuptel_core::bulk::BulkError;
use cuptel_core::by_hand::ByHandError;
use cuptel_core::calendar::{Zone, local_text};
use cuptel_core::snapshot::{
    DriftNow, QueueNow, SeatNow, SiteNow, Snapshot, StopNow, WaitNow, WaitsNow,
};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{
    Button, CampaignState, Chosen, Degraded, Disposition, Drift, Mark, NeedKind, PriorityClass,
    WorkState,
};

use crate::error::ApiError;
use crate::port::{Configuration, FailedReload, Refusal};

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
fn stopped(button: Button) -> &'static str {
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

fn chose(seat: &str, chosen: Chosen) -> String {
    match chosen {
        Chosen::SignedOut => format!("Postazione {seat}: servizio finito."),
        Chosen::Available => format!("Postazione {seat}: disponibile."),
        Chosen::OneMoreThenPause => {
            format!("Postazione {seat}: ancora una chiamata, poi pausa.")
        }
        Chosen::OneMoreThenSignOut => {
            format!("Postazione {seat}: ancora una chiamata, poi fine servizio.")
        }
        Chosen::Paused => format!("Postazione {seat}: in pausa."),
        Chosen::FrontOffice => format!("Postazione {seat}: allo sportello."),
    }
}

/// What a form has done.
pub(crate) fn done(command: &Command) -> String {
    match command {
        Command::SignIn { seat, operator, .. } => {
            format!("{operator} è in servizio alla postazione {seat}.")
        }
        Command::Choose { seat, chosen, .. } => chose(seat, *chosen),
        Command::Dispose {
            seat, disposition, ..
        } => {
            let result = match disposition {
                Disposition::Done => "questione risolta",
                Disposition::AnotherPerson => "era un’altra persona, la richiamata resta aperta",
                Disposition::Improper => "non riguardava questo servizio",
            };
            format!("Postazione {seat}: esito registrato, {result}.")
        }
        Command::AcceptCallback { seat, .. } => {
            format!("Postazione {seat}: la persona viene chiamata.")
        }
        Command::DeclineCallback { seat, .. } => {
            format!("Postazione {seat}: richiamata restituita, resta al suo posto.")
        }
        Command::ImportAttempts(calls) => format!("Importate {} chiamate.", calls.len()),
        Command::SetOperators(changes) => format!("Operatori cambiati: {}.", changes.len()),
        Command::RemoveOperator(name) => format!("{name} non lavora più qui."),
        Command::AssignCallback { operator, .. } => match operator {
            Some(operator) => format!("Richiamata affidata a {operator}."),
            None => "Richiamata di nuovo di tutti.".to_owned(),
        },
        Command::Campaign(_) => "Campagna: fatto.".to_owned(),
        Command::AddTasks(tasks) => format!("Attività aggiunte: {}.", tasks.len()),
        Command::AssignTask { operator, .. } => match operator {
            Some(operator) => format!("Attività affidata a {operator}."),
            None => "Attività di nuovo di tutti.".to_owned(),
        },
        Command::AcceptTask { seat, .. } => format!("Postazione {seat}: attività iniziata."),
        Command::FinishTask(_) => "Attività finita.".to_owned(),
        Command::HandBackTask(_) => "Attività restituita.".to_owned(),
        Command::WithdrawTask(_) => "Attività ritirata.".to_owned(),
        Command::SiteOut { site, .. } => {
            format!("Sede {site}: isolata, le chiamate vanno altrove.")
        }
        Command::SiteResumes { site } => format!("Sede {site}: di nuovo collegata."),
        Command::Bulk(_) => "Operazione in blocco iniziata.".to_owned(),
        Command::UndoBulk { .. } => "Operazione in blocco annullata.".to_owned(),
        Command::AddCallback(_) => "Richiamata presa in carico.".to_owned(),
        Command::CheckCallback { .. } => "Richiamata controllata.".to_owned(),
        Command::CloseCallback(_) => "Richiamata chiusa.".to_owned(),
        Command::Acknowledge { .. } => "Richiamata rivista.".to_owned(),
        Command::CallAfterAll { .. } => "Richiamata riaperta.".to_owned(),
        Command::PressStop { told, .. } => format!("{}.", stopped(told.button)),
        Command::ReleaseStop { told, .. } => {
            format!("{}: di nuovo come sempre.", stopped(told.button))
        }
        Command::MarkNumbers { lines, .. } => format!("Numeri registrati: {}.", lines.len()),
        Command::MarkNumber { told, .. } => match told.mark {
            Mark::DoNotCall => "Numero da non richiamare: registrato.".to_owned(),
            Mark::Shared => "Numero condiviso da più persone: registrato.".to_owned(),
        },
        Command::ReleaseMark { .. } => "Numero di nuovo come gli altri.".to_owned(),
        Command::SetProfile { operator, .. } => format!("Profilo di {operator} registrato."),
        Command::SetSeats(changes) => format!("Postazioni cambiate: {}.", changes.len()),
        Command::RemoveSeat(seat) => format!("La postazione {seat} non c’è più."),
        Command::Stop { .. } => "Il centro si sta fermando.".to_owned(),
    }
}

/// Why a form has done nothing: what happened, what was kept, what to do.
pub(crate) fn refused(error: &ApiError) -> String {
    let why = match error {
        ApiError::Refused(Refusal::Refused(refused)) => refused_by_rules(refused),
        ApiError::Refused(Refusal::Busy) => {
            "Il centro è molto occupato: riprova tra qualche secondo.".to_owned()
        }
        ApiError::Refused(Refusal::Gone) => "Il centro è fermo.".to_owned(),
        ApiError::Meaningless { .. } | ApiError::Malformed { .. } => {
            "Un campo è vuoto o troppo lungo: correggilo e riprova.".to_owned()
        }
        ApiError::Forbidden(_) => "Non è tra le cose che puoi fare.".to_owned(),
        ApiError::PasswordFirst => "Prima scegli una tua password.".to_owned(),
        ApiError::NameTaken { .. } => "Questo nome c’è già: scegline un altro.".to_owned(),
        ApiError::Unauthorised
        | ApiError::TooManyWrong { .. }
        | ApiError::CrossSite
        | ApiError::NoSuchPath
        | ApiError::WrongMethod
        | ApiError::NotFound { .. }
        | ApiError::WrongType
        | ApiError::TooLarge
        | ApiError::NotReloaded(_)
        | ApiError::TooSlow
        | ApiError::StreamsFull
        | ApiError::Store(_)
        | ApiError::NoRandom(_)
        | ApiError::Digest(_)
        | ApiError::Template(_) => "Qualcosa non ha funzionato: riprova.".to_owned(),
    };
    format!("{why} Nulla è stato cambiato.")
}

fn not_in_bulk(refused: &BulkError) -> String {
    match refused {
        BulkError::AtWork(_) => "Un’altra operazione in blocco è in corso.".to_owned(),
        BulkError::KeyUsed(id) => {
            format!("Con questa chiave è stata chiesta un’altra operazione in blocco, la {id}.")
        }
        BulkError::NoTime => "Manca fino a quando rinviare.".to_owned(),
        BulkError::NotStored => "La base dati non risponde: niente in blocco, per ora.".to_owned(),
        BulkError::NoReason => "Manca il motivo.".to_owned(),
    }
}

const NAMES_NUMBER: &str =
    "La richiamata non è stata restituita: nel motivo non va scritto un numero di telefono.";
const NOT_OFFERED: &str = "Questa richiamata non è più proposta alla postazione.";
const NO_NEED_THERE: &str =
    "Una delle questioni mostrate non è più aperta: guarda la pagina aggiornata.";
const NEED_SAID_TWICE: &str = "Una questione non si può chiudere e tenere aperta insieme.";

/// Which reasons may be given; any, where none are known.
fn reasons(what: &str, known: &[String]) -> String {
    if known.is_empty() {
        format!("{what}: scrivine uno.")
    } else {
        format!("{what}: scegli uno di questi: {}.", known.join(", "))
    }
}

fn refused_by_rules(refused: &CommandError) -> String {
    match refused {
        CommandError::NoSeat(seat) => format!("La postazione {seat} non esiste."),
        CommandError::NoOperator(operator) => format!("L’operatore {operator} non esiste."),
        CommandError::SeatTaken { seat } => {
            format!(
                "Alla postazione {seat} lavora un’altra persona: prima deve finire il suo servizio."
            )
        }
        CommandError::OperatorElsewhere { operator, seat } => {
            format!("{operator} è già in servizio alla postazione {seat}: prima finisca lì.")
        }
        CommandError::LacksSkill { operator, queue } => {
            format!("{operator} non ha le competenze che la coda {queue} richiede.")
        }
        CommandError::NoTenant(tenant) => format!("L’ASL {tenant} non esiste."),
        CommandError::NoQueue(queue) => format!("La coda {queue} non esiste."),
        CommandError::SeveralQueues(queue) => {
            format!("Più ASL hanno una coda {queue}: indica di quale ASL.")
        }
        CommandError::NoSuchButton(..) => "Questo pulsante non esiste.".to_owned(),
        CommandError::NoMessage { name, .. } => format!("Il messaggio {name} non esiste."),
        CommandError::MessageTwice | CommandError::NotSpoken => "Un solo messaggio.".to_owned(),
        CommandError::TooLong(most) => format!("Il messaggio dura più di {most} secondi."),
        CommandError::NotUnseen(id) => format!("La richiamata {id} non è tra quelle da rivedere."),
        CommandError::NoNumber(id) => format!("La richiamata {id} non ha più un numero."),
        CommandError::ByHand(refused) => not_by_hand(refused),
        CommandError::Campaign(_) => "La campagna non lo permette adesso.".to_owned(),
        CommandError::Bulk(refused) => not_in_bulk(refused),
        CommandError::NotPressed(_) => "Questo pulsante non è premuto.".to_owned(),
        CommandError::NotMarked(_) => "Questo numero non è in elenco.".to_owned(),
        CommandError::TooManyMarks(most) => format!("In elenco ci sono già {most} numeri."),
        CommandError::MarkIsOver | CommandError::StopIsOver => {
            "La fine indicata è già passata.".to_owned()
        }
        CommandError::NoSite(site) => format!("La sede {site} non esiste."),
        CommandError::SiteNotOut(site) => format!("La sede {site} non è isolata."),
        CommandError::NoCallback(id) => format!("La richiamata {id} non esiste o è chiusa."),
        CommandError::NoTask(id) => format!("L’attività {id} non esiste o è chiusa."),
        CommandError::TaskNotOffered { task, seat } => {
            format!("L’attività {task} non è proposta alla postazione {seat}.")
        }
        CommandError::TaskNotAtWork(id) => format!("Nessuno sta svolgendo l’attività {id}."),
        CommandError::TaskAtWork(id) => format!("L’attività {id} è in corso: va restituita prima."),
        CommandError::TooManyTasks(most) => format!("Ci sarebbero più di {most} attività."),
        CommandError::NoLine(line) => format!("Nessun dialplan risponde al {line}."),
        CommandError::PauseReason { known, .. } => reasons("Motivo della pausa", known),
        CommandError::DeclineReason { known, .. } => {
            reasons("Motivo per restituire la richiamata", known)
        }
        CommandError::DeclineNamesNumber => NAMES_NUMBER.to_owned(),
        CommandError::NoCallbackOffered(_) => NOT_OFFERED.to_owned(),
        CommandError::ShiftIsOver => "La fine del turno è già passata.".to_owned(),
        CommandError::NotTaken(faults) => {
            let many = u32::try_from(faults.len()).unwrap_or(u32::MAX);
            let count = count(many, "voce", "voci");
            format!("L’elenco ha {count} da correggere.")
        }
        CommandError::NobodyThere(seat) => {
            format!("Alla postazione {seat} non c’è nessuno in servizio: prima entra in servizio.")
        }
        CommandError::NoConversation(seat) => {
            format!("La postazione {seat} non ha una conversazione di cui dare l’esito.")
        }
        CommandError::NoNeedThere { .. } => NO_NEED_THERE.to_owned(),
        CommandError::NeedSaidTwice(_) => NEED_SAID_TWICE.to_owned(),
        CommandError::StillNeeded(_) => {
            "Una coda o un’ASL che la configurazione toglie serve ancora.".to_owned()
        }
        CommandError::Stopping => "Il centro si sta fermando.".to_owned(),
    }
}

fn not_by_hand(refused: &ByHandError) -> String {
    match refused {
        ByHandError::OpenAlready(id) => format!("È già aperta la richiamata {id}."),
        ByHandError::KeyUsed(id) => {
            format!("Con questa chiave è stata aperta un’altra richiamata, la {id}.")
        }
        ByHandError::Marked(Mark::DoNotCall) => "Questo numero non va chiamato.".to_owned(),
        ByHandError::Marked(Mark::Shared) => {
            "Da questo numero chiamano in molti: chiedine un altro.".to_owned()
        }
        ByHandError::NotCallable(_) => "A questo numero non si può richiamare.".to_owned(),
        ByHandError::NoDeadline => "Manca la classe di priorità o la scadenza.".to_owned(),
        ByHandError::DeadlineTooSoon => {
            "La scadenza passa prima che si possa richiamare.".to_owned()
        }
        ByHandError::NoteTooLong => "La nota è troppo lunga.".to_owned(),
        ByHandError::TooMany(most) => {
            format!("Ci sarebbero più di {most} prese in carico aperte.")
        }
        ByHandError::AtWork { callback, .. } => {
            format!("La richiamata {callback} è in corso: si può chiudere dopo.")
        }
        ByHandError::NoNeed { callback, need } => {
            format!("La richiamata {callback} non ha la richiesta aperta {need}.")
        }
    }
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
