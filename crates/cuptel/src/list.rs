//! A list that an administrator keeps in a CSV file: its header, its rows, and where in it a
//! fault stands. Knows nothing of what the columns mean.

use std::ops::Range;

use cuptel_core::dialplan::fields::Faults;

/// What a list begins with.
pub(crate) struct Header<'h> {
    /// The columns; one of these.
    pub(crate) any_of: &'h [&'h [&'h str]],
    /// The same in words, after "expected".
    pub(crate) words: &'h str,
}

/// One row.
pub(crate) struct ListRow<'r> {
    text: &'r str,
    /// Byte of the text where the row begins, empty lines before it included.
    start: usize,
    record: &'r csv::StringRecord,
    faults: &'r Faults,
}

/// Hands over every row behind the header.
pub(crate) fn read(
    text: &str,
    header: &Header<'_>,
    faults: &Faults,
    mut take: impl FnMut(&ListRow<'_>),
) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut is_header = true;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return faults.add(text.len()..text.len(), error.to_string()),
        }
        let start = record
            .position()
            .and_then(|at| usize::try_from(at.byte()).ok());
        let row = ListRow {
            text,
            start: start.unwrap_or(0),
            record: &record,
            faults,
        };
        if !std::mem::take(&mut is_header) {
            take(&row);
        } else if !header.any_of.iter().any(|columns| record == **columns) {
            return row.fault(0, &format!("expected {}", header.words));
        }
    }
    if is_header {
        faults.add(0..0, format!("an empty file: expected {}", header.words));
    }
}

/// The columns that a list's header names, where it is one of these.
pub(crate) fn columns<'h>(text: &str, header: &Header<'h>) -> Option<&'h [&'h str]> {
    let first = text.lines().next()?;
    let named = |columns: &&&[&str]| columns.iter().copied().eq(first.split(','));
    header.any_of.iter().find(named).copied()
}

impl ListRow<'_> {
    /// How many columns it has.
    pub(crate) fn columns(&self) -> usize {
        self.record.len()
    }

    /// What stands in a column; nothing where there is none.
    pub(crate) fn field(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    /// Something is wrong with a column.
    pub(crate) fn fault(&self, column: usize, message: &str) {
        self.faults.add(self.place(column), message.to_owned());
    }

    /// Where a column stands in the text: separators within quotes are not counted.
    pub(crate) fn place(&self, column: usize) -> Range<usize> {
        let row = &self.text[self.start..];
        let begin = self.start + row.len() - row.trim_start_matches(['\r', '\n']).len();
        let (mut from, mut passed, mut quoted) = (begin, 0, false);
        for (index, c) in self.text[begin..].char_indices() {
            let at = begin + index;
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted && passed < column => {
                    passed += 1;
                    from = at + 1;
                }
                ',' | '\r' | '\n' if !quoted => return from..at,
                _ => {}
            }
        }
        from..self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header<'_> = Header {
        any_of: &[&["who", "what"], &["who"]],
        words: "the column who and, if there is one, what",
    };

    fn read_text(text: &str) -> (Vec<(String, String)>, Vec<String>) {
        let faults = Faults::default();
        let mut rows = Vec::new();
        read(text, &HEADER, &faults, |row| {
            rows.push((row.field(0).to_owned(), text[row.place(1)].to_owned()));
            if row.columns() > 2 {
                row.fault(2, "too much");
            }
        });
        let told = faults.into_sorted();
        let told = told
            .iter()
            .map(|fault| format!("{:?} {}", fault.at, fault.message));
        (rows, told.collect())
    }

    #[test]
    fn a_field_is_found_in_its_row_whatever_is_quoted_before_it() {
        let (rows, faults) = read_text("who,what\r\n a ,b\r\n\r\n\"x, \"\"y\n\",\"z\"\nlast,\n");
        let expected = [(" a ", "b"), ("x, \"y\n", "\"z\""), ("last", "")];
        let expected = expected.map(|(who, what)| (who.to_owned(), what.to_owned()));
        assert_eq!(rows, expected);
        assert_eq!(faults, [""; 0]);
    }

    #[test]
    fn a_fault_points_at_its_field_and_a_header_must_be_one_that_is_known() {
        let (rows, faults) = read_text("who\na,b,cc,d\n");
        assert_eq!(rows.len(), 1);
        assert_eq!(faults, ["8..10 too much"]);
        let expected = "expected the column who and, if there is one, what";
        assert_eq!(
            read_text("wer\na\n"),
            (vec![], vec![format!("0..3 {expected}")])
        );
        let empty = format!("0..0 an empty file: {expected}");
        assert_eq!(read_text(""), (vec![], vec![empty]));
    }
}
