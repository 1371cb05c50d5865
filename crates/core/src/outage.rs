//! A site that is cut off: its seats are not counted on, and its load goes to the others, until it
//! is back. A supervisor says so, or it is noticed because the phones of those who work there
//! vanish together. Whoever talks there when it is said is treated as if their phone had died;
//! when it is noticed, conversations go on until nothing is heard any more.

use crate::centre::Centre;
use crate::id::{OutageId, SeatId, SiteId};
use crate::record::{Record, RegistrationRow, SiteOutageRow};
use crate::seat::Seat;
use crate::step::{CommandError, Step};
use crate::time::Now;
use crate::words::Party;

/// One phone that vanishes is a phone, two are a link.
const PHONES_MIN: usize = 2;

impl Centre {
    fn site_of_name(&self, name: &str) -> Result<SiteId, CommandError> {
        let site = self.rules.site_named(name);
        site.ok_or_else(|| CommandError::NoSite(name.to_owned()))
    }

    /// A supervisor says that a site is cut off.
    pub(crate) fn site_is_out(
        &mut self,
        now: Now,
        name: &str,
        supervisor: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let site = self.site_of_name(name)?;
        // Said is more than noticed: it ends when somebody says so.
        self.outage_ends(now, site, step);
        self.outage_begins(now, site, (true, supervisor), step);
        let there = self.seats.values().filter(|seat| seat.row.site == site);
        let with_call = there.filter(|seat| seat.leg().is_some());
        let ids: Vec<SeatId> = with_call.map(|seat| seat.row.id).collect();
        for id in ids {
            self.seat_left(now, id, Party::Network, true, step);
        }
        Ok(())
    }

    /// A supervisor says that a site is back.
    pub(crate) fn site_resumes(
        &mut self,
        now: Now,
        name: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let site = self.site_of_name(name)?;
        if !self.is_site_out(site) {
            return Err(CommandError::SiteNotOut(name.to_owned()));
        }
        self.outage_ends(now, site, step);
        Ok(())
    }

    /// Whether the seats of a site are not counted on.
    pub(crate) fn is_site_out(&self, site: SiteId) -> bool {
        self.outages.contains_key(&site)
    }

    /// A phone is lost: perhaps it was the last of its site.
    pub(crate) fn phone_lost(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let within_s = self.rules.limits.site_outage_within_s;
        let Some(site) = self.seats.get(&id).map(|seat| seat.row.site) else {
            return;
        };
        if within_s == 0 || self.is_site_out(site) {
            return;
        }
        let within_us = u64::from(within_s) * 1_000_000;
        let of_site = || self.seats.values().filter(|seat| seat.row.site == site);
        let vanished = |seat: &&Seat| {
            let recently = |at: u64| at + within_us >= now.mono_us;
            // One that took its registration back was switched off by somebody.
            let is_lost = |row: &RegistrationRow| row.expires_ms > row.registered_ms;
            seat.sign_in.is_some()
                && seat.registration.as_ref().is_some_and(is_lost)
                && seat.lost_at.is_some_and(recently)
        };
        let none_is_left = !of_site().any(|seat| seat.reachable_at(now.utc_ms));
        if none_is_left && of_site().filter(vanished).count() >= PHONES_MIN {
            self.outage_begins(now, site, (false, None), step);
        }
    }

    /// A phone is there: a site that was only thought to be cut off is not.
    pub(crate) fn phone_is_there(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(site) = self.seats.get(&id).map(|seat| seat.row.site) else {
            return;
        };
        if self.outages.get(&site).is_some_and(|row| !row.said) {
            self.outage_ends(now, site, step);
        }
    }

    fn outage_begins(
        &mut self,
        now: Now,
        site: SiteId,
        (said, supervisor): (bool, Option<String>),
        step: &mut Step,
    ) {
        let row = SiteOutageRow {
            id: OutageId(self.ids.allot()),
            site,
            since_ms: now.utc_ms,
            until_ms: None,
            said,
            supervisor,
        };
        step.records.push(Record::SiteOutage(row.clone()));
        self.outages.insert(site, row);
        self.crews_changed();
        self.look_at_spared = true;
        self.owners_of_site(site);
        // Tasks there wait for others.
        let with_task = self.seats.iter();
        let with_task =
            with_task.filter(|(_, it)| it.row.site == site && it.task_in_hand().is_some());
        let with_task: Vec<SeatId> = with_task.map(|(id, _)| *id).collect();
        for id in with_task {
            self.seat_changed(now, id, step);
        }
    }

    fn outage_ends(&mut self, now: Now, site: SiteId, step: &mut Step) {
        if let Some(mut row) = self.outages.remove(&site) {
            self.crews_changed();
            self.look_at_spared = true;
            self.owners_of_site(site);
            row.until_ms = Some(now.utc_ms);
            step.records.push(Record::SiteOutage(row));
        }
    }

    /// What those who work there own waits for them otherwise from now on.
    fn owners_of_site(&mut self, site: SiteId) {
        let there = self.seats.values().filter(|seat| seat.row.site == site);
        let operators = there.filter_map(|seat| Some(seat.sign_in.as_ref()?.operator));
        self.owners_to_ask.extend(operators);
    }

    /// What was said holds over a restart; what was noticed is looked at anew.
    pub(crate) fn restore_outages(
        &mut self,
        now: Now,
        outages: Vec<SiteOutageRow>,
        step: &mut Step,
    ) {
        for row in outages {
            let (site, said) = (row.site, row.said);
            self.outages.insert(site, row);
            self.crews_changed();
            self.look_at_spared = true;
            if !said {
                self.outage_ends(now, site, step);
            }
        }
    }
}
