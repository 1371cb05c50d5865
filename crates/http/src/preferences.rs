//! How somebody wants their pages: keys, what is announced and how often, sounds, contrast, size. It goes by
//! their account, so it is the same on every seat. What cannot be understood is as if nothing was chosen:
//! nobody is kept from work by a preference.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_store::Store;
use serde::{Deserialize, Serialize};

use crate::access::{Caller, Onlooker};
use crate::actions::body_of;
use crate::error::ApiError;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::session::Notice;
use crate::signing_in;
use crate::texts::Language;

/// Accounts whose choice is remembered at once.
const REMEMBERED_MAX: usize = 2_048;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// Says who it is.
    Who,
    /// Says since when things are so, and what time is left.
    HowLong,
    /// Says how many wait.
    Waiting,
    /// Says what the seat does.
    State,
    /// Goes to who it is.
    Person,
    /// Goes to what can be done.
    Doing,
    /// Goes to the note.
    Note,
    /// Goes to "taken in charge".
    InCharge,
    /// Goes to one's day and queue.
    Day,
}

impl Act {
    const ALL: [Self; 9] = [
        Self::Who,
        Self::HowLong,
        Self::Waiting,
        Self::State,
        Self::Person,
        Self::Doing,
        Self::Note,
        Self::InCharge,
        Self::Day,
    ];

    /// As the form and the script call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Who => "who",
            Self::HowLong => "how_long",
            Self::Waiting => "waiting",
            Self::State => "state",
            Self::Person => "person",
            Self::Doing => "doing",
            Self::Note => "note",
            Self::InCharge => "in_charge",
            Self::Day => "day",
        }
    }

    /// Keys that neither browsers nor screen readers have for themselves.
    fn standard(self) -> &'static str {
        match self {
            Self::Who => "F2",
            Self::HowLong => "F4",
            Self::Waiting => "F8",
            Self::State => "F9",
            Self::Person => "Alt+Shift+P",
            Self::Doing => "Alt+Shift+C",
            Self::Note => "Alt+Shift+N",
            Self::InCharge => "Alt+Shift+I",
            Self::Day => "Alt+Shift+G",
        }
    }

    fn words(self, language: Language) -> String {
        language.say(match self {
            Self::Who => "console-act-who",
            Self::HowLong => "console-act-how-long",
            Self::Waiting => "console-act-waiting",
            Self::State => "console-act-state",
            Self::Person => "console-act-person",
            Self::Doing => "console-act-doing",
            Self::Note => "console-act-note",
            Self::InCharge => "console-act-in-charge",
            Self::Day => "console-act-day",
        })
    }
}

/// What may be heard beside the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cue {
    /// Something is offered.
    Offer,
    /// A conversation is over.
    Over,
    /// The time after it is nearly over.
    TimeShort,
    /// The page does not hear from the server any more.
    Lost,
}

impl Cue {
    const ALL: [Self; 4] = [Self::Offer, Self::Over, Self::TimeShort, Self::Lost];

    fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Over => "over",
            Self::TimeShort => "time_short",
            Self::Lost => "lost",
        }
    }

    fn words(self, language: Language) -> String {
        language.say(match self {
            Self::Offer => "console-cue-offer",
            Self::Over => "console-cue-over",
            Self::TimeShort => "console-cue-time-short",
            Self::Lost => "console-cue-lost",
        })
    }
}

/// Sounds: none, or a tone by its height in hertz.
const TONES: [(u16, &str); 3] = [
    (0, "console-tone-none"),
    (330, "console-tone-low"),
    (660, "console-tone-high"),
];
/// Least seconds between two announcements that nobody asked for; none at all with 0.
const RATES: [(u8, &str); 4] = [
    (2, "console-rate-2"),
    (5, "console-rate-5"),
    (15, "console-rate-15"),
    (0, "console-rate-0"),
];
/// Sizes of text, in percent.
const SIZES: [u16; 4] = [100, 125, 150, 200];

/// What somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Preferences {
    /// Whether keys do anything.
    shortcuts: bool,
    /// By what each act goes; nothing for none.
    keys: BTreeMap<Act, String>,
    rate_s: u8,
    /// Whether announcements go on while the operator talks.
    while_talking: bool,
    sounds: BTreeMap<Cue, u16>,
    contrast: bool,
    size: u16,
}

impl Default for Preferences {
    fn default() -> Self {
        let keys = Act::ALL.map(|act| (act, act.standard().to_owned()));
        Self {
            shortcuts: true,
            keys: keys.into(),
            rate_s: 2,
            while_talking: false,
            sounds: BTreeMap::new(),
            contrast: false,
            size: 100,
        }
    }
}

impl Preferences {
    /// The classes of the page's root.
    pub(crate) fn look(&self) -> String {
        let contrast = if self.contrast { "contrast" } else { "" };
        let size = match self.size {
            125 => "text-125",
            150 => "text-150",
            200 => "text-200",
            _ => "",
        };
        format!("{contrast} {size}").trim().to_owned()
    }

    /// The keys that do something, each with what in words.
    pub(crate) fn list(&self, language: Language) -> Vec<(String, String)> {
        let keys = self
            .keys
            .iter()
            .filter(|(_, key)| self.shortcuts && !key.is_empty());
        keys.map(|(act, key)| (key.clone(), act.words(language)))
            .collect()
    }

    /// What the script of the page has to know.
    pub(crate) fn told(&self, language: Language) -> String {
        let keys: BTreeMap<&str, &str> = self
            .keys
            .iter()
            .filter(|(_, key)| self.shortcuts && !key.is_empty())
            .map(|(act, key)| (key.as_str(), act.name()))
            .collect();
        let sounds: BTreeMap<&str, u16> = self
            .sounds
            .iter()
            .map(|(cue, tone)| (cue.name(), *tone))
            .collect();
        let word = |id: &str| language.say(id);
        let told = serde_json::json!({
            "keys": keys,
            "rate_s": self.rate_s,
            "while_talking": self.while_talking,
            "sounds": sounds,
            "words": {
                "nobody": word("console-said-nobody"),
                "not_sent": word("console-not-sent"),
                "not_there": word("console-not-there"),
                "failed": word("console-failed"),
                "lost": word("console-lost"),
                "back": word("console-found-again"),
                "note_back": word("console-note-back"),
                "left_note": language.with("console-left-note-of", &[("time", "{time}".into())]),
                "left_note_kept": word("console-left-note-kept"),
                "left_note_late": word("console-left-note-late"),
                "taken": word("calls-taken-by-now"),
            },
        });
        told.to_string()
    }

    fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "preferences that nobody understands");
            Self::default()
        })
    }
}

/// What the accounts have chosen that were here.
#[derive(Default)]
pub(crate) struct Chosen(Mutex<HashMap<String, Arc<Preferences>>>);

impl Chosen {
    /// What somebody chose, as far as it is remembered.
    pub(crate) fn of(&self, name: Option<&str>) -> Arc<Preferences> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = name.and_then(|name| kept.get(name).cloned());
        found.unwrap_or_default()
    }

    fn keep(&self, name: &str, chosen: Preferences) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= REMEMBERED_MAX {
            kept.clear();
        }
        kept.insert(name.to_owned(), Arc::new(chosen));
    }

    /// Reads what somebody chose, once. A database that does not answer keeps nobody from their page.
    pub(crate) async fn remember(&self, store: &Store, name: &str) {
        let is_known = {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.contains_key(name)
        };
        if is_known {
            return;
        }
        match store.preferences(name).await {
            Ok(text) => {
                let chosen =
                    text.map_or_else(Preferences::default, |text| Preferences::read(&text));
                self.keep(name, chosen);
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "no preferences for a page");
            }
        }
    }
}

/// Why keys cannot be so.
#[derive(Debug, Clone, PartialEq, Eq)]
enum WrongKey {
    /// A letter alone would be typed into forms, or misheard by who speaks to the machine (WCAG 2.1.4).
    Bare,
    /// Not a key that can be told.
    Unknown,
    /// Browsers have it for themselves.
    Taken,
    /// Two acts have it.
    Twice,
}

impl WrongKey {
    fn words(&self, language: Language) -> String {
        language.say(match self {
            Self::Bare => "console-key-bare",
            Self::Unknown => "console-key-unknown",
            Self::Taken => "console-key-taken",
            Self::Twice => "console-key-twice",
        })
    }
}

/// A key as it is kept: `Ctrl+Alt+Shift+X`, of these what is meant, or a function key; nothing for none.
fn key_of(text: &str) -> Result<String, WrongKey> {
    let mut parts: Vec<String> = text
        .split('+')
        .map(|part| part.trim().to_ascii_lowercase())
        .collect();
    let key = parts.pop().unwrap_or_default();
    if key.is_empty() {
        return if parts.is_empty() {
            Ok(String::new())
        } else {
            Err(WrongKey::Unknown)
        };
    }
    let named = |names: &[&str]| parts.iter().any(|part| names.contains(&part.as_str()));
    let (ctrl, alt, shift) = (
        named(&["ctrl"]),
        named(&["alt"]),
        named(&["shift", "maiusc"]),
    );
    let known = |part: &String| ["ctrl", "alt", "shift", "maiusc"].contains(&part.as_str());
    if !parts.iter().all(known) {
        return Err(WrongKey::Unknown);
    }
    let function: Option<u8> = key.strip_prefix('f').and_then(|n| n.parse().ok());
    let is_function = function.is_some_and(|n| (1..=12).contains(&n));
    let is_character = key.len() == 1 && key.bytes().all(|b| b.is_ascii_alphanumeric());
    match (is_function, is_character) {
        (false, false) => return Err(WrongKey::Unknown),
        (false, true) if !ctrl && !alt => return Err(WrongKey::Bare),
        // Copy, print, search, another tab: what every browser does.
        (false, true) if ctrl && !alt && !shift => return Err(WrongKey::Taken),
        (true, _)
            if !ctrl
                && !alt
                && !shift
                && ["f1", "f5", "f6", "f11", "f12"].contains(&key.as_str()) =>
        {
            return Err(WrongKey::Taken);
        }
        (_, _) => {}
    }
    let mut kept = String::new();
    for (is_there, name) in [(ctrl, "Ctrl+"), (alt, "Alt+"), (shift, "Shift+")] {
        if is_there {
            kept.push_str(name);
        }
    }
    kept.push_str(&key.to_ascii_uppercase());
    Ok(kept)
}

struct KeyField {
    name: &'static str,
    label: String,
    value: String,
    standard: &'static str,
    wrong: String,
}

struct CueField {
    name: &'static str,
    label: String,
    tone: u16,
}

#[derive(Template)]
#[template(path = "preferences.html")]
struct PreferencesPage<'a> {
    frame: Frame<'a>,
    chosen: &'a Preferences,
    keys: Vec<KeyField>,
    cues: Vec<CueField>,
    is_wrong: bool,
}

impl PreferencesPage<'_> {
    fn tones(&self) -> [(u16, String); 3] {
        TONES.map(|(tone, id)| (tone, self.frame.language.say(id)))
    }

    fn rates(&self) -> [(u8, String); 4] {
        RATES.map(|(rate, id)| (rate, self.frame.language.say(id)))
    }

    fn sizes(&self) -> [u16; 4] {
        SIZES
    }
}

fn page_of(
    shared: &Shared,
    caller: &Caller,
    language: Language,
    chosen: &Preferences,
    wrong: &BTreeMap<Act, WrongKey>,
) -> Response {
    let key = |act: Act| KeyField {
        name: act.name(),
        label: act.words(language),
        value: chosen.keys.get(&act).cloned().unwrap_or_default(),
        standard: act.standard(),
        wrong: wrong
            .get(&act)
            .map_or(String::new(), |it| it.words(language)),
    };
    let cue = |cue: Cue| CueField {
        name: cue.name(),
        label: cue.words(language),
        tone: chosen.sounds.get(&cue).copied().unwrap_or(0),
    };
    let page = PreferencesPage {
        frame: frame(shared, language, Some(caller)),
        chosen,
        keys: Act::ALL.into_iter().map(key).collect(),
        cues: Cue::ALL.into_iter().map(cue).collect(),
        is_wrong: !wrong.is_empty(),
    };
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    (status, html(&page)).into_response()
}

/// What somebody has chosen, to be changed.
pub(crate) async fn page(
    State(shared): State<Shared>,
    language: Language,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let caller = match onlooker.map(|onlooker| onlooker.caller) {
        Ok(Some(caller)) => caller,
        Ok(None) => {
            let error = ApiError::Unauthorised;
            return signing_in::sign_in_page(&shared, language, &error, None);
        }
        Err(error) => return signing_in::sign_in_page(&shared, language, &error, None),
    };
    let chosen = shared.preferences.of(Some(caller.name()));
    page_of(&shared, &caller, language, &chosen, &BTreeMap::new())
}

/// The choice that a form makes, and the keys in it that cannot be.
fn told(body: &Bytes) -> (Preferences, BTreeMap<Act, WrongKey>) {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
    let field = |name: &str| {
        let mut fields = fields.iter();
        fields
            .find(|(own, _)| own == name)
            .map_or("", |(_, value)| value.as_str())
    };
    if field("standard") == "1" {
        return (Preferences::default(), BTreeMap::new());
    }
    let mut wrong = BTreeMap::new();
    let mut keys: BTreeMap<Act, String> = BTreeMap::new();
    for act in Act::ALL {
        let typed: String = field(&format!("key_{}", act.name()))
            .chars()
            .take(40)
            .collect();
        match key_of(&typed) {
            Ok(key) if !key.is_empty() && keys.values().any(|own| *own == key) => {
                wrong.insert(act, WrongKey::Twice);
                keys.insert(act, key);
            }
            Ok(key) => drop(keys.insert(act, key)),
            Err(why) => {
                wrong.insert(act, why);
                keys.insert(act, typed);
            }
        }
    }
    let tone = |cue: Cue| {
        let told = field(&format!("cue_{}", cue.name())).parse().ok()?;
        let is_one = TONES.iter().any(|(tone, _)| *tone == told);
        is_one.then_some((cue, told))
    };
    let rate = field("rate_s").parse().ok();
    let size = field("size").parse().ok();
    let chosen = Preferences {
        shortcuts: field("shortcuts") == "1",
        keys,
        rate_s: rate
            .filter(|rate| RATES.iter().any(|(own, _)| own == rate))
            .unwrap_or(2),
        while_talking: field("while_talking") == "1",
        sounds: Cue::ALL.into_iter().filter_map(tone).collect(),
        contrast: field("contrast") == "1",
        size: size.filter(|size| SIZES.contains(size)).unwrap_or(100),
    };
    (chosen, wrong)
}

/// Keeps what somebody chose; says what cannot be, with all of it still there.
pub(crate) async fn keep(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    request: Request,
) -> Result<Response, ApiError> {
    let body = body_of(request, &shared).await?;
    let (chosen, wrong) = told(&body);
    if !wrong.is_empty() {
        return Ok(page_of(&shared, &caller, language, &chosen, &wrong));
    }
    let text = serde_json::to_string(&chosen).map_err(|error| ApiError::Meaningless {
        why: error.to_string(),
        hint: "load the page again",
    })?;
    let is_kept = shared.store.set_preferences(caller.name(), &text).await?;
    shared.preferences.keep(caller.name(), chosen);
    let id = if is_kept {
        "console-preferences-kept"
    } else {
        "console-preferences-for-now"
    };
    let text = language.say(id);
    caller.tell(&shared, Notice::told(true, text));
    Ok(Redirect::to("/preferences").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_letter_alone_does_anything() {
        for bare in ["w", "W", "7", "Shift+W"] {
            assert_eq!(key_of(bare), Err(WrongKey::Bare), "{bare}");
        }
        for act in Act::ALL {
            assert_eq!(key_of(act.standard()).as_deref(), Ok(act.standard()));
        }
    }

    #[test]
    fn keys_are_kept_in_one_form() {
        assert_eq!(key_of("alt+maiusc+w").as_deref(), Ok("Alt+Shift+W"));
        assert_eq!(key_of(" Shift + Ctrl+ f9 ").as_deref(), Ok("Ctrl+Shift+F9"));
        assert_eq!(key_of("").as_deref(), Ok(""));
        assert_eq!(key_of("Ctrl+P"), Err(WrongKey::Taken));
        assert_eq!(key_of("F5"), Err(WrongKey::Taken));
        for unknown in ["Alt+", "Alt+Enter", "Hyper+W", "F13", "Alt+é"] {
            assert_eq!(key_of(unknown), Err(WrongKey::Unknown), "{unknown}");
        }
    }

    #[test]
    fn two_acts_have_two_keys_and_what_was_typed_is_kept() {
        let body =
            Bytes::from_static(b"shortcuts=1&key_who=F2&key_state=F2&key_note=n&size=150&rate_s=9");
        let (chosen, wrong) = told(&body);
        assert_eq!(wrong.get(&Act::State), Some(&WrongKey::Twice));
        assert_eq!(wrong.get(&Act::Note), Some(&WrongKey::Bare));
        assert_eq!(chosen.keys[&Act::Note], "n");
        assert_eq!(
            (chosen.size, chosen.rate_s),
            (150, 2),
            "a rate that is not offered is none"
        );
        assert_eq!(chosen.look(), "text-150");
    }

    #[test]
    fn what_is_kept_is_read_again_and_rubbish_is_nothing() {
        let chosen = Preferences {
            contrast: true,
            ..Preferences::default()
        };
        let text = serde_json::to_string(&chosen).unwrap();
        assert_eq!(Preferences::read(&text), chosen);
        assert_eq!(Preferences::read("{\"keys\":7}"), Preferences::default());
        assert_eq!(Preferences::read("{}"), Preferences::default());
    }
}
