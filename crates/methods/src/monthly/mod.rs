//! Monthly counts of many places that were published with noise: the months to come, at every level, adding up.
//!
//! A place has few months, ten in a year, and each of its figures carries noise whose variance is known. So what is learnt of
//! one place is drawn towards what all have (as in small areas, Fay, Herriot 1979): its size by empirical Bayes, how
//! levels move by the likelihood of all series of a depth in the tree. Each series is a local level on what it brings for
//! its class days (Harvey 1989), with the noise as a known part of what is measured. Forecasts of all depths are reconciled by the
//! variances that the model expects (weighted least squares of Wickramasuriya and others 2019), and rounded to add up.

mod level;
pub mod simulation;

use crate::count::real;
use crate::reconcile::{Hierarchy, ReconcileError, Weighing};
use crate::score::wape;
use level::{Level, Moves, Seen};

/// Months of places.
#[derive(Debug, Clone, Copy)]
pub struct Months<'a> {
    /// The tree, with one top; its leaves, in order, are the rows below.
    pub hierarchy: &'a Hierarchy,
    /// The published figure of each leaf in each month, oldest first; with its noise, so it may be below 0.
    pub leaves: &'a [Vec<f64>],
    /// Class days of each leaf in each month and in those to come: as many more as are asked for.
    pub days: &'a [Vec<f64>],
    /// The standard deviation of each leaf's noise.
    pub sigma: f64,
    /// What is believed of how a figure follows class days: 1 as they do, 0 not at all.
    pub follows: f64,
    /// How often intervals should hold, in percent.
    pub level: f64,
}

/// The months to come: one row a series of the tree, one entry a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Coming {
    /// What is expected, in whole units that add up.
    pub value: Vec<Vec<u64>>,
    /// The lower end of the interval in which the published figure, noise included, should lie. It may be below 0.
    pub low: Vec<Vec<f64>>,
    /// The upper end.
    pub high: Vec<Vec<f64>>,
    /// By what share of the whole the last months were missed at each depth of the tree, from the top, in percent, each
    /// forecast one month ahead from those before it; nothing where that was never done.
    pub missed_by: Vec<Option<f64>>,
    /// From how many months it was learnt.
    pub months: usize,
    /// As which power of class days figures were found to go.
    pub follows: f64,
}

/// Why months cannot be forecast.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MonthlyError {
    /// Too few months.
    #[error("{found} months are too few: at least {least} are needed")]
    Few {
        /// How many there are.
        found: usize,
        /// How many are needed.
        least: usize,
    },
    /// Rows that do not fit.
    #[error(
        "there must be one top, and each leaf must have a finite figure a month, and class days for those months and for those to come"
    )]
    Shape,
    /// Bounds of the level or the noise.
    #[error("the level must be from 50 to 99.9 percent, and the noise a deviation of 0 or more")]
    Bounds,
    /// What the tree says.
    #[error(transparent)]
    Tree(#[from] ReconcileError),
}

/// The fewest months.
pub const LEAST: usize = 3;
/// A whole below so much of what it was on average is lost in its noise, and no share of it is known.
const LEAST_RATE: f64 = 0.1;
/// Powers of class days that are tried.
const POWERS: [f64; 7] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2];
/// How surely the power is believed, as a standard deviation.
const SURE: f64 = 0.15;
/// What shakes one place in a month shakes its neighbours too: so much of their likelihood counts.
const SHARED: f64 = 0.5;
/// As how many forecasts the belief weighs of how errors compare with what the model expects, as variances, from the top down: what
/// shakes all places at once is in no place's own level, and shows most where they are added up.
const BELIEF: f64 = 5.0;
const BELIEVED: [f64; 3] = [2.5, 1.5, 1.0];
/// Above so many series, only the last months are reconciled again to see how good forecasts were: it costs the cube.
const MANY: usize = 300;
const LAST: usize = 2;

/// Forecasts the months to come.
pub fn forecast_months(months: &Months) -> Result<Coming, MonthlyError> {
    let (known, horizon) = check(months)?;
    let tree = Tree::of(months.hierarchy);
    let follows = power(months, &tree, known);
    let depths = tree.depths.iter().copied().max().unwrap_or(0) + 1;
    let (mut came, mut told) = (vec![Vec::new(); depths], vec![Vec::new(); depths]);
    let believed = |depth: usize| BELIEVED[depth.min(BELIEVED.len() - 1)];
    let mut squares: Vec<(f64, f64)> = (0..depths).map(|depth| (BELIEF * believed(depth), BELIEF)).collect();
    let last = if tree.depths.len() > MANY { LAST } else { known };
    for origin in LEAST..known {
        let base = base(months, &tree, origin, 1, follows);
        let rounded = if origin + last >= known { Some(base.reconciled(months.hierarchy)?) } else { None };
        for (series, depth) in tree.depths.iter().enumerate() {
            let is = tree.sum(series, |leaf| months.leaves[leaf][origin]);
            let expected = match &rounded {
                Some(rounded) => {
                    let expected = whole_as_real(rounded[series][0]);
                    came[*depth].push(is);
                    told[*depth].push(expected);
                    expected
                }
                None => base.mean[series][0],
            };
            squares[*depth].0 += ((is - expected).powi(2) / base.variance[series][0].max(1e-9)).min(25.0);
            squares[*depth].1 += 1.0;
        }
    }
    let base = base(months, &tree, known, horizon, follows);
    let value = base.reconciled(months.hierarchy)?;
    let reach = normal_reach(months.level);
    let (mut low, mut high) = (Vec::new(), Vec::new());
    for (series, depth) in tree.depths.iter().enumerate() {
        let (sum, count) = squares[*depth];
        // Student's t with as many degrees as there were forecasts, near enough (Cornish, Fisher 1938, first term).
        let freedom = count;
        let wide = reach * (1.0 + (reach * reach + 1.0) / (4.0 * freedom)) * (sum / count).sqrt();
        // The noise of the month to come is there whatever was learnt.
        let leaves = real(tree.below[series].len());
        let noise = months.sigma * months.sigma * leaves;
        let half = |step: usize| wide * base.variance[series][step].max(noise).sqrt();
        let ends =
            |sign: f64| (0..horizon).map(|step| whole_as_real(value[series][step]) + sign * half(step)).collect();
        low.push(ends(-1.0));
        high.push(ends(1.0));
    }
    let missed_by = came.iter().zip(&told).map(|(came, told)| wape(came, told)).collect();
    Ok(Coming { value, low, high, missed_by, months: known, follows })
}

/// How many months are known, and how many are asked for.
fn check(months: &Months) -> Result<(usize, usize), MonthlyError> {
    let known = months.leaves.first().map_or(0, Vec::len);
    let all = months.days.first().map_or(0, Vec::len);
    let leaves = (0..months.hierarchy.series()).filter(|series| months.hierarchy.is_leaf(*series)).count();
    let tops = (0..months.hierarchy.series()).filter(|series| months.hierarchy.parent(*series).is_none()).count();
    let fits = tops == 1
        && months.leaves.len() == leaves
        && months.days.len() == leaves
        && all > known
        && months.leaves.iter().all(|row| row.len() == known && row.iter().all(|value| value.abs() < 1e15))
        && months.days.iter().all(|row| row.len() == all && row.iter().all(|days| (0.0..=31.0).contains(days)));
    if !(50.0..=99.9).contains(&months.level) || !(0.0..1e12).contains(&months.sigma) {
        return Err(MonthlyError::Bounds);
    }
    if !fits {
        return Err(MonthlyError::Shape);
    }
    if known < LEAST {
        return Err(MonthlyError::Few { found: known, least: LEAST });
    }
    Ok((known, all - known))
}

/// The tree, by series: how deep it is, and which leaves are below it.
struct Tree {
    depths: Vec<usize>,
    below: Vec<Vec<usize>>,
}

impl Tree {
    fn of(hierarchy: &Hierarchy) -> Tree {
        let mut depths: Vec<usize> = Vec::with_capacity(hierarchy.series());
        for series in 0..hierarchy.series() {
            depths.push(hierarchy.parent(series).map_or(0, |parent| depths[parent] + 1));
        }
        Tree { depths, below: (0..hierarchy.series()).map(|series| hierarchy.below(series).to_vec()).collect() }
    }

    fn sum(&self, series: usize, of: impl Fn(usize) -> f64) -> f64 {
        self.below[series].iter().map(|leaf| of(*leaf)).sum()
    }
}

/// What each series brings by itself: a row a series, an entry a month.
struct Base {
    mean: Vec<Vec<f64>>,
    variance: Vec<Vec<f64>>,
    /// The part of the variance that a series does not share with the top: what reconciliation weighs by.
    alone: Vec<Vec<f64>>,
}

impl Base {
    /// In whole units that add up.
    fn reconciled(&self, hierarchy: &Hierarchy) -> Result<Vec<Vec<u64>>, ReconcileError> {
        // Two errors of one deviation each have the variance that the model expects.
        let errors: Vec<Vec<f64>> = self
            .alone
            .iter()
            .map(|row| {
                let deviation = row.first().copied().unwrap_or(1.0).sqrt();
                vec![deviation, -deviation]
            })
            .collect();
        hierarchy.round(&hierarchy.reconcile(&self.mean, &errors, Weighing::Variance)?)
    }
}

/// Class days to a power; at least a trace, so that a month without class is not divided by nothing.
fn exposure(days: f64, power: f64) -> f64 {
    days.max(0.05).powf(power)
}

/// Forecasts each series from its first `known` months. What moves all places together is the top's alone: below it, a series is
/// its share of the top, so that growth which shows only in the sum is not lost on the way down.
fn base(months: &Months, tree: &Tree, known: usize, horizon: usize, follows: f64) -> Base {
    let sizes = sizes(months, known, follows);
    let expected = |series: usize, month: usize| {
        tree.sum(series, |leaf| sizes[leaf] * exposure(months.days[leaf][month], follows)).max(1e-6)
    };
    let noise = |series: usize| months.sigma * months.sigma * real(tree.below[series].len());
    let rate = |series: usize, month: usize| {
        let expected = expected(series, month);
        let value = tree.sum(series, |leaf| months.leaves[leaf][month]) / expected;
        Seen { value, noise: noise(series) / (expected * expected) }
    };
    let whole: Vec<Seen> = (0..known).map(|month| rate(0, month)).collect();
    let mut top = Level::after(&whole, Moves::learn(&[&whole], level::GROWTH));
    let tops: Vec<Level> = (0..horizon)
        .map(|_| {
            top = top.ahead();
            top
        })
        .collect();
    let shares: Vec<Vec<Seen>> = (0..tree.depths.len())
        .map(|series| {
            let share = |month: usize| {
                let (seen, by) = (rate(series, month), whole[month].value.max(LEAST_RATE));
                Seen { value: seen.value / by, noise: seen.noise / (by * by) }
            };
            (0..known).map(share).collect()
        })
        .collect();
    let deepest = tree.depths.iter().copied().max().unwrap_or(0);
    let moves: Vec<Moves> = (0..=deepest)
        .map(|depth| {
            let own = shares.iter().zip(&tree.depths).filter(|(_, at)| **at == depth).map(|(seen, _)| seen.as_slice());
            Moves::learn(&own.collect::<Vec<_>>(), 0.0)
        })
        .collect();
    let (mut mean, mut variance, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for (series, shares) in shares.iter().enumerate() {
        let mut share = Level::after(shares, moves[tree.depths[series]]);
        let (mut means, mut variances, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for (step, top) in tops.iter().enumerate() {
            share = share.ahead();
            let expected = expected(series, known + step);
            // The top is the whole of itself.
            let (of_whole, doubt) = if series == 0 { (1.0, 0.0) } else { (share.mean, share.variance()) };
            let apart = doubt * (top.mean * expected).powi(2) + noise(series);
            let together = top.variance() * (of_whole * expected).powi(2);
            means.push((of_whole * top.mean * expected).max(0.0));
            variances.push(apart + together);
            own.push(if series == 0 { apart + together } else { apart });
        }
        mean.push(means);
        variance.push(variances);
        alone.push(own);
    }
    Base { mean, variance, alone }
}

/// What each leaf brings for a unit of exposure, drawn towards the mean of all as far as its noise asks.
fn sizes(months: &Months, known: usize, follows: f64) -> Vec<f64> {
    let own: Vec<(f64, f64)> = months
        .leaves
        .iter()
        .zip(months.days)
        .map(|(values, days)| {
            let exposed: f64 = days[..known].iter().map(|days| exposure(*days, follows)).sum();
            let noise = months.sigma * months.sigma * real(known) / (exposed * exposed);
            (values[..known].iter().sum::<f64>() / exposed, noise)
        })
        .collect();
    let count = real(own.len().max(1));
    let centre = own.iter().map(|(size, _)| size).sum::<f64>() / count;
    let spread = own.iter().map(|(size, _)| (size - centre).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    own.iter()
        .map(|(size, noise)| {
            let kept = if spread > *noise { 1.0 - noise / spread } else { 0.0 };
            // A single leaf has nothing to be drawn towards.
            let kept = if own.len() < 4 { 1.0 } else { kept };
            (centre + kept * (size - centre)).max(0.0)
        })
        .collect()
}

/// As which power of class days figures go: what makes the months of the country and of the places right below it likely, with
/// what is believed. In one month some of these have holidays and others have not.
fn power(months: &Months, tree: &Tree, known: usize) -> f64 {
    let highest: Vec<usize> = (0..tree.depths.len()).filter(|series| tree.depths[*series] < 2).collect();
    let score = |power: f64| {
        let sizes = sizes(months, known, power);
        let mut jacobian = 0.0;
        let seen: Vec<Vec<Seen>> = highest
            .iter()
            .map(|series| {
                let noise = months.sigma * months.sigma * real(tree.below[*series].len());
                let of_month = |month: usize| {
                    let size = |leaf: usize| sizes[leaf] * exposure(months.days[leaf][month], power);
                    let expected = tree.sum(*series, size).max(1e-6);
                    jacobian += expected.ln();
                    let value = tree.sum(*series, |leaf| months.leaves[leaf][month]) / expected;
                    Seen { value, noise: noise / (expected * expected) }
                };
                (0..known).map(of_month).collect()
            })
            .collect();
        let slices: Vec<&[Seen]> = seen.iter().map(Vec::as_slice).collect();
        let moves = Moves::learn(&slices, level::GROWTH);
        let likelihood: f64 = slices.iter().map(|seen| moves.likelihood(seen)).sum();
        SHARED * (likelihood - jacobian) - 0.5 * ((power - months.follows) / SURE).powi(2)
    };
    let scores = POWERS.map(score);
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights = scores.map(|score| (score - best).exp());
    let sum: f64 = weights.iter().sum();
    // The mean of what is likely: of few months, the likeliest power alone is often far off.
    POWERS.iter().zip(weights).map(|(power, weight)| power * weight).sum::<f64>() / sum
}

/// Half the width of an interval of a normal distribution, in deviations, for a level in percent.
fn normal_reach(level: f64) -> f64 {
    crate::forecast::normal_quantile(f64::midpoint(1.0, level / 100.0))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a country are far below 2^53")]
fn whole_as_real(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests;
