//! Which measures move together: rank correlations with honest sample sizes, and few false finds among many pairs.
//!
//! Values in a row resemble each other, so that a hundred days are worth fewer than a hundred; the test counts with the
//! number that they are worth. And whoever looks at two hundred pairs finds ten at the level of 5 % where nothing is: the
//! share of false finds is controlled under any dependence between the pairs. What is found moves together; what makes
//! it move is another question, and [`CAUTION`] says so wherever a link is shown.

mod discovery;
mod noisy;
mod rank;

pub use discovery::{Dependence, adjusted};
pub use noisy::{Noisy, NoisyLink, noisy_links, reliability};
pub use rank::{Correlation, of_residuals, partial, spearman};

/// What must stand beside every link that is shown.
pub const CAUTION: &str = "Two measures that move together need not be cause and effect: a third thing, such as the \
                           calendar or the size of a school, may move both.";

/// Why there is no correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CorrelationError {
    /// The series are not of one length.
    #[error("the series have {one} and {other} values; give one value of each for the same days")]
    Lengths {
        /// Values of the first.
        one: usize,
        /// Values of the other.
        other: usize,
    },
    /// Too few days have both values.
    #[error("only {pairs} days have both values; at least {LEAST_PAIRS} are needed")]
    TooFew {
        /// Days with both.
        pairs: usize,
    },
    /// One of them never changes.
    #[error("a series never changes; leave it out, nothing can move with it")]
    Constant,
}

/// The fewest pairs of values that are tested.
pub const LEAST_PAIRS: usize = 10;

/// One pair of measures that was tested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The places of the two measures.
    pub pair: (usize, usize),
    /// Their correlation.
    pub correlation: Correlation,
    /// The p-value adjusted for all pairs that were tested: the smallest share of false finds at which it is found.
    pub adjusted: f64,
}

/// How large a correlation is, in words (Cohen, "Statistical power analysis", 1988).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Below 0.1.
    Negligible,
    /// From 0.1.
    Small,
    /// From 0.3.
    Medium,
    /// From 0.5.
    Large,
}

impl Link {
    /// How large it is, whatever its sign.
    pub fn strength(&self) -> Strength {
        match self.correlation.rho.abs() {
            rho if rho >= 0.5 => Strength::Large,
            rho if rho >= 0.3 => Strength::Medium,
            rho if rho >= 0.1 => Strength::Small,
            _ => Strength::Negligible,
        }
    }
}

/// Tests pairs of measures against each other and adjusts for their number. A missing value is NaN. Pairs that cannot
/// be tested (too few values, one never changes) are left out and do not count as tested; different lengths are an
/// error. The order is that of the pairs.
pub fn links(measures: &[Vec<f64>], pairs: &[(usize, usize)]) -> Result<Vec<Link>, CorrelationError> {
    test(measures, pairs, spearman)
}

/// [`links`] of residuals: as many parameters as `taken_out` were estimated from each measure before, so that its values
/// are worth as many fewer.
pub fn links_of_residuals(
    measures: &[Vec<f64>],
    taken_out: usize,
    pairs: &[(usize, usize)],
) -> Result<Vec<Link>, CorrelationError> {
    test(measures, pairs, |one, other| of_residuals(one, other, taken_out))
}

fn test(
    measures: &[Vec<f64>],
    pairs: &[(usize, usize)],
    correlate: impl Fn(&[f64], &[f64]) -> Result<Correlation, CorrelationError>,
) -> Result<Vec<Link>, CorrelationError> {
    let mut tested = Vec::new();
    for pair in pairs {
        let (Some(one), Some(other)) = (measures.get(pair.0), measures.get(pair.1)) else { continue };
        match correlate(one, other) {
            Ok(correlation) => tested.push((*pair, correlation)),
            Err(error @ CorrelationError::Lengths { .. }) => return Err(error),
            Err(CorrelationError::TooFew { .. } | CorrelationError::Constant) => {}
        }
    }
    let values: Vec<f64> = tested.iter().map(|(_, correlation)| correlation.p).collect();
    let adjusted = adjusted(&values, Dependence::Any);
    let links = tested.into_iter().zip(adjusted);
    Ok(links.map(|((pair, correlation), adjusted)| Link { pair, correlation, adjusted }).collect())
}

/// [`links`] with what both owe to a third measure taken out of every pair, by Spearman's partial correlation; where the
/// third never changes there is nothing to take out. `given` has one value for each day.
pub fn links_given(
    measures: &[Vec<f64>],
    given: &[f64],
    pairs: &[(usize, usize)],
) -> Result<Vec<Link>, CorrelationError> {
    test(measures, pairs, |one, other| partial(one, other, given))
}

/// The links whose share of false finds is held below `rate`, strongest evidence first.
pub fn found(links: &[Link], rate: f64) -> Vec<Link> {
    let mut found: Vec<Link> = links.iter().filter(|link| link.adjusted <= rate).copied().collect();
    found.sort_by(|one, other| one.correlation.p.total_cmp(&other.correlation.p));
    found
}

#[cfg(test)]
mod tests;
