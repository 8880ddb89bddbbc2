//! Whether two samples can come from the same source.

/// The two-sample Kolmogorov–Smirnov test: how likely it is that two samples of one source differ at least as much. Sorts
/// both. Asymptotic, good from about fifty values on.
pub fn two_samples(one: &mut [f64], two: &mut [f64]) -> f64 {
    one.sort_by(f64::total_cmp);
    two.sort_by(f64::total_cmp);
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < one.len() && j < two.len() {
        let at = one[i].min(two[j]);
        while one.get(i).is_some_and(|value| *value <= at) {
            i += 1;
        }
        while two.get(j).is_some_and(|value| *value <= at) {
            j += 1;
        }
        most = most.max((share(i, one.len()) - share(j, two.len())).abs());
    }
    let size = share(one.len() * two.len(), one.len() + two.len()).sqrt();
    let lambda = (size + 0.12 + 0.11 / size) * most;
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |n: i32| (-2.0 * f64::from(n * n) * lambda * lambda).exp() * if n % 2 == 1 { 2.0 } else { -2.0 };
    (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of samples")]
fn share(part: usize, of: usize) -> f64 {
    part as f64 / of as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn one_source_is_not_told_apart_and_two_are() {
        let mut random = Random::new(3);
        let mut draw = |shift: f64| -> Vec<f64> {
            (0..1_000).map(|_| f64::from(u32::try_from(random.below(1_000)).unwrap_or(0)) + shift).collect()
        };
        assert!(two_samples(&mut draw(0.0), &mut draw(0.0)) > 0.01);
        assert!(two_samples(&mut draw(0.0), &mut draw(150.0)) < 1e-6);
        // Table value: with 1.358 / sqrt(n / 2) between two samples, p is 0.05.
        let mut one: Vec<f64> = (0..1_000).map(f64::from).collect();
        let mut two: Vec<f64> = (0..1_000).map(|value| f64::from(value) + 60.7).collect();
        assert!((two_samples(&mut one, &mut two) - 0.05).abs() < 0.005);
    }
}
