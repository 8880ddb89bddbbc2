//! What belongs to a place in the week and a kind of day, and to the weeks around a break. Level and factors are measured in
//! turns, each on the other (backfitting, Hastie, Tibshirani 1986). Each factor of a series is drawn towards that of all
//! series of the file, the more the noisier it is and the less they differ (empirical Bayes, Efron, Morris 1975).

use std::collections::BTreeMap;

use super::Day;
use crate::count::real;
use crate::season::mean;

/// An open day: its kind, its place in the period, and where it lies to a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub kind: usize,
    pub at: usize,
    pub around: usize,
}

/// How many ways there are to lie around a break: none; the period after and before it; and after and before a long one,
/// the nearest periods.
const AROUND: usize = 9;
const AFTER_BREAK: usize = 1;
const BEFORE_BREAK: usize = 2;
const AFTER_LONG: usize = 3;
const BEFORE_LONG: usize = 7;
/// As how many open days the belief weighs that a place is like any other of its kind, where there is no other series.
const BELIEF: f64 = 0.5;
/// As how many open days the belief weighs that days around breaks are like any other.
const BELIEF_AROUND: f64 = 100.0;
/// Over how many open days to each side the level is measured that factors are relative to.
const REACH: usize = 6;
/// The period of days in weeks.
const WEEK: usize = 7;
/// From how many periods on a break is a long one.
const LONG: usize = 5;

/// The places of the steps of a calendar whose past has `length` steps; none on closed days. Counted from the end of the
/// past, so that series that end together have the same.
pub(super) fn places(days: &[Day], length: usize, period: usize) -> Vec<Option<Place>> {
    let shift = period - length % period;
    let around = around_breaks(days, period);
    days.iter()
        .enumerate()
        .map(|(step, day)| match day {
            Day::Closed => None,
            Day::Open(kind) => {
                Some(Place { kind: usize::from(*kind), at: (step + shift) % period, around: around[step] })
            }
        })
        .collect()
}

fn around_breaks(days: &[Day], period: usize) -> Vec<usize> {
    let mut found = vec![0; days.len()];
    if period < 2 {
        return found;
    }
    let first = days.iter().position(|day| *day != Day::Closed).unwrap_or(0);
    let mut start = 0;
    while start < days.len() {
        let closed = days[start..].iter().take_while(|day| **day == Day::Closed).count();
        let end = start + closed;
        if closed >= period {
            let long = closed >= LONG * period;
            // A year before the end of a long break there was another, whether the series shows it or not.
            let year = 365_usize.abs_diff(end - first.min(end)) < 30;
            if long && year && period == WEEK {
                for (step, place) in found.iter_mut().skip(first).take(4 * period).enumerate() {
                    *place = AFTER_LONG + step / period;
                }
            }
            let (after, before) = if long { (4, 2) } else { (1, 1) };
            for week in 0..after {
                let class = if long { AFTER_LONG + week } else { AFTER_BREAK };
                for place in found.iter_mut().skip(end + week * period).take(period) {
                    *place = class;
                }
            }
            for week in 0..before {
                let class = if long { BEFORE_LONG + week } else { BEFORE_BREAK };
                let last = start.saturating_sub(week * period);
                for place in &mut found[last.saturating_sub(period)..last] {
                    *place = class;
                }
            }
        }
        start = end + 1;
    }
    found
}

/// The factors of a series.
#[derive(Debug, Clone)]
pub(super) struct Factors {
    period: usize,
    /// By kind, then by place.
    places: Vec<f64>,
    around: [f64; AROUND],
    /// The relative variance of a value around level and factors.
    noise: f64,
}

/// The values of a series on open days.
pub(super) type Open = [(Place, f64)];

/// What came in a cell and what was expected there without its factor, in the mean value of the series.
type Sums = Vec<(f64, f64)>;

/// The same by class around breaks and by which break it is, counted from the end.
type Breaks = BTreeMap<(usize, usize), (f64, f64)>;

impl Factors {
    pub fn of(&self, place: Place) -> f64 {
        self.places.get(place.kind * self.period + place.at).copied().unwrap_or(1.0) * self.around[place.around]
    }

    /// Learns the factors of all series of a file.
    pub fn learn(all: &[&Open], period: usize) -> Vec<Factors> {
        let kinds = all.iter().flat_map(|open| open.iter()).map(|(place, _)| place.kind + 1).max().unwrap_or(1);
        let means: Vec<f64> = all.iter().map(|open| usable_mean(open)).collect();
        let start = Factors { period, places: vec![1.0; kinds * period], around: [1.0; AROUND], noise: 0.1 };
        let mut found = vec![start; all.len()];
        for _ in 0..6 {
            let sums: Vec<(Sums, Breaks)> = all
                .iter()
                .zip(&means)
                .zip(&mut found)
                .map(|((open, mean), factors)| factors.measure(open, *mean))
                .collect();
            let noise: Vec<f64> = found.iter().map(|factors| factors.noise).collect();
            let own: Vec<&Sums> = sums.iter().map(|(places, _)| places).collect();
            let kinds: Vec<Vec<f64>> = own.iter().map(|sums| of_kinds(sums, period)).collect();
            let drawn = draw(&own, &noise, BELIEF, |series, cell| kinds[series][cell / period]);
            let breaks: Vec<&Breaks> = sums.iter().map(|(_, breaks)| breaks).collect();
            let common = common_around(&breaks);
            let usable = found.iter_mut().zip(&means).zip(drawn.into_iter().zip(breaks));
            for ((factors, _), (places, breaks)) in usable.filter(|((_, mean), _)| **mean > 0.0) {
                factors.places = places;
                for (class, (factor, common)) in factors.around.iter_mut().zip(common).enumerate().skip(1) {
                    let own = breaks.iter().filter(|((of, _), _)| *of == class);
                    let (came, expected) = own.fold((0.0, 0.0), |sum, (_, own)| (sum.0 + own.0, sum.1 + own.1));
                    *factor = ((came + BELIEF_AROUND * common) / (expected + BELIEF_AROUND)).clamp(0.01, 100.0);
                }
            }
        }
        found
    }

    /// What came and what was expected by place and around breaks, each without the other. Measures the noise too.
    fn measure(&mut self, open: &Open, mean: f64) -> (Sums, Breaks) {
        let mut places = vec![(0.0, 0.0); self.places.len()];
        let mut around = Breaks::new();
        if mean <= 0.0 {
            return (places, around);
        }
        let flat: Vec<f64> = open.iter().map(|(place, value)| value / mean / self.of(*place)).collect();
        let mut level = averages(&flat);
        apart_from_long(open, &mut level);
        let (mut squares, mut expected) = (0.0, 0.0);
        let (mut run, mut last) = (0, 0);
        for ((place, value), level) in open.iter().zip(&level).rev() {
            run += usize::from(place.around != last);
            last = place.around;
            let own = place.kind * self.period + place.at;
            places[own].0 += value / mean / self.around[place.around];
            places[own].1 += level;
            if place.around > 0 {
                let sums = around.entry((place.around, run)).or_insert((0.0, 0.0));
                sums.0 += value / mean / self.places[own];
                sums.1 += level;
            }
            let wanted = level * self.of(*place);
            squares += (value / mean - wanted).powi(2);
            expected += wanted * wanted;
        }
        self.noise = (squares / expected.max(1e-9)).clamp(1e-4, 10.0);
        (places, around)
    }
}

/// How far the same weeks around a break are from each other, at least.
const APART: f64 = 0.15;

/// What all series have around breaks: drawn towards nothing the more, the less one break is like the other (positive-part
/// shrinkage, James, Stein 1961). All schools move together, so that it is breaks that count, not days or schools.
fn common_around(all: &[&Breaks]) -> [f64; AROUND] {
    let mut together = Breaks::new();
    for (place, (came, expected)) in all.iter().flat_map(|breaks| breaks.iter()) {
        let sums = together.entry(*place).or_insert((0.0, 0.0));
        sums.0 += came;
        sums.1 += expected;
    }
    let mut found = [1.0; AROUND];
    for (class, found) in found.iter_mut().enumerate().skip(1) {
        let logs: Vec<f64> = together
            .iter()
            .filter(|((of, _), (_, expected))| *of == class && *expected > 1.0)
            .map(|(_, (came, expected))| ((came + 0.5) / (expected + 0.5)).ln())
            .collect();
        if logs.is_empty() {
            continue;
        }
        let effect = mean(&logs);
        let squares: f64 = logs.iter().map(|log| (log - effect).powi(2)).sum();
        let variance = (squares + APART * APART) / real(logs.len()).powi(2);
        *found = (effect * (1.0 - variance / (effect * effect).max(1e-12)).max(0.0)).exp();
    }
    found
}

/// The mean of a series that can have factors; 0 for others.
fn usable_mean(open: &Open) -> f64 {
    let all = mean(&open.iter().map(|(_, value)| *value).collect::<Vec<_>>());
    if open.iter().any(|(_, value)| *value < 0.0) { 0.0 } else { all.max(0.0) }
}

fn of_kinds(sums: &Sums, period: usize) -> Vec<f64> {
    sums.chunks(period)
        .map(|cells| {
            let (came, expected) = cells.iter().fold((BELIEF, BELIEF), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
            came / expected
        })
        .collect()
}

/// The factors of each series and cell, drawn towards those of all series.
fn draw(sums: &[&Sums], noise: &[f64], belief: f64, alone: impl Fn(usize, usize) -> f64) -> Vec<Vec<f64>> {
    let cells = sums.first().map_or(0, |sums| sums.len());
    let mut found = vec![Vec::with_capacity(cells); sums.len()];
    for cell in 0..cells {
        let known: Vec<(f64, f64)> = sums
            .iter()
            .zip(noise)
            .filter(|(sums, _)| sums[cell].1 > 0.5)
            .map(|(sums, noise)| (sums[cell].0 / sums[cell].1, noise / sums[cell].1))
            .collect();
        let pool = Pool::of(&known);
        for (series, found) in found.iter_mut().enumerate() {
            let (came, expected) = sums[series][cell];
            let (centre, weight) = match &pool {
                Some(pool) => {
                    // The pool itself is known as well as it has days, and else as if alone.
                    let alone = alone(series, cell);
                    let centre = (pool.centre * pool.days + alone * belief) / (pool.days + belief);
                    (centre, (noise[series] / pool.between).clamp(belief.min(1.0), 500.0))
                }
                None => (alone(series, cell), belief),
            };
            found.push(((came + weight * centre) / (expected + weight)).clamp(0.01, 100.0));
        }
    }
    found
}

/// What the series have in common in a cell.
struct Pool {
    centre: f64,
    /// The variance of true factors between series.
    between: f64,
    days: f64,
}

/// From how many series on there is a pool.
const ENOUGH: usize = 4;

impl Pool {
    /// Factors with their sampling variances, by the moments of `DerSimonian` and Laird (1986).
    fn of(known: &[(f64, f64)]) -> Option<Pool> {
        if known.len() < ENOUGH {
            return None;
        }
        let plain = mean(&known.iter().map(|(factor, _)| *factor).collect::<Vec<_>>());
        let squares = known.iter().map(|(factor, _)| (factor - plain).powi(2)).sum::<f64>() / real(known.len() - 1);
        let within = mean(&known.iter().map(|(_, variance)| *variance).collect::<Vec<_>>());
        let between = (squares - within).max(0.05 * squares).max(1e-6);
        let (mut sum, mut weights, mut days) = (0.0, 0.0, 0.0);
        for (factor, variance) in known {
            sum += factor / (variance + between);
            weights += 1.0 / (variance + between);
            days += 0.1 / variance;
        }
        Some(Pool { centre: sum / weights, between, days })
    }
}

/// Around long breaks, the level is that of the ordinary days next to them: what differs there belongs to the factors.
fn apart_from_long(open: &Open, level: &mut [f64]) {
    let ordinary = |at: &usize| open[*at].0.around < AFTER_LONG;
    for at in 0..open.len() {
        let around = open[at].0.around;
        let nearest = match around {
            0..AFTER_LONG => continue,
            AFTER_LONG..BEFORE_LONG => (at..open.len()).find(ordinary).map(|at| (at + REACH).min(open.len() - 1)),
            _ => (0..at).rev().find(ordinary).map(|at| at.saturating_sub(REACH)),
        };
        if let Some(nearest) = nearest.filter(ordinary) {
            level[at] = level[nearest];
        }
    }
}

/// The mean around each value.
fn averages(values: &[f64]) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0);
    for value in values {
        sums.push(sums[sums.len() - 1] + value);
    }
    (0..values.len())
        .map(|at| {
            let (start, end) = (at.saturating_sub(REACH), (at + REACH + 1).min(values.len()));
            (sums[end] - sums[start]) / real(end - start)
        })
        .collect()
}
