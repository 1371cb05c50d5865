//! What everybody tries first: common words with digits behind, names, rows of digits. One list for the
//! passwords of people and of phones, and the rule for PINs. Knows nothing of lengths and of digests.

/// Words that stand in every list of tried passwords, here and in this trade; letters alone, in lower case.
const COMMON: [&str; 66] = [
    "abc",
    "abruzzo",
    "accesso",
    "admin",
    "administrator",
    "agosto",
    "amministratore",
    "amministratrice",
    "amministrazione",
    "aprile",
    "asdfgh",
    "asdfghjkl",
    "asl",
    "autunno",
    "benvenuta",
    "benvenuti",
    "benvenuto",
    "callcenter",
    "cambiami",
    "centralino",
    "changeme",
    "ciao",
    "cuptel",
    "dicembre",
    "estate",
    "febbraio",
    "forza",
    "gennaio",
    "giugno",
    "inverno",
    "italia",
    "iloveyou",
    "juventus",
    "letmein",
    "luglio",
    "maggio",
    "marzo",
    "novembre",
    "operatore",
    "operatrice",
    "ospedale",
    "ottobre",
    "parola",
    "parolachiave",
    "pass",
    "password",
    "phone",
    "primavera",
    "prova",
    "qwerty",
    "qwertyuiop",
    "salute",
    "sanita",
    "secret",
    "segreta",
    "segreto",
    "settembre",
    "supervisore",
    "telefono",
    "test",
    "user",
    "utente",
    "utenza",
    "welcome",
    "winter",
    "zxcvbn",
];
/// A shorter part of a name is a word of any language.
const NAME_LETTERS_MIN: usize = 3;

/// Whether a password is nothing but common words and these names, whatever digits and signs stand between
/// and behind, or digits in a row.
#[must_use]
pub fn is_guessable(password: &str, names: &[&str]) -> bool {
    let plain = password.to_lowercase();
    let names: Vec<String> = names.iter().flat_map(|name| parts(name)).collect();
    let words: Vec<&str> = COMMON
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let read = |letters: String| !letters.is_empty() && is_made_of(&letters, &words);
    if is_row(&plain) || read(letters(&plain)) {
        return true;
    }
    let trimmed = plain.trim_end_matches(|c: char| !c.is_alphabetic());
    read(letters(&unmasked(trimmed)))
}

/// Whether a PIN is a row, or repeats what it begins with: 123456, 654321, 111111, 121212, 123123.
#[must_use]
pub fn is_guessable_pin(pin: &str) -> bool {
    is_row(pin)
}

/// The same step from each character to the next, none or one, or a beginning that repeats itself to the end.
fn is_row(text: &str) -> bool {
    let all: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    if all.len() < 2 {
        return true;
    }
    let goes = |step: i64| all.windows(2).all(|pair| turned(pair[1] - pair[0]) == step);
    let repeats = |of: usize| {
        all.iter()
            .skip(of)
            .zip(&all)
            .all(|(here, before)| here == before)
    };
    goes(1) || goes(-1) || (1..=all.len() / 2).any(repeats)
}

/// A row goes on from 9 to 0, and back.
fn turned(step: i64) -> i64 {
    match step {
        -9 => 1,
        9 => -1,
        _ => step,
    }
}

/// A name as a whole, and each of its words.
fn parts(name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_alphabetic()).map(str::to_owned);
    let all = words.chain([letters(&name)]);
    all.filter(|part| part.chars().count() >= NAME_LETTERS_MIN)
        .collect()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Read as whoever writes a digit for a letter means it.
fn unmasked(text: &str) -> String {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

fn is_made_of(letters: &str, words: &[&str]) -> bool {
    // Where a word may end, from the front: each is looked at once, however many words there are.
    let mut ends = vec![false; letters.len() + 1];
    ends[0] = true;
    for at in 0..letters.len() {
        if !ends[at] {
            continue;
        }
        for word in words {
            if letters[at..].starts_with(word) {
                ends[at + word.len()] = true;
            }
        }
    }
    ends[letters.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_and_names_are_guessed_whatever_digits_stand_behind() {
        for password in [
            "password1234",
            "Password2026!",
            "P4ssw0rd1234",
            "cuptel-cuptel-1",
            "Amministratore1",
            "benvenuto2026",
            "Estate2026Estate",
            "asl-teramo-2026",
            "anna.esempio.99",
            "AnnaEsempio2026",
            "1234567890",
            "0987654321",
            "zzzzzzzzzz",
            "1212121212",
            "prova prova 1",
        ] {
            assert!(
                is_guessable(password, &["anna.esempio", "asl-teramo"]),
                "{password}"
            );
        }
    }

    #[test]
    fn a_phrase_or_chance_is_not_guessed() {
        for password in [
            "una frase lunga",
            "perché dieci",
            "k7wq-9fxm-3hdp-t2ab",
            "mia-nuova-101",
            "la prova del fuoco",
            "Ca(sa)!8+vento",
            "3141592653",
        ] {
            assert!(
                !is_guessable(password, &["anna", "asl-teramo"]),
                "{password}"
            );
        }
    }

    #[test]
    fn a_pin_is_no_row_and_does_not_repeat_itself() {
        for pin in [
            "123456", "654321", "111111", "121212", "123123", "789012", "321098", "12341234",
        ] {
            assert!(is_guessable_pin(pin), "{pin}");
        }
        for pin in ["246810", "481516", "271828", "135791", "112233"] {
            assert!(!is_guessable_pin(pin), "{pin}");
        }
    }
}
