//! The score of the Numenta Anomaly Benchmark (Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms",
//! ICMLA 2015), as its published scorer counts it.
//!
//! An alarm early in a labelled window is worth most, later ones in the same window nothing more, one outside costs
//! the more the further it is behind a window, and a window without an alarm costs a miss. One threshold serves the
//! whole corpus, the best one; 0 is a detector that never fires and 100 one that fires where each window starts.

use std::ops::RangeInclusive;

use crate::count::{real, whole};

/// What right and wrong alarms are worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// The gain of a window found at its very start.
    pub found: f64,
    /// The cost of an alarm far from any window.
    pub false_alarm: f64,
    /// The cost of a window missed.
    pub missed: f64,
}

impl Profile {
    /// The benchmark's standard profile.
    pub const STANDARD: Self = Self { found: 1.0, false_alarm: 0.11, missed: 1.0 };
    /// The benchmark's profile that punishes false alarms.
    pub const FEW_FALSE_ALARMS: Self = Self { found: 1.0, false_alarm: 0.22, missed: 1.0 };
    /// The benchmark's profile that punishes misses.
    pub const FEW_MISSES: Self = Self { found: 1.0, false_alarm: 0.11, missed: 2.0 };
}

/// A file that was scored by a detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The score of each point, in order.
    pub scores: Vec<f64>,
    /// The labelled windows as places of their first and last points, in order, without overlap.
    pub windows: Vec<RangeInclusive<usize>>,
}

/// A corpus's result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// From 0 (never fires) to 100 (perfect); below 0 where it does harm.
    pub score: f64,
    /// The threshold that gave it; a point fires whose score is no less.
    pub threshold: f64,
    /// Windows found.
    pub found: usize,
    /// Windows in the corpus.
    pub windows: usize,
    /// Points outside any window that fired.
    pub false_alarms: usize,
}

/// What one point adds when it fires.
#[derive(Debug, Clone, Copy)]
struct Point {
    score: f64,
    worth: f64,
    window: Option<usize>,
}

/// How many points at the start of a file are not scored: 15 % of it, and no more than 750.
pub fn probation(length: usize) -> usize {
    whole((0.15 * real(length)).floor()).min(750)
}

/// Scores a corpus at its best threshold.
pub fn best(files: &[Labelled], profile: Profile) -> Outcome {
    let (mut points, windows) = points(files, profile);
    points.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut tally = Tally::new(windows, profile);
    let mut best = tally.outcome(f64::INFINITY);
    let mut rest = points.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|point| point.score.total_cmp(&first.score).is_eq()).count();
        rest[..same].iter().for_each(|point| tally.fire(point));
        rest = &rest[same..];
        let here = tally.outcome(first.score);
        if here.score > best.score {
            best = here;
        }
    }
    best
}

/// Scores a corpus at a given threshold.
pub fn at(files: &[Labelled], profile: Profile, threshold: f64) -> Outcome {
    let (points, windows) = points(files, profile);
    let mut tally = Tally::new(windows, profile);
    points.iter().filter(|point| point.score >= threshold).for_each(|point| tally.fire(point));
    tally.outcome(threshold)
}

struct Tally {
    profile: Profile,
    gains: Vec<Option<f64>>,
    costs: f64,
    false_alarms: usize,
}

impl Tally {
    fn new(windows: usize, profile: Profile) -> Self {
        Self { profile, gains: vec![None; windows], costs: 0.0, false_alarms: 0 }
    }

    fn fire(&mut self, point: &Point) {
        if let Some(window) = point.window {
            let gain = &mut self.gains[window];
            *gain = Some(gain.map_or(point.worth, |before| before.max(point.worth)));
        } else {
            self.costs += point.worth;
            self.false_alarms += 1;
        }
    }

    fn outcome(&self, threshold: f64) -> Outcome {
        let windows = self.gains.len();
        let gains: f64 = self.gains.iter().map(|gain| gain.unwrap_or(-self.profile.missed)).sum();
        let (null, perfect) = (-self.profile.missed * real(windows), self.profile.found * real(windows));
        let span = if windows == 0 { 1.0 } else { perfect - null };
        Outcome {
            score: 100.0 * (gains + self.costs - null) / span,
            threshold,
            found: self.gains.iter().flatten().count(),
            windows,
            false_alarms: self.false_alarms,
        }
    }
}

/// `2σ(−5y) − 1`: near 1 at a window's start (y = −1), 0 at its end, −1 far behind.
fn scaled_sigmoid(place: f64) -> f64 {
    if place >= 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * place).exp()) - 1.0 }
}

fn points(files: &[Labelled], profile: Profile) -> (Vec<Point>, usize) {
    let mut points = Vec::new();
    let mut windows = 0;
    for file in files {
        let start = probation(file.scores.len());
        let mut behind: Option<&RangeInclusive<usize>> = None;
        let mut ahead = file.windows.iter().filter(|window| *window.end() >= start).peekable();
        for (at, score) in file.scores.iter().enumerate() {
            let inside = ahead.peek().filter(|window| window.contains(&at)).copied();
            let worth = match (inside, behind) {
                (Some(window), _) => {
                    let width = real(window.end() - window.start() + 1);
                    scaled_sigmoid(-real(window.end() + 1 - at) / width) / scaled_sigmoid(-1.0) * profile.found
                }
                (None, None) => -profile.false_alarm,
                (None, Some(window)) => {
                    let width = real(window.end() - window.start()).max(1.0);
                    scaled_sigmoid(real(at - window.end()) / width) * profile.false_alarm
                }
            };
            if at >= start {
                points.push(Point { score: *score, worth, window: inside.map(|_| windows) });
            }
            if let Some(window) = inside.filter(|window| *window.end() == at) {
                behind = Some(window);
                ahead.next();
                windows += 1;
            }
        }
        windows += ahead.count();
    }
    (points, windows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(length: usize, firing: &[usize], windows: &[RangeInclusive<usize>]) -> Labelled {
        let mut scores = vec![0.0; length];
        for at in firing {
            scores[*at] = 1.0;
        }
        Labelled { scores, windows: windows.to_vec() }
    }

    #[test]
    fn silence_is_worth_nothing_and_an_alarm_at_every_start_a_hundred() {
        let windows = [300..=399, 700..=799];
        assert!(at(&[file(1000, &[], &windows)], Profile::STANDARD, 0.5).score.abs() < 1e-12);
        let perfect = at(&[file(1000, &[300, 700], &windows)], Profile::STANDARD, 0.5);
        assert!((perfect.score - 100.0).abs() < 1e-12);
        assert_eq!((perfect.found, perfect.windows, perfect.false_alarms), (2, 2, 0));
    }

    #[test]
    fn an_alarm_far_from_any_window_costs_its_weight() {
        let files = [file(1000, &[300, 200], &[300..=399])];
        let outcome = at(&files, Profile::STANDARD, 0.5);
        assert!((outcome.score - (100.0 - 100.0 * 0.11 / 2.0)).abs() < 1e-9, "{outcome:?}");
    }

    #[test]
    fn just_behind_a_window_a_false_alarm_costs_less() {
        let cost = |at: usize| -super::at(&[file(1000, &[at], &[300..=399])], Profile::STANDARD, 0.5).score;
        assert!(cost(401) < cost(410) && cost(410) < cost(450) && cost(450) < cost(900));
        assert!((cost(900) - 5.5).abs() < 1e-9);
    }

    #[test]
    fn the_later_alarm_in_a_window_adds_nothing() {
        let once = at(&[file(1000, &[320], &[300..=399])], Profile::STANDARD, 0.5);
        let twice = at(&[file(1000, &[320, 350], &[300..=399])], Profile::STANDARD, 0.5);
        assert_eq!(once, twice);
        let late = at(&[file(1000, &[390], &[300..=399])], Profile::STANDARD, 0.5);
        assert!(late.score < once.score);
    }

    #[test]
    fn nothing_counts_during_probation() {
        let outcome = at(&[file(1000, &[10, 149], &[300..=399])], Profile::STANDARD, 0.5);
        assert_eq!((outcome.false_alarms, probation(1000), probation(22_695)), (0, 150, 750));
    }

    #[test]
    fn the_best_threshold_is_no_worse_than_any_other() {
        let scores: Vec<f64> = (0..500_u32).map(|at| f64::from(at * 7919 % 101) / 101.0).collect();
        let files = [Labelled { scores, windows: vec![200..=249] }];
        let best = best(&files, Profile::STANDARD);
        for step in 0..=100 {
            let threshold = f64::from(step) / 100.0;
            assert!(at(&files, Profile::STANDARD, threshold).score <= best.score + 1e-12);
        }
        assert!((at(&files, Profile::STANDARD, best.threshold).score - best.score).abs() < 1e-12);
    }
}
