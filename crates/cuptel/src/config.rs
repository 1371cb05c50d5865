//! The configuration as deployed: read, checked whole, every fault told with its file, line
//! and column. Knows nothing of identifiers: the store gives them to the names afterwards,
//! and [`Config::rules`] puts both together.
//!
//! Files that the configuration names are found from the working directory, else from the
//! configuration's own folder, else from that folder's parent.

pub(crate) mod announcing;
pub(crate) mod authority;
pub(crate) mod callback;
pub(crate) mod certificate;
mod codes;
pub(crate) mod delivered;
mod dials;
mod directory;
mod doubts;
mod fairness;
pub(crate) mod first_start;
pub(crate) mod limits;
pub(crate) mod listening;
pub(crate) mod matching;
pub(crate) mod network;
mod notice;
pub(crate) mod opening;
mod own_results;
mod person_first;
mod plans;
mod preview;
mod prompts;
pub(crate) mod queue;
pub(crate) mod retention;
pub(crate) mod rules;
pub(crate) mod secret;
pub(crate) mod source;
mod staying;
mod succession;
pub(crate) mod tape;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cuptel_core::dialplan::Dialplan;
use cuptel_core::dialplan::fields::{Doubt, Faults, Fields, Placed, document, unknown};
use cuptel_core::feature::FeaturePolicy;
use cuptel_core::rules::{CalendarId, FairnessPolicy, Limits, PromptId, SpokenPrompts};
use cuptel_core::words::{DoubtKind, Exercise, PhoneModel};
use cuptel_engine::Clock;
use cuptel_http::Certificate;
use cuptel_store::Zones;
use sha2::{Digest as _, Sha256};

use authority::{SiteDraft, TenantSettings};
use limits::DataSettings;
use listening::{Listener, TcpSettings};
use network::{HttpSettings, MediaSettings, SipSettings, TrunkSettings};
use opening::CalendarDraft;
use queue::QueueSettings;
use source::ConfigFault;

/// Everything that the files say, checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where the data is kept.
    pub(crate) data: DataSettings,
    /// What is kept for a replay.
    pub(crate) replay: tape::ReplaySettings,
    /// Our names in SIP.
    pub(crate) sip: SipSettings,
    /// Where SIP arrives.
    pub(crate) listeners: Vec<Listener>,
    /// Bounds of connections.
    pub(crate) tcp: TcpSettings,
    /// Voice.
    pub(crate) media: MediaSettings,
    /// Pages and API.
    pub(crate) http: HttpSettings,
    /// What the pages show to browsers, where they speak TLS.
    pub(crate) certificate: Option<Certificate>,
    /// Ways to the public network.
    pub(crate) trunks: Vec<TrunkSettings>,
    /// Health authorities.
    pub(crate) tenants: Vec<TenantSettings>,
    /// Places with seats.
    pub(crate) sites: Vec<SiteDraft>,
    /// Services that people wait for.
    pub(crate) queues: Vec<QueueSettings>,
    /// Seats and operators for an empty database, from `first-start.csv` beside the file.
    pub(crate) first_seats: Vec<first_start::FirstSeat>,
    /// How long conversations may go on at a stop.
    pub(crate) drain_s: u32,
    /// How long what is kept of people is kept.
    pub(crate) retention: retention::RetentionSettings,
    /// When health authorities have drifted apart.
    pub(crate) fairness: FairnessPolicy,
    /// Numbers that hold for the whole centre.
    pub(crate) limits: Limits,
    /// How the message of an emergency is recorded by phone.
    pub(crate) announcing: Option<announcing::AnnouncingSettings>,
    /// What operators do by phone alone.
    pub(crate) features: Option<FeaturePolicy>,
    /// What is said to whoever tries a phone.
    pub(crate) trial: Option<PromptId>,
    pub(crate) practice: BTreeMap<Exercise, PromptId>,
    /// Reasons that a pause may have.
    pub(crate) pause_reasons: Vec<String>,
    /// Reasons to hand a callback back.
    pub(crate) decline_reasons: Vec<String>,
    pub(crate) directory: Vec<directory::EntrySettings>,
    /// The centre's own words for results.
    pub(crate) own_results: Vec<own_results::OwnResultSettings>,
    /// What telephones are, by the extension of their seat.
    pub(crate) phones: BTreeMap<String, PhoneModel>,
    calendars: Vec<CalendarDraft>,
    /// One for each tenant, in their order; queues by their place in `queues`.
    dialplans: Vec<Dialplan>,
    library: prompts::Library,
    spoken: SpokenPrompts,
    warnings: Vec<ConfigFault>,
    /// Of the file and its dialplans.
    fingerprint: Sha256,
}

/// A warning, because it works, and whoever tries something out has nothing to hide.
const PASSWORD_IN_URL: &str = "`url` of [data] has a password in it: expected \"env:NAME\" or \"file:PATH\", because this file is read by more people than the database";

/// Reads and checks the configuration with everything that it names.
///
/// # Errors
/// Every fault of the configuration's file, then those of the files that it names.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each table of the file, in its order"
)]
pub(crate) fn load(path: &Path) -> Result<Config, Vec<ConfigFault>> {
    let source = source::Source::read(path).map_err(|fault| vec![fault])?;
    let document = document(source.text()).map_err(|faults| source.faults(&faults))?;
    let (faults, warnings) = (Faults::default(), Faults::default());
    // A table missing at the top has no place of its own: the file's beginning stands for it.
    let mut root = Fields::new(document.get_ref(), 0..0, &faults);

    let data = limits::data(&mut root);
    let spill = data.reveal().ok().map(|(_, spill)| spill);
    let replay = tape::replay(&mut root, spill.as_deref());
    let sip = network::sip(&mut root);
    let listeners = listening::listeners(&mut root);
    let tcp = listening::tcp(&mut root);
    let media = network::media(&mut root, &listeners);
    let now_ms = Clock::start().now().utc_ms;
    let (http, certificate) = network::http(&mut root, &warnings, now_ms);
    let trunks = network::trunks(&mut root, &warnings);
    let tenants = authority::tenants(&mut root);
    let sites = authority::sites(&mut root);
    let calendars = opening::calendars(&mut root, &tenants, &sites, &warnings);
    let queues = queue::queues(&mut root, &tenants, &calendars);
    let mut told = plans::Told::default();
    if data.has_password_here() {
        // Its line is not shown: the password stands there.
        told.warnings.push(
            ConfigFault::whole(path, PASSWORD_IN_URL)
                .doubting(Doubt::of(DoubtKind::PasswordInUrl, &[])),
        );
    }
    let (library, spoken) = prompts::read(&mut root, path, &mut told.faults);
    let announcing = announcing::announcing(&mut root, &tenants, &library);
    let features = codes::codes(&mut root, (&tenants, announcing.as_ref()), &library);
    let trial = library.find("prova");
    let practice = prompts::practice(&library);
    let limits = limits::limits(&mut root);
    let (pause_reasons, decline_reasons) = limits::reasons(&mut root);
    let directory = directory::directory(&mut root, &tenants);
    let own_results = own_results::own_results(&mut root, &tenants, &queues);
    let phones = directory::phones(&mut root);
    let fairness = fairness::fairness(&mut root);
    let drain_s = limits::drain_s(&mut root);
    let retention = retention::retention(&mut root);
    let defaults = "[queue_defaults.callback], or [queue.callback] for one queue";
    root.belongs("gives_way", defaults);
    root.finish();

    let known = plans::Known {
        library: &library,
        queues: &queues,
        calendars: &calendars,
    };
    let mut fingerprint = Sha256::new_with_prefix(source.text());
    let dialplans = plans::read(&tenants, &known, path, &faults, &mut told, &mut fingerprint);
    let first_seats = first_start::beside(path, &tenants, &sites, &queues, &mut told);
    network::warn(&trunks, &media, &warnings);
    doubts::foreign_cli(&trunks, &tenants, &queues, &dialplans, &warnings);
    doubts::idle_calendars(&calendars, &dialplans, &queues, &warnings);
    doubts::queues(&queues, &dialplans, &warnings);
    if let Some(seats) = &first_seats {
        doubts::unserved_queues(&queues, seats, &warnings);
    }

    let mut all = source.faults(&faults.into_sorted());
    all.append(&mut told.faults);
    if !all.is_empty() {
        return Err(all);
    }
    let mut warnings = source.faults(&warnings.into_sorted());
    warnings.append(&mut told.warnings);
    Ok(Config {
        data,
        replay,
        sip,
        listeners,
        tcp,
        media: media.value,
        http,
        certificate,
        trunks: trunks.into_iter().map(|draft| draft.trunk).collect(),
        tenants: tenants.into_iter().map(|draft| draft.tenant).collect(),
        sites,
        queues: queues.into_iter().map(|(queue, _)| queue).collect(),
        first_seats: first_seats.unwrap_or_default(),
        drain_s,
        retention,
        fairness,
        limits,
        announcing,
        features,
        trial,
        practice,
        pause_reasons,
        decline_reasons,
        directory,
        own_results,
        phones,
        calendars,
        dialplans,
        library,
        spoken,
        warnings,
        fingerprint,
    })
}

impl Config {
    /// What is allowed and probably not meant.
    pub(crate) fn warnings(&self) -> &[ConfigFault] {
        &self.warnings
    }

    /// The dialplan of each tenant; queues go by their place.
    pub(crate) fn dialplans(&self) -> impl Iterator<Item = &Dialplan> {
        self.dialplans.iter()
    }

    /// What a calendar is called.
    pub(crate) fn calendar_name(&self, calendar: CalendarId) -> Option<&str> {
        let draft = self.calendars.get(calendar.0);
        draft.map(|draft| draft.calendar.name())
    }

    /// Tells the text of these files from every other; the prompts are not in it.
    pub(crate) fn fingerprint(&self) -> &Sha256 {
        &self.fingerprint
    }

    /// By which clock each authority counts its days.
    pub(crate) fn zones(&self) -> Zones {
        let tenants = self.tenants.iter();
        tenants
            .map(|tenant| (tenant.name.clone(), tenant.time_zone))
            .collect()
    }

    /// Name and file of every prompt, in the order of their `PromptId`.
    pub(crate) fn prompt_files(&self) -> &[(String, PathBuf)] {
        self.library.files()
    }
}

/// What is wrong with a name, if anything. Names stand in URLs, metric labels and
/// commands, so they are kept plain.
fn name_fault(kind: &str, name: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let fits = !name.is_empty() && name.len() <= 64 && name.bytes().all(plain);
    (!fits).then(|| {
        format!("\"{name}\" is no name of a {kind}: expected at most 64 lower-case letters, digits, - and _")
    })
}

/// A name that must be there, be plain, and be new among those seen.
pub(crate) fn checked_name(
    table: &mut Fields<'_>,
    key: &'static str,
    kind: &str,
    seen: &mut BTreeSet<String>,
) -> Option<String> {
    let name = table.required_text(key, &format!("the short name of the {kind}"))?;
    if let Some(fault) = name_fault(kind, name.value) {
        table.faults().add(name.at, fault);
    } else if !seen.insert(name.value.to_owned()) {
        table
            .faults()
            .add(name.at, format!("{kind} \"{}\" is here twice", name.value));
        return None;
    }
    Some(name.value.to_owned())
}

/// A text that must be there and be something.
fn required_with<T>(
    table: &mut Fields<'_>,
    key: &'static str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<Placed<T>> {
    if !table.has(key) {
        table.missing(key, expected);
    }
    optional_with(table, key, expected, parse)
}

/// A text that may be absent and otherwise must be something. What it says instead is not
/// told: it may be a secret in the wrong place.
fn optional_with<T>(
    table: &mut Fields<'_>,
    key: &'static str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<Placed<T>> {
    let text = table.text(key)?;
    match parse(text.value) {
        Some(value) => Some(Placed { value, at: text.at }),
        None => {
            table
                .faults()
                .add(text.at, format!("`{key}`: expected {expected}"));
            None
        }
    }
}

/// One of a few words.
fn word<T: Clone>(
    table: &mut Fields<'_>,
    key: &'static str,
    words: &[(&str, T)],
    required: bool,
) -> Option<T> {
    let text = if required {
        table.required_text(
            key,
            &words
                .iter()
                .map(|(word, _)| *word)
                .collect::<Vec<_>>()
                .join(", "),
        )
    } else {
        table.text(key)
    }?;
    let found = words
        .iter()
        .find(|(word, _)| *word == text.value)
        .map(|(_, meaning)| meaning.clone());
    if found.is_none() {
        let known = words.iter().map(|(word, _)| *word);
        table.faults().add(text.at, unknown(key, text.value, known));
    }
    found
}

#[cfg(test)]
mod tests;
