//! The number of an electronic prescription (NRE): whether somebody has mistyped it.
//!
//! Fifteen characters in two parts, as it is printed on the reminder: five that begin with the region
//! (010 to 200; 041 and 042 are the two provinces with regional powers) and the year's lot, ten that count.
//! Pages of regions show `1300A` `4000000248`. No check digit is documented, so none is asked for.

/// Characters of it.
pub const NRE_CHARACTERS: usize = 15;
/// The first two digits of a region's code (010 to 200, 041 and 042); 00 is not a region's, and let be.
const REGION_MAX: u32 = 20;

/// A number as it is printed, without spaces.
#[derive(Clone, PartialEq, Eq)]
pub struct PrescriptionNumber(String);

/// Of a person's health: it is shown only where it is asked for.
impl std::fmt::Debug for PrescriptionNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrescriptionNumber")
    }
}

/// Why a text is no number of a prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPrescription {
    /// Another number of characters.
    #[error("the number of a prescription has {NRE_CHARACTERS} characters, not {0}")]
    Length(usize),
    /// Neither letter nor digit, or a letter where a digit stands.
    #[error("character {0} of the number of the prescription cannot be there")]
    Place(usize),
    /// It begins with no region.
    #[error("the number of a prescription begins with the code of a region, 010 to 200")]
    Region,
    /// All that counts is zero.
    #[error("a prescription is not number zero")]
    Zero,
}

impl PrescriptionNumber {
    /// Looks at a number as somebody has typed it: small letters, spaces and strokes are no mistake.
    ///
    /// # Errors
    /// When it can be none.
    pub fn checked(text: &str) -> Result<Self, NotAPrescription> {
        let typed = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let number: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        let length = number.chars().count();
        if length != NRE_CHARACTERS {
            return Err(NotAPrescription::Length(length));
        }
        let may_be = |(place, c): (usize, char)| match place {
            0 | 1 | 5.. => c.is_ascii_digit(),
            _ => c.is_ascii_alphanumeric(),
        };
        if let Some(place) = number.chars().enumerate().position(|it| !may_be(it)) {
            return Err(NotAPrescription::Place(place + 1));
        }
        let region = number.get(..2).and_then(|region| region.parse().ok());
        if region.is_none_or(|region: u32| region > REGION_MAX) {
            return Err(NotAPrescription::Region);
        }
        if number.chars().skip(5).all(|c| c == '0') {
            return Err(NotAPrescription::Zero);
        }
        Ok(Self(number))
    }

    /// The number, to be read to whoever books.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_in_one_part_or_two() {
        for text in ["1300A4000000248", "1300a 4000000248", "1300A-4000000248"] {
            let number = PrescriptionNumber::checked(text).unwrap();
            assert_eq!(number.reveal(), "1300A4000000248");
        }
    }

    #[test]
    fn what_is_mistyped_is_told_where() {
        let wrong = |text| PrescriptionNumber::checked(text).unwrap_err();
        assert_eq!(wrong("1300A400000024"), NotAPrescription::Length(14));
        assert_eq!(wrong("1300A40000002481"), NotAPrescription::Length(16));
        assert_eq!(wrong("A300A4000000248"), NotAPrescription::Place(1));
        assert_eq!(wrong("1300A400000O248"), NotAPrescription::Place(12));
        assert_eq!(wrong("1300?4000000248"), NotAPrescription::Place(5));
        assert_eq!(wrong("2900A4000000248"), NotAPrescription::Region);
        assert_eq!(wrong("1300A0000000000"), NotAPrescription::Zero);
    }

    #[test]
    fn it_is_printed_nowhere() {
        let number = PrescriptionNumber::checked("1300A4000000248").unwrap();
        assert_eq!(format!("{number:?}"), "PrescriptionNumber");
    }
}
