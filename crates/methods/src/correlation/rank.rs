//! Spearman's rank correlation, its interval, and its test on series whose values resemble their neighbours.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{CorrelationError, LEAST_PAIRS};
use crate::count::real;

/// A rank correlation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// From −1 (one falls where the other rises) to 1.
    pub rho: f64,
    /// The 95 % interval of `rho`.
    pub interval: (f64, f64),
    /// The probability of one as far from 0 where there is none.
    pub p: f64,
    /// How many days have both values.
    pub pairs: usize,
    /// How many independent days they are worth.
    pub effective: f64,
}

/// The rank correlation of two series of the same days, in order; a missing value is NaN, and so is what is infinite.
///
/// Spearman 1904, ties at their mean rank. The number of days counts as what it is worth given the autocorrelation of
/// both (Pyper and Peterman, "Comparison of methods to account for autocorrelation in correlation analyses of fish
/// data", 1998); the interval is Bonett and Wright's ("Sample size requirements for estimating Pearson, Kendall and
/// Spearman correlations", 2000).
pub fn spearman(one: &[f64], other: &[f64]) -> Result<Correlation, CorrelationError> {
    let (one, other) = both(one, other)?;
    let (one, other) = (ranks(&one), ranks(&other));
    let rho = pearson(&one, &other).ok_or(CorrelationError::Constant)?;
    Ok(tested(rho, one.len(), effective(&one, &other), 0.0))
}

/// The rank correlation of residuals from which so many parameters were taken out before: they are worth no more than
/// what is left of their number.
pub fn of_residuals(one: &[f64], other: &[f64], taken_out: usize) -> Result<Correlation, CorrelationError> {
    let found = spearman(one, other)?;
    let left = found.pairs.saturating_sub(taken_out);
    if left < LEAST_PAIRS {
        return Err(CorrelationError::TooFew { pairs: left });
    }
    Ok(tested(found.rho, found.pairs, found.effective.min(real(left)), 0.0))
}

/// The rank correlation of two series with what both share with a third one taken out: Spearman's partial correlation.
/// From a third that never changes there is nothing to take out.
pub fn partial(one: &[f64], other: &[f64], given: &[f64]) -> Result<Correlation, CorrelationError> {
    if given.len() != one.len() {
        return Err(CorrelationError::Lengths { one: one.len(), other: given.len() });
    }
    let hide = |values: &[f64]| -> Vec<f64> {
        values.iter().zip(given).map(|(value, given)| if given.is_finite() { *value } else { f64::NAN }).collect()
    };
    let (hidden_one, hidden_other) = (hide(one), hide(other));
    let (kept_one, kept_other) = both(&hidden_one, &hidden_other)?;
    let kept_given: Vec<f64> = hidden_one
        .iter()
        .zip(&hidden_other)
        .zip(given)
        .filter(|((one, other), _)| one.is_finite() && other.is_finite())
        .map(|(_, given)| *given)
        .collect();
    if kept_given.windows(2).all(|two| two[0].total_cmp(&two[1]).is_eq()) {
        return spearman(&kept_one, &kept_other);
    }
    let ranked = [ranks(&kept_one), ranks(&kept_other), ranks(&kept_given)];
    let between = |a: usize, b: usize| pearson(&ranked[a], &ranked[b]).ok_or(CorrelationError::Constant);
    let (direct, first, second) = (between(0, 1)?, between(0, 2)?, between(1, 2)?);
    let rest = ((1.0 - first * first) * (1.0 - second * second)).sqrt();
    if rest < 1e-9 {
        // Nothing is left of one of them once the third is taken out.
        return Err(CorrelationError::Constant);
    }
    let rho = ((direct - first * second) / rest).clamp(-1.0, 1.0);
    // How much values in a row resemble each other counts without the third as well: a calendar that both follow repeats
    // itself, and what is left of them need not.
    let left = |of: usize, share: f64| -> Vec<f64> {
        let slope = share * deviation(&ranked[of]) / deviation(&ranked[2]);
        ranked[of].iter().zip(&ranked[2]).map(|(value, given)| value - slope * given).collect()
    };
    Ok(tested(rho, kept_one.len(), effective(&left(0, first), &left(1, second)), 1.0))
}

/// Test and interval of a correlation of series worth `effective` pairs, with so many others taken out.
fn tested(rho: f64, pairs: usize, effective: f64, given: f64) -> Correlation {
    let freedom = (effective - 2.0 - given).max(1.0);
    let t = rho.abs() * (freedom / (1.0 - rho * rho).max(1e-12)).sqrt();
    // Freedom is one at least, so that the distribution exists.
    let p = StudentsT::new(0.0, 1.0, freedom).map_or(1.0, |student| 2.0 * student.sf(t)).clamp(0.0, 1.0);
    let width = 1.959_964 * ((1.0 + rho * rho / 2.0) / (effective - 3.0 - given).max(1.0)).sqrt();
    let z = rho.clamp(-1.0 + 1e-12, 1.0 - 1e-12).atanh();
    Correlation { rho, interval: ((z - width).tanh(), (z + width).tanh()), p, pairs, effective }
}

/// The values of the days that have both.
fn both(one: &[f64], other: &[f64]) -> Result<(Vec<f64>, Vec<f64>), CorrelationError> {
    if one.len() != other.len() {
        return Err(CorrelationError::Lengths { one: one.len(), other: other.len() });
    }
    let kept: (Vec<f64>, Vec<f64>) =
        one.iter().zip(other).filter(|(one, other)| one.is_finite() && other.is_finite()).unzip();
    if kept.0.len() < LEAST_PAIRS {
        return Err(CorrelationError::TooFew { pairs: kept.0.len() });
    }
    Ok(kept)
}

/// The ranks of values, from 1; equal values share their mean rank.
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        // Zero and minus zero are equal values.
        let same = order[start..].iter().take_while(|at| values[**at] <= values[order[start]]).count();
        let rank = real(start) + real(same + 1) / 2.0;
        for at in &order[start..start + same] {
            ranks[*at] = rank;
        }
        start += same;
    }
    ranks
}

/// The product-moment correlation; nothing where one never changes.
fn pearson(one: &[f64], other: &[f64]) -> Option<f64> {
    let centred = |values: &[f64]| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / real(values.len());
        values.iter().map(|value| value - mean).collect()
    };
    let (one, other) = (centred(one), centred(other));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (product(&one, &one) * product(&other, &other)).sqrt();
    (scale > 0.0).then(|| (product(&one, &other) / scale).clamp(-1.0, 1.0))
}

/// The standard deviation.
fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / real(values.len());
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / real(values.len())).sqrt()
}

/// How many independent pairs two series are worth, no more than they have.
fn effective(one: &[f64], other: &[f64]) -> f64 {
    let count = one.len();
    let excess: f64 = (1..=count / 5)
        .map(|lag| {
            let own = |values: &[f64]| pearson(&values[lag..], &values[..count - lag]).unwrap_or(0.0);
            (1.0 - real(lag) / real(count)) * own(one) * own(other)
        })
        .sum();
    (real(count) / (1.0 + 2.0 * excess).max(1.0)).max(4.0)
}
