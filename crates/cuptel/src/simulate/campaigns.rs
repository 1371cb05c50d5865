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
/// What whoever calls may lose, and it is no harm: the runs hardly tell it from nothing.
const NO_HARM: [(&str, Worse); 4] = [
    ("in_target", Worse::Less(0.01)),
    ("abandoned_share", Worse::More(0.01)),
    ("wait_mean_s", Worse::More(5.0)),
    ("wait_max_s", Worse::More(60.0)),
];

/// By how much a figure may be worse, and which way that is.
#[derive(Debug, Clone, Copy)]
enum Worse {
    Less(f64),
    More(f64),
}

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
    /// Whether these operators are enough.
    is_harmless: bool,
    /// The fewest more of each group that can, with whom nobody is worse off; the cheapest first.
    more: Vec<More>,
}

/// More operators of a group.
#[derive(Debug, Clone, PartialEq)]
struct More {
    group: String,
    /// How many; none, where as many as may be are not enough, or would cost more than another group.
    count: Option<u32>,
    /// Hours that each of them is there.
    hours: f64,
}

impl More {
    fn cost_h(&self) -> f64 {
        self.count
            .map_or(f64::INFINITY, |count| f64::from(count) * self.hours)
    }
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
    let before = NO_HARM.map(|(key, _)| mean(draft, &without, key));
    let is_harmless = |outcomes: &[Outcome]| {
        let is_through = |place: usize| {
            outcomes
                .iter()
                .all(|it| it.campaigns[place].over_us.is_some())
        };
        let mut figures = NO_HARM.iter().zip(before);
        listed.iter().all(|(place, ..)| is_through(*place))
            && figures.all(|((key, worse), before)| {
                let figures = mean(draft, outcomes, key).zip(before);
                figures.is_none_or(|(now, before)| worse.allows(before, now))
            })
    };
    let queues: Vec<QueueId> = listed
        .iter()
        .map(|(place, ..)| draft.scenario.callers[*place].queue)
        .collect();
    let enough = is_harmless(with);
    let will_do =
        |place: usize, more: u32| is_harmless(&simulate(&with_more(&draft.scenario, place, more)));
    let more = if enough {
        Vec::new()
    } else {
        cheapest(&draft.scenario, &able(&draft.scenario, &queues), will_do)
    };
    Some(Forecast {
        campaigns: listed.iter().map(told).collect(),
        runs: with.len(),
        beside: compared.into_iter().zip(hours).collect(),
        is_harmless: enough,
        more,
    })
}

impl Worse {
    fn allows(self, before: f64, now: f64) -> bool {
        match self {
            Self::Less(by) => now >= before - by,
            Self::More(by) => now <= before + by,
        }
    }
}

/// How many more of each group would do, the cheapest first. A group that costs more than another is
/// not looked into any further.
fn cheapest(
    scenario: &Scenario,
    groups: &[usize],
    will_do: impl Fn(usize, u32) -> bool,
) -> Vec<More> {
    let mut all: Vec<More> = Vec::new();
    for &place in groups {
        let group = &scenario.operators[place];
        let hours = group.timetables.first().map_or(0.0, hours_of);
        let least_h = all.iter().map(More::cost_h).fold(f64::INFINITY, f64::min);
        let most = (1..=EXTRA_MAX).rfind(|count| f64::from(*count) * hours <= least_h);
        let count = most.and_then(|most| fewest(most, |more| will_do(place, more)));
        let group = group.name.clone();
        all.push(More {
            group,
            count,
            hours,
        });
    }
    all.sort_by(|one, other| one.cost_h().total_cmp(&other.cost_h()));
    all
}

/// Hours that somebody with these shifts is there.
fn hours_of(timetable: &Timetable) -> f64 {
    let shifts = timetable.shifts.iter();
    shifts
        .map(|shift| f64::from(shift.to_s - shift.from_s))
        .sum::<f64>()
        / 3_600.0
}

/// The smallest number above 0 and to the bound that will do, if more are never worse.
fn fewest(most: u32, will_do: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut no, mut yes) = (0, 1.min(most));
    while !will_do(yes) {
        if yes == most {
            return None;
        }
        no = yes;
        yes = (yes * 2).min(most);
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

/// A figure of whoever calls, over all runs.
fn mean(draft: &Draft, outcomes: &[Outcome], key: &str) -> Option<f64> {
    let runs = compare::of_callers(draft, outcomes, key);
    Estimate::of(&runs).map(|it| it.mean)
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

/// The groups that serve one of these queues, the largest first.
fn able(scenario: &Scenario, queues: &[QueueId]) -> Vec<usize> {
    let rules = &scenario.rules;
    let serves = |skills: &[(String, u8)], queue: &QueueId| {
        let asked = rules.queues.get(queue).map(|rule| &rule.skills);
        let has =
            |name: &String, least: u8| skills.iter().any(|(own, at)| own == name && *at >= least);
        asked.is_some_and(|asked| asked.iter().all(|(name, least)| has(name, *least)))
    };
    let groups = scenario.operators.iter().enumerate();
    let mut able: Vec<(usize, usize)> = groups
        .filter(|(_, it)| !it.timetables.is_empty())
        .filter(|(_, it)| queues.iter().any(|queue| serves(&it.skills, queue)))
        .map(|(place, it)| (place, it.timetables.len()))
        .collect();
    able.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    able.into_iter().map(|(place, _)| place).collect()
}

/// The same with more operators of a group, like its first.
fn with_more(scenario: &Scenario, place: usize, more: u32) -> Scenario {
    let mut scenario = scenario.clone();
    if let Some(group) = scenario.operators.get_mut(place)
        && let Some(first) = group.timetables.first().cloned()
    {
        group.timetables.extend((0..more).map(|_| first.clone()));
    }
    scenario
}

impl Forecast {
    /// The cheapest that will do.
    fn best(&self) -> Option<&More> {
        self.more.first().filter(|it| it.count.is_some())
    }

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
            "more_operators": if self.is_harmless { Some(0) } else { self.best().and_then(|it| it.count) },
            "more_of_groups": self.more.iter().map(|it| {
                json!({ "group": it.group, "operators": it.count, "hours_each": it.hours })
            }).collect::<Vec<_>>(),
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
        self.tell_more();
    }

    fn tell_more(&self) {
        const NO_HARM: &str = "whoever calls loses a hundredth in target at most, a hundredth more of them give up,\nand they wait 5 s longer on average and 60 s at the longest";
        if self.is_harmless {
            return say(&format!(
                "\nThese operators are enough: it is through in every run, and at most {NO_HARM}."
            ));
        }
        let Some(More {
            group,
            count: Some(count),
            hours,
        }) = self.best()
        else {
            let groups: Vec<&str> = self.more.iter().map(|it| it.group.as_str()).collect();
            return say(&format!(
                "\nNot even with {EXTRA_MAX} more operators of any one group that can ({}) is it through without harm to\n\
                 whoever calls: what stands in its way may be its pace, the lines, the contact window, the time that is\n\
                 left, or skills that no group has.",
                groups.join(", ")
            ));
        };
        say(&format!(
            "\nThe cheapest: {count} more of {group}, {hours:.1} h each, and it is through in every run while at most\n{NO_HARM}."
        ));
        for other in self.more.iter().skip(1) {
            say(&match other.count {
                Some(count) => format!(
                    "{count} of {} would do too, {:.1} h each.",
                    other.group, other.hours
                ),
                None => format!(
                    "Of {} it would take more hours, or more than {EXTRA_MAX}.",
                    other.group
                ),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_that_will_do_is_found_and_no_more_than_the_bound_is_tried() {
        for least in [1, 2, 3, 5, 40, 64] {
            assert_eq!(fewest(EXTRA_MAX, |more| more >= least), Some(least));
            assert_eq!(fewest(least, |more| more >= least), Some(least));
        }
        assert_eq!(fewest(EXTRA_MAX, |_| false), None);
        assert_eq!(fewest(39, |more| more >= 40), None);
    }

    #[test]
    fn a_longer_wait_or_more_who_give_up_is_harm_too() {
        assert!(Worse::Less(0.01).allows(0.8, 0.795) && !Worse::Less(0.01).allows(0.8, 0.78));
        assert!(Worse::More(5.0).allows(20.0, 24.0) && !Worse::More(5.0).allows(20.0, 26.0));
    }
}
