//! How surprising a deviation is, given those seen so far: the tail probability under peaks over threshold.
//!
//! Siffer and others, "Anomaly detection in streams with extreme value theory" (KDD 2017): below a high quantile the
//! share of larger deviations counts; above it a generalised Pareto distribution does, fitted by probability-weighted
//! moments (Hosking and Wallis 1987). Scores of series with light and with heavy tails are then comparable.

use std::collections::VecDeque;

use crate::count::{real, whole};

/// The deviations of the recent past, and how far out a new one is.
#[derive(Debug, Clone)]
pub(super) struct Tail {
    order: VecDeque<f64>,
    sorted: Vec<f64>,
    memory: usize,
}

/// The share of deviations that make up the tail.
const TAIL: f64 = 0.05;
/// The most that a surprise can be, in powers of ten.
pub(super) const MOST: f64 = 8.0;

impl Tail {
    /// A tail over so many deviations of the past.
    pub(super) fn new(memory: usize) -> Self {
        Self { order: VecDeque::new(), sorted: Vec::new(), memory }
    }

    /// How surprising a deviation is: minus the decimal logarithm of the probability of one as large, from 0 to [`MOST`].
    pub(super) fn surprise(&self, deviation: f64) -> f64 {
        let count = self.sorted.len();
        if count < 20 {
            return 0.0;
        }
        let above = count - self.sorted.partition_point(|known| *known < deviation);
        let peaks = whole((real(count) * TAIL).ceil()).max(10);
        let tail = real(peaks) / real(count);
        if above >= peaks {
            return -((real(above) + 0.5) / (real(count) + 1.0)).min(1.0).log10();
        }
        let threshold = self.sorted[count - peaks - 1];
        let (shape, scale) = pareto(&self.sorted[count - peaks..], threshold);
        let excess = deviation - threshold;
        let survival = if shape < 1e-6 {
            -excess / scale * std::f64::consts::LOG10_E
        } else {
            -(1.0 + shape * excess / scale).log10() / shape
        };
        let surprise = -tail.log10() - survival;
        // What was seen before is no rarer than it was seen, with as much again for what was not seen by chance: a burst
        // that comes every night is beyond any smooth tail, and yet no surprise.
        let seen = if above == 0 { MOST } else { -(2.0 * real(above) / (real(count) + 1.0)).log10() };
        surprise.min(seen).clamp(0.0, MOST)
    }

    /// Learns a deviation.
    pub(super) fn learn(&mut self, deviation: f64) {
        if self.order.len() == self.memory
            && let Some(oldest) = self.order.pop_front()
        {
            let place = self.sorted.partition_point(|known| *known < oldest);
            self.sorted.remove(place);
        }
        self.order.push_back(deviation);
        let place = self.sorted.partition_point(|known| *known < deviation);
        self.sorted.insert(place, deviation);
    }
}

/// Shape and scale of the generalised Pareto distribution of the excesses of sorted peaks over a threshold. The shape is
/// held from 0 (exponential) to 1, and the scale above nothing: an end of the tail that was never passed is no proof.
fn pareto(peaks: &[f64], threshold: f64) -> (f64, f64) {
    let count = real(peaks.len());
    let mean = peaks.iter().map(|peak| peak - threshold).sum::<f64>() / count;
    let floor = (threshold.abs() * 1e-3).max(f64::MIN_POSITIVE);
    let weighted =
        peaks.iter().enumerate().map(|(at, peak)| (1.0 - (real(at) + 0.65) / count) * (peak - threshold)).sum::<f64>()
            / count;
    let spread = mean - 2.0 * weighted;
    if spread <= mean * 1e-6 {
        return (0.0, mean.max(floor));
    }
    let shape = (2.0 - mean / spread).clamp(0.0, 1.0);
    // With the shape held, the scale follows from the mean where it exists, from the weighted moment otherwise.
    let scale = if shape < 0.5 { mean * (1.0 - shape) } else { 2.0 * mean * weighted / spread };
    (shape, scale.max(floor))
}
