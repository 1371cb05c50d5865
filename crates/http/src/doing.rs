//! What can be done on a seat now, in the order of its page: the same things stand at the same places,
//! and what the state does not allow is not there.

use cuptel_core::id::TaskId;
use cuptel_core::snapshot::SeatNow;
use cuptel_core::words::{Chosen, WorkState};

/// What the page of a seat offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Doing {
    /// Somebody begins to work there.
    pub(crate) signs_in: bool,
    /// Its operator takes works; the message that the button says.
    pub(crate) available: Option<&'static str>,
    /// They say how a conversation ended.
    pub(crate) disposes: bool,
    /// They take the task that is offered.
    pub(crate) takes: Option<TaskId>,
    /// They end the task that they do.
    pub(crate) ends: Option<TaskId>,
    /// They pause, go to the counter, take one more.
    pub(crate) pauses: bool,
    /// They go.
    pub(crate) signs_out: bool,
}

impl Doing {
    pub(crate) fn of(seat: &SeatNow) -> Self {
        let is_in = seat.chosen != Chosen::SignedOut;
        let at_task = seat.work == WorkState::AtTask;
        Self {
            signs_in: !is_in && seat.work == WorkState::Idle,
            available: available(seat),
            disposes: seat.result.is_some(),
            takes: seat.task.filter(|_| is_in && !at_task),
            ends: seat.task.filter(|_| at_task),
            pauses: is_in && !matches!(seat.chosen, Chosen::Paused | Chosen::FrontOffice),
            signs_out: is_in,
        }
    }

    /// Changes when the page has to be loaded again to show what can be done.
    pub(crate) fn mark(seat: &SeatNow) -> String {
        let reachable = if seat.reachable { "" } else { "!" };
        let task = seat.task.map_or(String::new(), |task| task.to_string());
        let result = seat.result.as_ref();
        let which = result.map_or(String::new(), |it| it.conversation.to_string());
        let told = result.and_then(|result| result.told);
        let told = told.map_or("", |told| told.as_str());
        let code = result.and_then(|result| result.code.as_ref());
        let code = code.map_or("", |code| code.as_str());
        let call = seat.person.as_ref().and_then(|person| person.attempt);
        let call = call.map_or(String::new(), |call| format!(" {call}"));
        format!(
            "{}{} {}{task} {which} {told}{code}{call}",
            seat.chosen, reachable, seat.work
        )
    }
}

fn available(seat: &SeatNow) -> Option<&'static str> {
    match (seat.chosen, seat.work) {
        (Chosen::SignedOut, _) => None,
        (_, WorkState::NotResponding) => Some("console-here"),
        (Chosen::Paused | Chosen::FrontOffice, _) => Some("console-back"),
        (Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut, _) => Some("console-stay"),
        // The result of a conversation ends the time after it.
        (Chosen::Available, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use cuptel_core::at_seat::ResultNow;
    use cuptel_core::id::AssignmentId;

    use super::*;

    fn seat(chosen: Chosen, work: WorkState) -> SeatNow {
        SeatNow {
            name: "101".to_owned(),
            site: "teramo".to_owned(),
            operator: None,
            home: None,
            employer: None,
            chosen,
            pause_reason: None,
            supervisor: None,
            work,
            since_ms: None,
            reachable: true,
            queue: None,
            tenant: None,
            callback: false,
            shift_ends_ms: None,
            site_out: false,
            task: None,
            notes: Vec::new(),
            owed: None,
            call: None,
            beside: None,
            trial: None,
            person: None,
            result: None,
            chooses: Vec::new(),
            next: None,
            memos: Vec::new(),
        }
    }

    #[test]
    fn where_nobody_is_signed_in_one_can_only_sign_in() {
        let doing = Doing::of(&seat(Chosen::SignedOut, WorkState::Idle));
        assert!(doing.signs_in && !doing.signs_out && !doing.pauses && !doing.disposes);
        assert_eq!(doing.available, None);
    }

    #[test]
    fn who_talks_gives_the_result_and_may_choose_a_pause_for_later() {
        let mut at = seat(Chosen::Available, WorkState::Talking);
        assert!(!Doing::of(&at).disposes, "a colleague, or the directory");
        at.result = Some(ResultNow {
            conversation: AssignmentId(7),
            told: None,
            code: None,
            until_ms: None,
            ends_with_it: false,
            given_on: false,
        });
        let doing = Doing::of(&at);
        assert!(doing.disposes && doing.pauses && !doing.signs_in);
    }

    #[test]
    fn a_task_is_taken_where_it_is_offered_and_ended_where_it_is_done() {
        let mut at = seat(Chosen::Available, WorkState::Idle);
        at.task = Some(TaskId(5));
        assert_eq!(Doing::of(&at).takes, Some(TaskId(5)));
        at.work = WorkState::AtTask;
        assert_eq!(Doing::of(&at).takes, None);
        assert_eq!(Doing::of(&at).ends, Some(TaskId(5)));
    }

    #[test]
    fn a_page_is_loaded_again_when_the_state_changes_and_not_with_time() {
        let free = seat(Chosen::Available, WorkState::Idle);
        let mut later = free.clone();
        later.since_ms = Some(7);
        assert_eq!(Doing::mark(&free), Doing::mark(&later));
        later.work = WorkState::Ringing;
        assert_ne!(Doing::mark(&free), Doing::mark(&later));
    }
}
