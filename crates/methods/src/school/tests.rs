//! What the watch promises.

use proptest::prelude::*;

use super::*;
use crate::chance::Chance;

fn weeks(count: usize) -> impl Iterator<Item = (u8, bool)> {
    (0..count * 7).map(|at| (u8::try_from(at % 7).expect("a weekday"), at % 7 < 5))
}

fn alerts(days: impl IntoIterator<Item = Day>) -> Vec<(usize, Alert)> {
    let mut watch = Watch::new();
    let pushed = days.into_iter().enumerate().map(|(at, day)| (at, watch.push(&day).expect("a day")));
    pushed.filter_map(|(at, alert)| Some((at, alert?))).collect()
}

/// Counts of three parts around 40, 20 and 10.
fn usual(chance: &mut Chance, weekday: u8, open: bool) -> Day {
    let parts = [40.0, 20.0, 10.0].map(|mean| if open { chance.poisson(mean) } else { 0.0 });
    Day { weekday, open, exposure: 1.0, parts: parts.to_vec() }
}

#[test]
fn closed_days_are_no_news() {
    let mut chance = Chance::new(1);
    let days: Vec<Day> = weeks(30)
        .enumerate()
        .map(|(at, (weekday, open))| usual(&mut chance, weekday, open && !(70..86).contains(&at)))
        .collect();
    assert!(alerts(days).len() <= 1);
}

#[test]
fn the_part_that_stops_is_named() {
    for part in 0..3 {
        let mut chance = Chance::new(7);
        let mut days: Vec<Day> = weeks(20).map(|(weekday, open)| usual(&mut chance, weekday, open)).collect();
        days[98..].iter_mut().for_each(|day| day.parts[part] = 0.0);
        let alerts = alerts(days);
        let (at, alert) = alerts.iter().find(|(at, _)| *at >= 98).expect("an alert");
        assert!(*at < 98 + 5, "{part}: {:?}", alerts.iter().map(|(at, alert)| (at, alert.days)).collect::<Vec<_>>());
        assert_eq!((alert.direction, alert.explanation.named), (Direction::Down, Some(part)));
        let named = alert.explanation.parts[0];
        assert!(named.place == part && named.counted < named.usual && (0.0..=1.0).contains(&alert.score));
    }
}

#[test]
fn where_all_parts_stop_the_whole_is_named() {
    let mut chance = Chance::new(3);
    let mut days: Vec<Day> = weeks(20).map(|(weekday, open)| usual(&mut chance, weekday, open)).collect();
    days[98..].iter_mut().for_each(|day| day.parts.fill(0.0));
    let alerts = alerts(days);
    let (at, alert) = alerts.iter().find(|(at, _)| *at >= 98).expect("an alert");
    assert_eq!((*at, alert.explanation.named), (98, None));
}

#[test]
fn a_school_that_opened_last_week_is_only_learnt_from() {
    let mut chance = Chance::new(4);
    let days = weeks(1).map(|(weekday, open)| Day {
        parts: vec![chance.between(0.0, 500.0).round()],
        ..usual(&mut Chance::new(0), weekday, open)
    });
    assert!(alerts(days).is_empty());
}

#[test]
fn nothing_but_zeros_is_no_news_and_the_first_use_is() {
    let mut days: Vec<Day> =
        weeks(20).map(|(weekday, open)| Day { weekday, open, exposure: 1.0, parts: vec![0.0, 0.0] }).collect();
    assert!(alerts(days.clone()).is_empty());
    days[105].parts[0] = 40.0;
    assert_eq!(alerts(days).first().map(|(at, _)| *at), Some(105));
}

#[test]
fn a_missing_month_is_no_news() {
    let mut chance = Chance::new(9);
    let days: Vec<Day> = weeks(30).map(|(weekday, open)| usual(&mut chance, weekday, open)).collect();
    let kept = days.into_iter().enumerate().filter(|(at, _)| !(98..126).contains(at)).map(|(_, day)| day);
    assert!(alerts(kept).len() <= 1);
}

#[test]
fn a_day_that_can_not_be_judged_says_why() {
    let mut watch = Watch::new();
    let day = |weekday, parts: &[f64]| Day { weekday, open: true, exposure: 1.0, parts: parts.to_vec() };
    assert_eq!(watch.push(&day(7, &[1.0])), Err(DayError::Weekday));
    assert_eq!(watch.push(&day(0, &[f64::NAN])), Err(DayError::Value));
    assert_eq!(watch.push(&day(0, &[-1.0])), Err(DayError::Value));
    assert_eq!(watch.push(&day(0, &[])), Err(DayError::Parts { given: 0, before: 0 }));
    assert_eq!(watch.push(&day(0, &[1.0, 2.0])), Ok(None));
    assert_eq!(watch.push(&day(1, &[1.0])), Err(DayError::Parts { given: 1, before: 2 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_days_make_it_fall_over(
        days in prop::collection::vec((0..8_u8, any::<bool>(), prop_oneof![Just(1.0), any::<f64>()],
            prop::collection::vec(prop_oneof![0.0..1e4_f64, any::<f64>()], 2)), 0..120),
    ) {
        let mut watch = Watch::new();
        for (weekday, open, exposure, parts) in days {
            if let Ok(Some(alert)) = watch.push(&Day { weekday, open, exposure, parts }) {
                prop_assert!((0.0..=1.0).contains(&alert.score));
                prop_assert!(alert.counted.is_finite() && alert.usual.is_finite());
                for part in &alert.explanation.parts {
                    prop_assert!(part.power.is_finite() && part.surprise.is_finite());
                }
            }
        }
    }

    #[test]
    fn an_alert_never_uses_a_later_day(
        counts in prop::collection::vec(0..60_u32, 20..150), cut in 0..150_usize,
    ) {
        let days: Vec<Day> = weeks(30).zip(&counts)
            .map(|((weekday, open), count)| Day { weekday, open, exposure: 1.0, parts: vec![f64::from(*count), 5.0] })
            .collect();
        let before: Vec<_> = alerts(days.clone()).into_iter().filter(|(at, _)| *at < cut).collect();
        prop_assert_eq!(before, alerts(days.into_iter().take(cut)));
    }
}
