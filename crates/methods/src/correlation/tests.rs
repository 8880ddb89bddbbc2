//! What correlations promise.

use proptest::prelude::*;

use super::rank::ranks;
use super::*;
use crate::chance::Chance;

#[test]
fn equal_values_share_their_rank() {
    assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0, -0.0, 0.0]), [5.5, 3.0, 5.5, 4.0, 1.5, 1.5]);
}

#[test]
fn any_rising_curve_is_a_perfect_correlation() {
    let one: Vec<f64> = (0..30).map(f64::from).collect();
    let other: Vec<f64> = one.iter().map(|value| value.exp()).collect();
    assert!((spearman(&one, &other).expect("it can be tested").rho - 1.0).abs() < 1e-12);
}

#[test]
fn the_coefficient_and_its_p_value_are_the_known_ones() {
    // Ten people's intelligence and hours of television, the textbook example: rho = -29/165, p = 0.627188.
    let one = [106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0];
    let other = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
    let known = spearman(&one, &other).expect("it can be tested");
    assert!((known.rho + 29.0 / 165.0).abs() < 1e-12, "{known:?}");
    assert!(known.effective < 10.0 + 1e-9);
    if known.effective > 10.0 - 1e-9 {
        assert!((known.p - 0.627_188).abs() < 1e-5, "{known:?}");
    }
}

#[test]
fn what_can_not_be_tested_says_why() {
    let ten = [1.0; 10];
    assert_eq!(spearman(&ten, &ten[..9]), Err(CorrelationError::Lengths { one: 10, other: 9 }));
    assert_eq!(spearman(&ten[..3], &ten[..3]), Err(CorrelationError::TooFew { pairs: 3 }));
    assert_eq!(spearman(&ten, &ten), Err(CorrelationError::Constant));
    assert_eq!(spearman(&[f64::NAN; 20], &[1.0; 20]), Err(CorrelationError::TooFew { pairs: 0 }));
}

#[test]
fn adjusted_values_are_those_of_the_papers() {
    let values = [0.01, 0.04, 0.03, 0.005];
    let positive = adjusted(&values, Dependence::Positive);
    for (one, other) in positive.iter().zip([0.02, 0.04, 0.04, 0.02]) {
        assert!((one - other).abs() < 1e-12, "{positive:?}");
    }
    let any = adjusted(&values, Dependence::Any);
    let factor = 1.0 + 0.5 + 1.0 / 3.0 + 0.25;
    assert!((any[3] - 0.02 * factor).abs() < 1e-12, "{any:?}");
}

#[test]
fn what_a_third_measure_explains_is_taken_out() {
    let mut chance = Chance::new(5);
    let cause: Vec<f64> = (0..300).map(|_| chance.normal()).collect();
    let one: Vec<f64> = cause.iter().map(|value| value + 0.5 * chance.normal()).collect();
    let other: Vec<f64> = cause.iter().map(|value| value + 0.5 * chance.normal()).collect();
    assert!(spearman(&one, &other).expect("it can be tested").rho > 0.6);
    assert!(partial(&one, &other, &cause).expect("it can be tested").rho.abs() < 0.2);
}

#[test]
fn two_unrelated_drifts_are_worth_few_days() {
    let mut false_finds = 0;
    for seed in 0..200 {
        let mut chance = Chance::new(seed);
        let mut drift = || {
            let mut level = 0.0;
            (0..200)
                .map(|_| {
                    level = 0.9 * level + chance.normal();
                    level
                })
                .collect::<Vec<f64>>()
        };
        let (one, other) = (drift(), drift());
        false_finds += usize::from(spearman(&one, &other).expect("it can be tested").p < 0.05);
    }
    assert!(false_finds <= 22, "{false_finds} of 200 at the level of 5 %");
}

#[test]
fn what_the_calendar_makes_of_two_measures_is_no_link_and_what_is_left_is_one() {
    let pairs = [(0, 1), (0, 2), (1, 2)];
    let (mut linked, mut shuffled) = (0, 0);
    for seed in 0..60 {
        let mut chance = Chance::new(700 + seed);
        let days: Vec<f64> = (0..34).map(|at| if at % 3 == 0 { 2.0 } else { 4.0 }).collect();
        let noise = |chance: &mut Chance| (0..34).map(|_| chance.normal()).collect::<Vec<f64>>();
        let (own, other, third) = (noise(&mut chance), noise(&mut chance), noise(&mut chance));
        // All three follow the class days; the second follows the first beyond them.
        let with = |own: &[f64], more: &[f64], share: f64| -> Vec<f64> {
            let parts = own.iter().zip(more).zip(&days);
            parts.map(|((own, more), days)| 3.0 * days + 0.7 * own + share * more).collect()
        };
        let measures = vec![with(&own, &own, 0.0), with(&other, &own, 1.0), with(&third, &own, 0.0)];
        let found = found(&links_given(&measures, &days, &pairs).expect("they are of one length"), 0.05);
        linked += usize::from(found.iter().any(|link| link.pair == (0, 1)));
        shuffled += found.iter().filter(|link| link.pair != (0, 1)).count();
    }
    assert!(linked >= 55, "the planted link in {linked} of 60");
    assert!(shuffled <= 4, "{shuffled} false links in 60");
}

#[test]
fn a_third_measure_that_never_changes_takes_nothing_out() {
    let mut chance = Chance::new(6);
    let one: Vec<f64> = (0..40).map(|_| chance.normal()).collect();
    let other: Vec<f64> = one.iter().map(|value| value + chance.normal()).collect();
    assert_eq!(partial(&one, &other, &[4.0; 40]), spearman(&one, &other));
}

proptest! {
    #[test]
    fn every_figure_is_in_its_bounds(
        pairs in prop::collection::vec((prop_oneof![any::<f64>(), -3.0..3.0_f64], -3..3_i8), 0..60),
    ) {
        let (one, other): (Vec<f64>, Vec<f64>) = pairs.into_iter().map(|(one, other)| (one, f64::from(other))).unzip();
        if let Ok(found) = spearman(&one, &other) {
            prop_assert!((-1.0..=1.0).contains(&found.rho) && (0.0..=1.0).contains(&found.p));
            prop_assert!(found.interval.0 <= found.rho + 1e-9 && found.rho <= found.interval.1 + 1e-9);
            prop_assert!(found.effective <= 60.0);
        }
    }

    #[test]
    fn adjusting_never_makes_a_value_smaller_nor_changes_the_order(
        values in prop::collection::vec(0.0..=1.0_f64, 0..50),
    ) {
        for dependence in [Dependence::Positive, Dependence::Any] {
            let adjusted = adjusted(&values, dependence);
            for (at, value) in values.iter().enumerate() {
                prop_assert!(adjusted[at] >= value - 1e-12 && adjusted[at] <= 1.0);
                for (other, bigger) in values.iter().enumerate() {
                    prop_assert!(value > bigger || adjusted[at] <= adjusted[other] + 1e-12);
                }
            }
        }
    }
}
