//! The course of one teacher through a school year: what is known of each week, her habits at the end of each month, and
//! the segment that she is in by then. Pure: rows are read elsewhere, and a simulation may bring its own.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, IsoWeek, Month, SchoolYear, Zone};
use catalogue::{Catalogue, Habit, Habits, Segment};
use methods::segments::{Settled, Steadiness, Week, habits};

/// What is known of a teacher's weeks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weeks(BTreeMap<IsoWeek, Known>);

/// What is known of one week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Known {
    /// On how many days she was active; nothing where nobody counted.
    days: Option<u32>,
    /// Whether she worked on content.
    content: bool,
    /// Features she used.
    used: BTreeSet<u16>,
}

impl Weeks {
    /// She did something in this week.
    pub fn seen(&mut self, week: IsoWeek) {
        self.0.entry(week).or_default();
    }

    /// She worked on content in this week.
    pub fn content(&mut self, week: IsoWeek) {
        self.0.entry(week).or_default().content = true;
    }

    /// She used this feature in this week: its place in the catalogue's list.
    pub fn used(&mut self, week: IsoWeek, feature: u16) {
        self.0.entry(week).or_default().used.insert(feature);
    }

    /// She was active on so many days of this week.
    pub fn active_days(&mut self, week: IsoWeek, days: u32) {
        let known = self.0.entry(week).or_default();
        known.days = Some(known.days.unwrap_or(0).saturating_add(days).min(7));
    }

    /// The weeks from her first one through `last`, none left out. What nobody counted although something was done is not
    /// known; where nothing was done, nothing was counted, which is zero.
    fn through(&self, last: IsoWeek, class_weeks: &BTreeSet<IsoWeek>) -> Vec<Week<u16>> {
        let Some(first) = self.0.keys().next() else { return Vec::new() };
        std::iter::successors(Some(*first), |week| Some(week.next()))
            .take_while(|week| *week <= last)
            .map(|week| {
                let known = self.0.get(&week);
                let days = match known {
                    Some(known) if known.content => known.days,
                    Some(known) => Some(known.days.unwrap_or(0)),
                    None => Some(0),
                };
                let used = known.map(|known| known.used.iter().copied().collect()).unwrap_or_default();
                Week { is_class: class_weeks.contains(&week), days, used }
            })
            .collect()
    }

    /// Whether anything was done in a month.
    fn is_there(&self, month: Month) -> bool {
        self.0.iter().any(|(week, known)| week.month() == month && (known.content || !known.used.is_empty()))
    }
}

/// A school year as teachers' courses need it: its class weeks, and the months that are over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    class_weeks: BTreeSet<IsoWeek>,
    /// Each month with class in it, and its last week.
    months: Vec<(Month, IsoWeek)>,
}

impl Year {
    /// A school year in a zone, as far as weeks have closed. A month is over when its last week has closed; one without
    /// class says nothing.
    pub fn of(calendar: &Calendar, zone: Zone, year: SchoolYear, closed_through: IsoWeek) -> Self {
        let class_weeks: BTreeSet<IsoWeek> = calendar.class_weeks(zone, year).into_iter().collect();
        let with_class: BTreeSet<Month> = class_weeks.iter().map(|week| week.month()).collect();
        let last_of = |month: &Month| year.weeks().filter(|week| week.month() == *month).last();
        let months = with_class
            .iter()
            .filter_map(|month| Some((*month, last_of(month)?)))
            .filter(|(_, last)| *last <= closed_through)
            .collect();
        Self { class_weeks, months }
    }

    /// The last month that is over.
    pub fn last_month(&self) -> Option<Month> {
        self.months.last().map(|(month, _)| *month)
    }
}

/// A month of somebody's course.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthOfCourse {
    /// The month.
    pub month: Month,
    /// Her habits at its end; nothing where nothing was done in it, or nobody counted.
    pub habits: Option<Habits>,
    /// The segment she is in from then on: its place in the catalogue.
    pub segment: Option<usize>,
    /// How many months in a row, this one included, spoke for another one.
    pub against: usize,
    /// Whether she is there only because she has not been there for long.
    pub is_new: bool,
}

/// Somebody's course through a school year, a month that is over at a time, from her first week on.
///
/// A month in which nothing was done changes nothing: sick leave, an absence or a broken tablet look the same from here.
/// As long as she is new, and for that alone in the first segment, nothing is remembered of it.
pub fn course(catalogue: &Catalogue, year: &Year, weeks: &Weeks, presence: f64) -> Vec<MonthOfCourse> {
    let steady = catalogue.steadiness();
    let steadiness = Steadiness { windows: steady.months, band: [0.0, steady.features, steady.active_days_per_week] };
    let mut settled = Settled::new();
    let mut course = Vec::new();
    for (month, last) in &year.months {
        if weeks.0.keys().next().is_none_or(|first| first > last) {
            continue;
        }
        let there = weeks.is_there(*month).then(|| habits(&weeks.through(*last, &year.class_weeks), presence));
        let habits = there.flatten().map(|habits| Habits {
            tenure_days: habits.tenure_days,
            features: habits.features,
            active_days_per_week: habits.active_days_per_week,
        });
        if let Some(habits) = &habits {
            settled.next(&Habit::ALL.map(|habit| habits.get(habit)), &steadiness, |point| {
                segment_at(catalogue.segments(), point)
            });
        }
        let (segment, against) = (settled.current(), settled.against());
        let is_new = habits.as_ref().is_some_and(|habits| is_new(catalogue.segments(), habits));
        if is_new {
            settled.forget();
        }
        course.push(MonthOfCourse { month: *month, habits, segment, against, is_new });
    }
    course
}

fn segment_at(segments: &[Segment], point: &[f64; 3]) -> Option<usize> {
    let [tenure_days, features, active_days_per_week] = *point;
    place(segments, &Habits { tenure_days, features, active_days_per_week })
}

/// The place of the segment that takes these habits by the plain rule.
pub(super) fn place(segments: &[Segment], habits: &Habits) -> Option<usize> {
    segments.iter().position(|segment| segment.takes(habits))
}

/// Whether she is where she is only because she has not been there for long.
fn is_new(segments: &[Segment], habits: &Habits) -> bool {
    place(segments, habits) != place(segments, &habits.with(Habit::TenureDays, f64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Zone = Zone::C;

    fn year(closed_through: &str) -> (SchoolYear, Year) {
        let year = SchoolYear::starting(2025).unwrap();
        (year, Year::of(&Calendar::official(), ZONE, year, closed_through.parse().unwrap()))
    }

    /// A teacher who is active on so many days of each class week, with so many features.
    fn steady(days: impl Fn(usize) -> u32, features: u16) -> Weeks {
        let mut weeks = Weeks::default();
        let (of_year, _) = year("2026-W30");
        for (nth, week) in Calendar::official().class_weeks(ZONE, of_year).into_iter().enumerate() {
            if days(nth) > 0 {
                weeks.content(week);
                weeks.active_days(week, days(nth));
                (0..features).for_each(|feature| weeks.used(week, feature));
            }
        }
        weeks
    }

    fn names(weeks: &Weeks, presence: f64) -> Vec<String> {
        let catalogue = Catalogue::embedded().unwrap();
        let course = course(&catalogue, &year("2026-W30").1, weeks, presence);
        let name = |one: &MonthOfCourse| one.segment.map(|place| catalogue.segments()[place].name.clone());
        course.iter().map(|one| name(one).unwrap_or_default()).collect()
    }

    #[test]
    fn whoever_is_new_is_in_discovery_until_she_is_not_and_then_at_once_where_she_belongs() {
        assert_eq!(names(&steady(|_| 2, 10), 1.0)[..3], ["novice", "regular", "regular"]);
        assert_eq!(names(&steady(|_| 4, 18), 1.0)[..3], ["novice", "power", "power"]);
        assert!(names(&steady(|_| 2, 4), 1.0).iter().all(|name| name == "novice"), "few features keep her there");
    }

    #[test]
    fn who_shares_a_class_is_held_against_the_time_she_is_there() {
        let last = |presence| names(&steady(|_| 1, 10), presence).pop().unwrap();
        assert_eq!((last(1.0), last(0.5)), ("occasional".to_owned(), "regular".to_owned()));
    }

    #[test]
    fn a_month_away_changes_nothing_and_three_weak_months_do() {
        let away = names(&steady(|nth| if (8..12).contains(&nth) { 0 } else { 3 }, 10), 1.0);
        assert!(away[1..].iter().all(|name| name == "regular"), "{away:?}");
        let weaker = names(&steady(|nth| if nth < 12 { 3 } else { u32::from(nth % 2 == 0) }, 10), 1.0);
        assert_eq!((weaker[2].as_str(), weaker.last().unwrap().as_str()), ("regular", "occasional"));
        assert_eq!(
            weaker[1..].windows(2).filter(|pair| pair[0] != pair[1]).count(),
            1,
            "once and for good: {weaker:?}"
        );
    }

    #[test]
    fn weeks_in_which_nobody_counted_days_are_left_out() {
        let mut weeks = steady(|_| 2, 10);
        for known in weeks.0.values_mut().take(20) {
            known.days = None;
        }
        let catalogue = Catalogue::embedded().unwrap();
        let course = course(&catalogue, &year("2026-W30").1, &weeks, 1.0);
        assert_eq!(course[1].habits, None);
        let last = course.last().and_then(|month| month.habits);
        assert_eq!(last.map(|habits| habits.active_days_per_week), Some(2.0));
    }

    #[test]
    fn one_day_and_a_school_that_opened_last_week_say_no_more_than_that() {
        let mut weeks = Weeks::default();
        let week = "2025-W47".parse().unwrap();
        weeks.content(week);
        weeks.active_days(week, 1);
        let catalogue = Catalogue::embedded().unwrap();
        assert!(course(&catalogue, &year("2025-W47").1, &weeks, 1.0).is_empty(), "the month is not over");
        let course = course(&catalogue, &year("2025-W48").1, &weeks, 1.0);
        let [only] = course[..] else { panic!("{course:?}") };
        assert_eq!(only.segment.map(|place| catalogue.segments()[place].name.as_str()), Some("novice"));
    }
}
