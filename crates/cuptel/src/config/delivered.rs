//! The example that is delivered: its seats, whose passwords everybody knows, and its people, who do not
//! exist. What of it is still there is told until it is not.

use std::path::Path;

use cuptel_core::dialplan::fields::Doubt;
use cuptel_core::phone_password;
use cuptel_core::words::DoubtKind;

use super::first_start::FirstSeat;
use super::source::ConfigFault;

/// As it is delivered. It has no quotation mark in it.
const EXAMPLE: &str = include_str!("../../../../config/first-start.csv");
/// The numbers that the delivered dialplans answer: nobody has them.
pub(crate) const NUMBERS: [&str; 4] = [
    "+390861000000",
    "+390850000000",
    "+390871000000",
    "+390862000000",
];
/// Names that a sentence shows of many.
const SHOWN: usize = 3;

/// The seats of the example.
pub(crate) fn seats() -> impl Iterator<Item = &'static str> {
    column(0)
}

/// Its operators.
pub(crate) fn operators() -> impl Iterator<Item = &'static str> {
    column(3)
}

fn column(place: usize) -> impl Iterator<Item = &'static str> {
    let lines = EXAMPLE.lines().skip(1);
    lines.filter_map(move |line| line.split(',').nth(place))
}

/// What a first start would still take of the example.
pub(super) fn doubts(file: &Path, seats: &[FirstSeat]) -> Vec<ConfigFault> {
    let known = |seat: &&FirstSeat| {
        let password = seat.password.here();
        password.is_some_and(phone_password::is_delivered)
    };
    let with_known: Vec<&str> = seats
        .iter()
        .filter(known)
        .map(|it| it.seat.as_str())
        .collect();
    let invented: Vec<&str> = seats
        .iter()
        .map(|it| it.operator.as_str())
        .filter(|name| operators().any(|it| it == *name))
        .collect();
    let mut doubts = Vec::new();
    if !with_known.is_empty() {
        let message = format!(
            "the delivered passwords of seats {} are known to everybody: before the first start change them here, \
             after it with `cuptel seats set SEAT --new-password`",
            some(&with_known)
        );
        let doubt = of(DoubtKind::DeliveredPasswords, &with_known);
        doubts.push(ConfigFault::whole(file, message).doubting(doubt));
    }
    if !invented.is_empty() {
        let message = format!(
            "the operators {} are those of the example: before the first start write yours here, after it \
             `cuptel import operators FILE` and `cuptel operators remove NAME`",
            some(&invented)
        );
        let doubt = of(DoubtKind::DeliveredOperators, &invented);
        doubts.push(ConfigFault::whole(file, message).doubting(doubt));
    }
    doubts
}

fn of(kind: DoubtKind, names: &[&str]) -> Doubt {
    let shown = names[..names.len().min(SHOWN)].join(", ");
    let more = names.len().saturating_sub(SHOWN);
    Doubt::of(kind, &[("names", &shown), ("more", &more)])
}

/// The first of them, and how many more.
fn some(names: &[&str]) -> String {
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_the_password_that_is_known_for_each_seat() {
        assert!(seats().count() > 1);
        for (line, seat) in EXAMPLE.lines().skip(1).zip(seats()) {
            let password = line.split(',').nth(1);
            assert_eq!(password, Some(phone_password::delivered(seat).as_str()));
        }
        assert!(!EXAMPLE.contains('"'));
        assert_eq!(operators().next(), Some("Anna Esempio"));
    }

    #[test]
    fn of_many_names_the_first_are_shown() {
        assert_eq!(some(&["a", "b", "c"]), "a, b, c");
        assert_eq!(some(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
