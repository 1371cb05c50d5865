//! Campaigns in a scenario: when their lists are through, what that does to whoever calls, and how
//! many more operators it would take for it to do nothing.

use anyhow::Context as _;
use cuptel_core::campaign::{PACE, PACE_MAX};
use cuptel_core::dialplan::fields::Fields;
use cuptel_core::id::QueueId;
use cuptel_core::rules::Rules;
use cuptel_sim::whatif::figures::Unit;
use cuptel_sim::whatif::scenario::{Arrivals, Listed, Timetable};
use cuptel_sim::whatif::{Called, Estimate, Outcome, Scenario};
use serde_json::{Value, json};

use super::callers::{Habits, kind, way, whom};
use super::compare::{self, Compared};
use super::period::Period;
use super::report::number;
use super::scenario::Draft;
use super::tables;
use crate::cli::say;

/// People on one list, at most.
const PEOPLE_MAX: u32 = 1_000_000;
/// More operators than these are not looked for.
const EXTRA_MAX: u32 = 64;
/// So much less in target is no harm: the runs hardly tell it from nothing.
const NO_HARM: f64 = 0.01;

/// A campaign that somebody asks about.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) tenant: String,
    pub(crate) queue: String,
    pub(crate) people: u32,
    pub(crate) pace: u32,
    pub(crate) per_hour: Option<u32>,
}

/// Every `[[campaign]]`: people who do not call and are called.
pub(super) fn read(
    root: &mut Fields<'_>,
    period: &Period,
    rules: &Rules,
    defaults: &Habits,
) -> Vec<cuptel_sim::whatif::scenario::Callers> {
    let mut all = Vec::new();
    for mut table in root.tables("campaign") {
        let mut habits = defaults.clone();
        let name = table.required_text("name", "what the campaign goes by");
        habits.take_of_called(&mut table);
        let listed = Listed {
            people: table.required_whole("people", 1..=PEOPLE_MAX),
            from_s: period.after_begin_s(&mut table),
            pace: table.whole_or("pace", 1..=PACE_MAX, PACE),
            per_hour: table.whole("per_hour", 1..=PEOPLE_MAX).map(|it| it.value),
        };
        let whom = whom(&mut table, rules);
        table.finish();
        if let (Some(name), Some(whom)) = (name, whom) {
            let named = habits.named(name.value);
            all.push(kind(named, whom, Arrivals::Listed(listed)));
        }
    }
    all
}

/// Adds a campaign that is not the scenario's.
pub(super) fn add(draft: &mut Draft, asked: &Asked) -> anyhow::Result<()> {
    let rules = &draft.scenario.rules;
    let tenant = rules.tenant_named(&asked.tenant);
    let tenant = tenant.with_context(|| {
        format!(
            "the scenario's configuration has no tenant \"{}\"",
            asked.tenant
        )
    })?;
    let mut queues = rules.queues.iter();
    let is_it =
        |rule: &cuptel_core::rules::Queue| rule.tenant == tenant && rule.name == asked.queue;
    let queue = queues.find(|(_, rule)| is_it(rule)).map(|(id, _)| *id);
    let found = queue.and_then(|queue| way(rules, tenant, queue));
    let whom = found.with_context(|| {
        format!(
            "the scenario's configuration has no queue \"{}\" of {}",
            asked.queue, asked.tenant
        )
    })?;
    let listed = Listed {
        people: asked.people,
        from_s: 0,
        pace: asked.pace,
        per_hour: asked.per_hour,
    };
    let habits = draft.habits.clone().named(&asked.name);
    let callers = kind(habits, whom, Arrivals::Listed(listed));
    draft.scenario.callers.push(callers);
    Ok(())
}

/// What a campaign comes to.
#[derive(Debug)]
struct Told {
    name: String,
    people: u64,
    reached: Option<Estimate>,
    not_reached: Option<Estimate>,
    /// Of those runs in which it was over.
    over_s: Option<Estimate>,
    half_s: Option<Estimate>,
    /// Runs in which it was over before the scenario was.
    over_in: usize,
}

/// Everything that is told of a scenario's campaigns.
#[derive(Debug)]
pub(super) struct Forecast {
    campaigns: Vec<Told>,
    runs: usize,
    /// Callers without them and with them, and hours of work of the operators.
    beside: Vec<(Compared, Option<Estimate>)>,
    /// The fewest more operators with whom nobody is worse off; none within the bound.
    extra: Option<u32>,
}

/// Lives through the scenario without its campaigns, and with more and more operators.
pub(super) fn forecast(
    draft: &Draft,
    with: &[Outcome],
    simulate: impl Fn(&Scenario) -> Vec<Outcome>,
) -> Option<Forecast> {
    let callers = draft.scenario.callers.iter().enumerate();
    let listed = callers.filter_map(|(place, it)| Some((place, it.listed()?, &it.class)));
    let listed: Vec<_> = listed.collect();
    let (_, _, _) = listed.first()?;
    let without = simulate(&without_campaigns(&draft.scenario));
    let names = ["without campaigns", "with them"];
    let compared = compare::side_by_side(draft, &[(names[0], &without), (names[1], with)]);
    let hours = [&without[..], with].map(|outcomes| {
        let busy_h = |outcome: &Outcome| {
            let busy =
                |it: &cuptel_sim::whatif::Worked| it.talking_ms + it.wrap_up_ms + it.ringing_ms;
            outcome.operators.iter().map(busy).sum::<u64>() as f64 / 3.6e6
        };
        Estimate::of(&outcomes.iter().map(busy_h).collect::<Vec<_>>())
    });
    let told = |(place, listed, name): &(usize, &Listed, &String)| {
        let runs: Vec<&Called> = with.iter().map(|it| &it.campaigns[*place]).collect();
        let seconds = |us: Option<u64>| us.map(|us| us as f64 / 1e6);
        let count = |of: fn(&Called) -> u64| {
            Estimate::of(&runs.iter().map(|run| of(run) as f64).collect::<Vec<_>>())
        };
        let over: Vec<f64> = runs.iter().filter_map(|run| seconds(run.over_us)).collect();
        let half: Vec<f64> = runs.iter().filter_map(|run| seconds(run.half_us)).collect();
        Told {
            name: (*name).clone(),
            people: u64::from(listed.people),
            reached: count(|run| run.reached),
            not_reached: count(|run| run.not_reached),
            over_in: over.len(),
            over_s: Estimate::of(&over),
            half_s: Estimate::of(&half),
        }
    };
    let least = in_target(draft, &without);
    let is_harmless = |outcomes: &[Outcome]| {
        let is_through = |place: usize| {
            outcomes
                .iter()
                .all(|it| it.campaigns[place].over_us.is_some())
        };
        let level = in_target(draft, outcomes);
        listed.iter().all(|(place, ..)| is_through(*place))
            && level
                .zip(least)
                .is_none_or(|(level, least)| level >= least - NO_HARM)
    };
    let queues: Vec<QueueId> = listed
        .iter()
        .map(|(place, ..)| draft.scenario.callers[*place].queue)
        .collect();
    let extra = if is_harmless(with) {
        Some(0)
    } else {
        fewest(|more| is_harmless(&simulate(&with_more(&draft.scenario, &queues, more))))
    };
    Some(Forecast {
        campaigns: listed.iter().map(told).collect(),
        runs: with.len(),
        beside: compared.into_iter().zip(hours).collect(),
        extra,
    })
}

/// The smallest number above 0 that will do, if more are never worse.
fn fewest(will_do: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut no, mut yes) = (0, 1);
    while !will_do(yes) {
        no = yes;
        yes *= 2;
        if yes > EXTRA_MAX {
            return None;
        }
    }
    while yes - no > 1 {
        let middle = no.midpoint(yes);
        if will_do(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Some(yes)
}

fn in_target(draft: &Draft, outcomes: &[Outcome]) -> Option<f64> {
    let level = compare::in_target(draft, outcomes);
    Estimate::of(&level).map(|it| it.mean)
}

fn without_campaigns(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    for callers in &mut scenario.callers {
        if let Arrivals::Listed(listed) = &mut callers.arrivals {
            listed.people = 0;
        }
    }
    scenario
}

/// The same with more operators, like the first of the largest group that serves one of these queues.
fn with_more(scenario: &Scenario, queues: &[QueueId], more: u32) -> Scenario {
    let mut scenario = scenario.clone();
    let rules = scenario.rules.clone();
    let serves = |skills: &[(String, u8)], queue: &QueueId| {
        let asked = rules.queues.get(queue).map(|rule| &rule.skills);
        let has =
            |name: &String, least: u8| skills.iter().any(|(own, at)| own == name && *at >= least);
        asked.is_some_and(|asked| asked.iter().all(|(name, least)| has(name, *least)))
    };
    let groups = scenario.operators.iter_mut();
    let able = groups.filter(|group| queues.iter().any(|queue| serves(&group.skills, queue)));
    if let Some(group) = able.max_by_key(|group| group.timetables.len())
        && let Some(first) = group.timetables.first().cloned()
    {
        let first: Timetable = first;
        group.timetables.extend((0..more).map(|_| first.clone()));
    }
    scenario
}

impl Forecast {
    pub(super) fn json(&self) -> Value {
        let campaigns = self.campaigns.iter().map(|it| {
            json!({
                "name": it.name,
                "people": it.people,
                "reached": number(it.reached),
                "not_reached": number(it.not_reached),
                "over_s": number(it.over_s),
                "half_s": number(it.half_s),
                "over_in_runs": it.over_in,
            })
        });
        let beside = self.beside.iter().map(|(compared, hours)| {
            json!({
                "name": compared.name,
                "figures": compare::figures_json(compared),
                "busy_hours": number(*hours),
            })
        });
        json!({
            "campaigns": campaigns.collect::<Vec<_>>(),
            "callers": beside.collect::<Vec<_>>(),
            "more_operators": self.extra,
        })
    }

    pub(super) fn tell(&self) {
        say("\nCampaigns: people who are called from a list, and when they all have a result");
        let heads = [
            "people",
            "reached",
            "not reached",
            "half of them after",
            "all after",
        ];
        let mut lines = vec![tables::headings("", heads)];
        for told in &self.campaigns {
            lines.push(vec![
                told.name.clone(),
                told.people.to_string(),
                tables::text(told.reached, Unit::Count),
                tables::text(told.not_reached, Unit::Count),
                tables::text(told.half_s, Unit::Seconds),
                if told.over_in == self.runs {
                    tables::text(told.over_s, Unit::Seconds)
                } else {
                    format!(
                        "not over in {} of {} runs",
                        self.runs - told.over_in,
                        self.runs
                    )
                },
            ]);
        }
        tables::print(&lines);
        say(
            "\nWho calls, without the campaigns and with them; and the hours that operators ring, talk and wrap up",
        );
        let compared: Vec<&Compared> = self.beside.iter().map(|(compared, _)| compared).collect();
        let mut lines = tables::compared(&compared);
        for (line, hours) in lines.iter_mut().zip(
            std::iter::once("hours".to_owned()).chain(
                self.beside
                    .iter()
                    .map(|(_, hours)| tables::text(*hours, Unit::Count)),
            ),
        ) {
            line.push(hours);
        }
        tables::print(&lines);
        say(&match self.extra {
            Some(0) => {
                "\nThese operators are enough: it is through in every run, and whoever calls loses a hundredth in target at most.".to_owned()
            }
            Some(more) => format!(
                "\n{more} more of the largest group that can, for its whole shift, and it is through in every run\n\
                 while whoever calls loses a hundredth in target at most."
            ),
            None => format!(
                "\nNot even with {EXTRA_MAX} more operators of the largest group that can is it through without harm to whoever\n\
                 calls: what stands in its way may be its pace, the lines, the contact window, the time that is left, or\n\
                 skills that the group has not."
            ),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_that_will_do_is_found_and_no_more_than_the_bound_is_tried() {
        for least in [1, 2, 3, 5, 40, 64] {
            assert_eq!(fewest(|more| more >= least), Some(least));
        }
        assert_eq!(fewest(|_| false), None);
    }
}
