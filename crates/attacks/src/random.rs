//! Repeatable random numbers for simulated schools. Not for secrets: the exit gate draws its own, from the system.

use crate::dice::Dice;

/// [`Dice`], thrown in the shapes that schools need.
#[derive(Clone)]
pub struct Random(Dice);

impl Random {
    /// The same seed gives the same numbers.
    pub const fn new(seed: u64) -> Self {
        Self(Dice::new(seed))
    }

    /// A number below `bound`, which must not be zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }

    /// A number from `least` to `most`.
    pub const fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True in so many of a thousand cases.
    pub const fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// A skewed number from 0 to `most`: the smaller of two.
    pub fn skewed(&mut self, most: u64) -> u64 {
        self.below(most + 1).min(self.below(most + 1))
    }
}
