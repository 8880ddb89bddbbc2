//! Forecasts of the known past: models are fitted on its beginning and then asked from many later moments, so that no
//! error is measured on what was learnt (rolling origin, Tashman 2000).

use super::{Model, bounded, median_of};
use crate::count::real;

/// Errors of forecasts of the known past, each made without what it forecasts.
#[derive(Debug, Default)]
pub(super) struct Backtest {
    /// What came less what was forecast: by origin, then by step. Later origins have fewer steps to compare with.
    pub errors: Vec<Vec<f64>>,
    /// Over how many steps of the series.
    pub spanned: f64,
}

/// How many horizons the origins are spread over.
const SPAN: usize = 11;
/// The greatest number of origins.
const ORIGINS: usize = 40;

/// Asks the members' median from as many moments as the series gives.
pub(super) fn backtest(series: &[f64], members: &[&dyn Model], horizon: usize) -> Backtest {
    let length = series.len();
    let first = length - (length / 2).min(SPAN * horizon);
    if first < 3 || first >= length {
        return Backtest::default();
    }
    let fitted: Vec<_> = members.iter().filter_map(|member| member.fit(&series[..first], horizon)).collect();
    if fitted.is_empty() {
        return Backtest::default();
    }
    // Counted back from the last moment that knows a whole horizon, so that most errors are of whole ones.
    let stride = (length - first).div_ceil(ORIGINS).max(1);
    let errors = (first..length)
        .rev()
        .step_by(stride)
        .map(|origin| {
            let forecasts: Vec<Vec<f64>> =
                fitted.iter().map(|fitted| fitted.forecast(&series[..origin], horizon)).collect();
            let forecast = bounded(median_of(&forecasts, horizon), &series[..origin]);
            series[origin..].iter().zip(forecast).map(|(came, forecast)| came - forecast).collect()
        })
        .collect();
    Backtest { errors, spanned: real(length - first) }
}
