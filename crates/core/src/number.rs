//! Telephone numbers: normalisation after the Italian numbering plan, classes, and
//! which of them may be dialled. A number prints masked; the digits need `reveal`.
//!
//! Plan by first digit (AGCOM): 0 geographic, 1 short and emergency, 3 mobile,
//! 5 nomadic, 7 internet, 8 special tariffs. The leading 0 of a geographic number is
//! part of it and is dialled from abroad too.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::words::NumberClass;

/// Longest national significant number plus country code (ITU-T E.164 §6.1).
const E164_DIGITS_MAX: usize = 15;
/// Shortest complete number worth dialling, with its country code.
const E164_DIGITS_MIN: usize = 7;

/// `+` and digits: what the longest number takes.
const E164_BYTES_MAX: usize = E164_DIGITS_MAX + 1;

/// A number in E.164 form, `+` and digits. Kept in place, filled up with zero bytes: a
/// million open callbacks have a million of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber([u8; E164_BYTES_MAX]);

/// Why a text is not a dialable number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotANumber {
    /// Letters, or nothing at all.
    #[error("not a telephone number")]
    NoDigits,
    /// Too short or too long for E.164.
    #[error("a number has {E164_DIGITS_MIN} to {E164_DIGITS_MAX} digits with its country code")]
    Length,
}

impl PhoneNumber {
    /// Takes a number that is already `+` and digits (from configuration or storage).
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse_e164(text: &str) -> Result<Self, NotANumber> {
        let digits = text.strip_prefix('+').ok_or(NotANumber::NoDigits)?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotANumber::NoDigits);
        }
        if !(E164_DIGITS_MIN..=E164_DIGITS_MAX).contains(&digits.len()) {
            return Err(NotANumber::Length);
        }
        let mut bytes = [0; E164_BYTES_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }

    /// The digits as they are dialled in Italy, to be read back to their owner.
    #[must_use]
    pub fn national(&self) -> &str {
        self.reveal().strip_prefix("+39").unwrap_or(self.reveal())
    }

    /// The digits, for the dialler and the erasable table only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0);
        let text = &self.0[..end.unwrap_or(E164_BYTES_MAX)];
        std::str::from_utf8(text).expect("made of `+` and digits alone")
    }
}

/// The digits go into a tape alone; a text that people read, such as JSON, has the masked form.
impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(self);
        }
        serializer.serialize_str(self.reveal())
    }
}

/// One of ours, which everybody may see.
pub(crate) fn in_full<S: Serializer>(
    number: &Option<PhoneNumber>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    number
        .as_ref()
        .map(PhoneNumber::reveal)
        .serialize(serializer)
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_e164(&text).map_err(D::Error::custom)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.reveal();
        let (head, tail) = (&text[..3], &text[text.len() - 3..]);
        write!(f, "{head}…{tail}")
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the signalling told of a caller, sorted out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The number, where there is one to speak of.
    pub number: Option<PhoneNumber>,
    /// Its class.
    pub class: NumberClass,
}

impl Caller {
    /// A caller who withholds the number.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self {
            number: None,
            class: NumberClass::Anonymous,
        }
    }

    /// The number, where it is one that may be dialled.
    #[must_use]
    pub fn callable(&self) -> Option<&PhoneNumber> {
        let number = self.number.as_ref();
        number.filter(|_| self.class.may_be_dialled())
    }

    /// Sorts out the user part of a SIP or tel URI as a carrier in Italy sends it:
    /// `+39…`, `0039…`, national with its leading 0, or a bare mobile number.
    #[must_use]
    pub fn from_user_part(user: &str) -> Self {
        if user.is_empty() || user.eq_ignore_ascii_case("anonymous") {
            return Self::anonymous();
        }
        match normalise(user) {
            Some(e164) => Self::of_e164(&e164),
            None => Self {
                number: None,
                class: NumberClass::Invalid,
            },
        }
    }

    fn of_e164(e164: &str) -> Self {
        let class = class_of(e164);
        let number = match class {
            NumberClass::Emergency | NumberClass::Invalid | NumberClass::Anonymous => None,
            NumberClass::Fixed
            | NumberClass::Mobile
            | NumberClass::Foreign
            | NumberClass::Shared
            | NumberClass::Premium => PhoneNumber::parse_e164(e164).ok(),
        };
        if number.is_none() && class != NumberClass::Emergency {
            return Self {
                number: None,
                class: NumberClass::Invalid,
            };
        }
        Self { number, class }
    }
}

/// `+` and digits, or nothing where the text is no telephone number.
fn normalise(user: &str) -> Option<String> {
    let mut digits = String::with_capacity(user.len());
    let (international, rest) = match user.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => match user.strip_prefix("00") {
            Some(rest) => (true, rest),
            None => (false, user),
        },
    };
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            // Visual separators of RFC 3966.
            '-' | '.' | '(' | ')' | ' ' => {}
            _ => return None,
        }
    }
    if digits.is_empty() {
        return None;
    }
    Some(if international {
        format!("+{digits}")
    } else {
        format!("+39{digits}")
    })
}

/// Class of a number in `+` form.
fn class_of(e164: &str) -> NumberClass {
    let Some(national) = e164.strip_prefix("+39") else {
        return NumberClass::Foreign;
    };
    match national.as_bytes().first() {
        Some(b'0') if national.len() >= 5 => NumberClass::Fixed,
        Some(b'3') if (8..=11).contains(&national.len()) => NumberClass::Mobile,
        Some(b'1') => short_class(national),
        // 5 (nomadic) and 800/803 (free phone) are ordinary to dial; other 8 and 7 are tariffs.
        Some(b'5') if national.len() >= 8 => NumberClass::Fixed,
        Some(b'8') if national.starts_with("800") || national.starts_with("803") => {
            NumberClass::Fixed
        }
        Some(b'4' | b'7' | b'8') => NumberClass::Premium,
        Some(_) | None => NumberClass::Invalid,
    }
}

/// 1xx: emergency and services; 144, 166, 178, 199 and their like are tariffs.
fn short_class(national: &str) -> NumberClass {
    const TARIFFS: [&str; 6] = ["144", "163", "164", "166", "178", "199"];
    if TARIFFS.iter().any(|prefix| national.starts_with(prefix)) {
        NumberClass::Premium
    } else {
        NumberClass::Emergency
    }
}

impl NumberClass {
    /// Whether we may ring such a number back.
    #[must_use]
    pub const fn may_be_dialled(self) -> bool {
        match self {
            Self::Fixed | Self::Mobile | Self::Shared => true,
            // Foreign numbers are asked about and confirmed before they are called.
            Self::Foreign | Self::Anonymous | Self::Invalid | Self::Premium | Self::Emergency => {
                false
            }
        }
    }
}

/// The shortest row of digits that is taken for a telephone number.
const NUMBER_MIN: usize = 6;

/// Whether free text seems to hold a telephone number: so many digits with no letter among them,
/// whatever else is. A date or an hour is none, and ends what came before it.
/// What is shown and kept as it is holds no number that could not be erased from it.
#[must_use]
pub fn names_number(text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut digits, mut at) = (0, 0);
    while let Some(&c) = text.get(at) {
        if let Some(length) = date_or_hour(&text, at) {
            digits = 0;
            at += length;
            continue;
        }
        if c.is_numeric() {
            digits += 1;
        } else if c.is_alphabetic() {
            digits = 0;
        }
        if digits >= NUMBER_MIN {
            return true;
        }
        at += 1;
    }
    false
}

/// How long a date or an hour is that begins here: 12/3, 12/03/27, 12.3.2027, 2027-03-12, 10:30.
fn date_or_hour(text: &[char], at: usize) -> Option<usize> {
    let (before, rest) = text.split_at(at);
    let mut parts: Vec<(u32, usize)> = Vec::new();
    let mut length = 0;
    let mut by = None;
    loop {
        let digits = rest.get(length..)?.iter();
        let digits = digits.map_while(|c| c.to_digit(10)).take(5);
        let (value, many) = digits.fold((0, 0), |(value, many), it| (value * 10 + it, many + 1));
        parts.push((value, many));
        length += many;
        let next = rest.get(length).copied().filter(|c| "/.-:".contains(*c));
        let goes_on = rest.get(length + 1).is_some_and(char::is_ascii_digit);
        match next {
            Some(c) if goes_on && parts.len() < 3 && by.is_none_or(|by| by == c) => {
                by = Some(c);
                length += 1;
            }
            Some(_) | None => break,
        }
    }
    let by = by?;
    let day = |(value, many): (u32, usize)| (1..=31).contains(&value) && many <= 2;
    let month = |(value, many): (u32, usize)| (1..=12).contains(&value) && many <= 2;
    let year = |(value, many): (u32, usize)| (1900..=2099).contains(&value) && many == 4;
    let hour = |(value, many): (u32, usize)| value <= 23 && many <= 2;
    let minute = |(value, many): (u32, usize)| value <= 59 && many == 2;
    let is_one = match (by, &parts[..]) {
        (':', &[h, m]) => hour(h) && minute(m),
        (':', &[h, m, s]) => hour(h) && minute(m) && minute(s),
        ('/', &[d, m]) => day(d) && month(m),
        ('/', &[d, m, y]) => day(d) && month(m) && (year(y) || y.1 == 2),
        ('.' | '-', &[d, m, y]) if year(y) => day(d) && month(m),
        ('-', &[y, m, d]) => year(y) && month(m) && day(d),
        (_, _) => false,
    };
    // A piece of a longer row of digits is neither.
    let joins = |near: Option<&char>, beyond: Option<&char>| {
        near.is_some_and(|c| c.is_numeric())
            || near.is_some_and(|c| *c == by || "/.:".contains(*c))
                && beyond.is_some_and(|c| c.is_numeric())
    };
    let (mut left, right) = (before.iter().rev(), rest.get(length..)?);
    let is_joined = joins(left.next(), left.next()) || joins(right.first(), right.get(1));
    (is_one && !is_joined).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(user: &str) -> NumberClass {
        Caller::from_user_part(user).class
    }

    #[test]
    fn the_leading_zero_stays() {
        let caller = Caller::from_user_part("0861123456");
        assert_eq!(
            caller.number.as_ref().map(PhoneNumber::reveal),
            Some("+390861123456")
        );
        assert_eq!(caller.class, NumberClass::Fixed);
        assert_eq!(Caller::from_user_part("+390861123456"), caller);
        assert_eq!(Caller::from_user_part("00390861123456"), caller);
    }

    #[test]
    fn emergency_and_tariff_numbers_are_never_dialled() {
        for user in [
            "112",
            "118",
            "+39112",
            "1500",
            "116117",
            "899123456",
            "+39199123456",
            "0039144123",
            "178123",
        ] {
            assert!(!class(user).may_be_dialled(), "{user} is {}", class(user));
        }
        assert_eq!(class("112"), NumberClass::Emergency);
        assert_eq!(class("899123456"), NumberClass::Premium);
    }

    #[test]
    fn what_is_no_number_is_invalid_or_anonymous() {
        assert_eq!(class("alice"), NumberClass::Invalid);
        assert_eq!(class("+39"), NumberClass::Invalid);
        assert_eq!(class("+393331234567890123456"), NumberClass::Invalid);
        assert_eq!(class("anonymous"), NumberClass::Anonymous);
        assert_eq!(class(""), NumberClass::Anonymous);
        assert_eq!(class("٣٣٣١٢٣٤٥٦٧"), NumberClass::Invalid);
    }

    #[test]
    fn a_number_is_found_in_a_text_however_its_digits_are_parted() {
        for text in [
            "chiamare 3471234567",
            "347 12 34 567",
            "347-12-34-567",
            "0861.55.59.11",
            "347  1234  567",
            "347\u{a0}1234567",
            "347/1234567",
            "347/123/4567",
            "0861/55.59.11",
            "+39 (347) 123 - 45 67",
            "347_123_45.67",
            "347 · 123 · 4567",
            "12:34:56:78",
            "06/12/34/56",
            "34712.03.2027",
            "347-12-03-2027",
            "\u{663}\u{664}\u{667}\u{661}\u{662}\u{663}",
            "il 12/03/2027 al 347-12-34-567",
        ] {
            assert!(names_number(text), "{text}");
        }
    }

    #[test]
    fn a_date_an_hour_and_a_short_number_are_no_telephone_number() {
        for text in [
            "",
            "il 12/03/2027 alle 10:30",
            "12/03/2027 10:30",
            "12/3 10:30 12/3 11:15",
            "12.03.2027 ore 9.30",
            "12-03-2027, 10:30",
            "2027-03-12 10:30:00",
            "dal 12/03/27 al 15/03/27",
            "10:30-11:45, 14:00-18:00.",
            "il 12/03/2027.",
            "stanza 12345",
            "dal 12 al 15, sportello 3, piano 2",
            "3 4 5 6 7",
        ] {
            assert!(!names_number(text), "{text}");
        }
    }

    #[test]
    fn mobile_and_foreign() {
        assert_eq!(class("3331234567"), NumberClass::Mobile);
        assert_eq!(class("+41446681800"), NumberClass::Foreign);
    }

    #[test]
    fn a_number_prints_masked() {
        let number = PhoneNumber::parse_e164("+390861123456").unwrap();
        assert_eq!(format!("{number} {number:?}"), "+39…456 +39…456");
    }
}
