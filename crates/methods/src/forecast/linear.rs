//! Ridge regression (Hoerl, Kennard 1970) through the normal equations.

use crate::count::real;

/// Normal equations under construction: sums of products of the regressors, and of each with what is to be explained.
#[derive(Debug, Clone)]
pub(super) struct Gram {
    width: usize,
    products: Vec<f64>,
    targets: Vec<f64>,
}

impl Gram {
    pub(super) fn new(width: usize) -> Gram {
        Gram { width, products: vec![0.0; width * width], targets: vec![0.0; width] }
    }

    /// Adds an observation: as many regressors as the width.
    pub(super) fn add(&mut self, regressors: &[f64], target: f64) {
        for (row, left) in regressors.iter().enumerate() {
            let start = row * self.width;
            // The lower triangle is enough.
            for (cell, right) in self.products[start..=start + row].iter_mut().zip(regressors) {
                *cell += left * right;
            }
            self.targets[row] += left * target;
        }
    }

    /// The coefficients that minimise the squared error plus `ridge` times the mean square of the regressors times the
    /// squared coefficients. Nothing where the equations cannot be solved.
    pub(super) fn solve(&self, ridge: f64) -> Option<Vec<f64>> {
        let width = self.width;
        let trace: f64 = (0..width).map(|at| self.products[at * width + at]).sum();
        let penalty = ridge * trace / real(width) + 1e-12;
        let mut lower = self.products.clone();
        for row in 0..width {
            for column in 0..=row {
                let (left, right) = (row * width, column * width);
                let dot: f64 = (0..column).map(|at| lower[left + at] * lower[right + at]).sum();
                let value = lower[left + column] - dot + if row == column { penalty } else { 0.0 };
                lower[left + column] = if row == column {
                    if value.is_nan() || value <= 0.0 {
                        return None;
                    }
                    value.sqrt()
                } else {
                    value / lower[right + column]
                };
            }
        }
        let mut solved = self.targets.clone();
        for row in 0..width {
            let dot: f64 = (0..row).map(|at| lower[row * width + at] * solved[at]).sum();
            solved[row] = (solved[row] - dot) / lower[row * width + row];
        }
        for row in (0..width).rev() {
            let dot: f64 = (row + 1..width).map(|at| lower[at * width + row] * solved[at]).sum();
            solved[row] = (solved[row] - dot) / lower[row * width + row];
        }
        solved.iter().all(|value| value.is_finite()).then_some(solved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again() {
        let mut gram = Gram::new(2);
        for at in 0..20_u8 {
            gram.add(&[1.0, f64::from(at)], 3.0 - 0.5 * f64::from(at));
        }
        let found = gram.solve(0.0).unwrap();
        assert!((found[0] - 3.0).abs() < 1e-6 && (found[1] + 0.5).abs() < 1e-6);
    }

    #[test]
    fn ridge_shrinks_towards_nothing() {
        let mut gram = Gram::new(1);
        gram.add(&[2.0], 4.0);
        assert!((gram.solve(0.0).unwrap()[0] - 2.0).abs() < 1e-9);
        assert!((gram.solve(1.0).unwrap()[0] - 1.0).abs() < 1e-9);
    }
}
