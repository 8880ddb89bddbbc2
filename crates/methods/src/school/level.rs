//! What is usual on an open day: a level that moves slowly times a factor of the weekday, both learnt day by day.
//!
//! A local level model on the logarithm, filtered as Kalman does (Harvey, "Forecasting, structural time series models
//! and the Kalman filter", 1989), with innovations clipped so that an outlier teaches little (Masreliez and Martin 1977).
//! Counts are negative binomial around it, with a variance that grows with the square of the mean; its dispersion is
//! learnt from what is left.

use statrs::distribution::{ContinuousCDF, DiscreteCDF, NegativeBinomial, Normal};

/// How much the logarithm of the level may move from one open day to the next, as a variance.
const DRIFT: f64 = 0.0006;
/// How much it may move over holidays.
const HOLIDAYS: f64 = 0.02;
/// How little is known of it at first, and again once it is doubted.
const UNKNOWN: f64 = 0.4;
/// How much a weekday's factor may move from one week to the next.
const WEEKDAY_DRIFT: f64 = 0.0003;
/// Innovations are clipped at so many standard deviations.
const CLIP: f64 = 2.5;
/// The share by which the dispersion follows a new day.
const FOLLOW: f64 = 0.04;

/// What is expected of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Expected {
    /// The mean count.
    pub(super) mean: f64,
    /// Its variance, with that of the level.
    pub(super) variance: f64,
}

/// The level of one count.
#[derive(Debug, Clone)]
pub(super) struct Level {
    started: bool,
    logarithm: f64,
    unsure: f64,
    weekdays: [Weekday; 7],
    dispersion: f64,
    outliers: i32,
}

#[derive(Debug, Clone, Copy)]
struct Weekday {
    logarithm: f64,
    unsure: f64,
    seen: usize,
}

impl Default for Level {
    fn default() -> Self {
        let weekday = Weekday { logarithm: 0.0, unsure: 0.5, seen: 0 };
        Self { started: false, logarithm: 0.0, unsure: UNKNOWN, weekdays: [weekday; 7], dispersion: 0.06, outliers: 0 }
    }
}

impl Level {
    /// Whether this weekday was seen often enough to be judged.
    pub(super) const fn knows(&self, weekday: usize) -> bool {
        self.weekdays[weekday].seen >= 2
    }

    /// What is expected of an open day.
    pub(super) fn expected(&self, weekday: usize, exposure: f64) -> Expected {
        // Half of one is about the least level that can be told from none.
        let mean = ((self.logarithm + self.weekdays[weekday].logarithm).clamp(-30.0, 30.0).exp() * exposure).max(0.02);
        let unsure = (self.dispersion + self.unsure + self.weekdays[weekday].unsure).min(4.0);
        Expected { mean, variance: mean + unsure * mean * mean }
    }

    /// How far out a count is, in standard deviations of a normal with the same probability in the tail.
    pub(super) fn deviation(&self, weekday: usize, exposure: f64, count: f64) -> f64 {
        let Expected { mean, variance } = self.expected(weekday, exposure);
        let size = (mean * mean / (variance - mean).max(mean * mean * 1e-4)).max(1e-3);
        let Ok(distribution) = NegativeBinomial::new(size, size / (size + mean)) else { return 0.0 };
        let count = count.round();
        let whole = u64::try_from(crate::count::whole(count)).unwrap_or(u64::MAX);
        // The middle of the probability of the count itself keeps small counts from looking far out.
        let below = if whole == 0 { 0.0 } else { distribution.cdf(whole - 1) };
        let above = distribution.sf(whole);
        let itself = (1.0 - below - above).max(0.0);
        let (low, high) = (below + itself / 2.0, above + itself / 2.0);
        let standard = |tail: f64| Normal::standard().inverse_cdf(tail.clamp(1e-15, 0.5)).abs();
        if low < high { -standard(low) } else { standard(high) }
    }

    /// Learns an open day.
    pub(super) fn learn(&mut self, weekday: usize, exposure: f64, count: f64) {
        if !self.started {
            self.started = true;
            self.logarithm = ((count + 0.5) / exposure).ln();
        }
        self.unsure += DRIFT;
        let Expected { mean, .. } = self.expected(weekday, exposure);
        let noise = 1.0 / mean + self.dispersion;
        let day = &mut self.weekdays[weekday];
        day.unsure += WEEKDAY_DRIFT;
        let spread = self.unsure + day.unsure + noise;
        let innovation = (count - mean) / mean;
        let clipped = innovation.clamp(-CLIP * spread.sqrt(), CLIP * spread.sqrt());
        let (of_level, of_weekday) = (self.unsure / spread, day.unsure / spread);
        self.logarithm += of_level * clipped;
        self.unsure *= 1.0 - of_level;
        day.logarithm += of_weekday * clipped;
        day.unsure *= 1.0 - of_weekday;
        day.seen += 1;
        // What exceeds the noise of counting and of the level is dispersion.
        let left = (clipped * clipped - 1.0 / mean - self.unsure - day.unsure).clamp(-0.05, 9.0 * self.dispersion);
        self.dispersion = (self.dispersion + FOLLOW * (left - self.dispersion)).clamp(0.005, 1.0);
        // Three outliers in a row on one side are a new level.
        self.outliers = match innovation {
            far if far > CLIP * spread.sqrt() => self.outliers.max(0) + 1,
            far if far < -2.0 * spread.sqrt() || (far < -0.8 && mean > 5.0) => self.outliers.min(0) - 1,
            _ => 0,
        };
        if self.outliers.abs() >= 3 {
            self.doubt();
            self.outliers = 0;
        }
    }

    /// After holidays the level may be another.
    pub(super) fn loosen(&mut self) {
        self.unsure = (self.unsure + HOLIDAYS).min(UNKNOWN);
    }

    /// The level is not what it was thought to be.
    pub(super) fn doubt(&mut self) {
        self.unsure = self.unsure.max(UNKNOWN);
    }
}
