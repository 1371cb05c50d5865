//! Words of this very program that come back out of a tape.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize as _, Deserializer};

/// A text that stands in the program.
pub type Literal = &'static str;

static KNOWN: Mutex<BTreeSet<Literal>> = Mutex::new(BTreeSet::new());

/// Kept for good, each distinct one once: the program has a handful of them.
fn kept(text: String) -> Literal {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.get(text.as_str()) {
        return text;
    }
    let text: Literal = text.leak();
    known.insert(text);
    text
}

pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Literal, D::Error> {
    String::deserialize(from).map(kept)
}

/// A status to refuse with, and why.
pub(crate) fn refusal<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Result<(), (u16, Literal)>, D::Error> {
    let read = Result::<(), (u16, String)>::deserialize(from)?;
    Ok(read.map_err(|(status, text)| (status, kept(text))))
}
