//! A file of the configuration, and faults that point into it.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use cuptel_core::dialplan::Fault;
use cuptel_core::dialplan::fields::Doubt;
use cuptel_http::DoubtShown;

/// One thing wrong in a file of the configuration, or with the whole of it. Its text never
/// quotes the file, so it can be logged; [`ConfigFault::quoted`] does, for the terminal of
/// whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", self.place())]
pub(crate) struct ConfigFault {
    file: PathBuf,
    /// Nothing where the file is no text that could be pointed into.
    mark: Option<Mark>,
    message: String,
    doubt: Option<Box<Doubt>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    /// The line, where it may be shown.
    text: Option<String>,
    /// Characters at fault, at least 1.
    width: usize,
}

impl ConfigFault {
    /// A fault of a file as a whole.
    pub(crate) fn whole(file: &Path, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            mark: None,
            message: message.into(),
            doubt: None,
        }
    }

    /// The same, known to those who tell it in another language.
    pub(crate) fn doubting(self, doubt: Doubt) -> Self {
        Self {
            doubt: Some(Box::new(doubt)),
            ..self
        }
    }

    /// As the pages have it.
    pub(crate) fn shown(&self) -> DoubtShown {
        DoubtShown {
            place: self.place(),
            message: self.message.clone(),
            doubt: self.doubt.as_deref().cloned(),
        }
    }

    /// The fault, then the line with a caret under what is wrong.
    pub(crate) fn quoted(&self) -> String {
        let mut shown = self.to_string();
        if let Some(Mark {
            line,
            column,
            text: Some(text),
            width,
        }) = &self.mark
        {
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            let indent = " ".repeat(column - 1);
            let carets = "^".repeat(*width);
            write!(shown, "\n {number} | {text}\n {margin} | {indent}{carets}")
                .expect("a String takes all that is written");
        }
        shown
    }

    fn place(&self) -> String {
        let file = self.file.display();
        match &self.mark {
            Some(Mark { line, column, .. }) => format!("{file}:{line}:{column}"),
            None => file.to_string(),
        }
    }
}

/// A file as read.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    text: String,
    /// Whether faults may show its lines: not where passwords stand.
    quotable: bool,
}

impl Source {
    /// Reads a file whose lines may be shown.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigFault> {
        Self::open(path, true)
    }

    /// Reads a file whose lines hold secrets.
    pub(crate) fn read_secret(path: &Path) -> Result<Self, ConfigFault> {
        Self::open(path, false)
    }

    fn open(path: &Path, quotable: bool) -> Result<Self, ConfigFault> {
        let text = fs::read_to_string(path).map_err(|error| {
            let message = if error.kind() == ErrorKind::NotFound {
                "there is no such file".to_owned()
            } else if error.kind() == ErrorKind::InvalidData {
                "it is no UTF-8 text: save it anew as UTF-8 (in a spreadsheet \"CSV UTF-8\")"
                    .to_owned()
            } else {
                format!("cannot be read: {error}")
            };
            ConfigFault::whole(path, message)
        })?;
        // Spreadsheets begin a file with a mark of its byte order.
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text);
        Ok(Self {
            path: path.to_owned(),
            text,
            quotable,
        })
    }

    /// What it says.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The faults of this file, in the order of the text.
    pub(crate) fn faults(&self, faults: &[Fault]) -> Vec<ConfigFault> {
        faults
            .iter()
            .map(|fault| ConfigFault {
                doubt: fault.doubt.clone().map(Box::new),
                ..self.fault(&fault.at, &fault.message)
            })
            .collect()
    }

    /// A fault at some bytes of the text.
    pub(crate) fn fault(&self, at: &Range<usize>, message: &str) -> ConfigFault {
        let start = self.text.floor_char_boundary(at.start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &self.text[line_start..];
        let line = rest.lines().next().unwrap_or_default();
        // A fault of several lines is marked on its first.
        let line_end = line_start + line.len();
        let end = self
            .text
            .floor_char_boundary(at.end.clamp(start, line_end.max(start)));
        ConfigFault {
            file: self.path.clone(),
            mark: Some(Mark {
                line: before.matches('\n').count() + 1,
                column: self.text[line_start..start].chars().count() + 1,
                text: self.quotable.then(|| line.replace('\t', " ")),
                width: self.text[start..end].chars().count().max(1),
            }),
            message: message.to_owned(),
            doubt: None,
        }
    }
}

/// Finds a file that the configuration names: from the working directory, else from the
/// configuration's own folder, else from that folder's parent (the root of a project that
/// keeps its configuration in `config/`). An absolute path stands for itself.
pub(crate) fn locate(written: &str, config: &Path) -> Option<PathBuf> {
    let folder = config.parent()?;
    let from_here = PathBuf::from(written);
    let beside = folder.join(written);
    // `config/..` by its own name where it has one: faults read better.
    let parent = folder.parent().filter(|_| folder.file_name().is_some());
    let above = parent
        .map_or_else(|| folder.join(".."), Path::to_owned)
        .join(written);
    [from_here, beside, above]
        .into_iter()
        .find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source {
            path: "a/b.toml".into(),
            text: text.to_owned(),
            quotable: true,
        }
    }

    #[test]
    fn a_fault_counts_lines_and_characters_from_one() {
        let text = "x = 1\nè = \"perché\" # sì\n";
        let at = text.find("\"perché\"").unwrap();
        let fault = source(text).fault(&(at..at + "\"perché\"".len()), "no");
        assert_eq!(fault.to_string(), "a/b.toml:2:5: no");
        assert_eq!(
            fault.quoted(),
            "a/b.toml:2:5: no\n 2 | è = \"perché\" # sì\n   |     ^^^^^^^^"
        );
    }

    #[test]
    fn what_a_spreadsheet_saves_is_read_or_told_how_to_save() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, "\u{feff}seat,site\n").unwrap();
        assert_eq!(Source::read(&path).unwrap().text(), "seat,site\n");
        fs::write(&path, b"citt\xe0\n").unwrap();
        let fault = Source::read(&path).err().unwrap().to_string();
        assert!(fault.contains("save it anew as UTF-8"), "{fault}");
    }

    #[test]
    fn a_fault_at_the_end_or_over_lines_stays_on_its_line() {
        let text = "x = [\n1]\n";
        let all = source(text);
        assert_eq!(
            all.fault(&(4..8), "no").quoted(),
            "a/b.toml:1:5: no\n 1 | x = [\n   |     ^"
        );
        let end = all.fault(&(text.len()..text.len()), "more");
        assert_eq!(end.quoted(), "a/b.toml:3:1: more\n 3 | \n   | ^");
        assert_eq!(
            source("").fault(&(0..0), "empty").to_string(),
            "a/b.toml:1:1: empty"
        );
    }

    #[test]
    fn a_file_with_secrets_is_never_quoted() {
        let secret = Source {
            quotable: false,
            ..source("101,geheim\n")
        };
        assert_eq!(secret.fault(&(0..3), "no").quoted(), "a/b.toml:1:1: no");
        assert!(!format!("{:?}", secret.fault(&(0..3), "no")).contains("geheim"));
    }
}
