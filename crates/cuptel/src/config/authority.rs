//! The health authorities, and the places where their operators sit.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};

use cuptel_core::calendar::{YearDay, Zone, parse_zone};
use cuptel_core::dialplan::fields::{Fields, Placed, unknown};
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::LendPolicy;

use cuptel_core::words::Spoken;

use super::{checked_name, optional_with, word};

/// What a `cli` has to be.
pub(super) const CLI: &str = "the number shown to who is called back, like \"+390861000000\"";

/// Operators who help out.
const SEATS: RangeInclusive<u32> = 0..=100_000;

/// A health authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TenantSettings {
    /// Short name.
    pub(crate) name: String,
    /// Name for people. Default: the short one.
    pub(crate) title: String,
    /// The prompt that tells it to an operator who is told who calls. Default: none.
    pub(crate) whisper: Option<Placed<String>>,
    /// Shown to who is called back by it. Default: the trunk's.
    pub(crate) cli: Option<PhoneNumber>,
    /// Of its opening hours and contact windows. Default `Europe/Rome`.
    pub(crate) time_zone: Zone,
    /// How its operators and those of others help out. Default: without bounds.
    pub(crate) lending: LendPolicy,
    /// Whether who is promised a call hears a code word. Default: no, as each promise takes longer.
    pub(crate) code_word: bool,
    /// What its operators hear by phone.
    pub(crate) spoken: Option<Spoken>,
}

/// An authority with its dialplan, still to be read.
pub(super) struct TenantDraft {
    pub(super) tenant: TenantSettings,
    pub(super) dialplan: Option<Placed<String>>,
    /// Where the name stands.
    pub(super) name_at: Range<usize>,
    pub(super) cli_at: Option<Range<usize>>,
    /// Where it says that there are code words.
    pub(super) code_word_at: Option<Range<usize>>,
    /// Where English is asked for, of who dials codes.
    pub(super) spoken_at: Option<Range<usize>>,
}

pub(super) fn tenants(root: &mut Fields<'_>) -> Vec<TenantDraft> {
    let mut drafts = Vec::new();
    let mut seen = BTreeSet::new();
    for table in root.tables("tenant") {
        drafts.extend(tenant(table, &mut seen));
    }
    if !root.has("tenant") {
        root.missing("[[tenant]]", "the health authority that is called");
    }
    drafts
}

fn tenant(mut table: Fields<'_>, seen: &mut BTreeSet<String>) -> Option<TenantDraft> {
    let name_at = table.text("name").map(|name| name.at);
    let name = checked_name(&mut table, "name", "tenant", seen);
    let title = table
        .filled_text("title")
        .map(|title| title.value.to_owned());
    let whisper = table.filled_text("whisper");
    let cli = optional_with(&mut table, "cli", CLI, |text| {
        PhoneNumber::parse_e164(text).ok()
    });
    let zone = table.filled_text("time_zone");
    let time_zone = match zone.map(|zone| (parse_zone(zone.value), zone.at)) {
        None => Zone::Europe__Rome,
        Some((Ok(zone), _)) => zone,
        Some((Err(error), at)) => {
            table.faults().add(at, error.to_string());
            Zone::UTC
        }
    };
    let lending = LendPolicy {
        floor: table.whole_or("lend_floor", SEATS, 0),
        max: table.whole("lend_max", SEATS).map(|most| most.value),
        borrow_max: table.whole("borrow_max", SEATS).map(|most| most.value),
    };
    let code_word = table.truth("code_word").filter(|truth| truth.value);
    let languages = Spoken::ALL.iter();
    let languages: Vec<_> = languages.map(|it| (it.as_str(), *it)).collect();
    let spoken_at = table.text("codes_language").map(|text| text.at);
    let spoken = word(&mut table, "codes_language", &languages, false);
    let dialplan = table.required_text("dialplan", "the file of its dialplan");
    table.finish();
    let name = name?;
    Some(TenantDraft {
        tenant: TenantSettings {
            title: title.unwrap_or_else(|| name.clone()),
            whisper: whisper.map(|name| name.map(str::to_owned)),
            name,
            cli: cli.as_ref().map(|cli| cli.value.clone()),
            time_zone,
            lending,
            code_word: code_word.is_some(),
            spoken,
        },
        dialplan: dialplan.map(|path| path.map(str::to_owned)),
        name_at: name_at?,
        cli_at: cli.map(|cli| cli.at),
        code_word_at: code_word.map(|truth| truth.at),
        spoken_at: spoken_at.filter(|_| spoken == Some(Spoken::English)),
    })
}

/// A place with seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteDraft {
    pub(crate) name: String,
    /// The day of its patron saint.
    pub(super) patron: Option<YearDay>,
    /// Calls at once at most. Default: no limit.
    pub(crate) calls_max: Option<u32>,
}

pub(super) fn sites(root: &mut Fields<'_>) -> Vec<SiteDraft> {
    let mut seen = BTreeSet::new();
    let mut sites = Vec::new();
    for mut table in root.tables("site") {
        let name = checked_name(&mut table, "name", "site", &mut seen);
        let patron = table.text("patron").and_then(|text| {
            YearDay::parse(text.value)
                .map_err(|error| table.faults().add(text.at, error.to_string()))
                .ok()
        });
        let calls_max = table.whole("calls_max", 1..=100_000).map(|most| most.value);
        table.finish();
        sites.extend(name.map(|name| SiteDraft {
            name,
            patron,
            calls_max,
        }));
    }
    sites
}

/// The tenant that a queue or a calendar belongs to, and a name that is new within it.
pub(super) fn tenant_and_name(
    table: &mut Fields<'_>,
    kind: &str,
    tenants: &[TenantDraft],
    seen: &mut BTreeMap<String, BTreeSet<String>>,
) -> Option<(TenantSettings, String)> {
    let tenant = table.required_text("tenant", "the short name of a tenant");
    let of_tenant = seen.entry(
        tenant
            .as_ref()
            .map_or(String::new(), |name| name.value.to_owned()),
    );
    let name = checked_name(table, "name", kind, of_tenant.or_default());
    let tenant = tenant?;
    let found = tenants
        .iter()
        .find(|draft| draft.tenant.name == tenant.value);
    if found.is_none() {
        let known = tenants.iter().map(|draft| draft.tenant.name.as_str());
        table
            .faults()
            .add(tenant.at, unknown("tenant", tenant.value, known));
    }
    Some((found?.tenant.clone(), name?))
}
