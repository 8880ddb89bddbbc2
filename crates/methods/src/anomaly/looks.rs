//! The several looks at a point. Each gives a deviation, zero or more, in units of its own.

use std::collections::VecDeque;

use crate::count::{real, whole};

/// The mean of some values; 0 of none.
fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len();
    if count == 0 { 0.0 } else { values.sum::<f64>() / real(count) }
}

/// The last values.
#[derive(Debug, Clone)]
pub(super) struct Recent {
    values: VecDeque<f64>,
    most: usize,
}

impl Recent {
    pub(super) fn new(most: usize) -> Self {
        Self { values: VecDeque::with_capacity(most + 1), most }
    }

    pub(super) fn learn(&mut self, value: f64) {
        self.values.push_back(value);
        if self.values.len() > self.most {
            self.values.pop_front();
        }
    }

    fn last(&self, count: usize) -> impl ExactSizeIterator<Item = f64> {
        self.values.range(self.values.len().saturating_sub(count)..).copied()
    }

    fn before_last(&self, skip: usize, count: usize) -> impl ExactSizeIterator<Item = f64> {
        let end = self.values.len().saturating_sub(skip);
        self.values.range(end.saturating_sub(count)..end).copied()
    }

    /// How far a value, not learnt yet, is from the median of the last few.
    pub(super) fn jump(&self, value: f64, over: usize) -> Option<f64> {
        let mut few: Vec<f64> = self.last(over).collect();
        if few.len() < over {
            return None;
        }
        few.sort_by(f64::total_cmp);
        Some((value - few[over / 2]).abs())
    }

    /// How far the mean of the last `short` values is from that of the `long` before them.
    pub(super) fn shift(&self, short: usize, long: usize) -> Option<f64> {
        (self.values.len() >= short + long / 2)
            .then(|| (mean(self.last(short)) - mean(self.before_last(short, long))).abs())
    }
}

/// What is usual at a time of a cycle.
#[derive(Debug, Clone)]
pub(super) struct Cycle {
    slots: Vec<Option<f64>>,
    period: i64,
    rate: f64,
    residual: f64,
    smooth: f64,
}

impl Cycle {
    /// A cycle of so many seconds in so many slots; each slot moves at a rate, the residual is smoothed at another.
    pub(super) fn new(period: i64, slots: usize, rate: f64, smooth: f64) -> Self {
        Self { slots: vec![None; slots], period, rate, residual: 0.0, smooth }
    }

    /// The smoothed residual at a time, after which the value is learnt.
    pub(super) fn push(&mut self, second: i64, value: f64) -> Option<f64> {
        let share = real(usize::try_from(second.rem_euclid(self.period)).unwrap_or(0))
            / real(usize::try_from(self.period).unwrap_or(1));
        let count = self.slots.len();
        let slot = &mut self.slots[whole(share * real(count)).min(count - 1)];
        let deviation = slot.map(|usual| {
            self.residual += self.smooth * (value - usual - self.residual);
            self.residual.abs()
        });
        *slot = Some(slot.map_or(value, |usual| usual + self.rate * (value - usual)));
        deviation
    }
}

/// The distance of the last few values, as a shape, from the most similar ones seen before.
///
/// Burnaev and Ishimtsev, "Conformalized density- and distance-based anomaly detection in time-series data" (2016).
#[derive(Debug, Clone)]
pub(super) struct Neighbours {
    window: VecDeque<f64>,
    length: usize,
    known: VecDeque<Vec<f64>>,
    most: usize,
    waiting: VecDeque<Vec<f64>>,
}

impl Neighbours {
    /// Shapes of so many values, compared with the last so many.
    pub(super) fn new(length: usize, most: usize) -> Self {
        Self { window: VecDeque::new(), length, known: VecDeque::new(), most, waiting: VecDeque::new() }
    }

    /// The mean distance of the shape that ends here from its nearest ones, after which it is learnt.
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        self.window.push_back(value);
        if self.window.len() > self.length {
            self.window.pop_front();
        }
        if self.window.len() < self.length {
            return None;
        }
        let shape: Vec<f64> = self.window.iter().copied().collect();
        let mut nearest = [f64::INFINITY; 3];
        for known in &self.known {
            let mut sum = 0.0;
            for (a, b) in known.iter().zip(&shape) {
                sum += (a - b) * (a - b);
            }
            if sum < nearest[2] {
                nearest[2] = sum;
                nearest.sort_by(f64::total_cmp);
            }
        }
        // A shape is a neighbour only once it no longer overlaps the present one.
        self.waiting.push_back(shape);
        if self.waiting.len() > self.length
            && let Some(ripe) = self.waiting.pop_front()
        {
            self.known.push_back(ripe);
            if self.known.len() > self.most {
                self.known.pop_front();
            }
        }
        nearest[2].is_finite().then(|| nearest.iter().map(|square| square.sqrt()).sum::<f64>() / 3.0)
    }
}
