//! Charts drawn by the server: bars side by side or on each other, with a title, a description and a
//! scale in whole steps. Colours and patterns are the style sheet's: nothing inline.

use std::fmt::Write as _;

/// The width and height of every chart, in its own units.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 260;
const LEFT: u32 = 56;
const RIGHT: u32 = 8;
const TOP: u32 = 12;
const BOTTOM: u32 = 34;
/// Labels below the bars at most.
const LABELS_MAX: usize = 12;

/// A part of each bar, in the order in which they stand on each other.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// What it is, in words.
    pub(crate) name: String,
    /// By which the style sheet knows it.
    pub(crate) class: &'static str,
    /// One for each bar; none where there is nothing to tell.
    pub(crate) values: Vec<Option<f64>>,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    /// Its element's identifier.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) description: String,
    /// What stands below each bar.
    pub(crate) labels: Vec<String>,
    pub(crate) series: Vec<Series>,
    /// Whether the series stand on each other; else beside each other.
    pub(crate) stacked: bool,
    /// A line to be reached, where there is one.
    pub(crate) target: Option<f64>,
    /// The top of the scale at least.
    pub(crate) top_min: f64,
}

/// Marks in text what HTML would read as markup.
fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

/// The top of a scale with four even steps.
fn top_of(most: f64) -> f64 {
    let steps = [4.0, 8.0, 12.0, 20.0, 40.0, 60.0, 80.0, 100.0];
    let mut scale = 1.0;
    loop {
        if let Some(step) = steps.iter().find(|step| **step * scale >= most) {
            return step * scale;
        }
        scale *= 10.0;
    }
}

impl Chart {
    fn most(&self) -> f64 {
        let value = |series: &Series, i: usize| series.values.get(i).copied().flatten();
        let bars = 0..self.labels.len();
        let most = bars.map(|i| {
            let values = self.series.iter().filter_map(|it| value(it, i));
            if self.stacked {
                values.sum()
            } else {
                values.fold(0.0, f64::max)
            }
        });
        let most = most.fold(self.top_min, f64::max);
        self.target.map_or(most, |target| target.max(most))
    }

    /// The chart as SVG.
    pub(crate) fn svg(&self) -> String {
        let top = top_of(self.most().max(1.0));
        let mut svg = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{}</title>\
             <desc id=\"{id}-desc\">{}</desc>",
            escaped(&self.title),
            escaped(&self.description),
            id = self.id,
        );
        svg.push_str(PATTERNS.replace("ID", self.id).as_str());
        self.scale(&mut svg, top);
        self.bars(&mut svg, top);
        if let Some(target) = self.target {
            let y = height(target, top);
            let right = WIDTH - RIGHT;
            write_to(
                &mut svg,
                format_args!(
                    "<line class=\"chart-target\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
                ),
            );
        }
        svg.push_str("</svg>");
        svg
    }

    fn scale(&self, svg: &mut String, top: f64) {
        for step in 0..=4_u32 {
            let value = top * f64::from(step) / 4.0;
            let y = height(value, top);
            let (right, text_x) = (WIDTH - RIGHT, LEFT - 8);
            let label = if value.fract() == 0.0 {
                format!("{value:.0}")
            } else {
                format!("{value:.1}")
            };
            write_to(
                svg,
                format_args!(
                    "<line class=\"chart-grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                     <text class=\"chart-scale\" x=\"{text_x}\" y=\"{:.1}\">{label}</text>",
                    y + 5.0
                ),
            );
        }
        let every = self.labels.len().div_ceil(LABELS_MAX).max(1);
        for (i, label) in self.labels.iter().enumerate().step_by(every) {
            let (x, _) = self.place(i);
            let y = HEIGHT - 10;
            let label = escaped(label);
            write_to(
                svg,
                format_args!("<text class=\"chart-label\" x=\"{x:.1}\" y=\"{y}\">{label}</text>"),
            );
        }
    }

    /// Where a bar begins, and how wide it is.
    fn place(&self, i: usize) -> (f64, f64) {
        let room = f64::from(WIDTH - LEFT - RIGHT);
        let wide = room / self.labels.len().max(1) as f64;
        (f64::from(LEFT) + wide * i as f64, wide)
    }

    fn bars(&self, svg: &mut String, top: f64) {
        for i in 0..self.labels.len() {
            let (x, wide) = self.place(i);
            let gap = (wide * 0.15).min(4.0);
            let (mut stands_on, mut beside) = (0.0, 0.0);
            let parts = if self.stacked {
                1.0
            } else {
                self.series.len().max(1) as f64
            };
            let part = (wide - gap) / parts;
            for series in &self.series {
                let value = series.values.get(i).copied().flatten().unwrap_or(0.0);
                if value > 0.0 {
                    let y = height(stands_on + value, top);
                    let tall = height(stands_on, top) - y;
                    let class = series.class;
                    let id = self.id;
                    write_to(
                        svg,
                        format_args!(
                            "<rect class=\"chart-bar {class}\" fill=\"url(#{id}-{class})\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{part:.1}\" height=\"{tall:.1}\"/>",
                            x + beside
                        ),
                    );
                }
                if self.stacked {
                    stands_on += value;
                } else {
                    beside += part;
                }
            }
        }
    }
}

/// What a series looks like without its colour: filled, hatched, dotted, framed.
const PATTERNS: &str = concat!(
    "<defs>",
    "<pattern id=\"ID-full\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">",
    "<rect class=\"ink-full\" width=\"4\" height=\"4\"/></pattern>",
    "<pattern id=\"ID-hatched\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" ",
    "patternTransform=\"rotate(45)\"><rect class=\"ink-ground\" width=\"6\" height=\"6\"/>",
    "<rect class=\"ink-hatched\" width=\"3\" height=\"6\"/></pattern>",
    "<pattern id=\"ID-dotted\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">",
    "<rect class=\"ink-ground\" width=\"6\" height=\"6\"/>",
    "<circle class=\"ink-dotted\" cx=\"3\" cy=\"3\" r=\"1.6\"/></pattern>",
    "<pattern id=\"ID-pale\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">",
    "<rect class=\"ink-ground\" width=\"4\" height=\"4\"/></pattern>",
    "</defs>"
);

fn height(value: f64, top: f64) -> f64 {
    let room = f64::from(HEIGHT - TOP - BOTTOM);
    f64::from(HEIGHT - BOTTOM) - room * (value / top).clamp(0.0, 1.0)
}

fn write_to(svg: &mut String, words: std::fmt::Arguments<'_>) {
    svg.write_fmt(words).expect("a text takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        Chart {
            id: "calls",
            title: "Chi <ha> chiamato".to_owned(),
            description: "tre chiamate".to_owned(),
            labels: vec!["08:00".to_owned(), "08:15".to_owned()],
            series: vec![
                Series {
                    name: "risposte".to_owned(),
                    class: "full",
                    values: vec![Some(2.0), None],
                },
                Series {
                    name: "abbandonate".to_owned(),
                    class: "hatched",
                    values: vec![Some(1.0), Some(0.0)],
                },
            ],
            stacked: true,
            target: None,
            top_min: 0.0,
        }
    }

    #[test]
    fn a_chart_has_a_title_a_description_and_nothing_inline() {
        let svg = chart().svg();
        assert!(svg.contains("<title id=\"calls-title\">Chi &lt;ha&gt; chiamato</title>"));
        assert!(svg.contains("<desc id=\"calls-desc\">tre chiamate</desc>"));
        assert!(!svg.contains(" style=") && !svg.contains("http"));
    }

    #[test]
    fn what_is_nothing_has_no_bar_and_parts_stand_on_each_other() {
        let svg = chart().svg();
        assert_eq!(svg.matches("class=\"chart-bar").count(), 2);
        // Three of four: the first part reaches half the height, the second a quarter more.
        assert!(
            svg.contains("height=\"107.0\"") && svg.contains("height=\"53.5\""),
            "{svg}"
        );
    }

    #[test]
    fn the_scale_has_even_steps() {
        assert_eq!([1.0, 5.0, 61.0, 150.0].map(top_of), [4.0, 8.0, 80.0, 200.0]);
    }
}
