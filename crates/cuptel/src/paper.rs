//! `cuptel callbacks print`: everybody who is owed a call, on paper, for the day on which nothing
//! else works. It is for operators, so it is in Italian; it is written line by line, however many
//! there are.

mod html;
mod text;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use cuptel_core::calendar::{Zone, local_text};
use cuptel_core::time::UtcMs;
use cuptel_core::words::NeedKind;
use cuptel_engine::Clock;
use cuptel_store::{Access, OnPaper, Zones};
use tempfile::NamedTempFile;

use crate::cli::{self, say};
use crate::config::Config;
use crate::serve::runtime;
use crate::shell::is_something_spilled;

/// Which of them, and where to.
#[derive(Debug, Clone, Args)]
pub(crate) struct Printing {
    /// Of this tenant only (`name` of a `[[tenant]]`)
    #[arg(long)]
    tenant: Option<String>,
    /// A page to be printed from a browser, instead of text
    #[arg(long)]
    html: bool,
    /// Into this file, readable by its owner alone; what stood in it stays until the new list is whole
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// What a list is written on.
trait Sheet {
    /// What stands above all.
    fn begin(&mut self, head: &Head) -> io::Result<()>;
    /// What stands above the people of a queue.
    fn queue(&mut self, tenant: &str, queue: &str) -> io::Result<()>;
    /// Somebody to be called.
    fn person(&mut self, person: &Person) -> io::Result<()>;
    /// What stands below all: without it a list is not whole.
    fn end(&mut self, people: u64) -> io::Result<()>;
}

/// What stands above all.
struct Head {
    /// When it was written.
    at: String,
    /// Whether the last callers may be known elsewhere, and not in the database yet.
    may_lack_the_last: bool,
}

/// Somebody to be called, in words.
struct Person {
    id: String,
    number: String,
    why: String,
    since: String,
    calls: i64,
    tries: i64,
    not_before: Option<String>,
    promised: Option<String>,
    due: Option<String>,
    note: Option<String>,
}

/// `callbacks print`.
pub(crate) fn print(config: &Config, printing: &Printing) -> anyhow::Result<ExitCode> {
    let Some(path) = &printing.to else {
        let people = write(config, printing, io::stdout().lock());
        return match people {
            Ok(_) => Ok(ExitCode::SUCCESS),
            // A reader that went away is not our fault.
            Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
            Err(error) => Err(error),
        };
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let unwritten = || {
        format!(
            "{} stays as it is: the list could not be written",
            path.display()
        )
    };
    let mut file = NamedTempFile::new_in(folder).with_context(unwritten)?;
    let people = write(config, printing, &mut file).with_context(unwritten)?;
    file.as_file().sync_all().with_context(unwritten)?;
    file.persist(path).with_context(unwritten)?;
    say(&format!("{} in {}", cli::people(people), path.display()));
    Ok(ExitCode::SUCCESS)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}

/// Writes the list; how many people stand on it.
fn write(config: &Config, printing: &Printing, out: impl Write) -> anyhow::Result<u64> {
    let mut out = BufWriter::new(out);
    let people = if printing.html {
        list(config, printing, &mut html::Page::on(&mut out))?
    } else {
        list(config, printing, &mut text::Page::on(&mut out))?
    };
    out.flush()?;
    Ok(people)
}

fn list(config: &Config, printing: &Printing, sheet: &mut impl Sheet) -> anyhow::Result<u64> {
    let (url, spill) = config.data.reveal()?;
    let may_lack_the_last = is_something_spilled(&spill);
    let now_ms = Clock::start().now().utc_ms;
    let zones = config.zones();
    let at = local_text(now_ms, zones.of(printing.tenant.as_deref()));
    sheet.begin(&Head {
        at,
        may_lack_the_last,
    })?;
    let mut writer = Writer {
        names: Names::of(config),
        zones,
        now_ms,
        queue: None,
        people: 0,
        written: Ok(()),
    };
    runtime()?.block_on(async {
        let store = cuptel_store::open(&url, Access::Read).await?;
        let take = |row| writer.take(row, sheet);
        anyhow::Ok(store.on_paper(printing.tenant.as_deref(), take).await?)
    })?;
    let Writer {
        people, written, ..
    } = writer;
    written?;
    sheet.end(people)?;
    Ok(people)
}

/// What has been written so far.
struct Writer {
    names: Names,
    zones: Zones,
    now_ms: UtcMs,
    /// Under which heading.
    queue: Option<(Option<String>, Option<String>)>,
    people: u64,
    written: io::Result<()>,
}

impl Writer {
    fn take(&mut self, row: OnPaper, sheet: &mut impl Sheet) {
        if self.written.is_ok() {
            self.written = self.add(row, sheet);
        }
    }

    fn add(&mut self, row: OnPaper, sheet: &mut impl Sheet) -> io::Result<()> {
        let zone = self.zones.of(row.tenant.as_deref());
        let person = Person::of(&row, self.now_ms, zone);
        let queue = Some((row.tenant, row.queue));
        if self.queue != queue {
            self.queue = queue;
            if let Some((tenant, queue)) = &self.queue {
                let (tenant, queue) = self.names.of_people(tenant.as_deref(), queue.as_deref());
                sheet.queue(&tenant, &queue)?;
            }
        }
        self.people += 1;
        sheet.person(&person)
    }
}

/// What authorities and queues are called by people: the names of tenants and of their queues, each
/// with its title.
struct Names {
    tenants: Vec<(String, String)>,
    queues: Vec<((String, String), String)>,
}

impl Names {
    fn of(config: &Config) -> Self {
        let tenants = config.tenants.iter();
        let queues = config.queues.iter();
        Self {
            tenants: tenants
                .map(|tenant| (tenant.name.clone(), tenant.title.clone()))
                .collect(),
            queues: queues
                .map(|queue| {
                    let name = (queue.tenant.clone(), queue.name.clone());
                    (name, queue.title.clone())
                })
                .collect(),
        }
    }

    /// One that is not configured any more goes by its name.
    fn of_people(&self, tenant: Option<&str>, queue: Option<&str>) -> (String, String) {
        let name = tenant.unwrap_or("–");
        let mut tenants = self.tenants.iter();
        let title = tenants.find(|(of, _)| of == name);
        let title = title.map_or(name, |(_, title)| title).to_owned();
        let Some(queue) = queue else {
            return (title, "servizio non ancora scelto".to_owned());
        };
        let mut queues = self.queues.iter();
        let found = queues.find(|((of, named), _)| of == name && named == queue);
        (title, found.map_or(queue, |(_, title)| title).to_owned())
    }
}

impl Person {
    fn of(row: &OnPaper, now_ms: UtcMs, zone: Zone) -> Self {
        let said = |at: UtcMs| local_text(at, zone);
        let number = row.number.as_ref().map(|number| number.reveal());
        let kinds: Vec<&str> = row.kinds.iter().map(|kind| of_kind(*kind)).collect();
        let class = row.class.map(|class| format!("classe {class}"));
        let due = row.due_ms.map(|at| format!("entro {}", said(at)));
        let due = [class, due].into_iter().flatten().collect::<Vec<_>>();
        Self {
            id: row.id.0.to_string(),
            number: number.map_or_else(|| "cancellato".to_owned(), dialled),
            why: kinds.join(", "),
            since: said(row.first_ms),
            calls: row.attempts,
            tries: row.tries,
            not_before: (row.not_before_ms > now_ms).then(|| said(row.not_before_ms)),
            promised: row.promised_ms.map(said),
            due: (!due.is_empty()).then(|| due.join(", ")),
            note: row.note.clone(),
        }
    }

    /// How often who has called whom.
    fn history(&self) -> String {
        let calls = match self.calls {
            0 => None,
            1 => Some("1 chiamata".to_owned()),
            calls => Some(format!("{calls} chiamate")),
        };
        let tries = match self.tries {
            0 => None,
            1 => Some("1 nostro tentativo".to_owned()),
            tries => Some(format!("{tries} nostri tentativi")),
        };
        let told = [calls, tries].into_iter().flatten().collect::<Vec<_>>();
        told.join(", ")
    }
}

/// As it is dialled in Italy; one of another country with its code.
fn dialled(e164: &str) -> String {
    e164.strip_prefix("+39").unwrap_or(e164).to_owned()
}

fn of_kind(kind: NeedKind) -> &'static str {
    match kind {
        NeedKind::Missed => "chiamata persa",
        NeedKind::Requested => "ha chiesto di essere richiamato",
        NeedKind::Interrupted => "chiamata interrotta",
        NeedKind::TakenInCharge => "presa in carico",
        NeedKind::Recall => "da richiamare",
        NeedKind::Reminder => "promemoria",
        NeedKind::Manual => "inserito a mano",
    }
}

#[cfg(test)]
mod tests;
