use proptest::prelude::*;

use super::simulation::feature;
use super::*;

fn errors(until: f64) -> (f64, usize) {
    let mut within = 0;
    let mut errors: Vec<f64> = (0..100)
        .map(|seed| {
            let (adopters, plateau) = feature(seed, until);
            let found = adoption(&adopters, None, 10, 95.0).unwrap();
            within += usize::from(found.lo <= plateau && plateau <= found.hi);
            (found.plateau / plateau - 1.0).abs()
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    (100.0 * f64::midpoint(errors[49], errors[50]), within)
}

#[test]
fn a_quarter_of_the_curve_tells_the_plateau_within_a_fifth() {
    let (median, within) = errors(0.25);
    println!("at 25 %: median error of the plateau {median:.1} %, within the interval {within} of 100");
    assert!(median < 20.0 && within >= 88, "{median} {within}");
}

#[test]
fn most_of_the_curve_tells_it_better() {
    let (median, within) = errors(0.75);
    println!("at 75 %: median error of the plateau {median:.1} %, within the interval {within} of 100");
    assert!(median < 10.0 && within >= 85, "{median} {within}");
}

#[test]
fn a_plateau_is_no_more_than_could_adopt() {
    let (adopters, _) = feature(3, 0.25);
    let population = adopters[adopters.len() - 1] * 1.2;
    assert!(adoption(&adopters, Some(population), 5, 95.0).unwrap().hi <= population);
    assert_eq!(adoption(&adopters, Some(1.0), 5, 95.0), Err(AdoptionError::Population));
}

#[test]
fn what_is_no_curve_is_told() {
    assert_eq!(adoption(&[1.0, 2.0, 3.0], None, 5, 95.0), Err(AdoptionError::Few { found: 3, least: 4 }));
    assert_eq!(adoption(&[0.0; 9], None, 5, 95.0), Err(AdoptionError::Nobody));
    assert_eq!(adoption(&[1.0, f64::NAN, 3.0, 4.0], None, 5, 95.0), Err(AdoptionError::Value { position: 2 }));
    assert_eq!(adoption(&[1.0, 2.0, 3.0, 4.0], None, 5, 100.0), Err(AdoptionError::Level));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_points_have_a_sound_curve(adopters in prop::collection::vec(prop_oneof![0.0..1e3, 0.0..1.0, Just(0.0)], 4..30)) {
        if let Ok(found) = adoption(&adopters, None, 8, 95.0) {
            let most = adopters.iter().copied().fold(0.0, f64::max);
            prop_assert!(found.lo <= found.plateau && found.plateau <= found.hi && found.hi.is_finite());
            prop_assert!(found.lo >= most * 0.999);
            prop_assert!(found.expected.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9));
            prop_assert!(found.expected.iter().all(|value| value.is_finite() && *value >= most * 0.999));
        }
    }
}
