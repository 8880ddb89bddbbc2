//! The forecasts that every other is compared with.

use crate::season::{is_seasonal, seasonal_factors};

/// Each point as one period before; as the last point where the series has no whole period or `period` is 0 or 1.
/// Zeros for an empty series.
pub fn seasonal_naive(train: &[f64], period: usize, horizon: usize) -> Vec<f64> {
    let period = if period == 0 || period > train.len() { 1 } else { period };
    let last = &train[train.len().saturating_sub(period)..];
    (0..horizon).map(|step| last.get(step % period).copied().unwrap_or(0.0)).collect()
}

/// M4's Naive2: the last point of the series without its season, with the season put back where the test finds one.
pub fn naive2(train: &[f64], period: usize, horizon: usize) -> Vec<f64> {
    let factors = is_seasonal(train, period).then(|| seasonal_factors(train, period)).flatten();
    let Some(factors) = factors else {
        return seasonal_naive(train, 1, horizon);
    };
    let end = train.len();
    let level = train[end - 1] / factors[(end - 1) % period];
    (0..horizon).map(|step| level * factors[(end + step) % period]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_is_repeated() {
        assert_eq!(seasonal_naive(&[1.0, 2.0, 3.0, 4.0], 2, 3), [3.0, 4.0, 3.0]);
        assert_eq!(seasonal_naive(&[1.0], 7, 2), [1.0, 1.0]);
    }

    #[test]
    fn naive2_keeps_a_pure_season_and_is_naive_without_one() {
        let series: Vec<f64> = [1.0, 2.0, 3.0, 2.0].iter().copied().cycle().take(40).collect();
        for (found, wanted) in naive2(&series, 4, 4).iter().zip([1.0, 2.0, 3.0, 2.0]) {
            assert!((found - wanted).abs() < 1e-9);
        }
        assert_eq!(naive2(&[1.0, 5.0, 2.0], 4, 2), [2.0, 2.0]);
    }
}
