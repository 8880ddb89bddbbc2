//! The four kinds of teachers the demonstration knows, and how each works.
//!
//! The shares and rhythms are drawn once per seed around plausible values, so that nothing downstream can learn the
//! constants by heart. The names describe how somebody works with the tool, never how well somebody teaches.

use serde::Serialize;

use crate::random::{Random, Subject};

/// How somebody works with the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Discovers it: few features, few traces.
    Novice,
    /// Comes less than once a week, then does much at once.
    Occasional,
    /// One to three days a week.
    Regular,
    /// Nearly every day, with most of the features.
    Power,
}

/// What one profile does, on average.
#[derive(Clone, Debug, Serialize)]
pub struct Habits {
    /// Which profile this is.
    pub profile: Profile,
    /// The share of teachers with it.
    pub share: f64,
    /// The probability that a class day is an active one.
    pub active_day: f64,
    /// Traces made on an active day.
    pub captures: f64,
    /// Screens seen in a session.
    pub screens: f64,
    /// The probability of working after class on an active day.
    pub evening: f64,
    /// How many features are ever used.
    pub repertoire: usize,
    /// The probability that a trace ends up with an objective.
    pub objective: f64,
    /// The probability that a trace gets a comment.
    pub comment: f64,
    /// The share of pupils who get a written review at the end of a period.
    pub reviews: f64,
    /// The probability of sharing notebooks with families at the end of a period.
    pub shares: f64,
}

/// The habits of the four profiles of one seed.
#[derive(Clone, Debug)]
pub struct Habitudes([Habits; 4]);

impl Habitudes {
    /// Draws them.
    pub fn of(seed: u64) -> Self {
        let random = &mut Random::of(seed, Subject::Profiles, &[]);
        let mut about = |value: f64| value * random.between(0.88, 1.12);
        let mut all = [
            Habits {
                profile: Profile::Novice,
                share: about(0.18),
                active_day: about(0.24),
                captures: about(2.0),
                screens: about(12.0),
                evening: about(0.25),
                repertoire: 4,
                objective: about(0.45),
                comment: about(0.10),
                reviews: about(0.15),
                shares: about(0.15),
            },
            Habits {
                profile: Profile::Occasional,
                share: about(0.25),
                active_day: about(0.15),
                captures: about(5.0),
                screens: about(18.0),
                evening: about(0.45),
                repertoire: 8,
                objective: about(0.60),
                comment: about(0.18),
                reviews: about(0.45),
                shares: about(0.45),
            },
            Habits {
                profile: Profile::Regular,
                share: about(0.40),
                active_day: about(0.54),
                captures: about(3.8),
                screens: about(22.0),
                evening: about(0.55),
                repertoire: 11,
                objective: about(0.72),
                comment: about(0.25),
                reviews: about(0.75),
                shares: about(0.75),
            },
            Habits {
                profile: Profile::Power,
                share: about(0.17),
                active_day: (about(0.92)).min(0.97),
                captures: about(4.6),
                screens: about(25.0),
                evening: about(0.70),
                repertoire: 20,
                objective: about(0.80),
                comment: about(0.35),
                reviews: about(0.90),
                shares: about(0.90),
            },
        ];
        let total: f64 = all.iter().map(|habits| habits.share).sum();
        for habits in &mut all {
            habits.share /= total;
        }
        Self(all)
    }

    /// The habits of a profile.
    pub fn of_profile(&self, profile: Profile) -> &Habits {
        &self.0[profile as usize]
    }

    /// All habits, in the order in which the profiles are declared.
    pub fn all(&self) -> &[Habits] {
        &self.0
    }

    /// The profile at a quantile of the population.
    pub fn at(&self, quantile: f64) -> Profile {
        let mut left = quantile;
        for habits in &self.0 {
            left -= habits.share;
            if left < 0.0 {
                return habits.profile;
            }
        }
        Profile::Power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_every_profile_is_met() {
        for seed in 0..50 {
            let habitudes = Habitudes::of(seed);
            let total: f64 = habitudes.all().iter().map(|habits| habits.share).sum();
            assert!((total - 1.0).abs() < 1e-9);
            for (index, habits) in habitudes.all().iter().enumerate() {
                assert_eq!(habits.profile as usize, index);
                assert!(habits.share > 0.1, "{habits:?}");
            }
            assert_eq!(habitudes.at(0.0), Profile::Novice);
            assert_eq!(habitudes.at(0.999), Profile::Power);
        }
    }
}
