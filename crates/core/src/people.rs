//! Who is on our mind: every number with an open call, an open callback or a dial in
//! flight. One handle per number while it is here, so that "at most one dial per
//! number" holds across tenants.

use std::collections::{BTreeSet, HashMap};

use foldhash::quality::RandomState;
use serde::{Deserialize, Serialize};

use smallvec::SmallVec;

use crate::id::{CallbackId, DialId, IdSource, NumberId, TenantId};
use crate::number::{Caller, PhoneNumber};
use crate::record::{NumberRow, Record};
use crate::time::Now;

/// What we know of a number right now.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) id: NumberId,
    /// Inbound calls open.
    pub(crate) calls: u32,
    /// The dial in flight, or unknown after a crash.
    pub(crate) dial: Option<DialId>,
    /// Open callbacks, one per tenant.
    pub(crate) cases: SmallVec<[(TenantId, CallbackId); 1]>,
}

impl Known {
    fn new(id: NumberId) -> Self {
        Self {
            id,
            calls: 0,
            dial: None,
            cases: SmallVec::new(),
        }
    }

    pub(crate) fn case_of(&self, tenant: TenantId) -> Option<CallbackId> {
        self.cases
            .iter()
            .find(|(t, _)| *t == tenant)
            .map(|(_, case)| *case)
    }

    /// Whether the person speaks with us, waits for that, or is being called.
    pub(crate) fn has_call(&self) -> bool {
        self.calls > 0 || self.dial.is_some()
    }

    fn is_forgettable(&self) -> bool {
        !self.has_call() && self.cases.is_empty()
    }
}

/// The index; its own order is chance, so nothing may depend on it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct People(HashMap<PhoneNumber, Known, RandomState>);

impl People {
    /// The handle of whoever calls, made and recorded where it is new. None for the anonymous.
    pub(crate) fn handle(
        &mut self,
        now: Now,
        caller: &Caller,
        raw: &str,
        ids: &mut IdSource,
        records: &mut Vec<Record>,
    ) -> Option<NumberId> {
        if let Some(known) = caller.number.as_ref().and_then(|number| self.0.get(number)) {
            return Some(known.id);
        }
        if caller.number.is_none() && raw.is_empty() {
            return None;
        }
        Some(self.make_handle(now, caller, raw, ids, records))
    }

    /// The handle of a number that somebody names, made and recorded where it is new.
    pub(crate) fn handle_of(
        &mut self,
        now: Now,
        number: &PhoneNumber,
        ids: &mut IdSource,
        records: &mut Vec<Record>,
    ) -> NumberId {
        if let Some(known) = self.0.get(number) {
            return known.id;
        }
        let named = Caller::from_user_part(number.reveal());
        self.make_handle(now, &named, "", ids, records)
    }

    fn make_handle(
        &mut self,
        now: Now,
        caller: &Caller,
        raw: &str,
        ids: &mut IdSource,
        records: &mut Vec<Record>,
    ) -> NumberId {
        let id = NumberId(ids.allot());
        records.push(Record::Number(NumberRow {
            id,
            e164: caller.number.clone(),
            raw: raw.to_owned(),
            class: caller.class,
            seen_ms: now.utc_ms,
        }));
        if let Some(number) = &caller.number {
            self.0.insert(number.clone(), Known::new(id));
        }
        id
    }

    /// Makes room for so many more numbers at once.
    pub(crate) fn expect(&mut self, numbers: usize) {
        self.0.reserve(numbers);
    }

    /// Puts back a number that open rows of the store refer to.
    pub(crate) fn restore(&mut self, number: &PhoneNumber, id: NumberId) -> &mut Known {
        self.0
            .entry(number.clone())
            .or_insert_with(|| Known::new(id))
    }

    /// Callbacks of whoever has a call, or is owed one by another authority too.
    pub(crate) fn entangled(&self) -> BTreeSet<CallbackId> {
        let entangled = self
            .0
            .values()
            .filter(|it| it.has_call() || it.cases.len() > 1);
        let cases = entangled.flat_map(|known| &known.cases);
        cases.map(|(_, id)| *id).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, number: &PhoneNumber) -> Option<&Known> {
        self.0.get(number)
    }

    /// Forgets a number of which nothing is left to know.
    pub(crate) fn forget_if_done(&mut self, number: &PhoneNumber) {
        self.change(number, |_| {});
    }

    /// Changes what is known of a number, and forgets it when nothing is left to know.
    pub(crate) fn change(&mut self, number: &PhoneNumber, change: impl FnOnce(&mut Known)) {
        if let Some(known) = self.0.get_mut(number) {
            change(known);
            if known.is_forgettable() {
                self.0.remove(number);
            }
        }
    }
}
