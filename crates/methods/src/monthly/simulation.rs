//! Districts whose months are known with and without noise, to judge what is told of them.

use crate::chance::Chance;
use crate::count::real;

/// Months of districts.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Published: with noise.
    pub published: Vec<Vec<f64>>,
    /// Class days.
    pub days: Vec<Vec<f64>>,
}

/// Districts of very different sizes over the months of a school year: a level that all share, which grows and drifts, one of
/// their own, counts that scatter more than by chance, and noise. `days` are class days of three zones, by month;
/// districts are of each zone in turn. `follows` is as which power of class days they count.
pub fn districts(seed: u64, count: usize, days: &[[f64; 3]], (sigma, follows): (f64, f64)) -> Simulated {
    let mut chance = Chance::new(seed);
    let growth = chance.between(0.0, 0.06);
    let mut common = 0.0;
    let shared: Vec<f64> = days
        .iter()
        .enumerate()
        .map(|(month, _)| {
            common += 0.04 * chance.normal();
            growth * real(month) + common
        })
        .collect();
    let (mut published, mut all_days) = (Vec::new(), Vec::new());
    for district in 0..count {
        let size = chance.between(1.5, 6.5).exp();
        let own: Vec<f64> = days.iter().map(|zones| zones[district % 3]).collect();
        let mut drift = 0.0;
        let values = own.iter().zip(&shared).map(|(days, shared)| {
            drift = 0.9 * drift + 0.06 * chance.normal();
            let rate = size * (days.max(0.05) / 16.0).powf(follows) * f64::exp(shared + drift);
            let mixed = chance.gamma(0.02);
            let count = chance.poisson(rate * mixed);
            (count + sigma * chance.normal()).round()
        });
        published.push(values.collect());
        all_days.push(own);
    }
    Simulated { published, days: all_days }
}
