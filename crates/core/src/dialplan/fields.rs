//! Reads a TOML document table by table, keeping the place of everything and collecting
//! every fault instead of the first: what is missing, of the wrong kind, out of range or
//! unknown. Knows nothing of what the keys mean; dialplans and the configuration do.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::de::{DeArray, DeTable, DeValue};

use crate::words::DoubtKind;

const TEXTS: &str = "a list of texts";

/// What is doubted, for whoever tells it in another language than English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What.
    pub kind: DoubtKind,
    /// Names and numbers in it, each by its name; `more` is a number.
    pub about: Vec<(&'static str, String)>,
}

impl Doubt {
    /// A doubt about these.
    #[must_use]
    pub fn of(kind: DoubtKind, about: &[(&'static str, &dyn Display)]) -> Self {
        let about = about.iter().map(|(name, value)| (*name, value.to_string()));
        Self {
            kind,
            about: about.collect(),
        }
    }
}

/// One thing wrong in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: bytes of the text.
    pub at: Range<usize>,
    /// What is wrong and what was expected.
    pub message: String,
    /// The same for other languages, where it is one of those that are known.
    pub doubt: Option<Doubt>,
}

/// The faults found so far; readers of the same document share it.
#[derive(Debug, Default)]
pub struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    /// Notes a fault.
    pub fn add(&self, at: Range<usize>, message: impl Into<String>) {
        self.0.borrow_mut().push(Fault {
            at,
            message: message.into(),
            doubt: None,
        });
    }

    /// Notes something that is probably not meant.
    pub fn doubt(&self, at: Range<usize>, message: impl Into<String>, doubt: Doubt) {
        self.0.borrow_mut().push(Fault {
            at,
            message: message.into(),
            doubt: Some(doubt),
        });
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// All of them, in the order of the text.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Fault> {
        let mut faults = self.0.into_inner();
        faults.sort_by_key(|fault| (fault.at.start, fault.at.end));
        faults
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Bytes of the text.
    pub at: Range<usize>,
}

impl<T> Placed<T> {
    /// The same place with what the value becomes.
    pub fn map<U>(self, become_: impl FnOnce(T) -> U) -> Placed<U> {
        Placed {
            value: become_(self.value),
            at: self.at,
        }
    }
}

/// Reads the whole document. Syntax errors come alone: what a broken text says is a guess.
///
/// # Errors
/// Every syntax error.
pub fn document(text: &str) -> Result<toml::Spanned<DeTable<'_>>, Vec<Fault>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(table);
    }
    let faults = Faults::default();
    for error in errors {
        let at = error.span().unwrap_or(text.len()..text.len());
        faults.add(at, error.message());
    }
    Err(faults.into_sorted())
}

/// A table being read. It remembers which keys were asked for; `finish` reports the rest.
#[derive(Debug)]
pub struct Fields<'a> {
    table: &'a DeTable<'a>,
    at: Range<usize>,
    asked: Vec<&'static str>,
    faults: &'a Faults,
}

type Value<'a> = Placed<&'a DeValue<'a>>;

impl<'a> Fields<'a> {
    /// The document's root, or any table of it.
    #[must_use]
    pub fn new(table: &'a DeTable<'a>, at: Range<usize>, faults: &'a Faults) -> Self {
        Self {
            table,
            at,
            asked: Vec::new(),
            faults,
        }
    }

    /// Where the table stands: its header, or its braces.
    #[must_use]
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// Where the faults go.
    #[must_use]
    pub fn faults(&self) -> &'a Faults {
        self.faults
    }

    /// Whether the key is there, without asking for it.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the key is there and holds a table.
    #[must_use]
    pub fn has_table(&self, key: &str) -> bool {
        self.table
            .get(key)
            .is_some_and(|value| value.get_ref().as_table().is_some())
    }

    /// Where the key itself is written, if it is there.
    #[must_use]
    pub fn key_at(&self, key: &str) -> Option<Range<usize>> {
        self.table.get_key_value(key).map(|(key, _)| key.span())
    }

    /// A fault for a key that must be there and is not.
    pub fn missing(&self, key: &str, expected: &str) {
        self.faults
            .add(self.at(), format!("missing `{key}`: expected {expected}"));
    }

    /// A key that is written here and stands elsewhere is told where.
    pub fn belongs(&mut self, key: &'static str, place: &str) {
        if let Some(at) = self.key_at(key) {
            self.asked.push(key);
            let message = format!("`{key}` does not stand here: put it under {place}");
            self.faults.add(at, message);
        }
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let message = unknown("key", name, self.asked.iter().copied());
                self.faults.add(key.span(), message);
            }
        }
    }

    fn ask(&mut self, key: &'static str) -> Option<Value<'a>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.table.get(key).map(|value| Placed {
            value: value.get_ref(),
            at: value.span(),
        })
    }

    fn read<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        take: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<Placed<T>> {
        let found = self.ask(key)?;
        match take(found.value) {
            Some(value) => Some(Placed {
                value,
                at: found.at,
            }),
            None => {
                self.wrong(key, expected, &found);
                None
            }
        }
    }

    fn wrong(&self, key: &str, expected: &str, found: &Value<'_>) {
        let kind = found.value.type_str();
        self.faults.add(
            found.at.clone(),
            format!("`{key}` is {}: expected {expected}", a(kind)),
        );
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<Placed<&'a str>> {
        self.read(key, "a text in quotes", DeValue::as_str)
    }

    /// A text that must be there and not be empty.
    pub fn required_text(&mut self, key: &'static str, expected: &str) -> Option<Placed<&'a str>> {
        if !self.has(key) {
            self.ask(key);
            self.missing(key, expected);
            return None;
        }
        let text = self.text(key)?;
        self.filled(key, expected, text)
    }

    /// A text that may be absent and must not be empty.
    pub fn filled_text(&mut self, key: &'static str) -> Option<Placed<&'a str>> {
        let text = self.text(key)?;
        self.filled(key, "a text that is not", text)
    }

    fn filled(&self, key: &str, expected: &str, text: Placed<&'a str>) -> Option<Placed<&'a str>> {
        if text.value.is_empty() {
            self.faults
                .add(text.at, format!("`{key}` is empty: expected {expected}"));
            return None;
        }
        Some(text)
    }

    /// `true` or `false`.
    pub fn truth(&mut self, key: &'static str) -> Option<Placed<bool>> {
        self.read(key, "true or false", DeValue::as_bool)
    }

    /// A whole number within a range; nothing when it is absent or at fault.
    pub fn whole(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Option<Placed<u32>> {
        let expected = whole_within(&range);
        let number = self.read(key, &expected, whole)?;
        match u32::try_from(number.value)
            .ok()
            .filter(|value| range.contains(value))
        {
            Some(value) => Some(Placed {
                value,
                at: number.at,
            }),
            None => {
                let message = format!("`{key}` is {}: expected {expected}", number.value);
                self.faults.add(number.at, message);
                None
            }
        }
    }

    /// A whole number within a range, with what holds when the key is absent.
    pub fn whole_or(&mut self, key: &'static str, range: RangeInclusive<u32>, default: u32) -> u32 {
        self.whole(key, range)
            .map_or(default, |number| number.value)
    }

    /// A whole number that must be there; 0 stands in for one at fault.
    pub fn required_whole(&mut self, key: &'static str, range: RangeInclusive<u32>) -> u32 {
        if !self.has(key) {
            self.ask(key);
            self.missing(key, &whole_within(&range));
            return 0;
        }
        self.whole_or(key, range, 0)
    }

    /// A share between 0 and 1.
    pub fn share(&mut self, key: &'static str) -> Option<Placed<f64>> {
        const EXPECTED: &str = "a share from 0.0 to 1.0";
        let share = self.read(key, EXPECTED, number)?;
        if (0.0..=1.0).contains(&share.value) {
            return Some(share);
        }
        self.faults.add(
            share.at,
            format!("`{key}` is {}: expected {EXPECTED}", share.value),
        );
        None
    }

    /// A list of numbers from 0 on; nothing when the key is absent. Items at fault are left out.
    pub fn amounts(&mut self, key: &'static str) -> Option<Placed<Vec<f64>>> {
        let list = self.read(key, "a list of numbers", DeValue::as_array)?;
        let amounts = list.value.iter().filter_map(|item| {
            let amount = number(item.get_ref()).filter(|it| (0.0..=1e6).contains(it));
            if amount.is_none() {
                let message = format!("`{key}`: expected a number from 0 to 1000000 here");
                self.faults.add(item.span(), message);
            }
            amount
        });
        let (value, at) = (amounts.collect(), list.at);
        Some(Placed { value, at })
    }

    /// A list of texts; nothing when the key is absent. Items of another kind are faults
    /// and left out.
    pub fn texts(&mut self, key: &'static str) -> Option<Placed<Vec<Placed<&'a str>>>> {
        let list = self.read(key, TEXTS, DeValue::as_array)?;
        Some(self.each_text(key, &list))
    }

    fn each_text(&self, key: &str, list: &Placed<&'a DeArray<'a>>) -> Placed<Vec<Placed<&'a str>>> {
        let mut texts = Vec::new();
        for item in list.value {
            match item.get_ref().as_str() {
                Some(value) => texts.push(Placed {
                    value,
                    at: item.span(),
                }),
                None => {
                    let found = Placed {
                        value: item.get_ref(),
                        at: item.span(),
                    };
                    self.wrong(key, "a text in each place of the list", &found);
                }
            }
        }
        Placed {
            value: texts,
            at: list.at.clone(),
        }
    }

    /// A table within this one.
    pub fn table(&mut self, key: &'static str) -> Option<Self> {
        let table = self.read(key, "a table", DeValue::as_table)?;
        Some(Fields::new(table.value, table.at, self.faults))
    }

    /// A list of tables: `[[key]]`, or tables in brackets. Empty when the key is absent.
    pub fn tables(&mut self, key: &'static str) -> Vec<Self> {
        let Some(list) = self.read(key, "a list of tables", DeValue::as_array) else {
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in list.value {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Fields::new(table, item.span(), self.faults)),
                None => {
                    let found = Placed {
                        value: item.get_ref(),
                        at: item.span(),
                    };
                    self.wrong(key, "a table in each place of the list", &found);
                }
            }
        }
        tables
    }

    /// Every key of a table whose keys are names, in the order of the text.
    #[must_use]
    pub fn names(&self) -> Vec<Placed<&'a str>> {
        let mut names: Vec<_> = self
            .table
            .keys()
            .map(|key| Placed {
                value: key.get_ref().as_ref(),
                at: key.span(),
            })
            .collect();
        names.sort_by_key(|name| name.at.start);
        names
    }

    /// The text under a name of `names`.
    pub fn named_text(&self, name: &str) -> Option<Placed<&'a str>> {
        self.named(name, "a text in quotes", DeValue::as_str)
    }

    /// The list of texts under a name of `names`.
    pub fn named_texts(&self, name: &str) -> Option<Placed<Vec<Placed<&'a str>>>> {
        let list = self.named(name, TEXTS, DeValue::as_array)?;
        Some(self.each_text(name, &list))
    }

    /// The whole number under a name of `names`.
    pub fn named_whole(&self, name: &str, range: &RangeInclusive<u32>) -> Option<u32> {
        let expected = whole_within(range);
        let number = self.named(name, &expected, whole)?;
        let fitting = u32::try_from(number.value)
            .ok()
            .filter(|value| range.contains(value));
        if fitting.is_none() {
            let message = format!("`{name}` is {}: expected {expected}", number.value);
            self.faults.add(number.at, message);
        }
        fitting
    }

    /// The table under a name of `names`; its place is that of the name.
    pub fn named_table(&self, name: &Placed<&'a str>) -> Option<Self> {
        let table = self.named(name.value, "a table", DeValue::as_table)?;
        Some(Fields::new(table.value, name.at.clone(), self.faults))
    }

    fn named<T>(
        &self,
        name: &str,
        expected: &str,
        take: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<Placed<T>> {
        let found = self.table.get(name)?;
        let found = Placed {
            value: found.get_ref(),
            at: found.span(),
        };
        match take(found.value) {
            Some(value) => Some(Placed {
                value,
                at: found.at,
            }),
            None => {
                self.wrong(name, expected, &found);
                None
            }
        }
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let text = match (value.as_float(), value.as_integer()) {
        (Some(float), _) => float.as_str(),
        (None, Some(integer)) => integer.as_str(),
        (None, None) => return None,
    };
    text.parse().ok()
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    // Beyond 64 bits is beyond any range here.
    Some(i64::from_str_radix(integer.as_str(), integer.radix()).unwrap_or(i64::MAX))
}

fn whole_within(range: &RangeInclusive<u32>) -> String {
    format!("a whole number from {} to {}", range.start(), range.end())
}

fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// "unknown KIND "name"", with the nearest known name, or all of them when they are few.
#[must_use]
pub fn unknown<'k>(kind: &str, name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    const LISTED_MAX: usize = 12;
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    if let Some(near) = nearest(name, &known) {
        return format!("unknown {kind} \"{name}\": did you mean \"{near}\"?");
    }
    match known.len() {
        0 => format!("unknown {kind} \"{name}\": there is none to name here"),
        1..=LISTED_MAX => format!(
            "unknown {kind} \"{name}\": expected one of {}",
            known.join(", ")
        ),
        _ => format!("unknown {kind} \"{name}\""),
    }
}

/// The known name that takes the fewest edits, where that is at most a third of it.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|candidate| (edits(name, candidate), *candidate))
        .filter(|(edits, candidate)| *edits <= (candidate.chars().count() / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours between two names.
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut least = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests;
