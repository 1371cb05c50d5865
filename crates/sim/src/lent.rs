//! Operators who work for another health authority than their own: floors and caps hold at every
//! offer. Counted anew from rows, so never too high: a wrap-up that the centre still counts is over
//! here, and an operator whose phone is gone is thought to be at home.

use std::collections::BTreeSet;

use cuptel_core::id::{OperatorId, QueueId, SeatId, TenantId};
use cuptel_core::record::{OfferRow, SignInRow};
use cuptel_core::rules::{LendPolicy, Rules};
use cuptel_core::snapshot::{Snapshot, TenantNow};
use cuptel_core::words::Chosen;

use crate::image::Image;
use crate::promises::{Broken, broken};
use crate::world::World;

/// Rows, and what they are read by.
struct Rows<'w> {
    image: &'w Image,
    rules: &'w Rules,
}

impl Rows<'_> {
    fn home_of(&self, operator: OperatorId) -> Option<TenantId> {
        self.image.operators.get(&operator)?.home
    }

    fn tenant_of(&self, queue: QueueId) -> Option<TenantId> {
        let queue = self.rules.current(queue)?;
        Some(self.rules.queues.get(&queue)?.tenant)
    }

    fn there(&self) -> impl Iterator<Item = &SignInRow> {
        let rows = self.image.sign_ins.values();
        rows.filter(|row| row.until_ms.is_none())
    }

    /// Seats whose operator, who is signed in there, works for this authority and not for their
    /// own.
    fn away(&self) -> BTreeSet<(SeatId, TenantId, TenantId)> {
        let offered = self
            .image
            .offers_open()
            .map(|row| (row.seat, row.operator, row.queue));
        let done = self.image.assignments_open().filter_map(|row| {
            let offer = self.image.offers.get(&row.offer)?;
            Some((row.seat, row.operator, offer.queue))
        });
        let is_there = |seat, operator| {
            let mut there = self.there();
            there.any(|row| (row.seat, row.operator) == (seat, operator))
        };
        let away = offered.chain(done).filter_map(|(seat, operator, queue)| {
            let (home, tenant) = (self.home_of(operator)?, self.tenant_of(queue)?);
            (home != tenant && is_there(seat, operator)).then_some((seat, home, tenant))
        });
        away.collect()
    }
}

fn takes_work(row: &SignInRow) -> bool {
    match row.chosen {
        Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => true,
        Chosen::SignedOut | Chosen::Paused | Chosen::FrontOffice => false,
    }
}

impl World {
    /// A new offer takes nobody away whom their own authority keeps, nor to one that has enough.
    pub(crate) fn check_lent(&self, offer: &OfferRow) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let rows = Rows {
            image: &self.decided,
            rules: process.switch.rules(),
        };
        let (home, tenant) = (rows.home_of(offer.operator), rows.tenant_of(offer.queue));
        let Some((home, tenant)) = home.zip(tenant).filter(|(home, tenant)| home != tenant) else {
            return Ok(());
        };
        let policy = |tenant| {
            let rule = rows.rules.tenants.get(&tenant);
            rule.map_or(LendPolicy::default(), |rule| rule.lending)
        };
        let away = rows.away();
        let count = |of: &dyn Fn(&(SeatId, TenantId, TenantId)) -> bool| {
            u32::try_from(away.iter().filter(|it| of(it)).count()).unwrap_or(u32::MAX)
        };
        let lent = count(&|(_, own, _)| *own == home);
        if policy(home).max.is_some_and(|max| lent >= max) {
            let what = format!("operator {} is lent beside {lent} others", offer.operator);
            return broken("P5", what);
        }
        let borrowed = count(&|(_, _, other)| *other == tenant);
        if policy(tenant).borrow_max.is_some_and(|max| borrowed >= max) {
            let what = format!("operator {} is borrowed beside {borrowed}", offer.operator);
            return broken("P5", what);
        }
        let is_away = |seat| away.iter().any(|(other, ..)| *other == seat);
        let stays = |row: &&SignInRow| {
            rows.home_of(row.operator) == Some(home)
                && takes_work(row)
                && row.seat != offer.seat
                && !is_away(row.seat)
        };
        let stay = rows.there().filter(stays).count();
        if u32::try_from(stay).is_ok_and(|stay| stay < policy(home).floor) {
            let what = format!("operator {} is lent and {stay} stay", offer.operator);
            return broken("P5", what);
        }
        Ok(())
    }
}

impl Image {
    /// Whether the operators of the seats let one of them work for an authority.
    pub(crate) fn somebody_may_work_for(
        &self,
        look: &Snapshot,
        rules: &Rules,
        tenant: TenantId,
    ) -> bool {
        look.seats.iter().any(|seat| {
            let mut operators = self.operators.values();
            let operator = operators.find(|row| Some(&row.name) == seat.operator.as_ref());
            operator.is_some_and(|row| !is_kept(look, rules, row.home, tenant))
        })
    }
}

/// Whether an operator might be kept from works of another authority at this moment.
pub(crate) fn is_kept(
    look: &Snapshot,
    rules: &Rules,
    home: Option<TenantId>,
    tenant: TenantId,
) -> bool {
    let now = |id: TenantId| -> Option<&TenantNow> {
        let name = &rules.tenants.get(&id)?.name;
        look.tenants.iter().find(|it| it.name == *name)
    };
    let Some(home) = home.filter(|home| *home != tenant) else {
        return false;
    };
    let keeps = |own: &TenantNow| {
        own.at_home <= own.lend_floor || own.lend_max.is_some_and(|max| own.away >= max)
    };
    let refuses = |other: &TenantNow| other.borrow_max.is_some_and(|max| other.borrowed >= max);
    now(home).is_some_and(keeps) || now(tenant).is_some_and(refuses)
}
