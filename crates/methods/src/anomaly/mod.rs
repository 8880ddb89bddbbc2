//! Anomalies of a series read in order: a score from 0 to 1 for each point, made of what came up to it alone.
//!
//! Several simple looks at a point (jumps, shifts, times of the day and the week, shapes) each give a deviation; each
//! deviation is turned into a surprise by its own past, so that they can be added and files compared; and a surprise
//! counts only where it exceeds those of the recent past, because the second alarm about one thing tells nothing new.
//! One set of parameters serves all series.

mod looks;
mod tail;

use std::collections::VecDeque;

use looks::{Cycle, Neighbours, Recent};
use tail::Tail;

use crate::count::{real, whole};

/// How many looks there are.
const LOOKS: usize = 9;
/// How many deviations of each look are remembered.
const MEMORY: usize = 12_000;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// A look counts with what it is surprised beyond one in ten.
const ORDINARY: f64 = 1.0;
/// The sum of surprises that scores one half, in powers of ten.
const HALF: f64 = 10.0;
/// A deviation that is less than this share of the values is rounding.
const ROUNDING: f64 = 1e-9;

/// An online detector. It forgets: its memory does not grow with the series.
#[derive(Debug, Clone)]
pub struct Detector {
    recent: Recent,
    day: Cycle,
    day_smooth: Cycle,
    week: Cycle,
    short: Neighbours,
    long: Neighbours,
    tails: Vec<Tail>,
    /// The greatest value without its sign.
    scale: f64,
    quiet: Quiet,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            recent: Recent::new(400),
            day: Cycle::new(DAY, 96, 0.3, 1.0),
            day_smooth: Cycle::new(DAY, 96, 0.3, 0.1),
            week: Cycle::new(7 * DAY, 168, 0.3, 0.15),
            short: Neighbours::new(8, 3000),
            long: Neighbours::new(24, 3000),
            tails: vec![Tail::new(MEMORY); LOOKS],
            scale: f64::MIN_POSITIVE,
            quiet: Quiet::default(),
        }
    }
}

impl Detector {
    /// The score of the next point, from 0 to 1; its time is in seconds on the clock of the series. A value that is not
    /// finite scores 0 and teaches nothing.
    pub fn push(&mut self, second: i64, value: f64) -> f64 {
        if !value.is_finite() {
            return 0.0;
        }
        let surprise: f64 = self.surprises(second, value).iter().map(|surprise| (surprise - ORDINARY).max(0.0)).sum();
        let surprise = self.quiet.push(surprise);
        surprise / (surprise + HALF)
    }

    fn surprises(&mut self, second: i64, value: f64) -> [f64; LOOKS] {
        // Sums of squares of what is held here stay finite.
        let value = value.clamp(-1e100, 1e100);
        self.scale = self.scale.max(value.abs());
        let nothing = self.scale * ROUNDING;
        let jumps = [self.recent.jump(value, 7), self.recent.jump(value, 1)];
        self.recent.learn(value);
        let deviations = [
            jumps[0],
            jumps[1],
            self.recent.shift(6, 100),
            self.recent.shift(24, 288),
            self.day.push(second, value),
            self.day_smooth.push(second, value),
            self.week.push(second, value),
            self.short.push(value),
            self.long.push(value),
        ];
        let mut surprises = [0.0; LOOKS];
        for ((surprise, tail), deviation) in surprises.iter_mut().zip(&mut self.tails).zip(deviations) {
            if let Some(deviation) = deviation {
                let deviation = if deviation > nothing { deviation } else { 0.0 };
                *surprise = tail.surprise(deviation);
                tail.learn(deviation);
            }
        }
        surprises
    }
}

/// The scores of a whole series, in order. Both slices are of one length; what is longer in one is left out.
pub fn scores(seconds: &[i64], values: &[f64]) -> Vec<f64> {
    let mut detector = Detector::default();
    seconds.iter().zip(values).map(|(second, value)| detector.push(*second, *value)).collect()
}

/// Lets a surprise pass only if it is greater than those of the recent past. The recent past is a share of all that was
/// seen, so that a long series does not raise more alarms just for being long.
#[derive(Debug, Clone, Default)]
struct Quiet {
    /// Places and surprises, falling: what may still be the greatest of the recent past.
    peaks: VecDeque<(usize, f64)>,
    seen: usize,
}

impl Quiet {
    /// How much of what was seen is recent.
    const SHARE: f64 = 0.15;
    /// The fewest and the most points that are recent.
    const POINTS: (usize, usize) = (50, 800);

    fn push(&mut self, surprise: f64) -> f64 {
        let recent = whole(real(self.seen) * Self::SHARE).clamp(Self::POINTS.0, Self::POINTS.1);
        while self.peaks.front().is_some_and(|(at, _)| at + recent < self.seen) {
            self.peaks.pop_front();
        }
        let greatest = self.peaks.front().map_or(0.0, |(_, peak)| *peak);
        while self.peaks.back().is_some_and(|(_, peak)| *peak <= surprise) {
            self.peaks.pop_back();
        }
        self.peaks.push_back((self.seen, surprise));
        self.seen += 1;
        if surprise > greatest { surprise } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
