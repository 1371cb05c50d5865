//! An Italian tax code: whether somebody has mistyped it. Codes are checked and never made up, and
//! nobody here keeps one: who is called back is known by their number.
//!
//! Sources: DM 23 December 1976 (tables of the check character and of the letters that stand for digits
//! where two persons would have the same code); DPR 605/1973 for the code itself. Provisional codes of
//! eleven digits end with the check digit of a VAT number. STP and ENI codes, of foreigners without
//! residence, have sixteen characters and no check character.

use std::fmt;

/// Where a personal code has digits, or letters that stand for them.
const DIGITS_AT: [usize; 7] = [6, 7, 9, 10, 12, 13, 14];
/// What stands for the digits 0 to 9 there.
const FOR_DIGITS: &[u8; 10] = b"LMNPQRSTUV";
/// The letters of the months.
const MONTHS: &[u8; 12] = b"ABCDEHLMPRST";
/// What a character at an odd place counts: 0 to 9 and A to J count alike.
const ODD: [u32; 26] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/// A code that may be somebody's. It is personal: it prints as nothing but its kind.
#[derive(Clone, PartialEq, Eq)]
pub struct TaxCode(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Personal,
    Provisional,
    Foreigner,
}

impl fmt::Debug for TaxCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxCode({:?})", self.0)
    }
}

/// Why a text is no tax code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATaxCode {
    /// Neither sixteen characters nor eleven digits.
    #[error("a tax code has 16 characters, a provisional one 11 digits")]
    Length,
    /// A letter where a digit stands, or the other way round.
    #[error("character {0} of the tax code cannot be there")]
    Place(usize),
    /// The last character does not belong to the others.
    #[error("the last character of the tax code does not belong to the others")]
    Check,
}

impl TaxCode {
    /// Looks at a code as somebody has typed it: small letters and spaces are no mistake.
    ///
    /// # Errors
    /// When it can be nobody's.
    pub fn checked(text: &str) -> Result<Self, NotATaxCode> {
        let typed = text.chars().filter(|c| !c.is_whitespace());
        let code: Vec<u8> = typed
            .map(|c| u8::try_from(c.to_ascii_uppercase()).unwrap_or(b'?'))
            .collect();
        match code.len() {
            16 if code.starts_with(b"STP") || code.starts_with(b"ENI") => foreigners(&code),
            16 => personal(&code),
            11 => provisional(&code),
            _ => Err(NotATaxCode::Length),
        }
    }
}

/// Thirteen digits after three letters.
fn foreigners(code: &[u8]) -> Result<TaxCode, NotATaxCode> {
    let wrong = code.iter().skip(3).position(|b| !b.is_ascii_digit());
    match wrong {
        Some(place) => Err(NotATaxCode::Place(place + 4)),
        None => Ok(TaxCode(Kind::Foreigner)),
    }
}

fn personal(code: &[u8]) -> Result<TaxCode, NotATaxCode> {
    let mut plain = [0_u8; 16];
    for (place, byte) in code.iter().enumerate() {
        let is_right = if DIGITS_AT.contains(&place) {
            byte.is_ascii_digit() || FOR_DIGITS.contains(byte)
        } else {
            byte.is_ascii_uppercase()
        };
        if !is_right {
            return Err(NotATaxCode::Place(place + 1));
        }
        plain[place] = digit(*byte)
            .filter(|_| DIGITS_AT.contains(&place))
            .unwrap_or(*byte);
    }
    if !MONTHS.contains(&plain[8]) {
        return Err(NotATaxCode::Place(9));
    }
    let day = u32::from(plain[9] - b'0') * 10 + u32::from(plain[10] - b'0');
    // Women's days are 40 more.
    if !matches!(day, 1..=31 | 41..=71) {
        return Err(NotATaxCode::Place(10));
    }
    // Over the characters as they stand: a letter for a digit counts as that letter.
    let sum: u32 = code.iter().take(15).enumerate().map(counted).sum();
    let check = b'A' + u8::try_from(sum % 26).unwrap_or(0);
    if code[15] == check {
        Ok(TaxCode(Kind::Personal))
    } else {
        Err(NotATaxCode::Check)
    }
}

/// The digit that a letter stands for.
fn digit(byte: u8) -> Option<u8> {
    let place = FOR_DIGITS.iter().position(|own| *own == byte)?;
    Some(b'0' + u8::try_from(place).ok()?)
}

fn counted((place, byte): (usize, &u8)) -> u32 {
    let value = if byte.is_ascii_digit() {
        byte - b'0'
    } else {
        byte - b'A'
    };
    // Places are counted from one: the first is odd.
    if place % 2 == 0 {
        ODD[usize::from(value)]
    } else {
        u32::from(value)
    }
}

/// Ten digits, and one that follows from them.
fn provisional(code: &[u8]) -> Result<TaxCode, NotATaxCode> {
    if let Some(place) = code.iter().position(|b| !b.is_ascii_digit()) {
        return Err(NotATaxCode::Place(place + 1));
    }
    let sum: u32 = code
        .iter()
        .enumerate()
        .map(|(place, byte)| match (place % 2, u32::from(byte - b'0')) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    if sum.is_multiple_of(10) {
        Ok(TaxCode(Kind::Provisional))
    } else {
        Err(NotATaxCode::Check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_with_its_check_character_is_taken_however_it_is_typed() {
        for code in [
            "RSSMRA85T10A562S",
            "rssmra85t10a562s",
            "RSS MRA 85T10 A562S",
            "BNCLRA60A41H501Z",
        ] {
            let checked = TaxCode::checked(code);
            assert!(checked.is_ok(), "{code}: {checked:?}");
        }
    }

    #[test]
    fn letters_may_stand_for_digits_and_change_the_check_character() {
        // The same person as above, with the last digit replaced: 2 is N.
        let same = "RSSMRA85T10A56N";
        let right: Vec<char> = ('A'..='Z')
            .filter(|last| TaxCode::checked(&format!("{same}{last}")).is_ok())
            .collect();
        assert_eq!(right.len(), 1);
        assert_ne!(right, ['S']);
        // And all seven replaced.
        let all =
            ('A'..='Z').filter(|last| TaxCode::checked(&format!("RSSMRAURTMLARSN{last}")).is_ok());
        assert_eq!(all.count(), 1);
    }

    #[test]
    fn one_wrong_character_or_two_that_changed_places_are_found() {
        assert_eq!(
            TaxCode::checked("RSSMRA85T10A562T"),
            Err(NotATaxCode::Check)
        );
        assert_eq!(
            TaxCode::checked("RSSMAR85T10A562S"),
            Err(NotATaxCode::Check)
        );
        assert_eq!(
            TaxCode::checked("RSSMRA8AT10A562S"),
            Err(NotATaxCode::Place(8))
        );
        assert_eq!(
            TaxCode::checked("RSSMRA85F10A562S"),
            Err(NotATaxCode::Place(9))
        );
        assert_eq!(
            TaxCode::checked("RSSMRA85T35A562S"),
            Err(NotATaxCode::Place(10))
        );
        assert_eq!(
            TaxCode::checked("RSSMRA85T10A562"),
            Err(NotATaxCode::Length)
        );
        assert_eq!(
            TaxCode::checked("RSSMRÀ85T10A562S"),
            Err(NotATaxCode::Place(6))
        );
        assert_eq!(TaxCode::checked(""), Err(NotATaxCode::Length));
    }

    #[test]
    fn who_has_none_yet_or_no_residence_has_another() {
        assert!(TaxCode::checked("12345678903").is_ok());
        assert_eq!(TaxCode::checked("12345678904"), Err(NotATaxCode::Check));
        assert!(TaxCode::checked("STP1703000000001").is_ok());
        assert!(TaxCode::checked("eni 1703 0000 00001").is_ok());
        assert_eq!(
            TaxCode::checked("STP17030000A0001"),
            Err(NotATaxCode::Place(12))
        );
    }

    #[test]
    fn a_code_is_printed_nowhere() {
        let code = TaxCode::checked("RSSMRA85T10A562S").unwrap();
        assert_eq!(format!("{code:?}"), "TaxCode(Personal)");
    }
}
