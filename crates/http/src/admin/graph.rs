//! A dialplan as a drawing: steps in rows by how far they are from the beginning, lines between them.
//! Knows only places and sizes, in pixels.

use std::collections::BTreeMap;

use crate::setup::Plan;

pub(crate) const NODE_WIDTH: i32 = 190;
pub(crate) const NODE_HEIGHT: i32 = 70;
const GAP_X: i32 = 36;
const GAP_Y: i32 = 96;
const EDGE: i32 = 24;
/// How far lines that lead back keep from the boxes, and from each other.
const BACK: i32 = 16;
/// What a line takes that passes a row.
const PASS_WIDTH: i32 = 24;

/// Where everything is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) width: i32,
    pub(crate) height: i32,
    /// Upper left corners of the steps, by their place.
    pub(crate) at: Vec<(i32, i32)>,
    pub(crate) lines: Vec<LaidLine>,
}

/// A line from one step to another, by the place of the step and of the way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LaidLine {
    pub(crate) from: usize,
    pub(crate) way: usize,
    pub(crate) path: String,
    /// The middle of its label.
    pub(crate) label: (i32, i32),
}

/// The steps that callers can come to, each before those that it leads to, but for ways that lead back.
fn in_order(plan: &Plan) -> Vec<usize> {
    let mut seen = vec![false; plan.steps.len()];
    let mut over = Vec::new();
    for start in [plan.emergency, Some(plan.start)].into_iter().flatten() {
        if seen.get(start) != Some(&false) {
            continue;
        }
        seen[start] = true;
        let mut on_the_way = vec![(start, 0)];
        while let Some((at, way)) = on_the_way.pop() {
            let Some(next) = plan.steps[at].ways.get(way) else {
                over.push(at);
                continue;
            };
            on_the_way.push((at, way + 1));
            if seen.get(next.to) == Some(&false) {
                seen[next.to] = true;
                on_the_way.push((next.to, 0));
            }
        }
    }
    over.reverse();
    over
}

/// In which row each step stands: below all that lead to it, but for ways that lead back. Where it all ends
/// comes last, and then what nothing leads to.
fn rows(plan: &Plan) -> Vec<usize> {
    let order = in_order(plan);
    let mut place = vec![None; plan.steps.len()];
    for (n, step) in order.iter().enumerate() {
        place[*step] = Some(n);
    }
    let mut row = vec![0; plan.steps.len()];
    for from in &order {
        for way in &plan.steps[*from].ways {
            if place.get(way.to).is_some_and(|to| *to > place[*from]) {
                row[way.to] = row[way.to].max(row[*from] + 1);
            }
        }
    }
    let last = row.iter().max().copied().unwrap_or(0);
    for (step, place) in place.iter().enumerate() {
        let ends = plan.steps[step].ways.is_empty() && row[step] > 0;
        match place {
            Some(_) if ends => row[step] = last,
            Some(_) => {}
            None => row[step] = last + 1,
        }
    }
    row
}

/// What takes room in a row: a step, or a line that passes by it.
#[derive(Debug)]
struct Spot {
    row: usize,
    width: i32,
    /// Where lines come from, by the place of their spots.
    above: Vec<usize>,
}

/// The spots of the steps by their place, then those of lines that pass rows, which are told by the place
/// of the step and of the way.
type Passes = BTreeMap<(usize, usize), Vec<usize>>;

fn spots(plan: &Plan, row: &[usize]) -> (Vec<Spot>, Passes) {
    let mut spots: Vec<Spot> = row
        .iter()
        .map(|row| Spot {
            row: *row,
            width: NODE_WIDTH,
            above: Vec::new(),
        })
        .collect();
    let mut passes = Passes::new();
    for (from, step) in plan.steps.iter().enumerate() {
        for (n, way) in step.ways.iter().enumerate() {
            let Some(to) = row.get(way.to).filter(|to| **to > row[from]) else {
                continue;
            };
            let mut last = from;
            for row in row[from] + 1..*to {
                spots.push(Spot {
                    row,
                    width: PASS_WIDTH,
                    above: vec![last],
                });
                last = spots.len() - 1;
                passes.entry((from, n)).or_default().push(last);
            }
            spots[way.to].above.push(last);
        }
    }
    (spots, passes)
}

fn width_of(steps: &[usize], spots: &[Spot]) -> i32 {
    let wide: i32 = steps.iter().map(|spot| spots[*spot].width).sum();
    wide + small(steps.len().saturating_sub(1)) * GAP_X
}

/// The left edge of every spot, and the width of all: each near those that lead to it.
fn across(spots: &[Spot]) -> (Vec<i32>, i32) {
    let count = spots.iter().map(|spot| spot.row + 1).max().unwrap_or(0);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (n, spot) in spots.iter().enumerate() {
        order[spot.row].push(n);
    }
    let rows = order.iter().map(|steps| width_of(steps, spots));
    let inner = rows.max().unwrap_or(0);
    let mut left = vec![0; spots.len()];
    for steps in &mut order {
        let middle = |spot: usize| left[spot] + spots[spot].width / 2;
        steps.sort_by_cached_key(|spot| {
            let above = &spots[*spot].above;
            let sum: i32 = above.iter().map(|it| middle(*it)).sum();
            (sum / small(above.len()).max(1), *spot)
        });
        let mut x = EDGE + (inner - width_of(steps, spots)) / 2;
        for spot in steps {
            left[*spot] = x;
            x += spots[*spot].width + GAP_X;
        }
    }
    (left, inner)
}

fn small(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX / 4)
}

fn top_of(row: usize) -> i32 {
    EDGE + small(row) * (NODE_HEIGHT + GAP_Y)
}

/// Puts every step and every line of a dialplan in its place.
pub(crate) fn layout(plan: &Plan) -> Layout {
    let row = rows(plan);
    let (spots, passes) = spots(plan, &row);
    let (left, inner) = across(&spots);
    let at: Vec<(i32, i32)> = row
        .iter()
        .zip(&left)
        .map(|(row, x)| (*x, top_of(*row)))
        .collect();
    let last = row.iter().max().copied().unwrap_or(0);
    let of = |from: usize| {
        let ways = plan.steps[from].ways.iter();
        ways.filter(|way| leads_back(&row, from, way.to)).count()
    };
    let back: usize = (0..row.len()).map(of).sum();
    let beside = if back > 0 {
        small(back + 1) * BACK + EDGE
    } else {
        0
    };
    // Lines that lead back from the last row go round below it.
    let turns = (0..row.len()).any(|from| row[from] == last && of(from) > 0);
    let below = if turns { GAP_Y } else { 0 };
    let lanes = Lanes {
        row: &row,
        at: &at,
        left: &left,
        passes: &passes,
        right: EDGE + inner + BACK,
    };
    let lines = lanes.lines(plan);
    Layout {
        width: 2 * EDGE + inner + beside,
        height: top_of(last) + NODE_HEIGHT + EDGE + below,
        lines,
        at,
    }
}

fn leads_back(row: &[usize], from: usize, to: usize) -> bool {
    row.get(to).is_some_and(|to| *to <= row[from])
}

/// Where lines can go.
struct Lanes<'l> {
    row: &'l [usize],
    at: &'l [(i32, i32)],
    left: &'l [i32],
    passes: &'l Passes,
    /// Beside everything: where lines lead back.
    right: i32,
}

impl Lanes<'_> {
    fn lines(&self, plan: &Plan) -> Vec<LaidLine> {
        let mut lines = Vec::new();
        let mut back = 0;
        // Where the next line comes in at the top of each step.
        let mut comes: Vec<i32> = vec![0; plan.steps.len()];
        for (from, step) in plan.steps.iter().enumerate() {
            // Lines do not cross where they begin: they leave in the order of where they lead.
            let mut ways: Vec<usize> = (0..step.ways.len()).collect();
            ways.sort_by_key(|way| self.first_goal(from, *way, step.ways[*way].to));
            let count = small(ways.len());
            for (n, way) in ways.into_iter().enumerate() {
                let to = step.ways[way].to;
                let Some(goal) = self.at.get(to).copied() else {
                    continue;
                };
                let out = self.at[from].0 + NODE_WIDTH * (small(n) + 1) / (count + 1);
                let bottom = self.at[from].1 + NODE_HEIGHT;
                // Labels of lines that begin side by side stand in two rows.
                let label = (out, bottom + 18 + 18 * (small(n) % 2));
                let path = if leads_back(self.row, from, to) {
                    back += 1;
                    self.back(back, (out, bottom), goal)
                } else {
                    let inward = goal.0 + NODE_WIDTH / 2 + 12 * (comes[to] % 5 - 2);
                    comes[to] += 1;
                    self.onward((from, way), (out, bottom), (inward, goal.1))
                };
                lines.push(LaidLine {
                    from,
                    way,
                    path,
                    label,
                });
            }
        }
        lines
    }

    /// The middle of what a way comes to next: a step, or where it passes a row.
    fn first_goal(&self, from: usize, way: usize, to: usize) -> i32 {
        let first = self.passes.get(&(from, way)).and_then(|it| it.first());
        match first {
            Some(spot) => self.left[*spot] + PASS_WIDTH / 2,
            None => self.at.get(to).map_or(0, |to| to.0 + NODE_WIDTH / 2),
        }
    }

    /// Round everything, between the rows, so that no box is crossed.
    fn back(&self, nth: i32, (out, bottom): (i32, i32), goal: (i32, i32)) -> String {
        let side = self.right + BACK * nth;
        let (low, high) = (bottom + 42 + 5 * (nth % 6), goal.1 - 12 - 4 * (nth % 3));
        let (enters, top) = (goal.0 + NODE_WIDTH - 14 - 8 * (nth % 3), goal.1);
        format!("M{out} {bottom}V{low}H{side}V{high}H{enters}V{top}")
    }

    /// Down, beside the boxes of the rows that it passes.
    fn onward(&self, way: (usize, usize), begins: (i32, i32), ends: (i32, i32)) -> String {
        let (mut x, mut y) = begins;
        let mut path = format!("M{x} {y}");
        let mut to = |next: i32, top: i32| {
            let (middle, low) = (y + GAP_Y / 2, top - GAP_Y / 2);
            path += &format!("C{x} {middle} {next} {low} {next} {top}");
            (x, y) = (next, top);
            if top != ends.1 {
                y += NODE_HEIGHT;
                path += &format!("V{y}");
            }
        };
        let passes = self.passes.get(&way).into_iter().flatten();
        for (row, spot) in (self.row[way.0] + 1..).zip(passes) {
            to(self.left[*spot] + PASS_WIDTH / 2, top_of(row));
        }
        to(ends.0, ends.1);
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::{PlanStep, PlanWay, StepKind, WayOn};

    fn step(name: &str, to: &[usize]) -> PlanStep {
        let ways = to.iter().map(|to| PlanWay {
            on: WayOn::Then,
            to: *to,
        });
        PlanStep {
            name: name.to_owned(),
            kind: StepKind::Play,
            about: Vec::new(),
            ways: ways.collect(),
        }
    }

    fn plan() -> Plan {
        Plan {
            steps: vec![
                step("welcome", &[1]),
                step("menu", &[2, 3, 0]),
                step("book", &[3]),
                step("end", &[]),
                step("nowhere", &[3]),
            ],
            ..Plan::default()
        }
    }

    #[test]
    fn a_step_stands_below_what_leads_to_it_and_two_never_in_one_place() {
        let laid = layout(&plan());
        let [welcome, menu, book, end, nowhere] = laid.at[..] else {
            panic!("{laid:?}");
        };
        assert!(welcome.1 < menu.1 && menu.1 < book.1 && book.1 < end.1 && end.1 < nowhere.1);
        let mut places = laid.at.clone();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 5);
        assert_eq!(laid.lines.len(), 6, "every way has its line");
        let inside =
            |(x, y): &(i32, i32)| x + NODE_WIDTH < laid.width && y + NODE_HEIGHT < laid.height;
        assert!(laid.at.iter().all(inside));
    }

    #[test]
    fn a_line_that_passes_a_row_goes_beside_its_boxes() {
        let plan = Plan {
            steps: vec![step("a", &[1, 2, 2]), step("b", &[2]), step("c", &[])],
            ..Plan::default()
        };
        let laid = layout(&plan);
        let (left, top) = laid.at[1];
        let down = format!("V{}", top + NODE_HEIGHT);
        let long = laid.lines.iter().filter(|line| line.path.contains(&down));
        let passes: Vec<i32> = long
            .map(|line| {
                let (before, _) = line.path.split_once(&down).unwrap();
                let x = before.rsplit(' ').nth(1).unwrap();
                x.parse().unwrap()
            })
            .collect();
        assert_eq!(passes.len(), 2, "{laid:?}");
        assert!(
            passes.iter().all(|x| *x < left || *x > left + NODE_WIDTH),
            "{laid:?}"
        );
        assert_ne!(passes[0], passes[1]);
    }

    #[test]
    fn a_plan_of_nothing_and_one_that_leads_nowhere_can_be_drawn() {
        assert_eq!(layout(&Plan::default()).at, []);
        let lost = Plan {
            steps: vec![step("a", &[7])],
            ..Plan::default()
        };
        assert_eq!(layout(&lost).lines.len(), 0);
    }
}
