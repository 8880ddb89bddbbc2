use proptest::prelude::*;

use super::*;

fn request(horizon: usize, periods: &[usize]) -> Request {
    Request { horizon, periods: periods.to_vec(), level: 95.0 }
}

fn is_sound(forecast: &Forecast, horizon: usize) -> bool {
    let rows = forecast.mean.iter().zip(forecast.lo.iter().zip(&forecast.hi));
    forecast.mean.len() == horizon
        && rows.clone().count() == horizon
        && rows
            .clone()
            .all(|(mean, (lo, hi))| mean.is_finite() && lo.is_finite() && hi.is_finite() && lo <= mean && mean <= hi)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_finite_series_has_a_sound_forecast(
        series in prop::collection::vec(prop_oneof![-1e3..1e3, Just(0.0), -1e149..1e149, -1e-12..1e-12], 1..90),
        horizon in 1_usize..30,
        first in 2_usize..40,
        second in 2_usize..100,
    ) {
        let found = forecast(&series, &request(horizon, &[second, first])).unwrap();
        prop_assert!(is_sound(&found, horizon), "{found:?}");
    }

    #[test]
    fn a_series_never_negative_has_no_negative_forecast(
        series in prop::collection::vec(0.0..50.0, 1..80),
        horizon in 1_usize..20,
    ) {
        let found = forecast(&series, &request(horizon, &[7])).unwrap();
        prop_assert!(found.lo.iter().all(|lo| *lo >= 0.0));
    }

    #[test]
    fn a_wider_level_is_never_narrower(series in prop::collection::vec(0.0..50.0, 12..80)) {
        let narrow = forecast(&series, &Request { level: 80.0, ..request(5, &[7]) }).unwrap();
        let wide = forecast(&series, &request(5, &[7])).unwrap();
        prop_assert!(narrow.hi.iter().zip(&wide.hi).all(|(narrow, wide)| narrow <= wide));
    }
}

#[test]
fn hard_series_get_forecasts_and_no_panic() {
    let mut spike = vec![0.0; 60];
    spike[30] = 1e6;
    for series in [vec![4.0], vec![1.0, 2.0], vec![1.0, 2.0, 3.0], vec![0.0; 50], spike, vec![7.0; 30]] {
        let found = forecast(&series, &request(14, &[7, 365])).unwrap();
        assert!(is_sound(&found, 14), "{found:?}");
    }
    let few = forecast(&[3.0, 4.0, 1.0], &request(4, &[7])).unwrap();
    assert!(few.mean.iter().all(|mean| (1.0..=3.0).contains(mean)), "{few:?}");
    assert_eq!(forecast(&[0.0; 50], &request(3, &[7])).unwrap(), Forecast::constant(0.0, 3));
    assert_eq!(forecast(&[7.0; 30], &request(3, &[7])).unwrap(), Forecast::constant(7.0, 3));
}

#[test]
fn what_makes_no_sense_is_told() {
    let series = [1.0, 2.0, f64::NAN];
    assert_eq!(forecast(&series, &request(1, &[])), Err(ForecastError::NotFinite { position: 3 }));
    assert_eq!(forecast(&[], &request(1, &[])), Err(ForecastError::Empty));
    assert_eq!(forecast(&[1.0], &request(0, &[])), Err(ForecastError::Horizon { max: Request::MAX_HORIZON }));
    assert!(matches!(forecast(&[1.0], &request(1, &[0])), Err(ForecastError::Period { .. })));
    let level = Request { level: 100.0, ..request(1, &[]) };
    assert_eq!(forecast(&[1.0], &level), Err(ForecastError::Level));
}

#[test]
fn a_period_of_one_is_none() {
    let series: Vec<f64> = (0..40_u8).map(|at| f64::from(at % 9)).collect();
    assert_eq!(forecast(&series, &request(3, &[1])), forecast(&series, &request(3, &[])));
}

#[test]
fn a_season_and_a_trend_go_on() {
    let series: Vec<f64> = (0..140_i32).map(|at| 50.0 + f64::from(at) / 4.0 + 20.0 * f64::from(at % 7)).collect();
    let found = forecast(&series, &request(14, &[7])).unwrap();
    for (step, mean) in (140_i32..).zip(&found.mean) {
        let wanted = 50.0 + f64::from(step) / 4.0 + 20.0 * f64::from(step % 7);
        assert!((mean - wanted).abs() < 5.0, "{mean} is not {wanted}");
    }
}

#[test]
fn intervals_hold_and_are_narrow_where_a_day_is_quiet() {
    let mut chance = crate::chance::Chance::new(11);
    let (mut held, mut quiet, mut loud) = (0, 0.0, 0.0);
    for _ in 0..20 {
        let wanders = chance.between(0.0, 0.5);
        let mut level = 60.0;
        let series: Vec<f64> = (0..24 * 22_i32)
            .map(|at| {
                level += wanders * chance.normal();
                let size = if at % 24 < 8 { 0.5 } else { 5.0 };
                level + f64::from(at % 24) + size * chance.normal()
            })
            .collect();
        let (known, came) = series.split_at(24 * 21);
        let found = forecast(known, &request(24, &[24])).unwrap();
        for (step, value) in came.iter().enumerate() {
            held += usize::from(found.lo[step] <= *value && *value <= found.hi[step]);
            *(if step < 8 { &mut quiet } else { &mut loud }) += found.hi[step] - found.lo[step];
        }
    }
    assert!((20 * 24 * 92 / 100..=20 * 24 * 99 / 100).contains(&held), "{held} of 480");
    assert!(loud / 16.0 > 1.5 * quiet / 8.0, "{quiet} of 8, {loud} of 16");
}

#[test]
fn a_long_series_and_a_far_horizon_end_soon() {
    let series: Vec<f64> = (0..6_000_u32).map(|at| 10.0 + f64::from(at % 24) + f64::from(at * at % 11)).collect();
    let found = forecast(&series, &request(1_000, &[24, 168])).unwrap();
    assert!(is_sound(&found, 1_000));
}
