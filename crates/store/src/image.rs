//! Row images as one JSON text per table, bound once and unpacked by the database.
//! Written by hand into buffers that are kept: this is the storm's hot path.

use std::fmt::Write as _;

/// A JSON array of arrays in the making. Fields come in the order of the statement.
#[derive(Debug, Default)]
pub(crate) struct Images {
    json: String,
}

impl Images {
    /// Forgets all rows and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.json.clear();
    }

    /// Whether no row was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.json.is_empty()
    }

    /// Begins a row.
    pub(crate) fn row(&mut self, id: i64, seq: i64) -> &mut Self {
        self.json
            .push_str(if self.json.is_empty() { "[[" } else { ",[" });
        self.digits(id).int(seq)
    }

    /// Ends a row.
    pub(crate) fn end(&mut self) {
        self.json.push(']');
    }

    /// The whole array.
    pub(crate) fn finish(&mut self) -> &str {
        self.json.push(']');
        &self.json
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        self.json.push(',');
        self.digits(value)
    }

    pub(crate) fn maybe_int(&mut self, value: Option<i64>) -> &mut Self {
        match value {
            Some(value) => self.int(value),
            None => self.null(),
        }
    }

    /// A word of a vocabulary: nothing in it needs escaping.
    pub(crate) fn word(&mut self, word: &'static str) -> &mut Self {
        self.json.push_str(",\"");
        self.json.push_str(word);
        self.json.push('"');
        self
    }

    pub(crate) fn maybe_word(&mut self, word: Option<&'static str>) -> &mut Self {
        match word {
            Some(word) => self.word(word),
            None => self.null(),
        }
    }

    /// Text from anywhere. A NUL, which no database keeps in text, becomes U+FFFD.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.json.push(',');
        if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
            self.json.push('"');
            self.json.push_str(text);
            self.json.push('"');
        } else {
            let escaped = serde_json::Value::String(text.replace('\0', "\u{fffd}"));
            self.write(format_args!("{escaped}"));
        }
        self
    }

    pub(crate) fn maybe_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    fn null(&mut self) -> &mut Self {
        self.json.push_str(",null");
        self
    }

    fn digits(&mut self, value: i64) -> &mut Self {
        self.write(format_args!("{value}"));
        self
    }

    fn write(&mut self, what: std::fmt::Arguments<'_>) {
        self.json
            .write_fmt(what)
            .expect("a String takes everything");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_json_whatever_the_text() {
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
        let parsed: serde_json::Value = serde_json::from_str(images.finish()).unwrap();
        assert_eq!(
            parsed,
            serde_json::json!([
                [7, 1, "plain", null, "ended"],
                [-8, 2, "a\"b\\c\n\u{1}\u{fffd}è", 3, null]
            ])
        );
    }
}
