//! The list as a page to be printed: one file with its style in it and no script, because on the day
//! nothing else may be there.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Head, Person, Sheet};

/// Black on white, large digits, a heading on every sheet, and nobody cut in two by its end.
const STYLE: &str = "
@page { size: A4 landscape; margin: 12mm }
body { font: 11pt/1.35 sans-serif; color: #000; background: #fff; margin: 0 auto; max-width: 277mm }
h1 { font-size: 16pt; margin: 0 0 2mm }
p { margin: 0 0 2mm; max-width: 75ch }
.warning { border: 2pt solid #000; padding: 2mm; font-weight: bold }
table { border-collapse: collapse; width: 100%; margin: 0 0 8mm }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border: 0.75pt solid #000; padding: 1.5mm 2mm; text-align: left; vertical-align: top }
thead th { background: #eee; white-space: nowrap }
thead .queue { font-size: 13pt; background: #fff; border-width: 0 0 0.75pt; padding-left: 0 }
tbody th { font-size: 13pt; white-space: nowrap; font-variant-numeric: tabular-nums }
.why { min-width: 48mm; overflow-wrap: anywhere }
.when { white-space: nowrap }
.small { font-size: 9pt; font-weight: normal; font-variant-numeric: tabular-nums }
.box { display: inline-block; width: 6mm; height: 6mm; border: 1pt solid #000 }
.tick { width: 9mm; text-align: center }
.who { width: 28mm }
.outcome { width: 60mm }
tbody .outcome { height: 14mm }
";

/// The queue stands there too, because a browser repeats that on every sheet, and no caption.
const COLUMNS: &str = "<tr><th scope=\"col\" class=\"tick\">Fatto</th>\
<th scope=\"col\">Numero</th><th scope=\"col\" class=\"why\">Perché</th><th scope=\"col\">Prima chiamata</th>\
<th scope=\"col\">Promesso entro</th><th scope=\"col\" class=\"who\">Ora e operatore</th>\
<th scope=\"col\" class=\"outcome\">Esito</th></tr>";
const COLUMNS_COUNT: usize = 7;

/// A page that grows downwards.
pub(super) struct Page<W> {
    out: W,
    in_table: bool,
}

impl<W: Write> Page<W> {
    pub(super) fn on(out: W) -> Self {
        Self {
            out,
            in_table: false,
        }
    }

    fn end_table(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.in_table) {
            writeln!(self.out, "</tbody></table>")?;
        }
        Ok(())
    }
}

impl<W: Write> Sheet for Page<W> {
    fn begin(&mut self, head: &Head) -> io::Result<()> {
        let out = &mut self.out;
        writeln!(
            out,
            "<!doctype html>\n<html lang=\"it\">\n<head>\n<meta charset=\"utf-8\">"
        )?;
        writeln!(
            out,
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        )?;
        writeln!(
            out,
            "<title>Persone da richiamare a mano, al {}</title>",
            head.at
        )?;
        writeln!(out, "<style>{STYLE}</style>\n</head>\n<body>\n<main>")?;
        writeln!(out, "<h1>Persone da richiamare a mano, al {}</h1>", head.at)?;
        writeln!(
            out,
            "<p>Contiene numeri di telefono: non lasciarlo in giro, distruggerlo dopo l'uso. Segnare \
             ogni persona chiamata e l'esito. Quando il sistema torna, riportarlo con il numero della \
             pratica: <code>cuptel callbacks close N. --how served --because \"richiamato a mano\"</code></p>"
        )?;
        if head.may_lack_the_last {
            writeln!(
                out,
                "<p class=\"warning\">Attenzione: le ultime registrazioni non sono ancora nel \
                 database: chi ha chiamato per ultimo può mancare da questo elenco.</p>"
            )?;
        }
        Ok(())
    }

    fn queue(&mut self, tenant: &str, queue: &str) -> io::Result<()> {
        self.end_table()?;
        self.in_table = true;
        let (tenant, queue) = (escaped(tenant), escaped(queue));
        writeln!(
            self.out,
            "<table aria-label=\"{tenant} – {queue}\"><thead><tr>\
             <th scope=\"colgroup\" colspan=\"{COLUMNS_COUNT}\" class=\"queue\">{tenant} – {queue}</th>\
             </tr>{COLUMNS}</thead><tbody>"
        )
    }

    fn person(&mut self, person: &Person) -> io::Result<()> {
        let out = &mut self.out;
        write!(
            out,
            "<tr><td class=\"tick\"><span class=\"box\"></span></td>"
        )?;
        let (number, id) = (&person.number, &person.id);
        write!(
            out,
            "<th scope=\"row\">{number}<br><span class=\"small\">n. {id}</span></th>"
        )?;
        write!(out, "<td>{}", person.why)?;
        if let Some(due) = &person.due {
            write!(out, "<br>{due}")?;
        }
        if let Some(not_before) = &person.not_before {
            write!(out, "<br>non prima del {not_before}")?;
        }
        if let Some(note) = &person.note {
            write!(out, "<br><i>{}</i>", escaped(note))?;
        }
        let (since, history) = (&person.since, person.history());
        write!(
            out,
            "</td><td class=\"when\">{since}<br><span class=\"small\">{history}</span></td>"
        )?;
        let promised = person.promised.as_deref().unwrap_or("–");
        writeln!(
            out,
            "<td class=\"when\">{promised}</td><td class=\"who\"></td><td class=\"outcome\"></td></tr>"
        )
    }

    fn end(&mut self, people: u64) -> io::Result<()> {
        self.end_table()?;
        let count = match people {
            0 => "nessuno da richiamare".to_owned(),
            1 => "1 persona".to_owned(),
            people => format!("{people} persone"),
        };
        writeln!(
            self.out,
            "<p>Fine dell'elenco: {count}.</p>\n</main>\n</body>\n</html>"
        )
    }
}

/// What administrators wrote may hold what HTML means otherwise.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    Cow::Owned(text.replace('>', "&gt;").replace('"', "&quot;"))
}
