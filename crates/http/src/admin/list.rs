//! Lists that people bring from a spreadsheet, and take into one (RFC 4180, commas or semicolons).

use std::fmt::Write as _;

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

/// One line of a list, by the columns of its header.
pub(crate) struct Line {
    /// Where it stands; the header is line 1.
    pub(crate) number: u32,
    fields: Vec<(String, String)>,
}

impl Line {
    /// What stands in a column; nothing where it is blank or not there.
    pub(crate) fn of(&self, column: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(name, _)| name == column);
        found
            .map(|(_, value)| value.trim())
            .filter(|it| !it.is_empty())
    }
}

/// Why a text is no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoList {
    /// There is nothing below the header.
    Empty,
    /// A column that must be there is not.
    Lacks(&'static str),
    /// A column that nobody knows.
    Unknown(String),
    /// A line has another number of columns than the header.
    Uneven {
        /// Which.
        line: u32,
        /// How many it has.
        has: usize,
        /// How many the header has.
        wants: usize,
    },
    /// A quote that is opened in this line is not closed.
    Open(u32),
}

/// The lines of a list, whose columns are known.
pub(crate) fn read(
    text: &str,
    must: &[&'static str],
    may: &[&'static str],
) -> Result<Vec<Line>, NoList> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or("");
    let delimiter = if head.contains(';') { ';' } else { ',' };
    let mut records = records(text, delimiter)?.into_iter();
    let (_, header) = records.next().ok_or(NoList::Empty)?;
    let header: Vec<String> = header.iter().map(|it| it.trim().to_lowercase()).collect();
    if let Some(lacks) = must.iter().find(|it| !header.iter().any(|has| has == *it)) {
        return Err(NoList::Lacks(lacks));
    }
    let known = |name: &str| name.is_empty() || must.contains(&name) || may.contains(&name);
    if let Some(unknown) = header.iter().find(|it| !known(it)) {
        return Err(NoList::Unknown(unknown.chars().take(40).collect()));
    }
    let line = |(number, record): (u32, Vec<String>)| {
        if record.len() != header.len() {
            return Err(NoList::Uneven {
                line: number,
                has: record.len(),
                wants: header.len(),
            });
        }
        let fields = header.iter().cloned().zip(record).collect();
        Ok(Line { number, fields })
    };
    let lines: Result<Vec<Line>, NoList> = records
        .filter(|(_, record)| record.iter().any(|field| !field.trim().is_empty()))
        .map(line)
        .collect();
    let lines = lines?;
    if lines.is_empty() {
        return Err(NoList::Empty);
    }
    Ok(lines)
}

/// The records of a text, each with the line in which it begins.
fn records(text: &str, delimiter: char) -> Result<Vec<(u32, Vec<String>)>, NoList> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begins) = (1, 1);
    let mut quoted_since = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted_since) {
            ('"', Some(_)) if chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            ('"', Some(_)) => quoted_since = None,
            ('"', None) if field.trim().is_empty() => {
                field.clear();
                quoted_since = Some(line);
            }
            ('\n', None) => {
                record.push(std::mem::take(&mut field));
                records.push((begins, std::mem::take(&mut record)));
                begins = line + 1;
            }
            ('\r', None) => {}
            (c, None) if c == delimiter => record.push(std::mem::take(&mut field)),
            (c, _) => field.push(c),
        }
        if c == '\n' {
            line += 1;
        }
    }
    if let Some(line) = quoted_since {
        return Err(NoList::Open(line));
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push((begins, record));
    }
    Ok(records)
}

/// A list that is written.
pub(crate) struct Written(String);

impl Written {
    pub(crate) fn new(columns: &[&str]) -> Self {
        // Spreadsheets take a file without it for another alphabet.
        let mut list = Self("\u{feff}".to_owned());
        list.line(columns);
        list
    }

    pub(crate) fn line(&mut self, fields: &[&str]) {
        for (nth, field) in fields.iter().enumerate() {
            if nth > 0 {
                self.0.push(',');
            }
            self.field(field);
        }
        self.0.push_str("\r\n");
    }

    /// A spreadsheet would carry out what begins like a formula, so that it begins with an apostrophe
    /// here (OWASP, CSV injection).
    fn field(&mut self, text: &str) {
        let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let guard = if is_formula { "'" } else { "" };
        if is_formula || text.contains([',', ';', '"', '\r', '\n']) {
            let text = text.replace('"', "\"\"");
            // Writing to a text does not fail.
            let written = write!(self.0, "\"{guard}{text}\"");
            debug_assert!(written.is_ok());
        } else {
            self.0.push_str(text);
        }
    }

    /// As a file of this name.
    pub(crate) fn file(self, name: &str) -> Response {
        let kind = (
            CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present".to_owned(),
        );
        let saved = format!("attachment; filename=\"{name}\"");
        ([kind, (CONTENT_DISPOSITION, saved)], self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_by_its_header_with_commas_or_semicolons() {
        for text in [
            "operator,employer\n\"Esempio, Anna\",\"dice \"\"sì\"\"\"\n\n",
            "\u{feff}employer;operator\r\n\"dice \"\"sì\"\"\";Esempio, Anna\r\n",
        ] {
            let lines = read(text, &["operator"], &["employer"]).unwrap();
            assert_eq!(lines.len(), 1, "{text}");
            assert_eq!(lines[0].number, 2);
            assert_eq!(lines[0].of("operator"), Some("Esempio, Anna"));
            assert_eq!(lines[0].of("employer"), Some("dice \"sì\""));
        }
    }

    #[test]
    fn what_is_no_list_says_why() {
        let read = |text| read(text, &["operator"], &["employer"]).map(|lines| lines.len());
        assert_eq!(read(""), Err(NoList::Empty));
        assert_eq!(read("operator\n"), Err(NoList::Empty));
        assert_eq!(read("employer\nx\n"), Err(NoList::Lacks("operator")));
        let unknown = Err(NoList::Unknown("nome".to_owned()));
        assert_eq!(read("operator,nome\na,b\n"), unknown);
        assert_eq!(read("operator\nx\n\"y\n"), Err(NoList::Open(3)));
    }

    #[test]
    fn what_a_spreadsheet_would_carry_out_is_told_as_text() {
        let mut list = Written::new(&["who"]);
        for field in ["=1+1", "+39", "-2", "@x", "\tx", "a;b", "plain"] {
            list.line(&[field]);
        }
        let expected = "\u{feff}who\r\n\"'=1+1\"\r\n\"'+39\"\r\n\"'-2\"\r\n\"'@x\"\r\n\"'\tx\"\r\n\"a;b\"\r\nplain\r\n";
        assert_eq!(list.0, expected);
    }
}
