//! Shares: how sure one is, and whether one has risen.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::count::real;

/// The interval of a share with `z` standard deviations either side (Wilson, "Probable inference, the law of succession, and
/// statistical inference", 1927). From 0 to 1 where there is nothing to take a share of.
pub fn wilson(part: usize, of: usize, z: f64) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (count, share) = (real(of), real(part.min(of)) / real(of));
    let middle = (share + z * z / (2.0 * count)) / (1.0 + z * z / count);
    let half = z / (1.0 + z * z / count) * (share * (1.0 - share) / count + z * z / (4.0 * count * count)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// How likely a count of `now` out of `of_now` or more is, if it is the same rate as `before` out of `of_before`: given their
/// sum, the count of today is binomial (Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson
/// series", 1940). 1 where nothing was counted or there is nothing to count out of.
pub fn risen(now: u64, of_now: f64, before: u64, of_before: f64) -> f64 {
    let share = of_now / (of_now + of_before);
    if now == 0 || !(share > 0.0 && share < 1.0) {
        return 1.0;
    }
    Binomial::new(share, now + before).map_or(1.0, |counts| counts.sf(now - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_of_three_tells_little() {
        let (low, high) = wilson(1, 3, 1.645);
        assert!(low < 0.1 && high > 0.7, "{low} {high}");
        assert_eq!(wilson(0, 0, 1.645), (0.0, 1.0));
    }

    #[test]
    fn twice_as_many_of_few_is_no_rise_and_of_many_is() {
        assert!(risen(2, 50.0, 1, 50.0) > 0.3);
        assert!(risen(200, 5_000.0, 100, 5_000.0) < 1e-6);
        assert!((risen(0, 5.0, 3, 5.0) - 1.0).abs() < 1e-12);
        assert!((risen(3, 0.0, 3, 5.0) - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn shares_lie_in_their_interval_and_probabilities_between_none_and_one(
            part in 0..500_usize, more in 0..500_usize, before in 0..500_u64, of in 0.0..1e4_f64,
        ) {
            let (low, high) = wilson(part, part + more, 1.96);
            let share = real(part) / real((part + more).max(1));
            prop_assert!(low <= share + 1e-12 && share <= high + 1e-12);
            let p = risen(part as u64, of, before, 100.0);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&p));
        }
    }
}
