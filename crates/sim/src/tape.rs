//! What the rules were told in a life, told again when it is over: they decide the same.

use cuptel_call::tape::{PlayFault, Player};

use crate::promises::broken;
use crate::world::World;

/// One of so many worlds is on tape.
const TAPED: u64 = 4;
/// After so many steps its tape goes on with all that the rules know by then.
const STEPS: u64 = 50;

impl World {
    /// Whether its lives are recorded.
    pub(crate) fn is_taped(&self) -> bool {
        self.seed().is_multiple_of(TAPED)
    }

    /// Now and then the tape begins anew in the middle of a life.
    pub(crate) fn cut_tape(&mut self) {
        let now = self.now();
        if !self.is_taped() || !self.steps.is_multiple_of(STEPS) {
            return;
        }
        if let Some(process) = self.process.as_mut() {
            process.switch.begin_tape(now);
        }
    }

    /// Plays the tape of the life that ends. What differs is told as soon as somebody may be.
    pub(crate) fn play_back(&mut self) {
        let Some(process) = self.process.as_mut() else {
            return;
        };
        let tape = process.switch.take_tape(Vec::new());
        let mut player = Player::default();
        let played = player.play(&tape, &mut |_, _| {});
        if player.played().decisions > 0 {
            self.met.deed("a decision is made again from the tape");
        }
        let Err(fault) = played else {
            return;
        };
        let what = match &fault {
            PlayFault::Differs(difference) => format!("{fault}: {difference:?}"),
            PlayFault::Unreadable { .. } | PlayFault::NoBeginning => fault.to_string(),
        };
        self.off_tape = broken::<()>("P5", what).err();
    }
}
