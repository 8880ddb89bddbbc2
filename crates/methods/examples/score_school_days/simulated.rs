//! Plausible daily counts of schools, to score forecasts on: a slow drift of the level, weekdays, Wednesdays, a start of the
//! year that takes time, and counts that vary more than their mean. What makes it harder or closer to some real schools is
//! in [`Setting`]; the plain setting is the one that figures were first given for.

use calendar::{Calendar, Zone, public_holiday};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};

use super::Day;

/// Counts of a school.
pub struct Simulated {
    /// What came, one value a day.
    pub values: Vec<f64>,
    /// What is expected of each day when the drift is known, without it; and the drift.
    pub expected: Vec<(f64, f64)>,
    /// What the calendar says.
    pub days: Vec<Day>,
}

/// What schools are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// As described above; 20 to 400 a day, some 11 months.
    Plain,
    /// 1 to 15 a day.
    Small,
    /// Half of the drift is that of all schools.
    Common,
    /// Fewer come on the five days before a break, more on the five after.
    Breaks,
    /// Two years and a half, each with its start.
    Years,
    /// Negative-binomial counts, each school with its own dispersion.
    Dispersed,
}

/// A small generator (splitmix64), so that the schools are the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    #[allow(clippy::cast_precision_loss)]
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((mixed ^ (mixed >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// A mean of 1 and a variance of 1 / `shape`.
    fn gamma(&mut self, shape: u32) -> f64 {
        (0..shape).map(|_| -self.uniform().ln()).sum::<f64>() / f64::from(shape)
    }

    fn poisson(&mut self, rate: f64) -> f64 {
        if rate > 60.0 {
            return (rate + rate.sqrt() * self.normal()).round().max(0.0);
        }
        let (mut product, mut found) = (self.uniform(), 0.0);
        while product > (-rate).exp() {
            product *= self.uniform();
            found += 1.0;
        }
        found
    }
}

impl Setting {
    /// The setting of this name.
    pub fn named(name: &str) -> Option<Setting> {
        Some(match name {
            "plain" => Setting::Plain,
            "small" => Setting::Small,
            "common" => Setting::Common,
            "breaks" => Setting::Breaks,
            "years" => Setting::Years,
            "dispersed" => Setting::Dispersed,
            _ => return None,
        })
    }

    /// The first day and how many days there are.
    pub fn span(self) -> (Date, usize) {
        if self == Setting::Years { (date(2023, 9, 1), 880) } else { (date(2024, 9, 1), 330) }
    }

    /// Up to where the past is known when a forecast is made.
    pub fn origins(self) -> [usize; 4] {
        if self == Setting::Years { [400, 560, 700, 824] } else { [180, 215, 250, 274] }
    }
}

/// The school of this seed; `year` is the seed of what all schools share.
pub fn school(setting: Setting, zone: Zone, seed: u64, year: u64) -> Simulated {
    let calendar = Calendar::official();
    let (mut dice, mut shared) = (Dice(seed), Dice(year ^ 0x5eed));
    let base = match setting {
        Setting::Small => (2.7 * dice.uniform()).exp(),
        _ => 20.0 * (3.0 * dice.uniform()).exp(),
    };
    let week = [1.1, 1.0, 0.25 + 0.5 * dice.uniform(), 1.0, 0.7 + 0.3 * dice.uniform()];
    let shape = [4, 8, 16, 40][usize::try_from(seed % 4).unwrap_or(0)];
    let (first, length) = setting.span();
    let opens = |day: Date| {
        let weekday = day.weekday().to_monday_zero_offset();
        let taught = calendar.is_class_day(zone, day) || (weekday == 2 && calendar.holiday(zone, day).is_none());
        weekday < 5 && taught && public_holiday(day).is_none()
    };
    let away = |day: Date, days: i64| day.saturating_add(SignedDuration::from_hours(24 * days));
    let (mut drift, mut common, mut open_for, mut closed_for) = (0.0, 0.0, 0.0, 0);
    let mut simulated = Simulated { values: Vec::new(), expected: Vec::new(), days: Vec::new() };
    for day in first.series(1.day()).take(length) {
        let step = if setting == Setting::Common { shared.normal() } else { 0.0 };
        if !opens(day) {
            closed_for += 1;
            if closed_for > 40 {
                open_for = 0.0;
            }
            simulated.values.push(0.0);
            simulated.expected.push((0.0, drift + common));
            simulated.days.push(Day::Closed);
            continue;
        }
        closed_for = 0;
        if setting == Setting::Common {
            drift = 0.97 * drift + 0.035 * dice.normal();
            common = 0.97 * common + 0.035 * step;
        } else {
            drift = 0.97 * drift + 0.05 * dice.normal();
        }
        open_for += 1.0;
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        let mut known = base * week[weekday] * (1.0 - 0.5 * f64::exp(-open_for / 10.0));
        if setting == Setting::Breaks {
            let closed = |range: std::ops::Range<i64>| range.filter(|days| !opens(away(day, *days))).count();
            if closed(7..14) > 6 {
                known *= 0.75;
            } else if closed(-14..-7) > 6 {
                known *= 1.2;
            }
        }
        let moved = drift + common;
        simulated.expected.push((known, moved));
        let rate = known * f64::exp(moved);
        let mixed = match setting {
            Setting::Dispersed => dice.gamma(shape),
            _ if seed.is_multiple_of(2) => dice.gamma(8).powf(0.5),
            _ => 1.0,
        };
        simulated.values.push(dice.poisson(rate * mixed));
        simulated.days.push(Day::Open(0));
    }
    simulated
}
