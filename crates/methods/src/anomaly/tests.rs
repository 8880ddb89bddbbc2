//! What the detector promises on any series.

use proptest::prelude::*;

use super::*;

/// Every five minutes from a Monday on.
fn scored(values: &[f64]) -> Vec<f64> {
    let seconds: Vec<i64> = (0..values.len()).map(|at| 345_600 + 300 * i64::try_from(at).expect("short")).collect();
    scores(&seconds, values)
}

fn noise(at: usize) -> f64 {
    real(at.wrapping_mul(2_654_435_761) % 1000) / 1000.0
}

#[test]
fn a_spike_scores_more_than_anything_before_it() {
    let mut values: Vec<f64> = (0..2000).map(|at| 10.0 + noise(at)).collect();
    values[1500] = 25.0;
    let scores = scored(&values);
    let before = scores[400..1500].iter().copied().fold(0.0, f64::max);
    assert!(scores[1500] > before + 0.2, "{} after {before}", scores[1500]);
}

#[test]
fn a_shift_is_told_once() {
    let values: Vec<f64> = (0..2000).map(|at| noise(at) + if at < 1500 { 10.0 } else { 14.0 }).collect();
    let scores = scored(&values);
    let alarms: Vec<usize> = (400..2000).filter(|at| scores[*at] > 0.6).collect();
    assert!(!alarms.is_empty() && alarms.iter().all(|at| (1500..1530).contains(at)), "{alarms:?}");
}

#[test]
fn nothing_is_remarkable_in_what_never_changes() {
    for value in [0.0, 45.0, -1e300] {
        assert!(scored(&[value; 1000]).iter().all(|score| *score < 0.3), "{value}");
    }
}

#[test]
fn three_points_score_nothing() {
    assert_eq!(scored(&[1.0, 100.0, -5.0]), [0.0; 3]);
}

#[test]
fn one_spike_among_zeros_stands_out_and_what_follows_does_not() {
    let mut values = vec![0.0; 1500];
    values[1000] = 900.0;
    let scores = scored(&values);
    assert!(scores[1000] > 0.6, "{}", scores[1000]);
    assert!(scores[1300..].iter().all(|score| *score < 0.3));
}

#[test]
fn a_clock_set_back_and_a_missing_month_are_no_anomalies() {
    let values: Vec<f64> = (0..2000).map(|at| 10.0 + noise(at)).collect();
    let seconds: Vec<i64> = (0..2000_i64)
        .map(|at| 345_600 + 300 * at - if at >= 1200 { 3600 } else { 0 } + if at >= 1600 { 30 * 86_400 } else { 0 })
        .collect();
    let scores = scores(&seconds, &values);
    assert!(
        scores[1150..].iter().all(|score| *score < 0.6),
        "{:?}",
        scores[1150..].iter().copied().fold(0.0, f64::max)
    );
}

#[test]
fn a_value_that_is_none_is_passed_over() {
    let mut detector = Detector::default();
    let mut other = Detector::default();
    for at in 0..200 {
        assert!(detector.push(at, f64::NAN) <= 0.0 && detector.push(at, f64::INFINITY) <= 0.0);
        let value = noise(usize::try_from(at).expect("small"));
        assert!((detector.push(at, value) - other.push(at, value)).abs() <= 0.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_score_never_uses_a_later_value(values in prop::collection::vec(-1e3..1e3_f64, 1..400), cut in 0..400_usize) {
        let cut = cut.min(values.len());
        prop_assert_eq!(&scored(&values)[..cut], &scored(&values[..cut])[..]);
    }

    #[test]
    fn every_score_is_between_nothing_and_one(
        points in prop::collection::vec((any::<i64>(), prop_oneof![any::<f64>(), Just(0.0), -10.0..10.0_f64]), 0..300),
    ) {
        let (seconds, values): (Vec<i64>, Vec<f64>) = points.into_iter().unzip();
        for score in scores(&seconds, &values) {
            prop_assert!((0.0..=1.0).contains(&score));
        }
    }

    #[test]
    fn the_unit_of_the_values_does_not_matter(values in prop::collection::vec(1.0..1e3_f64, 100..300)) {
        let greater: Vec<f64> = values.iter().map(|value| value * 1024.0).collect();
        for (one, other) in scored(&values).iter().zip(scored(&greater)) {
            prop_assert!((one - other).abs() < 1e-3);
        }
    }
}
