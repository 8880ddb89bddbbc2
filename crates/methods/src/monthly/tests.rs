use proptest::prelude::*;

use super::simulation::districts;
use super::*;

/// Class days of the three zones from September to June.
const DAYS: [[f64; 3]; 10] = [
    [17.0; 3],
    [10.0; 3],
    [15.0; 3],
    [12.0; 3],
    [16.0; 3],
    [9.0, 13.0, 14.0],
    [17.0, 14.0, 13.0],
    [12.0, 8.0, 10.0],
    [14.0, 16.0, 15.0],
    [17.0; 3],
];

/// A country, academies, districts in turn.
fn country(academies: usize, districts: usize) -> Hierarchy {
    let parents =
        [None].into_iter().chain(vec![Some(0); academies]).chain((0..districts).map(|at| Some(1 + at % academies)));
    Hierarchy::new(parents.collect()).unwrap()
}

fn months<'a>(hierarchy: &'a Hierarchy, leaves: &'a [Vec<f64>], days: &'a [Vec<f64>]) -> Months<'a> {
    Months { hierarchy, leaves, days, sigma: 6.85, follows: 1.0, level: 95.0 }
}

fn until(rows: &[Vec<f64>], month: usize) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row[..month].to_vec()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_was_published_the_forecasts_add_up_to_the_last_unit(
        academies in 1_usize..4,
        leaves in prop::collection::vec(prop::collection::vec(-40.0..3_000.0_f64, 5), 4..12),
        days in prop::collection::vec(0.0..22.0_f64, 7),
        sigma in prop_oneof![Just(0.0), 0.1..300.0],
    ) {
        let hierarchy = country(academies, leaves.len());
        let leaves: Vec<Vec<f64>> = leaves.into_iter().map(|row| row.into_iter().map(f64::round).collect()).collect();
        let days = vec![days; leaves.len()];
        let found = forecast_months(&Months { sigma, ..months(&hierarchy, &leaves, &days) }).unwrap();
        for step in 0..2 {
            for series in 0..hierarchy.series() {
                let children = (0..hierarchy.series()).filter(|child| hierarchy.parent(*child) == Some(series));
                let sum: u64 = children.map(|child| found.value[child][step]).sum();
                if !hierarchy.is_leaf(series) {
                    prop_assert_eq!(sum, found.value[series][step]);
                }
                let value = whole_as_real(found.value[series][step]);
                let (low, high) = (found.low[series][step], found.high[series][step]);
                prop_assert!(low.is_finite() && high.is_finite() && low <= value && value <= high);
                // The noise alone is within the interval.
                let noise = 1.9 * sigma * real(hierarchy.below(series).len()).sqrt();
                prop_assert!(high - value >= noise);
            }
        }
    }
}

#[test]
fn a_month_of_holidays_is_no_fall_and_intervals_hold_with_their_noise() {
    let hierarchy = country(3, 30);
    let (mut held, mut all, mut top_held, mut top_all) = (0.0, 0.0, 0.0, 0.0);
    let (mut came, mut told, mut before) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..25 {
        let simulated = districts(seed, 30, &DAYS, (6.85, 1.0));
        for month in 5..DAYS.len() {
            let (leaves, days) = (until(&simulated.published, month), until(&simulated.days, month + 1));
            let found = forecast_months(&months(&hierarchy, &leaves, &days)).unwrap();
            for series in 0..hierarchy.series() {
                let is =
                    |at: usize| hierarchy.below(series).iter().map(|leaf| simulated.published[*leaf][at]).sum::<f64>();
                let within =
                    f64::from(u8::from(found.low[series][0] <= is(month) && is(month) <= found.high[series][0]));
                if hierarchy.parent(series).is_none() {
                    came.push(is(month));
                    told.push(whole_as_real(found.value[series][0]));
                    before.push(is(month - 1));
                    top_held += within;
                    top_all += 1.0;
                } else {
                    held += within;
                    all += 1.0;
                }
            }
        }
    }
    let (ours, naive) = (wape(&came, &told).unwrap(), wape(&came, &before).unwrap());
    println!(
        "below the top {:.3} held, the top {:.3}; {ours:.1} % missed, {naive:.1} % by the month before",
        held / all,
        top_held / top_all
    );
    assert!((0.93..0.985).contains(&(held / all)), "{}", held / all);
    assert!(top_held / top_all > 0.88, "{}", top_held / top_all);
    assert!(ours < 0.5 * naive, "{ours} {naive}");
}

#[test]
fn how_figures_follow_class_days_is_found_in_the_figures() {
    let hierarchy = country(3, 30);
    let found = |follows: f64| {
        let simulated = districts(4, 30, &DAYS, (2.0, follows));
        let leaves = until(&simulated.published, 9);
        forecast_months(&Months { follows: 0.5, ..months(&hierarchy, &leaves, &simulated.days) }).unwrap().follows
    };
    assert!(found(1.0) > 0.7 && found(0.0) < 0.3, "{} {}", found(1.0), found(0.0));
}

#[test]
fn what_is_lost_in_the_noise_is_forecast_as_about_nothing() {
    let hierarchy = country(2, 8);
    let noise = [3.0, -5.0, 8.0, -2.0, 1.0];
    let leaves: Vec<Vec<f64>> = (0..8).map(|at| (0..5).map(|month| noise[(at + month) % 5]).collect()).collect();
    let days = vec![vec![16.0; 6]; 8];
    let found = forecast_months(&months(&hierarchy, &leaves, &days)).unwrap();
    assert!(found.value[0][0] < 30 && found.low[0][0] <= 0.0 && found.high[0][0] > 30.0, "{found:?}");
}

#[test]
fn what_does_not_fit_is_told() {
    let hierarchy = country(1, 2);
    let (leaves, days) = (vec![vec![5.0; 4]; 2], vec![vec![10.0; 5]; 2]);
    let good = months(&hierarchy, &leaves, &days);
    assert!(forecast_months(&good).is_ok());
    assert_eq!(forecast_months(&Months { days: &leaves, ..good }), Err(MonthlyError::Shape));
    assert_eq!(forecast_months(&Months { leaves: &leaves[..1], ..good }), Err(MonthlyError::Shape));
    assert_eq!(forecast_months(&Months { level: 20.0, ..good }), Err(MonthlyError::Bounds));
    assert_eq!(forecast_months(&Months { sigma: f64::NAN, ..good }), Err(MonthlyError::Bounds));
    let short = vec![vec![5.0; 2]; 2];
    assert_eq!(forecast_months(&Months { leaves: &short, ..good }), Err(MonthlyError::Few { found: 2, least: 3 }));
}
