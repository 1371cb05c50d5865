//! `[announcing]`: how the message of an emergency is recorded by phone. Off without it.

use std::collections::BTreeSet;

use cuptel_core::dialplan::fields::{Fields, Placed, unknown};
use cuptel_core::rules::{AnnouncingPolicy, AnnouncingPrompts, PinRule, PromptId};

use super::authority::TenantDraft;
use super::prompts::Library;
use super::rules::Ids;
use super::secret::Secret;

const CODE: &str = "*77";
const SECONDS_MAX: u32 = 60;
/// Keys from 1 to 9 choose.
const TENANTS_MAX: usize = 9;
/// With a lockout of an hour at most, fewer would be guessed in weeks from a few phones.
const PIN_DIGITS_MIN: usize = 6;
const PIN_DIGITS_MAX: usize = 16;
pub(super) const NAMES: [&str; 10] = [
    "pin",
    "errato",
    "azienda",
    "in_corso",
    "parli",
    "vuoto",
    "scelta",
    "attivo",
    "tolto",
    "invariato",
];

/// How the message of an emergency is recorded by phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnnouncingSettings {
    /// What a seat's phone dials. Default `*77`.
    code: String,
    /// How long a message may be. Default 60.
    seconds_max: u32,
    pins: Vec<PinSettings>,
    prompts: AnnouncingPrompts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PinSettings {
    pin: Secret,
    tenants: Vec<String>,
}

pub(super) fn announcing(
    root: &mut Fields<'_>,
    tenants: &[TenantDraft],
    library: &Library,
) -> Option<AnnouncingSettings> {
    let faults = root.faults();
    let mut table = root.table("announcing")?;
    let at = table.at();
    let code = table.text("code");
    let seconds_max = table.whole_or("seconds_max", 5..=120, SECONDS_MAX);
    let pins: Vec<PinSettings> = table
        .tables("pin")
        .into_iter()
        .filter_map(|pin| pin_of(pin, tenants))
        .collect();
    if pins.is_empty() && !table.has("pin") {
        table.missing("pin", "[[announcing.pin]] with `pin` and `tenants`");
    }
    table.finish();
    if let Some(code) = code.as_ref().filter(|code| !is_code(code.value)) {
        let message = "`code`: expected * and up to seven digits, like \"*77\"";
        faults.add(code.at.clone(), message);
    }
    let prompts = prompts(library).or_else(|| {
        let missing = NAMES.iter().find(|name| find(library, name).is_none());
        let name = missing.unwrap_or(&"pin");
        let message = format!(
            "there is no prompt annuncio_{name}.wav: expected it, because it is said to who records a message"
        );
        faults.add(at, message);
        None
    })?;
    Some(AnnouncingSettings {
        code: code.map_or(CODE, |code| code.value).to_owned(),
        seconds_max,
        pins,
        prompts,
    })
}

pub(super) fn is_code(text: &str) -> bool {
    let digits = text.strip_prefix('*').unwrap_or("");
    (1..=7).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn pin_of(mut table: Fields<'_>, tenants: &[TenantDraft]) -> Option<PinSettings> {
    const EXPECTED: &str =
        "the short names of health authorities, at most nine: key 1 is the first";
    let faults = table.faults();
    let pin = table.required_text("pin", "\"env:NAME\" or \"file:PATH\"");
    let named = table.texts("tenants");
    if named.is_none() && !table.has("tenants") {
        table.missing("tenants", EXPECTED);
    }
    table.finish();
    let named = named?;
    if named.value.is_empty() || named.value.len() > TENANTS_MAX {
        faults.add(named.at, format!("`tenants`: expected {EXPECTED}"));
        return None;
    }
    let known = || tenants.iter().map(|draft| draft.tenant.name.as_str());
    for Placed { value, at } in &named.value {
        if !known().any(|name| name == *value) {
            faults.add(at.clone(), unknown("tenant", value, known()));
        }
    }
    Some(PinSettings {
        pin: Secret::parse(pin?.value),
        tenants: named.value.iter().map(|it| it.value.to_owned()).collect(),
    })
}

fn find(library: &Library, name: &str) -> Option<PromptId> {
    library.find(&format!("annuncio_{name}"))
}

/// All of them or none.
fn prompts(library: &Library) -> Option<AnnouncingPrompts> {
    let [
        pin,
        wrong,
        tenant,
        standing,
        speak,
        silent,
        review,
        in_force,
        withdrawn,
        unchanged,
    ] = NAMES.map(|name| find(library, name));
    Some(AnnouncingPrompts {
        pin: pin?,
        wrong: wrong?,
        tenant: tenant?,
        standing: standing?,
        speak: speak?,
        silent: silent?,
        review: review?,
        in_force: in_force?,
        withdrawn: withdrawn?,
        unchanged: unchanged?,
    })
}

impl AnnouncingSettings {
    /// The PINs, numbered as faults number them.
    pub(crate) fn pins(&self) -> impl Iterator<Item = (usize, &Secret)> {
        (1..).zip(self.pins.iter().map(|it| &it.pin))
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// The digits of every PIN, or what is wrong with them; never the digits themselves.
    pub(crate) fn reveal(&self) -> Result<Vec<String>, Vec<String>> {
        let (mut pins, mut faults) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for (place, pin) in (1..).zip(&self.pins) {
            let digits = match pin.pin.reveal() {
                Ok(digits) => digits,
                Err(error) => {
                    faults.push(format!("PIN {place} of [announcing]: {error}"));
                    continue;
                }
            };
            let is_pin = (PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&digits.len())
                && digits.bytes().all(|it| it.is_ascii_digit());
            if !is_pin {
                faults.push(format!(
                    "PIN {place} of [announcing]: expected {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits; \
                     fewer are guessed too soon"
                ));
            } else if !seen.insert(digits.clone()) {
                faults.push(format!("PIN {place} of [announcing] is there twice"));
            }
            pins.push(digits);
        }
        if faults.is_empty() {
            Ok(pins)
        } else {
            Err(faults)
        }
    }

    /// With these digits.
    pub(crate) fn policy(&self, digits: &[String], ids: &dyn Ids) -> AnnouncingPolicy {
        let pins = self.pins.iter().zip(digits);
        let rule = |(pin, digits): (&PinSettings, &String)| PinRule {
            pin: digits.clone(),
            tenants: pin.tenants.iter().map(|name| ids.tenant(name)).collect(),
        };
        AnnouncingPolicy {
            code: self.code.clone(),
            seconds_max: self.seconds_max,
            pins: pins.map(rule).collect(),
            prompts: self.prompts,
        }
    }
}
