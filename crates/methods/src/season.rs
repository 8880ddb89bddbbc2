//! Whether a series has a season, and what it is: the test and the classical decomposition of the M4 competition
//! (Makridakis, Spiliotis, Assimakopoulos 2020, "The M4 Competition"), which the scores and the Theta members share.

use crate::count::real;

/// Autocorrelations of lags 1 to `lags`, without unit. All zeros for a constant series.
pub fn autocorrelations(series: &[f64], lags: usize) -> Vec<f64> {
    let mean = mean(series);
    let centred: Vec<f64> = series.iter().map(|value| value - mean).collect();
    let variance: f64 = centred.iter().map(|value| value * value).sum();
    (1..=lags)
        .map(|lag| {
            if variance <= 0.0 || lag >= centred.len() {
                return 0.0;
            }
            centred[lag..].iter().zip(&centred).map(|(now, before)| now * before).sum::<f64>() / variance
        })
        .collect()
}

/// Whether the autocorrelation at `period` stands out at 90 %, as M4's Naive2 asks. Never for fewer than three periods.
pub fn is_seasonal(series: &[f64], period: usize) -> bool {
    if period < 2 || series.len() < 3 * period {
        return false;
    }
    let found = autocorrelations(series, period);
    let before: f64 = found[..period - 1].iter().map(|value| value * value).sum();
    let limit = 1.645 * ((1.0 + 2.0 * before) / real(series.len())).sqrt();
    found[period - 1].abs() > limit
}

/// Multiplicative seasonal indices by classical decomposition: `period` factors with mean 1, the first belonging to the
/// first point. Nothing for fewer than two periods, or where a factor is no positive number.
pub fn seasonal_factors(series: &[f64], period: usize) -> Option<Vec<f64>> {
    if period < 2 || series.len() < 2 * period {
        return None;
    }
    let mut sums = vec![0.0; period];
    let mut seen = vec![0.0; period];
    for (at, trend) in centred_average(series, period) {
        sums[at % period] += series[at] / trend;
        seen[at % period] += 1.0;
    }
    let figures: Vec<f64> = sums.iter().zip(&seen).map(|(sum, seen)| sum / seen).collect();
    let level = mean(&figures);
    let factors: Vec<f64> = figures.iter().map(|figure| figure / level).collect();
    factors.iter().all(|factor| factor.is_finite() && *factor > 1e-6).then_some(factors)
}

/// The centred moving average over a period (2 × period where it is even), with the position it belongs to.
fn centred_average(series: &[f64], period: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
    let half = period / 2;
    let even = period.is_multiple_of(2);
    (half..series.len().saturating_sub(half)).map(move |at| {
        let window = &series[at - half..=at + half];
        let mut sum: f64 = window.iter().sum();
        if even {
            sum -= f64::midpoint(window[0], window[window.len() - 1]);
        }
        (at, sum / real(period))
    })
}

/// The mean; 0 of nothing.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / real(values.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(length: usize, period: usize) -> Vec<f64> {
        (0..length).map(|at| 100.0 + 20.0 * (std::f64::consts::TAU * real(at % period) / real(period)).sin()).collect()
    }

    #[test]
    fn a_wave_is_seasonal_and_a_line_of_two_periods_is_not() {
        assert!(is_seasonal(&waves(240, 24), 24));
        assert!(!is_seasonal(&waves(48, 24), 24));
        assert!(!is_seasonal(&[5.0; 200], 24));
    }

    #[test]
    fn factors_have_mean_one_and_follow_the_wave() {
        for period in [7, 24] {
            let factors = seasonal_factors(&waves(10 * period, period), period).unwrap();
            assert!((mean(&factors) - 1.0).abs() < 1e-9);
            assert!((factors[1] - waves(period, period)[1] / 100.0).abs() < 1e-6);
        }
    }

    #[test]
    fn zeros_have_no_factors() {
        assert_eq!(seasonal_factors(&[0.0; 100], 7), None);
    }
}
