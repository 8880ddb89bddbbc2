//! Numbers as patterns tell them: rounded, and made of counts.

/// To three decimals.
pub(super) fn thousandth(value: f64) -> f64 {
    (1_000.0 * value).round() / 1_000.0
}

/// To one decimal.
pub(super) fn tenth(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}

/// A count of days, weeks, links.
#[expect(clippy::cast_precision_loss, reason = "of a few years, far below 2^52")]
pub(super) const fn real(count: usize) -> f64 {
    count as f64
}

/// A sum of a country, which noise may have made negative.
#[expect(clippy::cast_precision_loss, reason = "sums of a country, far below 2^52")]
pub(super) const fn float(value: i64) -> f64 {
    value as f64
}
