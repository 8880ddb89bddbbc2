use proptest::prelude::*;

use super::simulation::load;
use super::*;

/// Weeks of term with a week of holidays after each `every`, from a Monday on.
fn term(weeks: usize, every: usize) -> Vec<Hour> {
    (0..weeks * WEEK)
        .map(|at| Hour {
            place: u16::try_from(at % WEEK).unwrap(),
            share: if (at / WEEK) % (every + 1) == every { 0.0 } else { 1.0 },
        })
        .collect()
}

fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn total(values: &[f64]) -> f64 {
    values.iter().sum()
}

#[test]
fn a_week_of_holidays_to_come_is_told_from_those_that_were() {
    let hours = term(22, 6);
    let values = load(5, &hours);
    // The last week but one is the third of holidays.
    let (past, came) = values.split_at(20 * WEEK);
    let found = forecast_load(&known(past), &hours, 99.0).unwrap();
    assert!(hours[20 * WEEK].share < 0.5);
    for week in 0..2 {
        let week = week * WEEK..(week + 1) * WEEK;
        let (told, came) = (total(&found.mean[week.clone()]), total(&came[week]));
        assert!((told / came - 1.0).abs() < 0.2, "{told} for {came}");
    }
    assert!(
        found.judged.origins == 16 && found.judged.missed_by.is_some_and(|share| share < 25.0),
        "{:?}",
        found.judged
    );
}

#[test]
fn the_highest_hour_is_above_every_mean_and_its_bound_above_both() {
    let hours = term(14, 6);
    let values = load(9, &hours);
    let found = forecast_load(&known(&values[..10 * WEEK]), &hours, 99.0).unwrap();
    let highest = found.mean.iter().copied().fold(0.0, f64::max);
    assert!(found.peak.expected > 0.98 * highest && found.peak.upper > found.peak.expected, "{:?}", found.peak);
    assert!((found.mean[found.peak.at] - highest).abs() < 1e-9);
    let lower = forecast_load(&known(&values[..10 * WEEK]), &hours, 80.0).unwrap();
    assert!(lower.peak.upper < found.peak.upper && lower.upper[10] < found.upper[10]);
}

#[test]
fn upper_quantiles_hold_about_as_often_as_they_say() {
    let hours = term(24, 6);
    let (mut hours_held, mut hours_all, mut peaks_held) = (0_u32, 0_u32, 0_u32);
    for seed in 0..40 {
        let values = load(seed, &hours);
        let (past, came) = values.split_at(20 * WEEK);
        let found = forecast_load(&known(past), &hours, 95.0).unwrap();
        hours_held +=
            u32::try_from(came.iter().zip(&found.upper).filter(|(came, upper)| came <= upper).count()).unwrap();
        hours_all += u32::try_from(came.len()).unwrap();
        peaks_held += u32::from(came.iter().all(|value| *value <= found.peak.upper));
    }
    let share = f64::from(hours_held) / f64::from(hours_all);
    println!("hours below {share:.3}, peaks below {peaks_held} of 40");
    // With four horizons held out, an hour's bound is a little wider than those say.
    assert!((0.93..0.99).contains(&share), "{share}");
    // On many more, nine in ten hold instead of 95 (docs/analytics.md): fewer than 32 would be another fault.
    assert!(peaks_held >= 32, "{peaks_held}");
}

#[test]
fn hours_that_are_unknown_are_left_out_and_not_taken_for_nothing() {
    let hours = term(12, 20);
    let values = load(3, &hours);
    let mut gaps = known(&values[..11 * WEEK]);
    let whole = forecast_load(&gaps, &hours, 99.0).unwrap();
    gaps[8 * WEEK..9 * WEEK].fill(None);
    let found = forecast_load(&gaps, &hours, 99.0).unwrap();
    assert!((total(&found.mean) / total(&whole.mean) - 1.0).abs() < 0.1);
}

#[test]
fn the_hour_that_comes_twice_and_the_one_that_never_comes_belong_to_their_place() {
    let mut hours = term(6, 20);
    // Sunday of the second week has 25 hours, Sunday of the fourth 23.
    let at = 2 * WEEK - 21;
    hours.insert(at, hours[at - 1]);
    hours.remove(4 * WEEK - 20);
    let values: Vec<f64> = hours.iter().map(|hour| 10.0 + f64::from(hour.place)).collect();
    let found = forecast_load(&known(&values[..5 * WEEK]), &hours, 99.0).unwrap();
    for (told, came) in found.mean.iter().zip(&values[5 * WEEK..]) {
        // Where Sunday's last hour meets Monday's first, a hundredth of each belongs to the other.
        assert!((told / came - 1.0).abs() < 0.1, "{told} for {came}");
    }
}

#[test]
fn what_cannot_be_forecast_is_told() {
    let hours = term(6, 20);
    let some = |weeks: usize| vec![Some(4.0); weeks * WEEK];
    let error = |values: &[Option<f64>], hours: &[Hour], level: f64| forecast_load(values, hours, level).unwrap_err();
    assert_eq!(error(&some(1), &hours, 99.0), LoadError::Short { found: WEEK, least: LEAST });
    assert_eq!(error(&some(2), &hours, 99.0), LoadError::Horizon { weeks: 2 });
    assert_eq!(error(&some(4), &hours, 100.0), LoadError::Level);
    assert_eq!(error(&some(6), &hours, 99.0), LoadError::Calendar { needed: 6 * WEEK + 1 });
    assert_eq!(error(&vec![Some(0.0); 4 * WEEK], &hours, 99.0), LoadError::Nothing);
    let mut wrong = some(4);
    wrong[7] = Some(f64::NAN);
    assert_eq!(error(&wrong, &hours, 99.0), LoadError::Value { position: 8 });
    let mut mostly = some(4);
    mostly[..3 * WEEK].fill(None);
    assert_eq!(error(&mostly, &hours, 99.0), LoadError::Short { found: WEEK, least: LEAST });
    let mut odd = hours;
    odd[3].place = 168;
    assert!(matches!(error(&some(4), &odd, 99.0), LoadError::Calendar { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_load_has_sound_quantiles(
        seed in any::<u64>(),
        spike in 0_usize..3 * WEEK,
        size in prop_oneof![Just(0.0), Just(1e9), 0.0..100.0],
        empty in 0_usize..3,
    ) {
        let hours = term(5, 2);
        let mut values = load(seed, &hours);
        values[empty * WEEK..(empty + 1) * WEEK].fill(0.0);
        values[spike] = size;
        let found = forecast_load(&known(&values[..3 * WEEK]), &hours, 99.0);
        if let Ok(found) = found {
            prop_assert_eq!(found.mean.len(), 2 * WEEK);
            for (mean, upper) in found.mean.iter().zip(&found.upper) {
                prop_assert!(mean.is_finite() && *mean >= 0.0 && upper.is_finite() && upper >= mean);
            }
            prop_assert!(found.peak.upper.is_finite() && found.peak.upper >= found.peak.expected);
        }
    }
}
