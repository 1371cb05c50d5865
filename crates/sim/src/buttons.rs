//! Stop buttons of a world: somebody presses and releases them; and what must hold meanwhile of
//! every row that is decided.

use cuptel_core::announcement::Spoken;
use cuptel_core::id::{QueueId, SeatId, TenantId};
use cuptel_core::record::{AttemptRow, ClosureRow, DialRow, OfferRow, Record, Work};
use cuptel_core::step::Command;
use cuptel_core::stop_button::{ButtonTold, Pressed, Scope};
use cuptel_core::words::{Button, CallbackState, DialState, OfferState, Stage};

use crate::chance::Chance;
use crate::first::wanted;
use crate::image::Image;
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The stream that buttons are drawn from, beside the others.
const BUTTONS: u64 = 5_011;

impl World {
    /// In some worlds somebody keeps pressing and releasing buttons.
    pub(crate) fn plan_buttons(&mut self) {
        self.plan_from_time_to_time((BUTTONS, "button"), 30, (5, 120), Happening::Button);
    }

    /// Somebody presses or releases a button; in the quiet at the end all of them are released.
    pub(crate) fn button(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, presses) = (chance.s(3, 40), chance.percent(60));
        let told = some_button(&mut chance);
        let lasts_ms = chance.between(2_000, 60_000);
        let lasts_ms = i64::try_from(lasts_ms).ok().filter(|_| chance.percent(40));
        let is_spoken = chance.percent(50);
        self.plan(after_us, Happening::Button(chance));
        let Some(process) = &self.process else {
            return Ok(());
        };
        if !self.is_calm() && presses {
            let pressed = Pressed {
                ends_ms: lasts_ms.map(|ms| self.now().utc_ms + ms),
                ..Pressed::default()
            };
            self.met.deed(told.button.as_str());
            if told.button == Button::Emergency && is_spoken {
                let spoken = Spoken {
                    sound: None,
                    duration_ms: 1_000,
                    seat: None,
                };
                let pressed = Box::new(Pressed {
                    spoken: Some(spoken),
                    ..pressed
                });
                return self.commands_spoken(Command::PressStop { told, pressed });
            }
            let pressed = Box::new(pressed);
            return self.commands(Command::PressStop { told, pressed });
        }
        let stops = process.switch.snapshot(self.now()).stops;
        let Some(stop) = stops.into_iter().next() else {
            return Ok(());
        };
        let told = ButtonTold {
            button: stop.button,
            tenant: stop.tenant,
            queue: stop.queue,
        };
        self.commands(Command::ReleaseStop {
            told,
            supervisor: None,
        })
    }

    /// Whether a queue was held open against its hours of late.
    pub(crate) fn was_opened(&self, since_ms: i64) -> bool {
        let mut rows = self.decided.closures.values();
        rows.any(|row| {
            row.button == Button::Opened && row.until_ms.is_none_or(|until_ms| until_ms >= since_ms)
        })
    }
}

fn some_button(chance: &mut Chance) -> ButtonTold {
    let (tenant, queue) = chance.pick(&[("teramo", "prenotazioni"), ("avezzano", "centro")]);
    let buttons = [
        Button::Outgoing,
        Button::Closed,
        Button::Opened,
        Button::Emergency,
    ];
    let button = chance.pick(&buttons);
    let of_tenant = chance.percent(60);
    let of_queue = match button {
        Button::Outgoing => of_tenant && chance.percent(50),
        Button::Closed | Button::Opened => true,
        Button::Emergency => false,
    };
    ButtonTold {
        button,
        tenant: (of_tenant || of_queue).then(|| tenant.to_owned()),
        queue: of_queue.then(|| queue.to_owned()),
    }
}

/// Nothing is begun against a button that is pressed.
pub(crate) fn check_buttons(before: &Image, record: &Record) -> Result<(), Broken> {
    if before.pressed().next().is_none() {
        return Ok(());
    }
    match record {
        Record::Dial(row) => not_dialled(before, row),
        Record::Offer(row) => not_offered(before, row),
        Record::Attempt(row) => not_admitted(before, row),
        Record::Number(_)
        | Record::Callback(_)
        | Record::CallbackAmended(_)
        | Record::Need(_)
        | Record::NeedDetail(_)
        | Record::CallbackEvent(_)
        | Record::Promise(_)
        | Record::Decision(_)
        | Record::Assignment(_)
        | Record::SignIn(_)
        | Record::Interval(_)
        | Record::Registration(_)
        | Record::Seat(_)
        | Record::Operator(_)
        | Record::OperatorPin(_)
        | Record::Profile(_)
        | Record::Owner(_)
        | Record::CodeWord(_)
        | Record::Decline(_)
        | Record::ChosenTime(_)
        | Record::SideCall(_)
        | Record::Bulk(_)
        | Record::BulkEntry(_)
        | Record::YearsEmptied(_)
        | Record::SiteOutage(_)
        | Record::Closure(_)
        | Record::Announcement(_)
        | Record::Memo(_)
        | Record::MemoReading(_)
        | Record::Mark(_)
        | Record::SpecialDay(_)
        | Record::Review(_)
        | Record::Campaign(_)
        | Record::CampaignEntry(_)
        | Record::Task(_)
        | Record::TaskEvent(_)
        | Record::ConfigVersion(_) => Ok(()),
    }
}

/// The button that forbids to dial for this queue of this authority.
fn stops(before: &Image, tenant: TenantId, queue: Option<QueueId>) -> Option<&ClosureRow> {
    before.pressed().find(|row| match (row.button, row.scope) {
        (Button::Closed | Button::Opened, _) => false,
        (Button::Outgoing | Button::Emergency, Scope::Region) => true,
        (Button::Outgoing | Button::Emergency, Scope::Tenant(own)) => own == tenant,
        (Button::Outgoing | Button::Emergency, Scope::Queue(own)) => Some(own) == queue,
    })
}

fn offered_for(before: &Image, work: Work, seat: SeatId) -> Option<QueueId> {
    let mut offers = before.offers.values().rev();
    let offer = offers.find(|row| row.work == work && row.seat == seat);
    offer.map(|row| row.queue)
}

fn not_dialled(before: &Image, row: &DialRow) -> Result<(), Broken> {
    if row.state != DialState::InFlight || before.dials.contains_key(&row.id) {
        return Ok(());
    }
    let work = Work::Callback(row.callback);
    let queue = match row.seat {
        Some(seat) => offered_for(before, work, seat),
        None => wanted(before, row.callback),
    };
    let case = before.callbacks.get(&row.callback);
    match case.and_then(|case| stops(before, case.tenant, queue)) {
        Some(stop) => broken(
            "P3",
            format!("dial {} is placed while {} is pressed", row.id, stop.button),
        ),
        None => Ok(()),
    }
}

fn not_offered(before: &Image, row: &OfferRow) -> Result<(), Broken> {
    let Work::Callback(id) = row.work else {
        return Ok(());
    };
    let is_new = row.state == OfferState::Open && !before.offers.contains_key(&row.id);
    let case = before.callbacks.get(&id).filter(|_| is_new);
    // Whoever lost their operator is on the line, and nobody dials them.
    let case = case.filter(|case| case.state != CallbackState::AnsweredWaiting);
    match case.and_then(|case| stops(before, case.tenant, Some(row.queue))) {
        Some(stop) => broken(
            "P3",
            format!("callback {id} is offered while {} is pressed", stop.button),
        ),
        None => Ok(()),
    }
}

fn not_admitted(before: &Image, row: &AttemptRow) -> Result<(), Broken> {
    let old = before.attempts.get(&row.id);
    let enters = row.stage == Stage::Queued && old.is_some_and(|old| old.queued_ms.is_none());
    let closed = before.pressed().find(|stop| {
        stop.button == Button::Closed && row.queue.map(Scope::Queue) == Some(stop.scope)
    });
    match closed.filter(|_| enters) {
        Some(stop) => broken(
            "P5",
            format!("attempt {} enters a queue, {} closed it", row.id, stop.id),
        ),
        None => Ok(()),
    }
}
