//! One seat as the board and its own page show it: texts, each with the identifier of its element.

use std::collections::BTreeMap;

use cuptel_core::id::NeedId;
use cuptel_core::memo::SeatMemo;
use cuptel_core::preview::{NeedNow, OwedNow};
use cuptel_core::snapshot::{ConsultNow, SeatNow, Snapshot};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{Chosen, WorkState};

use crate::access::Sight;
use crate::actions::path_of;
use crate::board::{Board, Cell, cell};
use crate::calling::{self, CallLine};
use crate::desk::say;
use crate::doing::Doing;
use crate::texts::Language;
use crate::{my_queue, offered, practising, trying, words};

/// A line of the seats' table.
#[derive(Debug)]
pub(crate) struct SeatLine {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) shape: Cell,
    pub(crate) state: Cell,
    pub(crate) operator: Cell,
    pub(crate) since: Cell,
    pub(crate) notes: Cell,
    /// What the person at hand is owed, a line each.
    pub(crate) owed: Cell,
    /// The same, with what becomes of each when the result is given.
    pub(crate) needs: Vec<NeedLine>,
    /// Whether its operator reads, and has the person rung; else that follows from picking up.
    pub(crate) may_ring: bool,
    /// The callback that is offered there; empty where none is.
    pub(crate) offered: String,
    /// What can be done there.
    pub(crate) doing: Doing,
    /// Which conversation its forms are about.
    pub(crate) conversation: Option<i64>,
    /// The call in hand.
    pub(crate) call: Option<CallLine>,
    /// Whom of the directory it may call.
    pub(crate) dials: Vec<String>,
    /// How its phone is tried, or was.
    pub(crate) trial: Cell,
    /// Whether it may be tried now.
    pub(crate) may_be_tried: bool,
    /// Whether a practice call is on.
    pub(crate) practises: bool,
    /// What says so, or what a real call had done.
    pub(crate) practice: Cell,
    /// Whereto the forms of its call lead.
    pub(crate) call_path: String,
    /// Whom it calls, or which seat asks it, in words.
    pub(crate) beside: Option<String>,
    /// What whoever works there is told first, of what they have not read.
    pub(crate) memo: Cell,
    /// Which memo that is.
    pub(crate) memo_id: Cell,
    /// Changes when its page has other things to decide about: the page has to be loaded again.
    pub(crate) forms: Cell,
    /// Changes when other callbacks may be chosen there.
    pub(crate) choice: Cell,
}

/// One thing that is owed to whoever a seat speaks with, or did.
#[derive(Debug)]
pub(crate) struct NeedLine {
    pub(crate) id: NeedId,
    pub(crate) text: String,
    pub(crate) closes: bool,
}

impl SeatLine {
    /// Its name as a part of an address.
    pub(crate) fn escaped(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether there is a call to be handled, which comes before all else that can be done.
    pub(crate) fn is_in_call(&self) -> bool {
        self.call.is_some() || self.beside.is_some()
    }

    /// What its own page shows of it, with the bands that are on every page.
    pub(crate) fn texts<'b>(&'b self, board: &'b Board) -> BTreeMap<&'b str, &'b str> {
        let own = [
            ("seat-shape", &self.shape),
            ("seat-state", &self.state),
            ("seat-operator", &self.operator),
            ("seat-since", &self.since),
            ("seat-notes", &self.notes),
            ("seat-owed", &self.owed),
            ("seat-forms", &self.forms),
            ("mark", &self.choice),
            ("seat-memo", &self.memo),
            ("seat-trial", &self.trial),
            ("seat-practice", &self.practice),
        ];
        let waiting = board
            .figures
            .iter()
            .filter(|figure| ["waiting", "owed"].contains(&figure.value.id.as_str()))
            .flat_map(|figure| [&figure.value, &figure.note]);
        let bands = [&board.taken, &board.alert, &board.storm, &board.stops];
        let named = bands.into_iter().chain(waiting);
        let named = named.map(|cell| (cell.id.as_str(), cell.text.as_str()));
        let own = own.map(|(id, cell)| (id, cell.text.as_str()));
        // The form that sends it is there only where it has something to send.
        let memo =
            (!self.memo_id.text.is_empty()).then_some(("seat-memo-id", self.memo_id.text.as_str()));
        own.into_iter().chain(named).chain(memo).collect()
    }
}

/// For which service of which authority a seat works, as people call both.
fn service(look: &Snapshot, seat: &SeatNow) -> String {
    let (Some(queue), Some(tenant)) = (&seat.queue, &seat.tenant) else {
        return String::new();
    };
    let of_queue = look.queues.iter();
    let mut of_queue = of_queue.filter(|it| it.tenant == *tenant && it.name == *queue);
    let queue = of_queue.next().map_or(queue, |it| &it.title);
    let mut of_tenant = look.tenants.iter().filter(|it| it.name == *tenant);
    let tenant = of_tenant.next().map_or(tenant, |it| &it.title);
    format!(", {queue}, {tenant}")
}

/// What may be shown of it.
fn shown_of(seat: &SeatNow, sight: Sight) -> SeatNow {
    match sight {
        Sight::Own => seat.clone(),
        // The word by which a person knows our call is for who calls them.
        Sight::Full => SeatNow {
            owed: seat.owed.clone().map(|owed| OwedNow {
                code_word: None,
                ..owed
            }),
            ..seat.clone()
        },
        // A reason is a person's own words.
        Sight::Masked => SeatNow {
            pause_reason: None,
            supervisor: None,
            chooses: Vec::new(),
            notes: Vec::new(),
            owed: None,
            person: None,
            beside: seat.beside.clone().map(ConsultNow::unnamed),
            memos: Vec::new(),
            ..seat.clone()
        },
    }
}

/// What a seat does, for which service, and what comes after it, as somebody may see it.
pub(crate) fn state_of(
    language: Language,
    look: &Snapshot,
    seat: &SeatNow,
    sight: Sight,
) -> (&'static str, String) {
    state_shown(language, look, &shown_of(seat, sight))
}

fn state_shown(language: Language, look: &Snapshot, shown: &SeatNow) -> (&'static str, String) {
    let (shape, state) = words::seat_state(language, shown);
    let queue = service(look, shown);
    let afterwards = words::afterwards(language, (shown.chosen, shown.work));
    let by = shown.supervisor.as_deref().map_or(String::new(), |by| {
        format!(
            " ({})",
            language.with("word-chosen-by", &[("who", by.into())])
        )
    });
    (shape, format!("{state}{queue}{afterwards}{by}"))
}

/// What whoever a seat has to do with is owed, or that there is nobody.
fn owed_to(language: Language, shown: &SeatNow, sight: Sight, at: UtcMs) -> String {
    let is_given_on = shown.result.as_ref().is_some_and(|it| it.given_on);
    match (&shown.owed, sight) {
        (Some(owed), _) => {
            let is_over = shown.work == WorkState::WrapUp;
            offered::told(language, owed, (at, is_over))
        }
        (None, Sight::Masked) => String::new(),
        (None, Sight::Full | Sight::Own) if is_given_on => language.say("word-given-on"),
        // A colleague, or the directory: nobody who could be owed anything.
        (None, Sight::Full | Sight::Own) if shown.beside.is_some() => String::new(),
        (None, Sight::Full | Sight::Own) => words::nobody(language, shown.work),
    }
}

/// What was noted, but for what stands beside the need that it is of.
fn notes_of(shown: &SeatNow) -> String {
    let needs = shown.owed.iter().flat_map(|owed| &owed.needs);
    let said: Vec<&String> = needs.filter_map(|need| need.note.as_ref()).collect();
    let others = shown.notes.iter().filter(|note| !said.contains(note));
    others.map(String::as_str).collect::<Vec<_>>().join(" · ")
}

pub(crate) fn seat_line(
    (i, language): (usize, Language),
    seat: &SeatNow,
    look: &Snapshot,
    sight: Sight,
) -> SeatLine {
    let at = look.at_ms;
    let shown = shown_of(seat, sight);
    let (shape, state) = state_shown(language, look, &shown);
    let operator = match (&seat.operator, sight) {
        (None, _) if seat.chosen == Chosen::SignedOut => "–".to_owned(),
        (None, _) | (Some(_), Sight::Masked) => language.say("word-signed-in"),
        (Some(operator), Sight::Full | Sight::Own) => operator.clone(),
    };
    SeatLine {
        name: seat.name.clone(),
        path: path_of(&seat.name),
        shape: cell(format!("s{i}-shape"), shape),
        state: cell(format!("s{i}-state"), state),
        operator: cell(format!("s{i}-operator"), operator),
        notes: cell(format!("s{i}-notes"), notes_of(&shown)),
        owed: cell(format!("s{i}-owed"), owed_to(language, &shown, sight, at)),
        memo: cell(format!("s{i}-memo"), memo_of(language, &shown.memos, at)),
        memo_id: cell(format!("s{i}-memo-id"), first_of(&shown.memos)),
        doing: Doing::of(&shown),
        conversation: shown.result.as_ref().map(|result| result.conversation.0),
        call: CallLine::of(&shown, look),
        dials: calling::entries_to_dial(&shown, look),
        trial: cell(
            format!("s{i}-trial"),
            trying::told(language, shown.trial.as_ref()),
        ),
        may_be_tried: trying::may_be_tried(&shown),
        practises: practising::on(&shown).is_some(),
        practice: cell(
            format!("s{i}-practice"),
            practising::banner(language, &look.own_results, &shown),
        ),
        call_path: practising::call_path(&shown),
        beside: calling::beside(language, &shown),
        choice: cell(format!("s{i}-choice"), my_queue::mark(look, &shown)),
        forms: cell(
            format!("s{i}-forms"),
            format!(
                "{}{}{} {}",
                Doing::mark(&shown),
                trying::mark(&shown),
                calling::mark(&shown),
                shown.owed.as_ref().map_or(String::new(), forms_of)
            ),
        ),
        needs: shown
            .owed
            .as_ref()
            .filter(|owed| !owed.is_offered)
            .map_or(Vec::new(), |owed| need_lines(language, owed)),
        may_ring: shown
            .owed
            .as_ref()
            .is_some_and(|owed| owed.reads_until_ms.is_some()),
        offered: shown
            .owed
            .filter(|owed| owed.is_offered)
            .map_or(String::new(), |owed| owed.callback.to_string()),
        since: cell(format!("s{i}-since"), since(language, seat, at)),
    }
}

fn since(language: Language, seat: &SeatNow, at: UtcMs) -> String {
    seat.since_ms.map_or("–".to_owned(), |since| {
        let span = words::span(language, at - since);
        format!("{span} ({})", words::since(language, since, at))
    })
}

/// Which memo stands there first.
fn first_of(memos: &[SeatMemo]) -> String {
    memos.first().map_or(String::new(), |it| it.id.to_string())
}

/// The first of what is told there: who says it, when and what.
fn memo_of(language: Language, memos: &[SeatMemo], at: UtcMs) -> String {
    let Some(memo) = memos.first() else {
        return String::new();
    };
    let by = memo.by.clone();
    let by = by.unwrap_or_else(|| language.say("desk-memo-somebody"));
    let about = [
        ("by", by.into()),
        ("at", say::hour(memo.made_ms, at).into()),
        ("text", memo.text.as_str().into()),
    ];
    let first = language.with("desk-memo-from", &about);
    match memos.len() - 1 {
        0 => first,
        more => {
            let more = language.with("desk-memo-more", &[("n", more.into())]);
            format!("{first}\n{more}")
        }
    }
}

/// What the forms of a seat's page are about.
fn forms_of(owed: &OwedNow) -> String {
    let offered = if owed.is_offered { "?" } else { "" };
    let needs = owed.needs.iter().map(|need| need.need.to_string());
    format!(
        "{}{offered} {}",
        owed.callback,
        needs.collect::<Vec<_>>().join(" ")
    )
}

fn need_lines(language: Language, owed: &OwedNow) -> Vec<NeedLine> {
    let line = |need: &NeedNow| NeedLine {
        id: need.need,
        text: offered::need(language, need),
        closes: need.closes,
    };
    owed.needs.iter().map(line).collect()
}
