use proptest::prelude::*;

use super::*;

const WEIGHINGS: [Weighing; 3] = [Weighing::BottomUp, Weighing::Variance, Weighing::Covariance];

/// A country, two districts, and schools in turn in each.
fn country(schools: usize) -> Hierarchy {
    let parents = [None, Some(0), Some(0)].into_iter().chain((0..schools).map(|at| Some(1 + at % 2)));
    Hierarchy::new(parents.collect()).unwrap()
}

fn adds_up(hierarchy: &Hierarchy, rows: &[Vec<f64>]) -> bool {
    (0..hierarchy.series()).filter(|at| !hierarchy.children[*at].is_empty()).all(|at| {
        (0..rows[at].len()).all(|step| {
            let sum: f64 = hierarchy.children[at].iter().map(|child| rows[*child][step]).sum();
            (sum - rows[at][step]).abs() <= 1e-6 * (1.0 + sum.abs())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reconciled_forecasts_add_up_and_rounded_ones_to_the_last_unit(
        schools in 2_usize..9,
        forecasts in prop::collection::vec(prop::collection::vec(-5.0..500.0, 4), 11),
        errors in prop::collection::vec(prop::collection::vec(-20.0..20.0, 12), 11),
    ) {
        let hierarchy = country(schools);
        let (forecasts, errors) = (&forecasts[..schools + 3], &errors[..schools + 3]);
        for weighing in WEIGHINGS {
            let found = hierarchy.reconcile(forecasts, errors, weighing).unwrap();
            prop_assert!(adds_up(&hierarchy, &found));
            let rounded = hierarchy.round(&found).unwrap();
            for (at, children) in hierarchy.children.iter().enumerate().filter(|(_, children)| !children.is_empty()) {
                for (step, whole) in rounded[at].iter().enumerate() {
                    let sum: u64 = children.iter().map(|child| rounded[*child][step]).sum();
                    prop_assert_eq!(sum, *whole);
                }
            }
        }
    }

    #[test]
    fn forecasts_that_add_up_already_are_left_alone(
        leaves in prop::collection::vec(1.0..100.0, 4),
        errors in prop::collection::vec(prop::collection::vec(-9.0..9.0, 20), 7),
    ) {
        let hierarchy = country(4);
        let base = hierarchy.summed(std::iter::once(leaves));
        for weighing in WEIGHINGS {
            let found = hierarchy.reconcile(&base, &errors, weighing).unwrap();
            for (found, base) in found.iter().zip(&base) {
                prop_assert!((found[0] - base[0]).abs() < 1e-6 * base[0]);
            }
        }
    }
}

#[test]
fn the_surer_forecast_moves_the_less() {
    let hierarchy = Hierarchy::new(vec![None, Some(0), Some(0)]).unwrap();
    let errors = [vec![1.0, -1.0], vec![10.0, -10.0], vec![1.0, -1.0]];
    let found = hierarchy.reconcile(&[vec![30.0], vec![10.0], vec![10.0]], &errors, Weighing::Variance).unwrap();
    assert!(found[0][0] > 29.0 && found[1][0] > 18.0 && found[2][0] < 11.0, "{found:?}");
}

#[test]
fn what_does_not_fit_is_told() {
    assert_eq!(Hierarchy::new(vec![Some(0)]), Err(ReconcileError::Order { position: 1 }));
    let hierarchy = country(2);
    let shape = Err(ReconcileError::Shape { series: 5 });
    assert_eq!(hierarchy.reconcile(&[vec![1.0]], &[], Weighing::BottomUp), shape);
    let mut rows = vec![vec![1.0]; 5];
    rows[2][0] = f64::NAN;
    assert_eq!(hierarchy.round(&rows).map(|_| vec![]), shape);
}

#[test]
fn a_country_of_one_school_is_that_school() {
    let hierarchy = Hierarchy::new(vec![None]).unwrap();
    let found = hierarchy.reconcile(&[vec![7.4]], &[vec![1.0, 2.0]], Weighing::Covariance).unwrap();
    assert!((found[0][0] - 7.4).abs() < 1e-9);
    assert_eq!(hierarchy.round(&found).unwrap(), [[7]]);
}
