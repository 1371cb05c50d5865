//! `[[disposition]]`: the centre's own words for what came of a conversation.

use std::collections::BTreeSet;
use std::ops::Range;

use cuptel_core::dialplan::fields::{Fields, Placed, unknown};
use cuptel_core::own_result::{OwnResult, ResultCode};
use cuptel_core::words::{Meaning, PriorityClass};

use super::authority::TenantDraft;
use super::rules::Ids;
use super::{QueueSettings, required_with, word};

/// Beyond, nobody finds theirs among the buttons of a page.
const RESULTS_MAX: usize = 30;
/// They stand on buttons.
const NAME_CHARS_MAX: usize = 60;

/// A result as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnResultSettings {
    code: ResultCode,
    means: Meaning,
    class: Option<PriorityClass>,
    it: String,
    en: String,
    tenant: Option<String>,
    queue: Option<String>,
}

pub(super) fn own_results(
    root: &mut Fields<'_>,
    tenants: &[TenantDraft],
    queues: &[(QueueSettings, Range<usize>)],
) -> Vec<OwnResultSettings> {
    let mut seen = BTreeSet::new();
    let tables = root.tables("disposition");
    let mut results = Vec::new();
    for (nth, table) in tables.into_iter().enumerate() {
        if nth == RESULTS_MAX {
            let message = format!("expected at most {RESULTS_MAX} [[disposition]]");
            table.faults().add(table.at(), message);
        }
        results.extend(own_result(table, (tenants, queues), &mut seen));
    }
    results
}

fn own_result(
    mut table: Fields<'_>,
    (tenants, queues): (&[TenantDraft], &[(QueueSettings, Range<usize>)]),
    seen: &mut BTreeSet<ResultCode>,
) -> Option<OwnResultSettings> {
    const CODE: &str =
        "at most 40 small letters, digits, - and _, and none of done, another_person, improper";
    let faults = table.faults();
    let at = table.at();
    let code = required_with(&mut table, "code", CODE, |text| text.parse().ok());
    let all = Meaning::ALL.iter();
    let meanings: Vec<_> = all.map(|it| (it.as_str(), *it)).collect();
    let means = word(&mut table, "means", &meanings, true);
    let all = PriorityClass::ALL.iter();
    let classes: Vec<_> = all.map(|it| (it.as_str(), *it)).collect();
    let class = word(&mut table, "class", &classes, false);
    let names = ["it", "en"].map(|language| {
        required_with(&mut table, language, "what it is called", |text| {
            let text = text.trim();
            let length = text.chars().count();
            let fits =
                (1..=NAME_CHARS_MAX).contains(&length) && !text.chars().any(char::is_control);
            fits.then(|| text.to_owned())
        })
    });
    let has_class = table.has("class");
    let tenant = table.text("tenant");
    let queue = table.text("queue");
    table.finish();
    match (means, has_class) {
        (Some(Meaning::TakenInCharge), false) => {
            let message = "`class` is missing: what is taken in charge is owed by the deadline of U, B, D or P";
            faults.add(at, message.to_owned());
        }
        (Some(Meaning::TakenInCharge) | None, _) | (Some(_), false) => {}
        (Some(_), true) => {
            let message = "`class` is for `means = \"taken_in_charge\"` only";
            faults.add(at, message.to_owned());
        }
    }
    if let Some(named) = &tenant {
        let known = || tenants.iter().map(|draft| draft.tenant.name.as_str());
        if !known().any(|name| name == named.value) {
            faults.add(named.at.clone(), unknown("tenant", named.value, known()));
        }
    }
    if let Some(named) = &queue {
        let of = tenant.as_ref().map(|tenant| tenant.value);
        let theirs = queues.iter().map(|(queue, _)| queue);
        let theirs = theirs.filter(|queue| of == Some(queue.tenant.as_str()));
        let known: Vec<&str> = theirs.map(|queue| queue.name.as_str()).collect();
        if of.is_none() {
            let message = "`queue` is of a tenant: name it with `tenant`".to_owned();
            faults.add(named.at.clone(), message);
        } else if !known.contains(&named.value) {
            let message = unknown("queue", named.value, known);
            faults.add(named.at.clone(), message);
        }
    }
    let code: Placed<ResultCode> = code?;
    if !seen.insert(code.value.clone()) {
        let message = format!("the result \"{}\" is here twice", code.value);
        faults.add(code.at, message);
    }
    let [it, en] = names;
    Some(OwnResultSettings {
        code: code.value,
        means: means?,
        class,
        it: it?.value,
        en: en?.value,
        tenant: tenant.map(|it| it.value.to_owned()),
        queue: queue.map(|it| it.value.to_owned()),
    })
}

/// As the rules have them.
pub(super) fn rule(results: &[OwnResultSettings], ids: &dyn Ids) -> Vec<OwnResult> {
    let rule = |own: &OwnResultSettings| {
        let tenant = own.tenant.as_deref();
        let queue = tenant.zip(own.queue.as_deref());
        OwnResult {
            code: own.code.clone(),
            means: own.means,
            class: own.class,
            it: own.it.clone(),
            en: own.en.clone(),
            tenant: tenant.map(|tenant| ids.tenant(tenant)),
            queue: queue.map(|(tenant, queue)| ids.queue(tenant, queue)),
        }
    };
    results.iter().map(rule).collect()
}
