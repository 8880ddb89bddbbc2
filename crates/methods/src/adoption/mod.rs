//! How many will use a feature in the end, from how many do so far: the logistic curve (Verhulst 1838) and that of Bass
//! (1969, "A new product growth for model consumer durables"), fitted to the newcomers of each step.
//!
//! Early points say little of the plateau, so both curves carry priors: on how far along a curve is when it is looked at,
//! and on shapes, after the averages of Sultan, Farley, Lehmann (1990, "A meta-analysis of applications of diffusion
//! models"). The plateau's uncertainty is its posterior over a grid, both curves together (Bayesian model averaging).

mod curve;
pub mod simulation;

use curve::{CURVES, Curve};

use crate::count::real;
use crate::minimise::minimise;

/// What becomes of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Adoption {
    /// How many will have adopted in the end: the posterior's median. In the unit of the input, as the rest.
    pub plateau: f64,
    /// The lower end of its interval.
    pub lo: f64,
    /// The upper end.
    pub hi: f64,
    /// Adopters at each coming step, cumulative.
    pub expected: Vec<f64>,
}

/// Why there is no curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AdoptionError {
    /// Too few points.
    #[error("{found} points are too few for an adoption curve; at least {least} are needed")]
    Few {
        /// How many there are.
        found: usize,
        /// How many are needed.
        least: usize,
    },
    /// Values that are no adopters.
    #[error("point {position} of the adopters is negative, too large or no number; cumulative numbers are expected")]
    Value {
        /// Its place, from 1.
        position: usize,
    },
    /// Nobody.
    #[error("nobody has adopted yet; a curve needs a beginning")]
    Nobody,
    /// More adopters than people.
    #[error("more have adopted than could; the number of people who could must be at least that")]
    Population,
    /// An interval that is none.
    #[error("the level of the interval is out of bounds; it must be from 50 to 99.9 percent")]
    Level,
}

/// The fewest points.
const LEAST: usize = 4;
/// How many plateaus are weighed.
const GRID: usize = 40;
/// The greatest plateau that is weighed, by the adopters so far.
const FARTHEST: f64 = 60.0;
/// A curve is looked at when about so much of it is done, before the data say otherwise; with its spread in logarithms.
/// Less of both makes plateaus told early better and those told at half of the curve, where it is steepest, worse.
const DONE: (f64, f64) = (0.25, 0.6);

/// Fits cumulative adopters, one a step, oldest first, the first step being the feature's first. `population` is how many
/// could adopt, where that is known; `level` of the plateau's interval in percent.
pub fn adoption(
    adopters: &[f64],
    population: Option<f64>,
    horizon: usize,
    level: f64,
) -> Result<Adoption, AdoptionError> {
    let seen = Seen::new(adopters, population, level)?;
    let last = seen.last;
    let limit = population.unwrap_or(FARTHEST * last).clamp(last * 1.001, FARTHEST * last);
    let plateaus: Vec<f64> = (0..GRID).map(|at| last * (limit / last).powf((real(at) + 0.5) / real(GRID))).collect();
    let fits: Vec<Fit> = CURVES.iter().flat_map(|curve| seen.profile(*curve, &plateaus)).collect();
    let best = fits.iter().map(|fit| fit.misfit).fold(f64::INFINITY, f64::min);
    // Dispersion from the best curve, with two points' worth of the belief that newcomers scatter as counts do.
    let freedom = (real(adopters.len()) - 3.0).max(1.0);
    let dispersion = (best + 2.0 * seen.unit) / (freedom + 2.0);
    let cost = |fit: &Fit| fit.misfit / dispersion + fit.prior;
    let cheapest = fits.iter().map(cost).fold(f64::INFINITY, f64::min);
    let weights: Vec<f64> = fits.iter().map(|fit| (0.5 * (cheapest - cost(fit))).exp()).collect();
    let total: f64 = weights.iter().sum();
    let place = |share: f64| {
        let mut sum = 0.0;
        for (at, plateau) in plateaus.iter().enumerate() {
            let own = (weights[at] + weights[at + GRID]) / total;
            if sum + own >= share {
                // Within a cell, as if its weight were spread evenly.
                return plateau * (limit / last).powf(((share - sum) / own.max(1e-12) - 0.5) / real(GRID));
            }
            sum += own;
        }
        limit
    };
    let tail = (1.0 - level / 100.0) / 2.0;
    let expected = (1..=horizon)
        .map(|ahead| {
            let each = fits.iter().zip(&weights).map(|(fit, weight)| weight * fit.ahead(&seen, ahead));
            each.sum::<f64>() / total
        })
        .collect();
    Ok(Adoption { plateau: place(0.5), lo: place(tail), hi: place(1.0 - tail), expected })
}

/// What was seen of a feature.
struct Seen {
    newcomers: Vec<f64>,
    last: f64,
    /// A unit's size in what is weighed: 1 for counts, less for shares.
    unit: f64,
}

/// A curve with its plateau given and its shape fitted.
struct Fit {
    curve: Curve,
    plateau: f64,
    shape: [f64; 2],
    misfit: f64,
    prior: f64,
}

impl Fit {
    /// Cumulative adopters so many steps after the last one seen: what was seen, and the rest of the curve.
    fn ahead(&self, seen: &Seen, ahead: usize) -> f64 {
        let length = real(seen.newcomers.len());
        let share = |time: f64| self.curve.share(time / length, self.shape);
        let (now, then) = (share(length), share(length + real(ahead)));
        let left = if now < 1.0 { ((then - now) / (1.0 - now)).clamp(0.0, 1.0) } else { 0.0 };
        seen.last + (self.plateau - seen.last) * left
    }
}

impl Seen {
    fn new(adopters: &[f64], population: Option<f64>, level: f64) -> Result<Seen, AdoptionError> {
        if adopters.len() < LEAST {
            return Err(AdoptionError::Few { found: adopters.len(), least: LEAST });
        }
        if let Some(at) = adopters.iter().position(|value| !(0.0..1e12).contains(value)) {
            return Err(AdoptionError::Value { position: at + 1 });
        }
        if !(50.0..=99.9).contains(&level) {
            return Err(AdoptionError::Level);
        }
        // Who stops using it stays counted: a curve of adoption never falls.
        let mut most = 0.0;
        let newcomers: Vec<f64> = adopters
            .iter()
            .map(|value| {
                let more = f64::max(value - most, 0.0);
                most += more;
                more
            })
            .collect();
        if most <= 1e-9 {
            return Err(AdoptionError::Nobody);
        }
        if population.is_some_and(|population| population.is_nan() || population < most) {
            return Err(AdoptionError::Population);
        }
        Ok(Seen { newcomers, last: most, unit: if most >= 5.0 { 1.0 } else { most / 100.0 } })
    }

    /// The best shape of a curve for each plateau, each search starting where the one before ended, and from two others.
    fn profile(&self, curve: Curve, plateaus: &[f64]) -> Vec<Fit> {
        let mut before = curve.typical();
        plateaus
            .iter()
            .enumerate()
            .map(|(at, plateau)| {
                let prior_of_plateau = ((self.last / plateau / DONE.0).ln() / DONE.1).powi(2);
                let cost = |shape: [f64; 2]| self.misfit(curve, *plateau, shape) / self.unit + curve.prior(shape);
                let starts = if at == 0 { [curve.late(), curve.typical()] } else { [before, curve.typical()] };
                let found = starts
                    .into_iter()
                    .map(|start| {
                        let found = minimise(&start, 0.4, 60, |point| cost([point[0], point[1]]));
                        [found[0], found[1]]
                    })
                    .min_by(|left, right| cost(*left).total_cmp(&cost(*right)));
                let shape = found.unwrap_or(before);
                before = shape;
                let misfit = self.misfit(curve, *plateau, shape);
                Fit { curve, plateau: *plateau, shape, misfit, prior: prior_of_plateau + curve.prior(shape) }
            })
            .collect()
    }

    /// Pearson's statistic of newcomers: squared errors by what is expected, as the variance of counts is.
    fn misfit(&self, curve: Curve, plateau: f64, shape: [f64; 2]) -> f64 {
        let length = real(self.newcomers.len());
        let mut before = curve.start(shape);
        let mut sum = 0.0;
        for (at, newcomers) in self.newcomers.iter().enumerate() {
            let reached = curve.share((real(at) + 1.0) / length, shape);
            let expected = plateau * (reached - before);
            before = reached;
            sum += (newcomers - expected).powi(2) / (f64::midpoint(expected, *newcomers) + self.unit);
        }
        sum
    }
}

#[cfg(test)]
mod tests;
