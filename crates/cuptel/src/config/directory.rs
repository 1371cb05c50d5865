//! `[[directory]]`: numbers that operators may call by name. `[[phone]]`: what the telephones of seats are.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::dialplan::fields::{Fields, unknown};
use cuptel_core::directory::{Directory, Entry};
use cuptel_core::number::{Caller, PhoneNumber};
use cuptel_core::words::PhoneModel;

use super::authority::TenantDraft;
use super::rules::Ids;
use super::{required_with, word};

/// Names are chosen from a list on a page.
const NAME_CHARS_MAX: usize = 60;

/// An entry as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntrySettings {
    name: String,
    number: PhoneNumber,
    tenant: Option<String>,
}

pub(super) fn directory(root: &mut Fields<'_>, tenants: &[TenantDraft]) -> Vec<EntrySettings> {
    let mut seen = BTreeSet::new();
    let entries = root.tables("directory").into_iter();
    entries
        .filter_map(|table| entry(table, tenants, &mut seen))
        .collect()
}

fn entry(
    mut table: Fields<'_>,
    tenants: &[TenantDraft],
    seen: &mut BTreeSet<String>,
) -> Option<EntrySettings> {
    const EXPECTED: &str = "a number like +390861123456, of a class that may be dialled: no emergency, premium or foreign one";
    let faults = table.faults();
    let name = required_with(&mut table, "name", "what it is called by", |text| {
        let text = text.trim();
        let fits = !text.is_empty()
            && text.chars().count() <= NAME_CHARS_MAX
            && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned())
    });
    let number = required_with(&mut table, "number", EXPECTED, |text| {
        let caller = Caller::from_user_part(PhoneNumber::parse_e164(text).ok()?.reveal());
        caller.number.filter(|_| caller.class.may_be_dialled())
    });
    let tenant = table.text("tenant");
    table.finish();
    if let Some(named) = &tenant {
        let known = || tenants.iter().map(|draft| draft.tenant.name.as_str());
        if !known().any(|name| name == named.value) {
            faults.add(named.at.clone(), unknown("tenant", named.value, known()));
        }
    }
    let name = name?;
    if !seen.insert(name.value.clone()) {
        let message = format!("the directory has \"{}\" twice", name.value);
        faults.add(name.at, message);
    }
    Some(EntrySettings {
        name: name.value,
        number: number?.value,
        tenant: tenant.map(|tenant| tenant.value.to_owned()),
    })
}

/// As the rules have it.
pub(super) fn rule(entries: &[EntrySettings], ids: &dyn Ids) -> Directory {
    let entries = entries.iter().map(|entry| Entry {
        name: entry.name.clone(),
        number: entry.number.clone(),
        tenant: entry.tenant.as_deref().map(|tenant| ids.tenant(tenant)),
    });
    Directory::new(entries.collect())
}

/// What telephones are, by the extension of their seat; each is said once.
pub(super) fn phones(root: &mut Fields<'_>) -> BTreeMap<String, PhoneModel> {
    let mut phones = BTreeMap::new();
    for mut table in root.tables("phone") {
        let models: Vec<_> = PhoneModel::ALL
            .iter()
            .map(|it| (it.as_str(), *it))
            .collect();
        let model = word(&mut table, "model", &models, true);
        let seats = table.texts("seats");
        if seats.is_none() && !table.has("seats") {
            table.missing("seats", "the extensions of seats with such a telephone");
        }
        let faults = table.faults();
        table.finish();
        let Some((model, seats)) = model.zip(seats) else {
            continue;
        };
        for seat in seats.value {
            if phones.insert(seat.value.to_owned(), model).is_some() {
                let message = format!("seat \"{}\" has a telephone twice", seat.value);
                faults.add(seat.at, message);
            }
        }
    }
    phones
}
