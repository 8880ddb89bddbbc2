//! Linear autoregression with many lags, on the series or on its differences, fitted by ridge regression and run
//! forward recursively (Box, Jenkins 1970; ridge: Hoerl, Kennard 1970).

use super::linear::Gram;
use super::{Fitted, Model};
use crate::season::mean;

/// An autoregression.
#[derive(Debug, Clone)]
pub(super) struct Autoregression {
    /// The lag of the differences that are modelled; 0 for the series less its mean.
    pub difference: usize,
    /// The lags of the regressors, ascending.
    pub lags: Vec<usize>,
    /// See [`Gram::solve`].
    pub ridge: f64,
}

#[derive(Debug)]
struct AutoregressionFit {
    difference: usize,
    lags: Vec<usize>,
    mean: f64,
    coefficients: Vec<f64>,
}

impl Model for Autoregression {
    fn fit(&self, past: &[f64], _horizon: usize) -> Option<Box<dyn Fitted>> {
        let moved = differences(past, self.difference);
        // Of a short series, only the lags that leave two thirds of it to learn from, and no more than an eighth as many.
        let lags: Vec<usize> =
            self.lags.iter().take(moved.len() / 8).copied().filter(|lag| 3 * lag <= moved.len()).collect();
        let longest = *lags.last()?;
        if moved.len() < 8 {
            return None;
        }
        let mean = if self.difference == 0 { mean(&moved) } else { 0.0 };
        let mut gram = Gram::new(lags.len());
        let mut row = vec![0.0; lags.len()];
        for at in longest..moved.len() {
            for (cell, lag) in row.iter_mut().zip(&lags) {
                *cell = moved[at - lag] - mean;
            }
            gram.add(&row, moved[at] - mean);
        }
        let coefficients = gram.solve(self.ridge)?;
        Some(Box::new(AutoregressionFit { difference: self.difference, lags, mean, coefficients }))
    }
}

impl Fitted for AutoregressionFit {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        // Only as much of the past as the lags reach.
        let reach = self.lags.last().copied().unwrap_or(0) + self.difference;
        let mut values = past[past.len().saturating_sub(reach)..].to_vec();
        let mut moved = differences(&values, self.difference);
        for _ in 0..horizon {
            let next = self.mean
                + self
                    .lags
                    .iter()
                    .zip(&self.coefficients)
                    .map(|(lag, weight)| {
                        weight * (moved.len().checked_sub(*lag).map_or(0.0, |at| moved[at] - self.mean))
                    })
                    .sum::<f64>();
            moved.push(next);
            let base = if self.difference == 0 { 0.0 } else { values[values.len() - self.difference] };
            values.push(base + next);
        }
        values.split_off(values.len() - horizon)
    }
}

fn differences(values: &[f64], lag: usize) -> Vec<f64> {
    if lag == 0 {
        return values.to_vec();
    }
    values.iter().skip(lag).zip(values).map(|(now, before)| now - before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decay_goes_on() {
        let series: Vec<f64> = (0..40).map(|at| 0.9_f64.powi(at)).collect();
        let model = Autoregression { difference: 1, lags: vec![1], ridge: 0.0 };
        let next = model.fit(&series, 2).unwrap().forecast(&series, 2);
        assert!((next[1] - 0.9_f64.powi(41)).abs() < 1e-6);
    }

    #[test]
    fn a_constant_stays() {
        let model = Autoregression { difference: 1, lags: vec![1, 2], ridge: 0.1 };
        assert_eq!(model.fit(&[4.0; 30], 2).unwrap().forecast(&[4.0; 30], 2), [4.0, 4.0]);
    }
}
