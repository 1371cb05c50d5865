//! Row images on their way into a table: cell by cell, in buffers that are kept, because this
//! is the storm's hot path. One database is given the cells, the other a JSON text of them.

use std::fmt::Write as _;
use std::ops::Range;

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    Null,
    Int(i64),
    /// A word of a vocabulary: nothing in it needs escaping.
    Word(&'static str),
    /// Where in `texts`.
    Text(Range<usize>),
}

/// One value of a row, as a statement takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'i> {
    Null,
    Int(i64),
    Text(&'i str),
}

/// Rows of one table in the making. Fields come in the order of the statement.
#[derive(Debug, Default)]
pub(crate) struct Images {
    cells: Vec<Kept>,
    texts: String,
    rows: usize,
    json: String,
}

impl Images {
    /// Forgets all rows and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.texts.clear();
        self.rows = 0;
    }

    /// Whether no row was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Begins a row.
    pub(crate) fn row(&mut self, id: i64, seq: i64) -> &mut Self {
        self.int(id).int(seq)
    }

    /// Ends a row.
    pub(crate) fn end(&mut self) {
        self.rows += 1;
    }

    /// Cells of a row.
    pub(crate) fn width(&self) -> usize {
        self.cells.len() / self.rows.max(1)
    }

    /// The cells of at most so many rows at a time.
    pub(crate) fn groups(&self, rows_max: usize) -> impl Iterator<Item = Group<'_>> {
        let cells_max = (self.width() * rows_max).max(1);
        self.cells.chunks(cells_max).map(|cells| Group {
            cells,
            texts: &self.texts,
        })
    }

    /// All rows as a JSON array of arrays.
    pub(crate) fn json(&mut self) -> &str {
        self.json.clear();
        let width = self.width();
        for (at, cell) in self.cells.iter().enumerate() {
            let before = match (at, at % width) {
                (0, _) => "[[",
                (_, 0) => "],[",
                (_, _) => ",",
            };
            self.json.push_str(before);
            match cell {
                Kept::Null => self.json.push_str("null"),
                Kept::Int(value) => write(&mut self.json, format_args!("{value}")),
                Kept::Word(word) => write(&mut self.json, format_args!("\"{word}\"")),
                Kept::Text(range) => quote(&mut self.json, &self.texts[range.clone()]),
            }
        }
        self.json.push_str(if self.rows == 0 { "[]" } else { "]]" });
        &self.json
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        self.cells.push(Kept::Int(value));
        self
    }

    pub(crate) fn maybe_int(&mut self, value: Option<i64>) -> &mut Self {
        self.cells.push(value.map_or(Kept::Null, Kept::Int));
        self
    }

    pub(crate) fn word(&mut self, word: &'static str) -> &mut Self {
        self.cells.push(Kept::Word(word));
        self
    }

    pub(crate) fn maybe_word(&mut self, word: Option<&'static str>) -> &mut Self {
        self.cells.push(word.map_or(Kept::Null, Kept::Word));
        self
    }

    /// Text from anywhere. A NUL, which no database keeps in text, becomes U+FFFD.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        let from = self.texts.len();
        for (index, piece) in text.split('\0').enumerate() {
            if index > 0 {
                self.texts.push(char::REPLACEMENT_CHARACTER);
            }
            self.texts.push_str(piece);
        }
        self.cells.push(Kept::Text(from..self.texts.len()));
        self
    }

    pub(crate) fn maybe_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => {
                self.cells.push(Kept::Null);
                self
            }
        }
    }
}

/// Some rows.
#[derive(Debug)]
pub(crate) struct Group<'i> {
    cells: &'i [Kept],
    texts: &'i str,
}

impl<'i> Group<'i> {
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Every cell, row after row.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Cell<'i>> {
        let texts = self.texts;
        self.cells.iter().map(move |cell| match cell {
            Kept::Null => Cell::Null,
            Kept::Int(value) => Cell::Int(*value),
            Kept::Word(word) => Cell::Text(word),
            Kept::Text(range) => Cell::Text(&texts[range.clone()]),
        })
    }
}

fn quote(json: &mut String, text: &str) {
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        write(json, format_args!("\"{text}\""));
    } else {
        write(json, format_args!("{}", serde_json::Value::from(text)));
    }
}

fn write(json: &mut String, what: std::fmt::Arguments<'_>) {
    json.write_fmt(what).expect("a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_rows() -> Images {
        let mut images = Images::default();
        images
            .row(7, 1)
            .text("plain")
            .maybe_text(None)
            .word("ended")
            .end();
        images
            .row(-8, 2)
            .text("a\"b\\c\n\u{1}\0è")
            .maybe_int(Some(3))
            .maybe_word(None)
            .end();
        images
    }

    #[test]
    fn rows_are_json_whatever_the_text() {
        let parsed: serde_json::Value = serde_json::from_str(two_rows().json()).unwrap();
        assert_eq!(
            parsed,
            serde_json::json!([
                [7, 1, "plain", null, "ended"],
                [-8, 2, "a\"b\\c\n\u{1}\u{fffd}è", 3, null]
            ])
        );
    }

    #[test]
    fn cells_come_row_by_row_in_groups() {
        let images = two_rows();
        let groups: Vec<Vec<Cell<'_>>> = images.groups(1).map(|g| g.cells().collect()).collect();
        assert_eq!(
            groups,
            [
                vec![
                    Cell::Int(7),
                    Cell::Int(1),
                    Cell::Text("plain"),
                    Cell::Null,
                    Cell::Text("ended")
                ],
                vec![
                    Cell::Int(-8),
                    Cell::Int(2),
                    Cell::Text("a\"b\\c\n\u{1}\u{fffd}è"),
                    Cell::Int(3),
                    Cell::Null
                ],
            ]
        );
        assert_eq!(images.groups(2).count(), 1);
    }
}
