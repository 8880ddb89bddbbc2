//! How high an hour, and the highest hour, may go.
//!
//! An hour: split conformal prediction with a normalised score (Papadopoulos, Gammerman, Vovk 2008), one-sided; what it is
//! normalised by grows from the root of what is expected, as counts scatter, to a share of it, as levels do.
//!
//! The highest hour: a bootstrap (Efron 1979) of the held-out days' highest hours, in logarithms, in which the part that all
//! days of a forecast share is drawn apart from the rest. Held-out maxima of whole horizons would need no such model, but of
//! 13 months there are only a few that do not overlap, and their 99th percentile cannot be read off a few: with a share of
//! days above their largest so far, the tail beyond the ninth decile is exponential (peaks over threshold, Pickands 1975).

use super::{Hour, Judged};
use crate::chance::Chance;
use crate::count::{real, whole};
use crate::forecast::quantile;
use crate::score::wape;
use crate::season::mean;

/// The past forecast again from one moment.
#[derive(Debug, Clone)]
pub(super) struct HeldOut {
    pub expected: Vec<f64>,
    pub came: Vec<Option<f64>>,
    pub hours: Vec<Hour>,
    /// How long before the end of the past that was, in horizons.
    pub of_horizon: f64,
}

/// Days whose highest hour is below so much of the highest of all tell nothing of peaks.
const BUSY: f64 = 0.5;
/// As how many moments the belief weighs that forecasts miss the level by so much, as a standard deviation of logarithms.
const BELIEF: f64 = 3.0;
const BELIEVED: f64 = 0.12;
/// As how many days the belief weighs that a day's highest hour misses by as much again.
const BELIEF_DAYS: f64 = 8.0;
const BELIEVED_DAY: f64 = 0.05;
/// Which share of days is the tail.
const TAIL: f64 = 0.1;
/// How many horizons are drawn.
const DRAWS: usize = 4_000;

impl HeldOut {
    fn known(&self) -> impl Iterator<Item = (f64, f64)> {
        self.expected.iter().zip(&self.came).filter_map(|(expected, came)| Some((*expected, (*came)?)))
    }
}

/// How many horizons the held-out past spans.
fn spanned(held_out: &[HeldOut]) -> f64 {
    held_out.iter().map(|one| one.of_horizon).fold(0.1, f64::max)
}

/// The upper quantile of each hour.
pub(super) fn of_hours(held_out: &[HeldOut], mean: &[f64], level: f64) -> Vec<f64> {
    let spread = Spread::of(held_out);
    let reach = reach(held_out, &spread, level);
    mean.iter().map(|mean| mean + reach * spread.at(*mean)).collect()
}

/// By how many expected deviations the quantile lies above what is expected.
fn reach(held_out: &[HeldOut], spread: &Spread, level: f64) -> f64 {
    let mut scores: Vec<f64> = held_out
        .iter()
        .flat_map(HeldOut::known)
        .filter(|(expected, _)| *expected > 0.0)
        .map(|(expected, came)| (came - expected) / spread.at(expected))
        .collect();
    scores.sort_by(f64::total_cmp);
    // Errors of a few horizons say little of the tail: the fewer, the wider.
    let widened = 1.0 + 0.8 / spanned(held_out);
    widened * quantile(&scores, level / 100.0).max(0.5)
}

/// How far hours scatter around what is expected: variance = by count × mean + by level × mean².
#[derive(Debug, Clone, Copy)]
struct Spread {
    count: f64,
    level: f64,
}

impl Spread {
    /// Least squares on squared errors, each by what is expected.
    fn of(held_out: &[HeldOut]) -> Spread {
        let (mut n, mut x, mut xx, mut y, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (expected, came) in held_out.iter().flat_map(HeldOut::known).filter(|(expected, _)| *expected > 0.0) {
            // Weighed so that quiet hours do not drown in busy ones.
            let weight = 1.0 / (1.0 + expected);
            let ratio = (came - expected).powi(2) / expected;
            n += weight;
            x += weight * expected;
            xx += weight * expected * expected;
            y += weight * ratio;
            xy += weight * expected * ratio;
        }
        let determinant = n * xx - x * x;
        let mut level = if determinant > 0.0 { (n * xy - x * y) / determinant } else { 0.0 };
        let mut count = if n > 0.0 { (y - level * x) / n } else { 1.0 };
        if level < 0.0 {
            (level, count) = (0.0, if n > 0.0 { y / n } else { 1.0 });
        } else if count < 0.0 {
            (level, count) = (if xx > 0.0 { xy / xx } else { 0.0 }, 0.0);
        }
        // Never less than counts scatter that come by themselves.
        Spread { count: count.max(1.0), level: level.max(1e-4) }
    }

    fn at(&self, mean: f64) -> f64 {
        (self.count * mean + self.level * mean * mean).sqrt()
    }
}

/// How good the past's forecasts were.
pub(super) fn judge(held_out: &[HeldOut], level: f64) -> Judged {
    let spread = Spread::of(held_out);
    let reach = reach(held_out, &spread, level);
    let (expected, came): (Vec<f64>, Vec<f64>) = held_out.iter().flat_map(HeldOut::known).unzip();
    let below =
        expected.iter().zip(&came).filter(|(expected, came)| **came <= **expected + reach * spread.at(**expected));
    let held = 100.0 * real(below.count()) / real(came.len().max(1));
    Judged { origins: held_out.len(), missed_by: wape(&came, &expected), held }
}

/// Where each day starts, on the wall clock.
fn days(hours: &[Hour]) -> Vec<std::ops::Range<usize>> {
    let mut starts: Vec<usize> =
        (1..hours.len()).filter(|at| hours[*at].place / 24 != hours[at - 1].place / 24).collect();
    starts.insert(0, 0);
    let ends = starts.iter().skip(1).copied().chain([hours.len()]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).map(|(start, end)| start..end).collect()
}

fn most(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}

/// The highest hour of the horizon.
pub(super) fn of_peak(held_out: &[HeldOut], mean: &[f64], hours: &[Hour], level: f64) -> super::Peak {
    let highest = most(mean.iter().copied());
    let at = mean.iter().position(|value| *value >= highest).unwrap_or(0);
    if highest <= 0.0 {
        return super::Peak { at, expected: 0.0, upper: 0.0 };
    }
    let Missed { together, apart } = missed(held_out);
    let tops: Vec<f64> = days(hours)
        .into_iter()
        .map(|day| most(mean[day].iter().copied()))
        .filter(|top| *top >= BUSY * highest)
        .map(f64::ln)
        .collect();
    let freedom = spanned(held_out) + BELIEF;
    let mut chance = Chance::new(0x70ea);
    let mut drawn: Vec<f64> = (0..DRAWS)
        .map(|_| {
            // Student's t: how far forecasts miss is itself known from few.
            let shared = together * chance.normal() / chance.gamma(2.0 / freedom).sqrt();
            tops.iter().map(|top| top + shared + apart.draw(&mut chance)).fold(f64::NEG_INFINITY, f64::max)
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    super::Peak { at, expected: quantile(&drawn, 0.5).exp(), upper: quantile(&drawn, level / 100.0).exp() }
}

/// How the highest hours of busy days were missed, in logarithms.
struct Missed {
    /// The standard deviation of what a forecast's days miss by together.
    together: f64,
    /// What is left of each day.
    apart: Rest,
}

/// What days miss by on their own: below the tail as they came, beyond it exponential.
struct Rest {
    body: Vec<f64>,
    threshold: f64,
    excess: f64,
}

impl Rest {
    fn of(mut days: Vec<f64>) -> Rest {
        days.sort_by(f64::total_cmp);
        let peaks = whole((real(days.len()) * TAIL).ceil()).min(days.len());
        let split = days.len() - peaks;
        let threshold = if split > 0 { days[split - 1] } else { 0.0 };
        let sum: f64 = days[split..].iter().map(|day| (day - threshold).max(0.0)).sum();
        let excess = (sum + BELIEF_DAYS * TAIL * BELIEVED_DAY) / (real(peaks) + BELIEF_DAYS * TAIL);
        days.truncate(split);
        Rest { body: days, threshold, excess }
    }

    fn draw(&self, chance: &mut Chance) -> f64 {
        if self.body.is_empty() {
            return BELIEVED_DAY * chance.normal();
        }
        if chance.happens(TAIL) {
            return self.threshold - self.excess * (1.0 - chance.unit()).ln();
        }
        self.body[chance.below(self.body.len())]
    }
}

fn missed(held_out: &[HeldOut]) -> Missed {
    let highest = most(held_out.iter().flat_map(|one| one.expected.iter().copied()));
    let (mut shared, mut rest) = (BELIEF * BELIEVED * BELIEVED, Vec::new());
    let mut moments = BELIEF;
    for one in held_out {
        let errors: Vec<f64> = days(&one.hours)
            .into_iter()
            .filter_map(|day| {
                let came: Vec<f64> = one.came[day.clone()].iter().flatten().copied().collect();
                let expected = most(one.expected[day.clone()].iter().copied());
                let (whole, top) = (came.len() == day.len(), most(came.into_iter()));
                (whole && expected >= BUSY * highest && top > 0.0).then(|| (top / expected).ln())
            })
            .collect();
        if errors.is_empty() {
            continue;
        }
        // Not centred: a method that is always too low must not count on it. The highest of some hours is above what is
        // expected of the highest, and that belongs to each day, not to the level.
        let own = mean(&errors);
        shared += own * own;
        moments += 1.0;
        rest.extend(errors.iter().map(|error| error - own));
    }
    Missed { together: (shared / moments).sqrt(), apart: Rest::of(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_wall_clock_also_when_one_has_25_hours() {
        let day = |day: u16, hours: &[u16]| hours.iter().map(move |hour| 24 * day + hour).collect::<Vec<_>>();
        let usual: Vec<u16> = (0..24).collect();
        let mut long = usual.clone();
        long.insert(3, 2);
        let places = [day(6, &long), day(0, &usual), day(1, &usual[..5])].concat();
        let hours: Vec<Hour> = places.into_iter().map(|place| Hour { place, share: 1.0 }).collect();
        assert_eq!(days(&hours), [0..25, 25..49, 49..54]);
    }

    #[test]
    fn quiet_hours_scatter_as_counts_and_busy_ones_as_the_level() {
        let spread = Spread { count: 2.0, level: 0.01 };
        assert!((spread.at(1.0) - 2.01_f64.sqrt()).abs() < 1e-9);
        assert!(spread.at(1e6) > 0.099e6 && spread.at(1e6) < 0.102e6);
    }
}
