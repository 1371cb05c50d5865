//! The tape: everything that the rules are told, in order, each with a fingerprint of the step
//! that it led to. Played back by the same build it leads to the same steps, bit for bit, or the
//! player names the first that differs. Knows nothing of files: whoever records carries the
//! bytes away, and whoever plays brings them.

use std::hash::{Hash as _, Hasher};
use std::sync::Arc;

use cuptel_core::Centre;
use cuptel_core::record::{Record, Restored};
use cuptel_core::rules::Rules;
use cuptel_core::step::{Input, Step};
use cuptel_core::time::Now;
use serde::{Deserialize, Serialize};

/// What an entry of the tape holds; its parts follow, and after a step its fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    /// A life begins with what the store said was open.
    Began,
    /// Another tape of the same life begins with all that the rules know.
    WentOn,
    /// A tape ends as it was meant to: what does not end so was cut off, or goes on.
    Ended,
    /// Something happened.
    Told,
    /// Offers and dials are held back, or not any more.
    Held,
    /// The signalling asked for the number of a leg.
    LegAllotted,
}

/// Records what the rules are told, where it is wanted.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    is_on: bool,
    bytes: Vec<u8>,
}

impl Recorder {
    pub(crate) fn switch_on(&mut self) {
        self.is_on = true;
    }

    pub(crate) fn switch_off(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Gives away what was recorded since the last time; whole entries. `spare` is written on.
    pub(crate) fn take(&mut self, mut spare: Vec<u8>) -> Vec<u8> {
        spare.clear();
        std::mem::replace(&mut self.bytes, spare)
    }

    /// Takes back what was given away last and could not be carried away.
    pub(crate) fn untake(&mut self, mut bytes: Vec<u8>) {
        bytes.append(&mut self.bytes);
        self.bytes = bytes;
    }

    pub(crate) fn began(&mut self, now: Now, rules: &Rules, restored: &Restored) {
        self.put(&(Kind::Began, now, rules, restored));
    }

    pub(crate) fn went_on(&mut self, now: Now, centre: &Centre) {
        self.put(&(Kind::WentOn, now, centre));
    }

    pub(crate) fn ended(&mut self) {
        self.put(&Kind::Ended);
    }

    pub(crate) fn told(&mut self, now: Now, input: &Input) {
        self.put(&(Kind::Told, now, input));
    }

    pub(crate) fn held(&mut self, held: bool) {
        self.put(&(Kind::Held, held));
    }

    pub(crate) fn leg_allotted(&mut self) {
        self.put(&Kind::LegAllotted);
    }

    /// What the entry before it led to.
    pub(crate) fn led_to(&mut self, step: &Step) {
        if self.is_on {
            self.put(&fingerprint(step));
        }
    }

    fn put<T: Serialize>(&mut self, entry: &T) {
        if !self.is_on {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        self.bytes = postcard::to_extend(entry, bytes)
            .expect("every part tells its length, and this buffer grows");
    }
}

type Fingerprint = [u8; 8];

/// What a step is told by: two steps that differ in one word never have the same.
fn fingerprint(step: &Step) -> Fingerprint {
    let mut fold = Fold(0);
    step.hash(&mut fold);
    fold.finish().to_le_bytes()
}

/// Folds words into one. Each way in is a permutation, so nothing that differs is lost before
/// something else differs too.
struct Fold(u64);

impl Fold {
    /// Odd, and without a pattern: the fraction of the golden ratio.
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
}

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(29) ^ word).wrapping_mul(Self::SPREAD);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// Why a tape does not play.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlayFault {
    /// No entry of this build.
    #[error("what stands after input {after} is no entry of this program")]
    Unreadable {
        /// Inputs played before.
        after: u64,
    },
    /// It goes on with a life whose beginning is not there.
    #[error("it begins in the middle of a life")]
    NoBeginning,
    /// The step is another one than was recorded.
    #[error(transparent)]
    Differs(#[from] Difference),
}

/// The first step that is another one than was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("input {input} ({what}, at {at_ms}) leads to another step than was recorded")]
pub struct Difference {
    /// Which input of the tape, from 1.
    pub input: u64,
    /// When it was told, UTC milliseconds.
    pub at_ms: i64,
    /// What kind of input it is.
    pub what: &'static str,
    /// Rows that it leads to now, by kind.
    pub records: Vec<&'static str>,
    /// Effects that it leads to now.
    pub effects: usize,
}

/// How much was played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Played {
    /// Inputs, the beginning of a life among them.
    pub inputs: u64,
    /// Works that went to a seat.
    pub decisions: u64,
    /// When the first was told, UTC milliseconds.
    pub first_ms: Option<i64>,
    /// When the last was told.
    pub last_ms: Option<i64>,
    /// Whether the tape ends as it was meant to.
    pub is_ended: bool,
}

/// Tells new rules what was told to others, and compares what they decide.
#[derive(Debug, Default)]
pub struct Player {
    centre: Option<Centre>,
    step: Step,
    played: Played,
}

impl Player {
    /// How much was played so far.
    #[must_use]
    pub fn played(&self) -> Played {
        self.played
    }

    /// Plays whole entries; `shown` sees each step that is the same as recorded.
    ///
    /// # Errors
    /// At the first step that differs, or that cannot be read. Nothing can be played after it.
    pub fn play(
        &mut self,
        tape: &[u8],
        shown: &mut dyn FnMut(Now, &Step),
    ) -> Result<(), PlayFault> {
        let mut rest = tape;
        while !rest.is_empty() {
            self.play_next(&mut rest, shown)?;
        }
        Ok(())
    }

    fn play_next(
        &mut self,
        tape: &mut &[u8],
        shown: &mut dyn FnMut(Now, &Step),
    ) -> Result<(), PlayFault> {
        let kind = self.read::<Kind>(tape)?;
        self.played.is_ended = kind == Kind::Ended;
        let (now, what) = match kind {
            Kind::Began => {
                let (now, rules, restored): (Now, Rules, Restored) = self.read(tape)?;
                let centre = Centre::new(Arc::new(rules), restored.epoch);
                let centre = self.centre.insert(centre);
                centre.restore(now, restored, &mut self.step);
                (now, "the start")
            }
            Kind::WentOn => {
                let (now, centre): (Now, Centre) = self.read(tape)?;
                self.centre = Some(centre);
                self.played.first_ms.get_or_insert(now.utc_ms);
                return Ok(());
            }
            Kind::Ended => return Ok(()),
            Kind::Told => {
                let (now, input): (Now, Input) = self.read(tape)?;
                let what = name_of(&input);
                let centre = self.centre.as_mut().ok_or(PlayFault::NoBeginning)?;
                centre.handle(now, input, &mut self.step);
                (now, what)
            }
            Kind::Held => {
                let held = self.read(tape)?;
                let centre = self.centre.as_mut().ok_or(PlayFault::NoBeginning)?;
                centre.hold(held);
                return Ok(());
            }
            Kind::LegAllotted => {
                let centre = self.centre.as_mut().ok_or(PlayFault::NoBeginning)?;
                centre.allot_leg();
                return Ok(());
            }
        };
        let recorded: Fingerprint = self.read(tape)?;
        self.compare(now, what, recorded)?;
        shown(now, &self.step);
        self.step.records.clear();
        self.step.effects.clear();
        Ok(())
    }

    fn compare(
        &mut self,
        now: Now,
        what: &'static str,
        recorded: Fingerprint,
    ) -> Result<(), Difference> {
        let Step {
            records, effects, ..
        } = &self.step;
        self.played.inputs += 1;
        if fingerprint(&self.step) != recorded {
            return Err(Difference {
                input: self.played.inputs,
                at_ms: now.utc_ms,
                what,
                records: records.iter().map(kind_of).collect(),
                effects: effects.len(),
            });
        }
        let decided = records
            .iter()
            .filter(|record| matches!(record, Record::Decision(_)));
        self.played.decisions += u64::try_from(decided.count()).unwrap_or(0);
        self.played.first_ms.get_or_insert(now.utc_ms);
        self.played.last_ms = Some(now.utc_ms);
        Ok(())
    }

    fn read<'t, T: Deserialize<'t>>(&self, tape: &mut &'t [u8]) -> Result<T, PlayFault> {
        let after = self.played.inputs;
        let unreadable = |_error| PlayFault::Unreadable { after };
        let (value, rest) = postcard::take_from_bytes(tape).map_err(unreadable)?;
        *tape = rest;
        Ok(value)
    }
}

/// What kind of input it is: all that may be told of it, because numbers are inside.
fn name_of(input: &Input) -> &'static str {
    match input {
        Input::Arrived(_) => "a call came",
        Input::Placed { .. } => "a call of ours left",
        Input::Ringing { .. } => "a phone rang",
        Input::Answered { .. } => "a leg was answered",
        Input::NotAnswered { .. } => "a leg was not answered",
        Input::Ended { .. } => "a leg ended",
        Input::MediaLost { .. } => "a leg fell silent",
        Input::MediaFailed { .. } => "a leg has no media",
        Input::Digit { .. } => "a key was pressed",
        Input::PlayEnded { .. } => "a message was heard",
        Input::Recorded { .. } => "a message was spoken",
        Input::Registered { .. } => "a phone registered",
        Input::PhoneHolds { .. } => "a phone held its call",
        Input::Probed { .. } => "a phone was asked",
        Input::EffectRefused { .. } => "an effect came too late",
        Input::Command { .. } => "a command",
        Input::Rules { .. } => "a reload",
        Input::Entries { .. } => "people of a campaign were looked up",
        Input::Measured { .. } => "what came from a phone was measured",
        Input::PinChecked { .. } => "a PIN was compared",
        Input::Tick => "time passed",
    }
}

fn kind_of(record: &Record) -> &'static str {
    match record {
        Record::Number(_) => "number",
        Record::Attempt(_) => "attempt",
        Record::Callback(_) | Record::CallbackAmended(_) => "callback",
        Record::Need(_) => "need",
        Record::NeedDetail(_) => "need_detail",
        Record::CallbackEvent(_) => "callback_event",
        Record::Promise(_) => "promise",
        Record::Dial(_) => "dial",
        Record::Offer(_) => "offer",
        Record::Decision(_) => "decision",
        Record::Assignment(_) => "assignment",
        Record::SignIn(_) => "sign_in",
        Record::Interval(_) => "interval",
        Record::Registration(_) => "registration",
        Record::Seat(_) => "seat",
        Record::Operator(_) => "operator",
        Record::OperatorPin(_) => "operator_pin",
        Record::Profile(_) => "profile",
        Record::Owner(_) => "owner",
        Record::CodeWord(_) => "code_word",
        Record::Decline(_) => "decline",
        Record::ChosenTime(_) => "chosen_time",
        Record::SideCall(_) => "side_call",
        Record::Bulk(_) => "bulk",
        Record::BulkEntry(_) => "bulk_entry",
        Record::YearsEmptied(_) => "years_emptied",
        Record::SiteOutage(_) => "site_outage",
        Record::Closure(_) => "closure",
        Record::Announcement(_) => "announcement",
        Record::Mark(_) => "mark",
        Record::SpecialDay(_) => "special_day",
        Record::Memo(_) => "memo",
        Record::MemoReading(_) => "memo_reading",
        Record::Review(_) => "review",
        Record::Campaign(_) => "campaign",
        Record::CampaignEntry(_) => "campaign_entry",
        Record::Task(_) => "task",
        Record::TaskEvent(_) => "task_event",
        Record::ConfigVersion(_) => "config_version",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use cuptel_core::id::LegId;
    use cuptel_core::number::PhoneNumber;
    use cuptel_core::step::{Arrival, Effect, Unacceptable};

    const NOW: Now = Now {
        mono_us: 5_000_000,
        utc_ms: 1_764_133_686_000,
    };

    fn ring(leg: i64) -> Step {
        Step {
            effects: vec![Effect::Ring { leg: LegId(leg) }],
            ..Step::default()
        }
    }

    #[test]
    fn steps_that_differ_in_one_word_have_other_fingerprints() {
        assert_eq!(fingerprint(&ring(7)), fingerprint(&ring(7)));
        let mut all = vec![fingerprint(&Step::default())];
        for leg in 0..1_000 {
            all.push(fingerprint(&ring(leg)));
        }
        all.push(fingerprint(&Step {
            wake_at: Some(0),
            ..Step::default()
        }));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn an_arrival_comes_back_as_it_was() {
        let caller = cuptel_core::number::Caller::from_user_part("0861123456");
        for (media, unacceptable) in [
            (Ok(()), None),
            (Err((488, "no codec")), Some(Unacceptable::Crowded)),
            (
                Ok(()),
                Some(Unacceptable::Request {
                    status: 420,
                    text: "bad extension",
                }),
            ),
        ] {
            let arrival = Arrival {
                leg: LegId(3),
                trunk: None,
                seat: None,
                called: "0861000000".to_owned(),
                caller: caller.clone(),
                raw: "0861123456".to_owned(),
                sip_call_id: "abc@here".to_owned(),
                unacceptable,
                media,
            };
            let input = Input::Arrived(Box::new(arrival));
            let bytes = postcard::to_stdvec(&input).unwrap();
            assert_eq!(postcard::from_bytes::<Input>(&bytes).unwrap(), input);
        }
    }

    #[test]
    fn digits_are_on_the_tape_and_in_no_text() {
        let number = PhoneNumber::parse_e164("+390861123456").unwrap();
        let tape = postcard::to_stdvec(&number).unwrap();
        assert_eq!(postcard::from_bytes::<PhoneNumber>(&tape).unwrap(), number);
        let digits = b"861123456";
        assert!(tape.windows(digits.len()).any(|part| part == digits));
        let shown = serde_json::to_string(&number).unwrap();
        assert_eq!(shown, "\"+39…456\"");
    }

    #[test]
    fn a_tape_that_begins_nowhere_or_holds_no_entry_is_refused() {
        let mut recorder = Recorder::default();
        recorder.switch_on();
        recorder.told(NOW, &Input::Tick);
        recorder.led_to(&Step::default());
        let tape = recorder.take(Vec::new());
        let played = Player::default().play(&tape, &mut |_, _| {});
        assert_eq!(played, Err(PlayFault::NoBeginning));
        let played = Player::default().play(&[0xff, 1, 2], &mut |_, _| {});
        assert_eq!(played, Err(PlayFault::Unreadable { after: 0 }));
    }

    #[test]
    fn nothing_is_recorded_unless_it_is_wanted() {
        let mut recorder = Recorder::default();
        recorder.told(NOW, &Input::Tick);
        recorder.led_to(&Step::default());
        recorder.held(true);
        assert_eq!(recorder.len(), 0);
    }
}
