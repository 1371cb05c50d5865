//! One line of a list of people who are to be called, as a page and a command read it alike: a line that
//! cannot be taken is left out and named, and the others are taken.

use std::collections::HashMap;

use cuptel_core::calendar::{Zone, moment};
use cuptel_core::number::Caller as Person;
use cuptel_core::words::NumberClass;
use serde_json::{Map, Value, json};

/// Why a line is left out before the rules see it. What stands in it is a person's, and not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// No telephone number.
    Invalid,
    /// A number of a kind that is not called.
    NotCallable,
    /// The number of a line before, which is this one.
    SameAs(u64),
    /// `due` is no time.
    Due,
    /// `not_before` is no time.
    NotBefore,
    /// `appointment` is no time.
    Appointment,
    /// `born` is no year.
    Born,
}

impl Unread {
    /// The word for it, as the rules have words for why they leave a line out.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotCallable => "not_callable",
            Self::SameAs(_) => "same_as",
            Self::Due => "no_due",
            Self::NotBefore => "no_not_before",
            Self::Appointment => "no_appointment_time",
            Self::Born => "no_year_written",
        }
    }
}

/// The numbers of the lines before.
#[derive(Debug, Default)]
pub struct Known(HashMap<String, u64>);

/// A line as the API is told it. Times have their zone, or are those that a clock of this zone shows.
///
/// # Errors
/// Why it is left out.
pub fn entry<'f>(
    line: u64,
    field: impl Fn(&str) -> &'f str,
    zone: Zone,
    known: &mut Known,
) -> Result<Value, Unread> {
    let person = Person::from_user_part(field("number"));
    let is_number = !matches!(person.class, NumberClass::Invalid | NumberClass::Anonymous);
    let why = if is_number {
        Unread::NotCallable
    } else {
        Unread::Invalid
    };
    let number = person.callable().ok_or(why)?.reveal().to_owned();
    let at = |column: &str, why: Unread| match field(column) {
        "" => Ok(None),
        text => moment_of(text, zone).map(Some).ok_or(why),
    };
    let times = [
        ("due_ms", at("due", Unread::Due)?),
        ("not_before_ms", at("not_before", Unread::NotBefore)?),
        ("appointment_ms", at("appointment", Unread::Appointment)?),
    ];
    let born = year(field("born"))?;
    if let Some(first) = known.0.get(&number) {
        return Err(Unread::SameAs(*first));
    }
    known.0.insert(number.clone(), line);
    let mut entry = Map::from_iter([
        ("line".to_owned(), json!(line)),
        ("number".to_owned(), json!(number)),
    ]);
    let times = times.into_iter().filter_map(|(key, at)| Some((key, at?)));
    entry.extend(times.map(|(key, at)| (key.to_owned(), json!(at))));
    entry.extend(born.map(|year| ("born".to_owned(), json!(year))));
    for name in ["note", "ref", "place"] {
        if !field(name).is_empty() {
            entry.insert(name.to_owned(), json!(field(name)));
        }
    }
    Ok(Value::Object(entry))
}

/// A time with its zone, or one by the clock of this zone.
#[must_use]
pub fn moment_of(text: &str, zone: Zone) -> Option<i64> {
    moment::parse_local(text, zone).or_else(|| moment::parse(text))
}

fn year(text: &str) -> Result<Option<u16>, Unread> {
    match text.parse() {
        _ if text.is_empty() => Ok(None),
        Ok(year) if text.len() == 4 => Ok(Some(year)),
        Ok(_) | Err(_) => Err(Unread::Born),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&'static str, &'static str)]) -> Result<Value, Unread> {
        let field = |name: &str| {
            let found = fields.iter().find(|(column, _)| *column == name);
            found.map_or("", |(_, value)| *value)
        };
        entry(2, field, Zone::Europe__Rome, &mut Known::default())
    }

    #[test]
    fn a_time_may_have_its_zone_or_be_that_of_the_clock() {
        let local = read(&[("number", "0861123456"), ("due", "2026-11-25T18:00")]).unwrap();
        let zoned = [
            ("number", "0861123456"),
            ("due", "2026-11-25T18:00:00+01:00"),
        ];
        assert_eq!(local, read(&zoned).unwrap());
        assert_eq!(local["number"], "+390861123456");
    }

    #[test]
    fn each_fault_of_a_line_has_its_word() {
        let number = ("number", "0861123456");
        for (fields, why) in [
            (&[("number", "nobody")][..], Unread::Invalid),
            (&[("number", "112")], Unread::NotCallable),
            (&[number, ("due", "domani")], Unread::Due),
            (&[number, ("not_before", "x")], Unread::NotBefore),
            (&[number, ("appointment", "x")], Unread::Appointment),
            (&[number, ("born", "50")], Unread::Born),
        ] {
            assert_eq!(read(fields), Err(why));
        }
    }
}
