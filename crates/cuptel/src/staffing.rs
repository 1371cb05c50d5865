//! `cuptel operators …`, seats added and removed, and the two lists that can be imported. A
//! list is checked whole before anything is told, and the node takes it whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cuptel_core::dialplan::fields::{Faults, unknown};
use cuptel_core::phone_password;
use cuptel_core::pin::is_operator_number;
use cuptel_core::staffing::is_extension;
use cuptel_http::password;
use serde_json::{Map, Value, json};

use crate::cli::{OperatorCommand, ProfileSaid, say};
use crate::config::Config;
use crate::config::first_start::{COLUMNS, COLUMNS_MIN};
use crate::config::secret::Secret;
use crate::config::source::Source;
use crate::list::{self, Header, ListRow};
use crate::shell::{Api, escaped, offline, show_row, show_rows};

const OPERATOR_FIELDS: [&str; 5] = ["name", "employer", "home", "skills", "seat"];
const OPERATORS: Header<'_> = Header {
    any_of: &[
        &["operator", "employer", "skills"],
        &["operator", "employer", "skills", "home"],
        &["operator", "employer", "skills", "number", "pin"],
        &["operator", "employer", "skills", "home", "number", "pin"],
        &COLUMNS_MIN,
        &COLUMNS,
    ],
    words: "the columns operator,employer,skills and, where wanted, home, and number,pin, with commas between them, or those of first-start.csv",
};
const SEATS: Header<'_> = Header {
    any_of: &[&["seat", "password", "site"], &COLUMNS_MIN, &COLUMNS],
    words: "the columns seat,password,site with commas between them, or those of first-start.csv",
};

/// `operators`.
pub(crate) fn operators(config: &Config, command: OperatorCommand) -> anyhow::Result<ExitCode> {
    match command {
        OperatorCommand::List { how } => {
            let rows = if how.offline {
                offline(config, async |store| {
                    Ok(serde_json::to_value(store.operators().await?)?)
                })?
            } else {
                Api::or_offline(config)?.get_all("operators")?
            };
            if how.json {
                return show_rows(&rows, &OPERATOR_FIELDS, true);
            }
            show_rows(&with_skills_in_words(rows), &OPERATOR_FIELDS, false)
        }
        OperatorCommand::Show { operator, how } => {
            let row = if how.offline {
                offline(config, async |store| {
                    let row = store.operator(&operator).await?;
                    let row =
                        row.with_context(|| format!("there is no operator \"{operator}\""))?;
                    Ok(serde_json::to_value(row)?)
                })?
            } else {
                Api::or_offline(config)?.get(&format!("operators/{}", escaped(&operator)))?
            };
            show_row(&row, how)
        }
        OperatorCommand::Set {
            operator,
            employer,
            skills,
            home,
        } => {
            let mut told = Map::from_iter([("name".to_owned(), json!(operator))]);
            told.extend(employer.map(|employer| ("employer".to_owned(), json!(employer))));
            told.extend(home.map(|home| ("home".to_owned(), json!(home))));
            if let Some(skills) = skills {
                told.insert("skills".to_owned(), json!(skills_of(&skills)?));
            }
            let api = Api::of(config)?;
            api.post("operators", &json!({ "operators": [told] }))?;
            let row = api.get(&format!("operators/{}", escaped(&operator)))?;
            crate::table::print_one(&row);
            Ok(ExitCode::SUCCESS)
        }
        OperatorCommand::Profile {
            operator,
            said,
            clear,
        } => profile(config, &operator, *said, clear),
        OperatorCommand::Pin {
            operator,
            number,
            pin,
        } => set_pin(config, &operator, number, pin.as_deref()),
        OperatorCommand::Remove { operator } => {
            let path = format!("operators/{}/remove", escaped(&operator));
            Api::of(config)?.post(&path, &json!({}))?;
            say(&format!("{operator} works here no more"));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// An operator may sign in from a phone.
fn set_pin(
    config: &Config,
    operator: &str,
    number: Option<String>,
    pin: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let mut told = Map::new();
    told.extend(number.map(|number| ("number".to_owned(), json!(number))));
    if let Some(pin) = pin {
        told.insert("pin".to_owned(), json!(Secret::parse(pin).reveal()?));
    }
    let path = format!("operators/{}/pin", escaped(operator));
    let answer = Api::of(config)?.post(&path, &Value::Object(told))?;
    let number = answer["number"].as_str().unwrap_or_default();
    let dials = if config.features.is_some() {
        "on a seat's phone they dial `sign_in` of [codes]"
    } else {
        "the configuration has no [codes] yet, without which no phone can sign in"
    };
    match answer["pin"].as_str() {
        Some(pin) => say(&format!(
            "{operator}: number {number}, PIN {pin}, which is said once; {dials}"
        )),
        None => say(&format!(
            "{operator}: number {number}, with that PIN; {dials}"
        )),
    }
    Ok(ExitCode::SUCCESS)
}

/// What was said before, with what is said now; shown as it is then.
fn profile(
    config: &Config,
    operator: &str,
    said: ProfileSaid,
    clear: bool,
) -> anyhow::Result<ExitCode> {
    let path = format!("operators/{}/profile", escaped(operator));
    let api = Api::of(config)?;
    let mut told = api.get(&path)?;
    let number = |value: u32| {
        if value == 0 {
            Value::Null
        } else {
            json!(value)
        }
    };
    let words = |text: &str| json!(text.split_whitespace().collect::<Vec<_>>());
    let name = |name: String| {
        if name.is_empty() {
            Value::Null
        } else {
            json!(name)
        }
    };
    let said: Vec<(&str, Value)> = [
        ("ring_s", said.ring_s.map(number)),
        ("wrap_up_s", said.wrap_up_s.map(number)),
        ("rest_s", said.rest_s.map(number)),
        ("break_after", said.break_after.map(number)),
        ("break_s", said.break_s.map(number)),
        ("auto_answer", said.auto_answer.map(Value::Bool)),
        ("whisper", said.whisper.map(Value::Bool)),
        ("not_kinds", said.not_kinds.as_deref().map(words)),
        ("not_queues", said.not_queues.as_deref().map(words)),
        ("works_per_h", said.works_per_h.map(number)),
        ("buddy", said.buddy.map(name)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect();
    if clear || !said.is_empty() {
        let mut whole = if clear {
            json!({})
        } else {
            told["profile"].take()
        };
        for (key, value) in said {
            whole[key] = value;
        }
        told = api.post(&path, &whole)?;
    }
    crate::table::print_one(&told);
    Ok(ExitCode::SUCCESS)
}

/// A seat is added or changed.
pub(crate) fn set_seat(
    config: &Config,
    seat: &str,
    site: Option<String>,
    password: &NewPassword,
) -> anyhow::Result<ExitCode> {
    let mut told = Map::from_iter([("name".to_owned(), json!(seat))]);
    told.extend(site.map(|site| ("site".to_owned(), json!(site))));
    let (said, made) = match password {
        NewPassword::AsItIs => (None, None),
        NewPassword::Said(secret) => (Some(secret.reveal()?), None),
        NewPassword::OfOurs => {
            let made = password::one_time().context("the system gives no random numbers")?;
            (Some(made.clone()), Some(made))
        }
    };
    told.extend(said.map(|password| ("password".to_owned(), json!(password))));
    let api = Api::of(config)?;
    api.post("seats", &json!({ "seats": [told] }))?;
    crate::table::print_one(&api.get(&format!("seats/{}", escaped(seat)))?);
    if let Some(made) = made {
        say(&format!(
            "password of the phone: {made}, which is said once; write it into the phone, user {seat}"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What becomes of the password of a seat's phone.
pub(crate) enum NewPassword {
    AsItIs,
    Said(Secret),
    /// One is made.
    OfOurs,
}

impl NewPassword {
    /// Of what is told, and whether one is to be made.
    pub(crate) fn of(said: Option<&str>, is_made: bool) -> Self {
        match said {
            Some(said) => Self::Said(Secret::parse(said)),
            None if is_made => Self::OfOurs,
            None => Self::AsItIs,
        }
    }
}

/// A seat is there no more.
pub(crate) fn remove_seat(config: &Config, seat: &str) -> anyhow::Result<ExitCode> {
    let path = format!("seats/{}/remove", escaped(seat));
    Api::of(config)?.post(&path, &json!({}))?;
    say(&format!("seat {seat} is there no more"));
    Ok(ExitCode::SUCCESS)
}

/// `prenotazioni:3 disdette:1`.
fn skills_of(text: &str) -> anyhow::Result<BTreeMap<String, u8>> {
    let mut skills = BTreeMap::new();
    for word in text.split_whitespace() {
        let (skill, level) = skill_of(word)
            .with_context(|| format!("\"{word}\": expected words like prenotazioni:3"))?;
        if skills.insert(skill.to_owned(), level).is_some() {
            bail!("skill \"{skill}\" is here twice");
        }
    }
    Ok(skills)
}

fn skill_of(word: &str) -> Option<(&str, u8)> {
    let (skill, level) = word.split_once(':')?;
    let level = level.parse().ok().filter(|level| (1..=5).contains(level))?;
    Some((skill, level)).filter(|_| !skill.is_empty())
}

fn with_skills_in_words(mut rows: Value) -> Value {
    let list = match &mut rows {
        Value::Array(list) => Some(list),
        Value::Object(page) => page.get_mut("operators").and_then(Value::as_array_mut),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    for row in list.into_iter().flatten() {
        let words = row["skills"].as_object().map(|skills| {
            let words = skills
                .iter()
                .map(|(skill, level)| format!("{skill}:{level}"));
            words.collect::<Vec<_>>().join(" ")
        });
        row["skills"] = json!(words.unwrap_or_default());
    }
    rows
}

/// Which words the configuration knows.
struct Known<'c> {
    tenants: BTreeSet<&'c str>,
    sites: BTreeSet<&'c str>,
    skills: BTreeSet<&'c str>,
}

impl<'c> Known<'c> {
    fn of(config: &'c Config) -> Self {
        let queues = config.queues.iter();
        let tenants = config.tenants.iter();
        Self {
            tenants: tenants.map(|tenant| tenant.name.as_str()).collect(),
            sites: config.sites.iter().map(|site| site.name.as_str()).collect(),
            skills: queues
                .flat_map(|queue| queue.skills.keys().map(String::as_str))
                .collect(),
        }
    }
}

/// `import operators FILE.csv`.
pub(crate) fn import_operators(
    config: &Config,
    file: &Path,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let known = Known::of(config);
    let operators = read(file, &OPERATORS, "operator", |row, faults_of| {
        let skills = faults_of.skills(row, &known);
        let mut told = json!({
            "name": faults_of.filled(row, "operator")?,
            "employer": faults_of.filled(row, "employer")?,
            "skills": skills,
        });
        let column = faults_of.column("home");
        if column < row.columns() {
            let home = row.field(column);
            if !home.is_empty() && !known.tenants.contains(home) {
                row.fault(
                    column,
                    &unknown("tenant", home, known.tenants.iter().copied()),
                );
            }
            told["home"] = json!(home);
        }
        faults_of.pin(row, &mut told);
        Some(told)
    })?;
    tell(config, "operators", operators, json)
}

/// `import seats FILE.csv`.
pub(crate) fn import_seats(config: &Config, file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let known = Known::of(config);
    let seats = read(file, &SEATS, "seat", |row, faults_of| {
        let site = faults_of.filled(row, "site")?;
        if !known.sites.contains(site) {
            let message = unknown("site", site, known.sites.iter().copied());
            row.fault(faults_of.column("site"), &message);
        }
        let seat = faults_of.filled(row, "seat")?;
        if !is_extension(seat) {
            let message =
                format!("seat \"{seat}\": expected at most 32 letters, digits, -, _ and .");
            row.fault(faults_of.column("seat"), &message);
        }
        let mut told = Map::from_iter([
            ("name".to_owned(), json!(seat)),
            ("site".to_owned(), json!(site)),
        ]);
        let column = faults_of.column("password");
        // An empty one leaves the phone's password as it is.
        if !row.field(column).is_empty() {
            match Secret::parse(row.field(column)).reveal() {
                Ok(password) => {
                    if let Err(why) = phone_password::fit(&password, seat) {
                        row.fault(column, &format!("the password {why}"));
                    }
                    told.insert("password".to_owned(), json!(password));
                }
                Err(error) => row.fault(column, &error.to_string()),
            }
        }
        Some(Value::Object(told))
    })?;
    tell(config, "seats", seats, json)
}

/// Where the columns of a list stand.
struct Columns<'h>(&'h [&'h str]);

impl Columns<'_> {
    fn column(&self, name: &str) -> usize {
        let at = self.0.iter().position(|known| *known == name);
        at.unwrap_or(self.0.len())
    }

    fn filled<'r>(&self, row: &'r ListRow<'_>, name: &str) -> Option<&'r str> {
        let column = self.column(name);
        let text = Some(row.field(column)).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            row.fault(column, &format!("`{name}` is empty: expected a text"));
        }
        text
    }

    /// What an operator keys in to sign in by phone. An empty one stays as it is.
    fn pin(&self, row: &ListRow<'_>, told: &mut Value) {
        if !self.0.contains(&"pin") {
            return;
        }
        let column = self.column("number");
        let number = row.field(column);
        if !number.is_empty() {
            if !is_operator_number(number) {
                row.fault(
                    column,
                    "expected 1 to 8 digits, as they are keyed in before the PIN",
                );
            }
            told["number"] = json!(number);
        }
        let column = self.column("pin");
        if !row.field(column).is_empty() {
            match Secret::parse(row.field(column)).reveal() {
                Ok(pin) => told["pin"] = json!(pin),
                Err(error) => row.fault(column, &error.to_string()),
            }
        }
    }

    fn skills(&self, row: &ListRow<'_>, known: &Known<'_>) -> BTreeMap<String, u8> {
        let column = self.column("skills");
        let mut skills = BTreeMap::new();
        for word in row.field(column).split_whitespace() {
            let Some((skill, level)) = skill_of(word) else {
                let message = format!(
                    "\"{word}\" is no skill with a level: expected words like prenotazioni:3, from 1 to 5"
                );
                row.fault(column, &message);
                continue;
            };
            if !known.skills.contains(skill) {
                let told = unknown("skill", skill, known.skills.iter().copied());
                row.fault(column, &format!("no queue asks for it: {told}"));
            }
            if skills.insert(skill.to_owned(), level).is_some() {
                row.fault(column, &format!("skill \"{skill}\" is here twice"));
            }
        }
        skills
    }
}

/// Every row of a list, or everything that is wrong with it.
fn read(
    file: &Path,
    header: &Header<'_>,
    key: &str,
    mut entry: impl FnMut(&ListRow<'_>, &Columns<'_>) -> Option<Value>,
) -> anyhow::Result<Vec<Value>> {
    let source = Source::read_secret(file)?;
    let faults = Faults::default();
    let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
    let names = list::columns(source.text(), header);
    let columns = Columns(names.unwrap_or_default());
    list::read(source.text(), header, &faults, |row| {
        if row.columns() != columns.0.len() {
            let message = format!(
                "{} columns: expected {}: {}",
                row.columns(),
                columns.0.len(),
                columns.0.join(",")
            );
            return row.fault(0, &message);
        }
        let at = columns.column(key);
        if !seen.insert(row.field(at).to_owned()) {
            row.fault(at, &format!("{key} \"{}\" is here twice", row.field(at)));
        }
        entries.extend(entry(row, &columns));
    });
    let faults = source.faults(&faults.into_sorted());
    if !faults.is_empty() {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        bail!("nothing was imported:\n{}", told.join("\n"));
    }
    Ok(entries)
}

fn tell(config: &Config, what: &str, entries: Vec<Value>, json: bool) -> anyhow::Result<ExitCode> {
    let answer = Api::of(config)?.post(what, &json!({ what: entries }))?;
    if json {
        say(&answer.to_string());
    } else {
        let changed = &answer["changed"];
        let noun = match changed.as_u64() {
            Some(1) => what.strip_suffix('s').unwrap_or(what),
            Some(_) | None => what,
        };
        say(&format!(
            "{changed} {noun} added or changed; those that are not in the file stay as they are"
        ));
    }
    Ok(ExitCode::SUCCESS)
}
