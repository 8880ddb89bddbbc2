//! Forecasts of schools, districts and a country that add up: each series is the sum of the series below it, and so are
//! the forecasts after reconciliation (`MinT`: Wickramasuriya, Athanasopoulos, Hyndman 2019, "Optimal forecast
//! reconciliation for hierarchical and grouped time series through trace minimization"), to the last unit after rounding.

mod rounding;
mod solve;

pub use rounding::largest_remainder;

use crate::count::real;

/// A tree of series: for each, the one it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    /// The series without children, in order.
    leaves: Vec<usize>,
    /// Below each series, the positions of its leaves in `leaves`.
    below: Vec<Vec<usize>>,
}

/// What is wrong with a hierarchy or with what is to be reconciled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReconcileError {
    /// A parent that is not there, or comes after its child.
    #[error("series {position} (from 1) must come after the series it is part of, which must be there")]
    Order {
        /// Its place, from 1.
        position: usize,
    },
    /// Tables that do not fit the hierarchy.
    #[error("the hierarchy has {series} series; as many rows, equally long and finite, are expected")]
    Shape {
        /// How many series it has.
        series: usize,
    },
}

/// How base forecasts are weighed against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighing {
    /// Leaves are summed; what was forecast above them is left aside.
    BottomUp,
    /// By the variance of each series' errors.
    Variance,
    /// By the covariance of errors, shrunk towards the variances (Schäfer, Strimmer 2005): `MinT`-shrink. Costs the cube
    /// of the number of series; meant for up to some hundreds.
    Covariance,
}

impl Hierarchy {
    /// A hierarchy from the parent of each series: nothing for the top. Parents come before children.
    pub fn new(parents: Vec<Option<usize>>) -> Result<Hierarchy, ReconcileError> {
        let mut children = vec![Vec::new(); parents.len()];
        for (at, parent) in parents.iter().enumerate() {
            match parent {
                Some(parent) if *parent < at => children[*parent].push(at),
                Some(_) => return Err(ReconcileError::Order { position: at + 1 }),
                None => {}
            }
        }
        let leaves: Vec<usize> = (0..parents.len()).filter(|at| children[*at].is_empty()).collect();
        let mut below = vec![Vec::new(); parents.len()];
        for (position, leaf) in leaves.iter().enumerate() {
            let mut at = Some(*leaf);
            while let Some(series) = at {
                below[series].push(position);
                at = parents[series];
            }
        }
        Ok(Hierarchy { parents, children, leaves, below })
    }

    /// How many series there are.
    pub fn series(&self) -> usize {
        self.parents.len()
    }

    /// The series that one is part of.
    ///
    /// # Panics
    /// Where there is no such series, as the next two.
    pub fn parent(&self, series: usize) -> Option<usize> {
        self.parents[series]
    }

    /// Whether a series has none below it.
    pub fn is_leaf(&self, series: usize) -> bool {
        self.children[series].is_empty()
    }

    /// The leaves below a series, itself where it is one, by their places among the leaves.
    pub fn below(&self, series: usize) -> &[usize] {
        &self.below[series]
    }

    /// Reconciles base forecasts, one row a series, one column a step; `errors` are past errors of the same series (such
    /// as held-out ones), one row each. What comes back adds up, but for the rounding of floating point.
    pub fn reconcile(
        &self,
        forecasts: &[Vec<f64>],
        errors: &[Vec<f64>],
        weighing: Weighing,
    ) -> Result<Vec<Vec<f64>>, ReconcileError> {
        let horizon = self.width_of(forecasts)?;
        let known = self.width_of(errors)?;
        if weighing == Weighing::BottomUp || known < 2 {
            return Ok(
                self.summed((0..horizon).map(|step| self.leaves.iter().map(|leaf| forecasts[*leaf][step]).collect()))
            );
        }
        let precise = match weighing {
            Weighing::Covariance => solve::precision_of_shrunk(errors),
            Weighing::BottomUp | Weighing::Variance => None,
        };
        let precise = precise.unwrap_or_else(|| solve::precision_of_variances(errors));
        let solver = solve::Solver::new(&self.below, self.leaves.len(), &precise);
        Ok(self.summed((0..horizon).map(|step| {
            let base: Vec<f64> = forecasts.iter().map(|row| row[step]).collect();
            solver.leaves(&base).unwrap_or_else(|| self.leaves.iter().map(|leaf| base[*leaf]).collect())
        })))
    }

    /// Rounds reconciled forecasts of counts to whole numbers that add up exactly: from the top down, what a series has is
    /// shared among its children by largest remainder. Negative values become 0.
    pub fn round(&self, reconciled: &[Vec<f64>]) -> Result<Vec<Vec<u64>>, ReconcileError> {
        let horizon = self.width_of(reconciled)?;
        let mut rounded = vec![vec![0; horizon]; self.series()];
        for step in 0..horizon {
            for at in 0..self.series() {
                if self.parents[at].is_none() {
                    rounded[at][step] = rounding::nearest(reconciled[at][step]);
                }
                let shares: Vec<f64> = self.children[at].iter().map(|child| reconciled[*child][step]).collect();
                let parts = largest_remainder(rounded[at][step], &shares);
                for (child, part) in self.children[at].iter().zip(parts) {
                    rounded[*child][step] = part;
                }
            }
        }
        Ok(rounded)
    }

    /// Every series as the sum of its leaves, from the leaves of each step.
    fn summed(&self, steps: impl Iterator<Item = Vec<f64>>) -> Vec<Vec<f64>> {
        let mut rows = vec![Vec::new(); self.series()];
        for leaves in steps {
            for (row, below) in rows.iter_mut().zip(&self.below) {
                row.push(below.iter().map(|leaf| leaves[*leaf]).sum());
            }
        }
        rows
    }

    fn width_of(&self, rows: &[Vec<f64>]) -> Result<usize, ReconcileError> {
        let width = rows.first().map_or(0, Vec::len);
        let fits = rows.len() == self.series()
            && rows.iter().all(|row| row.len() == width && row.iter().all(|value| value.is_finite()));
        if fits { Ok(width) } else { Err(ReconcileError::Shape { series: self.series() }) }
    }
}

/// The mean square of errors; a little more than nothing, so that it can be divided by.
fn variance(errors: &[f64]) -> f64 {
    errors.iter().map(|error| error * error).sum::<f64>() / real(errors.len().max(1)) + 1e-9
}

#[cfg(test)]
mod tests;
