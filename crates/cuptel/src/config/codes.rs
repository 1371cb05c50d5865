//! `[codes]`: what a seat's phone dials for what an operator does without a page. Off without it.

use std::collections::BTreeMap;

use cuptel_core::dialplan::fields::Fields;
use cuptel_core::feature::{EnglishPrompts, Feature, FeaturePolicy, FeaturePrompts};
use cuptel_core::rules::PromptId;
use cuptel_core::words::Spoken;

use super::announcing::{AnnouncingSettings, is_code};
use super::authority::TenantDraft;
use super::prompts::{ENGLISH, Library};
use super::word;

const ECHO_S: u32 = 30;
/// Numbers that are said in English, from 0 on.
const NUMBERS: usize = 24;

/// What is dialled where the configuration says nothing else.
const fn default_of(feature: Feature) -> &'static str {
    match feature {
        Feature::SignIn => "*10",
        Feature::SignOut => "*11",
        Feature::Available => "*12",
        Feature::Pause => "*13",
        Feature::OneMore => "*14",
        Feature::FrontOffice => "*15",
        Feature::State => "*16",
        Feature::Accept => "*21",
        Feature::Decline => "*22",
        Feature::Result => "*30",
        Feature::Finish => "*31",
        Feature::HandBack => "*32",
        Feature::Echo => "*90",
    }
}

/// The recordings, by the names that the rules have for them.
pub(super) const RECORDINGS: [(&str, &str); 33] = [
    ("number", "numero"),
    ("pin", "pin"),
    ("wrong", "errato"),
    ("later", "tardi"),
    ("signed_in", "entrato"),
    ("signed_out", "uscito"),
    ("after", "dopo"),
    ("available", "disponibile"),
    ("paused", "pausa"),
    ("reason", "motivo"),
    ("which_reason", "motivo_quale"),
    ("front_office", "sportello"),
    ("nobody", "nessuno"),
    ("taken", "occupato"),
    ("elsewhere", "altrove"),
    ("nothing_offered", "niente"),
    ("accepted", "accettato"),
    ("handed_back", "restituito"),
    ("which_result", "esito_quale"),
    ("result", "esito"),
    ("nothing_in_hand", "senza"),
    ("finished", "finito"),
    ("failed", "no"),
    ("echo", "eco"),
    ("operator", "operatore"),
    ("talking", "chiamata"),
    ("wrap_up", "chiusura"),
    ("at_task", "compito"),
    ("offered", "proposta"),
    ("not_responding", "assente"),
    ("waiting", "attesa"),
    ("more_than", "oltre"),
    ("first_since", "prima_da"),
];

pub(super) fn codes(
    root: &mut Fields<'_>,
    (tenants, announcing): (&[TenantDraft], Option<&AnnouncingSettings>),
    library: &Library,
) -> Option<FeaturePolicy> {
    let faults = root.faults();
    let mut table = root.table("codes")?;
    let at = table.at();
    let echo_s = table.whole_or("echo_s", 5..=120, ECHO_S);
    let languages = Spoken::ALL.iter();
    let languages: Vec<_> = languages.map(|it| (it.as_str(), *it)).collect();
    let language = word(&mut table, "language", &languages, false).unwrap_or(Spoken::Italian);
    let asks = (language == Spoken::English).then(|| at.clone());
    let mut asks = asks.into_iter();
    let mut theirs = tenants.iter().filter_map(|draft| draft.spoken_at.clone());
    let english_at = asks.next().or_else(|| theirs.next());
    let mut codes: BTreeMap<String, Feature> = BTreeMap::new();
    let mut taken: Vec<(String, &str)> = Vec::new();
    taken.extend(announcing.map(|it| (it.code().to_owned(), "the code of [announcing]")));
    for feature in Feature::ALL {
        let told = table.text(feature.as_str());
        let place = told.as_ref().map_or(at.clone(), |told| told.at.clone());
        let code = told.map_or(default_of(feature), |told| told.value);
        // Whoever wants one of them not to be there says "".
        if code.is_empty() {
            continue;
        }
        let name = feature.as_str();
        if !is_code(code) {
            faults.add(
                place,
                format!(
                    "`{name}`: expected * and up to seven digits, like \"{}\", so that it is no number of \
                     anybody; or \"\" for none",
                    default_of(feature)
                ),
            );
            continue;
        }
        let begins =
            |(other, _): &&(String, &str)| other.starts_with(code) || code.starts_with(&**other);
        if let Some((other, what)) = taken.iter().find(begins) {
            faults.add(
                place,
                format!("`{name}` = \"{code}\" and {what}, \"{other}\", begin alike: one would hide the other"),
            );
        }
        taken.push((code.to_owned(), name));
        codes.insert(code.to_owned(), feature);
    }
    table.finish();
    let Some(prompts) = FeaturePrompts::find(|name| find(library, name)) else {
        let is_missing = |(name, _): &&(&str, &str)| find(library, name).is_none();
        let missing = RECORDINGS
            .iter()
            .find(is_missing)
            .map_or("", |(_, file)| *file);
        let message = format!(
            "there is no prompt turno_{missing}.wav: expected it, because it is said to who dials a code"
        );
        faults.add(at, message);
        return None;
    };
    let english = english_at.and_then(|at| {
        let found = english(library);
        found.map_err(|missing| faults.add(at, missing)).ok()
    });
    Some(FeaturePolicy {
        english,
        language,
        codes,
        echo_s,
        prompts,
    })
}

/// What is said in English, or which recording is missing.
fn english(library: &Library) -> Result<EnglishPrompts, String> {
    let named = |file: String| {
        let missing = || {
            format!(
                "there is no English prompt {file}.wav beside the Italian ones: expected it, because English is \
                 said to who dials a code"
            )
        };
        let found = library.find(&format!("{ENGLISH}{file}"));
        found.ok_or_else(missing)
    };
    for (_, file) in RECORDINGS {
        named(format!("turno_{file}"))?;
    }
    let of = |name: &str| {
        let (_, file) = RECORDINGS.iter().find(|(own, _)| *own == name)?;
        named(format!("turno_{file}")).ok()
    };
    let numbers = (0..NUMBERS).map(|n| named(format!("numero_{n}")));
    Ok(EnglishPrompts {
        prompts: FeaturePrompts::find(of)
            .ok_or_else(|| "not every English prompt of the codes was found".to_owned())?,
        numbers: numbers.collect::<Result<_, _>>()?,
        minutes: named("op_minuti".to_owned())?,
    })
}

fn find(library: &Library, name: &str) -> Option<PromptId> {
    let (_, file) = RECORDINGS.iter().find(|(own, _)| *own == name)?;
    library.find(&format!("turno_{file}"))
}
