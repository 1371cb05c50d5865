//! How a form is answered, in Italian: what was done, or why it was not.

use cuptel_core::bulk::BulkError;
use cuptel_core::by_hand::ByHandError;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Chosen, Disposition, Mark};

use crate::error::ApiError;
use crate::port::Refusal;
use crate::words::{count, stopped};

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
