//! How much a count has changed between two years, from weeks that are compared one by one.
//!
//! The change is the geometric mean of the weeks' ratios, its interval Student's on their logarithms ("Student", "The
//! probable error of a mean", 1908): weeks of one school year differ too much to be added up as equals. Ratios that
//! happen to agree are not known better than counting allows (Poisson).

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::count::real;

/// The fewest weeks: fewer have no interval that is worth telling.
pub const LEAST_WEEKS: usize = 4;

/// A change from one year to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// What one week became of the one before: 1 for no change.
    pub ratio: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// The probability of a change as large where there is none.
    pub p: f64,
}

/// The change of pairs of counts (now, then). Nothing for fewer than four.
pub fn change(pairs: &[(f64, f64)]) -> Option<Change> {
    if pairs.len() < LEAST_WEEKS {
        return None;
    }
    let count = real(pairs.len());
    let logarithms: Vec<f64> = pairs.iter().map(|(now, then)| ((now + 0.5) / (then + 0.5)).ln()).collect();
    let mean = logarithms.iter().sum::<f64>() / count;
    let variance = logarithms.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / (count - 1.0);
    let counting = pairs.iter().map(|(now, then)| 1.0 / (now + 0.5) + 1.0 / (then + 0.5)).sum::<f64>() / count;
    let error = (variance.max(counting) / count).sqrt();
    let student = StudentsT::new(0.0, 1.0, count - 1.0).ok()?;
    let width = student.inverse_cdf(0.975) * error;
    let p = (2.0 * student.sf(mean.abs() / error)).min(1.0);
    Some(Change { ratio: mean.exp(), interval: ((mean - width).exp(), (mean + width).exp()), p })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    #[test]
    fn the_interval_holds_the_true_change() {
        let mut chance = Chance::new(21);
        let held = (0..1_000)
            .filter(|_| {
                let pair = |chance: &mut Chance| {
                    let shake = (0.2 * chance.normal()).exp();
                    (chance.poisson(60.0 * shake), chance.poisson(40.0))
                };
                let pairs: Vec<(f64, f64)> = (0..7).map(|_| pair(&mut chance)).collect();
                let found = change(&pairs).expect("seven weeks");
                found.interval.0 <= 1.5 && 1.5 <= found.interval.1
            })
            .count();
        assert!((930..=990).contains(&held), "{held} of 1000");
    }

    #[test]
    fn three_weeks_and_nothing_have_no_change_and_zeros_have_none() {
        assert_eq!(change(&[(3.0, 1.0); 3]), None);
        assert_eq!(change(&[]), None);
        let none = change(&[(0.0, 0.0); 8]).expect("eight weeks");
        assert!((none.ratio - 1.0).abs() < 1e-12 && none.p > 0.99);
    }
}
