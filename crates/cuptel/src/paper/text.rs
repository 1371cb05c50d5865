//! The list as plain text, eighty columns wide: for any printer, and any way to read a file.

use std::io::{self, Write};

use super::{Head, Person, Sheet};

const WIDTH: usize = 80;
/// Before what is said of a person.
const INDENT: usize = 4;

/// Text that grows downwards.
pub(super) struct Page<W> {
    out: W,
}

impl<W: Write> Page<W> {
    pub(super) fn on(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Sheet for Page<W> {
    fn begin(&mut self, head: &Head) -> io::Result<()> {
        let out = &mut self.out;
        writeln!(out, "PERSONE DA RICHIAMARE A MANO, al {}", head.at)?;
        writeln!(
            out,
            "Contiene numeri di telefono: non lasciarlo in giro, distruggerlo dopo l'uso."
        )?;
        writeln!(
            out,
            "Segnare ogni persona chiamata e l'esito. Quando il sistema torna, riportarlo:"
        )?;
        writeln!(
            out,
            "cuptel callbacks close N. --how served --because \"richiamato a mano\""
        )?;
        if head.may_lack_the_last {
            writeln!(
                out,
                "ATTENZIONE: le ultime registrazioni non sono ancora nel database: chi ha"
            )?;
            writeln!(out, "chiamato per ultimo può mancare da questo elenco.")?;
        }
        Ok(())
    }

    fn queue(&mut self, tenant: &str, queue: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", "=".repeat(WIDTH))?;
        writeln!(self.out, "{tenant} - {queue}")?;
        writeln!(self.out, "{}", "=".repeat(WIDTH))
    }

    fn person(&mut self, person: &Person) -> io::Result<()> {
        let out = &mut self.out;
        writeln!(out, "\n[ ] {:<16} {}", person.number, person.why)?;
        let history = person.history();
        let but = if history.is_empty() { "" } else { ": " };
        writeln!(
            out,
            "    dal {}{but}{history}   n. {}",
            person.since, person.id
        )?;
        let told = [
            ("promesso entro", &person.promised),
            ("scadenza:", &person.due),
            ("non prima del", &person.not_before),
        ];
        for (what, when) in told {
            if let Some(when) = when {
                writeln!(out, "    {what} {when}")?;
            }
        }
        for line in person.note.iter().flat_map(|note| wrapped(note)) {
            writeln!(out, "    {line}")?;
        }
        writeln!(
            out,
            "    ora _______  chi _______________  esito {}",
            "_".repeat(33)
        )
    }

    fn end(&mut self, people: u64) -> io::Result<()> {
        let count = match people {
            0 => "nessuno da richiamare".to_owned(),
            1 => "1 persona".to_owned(),
            people => format!("{people} persone"),
        };
        writeln!(self.out, "\nFine dell'elenco: {count}.")
    }
}

/// A note in lines that fit; a word that does not is cut.
fn wrapped(note: &str) -> Vec<String> {
    let mut lines = vec!["nota:".to_owned()];
    for word in note.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for part in letters.chunks(WIDTH - INDENT) {
            let part: String = part.iter().collect();
            let last = lines.last_mut().map(|last| (last.chars().count(), last));
            match last {
                Some((width, last)) if width + 1 + part.chars().count() <= WIDTH - INDENT => {
                    last.push(' ');
                    last.push_str(&part);
                }
                Some(_) | None => lines.push(part),
            }
        }
    }
    lines
}
