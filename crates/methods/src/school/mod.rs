//! Anomalies of a school's daily counts: what is unusual for an open day of this weekday, and which part of it moved.
//!
//! Closed days (holidays, weekends) are neither judged nor learnt from: nobody comes, and that is no news. Each open day
//! is compared with a level that moves slowly, times a factor of its weekday, times an exposure where there is one
//! (crashes per session, failures per synchronisation); counts scatter as negative binomial. One day far out raises an
//! alert, and so do several that lean the same way; then it is quiet for two weeks of class, because the second alert
//! about one thing tells nothing new. A school that opened last week is only learnt from.

mod explanation;
mod level;
pub mod simulation;

pub use explanation::{Explanation, Part};

use explanation::{Sums, explain};
use level::Level;

/// A day far out: so many standard deviations.
const FAR: f64 = 4.0;
/// Days that lean: each counts what exceeds so many standard deviations ...
const LEAN: f64 = 0.75;
/// ... and their sum raises an alert (Page, "Continuous inspection schemes", 1954).
const LEANT: f64 = 5.0;
/// One day counts no more than so many standard deviations in that sum.
const CLIP: f64 = 3.5;
/// Open days without a second alert.
const QUIET: usize = 10;
/// Open days that are only learnt from.
const LEARNING: usize = 12;
/// Closed days in a row after which the level may be another.
const BREAK: usize = 5;

/// One day of a school.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// From 0, Monday, to 6, Sunday.
    pub weekday: u8,
    /// Whether the school is open.
    pub open: bool,
    /// What the counts are counts out of; 1 where they stand for themselves.
    pub exposure: f64,
    /// The counts of each part, one at least; together they are the total.
    pub parts: Vec<f64>,
}

/// A day that can not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// There is no such weekday.
    #[error("the weekday must be from 0, Monday, to 6, Sunday")]
    Weekday,
    /// The number of parts differs from that of the days before.
    #[error("there are {given} parts, {before} on the days before; give each day the same parts, at least one")]
    Parts {
        /// Parts of this day.
        given: usize,
        /// Parts of the days before.
        before: usize,
    },
    /// A count or an exposure is negative or not finite.
    #[error("a count or an exposure is not a finite number from 0 up; leave the day out if it is not known")]
    Value,
}

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More than usual.
    Up,
    /// Less than usual.
    Down,
}

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Which way it went.
    pub direction: Direction,
    /// From 0 to 1: how unusual it is, comparable between schools and measures.
    pub score: f64,
    /// Open days that it took, this one included.
    pub days: usize,
    /// What was counted over these days.
    pub counted: f64,
    /// What is usual for them.
    pub usual: f64,
    /// Which part moved.
    pub explanation: Explanation,
}

/// Watches one measure of one school, day after day.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    total: Option<Stream>,
    parts: Vec<Stream>,
    open: usize,
    closed: usize,
    since_alert: Option<usize>,
}

/// One count over the days: its level and how it leans.
#[derive(Debug, Clone, Default)]
struct Stream {
    level: Level,
    up: Lean,
    down: Lean,
}

/// How far the last days lean one way.
#[derive(Debug, Clone, Default)]
struct Lean {
    sum: f64,
    days: usize,
    sums: Vec<Sums>,
}

/// What one stream says of a day.
struct Verdict {
    direction: Direction,
    weight: f64,
    days: usize,
    sums: Vec<Sums>,
}

impl Watch {
    /// A watch that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next day; an alert where it is one. Days come in order; a day that is not known is left out.
    pub fn push(&mut self, day: &Day) -> Result<Option<Alert>, DayError> {
        self.check(day)?;
        if !day.open || day.exposure <= 0.0 {
            self.closed += 1;
            return Ok(None);
        }
        if self.closed >= BREAK {
            self.streams().for_each(|stream| stream.level.loosen());
        }
        self.closed = 0;
        self.open += 1;
        if let Some(since) = &mut self.since_alert {
            *since += 1;
        }
        let weekday = usize::from(day.weekday);
        let sums: Vec<Sums> = self
            .parts
            .iter()
            .zip(&day.parts)
            .map(|(stream, count)| {
                let expected = stream.level.expected(weekday, day.exposure);
                Sums { counted: *count, usual: expected.mean, variance: expected.variance }
            })
            .collect();
        let total = day.parts.iter().sum();
        let mut verdicts = Vec::new();
        if let Some(stream) = &mut self.total {
            verdicts.extend(stream.push(weekday, day.exposure, total, &sums));
        }
        // One part is the total.
        if self.parts.len() > 1 {
            for (stream, count) in self.parts.iter_mut().zip(&day.parts) {
                verdicts.extend(stream.push(weekday, day.exposure, *count, &sums));
            }
        } else {
            self.parts.iter_mut().for_each(|stream| stream.level.learn(weekday, day.exposure, total));
        }
        let quiet = self.open <= LEARNING || self.since_alert.is_some_and(|since| since < QUIET);
        let strongest = verdicts.into_iter().max_by(|one, other| one.weight.total_cmp(&other.weight));
        let Some(verdict) = strongest.filter(|_| !quiet) else { return Ok(None) };
        self.since_alert = Some(0);
        self.streams().for_each(Stream::settle);
        let explanation = explain(&verdict.sums, verdict.direction);
        Ok(Some(Alert {
            direction: verdict.direction,
            score: verdict.weight / (1.0 + verdict.weight),
            days: verdict.days,
            counted: verdict.sums.iter().map(|sums| sums.counted).sum(),
            usual: verdict.sums.iter().map(|sums| sums.usual).sum(),
            explanation,
        }))
    }

    fn check(&mut self, day: &Day) -> Result<(), DayError> {
        if day.weekday > 6 {
            return Err(DayError::Weekday);
        }
        let known = |value: &f64| value.is_finite() && *value >= 0.0 && *value < 1e12;
        if !known(&day.exposure) || !day.parts.iter().all(known) {
            return Err(DayError::Value);
        }
        if day.parts.is_empty() || (self.total.is_some() && day.parts.len() != self.parts.len()) {
            return Err(DayError::Parts { given: day.parts.len(), before: self.parts.len() });
        }
        if self.total.is_none() {
            self.total = Some(Stream::default());
            self.parts = vec![Stream::default(); day.parts.len()];
        }
        Ok(())
    }

    fn streams(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.total.iter_mut().chain(&mut self.parts)
    }
}

impl Stream {
    fn push(&mut self, weekday: usize, exposure: f64, count: f64, sums: &[Sums]) -> Option<Verdict> {
        let known = self.level.knows(weekday);
        let deviation = self.level.deviation(weekday, exposure, count);
        self.level.learn(weekday, exposure, count);
        if !known {
            return None;
        }
        self.up.push(deviation.clamp(-CLIP, CLIP), sums);
        self.down.push(-deviation.clamp(-CLIP, CLIP), sums);
        let (direction, lean) =
            if self.up.sum > self.down.sum { (Direction::Up, &self.up) } else { (Direction::Down, &self.down) };
        if deviation.abs() >= FAR {
            let direction = if deviation > 0.0 { Direction::Up } else { Direction::Down };
            return Some(Verdict { direction, weight: deviation.abs() / FAR, days: 1, sums: sums.to_vec() });
        }
        (lean.sum >= LEANT).then(|| {
            let verdict = Verdict { direction, weight: lean.sum / LEANT, days: lean.days, sums: lean.sums.clone() };
            self.level.doubt();
            verdict
        })
    }

    /// After an alert, what leant is told.
    fn settle(&mut self) {
        self.up = Lean::default();
        self.down = Lean::default();
    }
}

impl Lean {
    fn push(&mut self, deviation: f64, sums: &[Sums]) {
        self.sum += deviation - LEAN;
        if self.sum <= 0.0 {
            *self = Self::default();
            return;
        }
        self.days += 1;
        if self.sums.is_empty() {
            self.sums = sums.to_vec();
        } else {
            for (so_far, today) in self.sums.iter_mut().zip(sums) {
                so_far.add(today);
            }
        }
    }
}

#[cfg(test)]
mod tests;
