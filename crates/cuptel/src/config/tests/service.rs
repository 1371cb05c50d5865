//! Tenants, sites, calendars and queues: what they take from each other.

use super::*;

#[test]
fn queues_and_calendars_belong_to_a_tenant_and_have_names_of_their_own() {
    assert_fault(
        "name = \"disdette\"",
        "name = \"disdette\"\n[[queue]]\ntenant = \"asl\"\nname = \"disdette\"\n",
        "49:8: queue \"disdette\" is here twice",
    );
    assert_fault(
        "name = \"orario\"\n",
        "name = \"orario\"\nclosed = [\"2026-02-30\"]\n",
        "36:11: \"2026-02-30\" is no date: expected \"YYYY-MM-DD\", or \"MM-DD\" for a day of every year",
    );
    assert_fault(
        "name = \"teramo\"",
        "name = \"teramo\"\n[[site]]\nname = \"Roma\"",
        "33:8: \"Roma\" is no name of a site: expected at most 64 lower-case letters, digits, - and _",
    );
    assert_fault(
        "08:00-18:00",
        "18:00-08:00",
        "36:19: \"18:00-08:00\" ends before it begins: a span stays within one day, \"00:00-24:00\" at most",
    );
    assert_fault(
        "dialplan = ",
        "time_zone = \"Europe/Roma\"\ndialplan = ",
        "28:13: \"Europe/Roma\" is no time zone: expected a name like \"Europe/Rome\"",
    );
    let extra = format!("{PLAIN}[[queue]]\ntenant = \"als\"\nname = \"x\"\n");
    assert_eq!(
        load_in(&project(&extra, PLAN)).unwrap_err(),
        ["config/cuptel.toml:49:10: unknown tenant \"als\": did you mean \"asl\"?"]
    );
}

#[test]
fn a_queue_says_what_differs_from_the_common_values() {
    let text = changed(
        PLAIN,
        "[prompts]",
        "[queue_defaults]\nring_s = 25\nwrap_up_s = 7\nanswer_targets = [{ share = 0.5, within_s = 60 }]\n\
         [queue_defaults.callback]\ngrace_s = 90\ntries_max = 2\n[prompts]",
    );
    let text = changed(
        &text,
        "name = \"disdette\"",
        "name = \"disdette\"\nring_s = 9",
    );
    let config = load_in(&project(&text, PLAN)).unwrap();
    let [first, second] = config.queues.as_slice() else {
        panic!("two queues")
    };
    assert_eq!((first.policy.ring_s, second.policy.ring_s), (25, 9));
    assert_eq!((first.policy.wrap_up_s, second.policy.wrap_up_s), (7, 7));
    let target = |queue: &QueueSettings| queue.policy.answer_targets[0].within_s;
    assert_eq!((target(first), target(second)), (90, 60));
    let rules = config.rules(&ProvisionalIds::new(&config));
    let callback = |queue| &rules.queues[&QueueId(queue)].callback;
    assert_eq!((callback(1).grace_s, callback(2).grace_s), (90, 60));
    assert_eq!((callback(1).tries_max, callback(2).tries_max), (2, 2));
}

/// Noon in Rome of a day of December 2026.
fn noon(day: i64) -> i64 {
    const FIRST_MS: i64 = 1_796_122_800_000;
    FIRST_MS + (day - 1) * 86_400_000
}

#[test]
fn each_rule_counts_its_own_days_by_the_clock_of_the_tenant() {
    let text = changed(
        PLAIN,
        "callback = { grace_s = 60, window = \"09:00-12:00\" }",
        "callback = { window = \"09:00-18:00\", window_counts = { calendar = \"orario\" }, expire_days = 2, expire_counts = \"working_days\" }",
    );
    let text = changed(
        &text,
        "weekly = { mon = [\"08:00-18:00\"] }",
        "holidays = true\npatrons_of = [\"teramo\"]\nweekly = { mon-sat = [\"08:00-18:00\"] }",
    );
    let text = changed(
        &text,
        "name = \"teramo\"",
        "name = \"teramo\"\npatron = \"12-19\"",
    );
    let config = load_in(&project(&text, PLAN)).unwrap();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let callback = &rules.queues[&QueueId(2)].callback;
    // San Berardo, a Saturday, and the Sunday after it; Friday and Monday are ordinary.
    for (day, open) in [(18, true), (19, false), (20, false), (21, true)] {
        assert_eq!(callback.window.is_open(noon(day)), open, "{day} December");
    }
    assert_eq!(
        callback.expires.ends(noon(18)),
        Some(noon(22)),
        "Monday and Tuesday; the weekend does not count"
    );
    let ordinary = &rules.queues[&QueueId(1)].callback;
    assert!(ordinary.window.is_open(noon(20)));
    assert_eq!(ordinary.expires.ends(noon(1)), Some(noon(11)));
}

#[test]
fn a_queue_has_contact_windows_of_its_own_for_each_day_of_the_week() {
    let text = changed(
        PLAIN,
        "window = \"09:00-12:00\"",
        "window = { mon-fri = [\"09:00-11:00\", \"12:00-18:00\"], sat = [\"09:00-11:00\"] }",
    );
    let config = load_in(&project(&text, PLAN)).unwrap();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let window = |queue| &rules.queues[&QueueId(queue)].callback.window;
    // Friday to Monday.
    for (day, open) in [(18, true), (19, false), (20, false), (21, true)] {
        assert_eq!(window(2).is_open(noon(day)), open, "{day} December");
        assert!(!window(2).is_open(noon(day) - 1), "{day} December");
        assert!(window(1).is_open(noon(day)), "the standard hours");
    }
    assert_eq!(window(2).next(noon(19)), noon(21) - 3 * 3_600_000);
}

#[test]
fn a_tenant_shows_its_own_number_or_the_trunks() {
    let config = load_in(&project(PLAIN, PLAN)).unwrap();
    let rules = config.rules(&ProvisionalIds::new(&config));
    assert!(rules.tenants.values().all(|tenant| tenant.cli.is_none()));
    let own = changed(
        PLAIN,
        "name = \"asl\"\n",
        "name = \"asl\"\ncli = \"+390861000000\"\n",
    );
    let config = load_in(&project(&own, PLAN)).unwrap();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let shown = rules
        .tenants
        .values()
        .find_map(|tenant| tenant.cli.as_ref());
    assert_eq!(shown.map(|cli| cli.reveal()), Some("+390861000000"));
}
