//! The invented population: who somebody is, and what is known of them during the demo.

use std::collections::BTreeMap;

use super::habits::{Chance, Habits, micros};

/// People at most: their numbers end in four digits.
pub(crate) const PEOPLE_MAX: usize = 10_000;
/// Share of people who call from a mobile telephone.
const MOBILE: f64 = 0.4;

/// A person's place in the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PersonId(pub(crate) usize);

/// One invented person: the same for the same seed and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// E.164, from ranges in which every number looks invented.
    pub(crate) number: String,
    /// The line they dial, whenever they dial: their own health authority's.
    pub(crate) line: usize,
    /// Shows no number.
    pub(crate) is_withheld: bool,
    /// Stays so long on the line before anybody speaks to them.
    pub(crate) stays_us: u64,
    /// What they want.
    pub(crate) key: Option<char>,
    /// Takes the offer to be called back, while waiting.
    pub(crate) accepts_offer: bool,
    /// Dials again when refused.
    pub(crate) redials: bool,
    /// Calls of theirs, both ways, that are not over.
    pub(crate) calls: u32,
    /// How often we were asked to ring them.
    pub(crate) rung: u32,
}

impl Person {
    fn of(seed: u64, place: usize, lines: usize, habits: &Habits) -> Self {
        let mut chance = Chance::new(seed, u64::try_from(place).unwrap_or(0).wrapping_add(1));
        let number = if chance.yes(MOBILE) {
            format!("+39399000{place:04}")
        } else {
            format!("+39086199{place:04}")
        };
        let stays_us = if chance.yes(habits.in_haste) {
            chance.between(&habits.haste_s)
        } else {
            micros(habits.announced_s) + chance.exponential(habits.patience_mean_s)
        };
        Self {
            number,
            line: chance.below(lines),
            is_withheld: chance.yes(habits.withheld),
            stays_us,
            key: chance.weighted(&habits.keys).flatten(),
            accepts_offer: chance.yes(habits.accepts_offer),
            redials: chance.yes(habits.redials),
            calls: 0,
            rung: 0,
        }
    }
}

/// Everybody who has called so far.
#[derive(Debug)]
pub(crate) struct People {
    seed: u64,
    habits: &'static Habits,
    lines: usize,
    people: Vec<Person>,
    numbers: BTreeMap<String, PersonId>,
}

impl People {
    /// Each of them has one of so many lines.
    pub(crate) fn new(seed: u64, habits: &'static Habits, lines: usize) -> Self {
        Self {
            seed,
            habits,
            lines,
            people: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }

    pub(crate) fn get(&self, id: PersonId) -> Option<&Person> {
        self.people.get(id.0)
    }

    pub(crate) fn get_mut(&mut self, id: PersonId) -> Option<&mut Person> {
        self.people.get_mut(id.0)
    }

    /// The person whose number this is.
    pub(crate) fn by_number(&self, number: &str) -> Option<PersonId> {
        self.numbers.get(number).copied()
    }

    /// Who rings next: mostly somebody new, at times somebody who called before. `None` when
    /// everybody is on the telephone.
    pub(crate) fn next_caller(&mut self, chance: &mut Chance) -> Option<PersonId> {
        let full = self.people.len() >= PEOPLE_MAX;
        if (full || chance.yes(self.habits.known))
            && let Some(known) = self.idle_from(chance.below(self.people.len()))
        {
            return Some(known);
        }
        (!full).then(|| self.newcomer())
    }

    fn idle_from(&self, start: usize) -> Option<PersonId> {
        let count = self.people.len();
        (0..count)
            .map(|step| PersonId((start + step) % count))
            .find(|&id| self.get(id).is_some_and(|person| person.calls == 0))
    }

    fn newcomer(&mut self) -> PersonId {
        let id = PersonId(self.people.len());
        let person = Person::of(self.seed, id.0, self.lines, self.habits);
        self.numbers.insert(person.number.clone(), id);
        self.people.push(person);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::habits::HABITS;

    fn some(seed: u64, count: usize) -> Vec<Person> {
        let mut people = People::new(seed, &HABITS, 4);
        (0..count).map(|_| people.newcomer()).for_each(drop);
        people.people
    }

    #[test]
    fn a_seed_invents_the_same_people_and_another_seed_others() {
        assert_eq!(some(5, 200), some(5, 200));
        assert_ne!(some(5, 200), some(6, 200));
        assert_eq!(some(5, 200)[..50], some(5, 50)[..], "nobody moves another");
    }

    #[test]
    fn numbers_are_unique_and_lead_back_to_their_people() {
        let mut people = People::new(1, &HABITS, 4);
        let mut chance = Chance::new(1, 0);
        for _ in 0..PEOPLE_MAX {
            let id = people.newcomer();
            let number = people.get(id).unwrap().number.clone();
            assert!(number.starts_with("+3908619") || number.starts_with("+39399000"));
            assert_eq!(people.by_number(&number), Some(id));
        }
        assert_eq!(people.numbers.len(), PEOPLE_MAX);
        let again = people.next_caller(&mut chance).unwrap();
        people.get_mut(again).unwrap().calls = 1;
        for _ in 1..PEOPLE_MAX {
            let id = people.next_caller(&mut chance).unwrap();
            people.get_mut(id).unwrap().calls = 1;
        }
        assert_eq!(people.next_caller(&mut chance), None, "all are talking");
    }
}
