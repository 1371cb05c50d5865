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
/// Sweeps in which boxes are put near those that lead to them.
const SWEEPS: usize = 4;

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

/// The steps of each row, from the left: near those that lead to them.
fn ordered(plan: &Plan, row: &[usize]) -> Vec<Vec<usize>> {
    let count = row.iter().max().map_or(0, |last| last + 1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (step, row) in row.iter().enumerate() {
        order[*row].push(step);
    }
    for _ in 0..SWEEPS {
        let mut place: BTreeMap<usize, i64> = BTreeMap::new();
        for steps in &order {
            for (n, step) in steps.iter().enumerate() {
                place.insert(*step, i64::try_from(n).unwrap_or(i64::MAX));
            }
        }
        for (n, steps) in order.iter_mut().enumerate().skip(1) {
            steps.sort_by_cached_key(|step| {
                let leads = plan.steps.iter().enumerate().filter(|(from, it)| {
                    row[*from] < n && it.ways.iter().any(|way| way.to == *step)
                });
                let places: Vec<i64> = leads
                    .filter_map(|(from, _)| place.get(&from))
                    .copied()
                    .collect();
                let count = i64::try_from(places.len()).unwrap_or(i64::MAX).max(1);
                (places.iter().sum::<i64>() * 100 / count, *step)
            });
        }
    }
    order
}

fn small(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX / 4)
}

/// Puts every step and every line of a dialplan in its place.
pub(crate) fn layout(plan: &Plan) -> Layout {
    let row = rows(plan);
    let order = ordered(plan, &row);
    let widest = order.iter().map(Vec::len).max().unwrap_or(0);
    let back = plan.steps.iter().enumerate();
    let back: usize = back
        .map(|(from, step)| {
            step.ways
                .iter()
                .filter(|way| leads_back(&row, from, way.to))
                .count()
        })
        .sum();
    let inner = small(widest) * (NODE_WIDTH + GAP_X) - GAP_X;
    let mut at = vec![(0, 0); plan.steps.len()];
    for (n, steps) in order.iter().enumerate() {
        let width = small(steps.len()) * (NODE_WIDTH + GAP_X) - GAP_X;
        let left = EDGE + (inner - width) / 2;
        for (place, step) in steps.iter().enumerate() {
            let x = left + small(place) * (NODE_WIDTH + GAP_X);
            at[*step] = (x, EDGE + small(n) * (NODE_HEIGHT + GAP_Y));
        }
    }
    let lines = lines(plan, &row, &at, EDGE + inner + BACK);
    Layout {
        width: 2 * EDGE
            + inner
            + if back > 0 {
                small(back + 1) * BACK + EDGE
            } else {
                0
            },
        height: 2 * EDGE + small(order.len()) * (NODE_HEIGHT + GAP_Y) - GAP_Y / 2,
        at,
        lines,
    }
}

fn leads_back(row: &[usize], from: usize, to: usize) -> bool {
    row.get(to).is_some_and(|to| *to <= row[from])
}

fn lines(plan: &Plan, row: &[usize], at: &[(i32, i32)], right: i32) -> Vec<LaidLine> {
    let mut lines = Vec::new();
    let mut back = 0;
    // Where the next line comes in at the top of each step.
    let mut comes: Vec<i32> = vec![0; plan.steps.len()];
    for (from, step) in plan.steps.iter().enumerate() {
        // Lines do not cross where they begin: they leave in the order of where they lead.
        let mut ways: Vec<usize> = (0..step.ways.len()).collect();
        ways.sort_by_key(|way| at.get(step.ways[*way].to).map_or(0, |to| to.0));
        let count = small(ways.len());
        for (n, way) in ways.into_iter().enumerate() {
            let to = step.ways[way].to;
            let Some(goal) = at.get(to).copied() else {
                continue;
            };
            let out = at[from].0 + NODE_WIDTH * (small(n) + 1) / (count + 1);
            let bottom = at[from].1 + NODE_HEIGHT;
            // Labels of lines that begin side by side stand in two rows.
            let label = (out, bottom + 18 + 18 * (small(n) % 2));
            let path = if leads_back(row, from, to) {
                back += 1;
                let side = right + BACK * back;
                // Between the rows, so that no box is crossed.
                let (low, high) = (bottom + 42 + 5 * (back % 6), goal.1 - 12 - 4 * (back % 3));
                let (enters, top) = (goal.0 + NODE_WIDTH - 14 - 8 * (back % 3), goal.1);
                format!("M{out} {bottom}V{low}H{side}V{high}H{enters}V{top}")
            } else {
                let inward = goal.0 + NODE_WIDTH / 2 + 12 * (comes[to] % 5 - 2);
                comes[to] += 1;
                let (top, middle) = (goal.1, bottom + GAP_Y / 2);
                let low = goal.1 - GAP_Y / 2;
                format!("M{out} {bottom}C{out} {middle} {inward} {low} {inward} {top}")
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
    fn a_plan_of_nothing_and_one_that_leads_nowhere_can_be_drawn() {
        assert_eq!(layout(&Plan::default()).at, []);
        let lost = Plan {
            steps: vec![step("a", &[7])],
            ..Plan::default()
        };
        assert_eq!(layout(&lost).lines.len(), 0);
    }
}
