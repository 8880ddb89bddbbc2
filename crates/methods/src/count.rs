//! Counts as real numbers. A count here is a length held in memory, far below 2⁵³, so nothing is lost.

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "lengths in memory are far below 2⁵³")]
pub(crate) const fn real(count: usize) -> f64 {
    count as f64
}

/// The whole part of a real number that is no less than zero; zero for what is below or not a number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what is meant"
)]
pub(crate) const fn whole(number: f64) -> usize {
    number as usize
}
