//! Who is told that we called them, held against the dials on record: whoever is recognised was
//! called in vain or still has a call coming, and who asks whether it was us hears the truth about
//! the number that they call from.

use cuptel_core::id::TenantId;
use cuptel_core::number::Caller;
use cuptel_core::record::{CallbackEventRow, DialRow, Record};
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedHow, DialResult, DialState, Mark,
};
use cuptel_media::{Command, StreamId};

use crate::image::Image;
use crate::invented::{PEOPLE, VERIFY_NO, VERIFY_YES};
use crate::line::Who;
use crate::promises::{Broken, broken};
use crate::world::World;

/// The authority whose dialplan can be asked.
const ASKED: TenantId = TenantId(1);
/// Far less than what it looks back: clocks are set in some worlds.
const LATELY_MS: i64 = 6 * 3_600_000;
/// What was decided before a dial ended may be heard after it.
const SAID_MS: i64 = 30_000;

/// A row was decided; `before` does not have it yet.
pub(crate) fn check_returned(before: &Image, record: &Record) -> Result<(), Broken> {
    if let Record::CallbackEvent(row) = record
        && row.kind == CallbackEventKind::Returned
    {
        return check_known(before, row);
    }
    Ok(())
}

fn check_known(before: &Image, row: &CallbackEventRow) -> Result<(), Broken> {
    let callback = before.callbacks.get(&row.callback);
    let attempt = row.attempt.and_then(|id| before.attempts.get(&id));
    let (Some(callback), Some(attempt)) = (callback, attempt) else {
        return broken(
            "P7",
            format!("a return of callback {} by nobody", row.callback),
        );
    };
    let own = attempt.number.and_then(|id| before.e164(id));
    let is_theirs = own.is_some()
        && own == before.e164(callback.number)
        && attempt.tenant == Some(callback.tenant);
    if !is_theirs || before.is_marked(callback.number, Mark::Shared, callback.tenant) {
        let what = format!("attempt {} is told of callback {}", attempt.id, callback.id);
        return broken("P7", what);
    }
    // A dial of an earlier callback, which was given up, is one to them as well.
    let to_them = |dial: &DialRow| {
        let of = before.callbacks.get(&dial.callback);
        before.e164(dial.number) == own && of.is_some_and(|of| of.tenant == callback.tenant)
    };
    let was_dialled = before.dials.values().any(to_them);
    let is_owed = match callback.closed_how {
        None => callback.state != CallbackState::Closed,
        Some(how) => matches!(how, ClosedHow::Exhausted | ClosedHow::Expired),
    };
    if was_dialled && is_owed {
        return Ok(());
    }
    broken(
        "P5",
        format!("callback {} is returned and was not dialled", callback.id),
    )
}

impl World {
    /// A caller hears something.
    pub(crate) fn check_verified(&mut self, command: &Command) {
        let Command::Play {
            stream, prompts, ..
        } = command
        else {
            return;
        };
        let says = |prompt: u32| prompts.iter().any(|it| it.0 == prompt);
        let (yes, no) = (says(VERIFY_YES.0), says(VERIFY_NO.0));
        if !yes && !no {
            return;
        }
        let Some(digits) = self.caller_on(*stream) else {
            return;
        };
        self.met.deed(if yes {
            "is told that it was us"
        } else {
            "is told that it was not us"
        });
        let now_ms = self.now().utc_ms;
        let image = &self.decided;
        let of_them = |dial: &&DialRow| {
            let callback = image.callbacks.get(&dial.callback);
            let refused = dial.result == Some(DialResult::TrunkFailed) && dial.sip_status.is_some();
            image.e164(dial.number) == Some(digits.as_str())
                && callback.is_some_and(|row| row.tenant == ASKED)
                && !refused
        };
        let lately = |dial: &&DialRow| {
            let ended_ms = dial.ended_ms.unwrap_or(now_ms);
            let is_over = dial.state == DialState::Ended && ended_ms < now_ms - SAID_MS;
            is_over && dial.placed_ms > now_ms - LATELY_MS
        };
        // A crash hides how a dial ended, and not that a phone may have rung for it.
        let may_have_rung = |dial: &&DialRow| dial.state != DialState::InFlight;
        let mut dials = image.dials.values().filter(of_them);
        let is_true = if yes {
            dials.any(|dial| may_have_rung(&dial))
        } else {
            !dials.any(|dial| lately(&dial))
        };
        if !is_true && self.told_wrong.is_none() {
            self.told_wrong = Some(format!(
                "{digits} is told {}",
                if yes { "yes" } else { "no" }
            ));
        }
    }

    fn caller_on(&self, stream: StreamId) -> Option<String> {
        let mut lines = self.lines.values();
        let line = lines.find(|line| line.stream == Some(stream))?;
        let Who::Caller(person) = line.who else {
            return None;
        };
        let number = Caller::from_user_part(PEOPLE[person]).number?;
        Some(number.reveal().to_owned())
    }
}
