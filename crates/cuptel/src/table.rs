//! Rows of JSON as a table for people: chosen fields, aligned, times in words.

use cuptel_core::calendar::{exact_local_text, parse_zone};
use serde_json::{Map, Value};

use crate::cli::say;

/// Prints the named fields of every row, under their names.
pub(crate) fn print(rows: &[Value], fields: &[&str]) {
    let mut lines: Vec<Vec<String>> = vec![fields.iter().map(|field| heading(field)).collect()];
    for row in rows {
        lines.push(
            fields
                .iter()
                .map(|field| text(field, row.get(*field).unwrap_or(&Value::Null)))
                .collect(),
        );
    }
    let widths: Vec<usize> = (0..fields.len())
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}", width = *width))
            .collect();
        say(cells.join("  ").trim_end());
    }
}

/// Prints one row, a field a line; rows within it follow, each under its name.
pub(crate) fn print_one(row: &Value) {
    let Some(fields) = row.as_object() else {
        return say(&row.to_string());
    };
    // What the API says of one thing stands in an object of its name: "seat": { … }.
    if let [only] = fields.values().collect::<Vec<_>>()[..]
        && only.is_object()
    {
        return print_one(only);
    }
    print_fields(fields, "");
}

fn print_fields(fields: &Map<String, Value>, indent: &str) {
    let deeper = format!("{indent}  ");
    for (name, value) in fields {
        match value {
            Value::Object(within) => {
                say(&format!("{indent}{}:", heading(name)));
                print_fields(within, &deeper);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (number, item) in (1..).zip(items) {
                    say(&format!("{indent}{} {number}:", heading(name)));
                    match item.as_object() {
                        Some(within) => print_fields(within, &deeper),
                        None => say(&format!("{deeper}{item}")),
                    }
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                let told = text(name, value);
                say(&format!("{indent}{:<20} {told}", heading(name)));
            }
        }
    }
}

fn heading(field: &str) -> String {
    field.trim_end_matches("_ms").to_owned()
}

/// A value as people read it: one in milliseconds is a moment.
pub(crate) fn text(field: &str, value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if field.ends_with("_ms") => {
            match (number.as_i64(), parse_zone("Europe/Rome")) {
                // Before 2001 is no moment of ours, but how long something takes.
                (Some(length), _) if length < 1_000_000_000_000 => {
                    format!("{}.{:03} s", length / 1_000, length % 1_000)
                }
                (Some(at), Ok(zone)) => exact_local_text(at, zone),
                _ => number.to_string(),
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
