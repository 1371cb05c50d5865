//! Who may work and where: operators with their skills, and seats with the passwords of their
//! phones, changed while the centre runs. A list is taken whole or not at all. What is removed
//! keeps its row, because history names it; who comes back under the same name is the same one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::choosing::Choice;
use crate::id::{OperatorId, SeatId};
use crate::pin::PinDigest;
use crate::record::{OperatorRow, Record, SeatRow};
use crate::rules::Rules;
use crate::seat::Seat;
use crate::step::{CommandError, Effect, Step};
use crate::time::Now;
use crate::words::{Chosen, ChosenBy};

/// Characters of an extension at most.
const EXTENSION_MAX: usize = 32;

/// What is to hold of an operator; what is not said stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorChange {
    /// Login name.
    pub name: String,
    /// Who employs them.
    pub employer: Option<String>,
    /// All that they can do, with levels from 1 to 5.
    pub skills: Option<BTreeMap<String, u8>>,
    /// Name of the health authority that they belong to; nobody's, where it is empty.
    pub home: Option<String>,
    /// By what they sign in from a phone.
    pub pin: Option<PinChange>,
}

/// By what an operator signs in from a phone; what is not said stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinChange {
    /// 1 to 8 digits.
    pub number: Option<String>,
    /// What is kept of the PIN.
    pub digest: Option<PinDigest>,
}

/// What is to hold of a seat; what is not said stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatChange {
    /// Extension and SIP user.
    pub name: String,
    /// A site of the configuration.
    pub site: Option<String>,
    /// Its phone's new password.
    pub account: Option<Account>,
}

/// What is kept of a phone's password. Shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// RFC 7616 HA1 with MD5, hex.
    pub ha1_md5: String,
    /// RFC 7616 HA1 with SHA-256, hex.
    pub ha1_sha256: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(…)")
    }
}

/// An entry of a list that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
#[error("\"{which}\" {why}")]
pub struct NotTaken {
    /// The operator or seat.
    pub which: String,
    /// Why not.
    pub why: WhyNotTaken,
}

/// Why an entry cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
pub enum WhyNotTaken {
    /// Which of the two would hold?
    #[error("is here twice")]
    Twice,
    /// Nobody hears a capital letter.
    #[error("is \"{0}\" but for its capitals: change that one, or take another name")]
    Twin(String),
    /// Its end lies behind us.
    #[error("is over already: its end is past")]
    IsOver,
    /// A new operator.
    #[error("is new, and has no employer")]
    NoEmployer,
    /// Nothing to key in before the PIN.
    #[error("has no number to sign in with by phone: expected 1 to 8 digits")]
    NoNumber,
    /// A number alone lets nobody in.
    #[error("has a number and no PIN")]
    NoPin,
    /// Two with one number.
    #[error("cannot have number {0}: it is another's")]
    NumberTaken(String),
    /// A new seat.
    #[error("is new, and its phone has no password")]
    NoPassword,
    /// A new seat.
    #[error("is new, and has no site")]
    NoSite,
    /// No phone could have this user name everywhere.
    #[error("is no extension: expected 1 to 32 letters, digits, -, _ and .")]
    NoExtension,
    /// The configuration has no such site.
    #[error("stands in no site \"{site}\": expected one of {}", .known.join(", "))]
    UnknownSite {
        /// As told.
        site: String,
        /// Those of the configuration.
        known: Vec<String>,
    },
    /// Whoever misspells a skill leaves an operator without calls.
    #[error("has a skill \"{skill}\" that no queue asks for: expected some of {}", .known.join(", "))]
    UnknownSkill {
        /// As told.
        skill: String,
        /// Those that queues ask for.
        known: Vec<String>,
    },
    /// A task is given to who can do it.
    #[error("is for operator {operator}, who has not the skills that queue {queue} asks for")]
    LacksSkill {
        /// Who.
        operator: String,
        /// The queue.
        queue: String,
    },
    /// A value of a profile, which is not told.
    #[error("cannot have this `{what}`: expected {least} to {most}")]
    Bound {
        /// Which.
        what: &'static str,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A break needs both.
    #[error("needs `break_after` and `break_s` together")]
    HalfABreak,
    /// The configuration has no such queue.
    #[error("cannot be spared a queue that there is not: \"{queue}\" of \"{tenant}\"")]
    UnknownQueue {
        /// As told.
        tenant: String,
        /// As told.
        queue: String,
    },
    /// The configuration has no such queue.
    #[error("is of no queue that there is: \"{queue}\" of \"{tenant}\"")]
    NoQueue {
        /// As told.
        tenant: String,
        /// As told.
        queue: String,
    },
    /// Too long, or nothing.
    #[error(
        "does not say what is to be done in 1 to {} characters, none of them a control character",
        crate::task::TITLE_MAX
    )]
    Title,
    /// What is shown and kept as it is.
    #[error(
        "has a title that names a telephone number, which could not be erased from it: say it without"
    )]
    TitleNamesNumber,
    /// Nobody of that name works here.
    #[error("is to be done by \"{0}\", who does not work here")]
    NoOperator(String),
    /// Nobody, or the operator themselves.
    #[error("cannot be accompanied by \"{buddy}\": expected another operator")]
    UnknownBuddy {
        /// As told.
        buddy: String,
    },
    /// The configuration has no such health authority.
    #[error("belongs to no tenant \"{tenant}\": expected one of {}", .known.join(", "))]
    UnknownTenant {
        /// As told.
        tenant: String,
        /// Those of the configuration.
        known: Vec<String>,
    },
    /// Outside 1 to 5.
    #[error("has \"{skill}\" at level {level}: expected 1 to 5")]
    Level {
        /// The skill.
        skill: String,
        /// As told.
        level: u8,
    },
}

/// A name with one space where several were typed: nobody sees the difference.
#[must_use]
pub fn one_spaced(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What two names have in common that nobody tells apart.
fn alike(name: &str) -> String {
    one_spaced(name).to_lowercase()
}

/// Another of these names that is this one but for its capitals and spaces.
pub fn twin_of<'n>(name: &str, mut others: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let own = alike(name);
    others.find(|other| *other != name && alike(other) == own)
}

/// Whether every phone can have this as its user name.
#[must_use]
pub fn is_extension(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=EXTENSION_MAX).contains(&text.len()) && text.bytes().all(fits)
}

impl Rules {
    /// The skills that some queue asks for, or prefers.
    #[must_use]
    pub fn skills_asked(&self) -> BTreeSet<&str> {
        let mut skills = BTreeSet::new();
        for queue in self.queues.values() {
            let relaxed = queue.matching.relax.iter().flat_map(|step| &step.skills);
            let asked = queue.skills.iter().chain(relaxed);
            let asked = asked.chain(&queue.matching.preferred_skills);
            skills.extend(asked.map(|(skill, _)| skill.as_str()));
        }
        skills
    }
}

/// Entries that were named before.
fn twice<'n>(names: impl Iterator<Item = &'n str>) -> Vec<NotTaken> {
    let mut seen = BTreeSet::new();
    let twice = |name: &'n str| {
        (!seen.insert(name)).then(|| NotTaken {
            which: name.to_owned(),
            why: WhyNotTaken::Twice,
        })
    };
    names.filter_map(twice).collect()
}

/// All changes of a kind, or none and why.
fn all_taken<'k, C>(
    changes: &'k [C],
    name: impl Fn(&C) -> &String,
    known: impl Iterator<Item = &'k str>,
    faults_of: impl Fn(&C) -> Vec<WhyNotTaken>,
) -> Result<(), CommandError> {
    let mut faults = twice(changes.iter().map(|change| name(change).as_str()));
    faults.extend(twins(
        changes.iter().map(|change| name(change).as_str()),
        known,
    ));
    for change in changes {
        let refused = |why| NotTaken {
            which: name(change).clone(),
            why,
        };
        faults.extend(faults_of(change).into_iter().map(refused));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(CommandError::NotTaken(faults))
    }
}

/// New names that another has, known or new, but for its capitals and spaces.
fn twins<'n>(
    names: impl Iterator<Item = &'n str>,
    known: impl Iterator<Item = &'n str>,
) -> Vec<NotTaken> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut exact = BTreeSet::new();
    for name in known {
        exact.insert(name);
        taken.insert(alike(name), name);
    }
    let mut faults = Vec::new();
    for name in names.filter(|name| !exact.contains(name)) {
        let other = *taken.entry(alike(name)).or_insert(name);
        if other != name {
            faults.push(NotTaken {
                which: name.to_owned(),
                why: WhyNotTaken::Twin(other.to_owned()),
            });
        }
    }
    faults
}

impl Centre {
    /// Adds operators and changes those that there are.
    pub(crate) fn set_operators(
        &mut self,
        now: Now,
        changes: Vec<OperatorChange>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let mut numbers = BTreeMap::new();
        let of_pins = changes.iter().filter_map(|it| it.pin.as_ref());
        for number in of_pins.filter_map(|pin| pin.number.as_deref()) {
            *numbers.entry(number).or_insert(0_usize) += 1;
        }
        let faults_of = |it: &OperatorChange| {
            let mut faults = self.faults_of_operator(it);
            faults.extend(self.fault_of_pin(it, &numbers));
            faults
        };
        let there = self.operators.values();
        let there = there.filter(|row| row.removed_ms.is_none());
        let there = there.map(|row| row.name.as_str());
        all_taken(&changes, |it| &it.name, there, faults_of)?;
        for change in changes {
            self.set_operator(now, change, step);
        }
        Ok(())
    }

    fn faults_of_operator(&self, change: &OperatorChange) -> Vec<WhyNotTaken> {
        let known = self.operators.get(&change.name);
        let mut faults = Vec::new();
        if known.is_none() && change.employer.is_none() {
            faults.push(WhyNotTaken::NoEmployer);
        }
        let home = change.home.as_deref().filter(|home| !home.is_empty());
        if let Some(home) = home.filter(|home| self.rules.tenant_named(home).is_none()) {
            let tenants = self.rules.tenants.values();
            faults.push(WhyNotTaken::UnknownTenant {
                tenant: home.to_owned(),
                known: tenants.map(|tenant| tenant.name.clone()).collect(),
            });
        }
        let asked = self.rules.skills_asked();
        let has = |skill: &str| known.is_some_and(|row| row.skills.iter().any(|(s, _)| s == skill));
        for (skill, level) in change.skills.iter().flatten() {
            if !(1..=5).contains(level) {
                faults.push(WhyNotTaken::Level {
                    skill: skill.clone(),
                    level: *level,
                });
            }
            // A queue that asked for it may be gone since: whoever has it may keep it.
            if !asked.contains(skill.as_str()) && !has(skill) {
                faults.push(WhyNotTaken::UnknownSkill {
                    skill: skill.clone(),
                    known: asked.iter().map(|&skill| skill.to_owned()).collect(),
                });
            }
        }
        faults
    }

    fn set_operator(&mut self, now: Now, change: OperatorChange, step: &mut Step) {
        let OperatorChange {
            name,
            employer,
            skills,
            home,
            pin,
        } = change;
        let mut row = match self.operators.get(&name) {
            Some(row) => row.clone(),
            None => OperatorRow {
                id: OperatorId(self.ids.allot()),
                name: name.clone(),
                employer: String::new(),
                skills: Vec::new(),
                home: None,
                removed_ms: None,
            },
        };
        row.employer = employer.unwrap_or(row.employer);
        row.skills = skills.map_or(row.skills, |skills| skills.into_iter().collect());
        row.home = home.map_or(row.home, |home| self.rules.tenant_named(&home));
        row.removed_ms = None;
        step.records.push(Record::Operator(row.clone()));
        if let Some(id) = self.seat_of(row.id) {
            if let Some(seat) = self.seats.get_mut(&id) {
                seat.skills.clone_from(&row.skills);
                seat.home = row.home;
            }
            // They stand in the lines of other queues from now on.
            self.matching.clear(now.utc_ms, id);
            self.seat_changed(now, id, step);
        }
        let id = row.id;
        self.operators.insert(name, row);
        if let Some(pin) = pin {
            self.change_pin(now, id, pin, step);
        }
    }

    /// Where an operator is signed in.
    pub(crate) fn seat_of(&self, operator: OperatorId) -> Option<SeatId> {
        let sits_here =
            |seat: &&Seat| seat.sign_in.as_ref().map(|it| it.operator) == Some(operator);
        self.seats.values().find(sits_here).map(|seat| seat.row.id)
    }

    /// An operator who works here no more. A conversation goes on to its end.
    pub(crate) fn remove_operator(
        &mut self,
        now: Now,
        name: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let there = self
            .operators
            .get_mut(name)
            .filter(|row| row.removed_ms.is_none());
        let row = there.ok_or_else(|| CommandError::NoOperator(name.to_owned()))?;
        row.removed_ms = Some(now.utc_ms);
        step.records.push(Record::Operator(row.clone()));
        let id = row.id;
        if let Some(seat) = self.seat_of(id) {
            let why = Choice::by(ChosenBy::Removed, Chosen::SignedOut);
            self.leave(now, seat, &why, step);
        }
        self.erase_pin(now, id, step);
        self.owners_moved(now, [Some(id), None]);
        self.release_tasks_of(now, id, step);
        Ok(())
    }

    /// Adds seats and changes those that there are.
    pub(crate) fn set_seats(
        &mut self,
        now: Now,
        changes: Vec<SeatChange>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let there = self.seats.values().map(|seat| &seat.row);
        let there = there.filter(|row| row.removed_ms.is_none());
        let there = there.map(|row| row.name.as_str());
        let faults_of = |it: &SeatChange| self.faults_of_seat(it);
        all_taken(&changes, |it| &it.name, there, faults_of)?;
        for change in changes {
            self.set_seat(now, change, step);
        }
        Ok(())
    }

    fn faults_of_seat(&self, change: &SeatChange) -> Vec<WhyNotTaken> {
        let mut faults = Vec::new();
        if !is_extension(&change.name) {
            faults.push(WhyNotTaken::NoExtension);
        }
        if self.row_of_seat(&change.name).is_none() {
            faults.extend(change.account.is_none().then_some(WhyNotTaken::NoPassword));
            faults.extend(change.site.is_none().then_some(WhyNotTaken::NoSite));
        }
        if let Some(site) = &change.site
            && self.rules.site_named(site).is_none()
        {
            let sites = self.rules.sites.values();
            faults.push(WhyNotTaken::UnknownSite {
                site: site.clone(),
                known: sites.map(|site| site.name.clone()).collect(),
            });
        }
        faults
    }

    /// The row of a seat, even where it was removed.
    fn row_of_seat(&self, name: &str) -> Option<&SeatRow> {
        let mut rows = self.seats.values().map(|seat| &seat.row);
        rows.find(|row| row.name == name)
    }

    fn set_seat(&mut self, now: Now, change: SeatChange, step: &mut Step) {
        let SeatChange {
            name,
            site,
            account,
        } = change;
        let known = self.row_of_seat(&name).cloned();
        let site = site.and_then(|site| self.rules.site_named(&site));
        let (Some(site), Some(account)) = (
            site.or(known.as_ref().map(|row| row.site)),
            account.or_else(|| known.as_ref().map(account_of)),
        ) else {
            return;
        };
        let id = known.map_or_else(|| SeatId(self.ids.allot()), |row| row.id);
        let row = SeatRow {
            id,
            name: name.clone(),
            site,
            ha1_md5: account.ha1_md5,
            ha1_sha256: account.ha1_sha256,
            removed_ms: None,
        };
        step.records.push(Record::Seat(row.clone()));
        step.effects.push(Effect::Account { seat: row.clone() });
        self.extensions.insert(name, id);
        match self.seats.get_mut(&id) {
            Some(seat) => seat.row = row,
            None => drop(self.seats.insert(id, Seat::new(row))),
        }
        self.crews_changed();
        self.seat_changed(now, id, step);
    }

    /// A seat that is there no more: its phone is not known any longer, whoever works there goes.
    pub(crate) fn remove_seat(
        &mut self,
        now: Now,
        name: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = self.seat_named(name)?;
        let why = Choice::by(ChosenBy::Removed, Chosen::SignedOut);
        self.leave(now, id, &why, step);
        self.extensions.remove(name);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.row.removed_ms = Some(now.utc_ms);
            if let Some(mut registration) = seat.registration.take() {
                registration.expires_ms = registration.registered_ms;
                step.records.push(Record::Registration(registration));
            }
            let seat = seat.row.clone();
            step.records.push(Record::Seat(seat.clone()));
            step.effects.push(Effect::Account { seat });
        }
        self.seat_changed(now, id, step);
        Ok(())
    }
}

fn account_of(row: &SeatRow) -> Account {
    Account {
        ha1_md5: row.ha1_md5.clone(),
        ha1_sha256: row.ha1_sha256.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_tells_apart_are_twins() {
        assert_eq!(one_spaced("  Anna \u{a0}  Esempio "), "Anna Esempio");
        let known = || ["Anna  Esempio", "Bruno"].into_iter();
        assert_eq!(twin_of("anna esempio", known()), Some("Anna  Esempio"));
        assert_eq!(twin_of("Bruno", known()), None);
        let faults = twins(["Anna Esempio", "Carla"].into_iter(), known());
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].why, WhyNotTaken::Twin("Anna  Esempio".to_owned()));
    }
}
