//! A report for people, as text.

use cuptel_sim::whatif::Estimate;
use cuptel_sim::whatif::figures::Unit;
use cuptel_sim::whatif::staffing::Needed;

use super::compare::Compared;
use super::report::{Kind, Report, Told};
use super::scenario::Draft;
use crate::cli::say;

/// Headings of a table, and the key of the figure under each.
type Columns = &'static [(&'static str, &'static str)];

const CALLS: Columns = &[
    ("people", "persons"),
    ("calls", "calls"),
    ("a person", "calls_per_person"),
    ("answered", "answered"),
    ("gave up", "abandoned"),
    ("of them short", "abandoned_short"),
    ("before", "abandoned_before"),
    ("callback", "left_for_callback"),
    ("refused", "refused"),
    ("closed", "out_of_hours"),
    ("spoke with us", "helped_share"),
];
const WAITS: Columns = &[
    ("mean", "wait_mean_s"),
    ("half within", "wait_p50_s"),
    ("90 % within", "wait_p90_s"),
    ("95 % within", "wait_p95_s"),
    ("longest", "wait_max_s"),
    ("gave up after", "gave_up_after_s"),
];
const CALLBACKS: Columns = &[
    ("owed", "owed"),
    ("called back", "paid"),
    ("got through", "got_through"),
    ("not reached", "given_up"),
    ("our calls", "dials"),
    ("half after", "delay_p50_s"),
    ("95 % after", "delay_p95_s"),
];

/// Prints a report.
pub(super) fn tell(report: &Report) {
    say(&report.name);
    if !report.about.is_empty() {
        say(&report.about);
    }
    say(&format!(
        "\n{} runs of the same rules with other people, {} calls in all. After ±: in 19 of 20 cases\n\
         the true mean of such days lies within so much of the figure. Sums are for one run.",
        report.runs,
        grouped(report.calls as f64, 0),
    ));
    figures(
        report,
        "Calls: answered; given up while waiting, before that in messages and menus; left the\n\
         queue for a promised callback; refused before it. The last column: people who spoke with\n\
         an operator in the end, whoever called whom.",
        CALLS,
    );
    contract(report);
    figures(
        report,
        "Wait of answered calls, from the queue's first music to the operator's voice",
        WAITS,
    );
    figures(
        report,
        "Callbacks: owed to people who did not get through, and what became of them by the end;\n\
         how long after the call that opened it the person heard our voice",
        CALLBACKS,
    );
    operators(report);
    hours(report);
    levels(report);
}

fn figures(report: &Report, title: &str, columns: Columns) {
    say(&format!("\n{title}"));
    let mut lines = vec![headings("", columns.iter().map(|(heading, _)| *heading))];
    for group in &report.groups {
        let cells = columns
            .iter()
            .map(|(_, key)| group.get(key).map_or_else(none, cell));
        lines.push(std::iter::once(group.name.clone()).chain(cells).collect());
    }
    print(&lines);
}

/// What the contract asks, and whether each group gets it.
fn contract(report: &Report) {
    let contract = &report.contract;
    say(&format!(
        "\nContract: answered in T of (answered + gave up), who gave up within {} s left out;\n\
         and the share who gave up, {} at most. The clock of a wait starts in the queue.",
        contract.short_s,
        share_text(contract.abandoned_max),
    ));
    let asked = contract
        .answer_targets
        .iter()
        .map(|target| format!("{} in {} s", share_text(target.share), target.within_s));
    let heads: Vec<String> = asked.chain(["gave up".to_owned(), "".to_owned()]).collect();
    let mut lines = vec![headings("", heads.iter().map(String::as_str))];
    for group in &report.groups {
        let mut cells = vec![group.name.clone()];
        let mut is_met = true;
        for target in &contract.answer_targets {
            let told = group.get(&format!("level_contract_{}_s", target.within_s));
            is_met &= mean(told).is_none_or(|mean| mean >= target.share);
            cells.push(told.map_or_else(none, cell));
        }
        let gave_up = group.get("abandoned_share");
        is_met &= mean(gave_up).is_none_or(|mean| mean <= contract.abandoned_max);
        cells.push(gave_up.map_or_else(none, cell));
        cells.push(if is_met { "met" } else { "NOT MET" }.to_owned());
        lines.push(cells);
    }
    print(&lines);
}

fn mean(told: Option<&Told>) -> Option<f64> {
    told?.estimate.map(|estimate| estimate.mean)
}

fn operators(report: &Report) {
    say(
        "\nOperators: hours at work, breaks left out, and the share of them with ringing, talk, wrap-up",
    );
    let mut lines = vec![headings("", ["people", "hours", "busy"])];
    for team in &report.operators {
        lines.push(vec![
            team.name.clone(),
            team.members.to_string(),
            text(team.hours, Unit::Count),
            text(team.occupancy, Unit::Share),
        ]);
    }
    print(&lines);
}

fn hours(report: &Report) {
    let within_s = report
        .contract
        .answer_targets
        .first()
        .map_or(0, |it| it.within_s);
    say("\nHour by hour, by the time of the call, redials included");
    let in_time = format!("in {within_s} s, of all");
    let heads = ["calls", "answered", "gave up", "refused", &in_time];
    let mut lines = vec![headings("from", heads)];
    for hour in &report.hours {
        lines.push(vec![
            hour.from.clone(),
            text(hour.calls, Unit::Count),
            text(hour.answered, Unit::Count),
            text(hour.abandoned, Unit::Count),
            text(hour.refused, Unit::Count),
            text(hour.in_time, Unit::Share),
        ]);
    }
    print(&lines);
}

/// The service level of everybody in each definition that is in use.
fn levels(report: &Report) {
    let Some(all) = report.groups.iter().find(|group| group.kind == Kind::All) else {
        return;
    };
    say("\nService level of everybody in each definition (`--json` has it for each queue)");
    let level = |told: &&Told| told.figure.key.starts_with("level_");
    let row = |told: &Told| {
        vec![
            told.figure.name.clone(),
            cell(told),
            told.figure.formula.to_owned(),
        ]
    };
    let lines: Vec<Vec<String>> = all.figures.iter().filter(level).map(row).collect();
    let name_width = width(&lines, 0);
    let cell_width = width(&lines, 1);
    for line in &lines {
        say(&format!(
            "  {:<name_width$}  {:>cell_width$}  {}",
            line[0], line[1], line[2]
        ));
    }
}

/// Prints the fewest operators that were found.
pub(super) fn tell_staffing(draft: &Draft, needed: &[Needed]) {
    let target = draft.contract.answer_targets.first();
    let (share, within_s) = target.map_or((0.0, 0), |it| (it.share, it.within_s));
    say(&format!(
        "{}\n\nThe fewest operators with whom, in each quarter of an hour, {} of all its calls are\n\
         answered within {within_s} s: one less in any quarter would miss it somewhere. Breaks come on\n\
         top. Erlang-A: the formula's number for the quarter alone, without redials, callbacks and\n\
         what the quarter before left waiting.",
        draft.name,
        share_text(share),
    ));
    for group in needed {
        say(&format!("\n{}", draft.scenario.operators[group.group].name));
        let mut lines = vec![headings(
            "from",
            ["calls", "operators", "Erlang-A", "in time"],
        )];
        for (quarter, needs) in group.quarters.iter().enumerate() {
            lines.push(vec![
                draft.period.clock(quarter),
                grouped(needs.calls, 0),
                needs.operators.to_string(),
                needs.theory.map_or_else(none, |theory| theory.to_string()),
                needs.in_time.map_or_else(none, share_text),
            ]);
        }
        let sum: u32 = group.quarters.iter().map(|needs| needs.operators).sum();
        print(&lines);
        say(&format!(
            "  {} hours of work in all",
            grouped(f64::from(sum) / 4.0, 1)
        ));
    }
}

/// Prints each way to hand out works beside the configured one.
pub(super) fn tell_compared(draft: &Draft, runs: u64, compared: &[Compared]) {
    say(&draft.name);
    let first = draft.contract.answer_targets.first();
    let target = first.map_or_else(String::new, |target| format!("{} s", target.within_s));
    say(&format!(
        "\n{runs} runs of each, with the same people. In target: answered in {target} of (answered +\n\
         gave up), who gave up within {} s left out. A * says that the runs tell it from the\n\
         configured way: 0 lies outside the 95 % interval of the differences run by run.\n",
        draft.contract.short_s,
    ));
    print(&self::compared(&compared.iter().collect::<Vec<_>>()));
}

/// Their lines, under headings.
pub(super) fn compared(compared: &[&Compared]) -> Vec<Vec<String>> {
    let heads = compared.first().into_iter().flat_map(|it| &it.cells);
    let mut lines = vec![headings("", heads.map(|cell| cell.column.heading))];
    for one in compared {
        let cells = one.cells.iter().map(|cell| {
            let mark = if cell.differs() { " *" } else { "" };
            format!("{}{mark}", text(cell.estimate, cell.column.unit))
        });
        let name = std::iter::once(one.name.clone());
        lines.push(name.chain(cells).collect());
    }
    lines
}

pub(super) fn headings<'h>(first: &str, rest: impl IntoIterator<Item = &'h str>) -> Vec<String> {
    let rest = rest.into_iter().map(str::to_owned);
    std::iter::once(first.to_owned()).chain(rest).collect()
}

/// The first column on the left, figures on the right.
pub(super) fn print(lines: &[Vec<String>]) {
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|column| width(lines, column)).collect();
    for line in lines {
        let cells = line
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if column == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
        say(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end());
    }
}

fn width(lines: &[Vec<String>], column: usize) -> usize {
    let cells = lines.iter().filter_map(|line| line.get(column));
    cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
}

fn none() -> String {
    "-".to_owned()
}

fn cell(told: &Told) -> String {
    text(told.estimate, told.figure.unit)
}

/// A figure as people read it, with the half of its interval where it can be seen.
pub(super) fn text(estimate: Option<Estimate>, unit: Unit) -> String {
    let Some(Estimate { mean, half }) = estimate else {
        return none();
    };
    let half = half.unwrap_or(0.0);
    match unit {
        Unit::Count => with(grouped(mean, 0), grouped(half, 0), "0"),
        Unit::Ratio => with(grouped(mean, 2), grouped(half, 2), "0.00"),
        Unit::Share => {
            let half = grouped(half * 100.0, 1);
            with(format!("{} %", grouped(mean * 100.0, 1)), half, "0.0")
        }
        Unit::Seconds if mean < 600.0 => {
            with(format!("{} s", grouped(mean, 0)), grouped(half, 0), "0")
        }
        Unit::Seconds if mean < 7_200.0 => with(
            format!("{} min", grouped(mean / 60.0, 0)),
            grouped(half / 60.0, 0),
            "0",
        ),
        Unit::Seconds => with(
            format!("{} h", grouped(mean / 3_600.0, 1)),
            grouped(half / 3_600.0, 1),
            "0.0",
        ),
    }
}

fn with(mean: String, half: String, nothing: &str) -> String {
    if half == nothing {
        mean
    } else {
        format!("{mean} ±{half}")
    }
}

fn share_text(share: f64) -> String {
    format!("{} %", grouped(share * 100.0, 0))
}

/// `12,345`, or with decimals `12,345.6`.
fn grouped(number: f64, decimals: usize) -> String {
    let plain = format!("{number:.decimals$}");
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left.is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_people_write_them() {
        let estimate = |mean, half| Some(Estimate { mean, half });
        assert_eq!(
            text(estimate(12_345.4, Some(67.0)), Unit::Count),
            "12,345 ±67"
        );
        assert_eq!(
            text(estimate(0.813, Some(0.009)), Unit::Share),
            "81.3 % ±0.9"
        );
        assert_eq!(text(estimate(83.2, Some(0.2)), Unit::Seconds), "83 s");
        assert_eq!(
            text(estimate(5_400.0, Some(300.0)), Unit::Seconds),
            "90 min ±5"
        );
        assert_eq!(text(estimate(72_000.0, Some(5.0)), Unit::Seconds), "20.0 h");
        assert_eq!(text(estimate(1.5, None), Unit::Ratio), "1.50");
        assert_eq!(text(None, Unit::Count), "-");
        assert_eq!(grouped(1_234_567.89, 1), "1,234,567.9");
    }
}
