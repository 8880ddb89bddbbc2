//! T4: ε measured from outside, on pairs of worlds that differ by one person.
//!
//! Six cells at σ = 6.85 clamps are a Gaussian mechanism with μ = √6/6.85 (Dong, Roth, Su 2022). An event that only an
//! attacker could choose is counted in both worlds; exact confidence bounds for its two probabilities bound μ from below,
//! and with μ the ε at δ = 10⁻⁸ (Nasr et al. 2023). That is far sharper than dividing the probabilities: at δ = 10⁻⁸ the
//! events that decide ε are too rare for a million draws.

use privacy::exit::noise::Randomness;
use privacy::exit::{ChoiceKey, bound};

use crate::dice::Dice;
use crate::draws::{gaussian, invert};
use crate::statistics::{bisect, clopper_pearson, normal, normal_quantile, signed};
use crate::worlds::{CELLS, bounded, declared, keys, others, release, six_cells, target};
use crate::{Bound, Finding};

const DELTA: f64 = 1e-8;

/// Each of the two bounds of a pair fails by chance once in so many.
const RISK: f64 = 1e-5;

/// The ε at δ = 10⁻⁸ of a Gaussian mechanism (Balle, Wang 2018, theorem 5).
fn epsilon(mu: f64) -> f64 {
    if mu <= 0.0 {
        return 0.0;
    }
    let delta = |epsilon: f64| normal(mu / 2.0 - epsilon / mu) - epsilon.exp() * normal(-mu / 2.0 - epsilon / mu);
    bisect(0.0, 100.0, |epsilon| delta(epsilon) > DELTA)
}

/// A lower bound of ε from how often a sum is above `half` in the world with the target and in the one without.
fn lower_bound(draws: u64, half: f64, mut with: impl FnMut() -> i64, mut without: impl FnMut() -> i64) -> f64 {
    let hits = |of: &mut dyn FnMut() -> i64| (0..draws).filter(|_| signed(of()) > half).count() as u64;
    let (with, _) = clopper_pearson(hits(&mut with), draws, RISK);
    let (_, without) = clopper_pearson(hits(&mut without), draws, RISK);
    epsilon(normal_quantile(with) - normal_quantile(without))
}

/// T4. `pairs` pairs of worlds, bounded once each, with `draws` releases of each; the control has 5 % too little noise.
pub fn audit(pairs: u64, draws: u64) -> Vec<Finding> {
    let mu = f64::from(CELLS).sqrt() / 6.85;
    let (mut most, mut control) = (0.0_f64, f64::INFINITY);
    for pair in 0..pairs {
        // Larger clamps have longer tables: most pairs take the small ones.
        let clamp = declared([1, 1, 2, 1, 5][usize::try_from(pair % 5).unwrap_or(0)]);
        let (bounds, keys) = (six_cells(clamp), keys(1, u64::from(CELLS)));
        let without = others(0, &mut Dice::new(pair));
        let with: Vec<_> = without.iter().cloned().chain(target(0)).collect();
        // What everybody else did is known to the attacker, so she can subtract it.
        let choice = ChoiceKey::fresh();
        let known: i64 = bound(without.iter().cloned(), &keys, bounds, &choice)
            .sums()
            .values()
            .map(|sum| i64::try_from(*sum).unwrap_or(i64::MAX))
            .sum();
        let half = f64::from(CELLS * clamp.units()) / 2.0;
        let released = |parts: Vec<_>| {
            let exact = bounded(parts, &keys, bounds);
            let keys = &keys;
            move || release(&exact, keys, bounds).value().cells.iter().map(|cell| cell.value).sum::<i64>() - known
        };
        most = most.max(lower_bound(draws, half, released(with), released(without)));

        let sigma = 6.85 * f64::from(clamp.units()) / 1.05;
        let narrow = gaussian(sigma, 12 * usize::try_from(7 * clamp.units()).unwrap_or(0));
        let mut randomness = Randomness::new();
        let mut six = |shift: u32| {
            let draw = |_| {
                let (size, sign) = randomness.take();
                invert(&narrow, size, sign)
            };
            (0..CELLS).map(draw).sum::<i64>() + i64::from(CELLS * shift)
        };
        let with: Vec<_> = (0..draws).map(|_| six(clamp.units())).collect();
        let (mut with, mut without) = (with.into_iter(), || six(0));
        control = control.min(lower_bound(draws, half, || with.next().unwrap_or(0), &mut without));
    }
    let exact = epsilon(mu);
    vec![
        Finding::new("epsilon_exact_n", exact, Bound::AtMost(2.0)),
        Finding::new("epsilon_lower_bound_n", most, Bound::AtMost(exact)),
        Finding::new("epsilon_control_lower_bound_n", control, Bound::AtLeast(exact)),
    ]
}
