//! The process under test: the switch, the order of its effects, its death and its return.

use std::sync::Arc;

use cuptel_call::{EntriesWanted, Input, PinWanted, Step, Switch};
use cuptel_core::Centre;
use cuptel_core::id::SeatId;
use cuptel_core::matching::{Considered, Eligibility};
use cuptel_core::record::{Proposal, Record};
use cuptel_core::rules::Rules;
use cuptel_core::time::Now;
use cuptel_core::words::{OfferState, TaskEventKind};
use cuptel_media as media;
use cuptel_sip::Transmit;

use crate::admission::Asked;
use crate::beside::check_side_calls;
use crate::bulk::check_bulk;
use crate::buttons::check_buttons;
use crate::first::check_first;
use crate::invented::Shape;
use crate::marks::{check_marks, check_suppressed};
use crate::promises::{Broken, broken, check, check_move, check_sums};
use crate::recalls::check_recalls;
use crate::returned::check_returned;
use crate::shown::{check_order, order_of};
use crate::sound::{Led, Sound};
use crate::watch::Seen;
use crate::weather::Weather;
use crate::world::{Happening, World};
use crate::writer::{Begun, Done};

/// A process that finds no database is started again after this.
const START_AGAIN_US: u64 = 5_000_000;

/// A process that lives.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) switch: Switch,
    step: Step,
    /// It was told to stop.
    pub(crate) is_stopping: bool,
    pub(crate) drained_us: Option<u64>,
}

impl Process {
    fn new(shape: &Shape, rules: Arc<Rules>, epoch: i64, seed: [u8; 32]) -> Self {
        let centre = Centre::new(rules, epoch);
        let switch = Switch::new(shape.settings(seed), centre, &shape.pairs());
        Self {
            switch,
            step: Step::default(),
            is_stopping: false,
            drained_us: None,
        }
    }

    /// What the rules want looked up.
    pub(crate) fn take_reads(&mut self) -> Vec<EntriesWanted> {
        std::mem::take(&mut self.step.reads)
    }

    /// PINs that are to be compared.
    pub(crate) fn take_pins(&mut self) -> Vec<PinWanted> {
        std::mem::take(&mut self.step.pins)
    }
}

impl World {
    /// Starts the process from what is committed and spilled; later, where there is no database.
    pub(crate) fn start(&mut self) -> Result<(), Broken> {
        if !self.is_calm() && !self.disk.weather.lets_start() {
            self.met.fault("a start finds no database");
            self.plan(START_AGAIN_US, Happening::Start);
            return Ok(());
        }
        let lost = self.disk.start();
        self.epoch = self.disk.memory.epoch();
        self.note(&format!("starts, life {}", self.epoch));
        self.check_kept(lost)?;
        self.decided = self.disk.database.rows.clone();
        self.disk.promised = self.decided.clone();
        self.watch.nobody_rings_unknown(&self.decided)?;
        self.keep_sounds()?;
        let restored = self.decided.restored(self.epoch);
        let seed = self.chance.seed32();
        let mut process = Process::new(&self.shape, self.rules.clone(), self.epoch, seed);
        if self.is_taped() {
            process.switch.record();
        }
        process
            .switch
            .restore(self.now(), restored, &mut process.step);
        self.process = Some(process);
        self.settle()?;
        if self.process.is_none() {
            return Ok(());
        }
        let stale = |row: &&cuptel_core::record::AttemptRow| {
            cuptel_core::id::epoch_of(row.id.0) < self.epoch
        };
        match self.decided.attempts_open().find(stale) {
            Some(row) => broken(
                "P1",
                format!("attempt {} of an earlier life stays open", row.id),
            ),
            None => {
                check(&self.decided)?;
                check_suppressed(&self.decided)?;
                check_sums(&self.decided)
            }
        }
    }

    /// Whatever was told as committed or spilled is in the database now, unless that forgot it.
    fn check_kept(&mut self, lost: usize) -> Result<(), Broken> {
        let missing = self.disk.promised.missing_in(&self.disk.database.rows);
        self.forgotten.extend(missing.call_ids);
        if self.disk.database.has_forgotten() {
            return Ok(());
        }
        if missing.rows > 0 || lost > 0 {
            return broken(
                "P1",
                format!(
                    "{} rows that were told and {lost} spilled transactions are gone",
                    missing.rows
                ),
            );
        }
        Ok(())
    }

    /// Hands the process something, and does what follows.
    pub(crate) fn feed(&mut self, input: Input<'_>) -> Result<(), Broken> {
        let now = self.now();
        let Some(process) = self.process.as_mut() else {
            return Ok(());
        };
        process.switch.handle(now, input, &mut process.step);
        self.settle()
    }

    /// As the engine's loop: what is committed is carried out, what is not is handed over, and
    /// the rest leaves. The process may die between any two of these.
    pub(crate) fn settle(&mut self) -> Result<(), Broken> {
        let now = self.now();
        if self.book()? {
            return Ok(());
        }
        let Some(process) = self.process.as_mut() else {
            return Ok(());
        };
        let memory = &mut self.disk.memory;
        let progress = memory.progress();
        let (switch, step) = (&mut process.switch, &mut process.step);
        memory.journal.told(now, progress, switch, step);
        if self.book()? {
            return Ok(());
        }
        while self.carry_out_next(now) {
            self.ask_for_entries();
            if self.book()? {
                return Ok(());
            }
        }
        let Some(process) = self.process.as_mut() else {
            return Ok(());
        };
        let transmits = std::mem::take(&mut process.step.transmits);
        let commands = std::mem::take(&mut process.step.media);
        process.step.replies.clear();
        if std::mem::take(&mut process.step.drained) {
            process.drained_us = Some(self.now_us);
            self.note("drained");
        }
        self.disk.memory.hand_over();
        self.send(transmits);
        for command in commands {
            self.check_sounds(&command)?;
            self.command_sound(command);
        }
        self.write();
        Ok(())
    }

    fn carry_out_next(&mut self, now: Now) -> bool {
        let Some(process) = self.process.as_mut() else {
            return false;
        };
        let (switch, step) = (&mut process.switch, &mut process.step);
        self.disk.memory.journal.carry_out_next(now, switch, step)
    }

    /// Lets the writer begin what it has to do.
    fn write(&mut self) {
        if self.is_calm() {
            self.disk.weather = Weather::Fine;
        }
        while let Some(begun) = self.disk.work(self.now()) {
            let Begun {
                turn,
                spills,
                after_us,
            } = begun;
            self.plan(after_us, Happening::Written(turn));
            let dies = self.dies_writing.remove(&turn)
                || spills.is_some_and(|n| self.dies_spilling.remove(&n));
            if dies {
                let after_us = self.streams.death.between(0, after_us);
                self.plan(after_us, Happening::Dies);
            }
        }
    }

    /// The writer is through with something.
    pub(crate) fn written(&mut self, turn: u64) -> Result<(), Broken> {
        let done = self.disk.done(self.now(), turn, &mut self.met);
        match done {
            Done::Stale => Ok(()),
            Done::Told => self.settle(),
            Done::Stopped => {
                self.met.fault("what happens can be stored nowhere");
                if !self.disk.spill.is_full() && !self.disk.database.forgets {
                    return broken("P6", "it ends though what happens can be stored");
                }
                self.crash();
                Ok(())
            }
        }
    }

    /// Checks and books one step. True when the process has died after it.
    fn book(&mut self) -> Result<bool, Broken> {
        let now_ms = self.now().utc_ms;
        let Some(process) = self.process.as_mut() else {
            return Ok(true);
        };
        for transmit in &process.step.transmits[self.watched..] {
            let seen = Seen {
                promised: &self.disk.promised,
                committed: &self.disk.database.rows,
                decided: &self.decided,
                is_mute: self.sound.is_dead,
                now_us: self.now_us,
            };
            self.watch.leaves(seen, transmit)?;
        }
        self.watched = process.step.transmits.len();
        for seat in std::mem::take(&mut self.watch.seats_asked) {
            self.asked.entry(seat).or_insert(Asked::Since(self.now_us));
        }
        let records: Vec<Record> = process.step.records.clone();
        // Not as this world has it: a reload is known there only when it is over.
        let order = order_of(process.switch.rules());
        let step = &mut process.step;
        let journal = &mut self.disk.memory.journal;
        journal.take_in(&mut step.records, &mut step.deferred);
        self.check_explained(&records)?;
        for record in &records {
            self.check_admission(record)?;
            self.watch.decided(&self.decided, record)?;
            check_buttons(&self.decided, record)?;
            check_side_calls(&self.decided, record)?;
            check_marks(&self.decided, record)?;
            check_recalls(&self.decided, record)?;
            check_returned(&self.decided, record)?;
            check_first(&self.decided, record)?;
            check_order(&self.decided, record, order)?;
            check_bulk(&self.decided, record)?;
            check_move(&self.decided, record, now_ms)?;
            self.check_decline(record)?;
            self.check_chosen(record)?;
            self.decided.apply(record);
        }
        if !records.is_empty() {
            self.check_held(&records)?;
            self.check_declines()?;
            self.check_needs_kept(&records)?;
            self.note_records(&records);
            self.may_hush(&records);
            check(&self.decided)?;
            self.check_bounds()?;
        }
        self.check_idling()?;
        self.steps += 1;
        self.cut_tape();
        if self.dies_at.first().is_some_and(|at| *at <= self.steps) && self.may_die() {
            self.dies_at.remove(0);
            self.crash();
            return Ok(true);
        }
        Ok(false)
    }

    /// Every offer is explained with it, and by the seat that was named first.
    fn check_explained(&self, records: &[Record]) -> Result<(), Broken> {
        for (proposal, seat) in records.iter().filter_map(|it| self.proposed(it)) {
            let why = |record: &Record| {
                let Record::Decision(row) = record else {
                    return None;
                };
                (row.of == proposal).then(|| row.explanation.clone())
            };
            let Some(why) = records.iter().find_map(why) else {
                return broken("P5", format!("{proposal:?} is not explained"));
            };
            let may = |seat: &&Considered| seat.eligibility == Eligibility::Eligible;
            let first = why.seats.iter().find(may).map(|seat| seat.seat);
            // Whom an operator has chosen by hand nobody else was to have.
            if !why.chosen && first != Some(seat) {
                return broken("P5", format!("{proposal:?} to {seat}: {why:?}"));
            }
        }
        Ok(())
    }

    /// What was proposed now, and to which seat.
    fn proposed(&self, record: &Record) -> Option<(Proposal, SeatId)> {
        if let Record::Offer(row) = record {
            let is_new = !self.decided.offers.contains_key(&row.id);
            let is_new = is_new && row.state == OfferState::Open;
            return is_new.then_some((Proposal::Offer(row.id), row.seat));
        }
        let Record::TaskEvent(row) = record else {
            return None;
        };
        let is_offer = row.kind == TaskEventKind::Offered;
        let seat = row.seat.filter(|_| is_offer)?;
        Some((Proposal::Task(row.task, row.id), seat))
    }

    /// While the database does not take what happens, nobody new is offered anything.
    fn check_held(&self, records: &[Record]) -> Result<(), Broken> {
        let now_ms = self.now().utc_ms;
        let is_begun = |record: &Record| {
            matches!(record, Record::Offer(row)
                if row.state == OfferState::Open && row.offered_ms == now_ms)
        };
        let holds = self.disk.memory.progress().database.holds();
        if holds && records.iter().any(is_begun) {
            return broken("P4", "an offer is begun while the database is away");
        }
        Ok(())
    }

    fn may_die(&self) -> bool {
        self.now_us < self.calm_us
    }

    /// The media thread ends at about the time of some offer, when most depends on it.
    fn may_hush(&mut self, records: &[Record]) {
        let offers = records
            .iter()
            .filter(|record| matches!(record, Record::Offer(_)));
        let offers = u64::try_from(offers.count()).unwrap_or(0);
        let Some(left) = self.offers_until_mute.filter(|_| offers > 0) else {
            return;
        };
        self.offers_until_mute = left.checked_sub(offers);
        if self.offers_until_mute.is_none() {
            let after_us = self.chance.ms(0, 8);
            self.plan(after_us, Happening::MediaDies);
        }
    }

    fn note_records(&mut self, records: &[Record]) {
        for record in records {
            let line = match record {
                Record::Attempt(row) => {
                    format!("attempt {} {} {:?}", row.id, row.stage, row.outcome)
                }
                Record::Callback(row) | Record::CallbackAmended(row) => {
                    format!("callback {} {} tries {}", row.id, row.state, row.tries)
                }
                Record::Dial(row) => format!("dial {} {} {:?}", row.id, row.state, row.result),
                Record::Offer(row) => format!(
                    "offer {} {:?} seat {} {}",
                    row.id, row.work, row.seat, row.state
                ),
                Record::Assignment(row) => {
                    format!("assignment {} seat {} {:?}", row.id, row.seat, row.ended_ms)
                }
                Record::SignIn(row) => format!("seat {} is {}", row.seat, row.chosen),
                Record::Registration(row) => {
                    format!("seat {} registered until {}", row.seat, row.expires_ms)
                }
                Record::Interval(row) => {
                    format!("seat {} {} since {}", row.seat, row.work, row.since_ms)
                }
                Record::Promise(row) => {
                    format!("attempt {} promised by {}", row.attempt, row.by_ms)
                }
                Record::Number(_)
                | Record::Need(_)
                | Record::NeedDetail(_)
                | Record::CallbackEvent(_)
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
                | Record::TaskEvent(_)
                | Record::SiteOutage(_)
                | Record::Closure(_)
                | Record::Announcement(_)
                | Record::Mark(_)
                | Record::SpecialDay(_)
                | Record::Memo(_)
                | Record::MemoReading(_)
                | Record::Review(_) => continue,
                Record::Campaign(row) => format!("campaign {} {}", row.id, row.state),
                Record::CampaignEntry(row) => {
                    format!(
                        "entry {} of campaign {} {}",
                        row.id, row.campaign, row.state
                    )
                }
                Record::Task(row) => format!("task {} {} at {:?}", row.id, row.state, row.seat),
                Record::Decision(row) => format!("why {:?}: {:?}", row.of, row.explanation),
                Record::ConfigVersion(row) => format!("follows {} since {}", row.hash, row.at_ms),
            };
            self.note(&line);
        }
    }

    /// The process vanishes. What it had begun to send is out, up to some packet.
    pub(crate) fn crash(&mut self) {
        self.note("dies");
        self.met.fault("the process dies");
        self.play_back();
        let Some(mut process) = self.process.take() else {
            return;
        };
        let mut transmits = std::mem::take(&mut process.step.transmits);
        transmits.truncate(self.streams.death.index(transmits.len() + 1));
        self.send(transmits);
        self.end_process();
        let after_us = self.streams.death.ms(200, 40_000);
        self.plan(after_us, Happening::Start);
    }

    /// Nobody can be heard any more. The process lives on until somebody replaces it.
    pub(crate) fn media_dies(&mut self) -> Result<(), Broken> {
        if self.process.is_none() || self.is_calm() || self.sound.is_dead {
            return Ok(());
        }
        self.note("the media thread ends");
        self.met.fault("the media thread ends");
        self.sound.is_dead = true;
        let after_us = self.chance.s(1, 90);
        self.plan(after_us, Happening::Replaced(self.epoch));
        self.feed(Input::MediaGone)
    }

    /// What dies with the process, however it ended.
    pub(crate) fn end_process(&mut self) {
        self.play_back();
        self.process = None;
        self.nothing_is_kept();
        self.watched = 0;
        self.sound = Sound::default();
        self.unread.clear();
        self.all_connections_end();
        self.disk.die(&mut self.met);
        self.everybody_hears_silence();
    }

    fn send(&mut self, transmits: Vec<Transmit>) {
        self.watched = 0;
        for transmit in transmits {
            self.carry(transmit, true);
        }
    }

    fn command_sound(&mut self, command: media::Command) {
        self.check_verified(&command);
        let now_us = self.now_us;
        let Led { due, told, bridged } =
            self.sound.command(now_us, command, &mut self.streams.sound);
        for (after_us, due) in due {
            self.plan(after_us, Happening::Sound(self.epoch, due));
        }
        for event in told {
            let after_us = self.streams.sound.ms(0, 3);
            self.plan(after_us, Happening::Told(self.epoch, event));
        }
        if let Some((a, b)) = bridged {
            self.conversation_begins(a, b);
        }
    }
}
