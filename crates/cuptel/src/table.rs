//! Rows of JSON as a table for people: chosen fields, aligned, times in words.

use cuptel_core::calendar::{local_text, parse_zone};
use serde_json::Value;

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

/// Prints one row, a field a line; what is nested stays JSON.
pub(crate) fn print_one(row: &Value) {
    let Some(fields) = row.as_object() else {
        return say(&row.to_string());
    };
    for (name, value) in fields {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                say(&format!("{}:", heading(name)));
                for item in items {
                    say(&format!("  {}", one_line(item)));
                }
            }
            Value::Object(_) => say(&format!("{:<20} {}", heading(name), one_line(value))),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                say(&format!("{:<20} {}", heading(name), text(name, value)));
            }
        }
    }
}

fn one_line(value: &Value) -> String {
    let Some(fields) = value.as_object() else {
        return value.to_string();
    };
    let told: Vec<String> = fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("{} {}", heading(name), text(name, value)))
        .collect();
    told.join(", ")
}

fn heading(field: &str) -> String {
    field.trim_end_matches("_ms").to_owned()
}

fn text(field: &str, value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if field.ends_with("_ms") => {
            match (number.as_i64(), parse_zone("Europe/Rome")) {
                (Some(at), Ok(zone)) => local_text(at, zone),
                _ => number.to_string(),
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
