//! Forecasts of a plain series: the median of many different models, with intervals calibrated on errors held out.
//!
//! One set of constants for all series; only the horizon and the periods differ. Deterministic: no randomness, no clock,
//! and what is computed does not depend on the number of threads.

mod analogues;
mod autoregression;
mod backtest;
mod conformal;
mod direct;
mod error;
mod linear;
mod many;
mod members;
mod naive;
mod open_days;
mod request;
mod smoothing;
mod theta;

pub use error::ForecastError;
pub use many::forecast_all;
pub use open_days::{Day, OpenSeries, forecast_all_open_days, forecast_open_days};
pub use request::{Forecast, Request};

pub(crate) use conformal::quantile;
pub(crate) use open_days::normal_quantile;

use crate::season::mean;

/// A way to learn from a series. None where the series is too short for it.
trait Model: Send + Sync {
    fn fit(&self, past: &[f64], horizon: usize) -> Option<Box<dyn Fitted>>;
}

/// What was learnt, which can forecast from any later moment of the same series without learning again.
trait Fitted {
    /// `past` begins as the series it was fitted on and is at least as long.
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64>;
}

/// Forecasts a series of regular steps, oldest first: for each step ahead the median of the members' forecasts (as
/// simple combinations of forecasts do best, Petropoulos, Svetunkov 2020) and a conformal interval around it.
///
/// A series that was never negative gets no negative forecast, a constant one goes on. A period longer than the series is
/// left out. Fails where a value is no finite number, and where the request makes no sense.
pub fn forecast(series: &[f64], request: &Request) -> Result<Forecast, ForecastError> {
    request.check(series)?;
    let size = mean(&series.iter().map(|value| value.abs()).collect::<Vec<_>>());
    let is_constant = series.windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 0.0);
    if (is_constant && series.len() > 2) || size <= 0.0 {
        return Ok(Forecast::constant(series[0], request.horizon));
    }
    let scaled: Vec<f64> = series.iter().map(|value| value / size).collect();
    let forecast = median_and_interval(&scaled, request);
    let lowest = if series.iter().all(|value| *value >= 0.0) { 0.0 } else { f64::NEG_INFINITY };
    let back = |values: Vec<f64>| values.into_iter().map(|value| (value * size).max(lowest)).collect();
    Ok(Forecast { mean: back(forecast.mean), lo: back(forecast.lo), hi: back(forecast.hi) })
}

fn median_and_interval(series: &[f64], request: &Request) -> Forecast {
    let horizon = request.horizon;
    let members = members::members(&request.usable_periods(series.len()), series, horizon);
    let (mut used, mut forecasts) = (Vec::new(), Vec::new());
    for member in &members {
        if let Some(fitted) = member.fit(series, horizon) {
            forecasts.push(fitted.forecast(series, horizon));
            used.push(member.as_ref());
        }
    }
    let mean = bounded(median_of(&forecasts, horizon), series);
    let backtest = backtest::backtest(series, &used, horizon);
    let widths = conformal::half_widths(series, &backtest, horizon, request.level);
    let ends = |sign: f64| mean.iter().zip(&widths).map(|(mean, width)| mean + sign * width).collect();
    Forecast { lo: ends(-1.0), hi: ends(1.0), mean }
}

/// A forecast no further than three times the range of the series beyond its ends.
fn bounded(forecast: Vec<f64>, series: &[f64]) -> Vec<f64> {
    let low = series.iter().copied().fold(f64::INFINITY, f64::min);
    let high = series.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let reach = 3.0 * (high - low);
    forecast.into_iter().map(|value| value.clamp(low - reach, high + reach)).collect()
}

/// The median of each step, over the forecasts that are finite there; 0 where none is.
fn median_of(forecasts: &[Vec<f64>], horizon: usize) -> Vec<f64> {
    let mut values = Vec::with_capacity(forecasts.len());
    (0..horizon)
        .map(|step| {
            values.clear();
            values.extend(forecasts.iter().map(|forecast| forecast[step]).filter(|value| value.is_finite()));
            values.sort_unstable_by(f64::total_cmp);
            let half = values.len() / 2;
            match values.len() {
                0 => 0.0,
                length if length % 2 == 1 => values[half],
                _ => f64::midpoint(values[half - 1], values[half]),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
