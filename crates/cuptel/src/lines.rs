//! A long list in a CSV file, read line by line: columns in any order, commas or semicolons, a bound for
//! lines and for the bytes of each. What stands in a line is never part of a fault: it is a person's.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, bail};
use cuptel_core::calendar::moment;
use cuptel_core::time::UtcMs;

/// Bytes of a line, at most: what is longer is no list.
pub(crate) const LINE_BYTES_MAX: usize = 16 * 1024;

/// Bytes that are read of a file at once.
pub(crate) const READ_BYTES: usize = 8 * 1024;

/// What may stand in a list.
pub(crate) struct Columns {
    /// Their names; those that must be there first.
    pub(crate) all: &'static [&'static str],
    /// How many of them must be there.
    pub(crate) must: usize,
}

/// The form of a file: which columns stand where.
pub(crate) struct Form<'f> {
    file: &'f Path,
    delimiter: u8,
    columns: &'static Columns,
    /// Where each of them stands.
    places: Vec<Option<usize>>,
}

/// How many lines a file may have, and what says so.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) most: u32,
    pub(crate) said_by: &'static str,
}

/// One line, by the columns of its file.
pub(crate) struct Row<'r> {
    /// Where it stands in the file, the header being line 1.
    pub(crate) line: u64,
    record: &'r csv::StringRecord,
    form: &'r Form<'r>,
}

impl<'f> Form<'f> {
    pub(crate) fn of(file: &'f Path, columns: &'static Columns) -> anyhow::Result<Self> {
        let mut first = String::new();
        let mut reader = open(file)?;
        let mut head = std::io::Read::take(&mut reader, LINE_BYTES_MAX as u64);
        head.read_line(&mut first).with_context(|| {
            format!(
                "reading the first line of {}: save it as UTF-8",
                file.display()
            )
        })?;
        let first = first.trim_start_matches('\u{feff}').trim();
        // Spreadsheets of an Italian desk write semicolons.
        let delimiter = if first.contains(';') { b';' } else { b',' };
        let named: Vec<&str> = first
            .split(char::from(delimiter))
            .map(|name| name.trim().trim_matches('"'))
            .collect();
        let place = |column: &str| named.iter().position(|name| *name == column);
        let unknown = named.iter().find(|name| !columns.all.contains(name));
        let places: Vec<Option<usize>> = columns.all.iter().map(|column| place(column)).collect();
        let (must, may) = columns.all.split_at(columns.must);
        if unknown.is_some() || places.iter().take(must.len()).any(Option::is_none) {
            // Without a header the first line is a person's.
            bail!(
                "{}:1: expected the columns {} and, if they are there, {}, with commas or semicolons: put a line with their names before the first",
                file.display(),
                must.join(", "),
                may.join(", "),
            );
        }
        Ok(Self {
            file,
            delimiter,
            columns,
            places,
        })
    }

    /// Its columns, as they stand.
    fn named(&self) -> Vec<&'static str> {
        let all = self.columns.all.iter().zip(&self.places);
        let mut named: Vec<_> = all.filter_map(|(name, at)| Some(((*at)?, *name))).collect();
        named.sort_unstable();
        named.into_iter().map(|(_, name)| name).collect()
    }

    /// Hands over every line behind the header. How many there are.
    pub(crate) fn each(
        &self,
        Bound { most, said_by }: Bound,
        mut take: impl FnMut(&Row<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let of_line = Cell::new(0);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(true)
            .delimiter(self.delimiter)
            .buffer_capacity(READ_BYTES)
            .from_reader(Bounded {
                file: open(self.file)?,
                bytes: &of_line,
            });
        // Read first, so that the line of the first record is its own.
        let place = self.file.display();
        reader
            .byte_headers()
            .with_context(|| format!("reading the header of {place}"))?;
        let mut record = csv::StringRecord::new();
        let mut count = 0;
        loop {
            let line = reader.position().line();
            let is_one = reader.read_record(&mut record);
            let is_one = is_one.map_err(|error| {
                let broken = format!("nothing was taken of {place}: it is broken at line {line}");
                if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
                    anyhow::anyhow!("{broken}: it is not in UTF-8, but perhaps in Latin-1 as a spreadsheet of old writes it: save it as UTF-8")
                } else if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
                    anyhow::anyhow!(
                        "{broken}: it has {len} columns and not {expected_len}, which are {}; what has a comma or a semicolon in it stands in quotation marks",
                        self.named().join(", ")
                    )
                } else {
                    anyhow::Error::new(error).context(broken)
                }
            });
            if !is_one? {
                return Ok(count);
            }
            of_line.set(0);
            count += 1;
            if count > u64::from(most) {
                bail!("{place} has more than {most} lines ({said_by}): nothing was taken of it");
            }
            let line = record.position().map_or(0, csv::Position::line);
            // The next begins on the line after, or after blank ones; a quotation mark that is left open
            // would take in the people behind it.
            if record.iter().any(|field| field.contains('\n')) {
                bail!(
                    "nothing was taken of {place}: what begins in line {line} goes on over the next; a quotation mark may be left open there"
                );
            }
            take(&Row {
                line,
                record: &record,
                form: self,
            })?;
        }
    }
}

/// A file of which no line is too long: one quotation mark that is left open would make one line of
/// all that follows.
struct Bounded<'b> {
    file: BufReader<File>,
    /// Read since the last line was whole.
    bytes: &'b Cell<usize>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.bytes.get() > LINE_BYTES_MAX {
            return Err(std::io::Error::other(format!(
                "a line has more than {LINE_BYTES_MAX} bytes: a quotation mark may be left open"
            )));
        }
        let read = self.file.read(into)?;
        self.bytes.set(self.bytes.get() + read);
        Ok(read)
    }
}

fn open(file: &Path) -> anyhow::Result<BufReader<File>> {
    let opened = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    Ok(BufReader::new(opened))
}

impl Row<'_> {
    /// What stands in a column of the form; nothing where the file has none.
    pub(crate) fn field(&self, column: &str) -> &str {
        let names = self.form.columns.all.iter();
        let named = names
            .zip(&self.form.places)
            .find(|(name, _)| **name == column);
        let place = named.and_then(|(_, place)| *place);
        let text = place.and_then(|place| self.record.get(place));
        text.unwrap_or_default().trim()
    }

    /// A time with its zone, if one stands there.
    pub(crate) fn moment(&self, column: &str) -> Result<Option<UtcMs>, String> {
        match self.field(column) {
            "" => Ok(None),
            text => moment::parse(text).map(Some).ok_or_else(|| {
                format!("`{column}` is no time with its zone, like 2026-11-25T18:00:00+01:00")
            }),
        }
    }
}
