//! How many operators of one health authority work for others at once. Counted as seats move, so
//! that asking costs a look-up: a seat that may not be lent now stays in the index, and its
//! authority's seats are passed over together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Eligibility, Matching, Source};
use crate::id::TenantId;
use crate::rules::LendPolicy;

/// Where an operator of an authority is, as far as the others are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// Not there, or nobody's.
    Gone,
    /// There for its own.
    Home,
    /// At a work of another one.
    Away(TenantId),
}

impl Whereabouts {
    fn away_for(self) -> Option<TenantId> {
        match self {
            Self::Gone | Self::Home => None,
            Self::Away(tenant) => Some(tenant),
        }
    }
}

/// The operators of an authority, and those of others who work for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Balance {
    policy: LendPolicy,
    at_home: u32,
    away: u32,
    borrowed: u32,
}

impl Balance {
    /// Why no operator more may leave.
    fn keeps(&self) -> Option<Eligibility> {
        if self.at_home <= self.policy.floor {
            Some(Eligibility::LendFloor)
        } else if self.policy.max.is_some_and(|max| self.away >= max) {
            Some(Eligibility::LendMax)
        } else {
            None
        }
    }

    /// Why no operator more may come.
    fn refuses(&self) -> Option<Eligibility> {
        let is_full = |max| self.borrowed >= max;
        let most = self.policy.borrow_max;
        most.is_some_and(is_full).then_some(Eligibility::BorrowMax)
    }
}

/// What an authority lends and borrows at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lent {
    /// Its operators who are there for its own works, busy or not.
    pub at_home: u32,
    /// Its operators at works of others.
    pub away: u32,
    /// Operators of others at its works.
    pub borrowed: u32,
}

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Lending(BTreeMap<TenantId, Balance>);

impl Lending {
    pub(super) fn under(policies: &BTreeMap<TenantId, LendPolicy>) -> Self {
        let balance = |(&tenant, &policy): (&TenantId, &LendPolicy)| {
            let balance = Balance {
                policy,
                ..Balance::default()
            };
            (tenant, balance)
        };
        Self(policies.iter().map(balance).collect())
    }

    /// Why an operator may not work for this authority now. Nobody's operators may always.
    pub(super) fn refusal(&self, home: Option<TenantId>, tenant: TenantId) -> Option<Eligibility> {
        let home = home.filter(|home| *home != tenant)?;
        let keeps = self.0.get(&home).and_then(Balance::keeps);
        keeps.or_else(|| self.0.get(&tenant).and_then(Balance::refuses))
    }

    pub(super) fn lends(&self, home: TenantId, tenant: TenantId) -> bool {
        self.refusal(Some(home), tenant).is_none()
    }

    fn count(&mut self, home: TenantId, whereabouts: Whereabouts, by: i32) {
        let change = |count: &mut u32| *count = count.saturating_add_signed(by);
        let own = self.0.entry(home).or_default();
        match whereabouts {
            Whereabouts::Gone => {}
            Whereabouts::Home => change(&mut own.at_home),
            Whereabouts::Away(tenant) => {
                change(&mut own.away);
                change(&mut self.0.entry(tenant).or_default().borrowed);
            }
        }
    }
}

impl Matching {
    /// What each authority lends and borrows.
    #[must_use]
    pub fn lent(&self, tenant: TenantId) -> Lent {
        let balance = self.lending.0.get(&tenant).copied().unwrap_or_default();
        Lent {
            at_home: balance.at_home,
            away: balance.away,
            borrowed: balance.borrowed,
        }
    }

    /// Why an operator of one authority may not begin a work of another now.
    #[must_use]
    pub fn lend_refusal(&self, home: Option<TenantId>, tenant: TenantId) -> Option<Eligibility> {
        self.lending.refusal(home, tenant)
    }

    /// How many operators of one authority may work for another at once, at most.
    #[must_use]
    pub fn guests_max(&self, home: TenantId, tenant: TenantId) -> u32 {
        let balance = |tenant| self.lending.0.get(&tenant).copied().unwrap_or_default();
        let (own, other) = (balance(home), balance(tenant));
        let spared = (own.at_home + own.away).saturating_sub(own.policy.floor);
        let caps = [own.policy.max, other.policy.borrow_max];
        caps.into_iter().flatten().fold(spared, u32::min)
    }

    /// An operator of this authority has moved. Where that lets others go, or keeps them, the
    /// lines that they could serve are looked at again.
    pub(super) fn moved(&mut self, home: TenantId, was: Whereabouts, is: Whereabouts) {
        if was == is {
            return;
        }
        let concerned = [Some(home), was.away_for(), is.away_for()];
        let before = concerned.map(|tenant| self.doors(tenant));
        self.lending.count(home, was, -1);
        self.lending.count(home, is, 1);
        for (tenant, was) in concerned.into_iter().zip(before) {
            if let Some(tenant) = tenant.filter(|_| self.doors(tenant) != was) {
                self.look_at_guests(tenant);
            }
        }
    }

    /// Whether its operators are kept, and those of others refused.
    fn doors(&self, tenant: Option<TenantId>) -> (bool, bool) {
        let balance = tenant.and_then(|tenant| self.lending.0.get(&tenant));
        let balance = balance.copied().unwrap_or_default();
        (balance.keeps().is_some(), balance.refuses().is_some())
    }

    /// Its operators may go to others, or those of others come, that could not; or no longer.
    fn look_at_guests(&mut self, tenant: TenantId) {
        for (place, line) in self.lines.iter().enumerate() {
            if line.tenant() == tenant || line.has_guests_of(tenant) {
                self.stale.insert(Source::Line(place));
            }
        }
        for operator in self.kept.operators() {
            let member = self.crew.of(operator).map(|(_, member)| member);
            if member.is_some_and(|it| it.is_free() && it.home().is_some()) {
                self.stale.insert(Source::KeptFor(operator));
            }
        }
    }
}
