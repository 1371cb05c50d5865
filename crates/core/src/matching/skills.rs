//! What a queue asks of an operator, and how well one meets it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rules::Queue;

/// Skills that are asked for, with the least level.
pub type Skills = BTreeMap<String, u8>;

/// How an operator meets what a queue asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitness {
    /// From which step on they may serve it: 0 at once, else after so many relaxations.
    pub ring: u8,
    /// By how much works of the queue look older to them.
    pub weight_ms: i64,
    /// Preferred skills that they lack.
    pub unmet: u8,
    /// The levels of what is asked for and preferred, added up.
    pub level: u16,
}

fn level_of(own: &[(String, u8)], skill: &str) -> u8 {
    own.iter()
        .find(|(name, _)| name == skill)
        .map_or(0, |(_, level)| *level)
}

/// Whether these are all there, at their least level.
fn meets(own: &[(String, u8)], asked: &Skills) -> bool {
    asked
        .iter()
        .all(|(skill, least)| level_of(own, skill) >= *least)
}

impl Queue {
    /// What is asked at every step: at once, then after each relaxation.
    pub fn asked(&self) -> impl Iterator<Item = &Skills> {
        let relaxed = self.matching.relax.iter().map(|step| &step.skills);
        std::iter::once(&self.skills).chain(relaxed)
    }

    /// How these skills meet what is asked; nothing if they never suffice.
    #[must_use]
    pub fn fitness(&self, own: &[(String, u8)]) -> Option<Fitness> {
        let ring = self.asked().position(|asked| meets(own, asked))?;
        let beyond = |(skill, least): (&String, &u8)| level_of(own, skill).saturating_sub(*least);
        // The best of them: who belongs to an authority does so at the least level, mostly.
        let surplus = self.skills.iter().map(beyond).max().unwrap_or(0);
        let preferred = &self.matching.preferred_skills;
        let unmet = preferred
            .iter()
            .filter(|(skill, least)| level_of(own, skill) < **least);
        let named = self.skills.keys().chain(preferred.keys());
        let level = named.map(|skill| u16::from(level_of(own, skill))).sum();
        Some(Fitness {
            ring: u8::try_from(ring).unwrap_or(u8::MAX),
            weight_ms: i64::from(surplus) * i64::from(self.matching.level_weight_s) * 1_000,
            unmet: u8::try_from(unmet.count()).unwrap_or(u8::MAX),
            level,
        })
    }

    /// Whether they suffice, be it after every relaxation.
    #[must_use]
    pub fn can_be_served_by(&self, own: &[(String, u8)]) -> bool {
        self.asked().any(|asked| meets(own, asked))
    }
}
