//! The hours of a report as a picture: calls by what became of them, and the share answered in
//! time. The same figures stand as a table in the text, and in words in the picture.

use std::fmt::Write as _;

use cuptel_sim::whatif::Estimate;
use cuptel_sim::whatif::figures::Unit;

use super::report::{Hour, Report};
use super::tables::text;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 60.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 50.0;
/// Dark enough on white for everybody, and told apart by pattern of place, not by hue alone.
const ANSWERED: &str = "#17324d";
const ABANDONED: &str = "#c25700";
const REFUSED: &str = "#8a8f98";
const IN_TIME: &str = "#006b5e";

/// The picture, a file of its own.
pub(super) fn drawn(report: &Report) -> String {
    let mut svg = String::new();
    let name = escaped(&report.name);
    let most = report
        .hours
        .iter()
        .map(|hour| mean(hour.calls))
        .fold(1.0, f64::max);
    let within_s = report
        .contract
        .answer_targets
        .first()
        .map_or(0, |it| it.within_s);
    let parts = [
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"title desc\" font-family=\"sans-serif\" font-size=\"13\">"
        ),
        format!("<title id=\"title\">{name}: calls hour by hour</title>"),
        format!(
            "<desc id=\"desc\">{}</desc>",
            escaped(&in_words(report, within_s))
        ),
        format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>"),
        format!("<text x=\"{LEFT}\" y=\"24\" font-size=\"17\" fill=\"#000000\">{name}</text>"),
        legend(within_s),
        axes(most),
        bars(&report.hours, most),
        line(&report.hours),
        "</svg>\n".to_owned(),
    ];
    for part in parts {
        svg.push_str(&part);
        svg.push('\n');
    }
    svg
}

/// The picture for whoever does not see it.
fn in_words(report: &Report, within_s: u32) -> String {
    let mut words = format!(
        "Calls of each hour, {} runs: answered, given up while waiting, refused; and the share of all \
         calls answered within {within_s} s.",
        report.runs
    );
    for hour in &report.hours {
        let told = write!(
            words,
            " {}: {} calls, {} answered, {} given up, {} refused, {} in time.",
            hour.from,
            text(hour.calls, Unit::Count),
            text(hour.answered, Unit::Count),
            text(hour.abandoned, Unit::Count),
            text(hour.refused, Unit::Count),
            text(hour.in_time, Unit::Share),
        );
        told.expect("a String takes all that is written");
    }
    words
}

fn legend(within_s: u32) -> String {
    let entries = [
        (ANSWERED, "answered".to_owned()),
        (ABANDONED, "gave up".to_owned()),
        (REFUSED, "refused".to_owned()),
        (
            IN_TIME,
            format!("line, right scale: answered within {within_s} s, of all calls"),
        ),
    ];
    let mut legend = String::new();
    for (place, (colour, words)) in (0..).zip(entries) {
        let x = LEFT + 110.0 * f64::from(place);
        let told = write!(
            legend,
            "<rect x=\"{x}\" y=\"36\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"47\" fill=\"#000000\">{words}</text>",
            x + 18.0
        );
        told.expect("a String takes all that is written");
    }
    legend
}

fn axes(most: f64) -> String {
    let mut axes = String::new();
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let y = height_of(share);
        let told = write!(
            axes,
            "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\" stroke=\"#d0d4da\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\">{:.0} %</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0,
            most * share,
            WIDTH - RIGHT + 8.0,
            y + 4.0,
            share * 100.0,
        );
        told.expect("a String takes all that is written");
    }
    axes
}

fn bars(hours: &[Hour], most: f64) -> String {
    let mut bars = String::new();
    // No more hours under the picture than there is room for.
    let every = hours.len().div_ceil(14).max(1);
    for (place, hour) in hours.iter().enumerate() {
        let (middle, width) = slot(place, hours.len());
        let mut below = 0.0;
        for (colour, count) in [
            (ANSWERED, hour.answered),
            (ABANDONED, hour.abandoned),
            (REFUSED, hour.refused),
        ] {
            let share = mean(count) / most;
            let told = write!(
                bars,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\" \
                 stroke=\"#ffffff\"/>",
                middle - width * 0.35,
                height_of(below + share),
                width * 0.7,
                height_of(below) - height_of(below + share),
            );
            told.expect("a String takes all that is written");
            below += share;
        }
        if place.is_multiple_of(every) {
            let told = write!(
                bars,
                "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                HEIGHT - BOTTOM + 20.0,
                hour.from
            );
            told.expect("a String takes all that is written");
        }
    }
    bars
}

fn line(hours: &[Hour]) -> String {
    let mut points = String::new();
    for (place, hour) in hours.iter().enumerate() {
        let (middle, _) = slot(place, hours.len());
        if let Some(in_time) = hour.in_time {
            let told = write!(points, "{middle:.1},{:.1} ", height_of(in_time.mean));
            told.expect("a String takes all that is written");
        }
    }
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"6\"/>\
         <polyline points=\"{0}\" fill=\"none\" stroke=\"{IN_TIME}\" stroke-width=\"3\"/>",
        points.trim_end()
    )
}

fn mean(estimate: Option<Estimate>) -> f64 {
    estimate.map_or(0.0, |estimate| estimate.mean)
}

/// Middle and width of an hour's place.
fn slot(place: usize, places: usize) -> (f64, f64) {
    let width = (WIDTH - LEFT - RIGHT) / places as f64;
    (LEFT + width * (place as f64 + 0.5), width)
}

/// Where a share of the whole height is.
fn height_of(share: f64) -> f64 {
    HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
