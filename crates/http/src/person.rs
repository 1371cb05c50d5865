//! Whoever a seat has to do with, in the order in which one would say it aloud: who, for which service,
//! how long they waited, what came before. Their whole number and their past are shown to who speaks with
//! them alone, and each such look is written down.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::at_seat::PersonNow;
use cuptel_core::id::CallbackId;
use cuptel_core::number::PhoneNumber;
use cuptel_core::own_result::{OwnResultNow, ResultCode};
use cuptel_core::snapshot::{SeatNow, Snapshot};
use cuptel_core::words::{Disposition, Meaning, WorkState};
use cuptel_store::ContactView;

use crate::access::{Caller, Onlooker, Sight};
use crate::actions::{Asked, Nothing, path_of};
use crate::board::{Cell, cell};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::seat_line::state_of;
use crate::session::Notice;
use crate::texts::Language;
use crate::{calling, following, passed, words};

/// What a look at a person's past goes by in the log of access, and a look at the whole number.
const LOOK_AT_PAST: &str = "look_at_contacts";
pub(crate) const LOOK_AT_NUMBER: &str = "look_at_number";
/// Whose whole number somebody else's caller is.
pub(crate) const OF_ANOTHER: &str = "who works there, and those of the authority that was called";
/// Past conversations, and calls of the case that is open, that are shown.
const CONTACTS_MAX: u32 = 5;
/// Looks remembered, so that a page that is loaded again is no other look.
const LOOKS_MAX: usize = 2_048;

/// The looks at somebody's past that were written down.
#[derive(Default)]
pub(crate) struct Looked(Mutex<VecDeque<(String, i64)>>);

impl Looked {
    fn has(&self, who: &str, work: i64) -> bool {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(own, id): &(String, i64)| (own.as_str(), *id) == (who, work);
        looks.iter().any(is_it)
    }

    fn remember(&self, who: &str, work: i64) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= LOOKS_MAX {
            looks.pop_front();
        }
        looks.push_back((who.to_owned(), work));
    }
}

/// How long something lasted, in whole units that one would say.
pub(crate) fn lasting(language: Language, ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let said = |id: &str, n: i64| language.with(id, &[("n", n.into())]);
    match (hours, minutes) {
        (0, 0) => said("console-seconds", seconds),
        (0, _) => said("console-minutes", minutes),
        (_, 0) => said("console-hours", hours),
        (_, _) => format!(
            "{} {}",
            said("console-hours", hours),
            said("console-minutes", minutes)
        ),
    }
}

/// For which service of which authority a seat works, as people call both.
fn service(look: &Snapshot, seat: &SeatNow) -> Vec<String> {
    service_of(look, seat.queue.as_ref(), seat.tenant.as_ref())
}

/// A service of an authority, as people call both.
pub(crate) fn service_of(
    look: &Snapshot,
    queue: Option<&String>,
    tenant: Option<&String>,
) -> Vec<String> {
    let (Some(queue), Some(tenant)) = (queue, tenant) else {
        return Vec::new();
    };
    let mut queues = look.queues.iter();
    let title = queues.find(|it| it.tenant == *tenant && it.name == *queue);
    let mut tenants = look.tenants.iter();
    let of = tenants.find(|it| it.name == *tenant);
    vec![
        title.map_or(queue, |it| &it.title).clone(),
        of.map_or(tenant, |it| &it.title).clone(),
    ]
}

/// Who it is, in a line; empty where there is nobody.
fn who(language: Language, look: &Snapshot, seat: &SeatNow) -> String {
    let Some(person) = &seat.person else {
        return String::new();
    };
    let number = person.number.clone();
    let unknown = match seat.work {
        WorkState::WrapUp => "console-person-was",
        WorkState::Idle
        | WorkState::Preview
        | WorkState::Reserved
        | WorkState::Ringing
        | WorkState::Talking
        | WorkState::OnHold
        | WorkState::AtTask
        | WorkState::NotResponding => "console-person-withheld",
    };
    let mut whom = number.unwrap_or_else(|| language.say(unknown));
    if seat.callback && following::rings(seat) {
        whom = language.with("console-person-callback", &[("whom", whom.into())]);
    }
    let mut parts = vec![whom];
    parts.extend(service(look, seat));
    parts.join(", ")
}

/// How long they wait or waited, and what is particular about the call, a line each.
fn waited(language: Language, seat: &SeatNow, at_ms: i64) -> String {
    let Some(person) = &seat.person else {
        return String::new();
    };
    let mut lines = Vec::new();
    lines.extend(wait_of(language, person, at_ms));
    if person.returned {
        lines.push(language.say("console-returned"));
    }
    if person.another_person {
        lines.push(language.say("console-another-person"));
    }
    lines.join("\n")
}

/// How long they wait or waited: in all, and since they were given on where they were.
fn wait_of(language: Language, person: &PersonNow, at_ms: i64) -> Option<String> {
    let until_ms = person.answered_ms.unwrap_or(at_ms);
    let since_ms = person.waits_since_ms;
    let is_over = person.answered_ms.is_some();
    let Some(passed) = &person.passed else {
        let time = lasting(language, until_ms - since_ms?);
        let id = if is_over {
            "console-waited"
        } else {
            "console-waits"
        };
        return Some(language.with(id, &[("time", time.into())]));
    };
    let anew = since_ms.filter(|since_ms| *since_ms >= passed.at_ms);
    let anew_ms = anew.map_or(0, |since_ms| (until_ms - since_ms).max(0));
    let total = lasting(language, passed.waited_ms + anew_ms);
    if anew.is_none() {
        return Some(language.with("console-waited", &[("time", total.into())]));
    }
    let time = lasting(language, anew_ms);
    let id = if is_over {
        "console-waited-passed"
    } else {
        "console-waits-passed"
    };
    let about = [("time", time.into()), ("total", total.into())];
    Some(language.with(id, &about))
}

/// What time there is left after a conversation.
fn clock(language: Language, seat: &SeatNow, at_ms: i64) -> String {
    let Some(until_ms) = seat.result.as_ref().and_then(|result| result.until_ms) else {
        return String::new();
    };
    let left = lasting(language, until_ms - at_ms);
    language.with("console-wrap-up-left", &[("time", left.into())])
}

/// A result that was told: the centre's own word for it, else what the rules know it by. A word that is
/// not in the configuration any more stands as its code.
pub(crate) fn told(
    language: Language,
    own: &[OwnResultNow],
    (result, code): (Disposition, Option<&str>),
) -> String {
    let found = code.and_then(|code| own.iter().find(|own| own.code.as_str() == code));
    if let Some(own) = found {
        return format!("{} ({})", own.name(language), meaning(language, own.means));
    }
    let known = language.say(match result {
        Disposition::Done => "console-told-done",
        Disposition::AnotherPerson => "console-told-another-person",
        Disposition::Improper => "console-told-improper",
    });
    match code {
        Some(code) => format!("{code} ({known})"),
        None => known,
    }
}

/// What results of the centre's own are called on a page.
pub(crate) trait Named {
    /// In that language.
    fn name(&self, language: Language) -> &str;
}

impl Named for OwnResultNow {
    fn name(&self, language: Language) -> &str {
        match language {
            Language::Italian => &self.it,
            Language::English => &self.en,
        }
    }
}

/// The centre's own results of the conversation at a seat: code, and what it is called.
pub(crate) fn own_results(
    language: Language,
    look: &Snapshot,
    seat: &SeatNow,
) -> Vec<(String, String)> {
    let is_of = |own: &&OwnResultNow| {
        (own.tenant.is_none() || own.tenant == seat.tenant)
            && (own.queue.is_none() || own.queue == seat.queue)
    };
    let fitting = look.own_results.iter().filter(is_of);
    let choice = |own: &OwnResultNow| {
        let means = meaning(language, own.means);
        let name = format!("{} ({means})", own.name(language));
        (own.code.to_string(), name)
    };
    fitting.map(choice).collect()
}

/// What a result of the centre's own means for what the person is owed.
pub(crate) fn meaning(language: Language, means: Meaning) -> String {
    language.say(match means {
        Meaning::Settled => "admin-means-settled",
        Meaning::CallAgain => "admin-means-call-again",
        Meaning::TakenInCharge => "admin-means-in-charge",
        Meaning::AnotherPerson => "admin-means-another-person",
        Meaning::Improper => "admin-means-improper",
    })
}

/// What the page of a seat says beside the line of the board, each with its element.
#[derive(Debug)]
pub(crate) struct AtSeat {
    pub(crate) who: Cell,
    pub(crate) waited: Cell,
    pub(crate) clock: Cell,
    /// What the seat does, as a word for the script: whether its operator talks.
    pub(crate) work: Cell,
    /// Which person that is, for the script.
    pub(crate) person: Cell,
    /// Which colleague gave them on, or asks.
    pub(crate) passed: Cell,
    /// Who waits, by queue.
    pub(crate) queues: Cell,
    /// The title of its page.
    pub(crate) title: Cell,
    /// What its operator hears on every other page, while somebody rings.
    pub(crate) ring: Cell,
    /// Which seats are free to be asked, a line each, for the script.
    pub(crate) free: Cell,
    /// The result that was told.
    pub(crate) told: Option<String>,
}

impl AtSeat {
    pub(crate) fn of(language: Language, look: &Snapshot, seat: &SeatNow, sight: Sight) -> Self {
        let at = look.at_ms;
        let shown = |text: String| match sight {
            Sight::Own | Sight::Full => text,
            Sight::Masked => String::new(),
        };
        let who = shown(who(language, look, seat));
        let passed = shown(passed::told(language, look, seat));
        Self {
            person: cell("seat-person", shown(following::person_key(seat))),
            queues: cell("waiting-queues", following::queues(language, look, seat)),
            title: cell("seat-title", title(language, look, seat, sight)),
            ring: cell("strip-ring", ring(language, seat, [&who, &passed])),
            free: cell("free-seats", shown(calling::free_lines(seat, look))),
            passed: cell("person-passed", passed),
            who: cell("person-who", who),
            waited: cell("person-waited", shown(waited(language, seat, at))),
            clock: cell("seat-clock", clock(language, seat, at)),
            work: cell("seat-work", seat.work.as_str()),
            told: seat.result.as_ref().and_then(|result| {
                let code = result.code.as_ref().map(ResultCode::as_str);
                let told = told(language, &look.own_results, (result.told?, code));
                Some(match stays_open(seat) {
                    0 => told,
                    n => {
                        let open = language.with("console-told-open", &[("n", n.into())]);
                        format!("{told}; {open}")
                    }
                })
            }),
        }
    }

    pub(crate) fn texts(&self) -> [(&str, &str); 10] {
        [
            &self.who,
            &self.waited,
            &self.clock,
            &self.work,
            &self.person,
            &self.passed,
            &self.queues,
            &self.title,
            &self.ring,
            &self.free,
        ]
        .map(|cell| (cell.id.as_str(), cell.text.as_str()))
    }
}

/// How much of what is owed stays so, once the conversation is over.
fn stays_open(seat: &SeatNow) -> usize {
    if seat.work != WorkState::WrapUp {
        return 0;
    }
    let needs = seat.owed.iter().flat_map(|owed| &owed.needs);
    needs.filter(|need| !need.closes).count()
}

/// The title of a seat's page: what it does comes first, as it is what a narrow tab shows.
fn title(language: Language, look: &Snapshot, seat: &SeatNow, sight: Sight) -> String {
    let (_, state) = state_of(language, look, seat, sight);
    let about = [("state", state.into()), ("seat", seat.name.as_str().into())];
    language.with("console-title", &about)
}

/// What there is to hear while somebody rings; empty otherwise.
fn ring(language: Language, seat: &SeatNow, said: [&str; 2]) -> String {
    if !following::rings(seat) {
        return String::new();
    }
    let of_seat = [("seat", seat.name.as_str().into())];
    let mut parts = vec![language.with("console-strip-rings", &of_seat)];
    let lines = said.iter().flat_map(|text| text.lines());
    parts.extend(lines.map(str::to_owned));
    parts.join(" ")
}

/// One thing that was before, in a line.
#[derive(Debug)]
pub(crate) struct Contact {
    pub(crate) at: String,
    pub(crate) what: String,
}

/// Whether the work at a seat is with somebody whose past matters to its operator.
fn speaks(seat: &SeatNow) -> bool {
    match seat.work {
        WorkState::Preview
        | WorkState::Ringing
        | WorkState::Talking
        | WorkState::OnHold
        | WorkState::WrapUp => seat.person.is_some(),
        WorkState::Idle | WorkState::Reserved | WorkState::AtTask | WorkState::NotResponding => {
            false
        }
    }
}

impl SharedParts {
    /// The whole number of whoever a seat has to do with; none where there is nobody, or it was withheld.
    pub(crate) async fn number_at(&self, seat: &SeatNow) -> Result<Option<PhoneNumber>, ApiError> {
        if let Some(attempt) = seat.person.as_ref().and_then(|person| person.attempt) {
            return Ok(self.store.number_of_attempt(attempt).await?);
        }
        let Some(callback) = seat.owed.as_ref().map(|owed| owed.callback) else {
            return Ok(None);
        };
        let found = self.store.number_of_callback(callback).await?;
        Ok(found.and_then(|(_, number)| number))
    }

    /// What was before with whoever a seat speaks with, for who works there; the look is written down.
    pub(crate) async fn contacts_at(&self, onlooker: &Onlooker, seat: &SeatNow) -> Vec<Contact> {
        match self.contacts_written_down(onlooker, seat).await {
            Ok(contacts) => contacts,
            Err(error) => {
                // The page is for the call that goes on, with or without the past.
                let status = error.status().as_u16();
                tracing::warn!(status, "no earlier contacts for a page");
                Vec::new()
            }
        }
    }

    async fn contacts_written_down(
        &self,
        onlooker: &Onlooker,
        seat: &SeatNow,
    ) -> Result<Vec<Contact>, ApiError> {
        let caller = onlooker.caller.as_ref();
        let caller = caller.filter(|_| onlooker.sight_of(Some(seat)) == Sight::Own);
        let (Some(caller), true) = (caller, speaks(seat)) else {
            return Ok(Vec::new());
        };
        let Some(number) = self.number_at(seat).await? else {
            return Ok(Vec::new());
        };
        let language = onlooker.language;
        let owed = seat.owed.as_ref();
        let tenant = seat.tenant.clone();
        let tenant = tenant.or_else(|| Some(owed?.needs.first()?.tenant.clone()));
        let look = self.engine.snapshot();
        let own = &look.own_results;
        let mut contacts = match tenant {
            Some(tenant) => self.store.contacts(&number, &tenant, CONTACTS_MAX).await?,
            None => Vec::new(),
        }
        .into_iter()
        .map(|contact| (contact.started_ms, spoke(language, own, &contact)))
        .collect::<Vec<_>>();
        if let Some(owed) = owed {
            contacts.extend(self.tried(language, owed.callback).await?);
        }
        contacts.sort_by_key(|(at_ms, _)| std::cmp::Reverse(*at_ms));
        if contacts.is_empty() {
            return Ok(Vec::new());
        }
        let attempt = seat.person.as_ref().and_then(|person| person.attempt);
        let work = attempt.map(|id| id.0).or(owed.map(|owed| owed.callback.0));
        let work = work.unwrap_or_default();
        if !self.looked.has(caller.name(), work) {
            let about = work.to_string();
            caller.logged(self, LOOK_AT_PAST, Some(&about)).await?;
            self.looked.remember(caller.name(), work);
        }
        let line = |(at_ms, what)| Contact {
            at: words::date_and_time(at_ms),
            what,
        };
        Ok(contacts.into_iter().map(line).collect())
    }

    /// The last calls of a case that nobody answered, and ours in vain.
    async fn tried(
        &self,
        language: Language,
        callback: CallbackId,
    ) -> Result<Vec<(i64, String)>, ApiError> {
        let Some(case) = self.store.callback(callback).await? else {
            return Ok(Vec::new());
        };
        let most = usize::try_from(CONTACTS_MAX).unwrap_or(usize::MAX);
        let theirs = case.missed.iter().filter(|it| it.talking_ms.is_none());
        let theirs = theirs.filter(|it| it.ended_ms.is_some()).take(most);
        let theirs = theirs.map(|it| (it.received_ms, language.say("console-contact-tried")));
        Ok(theirs.collect())
    }
}

/// A conversation that was, in a line.
fn spoke(language: Language, own: &[OwnResultNow], contact: &ContactView) -> String {
    let id = if contact.called_back {
        "console-contact-called-back"
    } else {
        "console-contact-called"
    };
    let time = lasting(language, contact.ended_ms - contact.started_ms);
    let mut line = language.with(
        id,
        &[
            ("queue", contact.queue.clone().into()),
            ("time", time.into()),
        ],
    );
    if let Some(operator) = &contact.operator {
        line.push_str(&format!(", {operator}"));
    }
    if let Some(result) = contact.disposition {
        let result = (result, contact.code.as_deref());
        line.push_str(&format!(", {}", told(language, own, result)));
    }
    if let Some(note) = &contact.note {
        line.push_str(&format!(" · {note}"));
    }
    line
}

/// Writes down that the whole number of whoever a seat has to do with is looked at.
pub(crate) async fn number_looked_at(
    shared: &SharedParts,
    caller: &Caller,
    seat: &SeatNow,
) -> Result<(), ApiError> {
    let callback = seat.owed.as_ref().map(|owed| owed.callback.0);
    let attempt = seat.person.as_ref().and_then(|person| person.attempt);
    let about = attempt.map(|id| id.0).or(callback);
    let about = about.map(|id| id.to_string());
    caller
        .logged(shared, LOOK_AT_NUMBER, about.as_deref())
        .await?;
    Ok(())
}

/// The whole number of whoever a seat has to do with, told once on its page; the look is written down.
pub(crate) async fn number(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Response, ApiError> {
    shared.allow_seat(&caller, &name).await?;
    let look = shared.engine.snapshot();
    let seat = look.seats.iter().find(|seat| seat.name == name);
    if !seat.is_none_or(|seat| caller.sees_number_at(seat)) {
        return Err(ApiError::Forbidden(OF_ANOTHER));
    }
    let number = match seat.filter(|seat| seat.person.is_some()) {
        Some(seat) => shared.number_at(seat).await?,
        None => None,
    };
    let notice = match (number, seat) {
        (Some(number), Some(seat)) => {
            number_looked_at(&shared, &caller, seat).await?;
            let number = number.national().to_owned();
            let about = [("number", number.into())];
            Notice {
                about: Some(following::person_key(seat)),
                ..Notice::told(true, language.with("console-whole-number", &about))
            }
        }
        (_, _) => Notice::told(false, language.say("console-no-number")),
    };
    caller.tell(&shared, notice);
    Ok(Redirect::to(&path_of(&name)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_loaded_again_is_no_other_look() {
        let looked = Looked::default();
        assert!(!looked.has("anna", 7));
        looked.remember("anna", 7);
        assert!(looked.has("anna", 7));
        assert!(!looked.has("bruno", 7) && !looked.has("anna", 8));
        for work in 0..i64::try_from(LOOKS_MAX).unwrap() {
            looked.remember("carla", work);
        }
        assert!(!looked.has("anna", 7), "what is old is forgotten");
    }

    #[test]
    fn times_are_said_in_units_that_fit() {
        let said = |ms| lasting(Language::Italian, ms);
        assert_eq!(said(1_000), "1 secondo");
        assert_eq!(said(42_000), "42 secondi");
        assert_eq!(said(200_000), "3 minuti");
        assert_eq!(said(3_600_000), "1 ora");
        assert_eq!(said(7_260_000), "2 ore 1 minuto");
        assert_eq!(lasting(Language::English, 60_000), "1 minute");
    }
}
