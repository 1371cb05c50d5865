//! A small town around a centre: people who call, the phones of its seats, and the carrier with
//! the people whom it rings. One thread plays them all and is cheap enough to be there while the
//! centre is killed a hundred times; it keeps what each of them was told, and what broke a
//! promise where they could see it. What anybody does follows from a seed.

mod books;
mod callee;
mod callers;
mod carrier;
mod message;
mod seat;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::centre::Centre;
use super::chance::Chance;
use super::patience::{SOON, now, until};
pub(crate) use books::hasty_centre;
use callers::Callers;
use carrier::Carrier;
pub(crate) use carrier::Peace;
pub(crate) use message::Message;
use seat::Seat;

/// Seats of `first-start.csv` that have the skills of the queue, and who sits there.
pub(crate) const SEATS: [(&str, &str); 3] = [
    ("101", "Anna Esempio"),
    ("102", "Bruno Esempio"),
    ("103", "Carla Modello"),
];
const CARRIER_PORT: u16 = 5070;
const CALLERS_PORT: u16 = 22_000;
const SEATS_PORT: u16 = 22_010;
const VOICE_PORT: u16 = 22_020;
/// Between two looks at sockets that are silent.
const REST: Duration = Duration::from_millis(2);

/// What was seen and heard.
#[derive(Debug, Default)]
struct Seen {
    /// The final response to each call, by Call-ID.
    finals: BTreeMap<String, u16>,
    /// The Call-IDs of the INVITEs for each number that the carrier was asked to ring.
    dialled: BTreeMap<String, Vec<String>>,
    /// Seats that have talked.
    talked: BTreeSet<&'static str>,
    /// Promises broken where somebody could see it.
    wrong: Vec<String>,
    /// When each number called last.
    called: BTreeMap<String, Instant>,
}

impl Seen {
    fn hears_final(&mut self, call: &str, status: u16) {
        let first = *self.finals.entry(call.to_owned()).or_insert(status);
        if first != status {
            let told = format!("call {call} was told {first} and then {status}");
            self.wrong.push(told);
        }
    }
}

/// What the town is asked to do.
#[derive(Debug, Default, Clone, Copy)]
struct Wishes {
    /// Nobody new calls.
    still: bool,
    good_seats: bool,
    /// How often the centre has been killed.
    cuts: u32,
    over: bool,
}

#[derive(Debug, Default)]
struct Shared {
    wishes: Wishes,
    seen: Seen,
    /// Turns in a row in which nobody heard anything.
    silent_turns: u32,
    /// No caller is in a call.
    quiet: bool,
}

/// A town. It falls silent when this is dropped.
#[derive(Debug)]
pub(crate) struct Town {
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
}

impl Town {
    /// A town in which nobody calls before it is told to.
    pub(crate) fn around(centre: &Centre, peace: Peace, chance: &mut Chance) -> Self {
        let bind = |port: u16| {
            let socket = UdpSocket::bind((centre.address, port)).expect("the port is free");
            socket
                .set_nonblocking(true)
                .expect("a socket can be polled");
            socket
        };
        // Nobody reads what is said there: the kernel drops it.
        let mouth = bind(VOICE_PORT);
        let voice = SocketAddr::from((centre.address, VOICE_PORT));
        let (trunk, phones, begun) = (centre.trunk(), centre.phones(), now());
        let callers = Callers::new(bind(CALLERS_PORT), trunk, voice, chance.branch(), begun);
        let carrier = Carrier::new(bind(CARRIER_PORT), trunk, voice, chance.branch(), peace);
        let seats = SEATS.iter().zip(SEATS_PORT..);
        let seats = seats.map(|((name, _), port)| {
            Seat::new(name, bind(port), phones, voice, chance.branch(), begun)
        });
        let shared = Arc::new(Mutex::new(Shared::default()));
        shared.lock().expect("nobody else has it").wishes.still = true;
        let mut life = Life {
            shared: Arc::clone(&shared),
            callers,
            seats: seats.collect(),
            carrier,
            cuts: 0,
            _mouth: mouth,
        };
        let thread = std::thread::spawn(move || while life.turn(now()) {});
        Self {
            shared,
            thread: Some(thread),
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("no thread panicked with it")
    }

    /// People call from now on.
    pub(crate) fn calls(&self) {
        self.shared().wishes.still = false;
    }

    /// The centre was killed. When this returns, everything that it had said was heard.
    pub(crate) fn is_cut_off(&self) {
        self.hears_everything();
        self.shared().wishes.cuts += 1;
        self.hears_everything();
    }

    fn hears_everything(&self) {
        self.shared().silent_turns = 0;
        until("everything said is heard", SOON, || {
            (self.shared().silent_turns >= 3).then_some(())
        });
    }

    /// Nobody new calls, every seat answers, and whoever is in a call ends it.
    pub(crate) fn calms_down(&self) {
        let mut shared = self.shared();
        shared.wishes.still = true;
        shared.wishes.good_seats = true;
        shared.quiet = false;
        drop(shared);
        until("no caller is in a call any more", SOON, || {
            self.shared().quiet.then_some(())
        });
    }

    /// What was seen so far.
    fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.shared().seen)
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        if let Ok(mut shared) = self.shared.lock() {
            shared.wishes.over = true;
        }
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Life {
    shared: Arc<Mutex<Shared>>,
    callers: Callers,
    seats: Vec<Seat>,
    carrier: Carrier,
    cuts: u32,
    _mouth: UdpSocket,
}

impl Life {
    /// One turn; whether there is another.
    fn turn(&mut self, now: Instant) -> bool {
        // A test that panicked with it is over.
        let Ok(mut shared) = self.shared.lock() else {
            return false;
        };
        let Shared { wishes, seen, .. } = &mut *shared;
        if wishes.over {
            return false;
        }
        // The carrier last: who called before we rang was heard before.
        let mut heard = self.callers.hear(now, seen);
        for seat in &mut self.seats {
            heard |= seat.hear(now, seen);
        }
        heard |= self.carrier.hear(now, &self.callers, seen);
        if self.cuts != wishes.cuts {
            self.cuts = wishes.cuts;
            self.callers.cut_off();
            self.carrier.cut_off(now);
            self.seats.iter_mut().for_each(Seat::cut_off);
        }
        self.callers.live(now, !wishes.still, seen);
        for seat in &mut self.seats {
            seat.is_good = wishes.good_seats;
            seat.live(now, seen);
        }
        self.carrier.live(now);
        shared.silent_turns = if heard { 0 } else { shared.silent_turns + 1 };
        shared.quiet = self.callers.is_quiet();
        drop(shared);
        if !heard {
            std::thread::sleep(REST);
        }
        true
    }
}
