//! How a form is answered, in the words of whoever sent it: what was done, or why it was not.

use cuptel_core::bulk::BulkError;
use cuptel_core::by_hand::ByHandError;
use cuptel_core::hand::{CallError, Handling};
use cuptel_core::own_result::ResultTold;
use cuptel_core::special_day::SpecialDayError;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{Chosen, Disposition, Mark};

use crate::error::ApiError;
use crate::port::Refusal;
use crate::texts::Language;
use crate::words::stopped;
use crate::{memos, practising, stepping_in, trying};

fn chose(language: Language, seat: &str, chosen: Chosen) -> String {
    match chosen {
        Chosen::SignedOut => language.with("told-signed-out", &[("seat", seat.into())]),
        Chosen::Available => language.with("told-available", &[("seat", seat.into())]),
        Chosen::OneMoreThenPause => language.with("told-one-more-pause", &[("seat", seat.into())]),
        Chosen::OneMoreThenSignOut => language.with("told-one-more-out", &[("seat", seat.into())]),
        Chosen::Paused => language.with("told-paused", &[("seat", seat.into())]),
        Chosen::FrontOffice => language.with("told-counter", &[("seat", seat.into())]),
    }
}

fn signed_in(language: Language, seat: &str, operator: &str) -> String {
    language.with(
        "told-signed-in",
        &[("operator", operator.into()), ("seat", seat.into())],
    )
}

fn disposed(result: &ResultTold) -> &'static str {
    match result {
        ResultTold::Known(Disposition::Done) => "told-result-done",
        ResultTold::Known(Disposition::AnotherPerson) => "told-result-another",
        ResultTold::Known(Disposition::Improper) => "told-result-improper",
        ResultTold::Own(_) => "admin-result-told",
    }
}

fn marked(mark: Mark) -> &'static str {
    match mark {
        Mark::DoNotCall => "told-marked-do-not-call",
        Mark::Shared => "told-marked-shared",
    }
}

/// What a form has done.
pub(crate) fn done(language: Language, command: &Command) -> String {
    let say = |id: &str| language.say(id);
    let of_seat = |id: &str, seat: &str| language.with(id, &[("seat", seat.into())]);
    let of_operator = |id: &str, name: &str| language.with(id, &[("operator", name.into())]);
    let of_site = |id: &str, site: &str| language.with(id, &[("site", site.into())]);
    let counted = |id: &str, n: usize| language.with(id, &[("n", n.into())]);
    match command {
        Command::SignIn { seat, operator, .. } => signed_in(language, seat, operator),
        Command::Choose { seat, chosen, .. } => chose(language, seat, *chosen),
        Command::Dispose {
            seat, disposition, ..
        } => of_seat(disposed(disposition), seat),
        Command::NoteConversation { seat, .. } => of_seat("console-noted", seat),
        Command::AcceptCallback { seat, .. } => of_seat("told-person-called", seat),
        Command::TakeCallback { seat, .. } => of_seat("console-taken", seat),
        Command::DeclineCallback { seat, .. } => of_seat("told-handed-back", seat),
        Command::ImportAttempts(calls) => counted("told-imported", calls.len()),
        Command::SetOperators(changes) => counted("told-operators", changes.len()),
        Command::RemoveOperator(name) => {
            language.with("told-operator-removed", &[("name", name.as_str().into())])
        }
        Command::SetPin { operator, .. } => of_operator("codes-pin-set", operator),
        Command::Handle { seat, handling, .. } => handled(language, seat, handling),
        Command::AssignCallback { operator, .. } => match operator {
            Some(operator) => of_operator("told-callback-assigned", operator),
            None => say("told-callback-unassigned"),
        },
        Command::Campaign(_) => say("told-campaign"),
        Command::AddTasks(tasks) => counted("told-tasks-added", tasks.len()),
        Command::AssignTask { operator, .. } => match operator {
            Some(operator) => of_operator("told-task-assigned", operator),
            None => say("told-task-unassigned"),
        },
        Command::AcceptTask { seat, .. } => of_seat("told-task-begun", seat),
        Command::FinishTask(_) => say("told-task-finished"),
        Command::HandBackTask(_) => say("told-task-handed-back"),
        Command::WithdrawTask(_) => say("told-task-withdrawn"),
        Command::SiteOut { site, .. } => of_site("told-site-out", site),
        Command::WithdrawCaller { .. } => say("desk-done-withdrawn"),
        Command::MoveCaller { .. } => say("desk-done-moved"),
        Command::PutCallerAhead { .. } | Command::PutCallbackAhead { .. } => say("desk-done-ahead"),
        Command::WriteMemo(_) => say("desk-done-memo"),
        Command::WithdrawMemo { .. } => say("desk-done-memo-withdrawn"),
        Command::ReadMemo { .. } => say("desk-done-memo-read"),
        Command::SiteResumes { site } => of_site("told-site-back", site),
        Command::Bulk(_) => say("told-bulk"),
        Command::UndoBulk { .. } => say("told-bulk-undone"),
        Command::AddCallback(_) => say("told-callback-added"),
        Command::CheckCallback { .. } => say("told-callback-checked"),
        Command::CloseCallback(_) => say("told-callback-closed"),
        Command::Acknowledge { .. } => say("told-callback-seen"),
        Command::CallAfterAll { .. } => say("told-callback-reopened"),
        Command::PressStop { told, .. } => format!("{}.", stopped(language, told.button)),
        Command::ReleaseStop { told, .. } => language.with(
            "told-released",
            &[("what", stopped(language, told.button).into())],
        ),
        Command::MarkNumbers { lines, .. } => counted("told-numbers", lines.len()),
        Command::MarkNumber { told, .. } => say(marked(told.mark)),
        Command::ReleaseMark { .. } => say("told-unmarked"),
        Command::AddSpecialDay(_) => say("admin-closure-added"),
        Command::RemoveSpecialDay { .. } => say("admin-closure-removed"),
        Command::SetProfile { operator, .. } => of_operator("told-profile", operator),
        Command::SetSeats(changes) => counted("told-seats", changes.len()),
        Command::TrySeat { seat, .. } => of_seat("trial-begun", seat),
        Command::Practise { seat, deed, .. } => practising::done(language, seat, deed),
        Command::RemoveSeat(seat) => of_seat("told-seat-removed", seat),
        Command::Stop { .. } => say("told-stopping"),
    }
}

fn handled(language: Language, seat: &str, handling: &Handling) -> String {
    let done = match handling {
        Handling::Hold => "calls-done-held",
        Handling::Resume => "calls-done-resumed",
        Handling::HangUp => "calls-done-hung-up",
        Handling::Keys(_) => "calls-done-pressed",
        Handling::ToQueue(_) | Handling::ToSeat(_) | Handling::ToNumber(_) => "calls-done-passed",
        Handling::ConsultSeat(_) | Handling::ConsultNumber(_) => "calls-done-asks",
        Handling::Complete => "calls-done-completed",
        Handling::Retrieve => "calls-done-resumed",
        Handling::Swap => "calls-done-swapped",
        Handling::Dial(_) => "calls-done-dials",
    };
    language.with(done, &[("seat", seat.into())])
}

/// Why the call in hand was not handled so.
fn not_handled(language: Language, refused: &CallError) -> String {
    let about = |id: &str, name: &str| language.with(id, &[("name", name.into())]);
    match refused {
        CallError::NobodyThere(seat) => about("calls-nobody-there", seat),
        CallError::NotYet(seat) => about("calls-not-yet", seat),
        CallError::OnHold(seat) => about("calls-on-hold", seat),
        CallError::NotOnHold(seat) => about("calls-not-on-hold", seat),
        CallError::HeldByPhone(_) => language.say("calls-held-by-phone"),
        CallError::NoCall(seat) => about("calls-no-call", seat),
        CallError::Keys => language.say("calls-bad-keys"),
        CallError::QueueClosed(queue) => about("calls-queue-closed", queue),
        CallError::QueueFull(queue) => about("calls-queue-full", queue),
        CallError::NobodyServes(queue) => about("calls-nobody-serves", queue),
        CallError::NotInPlan(queue) => about("calls-not-in-plan", queue),
        CallError::SameSeat(seat) => about("calls-same-seat", seat),
        CallError::SeatBusy(seat) => about("calls-seat-busy", seat),
        CallError::AnotherCall(seat) => about("calls-another-call", seat),
        CallError::Consulting(seat) => about("calls-consulting", seat),
        CallError::NoConsult(seat) => about("calls-no-consult", seat),
        CallError::NoEntry(entry) => about("calls-no-entry", entry),
        CallError::MayNotServe(seat) => about("calls-may-not-serve", seat),
        CallError::CalledAlready(entry) => about("calls-called-already", entry),
        CallError::DialsStopped => language.say("calls-dials-stopped"),
        CallError::NoTrunk => language.say("calls-no-trunk"),
    }
}

/// Why a form has done nothing: what happened, what was kept, what to do.
pub(crate) fn refused(language: Language, error: &ApiError) -> String {
    let why = match error {
        ApiError::Refused(Refusal::Refused(refused)) => refused_by_rules(language, refused),
        ApiError::Refused(Refusal::Busy) => language.say("not-busy"),
        ApiError::Refused(Refusal::Gone) => language.say("not-gone"),
        ApiError::Meaningless { .. } | ApiError::Malformed { .. } => language.say("not-field"),
        ApiError::Forbidden(_) => language.say("not-forbidden"),
        ApiError::PasswordFirst => language.say("not-password-first"),
        ApiError::OnceIsOver => language.say("admin-once-over"),
        ApiError::NameTaken { .. } => language.say("not-name-taken"),
        ApiError::LastAdministrator => language.say("not-last-administrator"),
        ApiError::Unauthorised
        | ApiError::TooManyWrong { .. }
        | ApiError::CrossSite
        | ApiError::NoSuchPath
        | ApiError::WrongMethod
        | ApiError::NotFound { .. }
        | ApiError::WrongType
        | ApiError::TooLarge
        | ApiError::Key(_)
        | ApiError::NotReloaded(_)
        | ApiError::TooSlow
        | ApiError::StreamsFull
        | ApiError::CutShort { .. }
        | ApiError::Store(_)
        | ApiError::NoRandom(_)
        | ApiError::Digest(_)
        | ApiError::Template(_) => language.say("not-other"),
    };
    format!("{why} {}", language.say("not-changed"))
}

fn not_in_bulk(language: Language, refused: &BulkError) -> String {
    match refused {
        BulkError::AtWork(_) => language.say("not-bulk-at-work"),
        BulkError::KeyUsed(id) => language.with("not-bulk-key", &[("id", id.to_string().into())]),
        BulkError::NoTime => language.say("not-bulk-no-time"),
        BulkError::NotStored => language.say("not-bulk-not-stored"),
        BulkError::NoReason => language.say("not-bulk-no-reason"),
    }
}

/// Which reasons may be given; any, where none are known.
fn reasons(language: Language, what: String, known: &[String]) -> String {
    if known.is_empty() {
        language.with("not-reason-any", &[("what", what.into())])
    } else {
        let known = known.join(", ");
        language.with(
            "not-reason-of",
            &[("what", what.into()), ("known", known.into())],
        )
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each refusal")]
fn refused_by_rules(language: Language, refused: &CommandError) -> String {
    match refused {
        CommandError::Call(refused) => not_handled(language, refused),
        CommandError::NoSeat(seat) => language.with("not-seat", &[("seat", seat.as_str().into())]),
        CommandError::NoOperator(operator) => {
            language.with("not-operator", &[("operator", operator.as_str().into())])
        }
        CommandError::OperatorNumber(operator) => {
            language.with("codes-no-number", &[("operator", operator.as_str().into())])
        }
        CommandError::NumberTaken { number, operator } => {
            let number = ("number", number.as_str().into());
            let operator = ("operator", operator.as_str().into());
            language.with("codes-number-taken", &[number, operator])
        }
        CommandError::SeatTaken { seat } => {
            language.with("not-seat-taken", &[("seat", seat.as_str().into())])
        }
        CommandError::OperatorElsewhere { operator, seat } => language.with(
            "not-operator-elsewhere",
            &[
                ("operator", operator.as_str().into()),
                ("seat", seat.as_str().into()),
            ],
        ),
        CommandError::LacksSkill { operator, queue } => language.with(
            "not-skilled",
            &[
                ("operator", operator.as_str().into()),
                ("queue", queue.as_str().into()),
            ],
        ),
        CommandError::NoTenant(tenant) => {
            language.with("not-authority", &[("tenant", tenant.as_str().into())])
        }
        CommandError::NoQueue(queue) => {
            language.with("not-queue", &[("queue", queue.as_str().into())])
        }
        CommandError::SeveralQueues(queue) => {
            language.with("not-one-queue", &[("queue", queue.as_str().into())])
        }
        CommandError::NoSuchButton(..) => language.say("not-no-button"),
        CommandError::NoMessage { name, .. } => {
            language.with("not-message", &[("name", name.as_str().into())])
        }
        CommandError::MessageTwice | CommandError::NotSpoken => language.say("not-message-twice"),
        CommandError::TooLong(most) => language.with("not-so-long", &[("most", (*most).into())]),
        CommandError::NotUnseen(id) => {
            language.with("not-unseen", &[("id", id.to_string().into())])
        }
        CommandError::ServedSince(id) => {
            language.with("not-served-since", &[("id", id.to_string().into())])
        }
        CommandError::ClosedTooLong(id) => {
            language.with("not-closed-long", &[("id", id.to_string().into())])
        }
        CommandError::NoNumber(id) => language.with("not-number", &[("id", id.to_string().into())]),
        CommandError::ByHand(refused) => not_by_hand(language, refused),
        CommandError::Campaign(_) => language.say("not-campaign"),
        CommandError::Bulk(refused) => not_in_bulk(language, refused),
        CommandError::NotSteppedIn(refused) => stepping_in::told(language, refused),
        CommandError::Memo(refused) => memos::told(language, refused),
        CommandError::Trial(refused) => trying::refused(language, refused),
        CommandError::NotPressed(_) => language.say("not-not-pressed"),
        CommandError::SpecialDay(refused) => not_special(language, refused),
        CommandError::NotMarked(_) => language.say("not-not-marked"),
        CommandError::MarkedAs(mark) => {
            let mark = match mark {
                Mark::DoNotCall => language.say("admin-mark-do-not-call"),
                Mark::Shared => language.say("admin-mark-shared"),
            };
            language.with("admin-marked-as", &[("mark", mark.into())])
        }
        CommandError::TooManyMarks(most) => {
            language.with("not-more-marks", &[("most", (*most).into())])
        }
        CommandError::MarkIsOver | CommandError::StopIsOver => language.say("not-end-is-over"),
        CommandError::NoSite(site) => language.with("not-site", &[("site", site.as_str().into())]),
        CommandError::SiteNotOut(site) => {
            language.with("not-site-out", &[("site", site.as_str().into())])
        }
        CommandError::NoCallback(id) => {
            language.with("not-callback", &[("id", id.to_string().into())])
        }
        CommandError::NoTask(id) => language.with("not-task", &[("id", id.to_string().into())]),
        CommandError::TaskNotOffered { task, seat } => language.with(
            "not-task-offered",
            &[
                ("task", task.to_string().into()),
                ("seat", seat.as_str().into()),
            ],
        ),
        CommandError::TaskNotAtWork(id) => {
            language.with("not-task-at-work", &[("id", id.to_string().into())])
        }
        CommandError::TaskAtWork(id) => {
            language.with("not-while-at-work", &[("id", id.to_string().into())])
        }
        CommandError::TooManyTasks(most) => {
            language.with("not-more-tasks", &[("most", (*most).into())])
        }
        CommandError::NoLine(line) => language.with("not-line", &[("line", line.as_str().into())]),
        CommandError::PauseReason { known, .. } => {
            reasons(language, language.say("not-pause-reason"), known)
        }
        CommandError::DeclineReason { known, .. } => {
            reasons(language, language.say("not-decline-reason"), known)
        }
        CommandError::DeclineNamesNumber => language.say("not-names-number"),
        CommandError::NoCallbackOffered(_) => language.say("not-offered"),
        CommandError::ShiftIsOver => language.say("not-shift-is-over"),
        CommandError::NotTaken(faults) => language.with("not-taken", &[("n", faults.len().into())]),
        CommandError::NobodyThere(seat) => {
            language.with("not-empty-seat", &[("seat", seat.as_str().into())])
        }
        CommandError::NoConversation(seat) => {
            language.with("not-conversation", &[("seat", seat.as_str().into())])
        }
        CommandError::NoSuchResult(code) => {
            language.with("admin-no-such-result", &[("code", code.as_str().into())])
        }
        CommandError::NoNeedThere { .. } => language.say("not-need-there"),
        CommandError::NotToBeTaken(_) => language.say("console-not-to-be-taken"),
        CommandError::NotFree(seat) => {
            language.with("console-not-free", &[("seat", seat.as_str().into())])
        }
        CommandError::NotByHand(queue) => {
            language.with("console-not-by-hand", &[("queue", queue.as_str().into())])
        }
        CommandError::NeedSaidTwice(_) => language.say("not-need-twice"),
        CommandError::StillNeeded(_) => language.say("not-still-needed"),
        CommandError::Stopping => language.say("told-stopping"),
    }
}

fn not_special(language: Language, refused: &SpecialDayError) -> String {
    match refused {
        SpecialDayError::NoCalendar {
            calendar, known, ..
        } => {
            let about = [
                ("calendar", calendar.as_str().into()),
                ("known", known.join(", ").into()),
            ];
            language.with("admin-no-calendar", &about)
        }
        SpecialDayError::NoHours(tenant) => language.with(
            "admin-closure-no-calendar",
            &[("tenant", tenant.as_str().into())],
        ),
        SpecialDayError::Day(_) => language.say("admin-closure-no-day"),
        SpecialDayError::TooLong => language.say("admin-closure-too-long"),
        SpecialDayError::IsOver => language.say("admin-closure-is-over"),
        SpecialDayError::Hours(_) => language.say("admin-closure-no-hours"),
        SpecialDayError::TooMany => language.say("admin-closure-too-many"),
        SpecialDayError::NoEntry(_) => language.say("admin-closure-no-entry"),
    }
}

fn not_by_hand(language: Language, refused: &ByHandError) -> String {
    match refused {
        ByHandError::OpenAlready(id) | ByHandError::SameRequest(id) => {
            language.with("not-open-already", &[("id", id.to_string().into())])
        }
        ByHandError::KeyUsed(id) => language.with("not-key", &[("id", id.to_string().into())]),
        ByHandError::Marked(Mark::DoNotCall) => language.say("not-do-not-call"),
        ByHandError::Marked(Mark::Shared) => language.say("not-shared"),
        ByHandError::NotCallable(_) => language.say("not-not-callable"),
        ByHandError::NoDeadline => language.say("not-no-deadline"),
        ByHandError::DeadlineTooSoon => language.say("not-deadline-too-soon"),
        ByHandError::NoteTooLong => language.say("not-note-too-long"),
        ByHandError::TooMany(most) => language.with("not-more-kept", &[("most", (*most).into())]),
        ByHandError::AtWork { callback, .. } => {
            language.with("not-now", &[("callback", callback.to_string().into())])
        }
        ByHandError::NoNeed { callback, need } => language.with(
            "not-need",
            &[
                ("callback", callback.to_string().into()),
                ("need", need.to_string().into()),
            ],
        ),
    }
}
