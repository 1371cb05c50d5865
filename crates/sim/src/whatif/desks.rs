//! The operators: they come and go by their timetables, pick up, miss offers, are cut off.

use cuptel_core::id::{LegId, OperatorId, SeatId};
use cuptel_core::profile::ProfileTold;
use cuptel_core::record::{IntervalRow, OperatorRow, RegistrationRow, SeatRow};
use cuptel_core::step::{Command, Input};
use cuptel_core::time::{Now, UtcMs};
use cuptel_core::words::{Chosen, WorkState};

use super::scenario::{Operators, Scenario, Stretch, Timetable};
use super::spread::Spread;
use super::world::{Event, World, place};
use crate::chance::Chance;

/// Why an operator pauses.
const BREAK: &str = "pausa";

/// An operator at a seat of their own.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// Their group.
    pub(crate) group: u32,
    /// Extension of the seat, and login name.
    pub(crate) name: String,
    /// The last call to their phone.
    pub(crate) leg: Option<LegId>,
    /// Whether the site's link is there.
    pub(crate) is_connected: bool,
    /// What they do, since when.
    pub(crate) doing: Option<(Chosen, WorkState, UtcMs)>,
    /// What is drawn for them.
    chance: Chance,
}

/// Streams of chance below this are those of callers.
const DESKS_FROM: u64 = 1 << 32;

pub(crate) fn desks(scenario: &Scenario, seed: u64) -> Vec<Desk> {
    (1..)
        .zip(each(scenario))
        .map(|(number, (group, _))| Desk {
            group,
            name: number.to_string(),
            leg: None,
            is_connected: true,
            doing: None,
            chance: Chance::of(seed, DESKS_FROM + number),
        })
        .collect()
}

/// The seats and operators, a seat for each operator.
pub(crate) fn staff(scenario: &Scenario) -> (Vec<SeatRow>, Vec<OperatorRow>) {
    let one = |(id, (_, operators)): (i64, (u32, &Operators))| {
        let seat = SeatRow {
            id: SeatId(id),
            name: id.to_string(),
            site: operators.site,
            ha1_md5: String::new(),
            ha1_sha256: String::new(),
            removed_ms: None,
        };
        let operator = OperatorRow {
            id: OperatorId(id),
            name: id.to_string(),
            employer: String::new(),
            skills: operators.skills.clone(),
            home: None,
            removed_ms: None,
        };
        (seat, operator)
    };
    (1..).zip(each(scenario)).map(one).unzip()
}

/// Every operator of every group.
fn each(scenario: &Scenario) -> impl Iterator<Item = (u32, &Operators)> {
    (0..)
        .zip(&scenario.operators)
        .flat_map(|(group, operators)| {
            let members = operators.timetables.iter();
            members.map(move |_| (group, operators))
        })
}

impl<H: FnMut(Now, &Input)> World<'_, H> {
    /// Phones register, and everybody's day is known.
    pub(crate) fn plan_desks(&mut self) {
        let timetables = self.scenario.operators.iter().flat_map(|it| &it.timetables);
        for (desk, timetable) in (0..).zip(timetables) {
            let mut plan = |s: u32, event| self.agenda.plan(u64::from(s) * 1_000_000, event);
            for shift in &timetable.shifts {
                plan(shift.from_s, Event::Comes(desk));
                plan(shift.to_s, Event::Goes(desk));
            }
            for rest in &timetable.breaks {
                plan(rest.from_s, Event::Rests(desk));
                plan(rest.to_s, Event::Resumes(desk));
            }
        }
        for desk in 0..self.desks.len() {
            self.registers(desk, self.scenario.ends_s().saturating_add(1));
        }
        self.accommodate();
    }

    /// What some operators need is known before they come.
    fn accommodate(&mut self) {
        let mut names = self.desks.iter().map(|desk| desk.name.clone());
        for operators in &self.scenario.operators {
            for (nth, _) in (0..).zip(&operators.timetables) {
                let Some(operator) = names.next() else {
                    continue;
                };
                let own = operators.accommodation.as_ref();
                let Some(own) = own.filter(|it| it.holds_for(nth)) else {
                    continue;
                };
                let profile = ProfileTold {
                    profile: own.profile.clone(),
                    ..ProfileTold::default()
                };
                self.at_once.push_back(Input::Command {
                    request: 0,
                    command: Command::SetProfile {
                        operator,
                        profile: Box::new(profile),
                    },
                });
            }
        }
    }

    fn operators(&self, desk: usize) -> &Operators {
        &self.scenario.operators[place(self.desks[desk].group)]
    }

    /// A desk's phone says that it is there for so long; 0: it is gone.
    fn registers(&mut self, desk: usize, for_s: u32) {
        self.desks[desk].is_connected = for_s > 0;
        let registration = RegistrationRow {
            seat: seat_of(desk),
            contact: String::new(),
            listener: 0,
            remote: String::new(),
            registered_ms: self.now.utc_ms,
            expires_ms: self.now.utc_in_s(for_s),
        };
        self.at_once.push_back(Input::Registered {
            request: 0,
            registration,
            is_heard: true,
        });
    }

    pub(crate) fn is_connected(&self, seat: SeatId) -> bool {
        desk_of(seat).is_some_and(|desk| self.desks[desk].is_connected)
    }

    fn command(&mut self, command: Command) {
        self.tell(Input::Command {
            request: 0,
            command,
        });
    }

    fn choose(&mut self, desk: u32, chosen: Chosen, reason: Option<&str>) {
        let seat = self.desks[place(desk)].name.clone();
        let reason = reason.map(str::to_owned);
        self.command(Command::Choose {
            seat,
            chosen,
            reason,
            supervisor: None,
        });
    }

    pub(crate) fn comes(&mut self, desk: u32) {
        let seat = self.desks[place(desk)].name.clone();
        let operator = seat.clone();
        self.command(Command::SignIn {
            seat,
            operator,
            until_ms: None,
            moves: false,
        });
    }

    pub(crate) fn goes(&mut self, desk: u32) {
        if self.is_signed_in(desk) {
            self.choose(desk, Chosen::SignedOut, None);
        }
    }

    pub(crate) fn rests(&mut self, desk: u32) {
        if self.is_signed_in(desk) {
            self.choose(desk, Chosen::Paused, Some(BREAK));
        }
    }

    pub(crate) fn is_there(&mut self, desk: u32) {
        if self.is_signed_in(desk) {
            self.choose(desk, Chosen::Available, None);
        } else {
            self.returns(desk);
        }
    }

    fn is_signed_in(&self, desk: u32) -> bool {
        self.desks[place(desk)].doing.is_some()
    }

    /// Whoever was signed out because their phone was gone signs in again, if it is their time.
    pub(crate) fn returns(&mut self, desk: u32) {
        let own = &self.desks[place(desk)];
        let now_us = self.now.mono_us;
        let holds = |stretch: &Stretch| (us(stretch.from_s)..us(stretch.to_s)).contains(&now_us);
        let is_time = self.timetable(desk).is_some_and(|timetable| {
            timetable.shifts.iter().any(holds) && !timetable.breaks.iter().any(holds)
        });
        if own.is_connected && is_time && !self.is_signed_in(desk) {
            self.comes(desk);
        }
    }

    fn timetable(&self, desk: u32) -> Option<&Timetable> {
        let mut all = self.scenario.operators.iter().flat_map(|it| &it.timetables);
        all.nth(place(desk))
    }

    /// Their phone rings: they pick up in a moment, or do not notice.
    pub(crate) fn phone_rings(&mut self, seat: SeatId, leg: LegId) {
        let Some(desk) = desk_of(seat) else {
            return;
        };
        self.desks[desk].leg = Some(leg);
        let operators = self.operators(desk);
        let (misses, after) = (operators.misses, operators.picks_up_after);
        let chance = &mut self.desks[desk].chance;
        if misses > 0.0 && chance.happens(misses) {
            return self.at_once.push_back(Input::Ringing { leg });
        }
        if after == Spread::NONE {
            return self.at_once.push_back(Input::Answered { leg });
        }
        let us = after.draw_us(chance);
        self.at_once.push_back(Input::Ringing { leg });
        self.plan_in(us, Event::PicksUp(leg));
    }

    /// A site loses its link, or has it again.
    pub(crate) fn outage(&mut self, nth: u32, is_over: bool) {
        let site = self.scenario.outages[place(nth)].site;
        let left_s = self.scenario.ends_s() + 1;
        for desk in 0..self.desks.len() {
            if self.operators(desk).site != site {
                continue;
            }
            if is_over {
                self.registers(desk, left_s);
                let number = u32::try_from(desk).unwrap_or(u32::MAX);
                let after_us = us(self.operators(desk).back_after_s);
                self.plan_in(after_us, Event::Returns(number));
            } else {
                self.registers(desk, 0);
                // Whoever talks there is heard no more.
                let cut = self.desks[desk].leg.take();
                self.at_once.extend(cut.map(|leg| Input::MediaLost { leg }));
            }
        }
    }

    /// A stretch of a seat's time begins or ends.
    pub(crate) fn interval(&mut self, row: &IntervalRow) {
        let Some(desk) = desk_of(row.seat) else {
            return;
        };
        if let Some(until_ms) = row.until_ms {
            self.worked(desk, (row.chosen, row.work, row.since_ms), until_ms);
            self.desks[desk].doing = None;
            return;
        }
        self.desks[desk].doing = Some((row.chosen, row.work, row.since_ms));
        if row.work == WorkState::NotResponding {
            let number = u32::try_from(desk).unwrap_or(u32::MAX);
            let us = u64::from(self.operators(desk).back_after_s) * 1_000_000;
            self.plan_in(us, Event::IsThere(number));
        }
    }

    /// What is still going on counts up to the end.
    pub(crate) fn close_desks(&mut self) {
        for desk in 0..self.desks.len() {
            if let Some(doing) = self.desks[desk].doing.take() {
                self.worked(desk, doing, self.now.utc_ms);
            }
        }
    }

    /// Counts what lies within the time in which people call.
    fn worked(
        &mut self,
        desk: usize,
        (chosen, work, since_ms): (Chosen, WorkState, UtcMs),
        until_ms: UtcMs,
    ) {
        let moment = |s: u32| self.scenario.begins_ms + i64::from(s) * 1_000;
        let from_ms = since_ms.max(moment(self.scenario.counts_from_s));
        let to_ms = until_ms.min(moment(self.scenario.lasts_s));
        let group = place(self.desks[desk].group);
        if let Ok(ms) = u64::try_from(to_ms - from_ms) {
            self.outcome.operators[group].add(chosen, work, ms);
        }
    }
}

fn us(s: u32) -> u64 {
    u64::from(s) * 1_000_000
}

fn desk_of(seat: SeatId) -> Option<usize> {
    usize::try_from(seat.0).ok()?.checked_sub(1)
}

fn seat_of(desk: usize) -> SeatId {
    SeatId(i64::try_from(desk + 1).unwrap_or(i64::MAX))
}
