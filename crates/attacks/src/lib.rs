//! Attacks on what the exit gate lets out, and the statistics that judge them. Pure: an attack takes published figures
//! and says what it learnt.
//!
//! Each attack comes with a **control**: the same attack on a deliberately broken variant, where it must succeed, so that
//! a failure on the real thing means something. Short forms run in the tests, long ones in `bench privacy`.

pub mod averaging;
pub mod bounding;
mod dice;
pub mod differencing;
pub mod draws;
pub mod epsilon;
pub mod membership;
pub mod proof;
pub mod reach;
pub mod statistics;
mod worlds;
mod compare;
mod inside;
mod linear;
mod merging;
mod random;
mod threshold;

use std::fmt;

pub use compare::two_samples;
pub use linear::{Interval, Knowledge, Solved};
pub use random::Random;

/// How much of an attack to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Some seconds, for the tests.
    Short,
    /// The whole, for `bench privacy`.
    Long,
}

/// An attack with its control.
pub struct Attack {
    /// What is tried, in words.
    pub title: &'static str,
    /// Tries it.
    pub run: fn(Length) -> Vec<Finding>,
}

/// All attacks: `bench privacy` and the tests run each.
pub const ATTACKS: &[Attack] = &[
    Attack { title: "a teacher and a linear programme, inside a school", run: inside::run },
    Attack { title: "the least number of people, from behind", run: threshold::run },
    Attack { title: "what merging up costs a district", run: merging::run },
];

/// What a measured figure must satisfy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Printed, not judged.
    Shown,
}

/// One measured figure of an attack or of its control.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its name in `bench privacy --json`, with its unit: `differencing_month_accuracy_ratio`.
    pub name: &'static str,
    /// What was measured.
    pub value: f64,
    /// What it must satisfy.
    pub bound: Bound,
}

impl Finding {
    /// A figure and what it must satisfy.
    pub const fn new(name: &'static str, value: f64, bound: Bound) -> Self {
        Self { name, value, bound }
    }

    /// True when the bound holds; never for something that is not a number.
    pub fn holds(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.value <= most,
            Bound::AtLeast(least) => self.value >= least,
            Bound::Shown => !self.value.is_nan(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, bound } = self;
        match bound {
            Bound::AtMost(most) => write!(f, "{name} = {value} (at most {most})"),
            Bound::AtLeast(least) => write!(f, "{name} = {value} (at least {least})"),
            Bound::Shown => write!(f, "{name} = {value}"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of findings are far below 2^53")]
const fn float(number: u64) -> f64 {
    number as f64
}
