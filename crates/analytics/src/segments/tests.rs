//! What a teacher is told: the rule, her habits, and what would change it, without a value judgement in between.

use super::*;

fn month(habits: Habits, segment: &str, against: usize) -> MonthOfCourse {
    let place = catalogue().segments().iter().position(|one| one.name == segment);
    MonthOfCourse {
        month: calendar::Month::new(2025, 11).unwrap(),
        habits: Some(habits),
        segment: place,
        against,
        is_new: false,
    }
}

fn catalogue() -> Catalogue {
    Catalogue::embedded().unwrap()
}

fn told_of(habits: Habits, segment: &str, against: usize) -> OwnSegment {
    told(&catalogue(), &[month(habits, segment, against)], 1.0)
}

const REGULAR: Habits = Habits { tenure_days: 91.0, features: 11.0, active_days_per_week: 2.24 };

#[test]
fn the_rule_is_told_with_the_habits_it_looked_at() {
    let told = told_of(REGULAR, "regular", 0);
    assert_eq!(told.segment.as_deref(), Some("regular"));
    assert_eq!(told.month.as_deref(), Some("2025-11"));
    assert_eq!(told.habits.map(|habits| habits.active_days_per_week), Some(2.2));
    assert_eq!((told.leaning, told.withheld), (None, None));
}

#[test]
fn what_one_habit_alone_would_change_is_told_by_the_nearest_threshold() {
    let changes = told_of(REGULAR, "regular", 0).would_change;
    let said: Vec<_> = changes.iter().map(|one| (one.habit, one.at_least, one.below, one.segment.as_str())).collect();
    assert_eq!(
        said,
        [("active_days_per_week", None, Some(1.5), "occasional")],
        "three days a week alone would change nothing, and features never become fewer"
    );
    let keen = Habits { features: 18.0, ..REGULAR };
    let changes = told_of(keen, "regular", 0).would_change;
    assert!(changes.iter().any(|one| one.at_least == Some(3.0) && one.segment == "power"), "{changes:?}");
}

#[test]
fn whoever_is_new_is_told_when_that_ends() {
    let new = Habits { tenure_days: 21.0, features: 8.0, active_days_per_week: 2.0 };
    let changes = told_of(new, "novice", 0).would_change;
    assert_eq!(
        (changes[0].habit, changes[0].at_least, changes[0].segment.as_str()),
        ("tenure_days", Some(30.0), "regular")
    );
}

#[test]
fn a_rule_that_says_otherwise_for_too_short_is_told_as_that() {
    let weaker = Habits { active_days_per_week: 0.8, ..REGULAR };
    let leaning = told_of(weaker, "regular", 1).leaning.unwrap();
    assert_eq!(leaning, Leaning { segment: "occasional".to_owned(), months: 1, of: 2 });
}

#[test]
fn without_a_month_that_is_over_nothing_is_told() {
    let told = told(&catalogue(), &[], 0.5);
    assert_eq!((told.withheld, told.segment, told.presence), (Some(TOO_EARLY), None, 0.5));
}
