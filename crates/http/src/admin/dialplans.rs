//! How callers are led: the dialplan of a health authority as a drawing with who is where now, and the
//! same as a table.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use axum::response::Response;

use super::Visit;
use super::graph::{self, LaidLine};
use super::operators::{fact, heading};
use super::sheet::{Cell, Drawing, Edge, Link, List, Node, Part};
use super::typed::Typed;
use crate::error::ApiError;
use crate::setup::{Plan, PlanStep, StepKind, WayOn};

const HOME: &str = "/admin/dialplans";
/// Characters that fit into a box.
const NAME_SHOWN: usize = 22;
const ABOUT_SHOWN: usize = 26;

/// The dialplan of one health authority, and the way to the others.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    let mut sheet = visit.sheet(visit.say("admin-dialplans"), Vec::new());
    sheet.intro.push(visit.say("admin-dialplans-intro"));
    let configuration = visit.shared.engine.health().configuration;
    let plans = configuration.setup.plans.iter();
    let plans: Vec<&Plan> = plans
        .filter(|plan| visit.caller.sees(Some(&plan.tenant)))
        .collect();
    if plans.len() > 1 {
        let link = |plan: &&Plan| Link::to(format!("{HOME}?tenant={}", plan.tenant), &plan.title);
        sheet
            .parts
            .push(Part::Links(plans.iter().map(link).collect()));
    }
    let wanted = asked.of("tenant");
    let plan = plans.iter().find(|plan| plan.tenant == wanted);
    let Some(plan) = plan.or_else(|| plans.first()) else {
        sheet
            .parts
            .push(Part::Text(visit.say("admin-dialplans-empty")));
        return Ok(visit.show(&sheet));
    };
    let look = visit.shared.engine.snapshot();
    let steps = look.steps.iter().filter(|step| step.tenant == plan.tenant);
    let here: BTreeMap<&str, u32> = steps
        .map(|step| (step.step.as_str(), step.callers))
        .collect();
    sheet.parts.push(Part::Heading {
        id: "plan",
        text: plan.title.clone(),
    });
    let callers: u32 = here.values().sum();
    sheet.parts.push(Part::Facts(vec![
        fact(&visit, "admin-plan-numbers", plan.numbers.join(", ")),
        fact(&visit, "admin-plan-callers", callers.to_string()),
        fact(
            &visit,
            "admin-plan-taken",
            crate::words::date_and_time(look.at_ms),
        ),
    ]));
    sheet
        .parts
        .push(Part::Drawing(drawing(&visit, plan, &here)));
    sheet
        .parts
        .push(heading(&visit, "table", "admin-plan-table"));
    sheet.parts.push(Part::List(table(&visit, plan, &here)));
    Ok(visit.show(&sheet))
}

fn kind_name(visit: &Visit, kind: StepKind) -> String {
    visit.say(match kind {
        StepKind::Play => "admin-step-play",
        StepKind::Hours => "admin-step-hours",
        StepKind::Menu => "admin-step-menu",
        StepKind::Queue => "admin-step-queue",
        StepKind::Callback => "admin-step-callback",
        StepKind::Verify => "admin-step-verify",
        StepKind::OptOut => "admin-step-opt-out",
        StepKind::Emergency => "admin-step-emergency",
        StepKind::HangUp => "admin-step-hang-up",
    })
}

fn class(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Queue => "waits",
        StepKind::Menu => "asks",
        StepKind::Callback => "owes",
        StepKind::HangUp => "ends",
        StepKind::Emergency => "warns",
        StepKind::Play | StepKind::Hours | StepKind::Verify | StepKind::OptOut => "goes",
    }
}

fn way_name(visit: &Visit, on: WayOn) -> String {
    match on {
        WayOn::Key(key) => key.to_string(),
        WayOn::Then => visit.say("admin-way-then"),
        WayOn::Otherwise => visit.say("admin-way-otherwise"),
        WayOn::Open => visit.say("admin-way-open"),
        WayOn::Closed => visit.say("admin-way-closed"),
        WayOn::TimedOut => visit.say("admin-way-timed-out"),
        WayOn::Yes => visit.say("admin-way-yes"),
        WayOn::No => visit.say("admin-way-no"),
        WayOn::Instead => visit.say("admin-way-instead"),
    }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn drawing(visit: &Visit, plan: &Plan, here: &BTreeMap<&str, u32>) -> Drawing {
    let laid = graph::layout(plan);
    let nodes = plan.steps.iter().zip(&laid.at).map(|(step, (x, y))| {
        let callers = here.get(step.name.as_str()).copied().unwrap_or(0);
        Node {
            x: *x,
            y: *y,
            class: class(step.kind),
            name: shortened(&step.name, NAME_SHOWN),
            kind: kind_name(visit, step.kind),
            about: shortened(&step.about.join(", "), ABOUT_SHOWN),
            count: (callers > 0).then(|| callers.to_string()),
        }
    });
    let edge = |line: &LaidLine| {
        let on = plan.steps[line.from].ways[line.way].on;
        // What simply goes on needs no word.
        let label = if on == WayOn::Then {
            String::new()
        } else {
            shortened(&way_name(visit, on), 14)
        };
        Edge {
            path: line.path.clone(),
            label,
            label_x: line.label.0,
            label_y: line.label.1,
        }
    };
    Drawing {
        id: "plan-drawing".to_owned(),
        title: visit.about("admin-plan-drawing", "title", &plan.title),
        about: visit.say("admin-plan-drawing-about"),
        width: laid.width,
        height: laid.height,
        nodes: nodes.collect(),
        edges: laid.lines.iter().map(edge).collect(),
    }
}

fn table(visit: &Visit, plan: &Plan, here: &BTreeMap<&str, u32>) -> List {
    let row = |(place, step): (usize, &PlanStep)| -> Vec<Cell> {
        let ways = step.ways.iter().map(|way| {
            let to = plan.steps.get(way.to).map_or("", |step| step.name.as_str());
            format!("{} → {to}", way_name(visit, way.on))
        });
        let ways: Vec<String> = ways.collect();
        let mut name = step.name.clone();
        if place == plan.start {
            name = visit.about("admin-plan-start", "name", &name);
        } else if Some(place) == plan.emergency {
            name = visit.about("admin-plan-in-emergency", "name", &name);
        }
        let callers = here.get(step.name.as_str()).copied().unwrap_or(0);
        vec![
            name.into(),
            kind_name(visit, step.kind).into(),
            step.about.join(", ").into(),
            ways.join("; ").into(),
            callers.to_string().into(),
        ]
    };
    List {
        id: "steps",
        caption: visit.about("admin-plan-caption", "title", &plan.title),
        columns: visit.columns(&[
            "admin-step",
            "admin-what",
            "admin-about",
            "admin-ways",
            "admin-callers",
        ]),
        rows: plan.steps.iter().enumerate().map(row).collect(),
        ..List::default()
    }
}
