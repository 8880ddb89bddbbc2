//! Whole numbers in place of shares, without losing or inventing a unit.

/// Shares `total` among parts in proportion to `shares`, in whole units: each has the whole part of its due, and what is
/// left goes to the largest remainders, the first of equals first (Hamilton's method). Negative and infinite shares, and
/// those that are no number, count as 0; where all are 0, units go to the first parts evenly. Empty for no shares.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn largest_remainder(total: u64, shares: &[f64]) -> Vec<u64> {
    let mut dues: Vec<f64> =
        shares.iter().map(|share| if share.is_finite() { share.clamp(0.0, 1e300) } else { 0.0 }).collect();
    let most = dues.iter().copied().fold(0.0, f64::max);
    if dues.is_empty() {
        return Vec::new();
    }
    // By the largest first, so that no sum overflows.
    for due in &mut dues {
        *due = if most > 0.0 { *due / most } else { 1.0 };
    }
    let sum: f64 = dues.iter().sum();
    let exact: Vec<f64> = dues.iter().map(|due| due / sum * total as f64).collect();
    let mut parts: Vec<u64> = exact.iter().map(|due| due.floor() as u64).collect();
    // Floating point can give a unit too much where the total is beyond 2^53.
    let mut given: u64 = parts.iter().fold(0, |sum, part| sum.saturating_add(*part));
    for part in &mut parts {
        let surplus = given.saturating_sub(total).min(*part);
        *part -= surplus;
        given -= surplus;
    }
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|left, right| exact[*right].fract().total_cmp(&exact[*left].fract()).then(left.cmp(right)));
    let missing = total - given;
    let each = missing / parts.len() as u64;
    let rest = (missing % parts.len() as u64) as usize;
    for (rank, at) in order.into_iter().enumerate() {
        parts[at] += each + u64::from(rank < rest);
    }
    parts
}

/// The nearest whole number, none below 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn nearest(value: f64) -> u64 {
    // Conversion saturates at both ends and takes what is no number for 0.
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_remainder_is_served_first() {
        assert_eq!(largest_remainder(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(largest_remainder(7, &[2.6, 3.4, 1.0]), [3, 3, 1]);
        assert_eq!(largest_remainder(3, &[0.0, -1.0]), [2, 1]);
        assert_eq!(largest_remainder(3, &[]), Vec::<u64>::new());
    }

    proptest! {
        #[test]
        fn parts_add_up(total in any::<u64>(), shares in prop::collection::vec(any::<f64>(), 1..20)) {
            let parts = largest_remainder(total, &shares);
            prop_assert_eq!(parts.iter().map(|part| u128::from(*part)).sum::<u128>(), u128::from(total));
        }

        #[test]
        fn no_part_is_a_unit_off(total in 0_u64..100_000, shares in prop::collection::vec(0.1..50.0, 1..20)) {
            let sum: f64 = shares.iter().sum();
            for (part, share) in largest_remainder(total, &shares).into_iter().zip(&shares) {
                #[allow(clippy::cast_precision_loss)]
                let off = (part as f64 - share / sum * total as f64).abs();
                prop_assert!(off < 1.0 + 1e-6);
            }
        }
    }
}
