//! A mixture of normal distributions with axes of their own: the clustering that segments are held against.
//!
//! Expectation and maximisation (Dempster, Laird and Rubin 1977) from several starts, each by careful seeding (k-means++,
//! Arthur and Vassilvitskii 2007); the likeliest is kept. Own code: about a hundred lines, where a crate would bring a
//! linear algebra library with it.

use crate::chance::Chance;
use crate::count::real;

/// Starts that are tried.
const STARTS: u64 = 12;
/// Rounds at most.
const ROUNDS: usize = 300;
/// The least spread of a component on an axis, as a share of the range of all points: whole numbers would otherwise
/// draw a component onto one value, with boundless likelihood.
const LEAST_SPREAD: f64 = 0.02;

/// A fitted mixture of `K` groups of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture<const D: usize> {
    /// The share of each group.
    pub weights: Vec<f64>,
    /// Its middle.
    pub means: Vec<[f64; D]>,
    /// Its spread on each axis, as a standard deviation.
    pub spreads: Vec<[f64; D]>,
    /// The logarithm of the likelihood of all points.
    pub log_likelihood: f64,
}

impl<const D: usize> Mixture<D> {
    /// Fits `groups` groups. The same points and seed give the same bits. `None` where there are fewer than four points a
    /// group, where fewer different points than groups, or where one is no number.
    pub fn fit(points: &[[f64; D]], groups: usize, seed: u64) -> Option<Self> {
        let all_finite = points.iter().flatten().all(|value| value.is_finite());
        if groups == 0 || points.len() < 4 * groups || !all_finite {
            return None;
        }
        let mut least = [0.0; D];
        for (axis, least) in least.iter_mut().enumerate() {
            let values = points.iter().map(|point| point[axis]);
            let range = values.clone().fold(f64::MIN, f64::max) - values.fold(f64::MAX, f64::min);
            *least = if range > 0.0 { LEAST_SPREAD * range } else { 1.0 };
        }
        let starts = (0..STARTS).filter_map(|start| Self::fit_once(points, groups, &least, seed.wrapping_add(start)));
        starts.max_by(|one, other| one.log_likelihood.total_cmp(&other.log_likelihood))
    }

    fn fit_once(points: &[[f64; D]], groups: usize, least: &[f64; D], seed: u64) -> Option<Self> {
        let means = seeds(points, groups, least, &mut Chance::new(seed))?;
        let nearest = |point: &[f64; D]| {
            let far = |mean: &[f64; D]| distance(point, mean, least);
            (0..groups).min_by(|one, other| far(&means[*one]).total_cmp(&far(&means[*other]))).unwrap_or(0)
        };
        let mut shares: Vec<Vec<f64>> = points
            .iter()
            .map(|point| {
                let mine = nearest(point);
                (0..groups).map(|group| if group == mine { 1.0 } else { 0.0 }).collect()
            })
            .collect();
        let mut fitted = Self::from_shares(points, &shares, least);
        for _ in 0..ROUNDS {
            let before = fitted.log_likelihood;
            shares = points.iter().map(|point| fitted.shares(point).0).collect();
            let likelihood: f64 = points.iter().map(|point| fitted.shares(point).1).sum();
            fitted = Self::from_shares(points, &shares, least);
            fitted.log_likelihood = likelihood;
            if (likelihood - before).abs() < 1e-9 * (1.0 + likelihood.abs()) {
                break;
            }
        }
        Some(fitted)
    }

    /// Maximisation: weights, middles and spreads from each point's shares.
    fn from_shares(points: &[[f64; D]], shares: &[Vec<f64>], least: &[f64; D]) -> Self {
        let groups = shares.first().map_or(0, Vec::len);
        let mut fitted = Self { weights: Vec::new(), means: Vec::new(), spreads: Vec::new(), log_likelihood: f64::MIN };
        for group in 0..groups {
            let total: f64 = shares.iter().map(|share| share[group]).sum::<f64>().max(1e-12);
            let (mut mean, mut spread) = ([0.0; D], [0.0; D]);
            for axis in 0..D {
                let weighted = points.iter().zip(shares).map(|(point, share)| share[group] * point[axis]);
                mean[axis] = weighted.sum::<f64>() / total;
                let squares = points.iter().zip(shares).map(|(point, share)| {
                    let off = point[axis] - mean[axis];
                    share[group] * off * off
                });
                spread[axis] = (squares.sum::<f64>() / total).sqrt().max(least[axis]);
            }
            fitted.weights.push(total / real(points.len()));
            fitted.means.push(mean);
            fitted.spreads.push(spread);
        }
        fitted
    }

    /// Expectation: how much of a point belongs to each group, and the logarithm of its density.
    fn shares(&self, point: &[f64; D]) -> (Vec<f64>, f64) {
        let logs: Vec<f64> = (0..self.weights.len())
            .map(|group| {
                let of_axis = |axis: usize| {
                    let spread = self.spreads[group][axis];
                    let off = (point[axis] - self.means[group][axis]) / spread;
                    -0.5 * off * off - spread.ln() - 0.5 * std::f64::consts::TAU.ln()
                };
                self.weights[group].max(1e-300).ln() + (0..D).map(of_axis).sum::<f64>()
            })
            .collect();
        let top = logs.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = logs.iter().map(|log| (log - top).exp()).sum();
        let density = top + sum.ln();
        (logs.into_iter().map(|log| (log - density).exp()).collect(), density)
    }

    /// The group that a point most likely belongs to.
    pub fn group_of(&self, point: &[f64; D]) -> usize {
        let (shares, _) = self.shares(point);
        (0..shares.len()).max_by(|one, other| shares[*one].total_cmp(&shares[*other])).unwrap_or(0)
    }
}

fn distance<const D: usize>(one: &[f64; D], other: &[f64; D], scale: &[f64; D]) -> f64 {
    (0..D).map(|axis| ((one[axis] - other[axis]) / scale[axis]).powi(2)).sum()
}

/// Middles to start from, each drawn with a probability that grows with the squared distance from those before.
fn seeds<const D: usize>(
    points: &[[f64; D]],
    groups: usize,
    scale: &[f64; D],
    chance: &mut Chance,
) -> Option<Vec<[f64; D]>> {
    let mut chosen = vec![*points.get(chance.below(points.len()))?];
    while chosen.len() < groups {
        let far = |point: &[f64; D]| chosen.iter().map(|one| distance(point, one, scale)).fold(f64::MAX, f64::min);
        let distances: Vec<f64> = points.iter().map(far).collect();
        let total: f64 = distances.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let mut left = chance.unit() * total;
        let drawn = distances.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        chosen.push(points[drawn.unwrap_or(points.len() - 1)]);
    }
    Some(chosen)
}
