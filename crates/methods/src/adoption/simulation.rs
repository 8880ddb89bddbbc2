//! Features whose adopters follow a curve that is known: to judge what is told of the plateau.

use super::LEAST;

/// A small generator (splitmix64), so that a seed means the same everywhere.
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// About a count of this mean, never negative.
    fn count(&mut self, mean: f64) -> f64 {
        let normal = (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0;
        (mean + mean.sqrt() * normal).round().max(0.0)
    }
}

/// Adopters of a feature up to the step at which a share of its plateau is reached, and that plateau.
pub fn feature(seed: u64, until: f64) -> (Vec<f64>, f64) {
    let mut dice = Dice(seed);
    let plateau = 100.0 * (3.0 * dice.uniform()).exp();
    let length = 30.0 + 60.0 * dice.uniform();
    let bass = seed.is_multiple_of(2);
    let (ratio, middle) = ((1.0 + 3.0 * dice.uniform()).exp(), 0.35 + 0.3 * dice.uniform());
    let rate = 6.0 + 5.0 * dice.uniform();
    let share = |step: f64| {
        let time = step / length;
        if bass {
            let left = (-rate * time).exp();
            (1.0 - left) / (1.0 + ratio * left)
        } else {
            1.0 / (1.0 + (-rate * 1.4 * (time - middle)).exp())
        }
    };
    let (mut adopters, mut sum, mut step) = (Vec::new(), 0.0, 1.0);
    while share(step) < until || adopters.len() < LEAST {
        sum += dice.count(plateau * (share(step) - if step > 1.0 { share(step - 1.0) } else { 0.0 }));
        adopters.push(sum);
        step += 1.0;
    }
    (adopters, plateau)
}
