//! The share of false finds among many tests.

use crate::count::real;

/// How the tests may depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependence {
    /// Not at all, or positively: Benjamini and Hochberg, "Controlling the false discovery rate" (1995).
    Positive,
    /// In any way: Benjamini and Yekutieli, "The control of the false discovery rate in multiple testing under
    /// dependency" (2001).
    Any,
}

/// The p-values adjusted for their number, in the same order: a test is found at a rate of false finds when its adjusted
/// value is no greater.
pub fn adjusted(values: &[f64], dependence: Dependence) -> Vec<f64> {
    let count = values.len();
    let factor = match dependence {
        Dependence::Positive => 1.0,
        Dependence::Any => (1..=count).map(|rank| 1.0 / real(rank)).sum(),
    };
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| values[*other].total_cmp(&values[*one]));
    let mut adjusted = vec![1.0; count];
    let mut least: f64 = 1.0;
    for (at, place) in order.into_iter().enumerate() {
        least = least.min(values[place] * factor * real(count) / real(count - at));
        adjusted[place] = least;
    }
    adjusted
}
