//! How a forecast is scored once what it forecast has come: the measures of the M4 competition (Makridakis, Spiliotis,
//! Assimakopoulos 2020), as its published code computes them, and the weighted percentage error of retail and load.

pub mod nab;
mod naive;
mod panel;

pub use naive::{naive2, seasonal_naive};
pub use panel::{Panel, PanelScore};

use crate::count::real;
use crate::season::mean;

/// Symmetric mean absolute percentage error, in percent, 0 to 200. A point where both are 0 counts as exact.
pub fn smape(actual: &[f64], forecast: &[f64]) -> f64 {
    let errors: Vec<f64> = actual
        .iter()
        .zip(forecast)
        .map(|(actual, forecast)| {
            let size = actual.abs() + forecast.abs();
            if size > 0.0 { 200.0 * (actual - forecast).abs() / size } else { 0.0 }
        })
        .collect();
    mean(&errors)
}

/// The mean absolute error of the seasonal naive forecast within the training series, in its unit: what MASE and MSIS
/// are scaled by. `season` is 1 for none. Nothing where it is 0 or cannot be computed.
pub fn naive_scale(train: &[f64], season: usize) -> Option<f64> {
    let season = season.max(1);
    let moved = train.get(season..)?;
    let scale = mean(&moved.iter().zip(train).map(|(now, before)| (now - before).abs()).collect::<Vec<_>>());
    (scale > 0.0).then_some(scale)
}

/// Mean absolute scaled error, without unit (Hyndman, Koehler 2006). `scale` is [`naive_scale`].
pub fn mase(actual: &[f64], forecast: &[f64], scale: f64) -> f64 {
    let errors: Vec<f64> = actual.iter().zip(forecast).map(|(actual, forecast)| (actual - forecast).abs()).collect();
    mean(&errors) / scale
}

/// The share of points within their interval, 0 to 1.
pub fn coverage(actual: &[f64], lo: &[f64], hi: &[f64]) -> f64 {
    let within = actual.iter().zip(lo.iter().zip(hi)).filter(|(actual, (lo, hi))| *lo <= actual && actual <= hi);
    real(within.count()) / real(actual.len().max(1))
}

/// Mean scaled interval score, without unit (Gneiting, Raftery 2007, scaled as in M4). `level` is in percent.
pub fn msis(actual: &[f64], lo: &[f64], hi: &[f64], level: f64, scale: f64) -> f64 {
    let missed = 2.0 / (1.0 - level / 100.0);
    let scores: Vec<f64> = actual
        .iter()
        .zip(lo.iter().zip(hi))
        .map(|(actual, (lo, hi))| hi - lo + missed * ((lo - actual).max(0.0) + (actual - hi).max(0.0)))
        .collect();
    mean(&scores) / scale
}

/// Weighted absolute percentage error over all points, in percent: the sum of errors by the sum of what came.
/// Nothing where all that came was 0.
pub fn wape(actual: &[f64], forecast: &[f64]) -> Option<f64> {
    let size: f64 = actual.iter().map(|value| value.abs()).sum();
    let errors: f64 = actual.iter().zip(forecast).map(|(actual, forecast)| (actual - forecast).abs()).sum();
    (size > 0.0).then(|| 100.0 * errors / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    #[test]
    fn an_exact_forecast_has_no_error() {
        let actual = [1.0, 0.0, 3.0];
        assert!(near(smape(&actual, &actual), 0.0));
        assert!(near(mase(&actual, &actual, 1.0), 0.0));
        assert_eq!(wape(&actual, &actual), Some(0.0));
    }

    #[test]
    fn measures_agree_with_figures_by_hand() {
        assert!(near(smape(&[100.0, 0.0], &[50.0, 10.0]), f64::midpoint(200.0 * 50.0 / 150.0, 200.0)));
        assert_eq!(naive_scale(&[1.0, 2.0, 4.0, 8.0], 2), Some(4.5));
        assert_eq!(naive_scale(&[1.0, 2.0], 2), None);
        assert!(near(mase(&[10.0, 12.0], &[9.0, 9.0], 2.0), 1.0));
        assert!(near(coverage(&[1.0, 5.0], &[0.0, 0.0], &[2.0, 2.0]), 0.5));
        assert!(near(msis(&[1.0, 5.0], &[0.0, 0.0], &[2.0, 2.0], 95.0, 2.0), 31.0));
        assert_eq!(wape(&[10.0, 0.0], &[8.0, 1.0]), Some(30.0));
        assert_eq!(wape(&[0.0], &[1.0]), None);
    }
}
