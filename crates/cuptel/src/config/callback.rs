//! How a queue pays its debts: when people may be rung, how often, how long.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use cuptel_core::calendar::{ContactWindow, CountedDays, Term, Zone};
use cuptel_core::dialplan::fields::{Faults, Fields, Placed, unknown};
use cuptel_core::rules::{CallbackPolicy, GivesWay, PromptId};
use cuptel_core::words::Outcome;

use super::limits::{DAY_S, SOME_OF_A_DAY_S};
use super::opening::{CalendarDraft, hours_of_days, tell_once, texts_of};
use super::person_first::PersonFirstSettings;
use super::preview::PreviewSettings;
use super::staying::StaySettings;
use super::word;

/// How debts are paid; comparable, for a reload.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CallbackSettings {
    /// Default: to callers on the line.
    gives_way: GivesWay,
    /// Default 0.
    share_min: f64,
    /// Default 1.
    share_max: f64,
    /// Default 0.25.
    share_overdue: f64,
    /// Default 7,200.
    hold_max_s: u32,
    /// Default 180.
    grace_s: u32,
    /// Default 1,800.
    spacing_no_answer_s: u32,
    /// Default 600.
    spacing_busy_s: u32,
    /// Default 3,600.
    spacing_unreachable_s: u32,
    /// Default 14,400.
    spacing_person_declined_s: u32,
    /// Default 30.
    spacing_declined_s: u32,
    /// Default 3.
    busy_per_try: u32,
    /// Default 5.
    tries_max: u32,
    /// How a call may end without a callback. Default: every end opens one.
    not_on: BTreeSet<Outcome>,
    /// Default 24.
    owner_wait_h: u32,
    /// Default 10.
    expire_days: u32,
    /// Which days count for `expire_days`. Default: every day.
    expire_counts: Counts,
    /// Default 2.
    spread_h: u32,
    /// Default 300.
    expected_s: u32,
    /// Default 08:00-20:00, by the clock of the tenant.
    window: ContactWindow,
    /// On which days the window opens. Default: every day.
    window_counts: Counts,
    stays: StaySettings,
    preview: PreviewSettings,
    /// Which days count for the deadlines of the classes. Default: every day.
    class_counts: Counts,
    pub(super) person_first: PersonFirstSettings,
}

/// Which days count, a calendar still by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Counts {
    Every,
    Working,
    WorkingAndSaturdays,
    /// The days on which this calendar of the queue's tenant opens.
    Calendar(String),
}

impl Counts {
    /// As the rules want it; nothing where the calendar is not there.
    fn days<'c>(&self, mut ours: impl Iterator<Item = &'c CalendarDraft>) -> Option<CountedDays> {
        match self {
            Self::Every => Some(CountedDays::Every),
            Self::Working => Some(CountedDays::Working { saturday: false }),
            Self::WorkingAndSaturdays => Some(CountedDays::Working { saturday: true }),
            Self::Calendar(name) => ours
                .find(|draft| draft.calendar.name() == name.as_str())
                .map(|found| CountedDays::OpenIn(Arc::new(found.calendar.clone()))),
        }
    }
}

impl CallbackSettings {
    pub(super) fn standard() -> Self {
        let window = ContactWindow::parse("08:00-20:00", Zone::UTC);
        Self {
            gives_way: GivesWay::ToWaiting,
            share_min: 0.0,
            share_max: 1.0,
            share_overdue: 0.25,
            hold_max_s: 7_200,
            grace_s: 180,
            spacing_no_answer_s: 1_800,
            spacing_busy_s: 600,
            spacing_unreachable_s: 3_600,
            spacing_person_declined_s: 14_400,
            spacing_declined_s: 30,
            busy_per_try: 3,
            tries_max: 5,
            not_on: BTreeSet::new(),
            owner_wait_h: 24,
            expire_days: 10,
            expire_counts: Counts::Every,
            spread_h: 2,
            expected_s: 300,
            window: window.expect("the text is a span of hours"),
            window_counts: Counts::Every,
            stays: StaySettings::standard(),
            preview: PreviewSettings::standard(),
            class_counts: Counts::Every,
            person_first: PersonFirstSettings::standard(),
        }
    }

    /// Takes what the table says; the rest stays as it is.
    pub(super) fn take(&mut self, mut table: Fields<'_>) {
        let Self {
            gives_way,
            share_min,
            share_max,
            share_overdue,
            hold_max_s,
            grace_s,
            spacing_no_answer_s,
            spacing_busy_s,
            spacing_unreachable_s,
            spacing_person_declined_s,
            spacing_declined_s,
            busy_per_try,
            tries_max,
            not_on,
            owner_wait_h,
            expire_days,
            expire_counts,
            spread_h,
            expected_s,
            window,
            window_counts,
            stays,
            preview,
            class_counts,
            person_first,
        } = self;
        for (key, range, value) in [
            ("hold_max_s", DAY_S, hold_max_s),
            ("grace_s", DAY_S, grace_s),
            ("spacing_no_answer_s", SOME_OF_A_DAY_S, spacing_no_answer_s),
            ("spacing_busy_s", SOME_OF_A_DAY_S, spacing_busy_s),
            (
                "spacing_unreachable_s",
                SOME_OF_A_DAY_S,
                spacing_unreachable_s,
            ),
            (
                "spacing_person_declined_s",
                SOME_OF_A_DAY_S,
                spacing_person_declined_s,
            ),
            ("spacing_declined_s", SOME_OF_A_DAY_S, spacing_declined_s),
            ("busy_per_try", 1..=20, busy_per_try),
            ("tries_max", 1..=100, tries_max),
            ("owner_wait_h", 0..=720, owner_wait_h),
            ("expire_days", 1..=3_650, expire_days),
            ("spread_h", 0..=24, spread_h),
        ] {
            *value = table.whole_or(key, range, *value);
        }
        take_ends(&mut table, not_on);
        stays.take(&mut table);
        person_first.take(&mut table);
        preview.take(&mut table);
        take_gives_way(&mut table, gives_way);
        take_shares(&mut table, share_min, share_max);
        take_share_overdue(&mut table, share_overdue, *share_min);
        take_window(&mut table, window);
        take_expected(&mut table, expected_s, window.shortest_s());
        take_counts(&mut table, [expire_counts, window_counts, class_counts]);
        table.finish();
    }

    /// Tells every calendar that the queue's tenant does not have, and a window that opens on no
    /// day that counts.
    pub(super) fn check_calendars<'c>(
        &self,
        ours: impl Iterator<Item = &'c CalendarDraft> + Clone,
        at: &Range<usize>,
        faults: &Faults,
    ) {
        let known: Vec<&str> = ours.clone().map(|draft| draft.calendar.name()).collect();
        for (key, counts) in [
            ("expire_counts", &self.expire_counts),
            ("window_counts", &self.window_counts),
            ("class_counts", &self.class_counts),
        ] {
            if let Counts::Calendar(name) = counts
                && !known.contains(&name.as_str())
            {
                let told = unknown("calendar", name, known.iter().copied());
                faults.add(at.clone(), format!("`{key}` of this queue: {told}"));
            }
        }
        if let Some(days) = self.window_counts.days(ours)
            && !self.window.clone().on(days).ever_opens()
        {
            let message = "`window` of this queue opens on no day that `window_counts` counts: expected hours on one of them, or nobody is ever called back";
            faults.add(at.clone(), message);
        }
    }

    /// How a call may end without a callback being opened for it.
    pub(super) fn not_on(&self) -> &BTreeSet<Outcome> {
        &self.not_on
    }

    /// Whether a rule counts the days of this calendar of the queue's tenant.
    pub(super) fn uses(&self, calendar: &str) -> bool {
        [&self.expire_counts, &self.window_counts, &self.class_counts]
            .into_iter()
            .any(|counts| matches!(counts, Counts::Calendar(name) if name == calendar))
    }

    /// As the rules want it, by the clock of the tenant's zone.
    pub(crate) fn policy<'c>(
        &self,
        zone: Zone,
        ours: impl Iterator<Item = &'c CalendarDraft> + Clone,
        calling: Option<PromptId>,
    ) -> CallbackPolicy {
        let days = |counts: &Counts| {
            let days = counts.days(ours.clone());
            days.expect("`check_calendars` tells a calendar that is not there")
        };
        CallbackPolicy {
            gives_way: self.gives_way,
            share_min: self.share_min,
            share_max: self.share_max,
            share_overdue: self.share_overdue,
            hold_max_s: self.hold_max_s,
            grace_s: self.grace_s,
            spacing_no_answer_s: self.spacing_no_answer_s,
            spacing_busy_s: self.spacing_busy_s,
            spacing_unreachable_s: self.spacing_unreachable_s,
            spacing_person_declined_s: self.spacing_person_declined_s,
            spacing_declined_s: self.spacing_declined_s,
            busy_per_try: self.busy_per_try,
            tries_max: self.tries_max,
            not_on: self.not_on.clone(),
            owner_wait_h: self.owner_wait_h,
            spread_h: self.spread_h,
            expected_s: self.expected_s,
            expires: Term::new(self.expire_days, days(&self.expire_counts), zone),
            window: self
                .window
                .clone()
                .in_zone(zone)
                .on(days(&self.window_counts)),
            stays: self.stays.policy(zone, &days(&self.class_counts)),
            person_first: self.person_first.policy(calling),
            preview: self.preview.policy(),
        }
    }
}

/// Which days count for the age of a debt, for the window and for the classes.
fn take_counts(table: &mut Fields<'_>, values: [&mut Counts; 3]) {
    let keys = ["expire_counts", "window_counts", "class_counts"];
    for (key, value) in keys.into_iter().zip(values) {
        if let Some(counts) = counts(table, key) {
            *value = counts;
        }
    }
}

/// How a call may end that opens a callback, and how not. It may only take away: who was served is owed
/// nothing, and who was told that they are called is.
fn take_ends(table: &mut Fields<'_>, not_on: &mut BTreeSet<Outcome>) {
    let Some(mut on) = table.table("on") else {
        return;
    };
    let unserved = Outcome::ALL.iter().filter(|outcome| !outcome.is_served());
    for outcome in unserved {
        let Some(opens) = on.truth(outcome.as_str()) else {
            continue;
        };
        if opens.value {
            not_on.remove(outcome);
        } else if *outcome == Outcome::CallbackRequested {
            let message =
                "`callback_requested = false`: who asked for a call was told that they get it";
            on.faults().add(opens.at, message);
        } else {
            not_on.insert(*outcome);
        }
    }
    on.finish();
}

fn take_gives_way(table: &mut Fields<'_>, gives_way: &mut GivesWay) {
    let words = [
        ("to_waiting", GivesWay::ToWaiting),
        ("to_expected", GivesWay::ToExpected),
    ];
    *gives_way = word(table, "gives_way", &words, false).unwrap_or(*gives_way);
}

/// The part of the seats that always may call back, and the part that may at most.
fn take_shares(table: &mut Fields<'_>, share_min: &mut f64, share_max: &mut f64) {
    let (least, most) = (table.share("share_min"), table.share("share_max"));
    let at = least
        .as_ref()
        .or(most.as_ref())
        .map(|share| share.at.clone());
    *share_min = least.map_or(*share_min, |share| share.value);
    *share_max = most.map_or(*share_max, |share| share.value);
    if let Some(at) = at.filter(|_| *share_min > *share_max) {
        let message = format!(
            "`share_min` is {share_min} and `share_max` {share_max}: expected a larger `share_max`"
        );
        table.faults().add(at, message);
    }
}

/// The part of the seats that may call those who were held for long enough. What is less than
/// the floor lets nobody more be called, and nothing at all lets debts wait for ever.
fn take_share_overdue(table: &mut Fields<'_>, share_overdue: &mut f64, share_min: f64) {
    let given = table.share("share_overdue");
    let at = given.as_ref().map(|share| share.at.clone());
    let at = at.or_else(|| table.key_at("share_min"));
    *share_overdue = given.map_or(*share_overdue, |share| share.value);
    let why = "or a callback that was held for `hold_max_s` waits on";
    let message = if *share_overdue <= 0.0 {
        format!("`share_overdue` is 0: expected more, {why}")
    } else if *share_overdue < share_min {
        format!(
            "`share_min` is {share_min} and `share_overdue` {share_overdue}: expected a larger `share_overdue`, {why}"
        )
    } else {
        return;
    };
    if let Some(at) = at {
        table.faults().add(at, message);
    }
}

/// Hours that hold on every day, or those of each day of the week.
fn take_window(table: &mut Fields<'_>, window: &mut ContactWindow) {
    if !table.has_table("window") {
        if let Some(text) = table.filled_text("window") {
            match ContactWindow::parse(text.value, Zone::UTC) {
                Ok(parsed) => *window = parsed,
                Err(error) => table.faults().add(text.at, error.to_string()),
            }
        }
        return;
    }
    let Some(days) = table.table("window") else {
        return;
    };
    let week = hours_of_days(&days);
    if week.iter().all(Vec::is_empty) {
        let message = "`window` has no hours: expected those of a day or more, like { mon-fri = [\"09:00-13:00\", \"15:00-19:00\"] }, or nobody is ever called back";
        return days.faults().add(days.at(), message);
    }
    match ContactWindow::weekly(&texts_of(&week), Zone::UTC) {
        Ok(parsed) => *window = parsed,
        Err(errors) => {
            let placed = errors
                .into_iter()
                .map(|((day, index), error)| (week[day][index].at.clone(), error));
            tell_once(placed, days.faults());
        }
    }
}

/// A dial begins only where the window is long enough for it.
fn take_expected(table: &mut Fields<'_>, expected_s: &mut u32, window_s: u32) {
    let at = table
        .key_at("expected_s")
        .or_else(|| table.key_at("window"))
        .unwrap_or_else(|| table.at());
    *expected_s = table.whole_or("expected_s", 0..=3_600, *expected_s);
    if window_s < *expected_s {
        let message = format!(
            "the window lasts {window_s} s where it is shortest and a callback is expected to take {expected_s} s: expected longer hours"
        );
        table.faults().add(at, message);
    }
}

/// A word, or `{ calendar = "NAME" }`.
fn counts(table: &mut Fields<'_>, key: &'static str) -> Option<Counts> {
    if table.has_table(key) {
        let mut calendar = table.table(key)?;
        let name = calendar.required_text("calendar", "the name of a calendar");
        calendar.finish();
        return name.map(|name: Placed<&str>| Counts::Calendar(name.value.to_owned()));
    }
    let words = [
        ("every_day", Counts::Every),
        ("working_days", Counts::Working),
        ("working_days_and_saturdays", Counts::WorkingAndSaturdays),
    ];
    word(table, key, &words, false)
}
