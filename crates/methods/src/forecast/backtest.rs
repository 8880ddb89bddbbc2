//! Forecasts of the known past: models are fitted on its beginning and then asked from many later moments, so that no
//! error is measured on what was learnt (rolling origin, Tashman 2000).

use super::Model;
use crate::count::real;

/// What each member forecast of the known past, without what it forecasts.
#[derive(Debug, Default)]
pub(super) struct Backtest {
    /// The moments that were forecast from, latest first.
    pub origins: Vec<Origin>,
    /// Over how many steps of the series.
    pub spanned: f64,
}

/// A moment of the past, seen without what came after it.
#[derive(Debug)]
pub(super) struct Origin {
    /// How many points were known.
    pub known: usize,
    /// By member, then by step; no numbers for a member that the beginning was too short for.
    pub forecasts: Vec<Vec<f64>>,
}

/// How many horizons the origins are spread over.
const SPAN: usize = 11;
/// The greatest number of origins.
const ORIGINS: usize = 40;

/// Asks the members from as many moments as the series gives.
pub(super) fn backtest(series: &[f64], members: &[&dyn Model], horizon: usize) -> Backtest {
    let length = series.len();
    let first = length - (length / 2).min(SPAN * horizon);
    if first < 3 || first >= length {
        return Backtest::default();
    }
    let fitted: Vec<_> = members.iter().map(|member| member.fit(&series[..first], horizon)).collect();
    if fitted.iter().all(Option::is_none) {
        return Backtest::default();
    }
    // Counted back from the last moment, so that what is forecast next is seen from the nearest past.
    let stride = (length - first).div_ceil(ORIGINS).max(1);
    let origins = (first..length)
        .rev()
        .step_by(stride)
        .map(|known| {
            let past = &series[..known];
            let asked = fitted.iter().map(|fitted| {
                fitted.as_ref().map_or_else(|| vec![f64::NAN; horizon], |fitted| fitted.forecast(past, horizon))
            });
            Origin { known, forecasts: asked.collect() }
        })
        .collect();
    Backtest { origins, spanned: real(length - first) }
}
