//! The plain members: the last season again, with or without the drift of whole seasons, and a decomposition whose
//! season is the exponentially weighted mean of past ones.

use super::{Fitted, Model};
use crate::count::real;
use crate::season::mean;

/// The last cycle again, moved by the mean change of `drift` cycles (0 for none).
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    /// At least 1.
    pub period: usize,
    /// Over how many cycles the drift is measured.
    pub drift: usize,
}

impl Model for Repeat {
    fn fit(&self, past: &[f64], _horizon: usize) -> Option<Box<dyn Fitted>> {
        (past.len() >= self.period * (1 + self.drift)).then(|| Box::new(*self) as Box<dyn Fitted>)
    }
}

impl Fitted for Repeat {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        let last = &past[past.len() - self.period..];
        let drift = if self.drift == 0 {
            0.0
        } else {
            let start = past.len() - self.period * (1 + self.drift);
            (mean(last) - mean(&past[start..start + self.period])) / real(self.drift)
        };
        (0..horizon).map(|at| last[at % self.period] + drift * real(at / self.period + 1)).collect()
    }
}

/// The weighted mean of past cycles' shapes on the level of the last one: a cycle weighs `decay` times the one after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// At least 2.
    pub period: usize,
    /// Over how many points the level is measured.
    pub base: usize,
    /// Between 0 and 1.
    pub decay: f64,
}

impl Model for Shape {
    fn fit(&self, past: &[f64], _horizon: usize) -> Option<Box<dyn Fitted>> {
        (past.len() >= self.period + self.base).then(|| Box::new(*self) as Box<dyn Fitted>)
    }
}

impl Fitted for Shape {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        let end = past.len();
        let now = mean(&past[end - self.base..]);
        (0..horizon)
            .map(|step| {
                let (mut sum, mut weights, mut weight) = (0.0, 0.0, 1.0);
                let whole = (step / self.period + 1) * self.period;
                let mut back = whole;
                // Where the level was measured from, as many cycles ago.
                while back + self.base <= end && back <= whole + 40 * self.period {
                    let then = mean(&past[end - back - self.base..end - back]);
                    sum += weight * (past[end + step - back] - then);
                    weights += weight;
                    weight *= self.decay;
                    back += self.period;
                }
                now + if weights > 0.0 { sum / weights } else { 0.0 }
            })
            .collect()
    }
}

/// The mean of the last points, or of all where there are fewer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recent {
    /// At least 1.
    pub points: usize,
}

impl Model for Recent {
    fn fit(&self, _past: &[f64], _horizon: usize) -> Option<Box<dyn Fitted>> {
        Some(Box::new(*self))
    }
}

impl Fitted for Recent {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        vec![mean(&past[past.len().saturating_sub(self.points)..]); horizon]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_season_comes_again_with_its_drift() {
        let series = [1.0, 5.0, 2.0, 6.0];
        assert_eq!(Repeat { period: 2, drift: 1 }.fit(&series, 3).unwrap().forecast(&series, 3), [3.0, 7.0, 4.0]);
        assert_eq!(Repeat { period: 2, drift: 0 }.fit(&series, 3).unwrap().forecast(&series, 3), [2.0, 6.0, 2.0]);
    }

    #[test]
    fn a_shape_is_put_on_the_level_of_now() {
        let series: Vec<f64> = (0..12).map(|at| real(at / 2) + [1.0, -1.0][at % 2]).collect();
        let next = Shape { period: 2, base: 2, decay: 0.5 }.fit(&series, 2).unwrap().forecast(&series, 2);
        assert!((next[0] - 7.0).abs() < 1e-9 && (next[1] - 5.0).abs() < 1e-9, "{next:?}");
    }
}
