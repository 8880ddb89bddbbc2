//! Attacks on what the exit gate lets out, and the statistics that judge them. Pure: an attack takes published figures
//! and says what it learnt.
//!
//! Each attack comes with a **control**: the same attack on a deliberately broken variant, where it must succeed, so that
//! a failure on the real thing means something. Short forms run in the tests, long ones in `bench privacy`.

pub mod averaging;
pub mod bounding;
mod compare;
mod dice;
pub mod differencing;
pub mod draws;
pub mod epsilon;
mod inside;
mod linear;
pub mod membership;
mod merging;
pub mod proof;
pub mod pseudonyms;
mod random;
pub mod reach;
pub mod statistics;
mod threshold;
mod worlds;

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

impl Length {
    /// One of two sizes.
    pub fn of<T>(self, short: T, long: T) -> T {
        match self {
            Self::Short => short,
            Self::Long => long,
        }
    }
}

/// An attack with its control.
pub struct Attack {
    /// What is tried, in words.
    pub title: &'static str,
    /// Tries it.
    pub run: fn(Length) -> Vec<Finding>,
}

/// What is tried inside an establishment.
pub const INSIDE: &[Attack] = &[
    Attack { title: "a teacher and a linear programme, inside a school", run: inside::run },
    Attack { title: "the least number of people, from behind", run: threshold::run },
    Attack { title: "what merging up costs a district", run: merging::run },
];

/// What is tried beyond establishments, on figures with noise.
pub const BEYOND: &[Attack] = &[
    Attack { title: "every declared table", run: |length| proof::tables(length.of(5, 64)) },
    Attack {
        title: "draws and twelve broken samplers",
        run: |length| draws::distribution(length.of(300_000, 10_000_000), 300_000),
    },
    Attack { title: "the error that was declared", run: |length| draws::utility(length.of(100_000, 10_000_000)) },
    Attack {
        title: "one person with a million events",
        run: |length| bounding::sensitivity(length.of(1_000, 10_000), length.of(100_000, 1_000_000)),
    },
    Attack { title: "epsilon, measured from outside", run: |length| epsilon::audit(length.of(1, 20), 1_000_000) },
    Attack { title: "reading again and again", run: |length| averaging::reads(length.of(200, 1_000), 1_000) },
    Attack { title: "subtracting sums", run: |length| differencing::beyond(1_000, 40, length.of(2, 1_000)) },
    Attack { title: "who is there at all", run: |length| membership::inference(length.of(10_000, 100_000)) },
    Attack {
        title: "what six cells a month cut off, and how far figures reach",
        run: |length| reach::of_district(length.of(12, 30)).expect("these dates and schools make a world"),
    },
];

/// What is tried on pseudonyms by somebody who has everything but a key.
pub const WITHOUT_KEYS: &[Attack] = &[
    Attack {
        title: "a whole directory, and no key",
        run: |length| pseudonyms::brute_force(length.of(100_000, 6_650_000)),
    },
    Attack {
        title: "pseudonyms that are equal",
        run: |length| pseudonyms::equal_pseudonyms(length.of(100_000, 10_000_000)),
    },
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
