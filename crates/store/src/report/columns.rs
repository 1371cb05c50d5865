//! Lines of a report as CSV (RFC 4180): the same names and values as in JSON.

use serde_json::Value;

/// A header, and a line for each row; what is none is empty.
#[must_use]
pub fn csv(rows: &[Value], columns: &[&str]) -> String {
    let mut text = columns.join(",");
    text.push_str("\r\n");
    for row in rows {
        for (nth, column) in columns.iter().enumerate() {
            if nth > 0 {
                text.push(',');
            }
            field(&row[*column], &mut text);
        }
        text.push_str("\r\n");
    }
    text
}

fn field(value: &Value, text: &mut String) {
    match value {
        Value::Null => {}
        Value::String(word) if word.contains([',', '"', '\r', '\n']) => {
            text.push('"');
            text.push_str(&word.replace('"', "\"\""));
            text.push('"');
        }
        Value::String(word) => text.push_str(word),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            text.push_str(&value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_with_a_comma_or_a_quote_is_quoted_and_nothing_is_empty() {
        let rows = [json!({ "who": "a, \"b\"", "share": 0.5, "none": null })];
        let text = csv(&rows, &["who", "none", "share"]);
        assert_eq!(text, "who,none,share\r\n\"a, \"\"b\"\"\",,0.5\r\n");
    }
}
