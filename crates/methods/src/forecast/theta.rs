//! The Theta method (Assimakopoulos, Nikolopoulos 2000) as a dynamic model (Fiorucci, Pellegrini, Louzada, Petropoulos,
//! Koehler 2016), on the series without its multiplicative season.

use super::{Fitted, Model};
use crate::minimise::minimise;
use crate::season::{is_seasonal, seasonal_factors};

/// The dynamic standard Theta model with a season of `period`, where the series has one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theta {
    /// The season looked for; 1 for none.
    pub period: usize,
}

/// How much the line's curvature is kept: the method's own value.
const THETA: f64 = 2.0;

#[derive(Debug)]
struct ThetaFit {
    factors: Vec<f64>,
    weight: f64,
    start: f64,
}

impl Model for Theta {
    fn fit(&self, past: &[f64], _horizon: usize) -> Option<Box<dyn Fitted>> {
        if past.len() < 5 || (self.period > 1 && past.len() < 2 * self.period + 2) {
            return None;
        }
        let factors = if self.period > 1 && past.iter().all(|value| *value > 0.0) && is_seasonal(past, self.period) {
            seasonal_factors(past, self.period)?
        } else {
            vec![1.0]
        };
        let flat = without(past, &factors);
        let found = minimise(&[0.5], 0.5, 30, |point| {
            let weight = weight_at(point[0]);
            let mut sum = 0.0;
            let mut walk = Walk::new(flat[0]);
            for (at, value) in flat.iter().enumerate() {
                let error = value - walk.next(weight);
                walk.see(*value, weight);
                if at > 2 {
                    sum += error * error;
                }
            }
            sum
        });
        Some(Box::new(ThetaFit { factors, weight: weight_at(found[0]), start: flat[0] }))
    }
}

/// The weight of the level, between 0 and 1.
fn weight_at(place: f64) -> f64 {
    0.02 + 0.979 / (1.0 + (-place).exp())
}

fn without(past: &[f64], factors: &[f64]) -> Vec<f64> {
    past.iter().enumerate().map(|(at, value)| value / factors[at % factors.len()]).collect()
}

/// The dynamic model's recursion: a smoothed level and a line fitted to all that was seen.
#[derive(Debug, Clone)]
struct Walk {
    level: f64,
    seen: f64,
    mean: f64,
    slope: f64,
}

impl Walk {
    fn new(start: f64) -> Walk {
        Walk { level: start, seen: 0.0, mean: 0.0, slope: 0.0 }
    }

    /// The forecast of the next value.
    fn next(&self, weight: f64) -> f64 {
        let left = (1.0 - weight).powf(self.seen);
        self.level
            + (1.0 - 1.0 / THETA) * (left * self.intercept() + (1.0 - left * (1.0 - weight)) / weight * self.slope)
    }

    /// The value of the line before the first point.
    fn intercept(&self) -> f64 {
        if self.seen < 2.0 { 0.0 } else { self.mean - self.slope * (self.seen + 1.0) / 2.0 }
    }

    /// Takes in a value: the level, and the least-squares line by its recursion.
    fn see(&mut self, value: f64, weight: f64) {
        self.seen += 1.0;
        let seen = self.seen;
        let before = self.mean;
        self.mean = ((seen - 1.0) * before + value) / seen;
        self.slope =
            if seen < 2.0 { 0.0 } else { ((seen - 2.0) * self.slope + 6.0 / seen * (value - before)) / (seen + 1.0) };
        self.level = weight * value + (1.0 - weight) * self.level;
    }
}

impl Fitted for ThetaFit {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        let mut walk = Walk::new(self.start);
        for value in without(past, &self.factors) {
            walk.see(value, self.weight);
        }
        let mut next = Vec::with_capacity(horizon);
        for at in past.len()..past.len() + horizon {
            let value = walk.next(self.weight);
            // The line is kept; only the level takes in what was forecast.
            walk.seen += 1.0;
            walk.level = self.weight * value + (1.0 - self.weight) * walk.level;
            walk.mean += walk.slope / 2.0;
            next.push(value * self.factors[at % self.factors.len()]);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::real;

    #[test]
    fn a_line_goes_on_at_no_more_than_its_slope() {
        let series: Vec<f64> = (0..50).map(|at| 100.0 + 2.0 * real(at)).collect();
        let next = Theta { period: 1 }.fit(&series, 3).unwrap().forecast(&series, 3);
        assert!(next[0] > 196.0 && next[2] > next[0] && next[2] < 206.0, "{next:?}");
    }

    #[test]
    fn a_short_series_has_no_theta() {
        assert!(Theta { period: 1 }.fit(&[1.0, 2.0], 3).is_none());
    }
}
