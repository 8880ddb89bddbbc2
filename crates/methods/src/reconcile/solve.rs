//! The leaves that fit all base forecasts best: b minimises (ŷ − S b)ᵀ W⁻¹ (ŷ − S b), where S sums leaves into series and
//! W is the covariance of the base forecasts' errors (equation 9 of Wickramasuriya and others 2019).

use super::variance;
use crate::count::real;

/// W⁻¹: a diagonal, or a whole symmetric matrix by rows.
#[derive(Debug, Clone)]
pub(super) enum Precision {
    Diagonal(Vec<f64>),
    Full(Vec<Vec<f64>>),
}

/// By variances alone.
pub(super) fn precision_of_variances(errors: &[Vec<f64>]) -> Precision {
    Precision::Diagonal(errors.iter().map(|row| 1.0 / variance(row)).collect())
}

/// By covariances, shrunk towards the variances as much as their own uncertainty asks. Nothing where it has no inverse.
pub(super) fn precision_of_shrunk(errors: &[Vec<f64>]) -> Option<Precision> {
    let (series, known) = (errors.len(), errors.first()?.len());
    let scale: Vec<f64> = errors.iter().map(|row| variance(row).sqrt()).collect();
    let (mut uncertain, mut size) = (0.0, 0.0);
    let mut correlation = vec![vec![0.0; series]; series];
    for left in 0..series {
        correlation[left][left] = 1.0;
        for right in 0..left {
            let products: Vec<f64> = errors[left]
                .iter()
                .zip(&errors[right])
                .map(|(one, other)| one / scale[left] * (other / scale[right]))
                .collect();
            let mean = products.iter().sum::<f64>() / real(known);
            let spread: f64 = products.iter().map(|product| (product - mean).powi(2)).sum();
            uncertain += spread / (real(known) * real(known - 1));
            size += mean * mean;
            correlation[left][right] = mean;
            correlation[right][left] = mean;
        }
    }
    let shrunk = if size > 0.0 { (uncertain / size).clamp(0.0, 1.0) } else { 1.0 };
    // A trace of shrinkage is kept always: errors of sums are near to sums of errors.
    let kept = 1.0 - shrunk.max(0.02);
    for (left, row) in correlation.iter_mut().enumerate() {
        for (right, cell) in row.iter_mut().enumerate() {
            *cell *= if left == right { 1.0 } else { kept };
        }
    }
    let lower = cholesky(correlation)?;
    let mut inverse = vec![vec![0.0; series]; series];
    for column in 0..series {
        let mut unit = vec![0.0; series];
        unit[column] = 1.0;
        for (row, value) in solve(&lower, unit).into_iter().enumerate() {
            inverse[row][column] = value / (scale[row] * scale[column]);
        }
    }
    inverse.iter().flatten().all(|value| value.is_finite()).then_some(Precision::Full(inverse))
}

/// The normal equations of a hierarchy, factored once for all steps.
pub(super) struct Solver {
    /// By leaf, then by series: Sᵀ W⁻¹.
    weighed: Vec<Vec<f64>>,
    lower: Option<Vec<Vec<f64>>>,
}

impl Solver {
    /// `below` has the leaves of each series.
    pub(super) fn new(below: &[Vec<usize>], leaves: usize, precision: &Precision) -> Solver {
        let mut weighed = vec![vec![0.0; below.len()]; leaves];
        for (series, under) in below.iter().enumerate() {
            for leaf in under {
                match precision {
                    Precision::Diagonal(precise) => weighed[*leaf][series] += precise[series],
                    Precision::Full(precise) => {
                        for (cell, value) in weighed[*leaf].iter_mut().zip(&precise[series]) {
                            *cell += value;
                        }
                    }
                }
            }
        }
        let mut normal = vec![vec![0.0; leaves]; leaves];
        for (row, weights) in normal.iter_mut().zip(&weighed) {
            for (under, weight) in below.iter().zip(weights) {
                for leaf in under {
                    row[*leaf] += weight;
                }
            }
        }
        Solver { weighed, lower: cholesky(normal) }
    }

    /// The leaves that fit base forecasts of one step. Nothing where the equations cannot be solved.
    pub(super) fn leaves(&self, base: &[f64]) -> Option<Vec<f64>> {
        let right = self.weighed.iter().map(|row| row.iter().zip(base).map(|(weight, value)| weight * value).sum());
        let found = solve(self.lower.as_ref()?, right.collect());
        found.iter().all(|value| value.is_finite()).then_some(found)
    }
}

/// The lower factor of a symmetric positive matrix; nothing where it is not positive.
fn cholesky(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    for row in 0..matrix.len() {
        for column in 0..=row {
            let dot: f64 = (0..column).map(|at| matrix[row][at] * matrix[column][at]).sum();
            let value = matrix[row][column] - dot;
            matrix[row][column] = if row == column {
                if value.is_nan() || value <= 0.0 {
                    return None;
                }
                value.sqrt()
            } else {
                value / matrix[column][column]
            };
        }
    }
    Some(matrix)
}

/// Solves with a lower factor, forth and back.
fn solve(lower: &[Vec<f64>], mut right: Vec<f64>) -> Vec<f64> {
    for row in 0..right.len() {
        let dot: f64 = (0..row).map(|at| lower[row][at] * right[at]).sum();
        right[row] = (right[row] - dot) / lower[row][row];
    }
    for row in (0..right.len()).rev() {
        let dot: f64 = (row + 1..right.len()).map(|at| lower[at][row] * right[at]).sum();
        right[row] = (right[row] - dot) / lower[row][row];
    }
    right
}
