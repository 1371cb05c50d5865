//! The prompt library: which file each prompt is, and which of them the engine speaks.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use cuptel_core::dialplan::fields::{Faults, Fields};
use cuptel_core::estimate::minutes_told;
use cuptel_core::rules::{
    CodePrompts, NoticePrompts, PersonFirstPrompts, PromptId, ReminderPrompts, SpokenPrompts,
    VerifyPrompts, WhenPrompts,
};
use cuptel_core::words::Exercise;
use cuptel_media::PromptLibrary;

use super::QueueSettings;
use super::authority::TenantDraft;
use super::source::{ConfigFault, locate};

const FOLDER: &str = "dialplans/prompts/it";
/// Before the names of English prompts.
pub(super) const ENGLISH: &str = "en/";
const MUSIC: &str = "musica";
/// Before the digits of a code word where it is given and where it is said; to the operator meanwhile.
const CODE: [&str; 3] = ["codice_dato", "codice_detto", "op_codice"];
/// To who is on the line before an operator: who calls, the keys, and every way to end.
const FIRST: [&str; 6] = [
    "chiamata_nostra",
    "chiamata_tasti",
    "chiamata_collegamento",
    "chiamata_altro_momento",
    "chiamata_rinuncia",
    "chiamata_segreteria",
];
/// Before the name of a place in the name of the prompt that says it.
const PLACE: &str = "luogo_";
/// `mese_1` is January.
const MONTHS: usize = 12;
/// Without it nobody who calls back is recognised.
pub(super) const RETURNING: &str = "richiamo_riconosciuto";
/// What who is on hold hears besides music, where they are there.
const HELD: &str = "attesa_in_linea";
const STILL_HELD: &str = "attesa_ancora";
/// Without it nobody takes themselves off the list by key.
pub(super) const OPT_OUT: &str = "rinuncia_conferma";
/// Around the hours that somebody chooses to be called in.
const WHEN: [&str; 4] = [
    "quando_scelto",
    "quando_conferma",
    "quando_no",
    "quando_va_bene",
];
/// Without it whoever reads before they call hears nothing meanwhile.
const PREVIEW: &str = "op_anteprima";
/// Positions that have a prompt of their own: `posizione_1` to `posizione_10`.
const POSITIONS: usize = 10;
/// `entro_lunedi` and so on: "we call you back on Monday by".
const WEEKDAYS: [&str; 7] = [
    "lunedi",
    "martedi",
    "mercoledi",
    "giovedi",
    "venerdi",
    "sabato",
    "domenica",
];

/// What an invented person says, who calls whoever practises.
fn says(exercise: Exercise) -> &'static str {
    match exercise {
        Exercise::Booking => "esercizio_prenotazione",
        Exercise::Cancelling => "esercizio_disdetta",
        Exercise::Owed => "esercizio_richiamata",
        Exercise::Upset => "esercizio_protesta",
    }
}

pub(super) fn practice(library: &Library) -> BTreeMap<Exercise, PromptId> {
    let said = |exercise: &Exercise| Some((*exercise, library.find(says(*exercise))?));
    Exercise::ALL.iter().filter_map(said).collect()
}

/// Every prompt, in the order of their names; the place of a prompt is its [`PromptId`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Library {
    files: Vec<(String, PathBuf)>,
}

impl Library {
    pub(super) fn files(&self) -> &[(String, PathBuf)] {
        &self.files
    }

    pub(super) fn find(&self, name: &str) -> Option<PromptId> {
        let index = self
            .files
            .binary_search_by(|(file, _)| file.as_str().cmp(name))
            .ok()?;
        u32::try_from(index).ok().map(PromptId)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.files.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Tells every file that the media thread could not play.
    fn listen(&self, faults: &mut Vec<ConfigFault>) {
        for (name, path) in &self.files {
            match fs::read(path) {
                Ok(bytes) => {
                    if let Err(error) = PromptLibrary::new().add_wav(name, &bytes) {
                        let message =
                            format!("{error}; expected a WAV file of A-law, 8000 Hz, mono");
                        faults.push(ConfigFault::whole(path, message));
                    }
                }
                Err(error) => {
                    faults.push(ConfigFault::whole(path, format!("cannot be read: {error}")));
                }
            }
        }
    }

    /// Those of the folder, and the English ones of the folder `en` beside it, if there is one.
    fn open(folder: &Path) -> std::io::Result<Self> {
        let english = folder.with_file_name(ENGLISH.trim_end_matches('/'));
        let is_there = english != folder && english.is_dir();
        let folders = [(folder.to_path_buf(), "")].into_iter();
        let folders = folders.chain(is_there.then_some((english, ENGLISH)));
        let mut files = Vec::new();
        for (folder, before) in folders {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|ending| ending == "wav")
                    && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
                {
                    files.push((format!("{before}{name}"), path));
                }
            }
        }
        files.sort_unstable();
        Ok(Self { files })
    }
}

/// Reads `[prompts]`: `folder` (default `dialplans/prompts/it`) and `music` (default
/// `musica`). Every file that the engine itself speaks must be there. What is wrong inside
/// a file is a fault of that file.
pub(super) fn read(
    root: &mut Fields<'_>,
    config: &Path,
    file_faults: &mut Vec<ConfigFault>,
) -> (Library, SpokenPrompts) {
    let header = root.key_at("prompts").unwrap_or(0..0);
    let faults = root.faults();
    let (mut folder, mut music) = (FOLDER.to_owned(), MUSIC.to_owned());
    let (mut folder_at, mut music_at) = (header.clone(), header);
    if let Some(mut table) = root.table("prompts") {
        for (key, value, at) in [
            ("folder", &mut folder, &mut folder_at),
            ("music", &mut music, &mut music_at),
        ] {
            if let Some(text) = table.filled_text(key) {
                text.value.clone_into(value);
                *at = text.at;
            }
        }
        table.finish();
    }
    let Some(path) = locate(&folder, config) else {
        faults.add(
            folder_at,
            format!("there is no folder {folder}: expected the prompts, as WAV files"),
        );
        return (Library::default(), speak(|_| PromptId(0), PromptId(0)));
    };
    let library = match Library::open(&path) {
        Ok(library) => library,
        Err(error) => {
            faults.add(
                folder_at,
                format!("cannot read the folder {folder}: {error}"),
            );
            return (Library::default(), speak(|_| PromptId(0), PromptId(0)));
        }
    };
    library.listen(file_faults);
    let expect = |name: &str, at: &std::ops::Range<usize>| {
        library.find(name).unwrap_or_else(|| {
            let message = format!(
                "there is no {name}.wav in {folder}: expected it, because the engine speaks it"
            );
            faults.add(at.clone(), message);
            PromptId(0)
        })
    };
    let music = expect(&music, &music_at);
    let spoken = SpokenPrompts {
        returning: library.find(RETURNING),
        held: library.find(HELD),
        still_held: library.find(STILL_HELD),
        to_operator_preview: library.find(PREVIEW),
        opt_out: library.find(OPT_OUT),
        when: when(|name| library.find(name)),
        verify: verify(|name| library.find(name)),
        code: code(|name| library.find(name)),
        person_first: person_first(|name| library.find(name)),
        reminder: reminder(&library),
        ..speak(|name| expect(name, &folder_at), music)
    };
    (library, spoken)
}

/// All of them or none.
fn code(find: impl Fn(&str) -> Option<PromptId>) -> Option<CodePrompts> {
    let [given, said, to_operator] = CODE.map(find);
    Some(CodePrompts {
        given: given?,
        said: said?,
        to_operator: to_operator?,
    })
}

/// All of them or none.
fn person_first(find: impl Fn(&str) -> Option<PromptId>) -> Option<PersonFirstPrompts> {
    let [calling, press, connecting, later, declined, machine] = FIRST.map(find);
    Some(PersonFirstPrompts {
        calling: calling?,
        press: press?,
        connecting: connecting?,
        later: later?,
        declined: declined?,
        machine: machine?,
    })
}

/// All of them or none; places are those that there are.
fn reminder(library: &Library) -> Option<ReminderPrompts> {
    let find = |name: &str| library.find(&format!("promemoria_{name}"));
    let numbered = |name: &str, most: usize| -> Option<Vec<PromptId>> {
        let names = (1..=most).map(|n| format!("{name}_{n}"));
        names.map(|name| library.find(&name)).collect()
    };
    let weekdays: Option<Vec<PromptId>> = WEEKDAYS.iter().map(|day| find(day)).collect();
    let places = library.names().into_iter();
    let places = places.filter_map(|name| {
        let place = name.strip_prefix(PLACE)?;
        Some((place.to_owned(), library.find(name)?))
    });
    Some(ReminderPrompts {
        greeting: find("inizio")?,
        wrong_year: find("anno_errato")?,
        not_verified: find("non_riconosciuto")?,
        appointment: find("appuntamento")?,
        weekdays: weekdays?.try_into().ok()?,
        days: numbered("giorno", 31)?,
        months: numbered("mese", MONTHS)?.try_into().ok()?,
        at: find("ore")?,
        keys: find("tasti")?,
        sure: find("conferma_disdetta")?,
        confirmed: find("confermato")?,
        cancelled: find("disdetto")?,
        connecting: find("collegamento")?,
        moved: find("richiamata")?,
        machine: find("segreteria")?,
        // Recordings of before there was one.
        unanswered: find("senza_risposta").or_else(|| find("segreteria"))?,
        places: places.collect(),
    })
}

/// What is said to who is on the line before an operator must be there, where somebody is.
pub(super) fn check_first(
    library: &Library,
    queues: &[(QueueSettings, Range<usize>)],
    faults: &Faults,
) {
    let missing = FIRST.iter().find(|name| library.find(name).is_none());
    for (queue, _) in queues {
        let first = &queue.policy.callback.person_first;
        if let (Some(name), Some(at)) = (missing, &first.at) {
            let message = format!(
                "there is no prompt {name}.wav: expected it, because it is said to who is called before an operator is on the line"
            );
            faults.add(at.clone(), message);
        }
        if let Some(name) = first
            .calling
            .as_ref()
            .filter(|name| library.find(&name.value).is_none())
        {
            let message = format!("there is no prompt {}.wav", name.value);
            faults.add(name.at.clone(), message);
        }
    }
}

/// All of them or none.
fn when(find: impl Fn(&str) -> Option<PromptId>) -> Option<WhenPrompts> {
    let [chosen, confirm, not_then, kept] = WHEN.map(find);
    Some(WhenPrompts {
        chosen: chosen?,
        confirm: confirm?,
        not_then: not_then?,
        kept: kept?,
    })
}

/// The first file that is missing of those with which somebody chooses when they are called.
pub(super) fn missing_to_choose(library: &Library) -> Option<&'static str> {
    WHEN.into_iter().find(|name| library.find(name).is_none())
}

/// The first file that is missing of those with which a caller is told whether it was us that called.
pub(super) fn missing_to_verify(library: &Library) -> Option<String> {
    let missing = std::cell::RefCell::new(None);
    verify(|name| {
        library.find(name).or_else(|| {
            missing.borrow_mut().get_or_insert_with(|| name.to_owned());
            None
        })
    });
    missing.into_inner()
}

/// What is said of code words must be there, where there are some.
pub(super) fn check_codes(library: &Library, tenants: &[TenantDraft], faults: &Faults) {
    let missing = CODE.iter().find(|name| library.find(name).is_none());
    for at in tenants
        .iter()
        .filter_map(|draft| draft.code_word_at.clone())
    {
        if let Some(name) = missing {
            let message =
                format!("there is no prompt {name}.wav: expected it, because it says code words");
            faults.add(at, message);
        }
    }
}

/// What tells an authority or a queue to operators must be there.
pub(super) fn check_whispers(
    library: &Library,
    tenants: &[TenantDraft],
    queues: &[(QueueSettings, Range<usize>)],
    faults: &Faults,
) {
    let tenants = tenants.iter().map(|draft| &draft.tenant.whisper);
    let queues = queues.iter().map(|(queue, _)| &queue.whisper);
    for name in tenants.chain(queues).flatten() {
        if library.find(&name.value).is_none() {
            let message = format!("there is no prompt {}.wav", name.value);
            faults.add(name.at.clone(), message);
        }
    }
}

/// All of them or none.
fn verify(find: impl Fn(&str) -> Option<PromptId>) -> Option<VerifyPrompts> {
    let mut days = WEEKDAYS
        .map(|day| find(&format!("verifica_{day}")))
        .into_iter();
    let mut tens = [30, 40, 50]
        .map(|ten| find(&format!("verifica_{ten}")))
        .into_iter();
    let mut next = || days.next().flatten();
    let weekdays = [
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
    ];
    let mut next = || tens.next().flatten();
    let tens = [next()?, next()?, next()?];
    Some(VerifyPrompts {
        yes: find("verifica_si")?,
        today: find("verifica_oggi")?,
        yesterday: find("verifica_ieri")?,
        weekdays,
        and: find("verifica_e")?,
        tens,
        no: find("verifica_no")?,
        unknown: find("verifica_ignota")?,
        unsure: find("verifica_incerta")?,
    })
}

/// The names of the files that the engine itself speaks; music has the name it was given.
#[cfg(test)]
pub(super) fn spoken_names() -> Vec<String> {
    let names = std::cell::RefCell::new(vec![MUSIC.to_owned()]);
    speak(
        |name| {
            names.borrow_mut().push(name.to_owned());
            PromptId(0)
        },
        PromptId(0),
    );
    names.into_inner()
}

fn speak(find: impl Fn(&str) -> PromptId, music: PromptId) -> SpokenPrompts {
    SpokenPrompts {
        music,
        please_hold: find("in_attesa"),
        reconnecting: find("riconnessione"),
        positions: (1..=POSITIONS)
            .map(|position| find(&format!("posizione_{position}")))
            .collect(),
        position_beyond: find("posizione_oltre"),
        waits: minutes_told()
            .iter()
            .map(|minutes| find(&format!("attesa_{minutes}")))
            .collect(),
        wait_beyond: find("attesa_oltre"),
        number_is: find("numero_letto"),
        digits: std::array::from_fn(|digit| find(&format!("cifra_{digit}"))),
        number_confirm: find("numero_conferma"),
        number_ask: find("numero_chiedi"),
        number_wrong: find("numero_non_valido"),
        callback_offer: find("offerta_richiamata"),
        callback_confirmed: find("richiamata_confermata"),
        callback_at_closing: find("richiamata_chiusura"),
        number_unavailable: find("numero_non_disponibile"),
        number_not_called: find("numero_non_richiamato"),
        lines_busy: find("linee_occupate"),
        operator_coming: find("operatore_in_arrivo"),
        notice: NoticePrompts {
            listed: find("in_lista"),
            put_on_list: find("messa_in_lista"),
            unreachable: find("non_richiamabile"),
            another: find("altra_persona"),
            confirm: find("conferma_richiamata"),
            another_listed: find("altra_persona_in_lista"),
            leave: find("conferma_rinuncia"),
            declined: find("senza_richiamata"),
            soon: find("entro_presto"),
            by_today: find("entro_oggi"),
            by_tomorrow: find("entro_domani"),
            by_weekday: WEEKDAYS.map(|day| find(&format!("entro_{day}"))),
            hours: std::array::from_fn(|hour| find(&format!("ora_{hour}"))),
            quarters: [15, 30, 45].map(|minutes| find(&format!("e_{minutes}"))),
        },
        returning: None,
        held: None,
        still_held: None,
        verify: None,
        code: None,
        person_first: None,
        reminder: None,
        opt_out: None,
        when: None,
        to_operator_preview: None,
        to_operator_dialling: find("op_richiamata"),
        to_operator_no_answer: find("op_non_risponde"),
        to_operator_busy: find("op_occupato"),
        to_operator_unreachable: find("op_non_raggiungibile"),
        to_operator_withdrawn: find("op_annullata"),
        whisper_call: find("op_chiamata"),
        whisper_waits: find("op_attende_da"),
        whisper_minutes: find("op_minuti"),
        whisper_waits_long: find("op_attende_da_molto"),
    }
}
