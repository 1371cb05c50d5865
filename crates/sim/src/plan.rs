//! What will befall a world, decided when it begins. Each thing has a name by which it can be
//! left out, and is drawn all the same: what is left out shifts nothing else.

use std::collections::BTreeSet;

use cuptel_core::step::Command;

use crate::chance::Chance;
use crate::weather::Weather;
use crate::wire::Wire;
use crate::without::Without;
use crate::world::{Happening, World};

/// Kinds of things that can be left out together, the name of one thing being the kind's and
/// a number, or the kind's alone.
const KINDS: [&str; 25] = [
    "network",
    "bad_weather",
    "takeover",
    "small_spill",
    "stop",
    "cut",
    "reload",
    "death",
    "hush",
    "break",
    "mute",
    "redial",
    "vanishing",
    "choice",
    "override",
    "need",
    "handset",
    "task",
    "button",
    "review",
    "reading",
    "mark",
    "by_hand",
    "campaign",
    "call",
];

/// The streams of chance of a world: what is drawn in one shifts nothing in another.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) plan: Chance,
    pub(crate) network: Chance,
    pub(crate) sound: Chance,
    pub(crate) death: Chance,
}

impl Streams {
    pub(crate) fn of(seed: u64) -> Self {
        let stream = |n| Chance::of(seed, n);
        Self {
            plan: stream(1),
            network: stream(2),
            sound: stream(3),
            death: stream(4),
        }
    }
}

/// The things that happen in a world, and those that are left out.
#[derive(Debug, Default)]
pub(crate) struct Things {
    without: Without,
    named: BTreeSet<String>,
}

impl Things {
    pub(crate) fn new(without: Without) -> Self {
        Self {
            without,
            named: BTreeSet::new(),
        }
    }

    pub(crate) fn without(&self) -> &Without {
        &self.without
    }

    /// Whether something of this kind happens.
    pub(crate) fn any(&mut self, kind: &str) -> bool {
        self.named.insert(kind.to_owned());
        !self.without.has(kind)
    }

    /// Whether the n-th of its kind happens.
    pub(crate) fn happens(&mut self, kind: &str, n: u64) -> bool {
        let name = format!("{kind}{n}");
        let happens = self.any(kind) && !self.without.has(&name);
        self.named.insert(name);
        happens
    }

    /// What can be left out, in the order in which it is best tried from the end.
    pub(crate) fn names(&self) -> Vec<String> {
        let is_kind = |name: &&String| KINDS.contains(&name.as_str());
        let ones = self.named.iter().filter(|name| !is_kind(name));
        let kinds = KINDS.iter().map(|kind| (*kind).to_owned());
        let kinds = kinds.filter(|kind| self.named.contains(kind) && kind != "call");
        ones.cloned().chain(kinds).collect()
    }
}

impl World {
    /// In so many of a hundred worlds somebody does a thing again and again, drawn from a stream of
    /// its own: the first time within these seconds.
    pub(crate) fn plan_from_time_to_time(
        &mut self,
        (stream, thing): (u64, &'static str),
        percent: u64,
        (soonest_s, latest_s): (u64, u64),
        happening: fn(Chance) -> Happening,
    ) {
        let mut chance = Chance::of(self.seed(), stream);
        if chance.percent(percent) && self.things.any(thing) {
            let after_us = chance.s(soonest_s, latest_s);
            self.plan(after_us, happening(chance));
        }
    }

    pub(crate) fn plan_the_days(&mut self) {
        self.plan_people();
        self.plan_desks();
        self.plan_weather();
        self.plan_errands();
        self.plan_buttons();
        self.plan_stepping_in();
        self.plan_reviews();
        self.plan_readings();
        self.plan_handlings();
        self.plan_marks();
        self.plan_special_days();
        self.plan_by_hand();
        self.plan_campaigns();
        let chance = &mut self.streams.plan;
        let (stops, stop_us) = (chance.percent(25), chance.s(20, 300));
        let (cuts, cut_us) = (chance.percent(20), chance.s(10, 300));
        let reloads = if chance.percent(50) {
            chance.between(1, 6)
        } else {
            0
        };
        let (mutes, mute_after) = (chance.percent(10), chance.between(1, 12));
        let breaks: Vec<u64> = (0..chance.between(0, 2))
            .map(|_| chance.s(5, 300))
            .collect();
        let reloads: Vec<u64> = (0..reloads).map(|_| chance.s(1, 400)).collect();
        if stops && self.things.any("stop") {
            self.plan(stop_us, Happening::Does(Command::Stop { drain_s: 30 }));
        }
        if cuts && self.things.any("cut") {
            self.plan(cut_us, Happening::CarrierCut(true));
        }
        if mutes && self.things.any("mute") {
            self.offers_until_mute = Some(mute_after);
        }
        for after_us in breaks {
            if self.things.any("break") {
                self.plan(after_us, Happening::Wire(Wire::Breaks(0)));
            }
        }
        for (n, after_us) in (1..).zip(reloads) {
            if self.things.happens("reload", n) {
                self.plan(after_us, Happening::Reload(n));
            }
        }
    }

    /// When the process dies, by its steps.
    pub(crate) fn plan_deaths(&mut self) {
        let chance = &mut self.streams.plan;
        let mut dies_at: Vec<u64> = (0..chance.between(0, 3))
            .map(|_| chance.between(20, 1_500))
            .collect();
        dies_at.sort_unstable();
        let things = &mut self.things;
        self.dies_at = (1..)
            .zip(dies_at)
            .filter(|(n, _)| things.happens("death", *n))
            .map(|(_, at)| at)
            .collect();
        let chance = &mut self.streams.plan;
        let (writing, spilling) = (chance.between(1, 400), chance.between(1, 12));
        let (dies_writing, dies_spilling) = (chance.percent(30), chance.percent(50));
        if dies_writing && self.things.happens("death", 10) {
            self.dies_writing.insert(writing);
        }
        if dies_spilling && self.things.happens("death", 11) {
            self.dies_spilling.insert(spilling);
        }
    }

    fn plan_weather(&mut self) {
        let chance = &mut self.streams.plan;
        let storms = if chance.percent(50) {
            chance.between(1, 4)
        } else {
            0
        };
        let storms: Vec<_> = (0..storms)
            .map(|_| (chance.s(5, 380), Weather::invented(chance)))
            .collect();
        let (forgets, forgets_us) = (chance.percent(12), chance.s(10, 380));
        let small = chance.percent(15).then(|| chance.between(0, 6));
        for (n, (after_us, (weather, lasts_us))) in (1..).zip(storms) {
            if self.things.happens("bad_weather", n) {
                self.plan(after_us, Happening::Weather(weather));
                self.plan(after_us + lasts_us, Happening::Weather(Weather::Fine));
            }
        }
        if forgets && self.things.any("takeover") {
            let keeps = self.streams.plan.index(3) + 1;
            self.disk.database.keeps = keeps;
            self.plan(forgets_us, Happening::Takeover);
        }
        let small = small.filter(|_| self.things.any("small_spill"));
        self.disk.spill.entries_max = small.map_or(usize::MAX, |entries| {
            usize::try_from(entries).unwrap_or(usize::MAX)
        });
    }
}
