//! A small call centre in the middle of its day: everything open that can be open,
//! beside something closed of each kind.

use std::collections::BTreeSet;
use std::sync::Arc;

use cuptel_core::chosen_time::ChosenTime;
use cuptel_core::code_word::CodeWord;
use cuptel_core::id::{
    AnnouncementId, AssignmentId, AttemptId, BulkEntryId, BulkId, CallbackEventId, CallbackId,
    ClosureId, ConfigVersionId, DeclineId, DialId, IntervalId, LineId, MarkId, MemoId,
    MemoReadingId, NeedId, NumberId, OfferId, OperatorId, OutageId, PromiseId, QueueId, SeatId,
    SideCallId, SignInId, SiteId, SpecialDayId, TaskEventId, TaskId, TenantId, TrunkId,
};
use cuptel_core::matching::{Considered, Eligibility, Explanation, InLine, PassedOver, Passing};
use cuptel_core::memo::Audience;
use cuptel_core::number::PhoneNumber;
use cuptel_core::pin::PinDigest;
use cuptel_core::profile::Profile;
use cuptel_core::record::{
    AnnouncementRow, AssignmentRow, AttemptRow, Audio, BulkEntryRow, BulkRow, CallbackEventRow,
    CallbackRow, ChosenTimeRow, ClosureRow, CodeWordRow, ConfigVersionRow, DecisionRow, DeclineRow,
    DialRow, IntervalRow, MarkRow, MemoReadingRow, MemoRow, NeedDetailRow, NeedRow, NumberRow,
    OfferRow, OperatorPinRow, OperatorRow, OwnerRow, ProfileRow, PromiseRow, Proposal, Record,
    RegistrationRow, ReviewRow, SeatRow, SideCallRow, SignInRow, SiteOutageRow, SpecialDayRow,
    TaskEventRow, TaskRow, Work,
};
use cuptel_core::rules::{PromptId, Strategy};
use cuptel_core::stop_button::Scope;
use cuptel_core::words::{
    BulkAction, BulkFate, Button, CallbackEventKind, CallbackState, ChangedBy, Chosen, ChosenBy,
    ClosedHow, DialOrder, DialResult, DialState, Disposition, Mark, NeedKind, NumberClass,
    OfferState, Outcome, Party, PriorityClass, SideKind, Stage, Suppression, TaskEventKind,
    TaskState, WorkKind, WorkState,
};
use cuptel_store::{Batch, Names, Store};

/// The present of these tests.
pub(crate) const NOW: i64 = 1_700_000_000_000;
/// Digits that must never be seen outside the number table.
pub(crate) const SECRETS: [&str; 3] = ["+390861123456", "+393331234567", "+390862765432"];

pub(crate) fn names() -> Names {
    Names {
        tenants: vec!["asl-teramo".into(), "asl-pescara".into()],
        lines: vec!["+390861000000".into()],
        trunks: vec!["carrier".into()],
        queues: vec![("asl-teramo".into(), "prenotazioni".into())],
        sites: vec!["Teramo".into()],
    }
}

/// One that is shown and was read by 2, one that was taken back.
pub(crate) fn memos() -> Vec<Record> {
    let memo = |id, ended_ms| MemoRow {
        id: MemoId(id),
        to: Audience::Queue(QueueId(1)),
        text: "Riunione alle 14".to_owned(),
        by: Some("Carla Capo".to_owned()),
        made_ms: NOW,
        ends_ms: NOW + 3_600_000,
        ended_ms,
        ended_by: ended_ms.map(|_| "Carla Capo".to_owned()),
    };
    let reading = |id, memo| MemoReadingRow {
        id: MemoReadingId(id),
        memo: MemoId(memo),
        operator: OperatorId(2),
        seat: SeatId(1),
        at_ms: NOW + 60,
    };
    vec![
        Record::Memo(Box::new(memo(151, None))),
        Record::Memo(Box::new(memo(152, Some(NOW + 90)))),
        Record::MemoReading(reading(153, 151)),
        Record::MemoReading(reading(154, 152)),
    ]
}

/// One that is through and closed 13; one that had not come to its end.
fn bulks() -> Vec<Record> {
    let bulk = |id, is_over: bool| BulkRow {
        id: BulkId(id),
        action: BulkAction::Close,
        is_preview: !is_over,
        tenant: Some(TenantId(1)),
        queue: None,
        class: Some(PriorityClass::B),
        kind: Some(NeedKind::Missed),
        opened_before_ms: Some(NOW),
        until_ms: None,
        because: "agenda spostata".to_owned(),
        by: Some("Carla Capo".to_owned()),
        request_key: format!("key-{id}"),
        begun_ms: NOW,
        after: Some(CallbackId(13)),
        touched: 1,
        at_work: 0,
        too_late: 3,
        ended_ms: is_over.then_some(NOW + 60),
    };
    vec![
        Record::Bulk(Box::new(bulk(91, true))),
        Record::Bulk(Box::new(bulk(92, false))),
        Record::BulkEntry(BulkEntryRow {
            id: BulkEntryId(93),
            bulk: BulkId(91),
            callback: CallbackId(13),
            was_ms: NOW,
            set_ms: NOW,
            fate: BulkFate::Done,
            settled_ms: None,
            settled_by: None,
        }),
    ]
}

pub(crate) fn number(id: i64, e164: &str) -> NumberRow {
    NumberRow {
        id: NumberId(id),
        e164: PhoneNumber::parse_e164(e164).ok(),
        raw: e164.trim_start_matches("+39").to_owned(),
        class: NumberClass::Fixed,
        seen_ms: NOW,
    }
}

/// An attempt that was refused and belongs to a callback.
pub(crate) fn refused(id: i64, arrival_seq: i64, number: i64, callback: i64) -> AttemptRow {
    AttemptRow {
        id: AttemptId(id),
        arrival_seq,
        tenant: Some(TenantId(1)),
        line: Some(LineId(1)),
        trunk: Some(TrunkId(1)),
        number: Some(NumberId(number)),
        class: NumberClass::Fixed,
        sip_call_id: format!("call-{id}@192.0.2.1"),
        stage: Stage::Ended,
        received_ms: NOW,
        answered_ms: None,
        queued_ms: None,
        talking_ms: None,
        ended_ms: Some(NOW + 1),
        outcome: Some(Outcome::RefusedLines),
        sip_status: Some(486),
        reason: Some("lines \"all\" taken\n".into()),
        ended_by: Some(Party::Us),
        queue: None,
        seat: None,
        operator: None,
        disposition: None,
        callback: Some(CallbackId(callback)),
        suppressed: None,
        nth: Some(1),
        prior: None,
    }
}

/// An attempt that withheld its number and is owed nothing.
pub(crate) fn anonymous(id: i64, arrival_seq: i64) -> AttemptRow {
    AttemptRow {
        number: None,
        class: NumberClass::Anonymous,
        callback: None,
        nth: None,
        suppressed: Some(Suppression::Anonymous),
        ..refused(id, arrival_seq, 0, 0)
    }
}

/// An attempt in progress.
pub(crate) fn open_attempt(id: i64, arrival_seq: i64, stage: Stage) -> AttemptRow {
    AttemptRow {
        stage,
        answered_ms: Some(NOW + 10),
        queued_ms: Some(NOW + 20),
        talking_ms: (stage == Stage::Talking).then_some(NOW + 30),
        ended_ms: None,
        outcome: None,
        sip_status: Some(200),
        reason: None,
        ended_by: None,
        queue: Some(QueueId(1)),
        callback: None,
        nth: None,
        ..refused(id, arrival_seq, 3, 0)
    }
}

pub(crate) fn served(id: i64, arrival_seq: i64) -> AttemptRow {
    AttemptRow {
        stage: Stage::Ended,
        ended_ms: Some(NOW + 40),
        outcome: Some(Outcome::Served),
        seat: Some(SeatId(1)),
        operator: Some(OperatorId(1)),
        disposition: Some(Disposition::Done),
        ..open_attempt(id, arrival_seq, Stage::Talking)
    }
}

pub(crate) fn callback(id: i64, number: i64, state: CallbackState) -> CallbackRow {
    let closed = state == CallbackState::Closed;
    CallbackRow {
        id: CallbackId(id),
        tenant: TenantId(1),
        number: NumberId(number),
        state,
        place_ms: NOW + id,
        not_before_ms: NOW + 180_000,
        opened_ms: NOW,
        last_attempt_ms: NOW,
        attempts: 1,
        tries: 2,
        seat: (state == CallbackState::Dialling).then_some(SeatId(2)),
        closed_ms: closed.then_some(NOW + 50),
        closed_how: closed.then_some(ClosedHow::Served),
        priority_ms: 60_000,
        last_attempt: Some(AttemptId(if id == 13 { 24 } else { id + 10 })),
    }
}

pub(crate) fn need(id: i64, callback: i64, open: bool) -> NeedRow {
    NeedRow {
        id: NeedId(id),
        callback: CallbackId(callback),
        queue: (id % 2 == 0).then_some(QueueId(1)),
        kind: NeedKind::Missed,
        opened_ms: NOW,
        closed_ms: (!open).then_some(NOW + 50),
        another_person: id == 32,
    }
}

/// Of a need that somebody entered, or closed.
pub(crate) fn detail(need: i64, callback: i64, open: bool) -> NeedDetailRow {
    NeedDetailRow {
        need: NeedId(need),
        callback: CallbackId(callback),
        class: open.then_some(PriorityClass::B),
        due_ms: open.then_some(NOW + 864_000_000),
        not_before_ms: open.then_some(NOW),
        note: open.then(|| "visita cardiologica".into()),
        opened_by: open.then(|| "Anna".into()),
        request_key: open.then(|| format!("request-{need}")),
        closed_by: (!open).then(|| "Bruno".into()),
        closed_because: (!open).then(|| "prenotata altrove".into()),
    }
}

pub(crate) fn event(id: i64, callback: i64) -> CallbackEventRow {
    CallbackEventRow {
        id: CallbackEventId(id),
        callback: CallbackId(callback),
        at_ms: NOW,
        kind: CallbackEventKind::Opened,
        attempt: None,
        dial: None,
        seat: Some(SeatId(1)),
        detail: Some("refused".into()),
    }
}

/// A later promise says a later time.
pub(crate) fn promise(id: i64, callback: i64, attempt: i64) -> PromiseRow {
    PromiseRow {
        id: PromiseId(id),
        callback: Some(CallbackId(callback)),
        attempt: AttemptId(attempt),
        told_ms: NOW,
        by_ms: NOW + id * 900_000,
    }
}

pub(crate) fn dial(id: i64, callback: i64, number: i64, state: DialState) -> DialRow {
    let ended = state == DialState::Ended;
    DialRow {
        id: DialId(id),
        callback: CallbackId(callback),
        number: NumberId(number),
        order: DialOrder::OperatorFirst,
        seat: Some(SeatId(2)),
        pressed_ms: None,
        trunk: TrunkId(1),
        state,
        placed_ms: NOW,
        answered_ms: ended.then_some(NOW + 5),
        ended_ms: ended.then_some(NOW + 9),
        result: ended.then_some(DialResult::Answered),
        sip_status: ended.then_some(200),
    }
}

pub(crate) fn offer(id: i64, work: Work, seat: i64, state: OfferState) -> OfferRow {
    OfferRow {
        id: OfferId(id),
        work,
        queue: QueueId(1),
        seat: SeatId(seat),
        operator: OperatorId(seat),
        state,
        offered_ms: NOW,
        lease_until_ms: NOW + 20_000,
        ended_ms: (state != OfferState::Open).then_some(NOW + 3),
    }
}

pub(crate) fn assignment(id: i64, offer: i64, work: Work, seat: i64, open: bool) -> AssignmentRow {
    AssignmentRow {
        id: AssignmentId(id),
        offer: OfferId(offer),
        work,
        seat: SeatId(seat),
        operator: OperatorId(seat),
        started_ms: NOW,
        ended_ms: (!open).then_some(NOW + 40),
        wrap_up_until_ms: (!open).then_some(NOW + 90),
        disposition: (!open).then_some(Disposition::Done),
        code: (!open).then(|| "disdetta".parse().unwrap()),
        note: Some("chiede degli orari".to_owned()),
    }
}

pub(crate) fn sign_in(id: i64, seat: i64, operator: i64, open: bool) -> SignInRow {
    SignInRow {
        id: SignInId(id),
        seat: SeatId(seat),
        operator: OperatorId(operator),
        chosen: Chosen::Paused,
        pause_reason: Some("caffè".into()),
        since_ms: NOW,
        until_ms: (!open).then_some(NOW + 1),
        chosen_by: ChosenBy::Supervisor,
        supervisor: Some("Capo".into()),
        shift_ends_ms: Some(NOW + 7_200_000),
        back_ms: Some(NOW + 600_000),
    }
}

pub(crate) fn interval(id: i64, seat: i64, open: bool) -> IntervalRow {
    IntervalRow {
        id: IntervalId(id),
        seat: SeatId(seat),
        operator: Some(OperatorId(seat)),
        chosen: Chosen::Available,
        work: WorkState::Talking,
        since_ms: NOW + id,
        until_ms: (!open).then_some(NOW + 40),
        pause_reason: Some("pranzo".into()),
        chosen_by: ChosenBy::Supervisor,
        supervisor: Some("Capo".into()),
    }
}

pub(crate) fn registration(seat: i64, registered: bool) -> RegistrationRow {
    RegistrationRow {
        seat: SeatId(seat),
        contact: format!("sip:10{seat}@192.0.2.{seat}:5060"),
        listener: 0,
        remote: format!("192.0.2.{seat}:5060"),
        registered_ms: NOW,
        expires_ms: if registered { NOW + 300_000 } else { NOW },
    }
}

pub(crate) fn seat(id: i64) -> SeatRow {
    SeatRow {
        id: SeatId(id),
        name: format!("10{id}"),
        site: SiteId(1),
        ha1_md5: "5".repeat(32),
        ha1_sha256: "6".repeat(64),
        removed_ms: None,
    }
}

/// What operator 2 needs: something in every column.
pub(crate) fn profile(id: i64) -> ProfileRow {
    ProfileRow {
        operator: OperatorId(id),
        profile: Profile {
            ring_s: Some(40),
            wrap_up_s: Some(60),
            rest_s: Some(20),
            break_after: Some(8),
            break_s: Some(600),
            auto_answer: true,
            whisper: true,
            not_kinds: BTreeSet::from([WorkKind::Callback, WorkKind::Task]),
            not_queues: BTreeSet::from([QueueId(1)]),
            works_per_h: Some(4),
            buddy: Some(OperatorId(3)),
        },
    }
}

pub(crate) fn operator(id: i64) -> OperatorRow {
    OperatorRow {
        id: OperatorId(id),
        name: format!("operator{id}"),
        employer: "cooperativa".into(),
        skills: vec![("lingua-inglese".into(), 2), ("prenotazioni".into(), 5)],
        home: Some(TenantId(1)),
        removed_ms: None,
    }
}

/// Of operator 2; one that is offered is so at seat 9 to its operator.
pub(crate) fn task(id: i64, state: TaskState) -> TaskRow {
    let is_offered = state == TaskState::Offered;
    TaskRow {
        id: TaskId(id),
        tenant: TenantId(1),
        queue: QueueId(1),
        title: format!("agenda {id}"),
        state,
        created_ms: NOW - 60_000,
        due_ms: Some(NOW + 3_600_000),
        interruptible: id != 102,
        owner: Some(OperatorId(2)),
        seat: is_offered.then_some(SeatId(9)),
        operator: Some(OperatorId(9)),
        since_ms: NOW,
        lease_until_ms: is_offered.then_some(NOW + 20_000),
        closed_ms: (state == TaskState::Done).then_some(NOW),
        request_key: Some("k-1".to_owned()),
    }
}

pub(crate) fn task_event(id: i64, task: i64) -> TaskEventRow {
    TaskEventRow {
        id: TaskEventId(id),
        task: TaskId(task),
        at_ms: NOW,
        kind: TaskEventKind::Offered,
        seat: Some(SeatId(1)),
        operator: Some(OperatorId(1)),
    }
}

/// Tasks 101 (waiting), 102 (done) and 103, which is offered to operator 9.
fn tasks() -> Vec<Record> {
    vec![
        Record::SignIn(sign_in(84, 9, 9, true)),
        Record::Task(Box::new(task(101, TaskState::Waiting))),
        Record::Task(Box::new(task(102, TaskState::Done))),
        Record::Task(Box::new(task(103, TaskState::Offered))),
        Record::TaskEvent(task_event(105, 103)),
        Record::Decision(Box::new(task_decision(105, 103))),
    ]
}

/// What operator 2 needs, an outage that is over and one that is not, who looked at what was given up.
fn people() -> Vec<Record> {
    let mut records = vec![Record::Profile(Box::new(profile(2)))];
    records.extend([(91, Some(NOW)), (92, None)].map(|(id, until_ms)| {
        Record::SiteOutage(SiteOutageRow {
            id: OutageId(id),
            site: SiteId(1),
            since_ms: NOW - 60_000,
            until_ms,
            said: until_ms.is_none(),
            supervisor: until_ms.is_none().then(|| "Capo".into()),
        })
    }));
    records.extend(
        [(12, Some(NOW)), (13, None)].map(|(id, seen_ms)| Record::Review(review(id, seen_ms))),
    );
    records.extend(
        [detail(31, 11, true), detail(33, 13, false)].map(|row| Record::NeedDetail(Box::new(row))),
    );
    records
}

/// 13 was given up and is unseen; 12 was looked at.
fn review(id: i64, seen_ms: Option<i64>) -> ReviewRow {
    ReviewRow {
        callback: CallbackId(id),
        tenant: TenantId(1),
        closed_ms: NOW - 1_000,
        seen_ms,
        seen_by: seen_ms.map(|_| "Capo".into()),
        reopened_as: seen_ms.map(|_| CallbackId(11)),
    }
}

/// Buttons of each reach, of which 111 was released.
fn buttons() -> Vec<Record> {
    let button = |id, button, scope, until_ms: Option<i64>| {
        Record::Closure(Box::new(ClosureRow {
            id: ClosureId(id),
            button,
            scope,
            since_ms: NOW - 60_000,
            ends_ms: until_ms.map(|at| at + 60_000),
            until_ms,
            supervisor: Some("Capo".into()),
            reason: until_ms.is_none().then(|| "guasto".into()),
            message: (button == Button::Emergency).then(|| "guasto".into()),
            announcement: (button == Button::Emergency).then_some(AnnouncementId(171)),
            released_by: until_ms.map(|_| "Vice".into()),
        }))
    };
    vec![
        button(111, Button::Outgoing, Scope::Region, Some(NOW)),
        button(112, Button::Outgoing, Scope::Region, None),
        button(113, Button::Emergency, Scope::Tenant(TenantId(1)), None),
        button(114, Button::Closed, Scope::Queue(QueueId(1)), None),
    ]
}

/// 171 is in force, 172 was.
fn announcements() -> Vec<Record> {
    let announcement = |id, seat, erased_ms: Option<i64>| {
        let audio = erased_ms.is_none().then(|| Audio(sound()));
        Record::Announcement(Box::new(AnnouncementRow {
            id: AnnouncementId(id),
            sound: PromptId((1 << 31) + 7),
            made_ms: NOW - 60_000,
            duration_ms: 4_200,
            seat,
            erased_ms,
            audio,
        }))
    };
    vec![
        announcement(171, Some(SeatId(1)), None),
        announcement(172, None, Some(NOW)),
    ]
}

/// Every byte, and a minute of it.
pub(crate) fn sound() -> Arc<[u8]> {
    (0..480_000_u32).map(|at| at.to_le_bytes()[0]).collect()
}

/// The third number is not to be called, the second is shared; the first was not to be called.
fn marks() -> Vec<Record> {
    let mark = |id, number, mark, tenant: Option<i64>, until_ms: Option<i64>| {
        Record::Mark(Box::new(MarkRow {
            id: MarkId(id),
            number: NumberId(number),
            mark,
            tenant: tenant.map(TenantId),
            since_ms: NOW - 60_000,
            ends_ms: until_ms.map(|at| at + 60_000),
            until_ms,
            supervisor: Some("Capo".into()),
            reason: until_ms.is_none().then(|| "lo ha chiesto".into()),
            released_by: until_ms.map(|_| "Vice".into()),
        }))
    };
    vec![
        mark(121, 3, Mark::DoNotCall, None, None),
        mark(122, 2, Mark::Shared, Some(1), None),
        mark(123, 1, Mark::DoNotCall, None, Some(NOW)),
    ]
}

/// One is in force, of one calendar; the other was taken away.
fn special_days() -> Vec<Record> {
    let day = |id, calendar: Option<&str>, removed_ms: Option<i64>| {
        Record::SpecialDay(Box::new(SpecialDayRow {
            id: SpecialDayId(id),
            tenant: TenantId(1),
            calendar: calendar.map(str::to_owned),
            first_day: "2026-12-24".to_owned(),
            last_day: "2026-12-31".to_owned(),
            hours: calendar.map(|_| "08:00-12:00".to_owned()),
            reason: Some("festività".into()),
            made_ms: NOW - 60_000,
            made_by: Some("Capo".into()),
            removed_ms,
            removed_by: removed_ms.map(|_| "Vice".into()),
        }))
    };
    vec![day(181, Some("sportello"), None), day(182, None, Some(NOW))]
}

/// What somebody said of numbers and of many callbacks, and what persons were told.
fn told() -> Vec<Record> {
    let mut records = marks();
    records.extend(special_days());
    records.extend(bulks());
    records.extend(memos());
    records.extend(code_words());
    records.extend(chosen_times());
    records.extend(declines());
    records.extend(side_calls());
    records
}

/// A caller given to a queue, and a call to somebody of the directory that is not over.
fn side_calls() -> [Record; 2] {
    let given = SideCallRow {
        id: SideCallId(141),
        kind: SideKind::ToQueue,
        seat: SeatId(1),
        operator: OperatorId(1),
        work: Some(Work::Attempt(AttemptId(1))),
        queue: Some(QueueId(1)),
        to_seat: Some(SeatId(2)),
        entry: None,
        trunk: None,
        begun_ms: NOW,
        answered_ms: None,
        ended_ms: Some(NOW),
        result: None,
        sip_status: None,
    };
    let asked = SideCallRow {
        id: SideCallId(142),
        kind: SideKind::ToNumber,
        work: Some(Work::Callback(CallbackId(11))),
        queue: None,
        to_seat: None,
        entry: Some("Radiologia".into()),
        trunk: Some(TrunkId(1)),
        answered_ms: Some(NOW + 5_000),
        ended_ms: None,
        ..given.clone()
    };
    [given, asked].map(|row| Record::SideCall(Box::new(row)))
}

/// 11 waits for a human to look, 13 was looked at and is closed.
fn declines() -> [Record; 4] {
    let owed = |id| Work::Callback(CallbackId(id));
    [
        Record::Offer(offer(55, owed(11), 2, OfferState::Rejected)),
        Record::Offer(offer(56, owed(13), 1, OfferState::Rejected)),
        Record::Decline(Box::new(decline(131, 55, 11, true))),
        Record::Decline(Box::new(decline(132, 56, 13, false))),
    ]
}

/// A callback that was handed back; one that is open asks a human to look.
pub(crate) fn decline(id: i64, offer: i64, callback: i64, open: bool) -> DeclineRow {
    DeclineRow {
        id: DeclineId(id),
        callback: CallbackId(callback),
        offer: OfferId(offer),
        seat: SeatId(1),
        operator: OperatorId(1),
        at_ms: NOW,
        until_ms: NOW + 3_600_000,
        reason: "lingua".into(),
        note: open.then(|| "parla solo francese".into()),
        asks: open,
        seen_ms: (!open).then_some(NOW + 5),
        seen_by: (!open).then(|| "Capo".into()),
        settled_ms: (!open).then_some(NOW + 9),
    }
}

/// 11 has hours; those of 13 were emptied with it.
fn chosen_times() -> [Record; 2] {
    let hours = ChosenTime {
        from_ms: NOW + 3_600_000,
        until_ms: NOW + 7_200_000,
    };
    [(11, Some(hours)), (13, None)].map(|(id, chosen)| {
        let callback = CallbackId(id);
        Record::ChosenTime(ChosenTimeRow { callback, chosen })
    })
}

/// 1 signs in by phone; 2 works here no more, and 3 has their number now.
fn pins() -> [Record; 3] {
    [(1, "1", None), (2, "2", Some(NOW)), (3, "2", None)].map(|(id, number, erased_ms)| {
        let digest = if erased_ms.is_none() {
            "$argon2id$"
        } else {
            ""
        };
        Record::OperatorPin(Box::new(OperatorPinRow {
            operator: OperatorId(id),
            number: number.to_owned(),
            digest: PinDigest(digest.to_owned()),
            set_ms: NOW,
            erased_ms,
        }))
    })
}

/// 11 has one; that of 13 was emptied with it.
fn code_words() -> [Record; 2] {
    [(11, Some(42)), (13, None)].map(|(id, code)| {
        Record::CodeWord(CodeWordRow {
            callback: CallbackId(id),
            code: code.and_then(CodeWord::stored),
        })
    })
}

fn attempts() -> [AttemptRow; 6] {
    [
        refused(21, 1, 1, 11),
        refused(22, 2, 2, 12),
        anonymous(23, 3),
        AttemptRow {
            callback: Some(CallbackId(13)),
            nth: Some(1),
            ..served(24, 4)
        },
        open_attempt(25, 5, Stage::Queued),
        open_attempt(26, 6, Stage::Talking),
    ]
}

/// Numbers 1 to 3; callbacks 11 (waiting), 12 (dialling), 13 (closed); attempts 21 to 26
/// of which 25 waits under offer 52 and 26 talks under assignment 61.
pub(crate) fn day() -> Vec<Record> {
    let live = |id| Work::Attempt(AttemptId(id));
    let owed = |id| Work::Callback(CallbackId(id));
    let mut records: Vec<Record> = Vec::new();
    records.extend(
        (1..=3)
            .zip(SECRETS)
            .map(|(id, e164)| Record::Number(number(id, e164))),
    );
    records.extend((1..=3).map(|id| Record::Seat(seat(id))));
    records.extend((1..=3).map(|id| Record::Operator(operator(id))));
    records.extend(people());
    records.extend(pins());
    records.extend([buttons(), told(), announcements()].concat());
    records.extend(
        [(11, Some(2)), (12, None), (13, Some(2))].map(|(id, operator)| {
            Record::Owner(OwnerRow {
                callback: CallbackId(id),
                operator: operator.map(OperatorId),
            })
        }),
    );
    records.extend(attempts().map(|row| Record::Attempt(Box::new(row))));
    records.extend([
        Record::Callback(callback(11, 1, CallbackState::Waiting)),
        Record::Callback(callback(12, 2, CallbackState::Dialling)),
        Record::Callback(callback(13, 3, CallbackState::Closed)),
        Record::Need(need(31, 11, true)),
        Record::Need(need(32, 12, true)),
        Record::Need(need(34, 12, false)),
        Record::Need(need(33, 13, false)),
        Record::CallbackEvent(event(41, 11)),
        Record::CallbackEvent(event(42, 12)),
        Record::CallbackEvent(event(43, 12)),
        Record::Promise(promise(81, 11, 21)),
        Record::Promise(promise(82, 13, 24)),
        Record::Dial(dial(71, 12, 2, DialState::InFlight)),
        Record::Dial(dial(72, 13, 3, DialState::Ended)),
        Record::Offer(offer(51, live(24), 1, OfferState::Accepted)),
        Record::Offer(offer(52, live(25), 3, OfferState::Open)),
        Record::Offer(offer(53, live(26), 1, OfferState::Accepted)),
        Record::Offer(offer(54, owed(12), 2, OfferState::Accepted)),
        Record::Decision(Box::new(decision(52, 95))),
        Record::Assignment(assignment(60, 51, live(24), 1, false)),
        Record::Assignment(assignment(61, 53, live(26), 1, true)),
        Record::Assignment(assignment(62, 54, owed(12), 2, true)),
        Record::SignIn(sign_in(81, 1, 2, false)),
        Record::SignIn(sign_in(82, 1, 1, true)),
        Record::SignIn(sign_in(83, 2, 2, true)),
        Record::Interval(interval(91, 1, false)),
        Record::Interval(interval(92, 1, true)),
        Record::Registration(registration(1, true)),
        Record::Registration(registration(2, false)),
        Record::ConfigVersion(config_version(95, ChangedBy::Start)),
        Record::ConfigVersion(config_version(96, ChangedBy::Api)),
    ]);
    records.extend(tasks());
    records
}

/// By the configuration with this identifier, before a callback and beside a seat that is gone.
pub(crate) fn decision(offer: i64, rules: i64) -> DecisionRow {
    let considered = |seat, eligibility| Considered {
        seat: SeatId(seat),
        eligibility,
        weight_ms: 60_000,
        ring: 1,
        unmet: 0,
        is_guest: true,
        merit: -7,
        idle_since_ms: NOW,
    };
    DecisionRow {
        of: Proposal::Offer(OfferId(offer)),
        at_ms: NOW,
        rules: ConfigVersionId(rules),
        explanation: Explanation {
            strategy: Strategy::BestSkill,
            place_ms: NOW,
            key_ms: NOW - 300_000,
            step: 1,
            knows_them: false,
            chosen: false,
            free: 9,
            seats: vec![
                considered(1, Eligibility::Eligible),
                considered(999, Eligibility::Refused),
            ],
            passed_over: vec![PassedOver {
                work: InLine::Callback(CallbackId(11)),
                queue: QueueId(1),
                key_ms: NOW - 300_001,
                why: Passing::WaitsForOperator(OperatorId(1)),
            }],
        },
    }
}

/// Before a task that somebody else is asked about.
pub(crate) fn task_decision(event: i64, task: i64) -> DecisionRow {
    let mut row = decision(event, 95);
    row.of = Proposal::Task(TaskId(task), TaskEventId(event));
    let before = PassedOver {
        work: InLine::Task(TaskId(101)),
        why: Passing::KeptForCallers,
        ..row.explanation.passed_over[0].clone()
    };
    row.explanation.passed_over = vec![before];
    row
}

/// Another configuration comes into force each millisecond.
pub(crate) fn config_version(id: i64, by: ChangedBy) -> ConfigVersionRow {
    ConfigVersionRow {
        id: ConfigVersionId(id),
        hash: format!("{id:064x}"),
        at_ms: NOW + id,
        by,
    }
}

/// Begins an epoch on an empty database and commits the day as its first step.
pub(crate) async fn commit_day(store: &Store) {
    store.intern(&names()).await.unwrap();
    store.begin().await.unwrap();
    let mut batches = vec![Batch {
        last_seq: 1,
        records: day(),
    }];
    assert_eq!(store.writer().commit(&mut batches).await.unwrap(), 1);
    assert!(batches.is_empty());
}
