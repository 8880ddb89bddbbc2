//! Direct forecasts: one ridge regression for each step ahead, on the recent past and on the same hour or week of past
//! cycles (direct strategy: Ben Taieb, Bontempi, Atiya, Sorjamaa 2012).

use super::linear::Gram;
use super::{Fitted, Model};
use crate::season::mean;

/// Beyond so many steps, a regression for each takes too long.
const FARTHEST: usize = 400;
/// From so many moments a regression learns enough: the last ones.
const ENOUGH: usize = 3000;

/// A direct regression.
#[derive(Debug, Clone)]
pub(super) struct Direct {
    /// How many of the last points are regressors.
    pub recent: usize,
    /// Cycles whose earlier values at the same place are regressors; each at least 2.
    pub periods: Vec<usize>,
    /// How many cycles back of each.
    pub cycles: usize,
    /// Over how many points the level is measured that everything is taken relative to.
    pub base: usize,
    /// See [`Gram::solve`].
    pub ridge: f64,
}

#[derive(Debug)]
struct DirectFit {
    model: Direct,
    coefficients: Vec<Vec<f64>>,
}

impl Direct {
    fn width(&self) -> usize {
        self.recent + self.periods.len() * self.cycles
    }

    /// How many points must lie before an origin.
    fn reach(&self, horizon: usize) -> usize {
        let longest = self.periods.last().map_or(0, |period| period * (horizon.div_ceil(*period) + self.cycles - 1));
        longest.max(self.recent).max(self.base)
    }

    /// The regressors of step `ahead` (from 1) seen from `origin`, the number of points known; and the level.
    fn row(&self, past: &[f64], origin: usize, ahead: usize, row: &mut [f64]) -> f64 {
        let level = mean(&past[origin - self.base..origin]);
        for (cell, back) in row.iter_mut().zip(1..=self.recent) {
            *cell = past[origin - back] - level;
        }
        let mut at = self.recent;
        for period in &self.periods {
            let first = ahead.div_ceil(*period);
            for cycle in first..first + self.cycles {
                row[at] = past[origin + ahead - 1 - cycle * period] - level;
                at += 1;
            }
        }
        level
    }
}

impl Model for Direct {
    fn fit(&self, past: &[f64], horizon: usize) -> Option<Box<dyn Fitted>> {
        let reach = self.reach(horizon);
        if horizon > FARTHEST || past.len() < reach + horizon + self.width() + 4 {
            return None;
        }
        let mut row = vec![0.0; self.width()];
        let coefficients: Option<Vec<Vec<f64>>> = (1..=horizon)
            .map(|ahead| {
                let mut gram = Gram::new(self.width());
                for origin in reach.max(past.len().saturating_sub(ENOUGH))..=past.len() - ahead {
                    let level = self.row(past, origin, ahead, &mut row);
                    gram.add(&row, past[origin + ahead - 1] - level);
                }
                gram.solve(self.ridge)
            })
            .collect();
        Some(Box::new(DirectFit { model: self.clone(), coefficients: coefficients? }))
    }
}

impl Fitted for DirectFit {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.model.width()];
        (1..=horizon)
            .zip(&self.coefficients)
            .map(|(ahead, coefficients)| {
                let level = self.model.row(past, past.len(), ahead, &mut row);
                level + row.iter().zip(coefficients).map(|(value, weight)| value * weight).sum::<f64>()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::real;

    #[test]
    fn a_season_goes_on() {
        let series: Vec<f64> = (0..120_usize).map(|at| 5.0 + real(at * at % 7)).collect();
        let model = Direct { recent: 2, periods: vec![7], cycles: 2, base: 7, ridge: 1e-6 };
        let next = model.fit(&series, 3).unwrap().forecast(&series, 3);
        for (at, found) in (120_usize..).zip(next) {
            assert!((found - 5.0 - real(at * at % 7)).abs() < 0.01);
        }
    }
}
