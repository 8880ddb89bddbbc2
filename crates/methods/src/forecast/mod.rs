//! Forecasts of a plain series: the weighted median of many different models, with intervals calibrated on errors held out.
//!
//! One set of constants for all series; only the horizon and the periods differ. Deterministic: no randomness, no clock,
//! and what is computed does not depend on the number of threads.

mod analogues;
mod autoregression;
mod backtest;
mod combination;
mod conformal;
mod direct;
mod error;
mod hardness;
mod linear;
mod many;
mod members;
mod naive;
mod open_days;
mod phases;
mod request;
mod smoothing;
mod theta;

pub use error::ForecastError;
pub use many::forecast_all;
pub use open_days::{Day, OpenSeries, forecast_all_open_days, forecast_open_days};
pub use request::{Forecast, Request};

pub(crate) use conformal::{normal_quantile, quantile};

use combination::View;
use conformal::HeldOut;

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
/// simple combinations of forecasts do best, Petropoulos, Svetunkov 2020), weighted by how each did on the known past, and
/// a conformal interval around it.
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
    let periods = request.usable_periods(series.len());
    let members = members::members(&periods, series, horizon);
    let (mut used, mut forecasts) = (Vec::new(), Vec::new());
    for member in &members {
        if let Some(fitted) = member.fit(series, horizon) {
            forecasts.push(fitted.forecast(series, horizon));
            used.push(member.as_ref());
        }
    }
    let backtest = backtest::backtest(series, &used, horizon);
    let weights = combination::weights(series, &backtest, used.len(), horizon);
    let view = |known: usize, forecasts: &[Vec<f64>]| View::of(series, known, forecasts, &weights, horizon);
    let now = view(series.len(), &forecasts);
    let past: Vec<View> = backtest.origins.iter().map(|origin| view(origin.known, &origin.forecasts)).collect();
    let held_out = HeldOut { series, periods: &periods, past: &past, spanned: backtest.spanned };
    let widths = conformal::half_widths(&held_out, &now, request.level);
    let ends = |sign: f64| now.forecast.iter().zip(&widths).map(|(mean, width)| mean + sign * width).collect();
    Forecast { lo: ends(-1.0), hi: ends(1.0), mean: now.forecast }
}

/// A forecast no further than three times the range of the series beyond its ends.
fn bounded(forecast: Vec<f64>, series: &[f64]) -> Vec<f64> {
    let low = series.iter().copied().fold(f64::INFINITY, f64::min);
    let high = series.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let reach = 3.0 * (high - low);
    forecast.into_iter().map(|value| value.clamp(low - reach, high + reach)).collect()
}

#[cfg(test)]
mod tests;
