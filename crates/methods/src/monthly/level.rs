//! A local level with a growth that fades (Harvey 1989; Gardner, `McKenzie` 1985) whose measurements have noise of a known variance each, and on top of it a scatter of their
//! own that is learnt, as are the steps of the level: both by the likelihood of all series that are alike.

/// A measured rate: about 1 where a series is as large as it was on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub value: f64,
    /// The variance of its noise, known.
    pub noise: f64,
}

/// How levels move and months scatter, as variances of rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moves {
    step: f64,
    scatter: f64,
    /// What is believed of growth before the first month, as its variance; 0 for shares of a whole, which do not grow.
    growth: f64,
}

const STEPS: [f64; 7] = [0.0, 1e-4, 4e-4, 1.6e-3, 6.4e-3, 2.5e-2, 0.1];
const SCATTERS: [f64; 6] = [1e-6, 1e-4, 4e-4, 1.6e-3, 6.4e-3, 2.5e-2];
/// What is believed of a level and of its growth before the first month, as variances. Growth lasts, as that of a service which
/// is being taken up does.
const LEVEL: f64 = 0.09;
pub(super) const GROWTH: f64 = 1.2e-3;
/// How much of its growth a level keeps from a month to the next.
const LASTS: f64 = 0.95;

/// Where a level is after some months, and how it grows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Level {
    pub mean: f64,
    growth: f64,
    /// Variances of level and growth, and their covariance.
    doubt: (f64, f64, f64),
    moves: Moves,
}

impl Moves {
    /// The likeliest moves of series that are alike.
    pub(super) fn learn(series: &[&[Seen]], growth: f64) -> Moves {
        let mut best = (f64::NEG_INFINITY, Moves { step: STEPS[2], scatter: SCATTERS[2], growth });
        for step in STEPS {
            for scatter in SCATTERS {
                let moves = Moves { step, scatter, growth };
                let likelihood: f64 = series.iter().map(|seen| moves.likelihood(seen)).sum();
                // A level that stands still and months that never scatter are believed least.
                let believed = -0.5 * (step.max(1e-5) / 1.6e-3).ln().powi(2) / 6.0
                    - 0.5 * (scatter.max(1e-5) / 4e-4).ln().powi(2) / 6.0;
                if likelihood + believed > best.0 {
                    best = (likelihood + believed, moves);
                }
            }
        }
        best.1
    }

    /// The logarithm of how likely months are, each from those before it.
    pub(super) fn likelihood(self, seen: &[Seen]) -> f64 {
        let mut level = Level::before(self);
        seen.iter()
            .map(|seen| {
                let ahead = level.ahead();
                let variance = ahead.doubt.0 + self.scatter + seen.noise;
                let surprise = (seen.value - ahead.mean).powi(2) / variance;
                level = ahead.corrected(*seen);
                -0.5 * (surprise + variance.ln())
            })
            .sum()
    }
}

impl Level {
    fn before(moves: Moves) -> Level {
        Level { mean: 1.0, growth: 0.0, doubt: (LEVEL, moves.growth, 0.0), moves }
    }

    /// The level after months.
    pub(super) fn after(seen: &[Seen], moves: Moves) -> Level {
        seen.iter().fold(Level::before(moves), |level, seen| level.ahead().corrected(*seen))
    }

    /// A month later, before it is seen.
    pub(super) fn ahead(self) -> Level {
        let (level, growth, both) = self.doubt;
        Level {
            mean: self.mean + self.growth,
            growth: LASTS * self.growth,
            doubt: (level + 2.0 * both + growth + self.moves.step, LASTS * LASTS * growth, LASTS * (both + growth)),
            moves: self.moves,
        }
    }

    /// Once the month is seen (Kalman 1960).
    fn corrected(self, seen: Seen) -> Level {
        let (level, growth, both) = self.doubt;
        let variance = level + self.moves.scatter + seen.noise;
        let surprise = (seen.value - self.mean) / variance;
        Level {
            mean: self.mean + level * surprise,
            growth: self.growth + both * surprise,
            doubt: (level - level * level / variance, growth - both * both / variance, both - level * both / variance),
            moves: self.moves,
        }
    }

    /// The variance of what is measured in this month, without its noise.
    pub(super) fn variance(self) -> f64 {
        self.doubt.0 + self.moves.scatter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_goes_on_where_it_is_believed() {
        let grows = [0.8, 0.88, 0.96, 1.04, 1.12, 1.2].map(|value| Seen { value, noise: 1e-6 });
        let next = |growth: f64| Level::after(&grows, Moves { step: 4e-4, scatter: 4e-4, growth }).ahead().mean;
        assert!(next(GROWTH) > 1.24 && next(0.0) < 1.2, "{} {}", next(GROWTH), next(0.0));
    }

    #[test]
    fn noise_that_is_known_moves_the_level_less() {
        let after = |noise: f64| {
            let seen = [1.0, 1.0, 1.4].map(|value| Seen { value, noise });
            Level::after(&seen, Moves { step: 1.6e-3, scatter: 4e-4, growth: 0.0 }).mean
        };
        assert!(after(0.5) < 1.05 && after(1e-4) > 1.2, "{} {}", after(0.5), after(1e-4));
    }

    #[test]
    fn a_level_that_walks_is_told_from_months_that_scatter() {
        let walk = [1.0, 1.1, 1.21, 1.3, 1.42, 1.5, 1.62].map(|value| Seen { value, noise: 1e-6 });
        let scatter = [1.0, 1.1, 0.9, 1.1, 0.9, 1.1, 0.9].map(|value| Seen { value, noise: 1e-6 });
        assert!(Moves::learn(&[&walk], 0.0).step > Moves::learn(&[&scatter], 0.0).step);
        assert!((Level::after(&scatter, Moves::learn(&[&scatter], 0.0)).mean - 1.0).abs() < 0.06);
    }
}
