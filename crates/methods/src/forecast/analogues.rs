//! Forecasting by analogues (Lorenz 1969; nearest neighbours of patterns, Dudek 2010): the moments of the past that
//! looked most like now, and what followed each.

use super::{Fitted, Model};
use crate::count::real;
use crate::season::mean;

/// Nearest neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Analogues {
    /// How many points make a pattern.
    pub window: usize,
    /// Candidates are whole numbers of this many points ago; 1 for any.
    pub phase: usize,
    /// How many neighbours.
    pub neighbours: usize,
}

impl Model for Analogues {
    fn fit(&self, past: &[f64], horizon: usize) -> Option<Box<dyn Fitted>> {
        (past.len() >= 2 * self.window + horizon + self.neighbours * self.phase)
            .then(|| Box::new(*self) as Box<dyn Fitted>)
    }
}

impl Fitted for Analogues {
    fn forecast(&self, past: &[f64], horizon: usize) -> Vec<f64> {
        let now = &past[past.len() - self.window..];
        let level = mean(now);
        let mut found: Vec<(f64, usize)> = Vec::new();
        let mut back = self.phase * horizon.div_ceil(self.phase);
        while back + self.window <= past.len() {
            let end = past.len() - back;
            let then = &past[end - self.window..end];
            let other = mean(then);
            let distance: f64 = now.iter().zip(then).map(|(now, then)| (now - level - then + other).powi(2)).sum();
            found.push((distance, end));
            back += self.phase;
        }
        found.sort_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)));
        found.truncate(self.neighbours);
        let mut next = vec![0.0; horizon];
        for (_, end) in &found {
            let other = mean(&past[end - self.window..*end]);
            for (sum, value) in next.iter_mut().zip(&past[*end..]) {
                *sum += (value - other) / real(found.len());
            }
        }
        next.iter().map(|change| level + change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_seen_before_is_followed_as_then() {
        let series: Vec<f64> = (0..90_usize).map(|at| real(at % 9)).collect();
        let model = Analogues { window: 9, phase: 1, neighbours: 3 };
        assert_eq!(model.fit(&series, 4).unwrap().forecast(&series, 4), [0.0, 1.0, 2.0, 3.0]);
    }
}
