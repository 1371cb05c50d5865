//! The process under test: the switch, the order of its effects, its death and its return.

use std::sync::Arc;

use cuptel_call::{Input, Step, Switch};
use cuptel_core::Centre;
use cuptel_core::record::Record;
use cuptel_core::rules::Rules;
use cuptel_media as media;
use cuptel_sip::Transmit;

use crate::invented::Shape;
use crate::promises::{Broken, broken, check, check_move, check_sums};
use crate::sound::{Led, Sound};
use crate::world::{Happening, World};

/// A process that lives.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) switch: Switch,
    step: Step,
    pub(crate) drained_us: Option<u64>,
}

impl Process {
    fn new(shape: &Shape, rules: Arc<Rules>, epoch: i64, seed: [u8; 32]) -> Self {
        let centre = Centre::new(rules, epoch);
        let switch = Switch::new(shape.settings(seed), centre, &shape.pairs());
        Self {
            switch,
            step: Step::default(),
            drained_us: None,
        }
    }
}

impl World {
    /// Starts the process from what is committed.
    pub(crate) fn start(&mut self) -> Result<(), Broken> {
        self.epoch += 1;
        self.note(&format!("starts, life {}", self.epoch));
        let restored = self.disk.committed.restored(self.epoch);
        let seed = self.chance.seed32();
        let mut process = Process::new(&self.shape, self.rules.clone(), self.epoch, seed);
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
            None => check_sums(&self.decided),
        }
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
        while let Some(effect) = self.disk.next_effect() {
            if let Some(process) = self.process.as_mut() {
                process.switch.carry_out(now, effect, &mut process.step);
            }
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
        self.send(transmits);
        for command in commands {
            self.command_sound(command);
        }
        if self.is_calm() {
            self.disk.slow_percent = 0;
        }
        if let Some(after_us) = self.disk.begin(&mut self.chance) {
            let life = self.disk.life;
            self.plan(after_us, Happening::Committed(life));
        }
        Ok(())
    }

    /// Checks and books one step. True when the process has died after it.
    fn book(&mut self) -> Result<bool, Broken> {
        let now_ms = self.now().utc_ms;
        let Some(process) = self.process.as_mut() else {
            return Ok(true);
        };
        for transmit in &process.step.transmits[self.watched..] {
            self.watch.leaves(&self.disk.committed, transmit)?;
        }
        self.watched = process.step.transmits.len();
        let records: Vec<Record> = process.step.records.clone();
        self.disk
            .take_in(&mut process.step.records, &mut process.step.deferred);
        for record in &records {
            self.watch.decided(&self.decided, record)?;
            check_move(&self.decided, record, now_ms)?;
            self.decided.apply(record);
        }
        if !records.is_empty() {
            self.note_records(&records);
            check(&self.decided)?;
        }
        self.steps += 1;
        if self.dies_at.first().is_some_and(|at| *at <= self.steps) && self.may_die() {
            self.dies_at.remove(0);
            self.crash();
            return Ok(true);
        }
        Ok(false)
    }

    fn may_die(&self) -> bool {
        self.now_us < self.calm_us
    }

    fn note_records(&mut self, records: &[Record]) {
        for record in records {
            let line = match record {
                Record::Attempt(row) => {
                    format!("attempt {} {} {:?}", row.id, row.stage, row.outcome)
                }
                Record::Callback(row) => {
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
                    format!("callback {} promised by {}", row.callback, row.by_ms)
                }
                Record::Number(_)
                | Record::Need(_)
                | Record::CallbackEvent(_)
                | Record::Seat(_)
                | Record::Operator(_) => continue,
                Record::ConfigVersion(row) => format!("follows {} since {}", row.hash, row.at_ms),
            };
            self.note(&line);
        }
    }

    /// The process vanishes. What it had begun to send is out, up to some packet.
    fn crash(&mut self) {
        self.note("dies");
        self.crashes += 1;
        let Some(mut process) = self.process.take() else {
            return;
        };
        let mut transmits = std::mem::take(&mut process.step.transmits);
        transmits.truncate(self.chance.index(transmits.len() + 1));
        self.send(transmits);
        self.end_process();
        let after_us = self.chance.ms(200, 40_000);
        self.plan(after_us, Happening::Start);
    }

    /// What dies with the process, however it ended.
    pub(crate) fn end_process(&mut self) {
        self.process = None;
        self.watched = 0;
        self.sound = Sound::default();
        self.disk.crash(&mut self.chance);
        self.decided = self.disk.committed.clone();
        self.everybody_hears_silence();
    }

    fn send(&mut self, transmits: Vec<Transmit>) {
        self.watched = 0;
        for transmit in transmits {
            self.carry(transmit, true);
        }
    }

    fn command_sound(&mut self, command: media::Command) {
        let Led { due, told, bridged } = self.sound.command(command, &mut self.chance);
        for (after_us, due) in due {
            self.plan(after_us, Happening::Sound(self.epoch, due));
        }
        for event in told {
            let after_us = self.chance.ms(0, 3);
            self.plan(after_us, Happening::Told(self.epoch, event));
        }
        if let Some((a, b)) = bridged {
            self.conversation_begins(a, b);
        }
    }
}
