//! Promises of segments: an index with known values, clusters that are found again, people who do not flip.

use proptest::prelude::*;

use super::*;
use crate::chance::Chance;
use crate::count::real;

#[test]
fn the_index_is_that_of_the_paper() {
    // Two groupings of six, worked by hand: 2 pairs together in both, 6 and 3 in one, 15 pairs in all.
    let (one, other) = ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]);
    let expected = (2.0 - 6.0 * 3.0 / 15.0) / (f64::midpoint(6.0, 3.0) - 6.0 * 3.0 / 15.0);
    assert!((adjusted_rand_index(&one, &other).unwrap() - expected).abs() < 1e-12);
    assert_eq!(adjusted_rand_index(&[1, 1, 1], &[2, 2, 2]), None, "nothing could differ");
    assert_eq!(adjusted_rand_index(&[1], &[1]), None);
    assert_eq!(adjusted_rand_index(&[1, 2], &[1]), None);
}

proptest! {
    #[test]
    fn the_index_knows_no_names_and_is_symmetric(groups in prop::collection::vec((0_u8..4, 0_u8..4), 3..60)) {
        let (one, other): (Vec<u8>, Vec<u8>) = groups.into_iter().unzip();
        let renamed: Vec<u8> = one.iter().map(|group| 10 - group).collect();
        prop_assert_eq!(adjusted_rand_index(&one, &other), adjusted_rand_index(&renamed, &other));
        let (there, back) = (adjusted_rand_index(&one, &other), adjusted_rand_index(&other, &one));
        prop_assert_eq!(there.is_some(), back.is_some());
        prop_assert!((there.unwrap_or(0.0) - back.unwrap_or(0.0)).abs() < 1e-12);
        prop_assert!(there.is_none_or(|index| index <= 1.0 + 1e-12));
        if let Some(index) = adjusted_rand_index(&one, &renamed) {
            prop_assert!((index - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn chance_agrees_by_nothing(seed in 0_u64..50) {
        let mut chance = Chance::new(seed);
        let mut draw = || -> Vec<usize> { (0..600).map(|_| chance.below(4)).collect() };
        let (one, other) = (draw(), draw());
        prop_assert!(adjusted_rand_index(&one, &other).unwrap().abs() < 0.03);
    }

    #[test]
    fn nobody_changes_before_so_many_windows_beyond_the_band(
        values in prop::collection::vec(0.0_f64..4.0, 1..40),
        windows in 1_usize..4,
        band in 0.0_f64..0.6,
    ) {
        let steadiness = Steadiness { windows, band: [band] };
        let mut settled = Settled::new();
        let mut course = Vec::new();
        for value in &values {
            course.push(settled.next(&[*value], &steadiness, |point| Some(point[0] >= 2.0)).unwrap());
        }
        for at in 1..values.len() {
            if course[at] != course[at - 1] {
                let beyond = |value: &f64| if course[at] { *value >= 2.0 + band } else { *value < 2.0 - band };
                prop_assert!(at + 1 >= windows);
                prop_assert!(values[at + 1 - windows..=at].iter().all(beyond), "{values:?} at {at}");
            }
        }
    }

    #[test]
    fn habits_do_not_depend_on_the_order_of_what_was_used(
        used in prop::collection::vec(prop::collection::vec(0_u8..6, 0..8), 1..20),
    ) {
        let week = |used: &Vec<u8>| Week { is_class: true, days: Some(1), used: used.clone() };
        let forth: Vec<Week<u8>> = used.iter().map(week).collect();
        let back: Vec<Week<u8>> =
            used.iter().map(|used| week(&used.iter().rev().copied().collect())).collect();
        let (one, other) = (habits(&forth, 1.0).unwrap(), habits(&back, 1.0).unwrap());
        prop_assert_eq!(one, other);
        let different: std::collections::BTreeSet<u8> = used.into_iter().flatten().collect();
        prop_assert!((one.features - real(different.len())).abs() < 1e-12);
    }
}

#[test]
fn active_days_are_those_of_the_last_class_weeks_and_of_the_time_present() {
    let week = |is_class: bool, days: Option<u32>| Week::<u8> { is_class, days, used: vec![] };
    let mut weeks = vec![week(true, Some(5)); 4];
    weeks.extend(vec![week(true, Some(2)); RECENT_CLASS_WEEKS]);
    weeks.extend([week(false, Some(0)), week(true, None)]);
    let found = habits(&weeks, 1.0).unwrap();
    assert_eq!((found.active_days_per_week, found.tenure_days), (2.0, 7.0 * 18.0));
    assert_eq!(habits(&weeks, 0.5).map(|found| found.active_days_per_week), Some(4.0));
    assert_eq!(habits(&[week(false, Some(3)), week(true, None)], 1.0), None);
    assert_eq!(habits::<u8>(&[], 1.0), None);
    assert_eq!(habits(&weeks, 0.0), None);
    assert_eq!(habits(&weeks, f64::NAN), None);
}

#[test]
fn changes_are_counted_over_the_windows_that_are_known() {
    let courses = [vec![Some(1), None, Some(1), Some(2)], vec![None, Some(3)], vec![]];
    assert_eq!(changes(&courses), (1, 2));
}

/// People of four groups: few features; seldom; often; daily with many features.
fn people(seed: u64, each: usize) -> (Vec<[f64; 2]>, Vec<usize>) {
    let mut chance = Chance::new(seed);
    let groups = [(1.0, 0.3, 4.3), (0.7, 0.2, 8.5), (2.2, 0.35, 11.4), (3.9, 0.2, 20.0)];
    let mut points = Vec::new();
    let mut truth = Vec::new();
    for (group, (days, spread, features)) in groups.into_iter().enumerate() {
        for _ in 0..each {
            let features = (features + 0.6 * chance.normal()).round();
            points.push([(days + spread * chance.normal()).max(0.0), features]);
            truth.push(group);
        }
    }
    (points, truth)
}

#[test]
fn four_groups_are_found_again() {
    let (points, truth) = people(1, 100);
    let mixture = Mixture::fit(&points, 4, 7).unwrap();
    let found: Vec<usize> = points.iter().map(|point| mixture.group_of(point)).collect();
    assert!(adjusted_rand_index(&found, &truth).unwrap() > 0.97);
    assert_eq!(mixture, Mixture::fit(&points, 4, 7).unwrap(), "the same seed, the same bits");
    assert_eq!(Mixture::fit(&points[..10], 4, 7), None, "too few");
    assert_eq!(Mixture::fit(&[[1.0, 1.0]; 100], 4, 7), None, "all alike");
    assert_eq!(Mixture::fit(&[[f64::NAN, 1.0]; 100], 4, 7), None);
}

#[test]
fn thresholds_lie_between_the_groups_and_are_firm() {
    let (points, _) = people(2, 100);
    let learnt = learn(&points, 40, 3).unwrap();
    let value = |name: &str| learnt.thresholds.iter().find(|one| one.name == name).unwrap();
    assert!((6.0..=7.0).contains(&value("novice_features").value), "{learnt:?}");
    assert!((1.0..=1.5).contains(&value("occasional_days").value), "{learnt:?}");
    assert!((3.0..=3.5).contains(&value("power_days").value), "{learnt:?}");
    assert!((14.0..=18.0).contains(&value("power_features").value), "{learnt:?}");
    for one in &learnt.thresholds {
        assert!(one.low <= one.value && one.value <= one.high && one.same > 0.5, "{one:?}");
    }
}

#[test]
fn too_few_people_and_people_all_alike_teach_nothing() {
    assert_eq!(learn(&people(3, 49).0, 0, 1), Err(NotLearnt::TooFew(196)));
    assert_eq!(learn(&vec![[1.0, 1.0]; 300], 0, 1), Err(NotLearnt::NoGroups));
}
