//! Numbers that operators may call by name: other offices, a switchboard, a ward. Where they are looked up,
//! and nowhere else: who keeps them may change.

use serde::{Deserialize, Serialize};

use crate::id::TenantId;
use crate::number::PhoneNumber;

/// One of those numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is called by; one of its kind.
    pub name: String,
    /// Where it rings. Checked to be of a class that may be dialled.
    pub number: PhoneNumber,
    /// The authority whose operators may call it; all of them without one.
    pub tenant: Option<TenantId>,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory(Vec<Entry>);

impl Directory {
    /// In the order in which they are shown.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        Self(entries)
    }

    /// Those that may be called for an authority; for none in particular, those of all and of each.
    pub fn of(&self, tenant: Option<TenantId>) -> impl Iterator<Item = &Entry> {
        let fits = move |entry: &&Entry| {
            tenant.is_none() || entry.tenant.is_none() || entry.tenant == tenant
        };
        self.0.iter().filter(fits)
    }

    /// The one of this name, where it may be called for that authority.
    #[must_use]
    pub fn find(&self, name: &str, tenant: Option<TenantId>) -> Option<&Entry> {
        self.of(tenant).find(|entry| entry.name == name)
    }
}
