//! Tablets and telephones: their platform, the version of the application on a date, and when they are offline.
//!
//! Everything is a function of the device and the date, so nothing has to be remembered between two days.

use jiff::civil::Date;

use crate::random::{Random, Subject};

/// One installation of the application.
#[derive(Clone, Debug)]
pub struct Device {
    /// The raw identifier, as the device writes it ("tab-3").
    pub install: String,
    /// The platform's word.
    pub platform: &'static str,
    /// The operating system's major version.
    pub os_major: i64,
    /// How much slower than the median device it is.
    pub slowness: f64,
    key: [i64; 3],
    seed: u64,
    /// Median days between a release and its installation here.
    lag: f64,
    /// The probability that a four-week block holds a spell without network.
    offline: f64,
}

/// A released version of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    minor: i16,
    patch: i16,
}

impl Version {
    /// The version released at the start of this month: 2.3.4 came with September 2025, and one follows each month.
    fn of_month(year: i16, month: i8) -> Self {
        let (block, patch) = if month >= 5 { (year, month - 5) } else { (year - 1, month + 7) };
        Self { minor: block - 2022, patch: i16::from(patch) }
    }

    /// The newest version available on a date; a release comes out on the fourth of its month.
    pub fn newest(date: Date) -> Self {
        let released = if date.day() >= 4 { date } else { previous_month(date) };
        Self::of_month(released.year(), released.month())
    }
}

impl Version {
    /// How many releases this one is after an earlier one.
    pub fn since(self, earlier: Self) -> i64 {
        i64::from((self.minor - earlier.minor) * 12 + self.patch - earlier.patch)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "2.{}.{}", self.minor, self.patch)
    }
}

impl Device {
    /// The tablet with this number in a school.
    pub fn tablet(seed: u64, school: usize, number: usize) -> Self {
        let key = [0, index(school), index(number)];
        let random = &mut Random::of(seed, Subject::Device, &key);
        let platform = *random.weighted(&[("android", 0.90), ("windows", 0.05), ("ios", 0.05)]);
        Self {
            install: format!("tab-{}", number + 1),
            platform,
            os_major: os_major(random, platform),
            slowness: random.log_normal(1.0, 0.25),
            key,
            seed,
            lag: random.log_normal(14.0, 0.8).min(120.0),
            // A few tablets never see the school's network, most lose it now and then.
            offline: if random.chance(0.12) { 0.65 } else { random.between(0.08, 0.30) },
        }
    }

    /// The computer in the head's office.
    pub fn office(seed: u64, school: usize) -> Self {
        Self {
            install: "dir-1".to_owned(),
            platform: "windows",
            os_major: 11,
            offline: 0.0,
            ..Self::tablet(seed, school, 500)
        }
    }

    /// The desk from which the support service answers a school.
    pub fn support_desk(seed: u64, school: usize) -> Self {
        Self {
            install: "sup-1".to_owned(),
            platform: "linux",
            os_major: 12,
            offline: 0.0,
            ..Self::tablet(seed, school, 501)
        }
    }

    /// The telephone of a family.
    pub fn telephone(seed: u64, school: usize, family: &str) -> Self {
        let number = family.bytes().fold(0_i64, |sum, byte| sum.wrapping_mul(257).wrapping_add(i64::from(byte)));
        let key = [1, index(school), number];
        let random = &mut Random::of(seed, Subject::Device, &key);
        let platform = *random.weighted(&[("android", 0.68), ("ios", 0.32)]);
        Self {
            install: format!("tel-{}", family.trim_start_matches("F-")),
            platform,
            os_major: os_major(random, platform),
            slowness: random.log_normal(0.8, 0.30),
            key,
            seed,
            lag: random.log_normal(8.0, 0.7).min(90.0),
            offline: 0.0,
        }
    }

    /// The version installed on a date: the newest one whose release is older than this device's patience for it.
    pub fn version(&self, date: Date) -> Version {
        let mut month = if date.day() >= 4 { date } else { previous_month(date) };
        for _ in 0..8 {
            let released = month.first_of_month();
            let number = i64::from(released.year()) * 12 + i64::from(released.month());
            let random =
                &mut Random::of(self.seed, Subject::Device, &[2, self.key[0], self.key[1], self.key[2], number]);
            let waited = f64::from(days_between(released, date) - 3);
            if waited >= random.log_normal(self.lag, 0.5) {
                break;
            }
            month = previous_month(month);
        }
        Version::of_month(month.year(), month.month())
    }

    /// Whether the device has no network for the whole of a day.
    ///
    /// Time is cut into blocks of four weeks; a block holds at most one spell, of a day to nearly three weeks.
    pub fn is_offline(&self, date: Date) -> bool {
        if self.offline <= 0.0 {
            return false;
        }
        let day = days_between(Date::constant(2000, 1, 3), date);
        let (block, within) = (day.div_euclid(28), day.rem_euclid(28));
        let random =
            &mut Random::of(self.seed, Subject::Device, &[3, self.key[0], self.key[1], self.key[2], i64::from(block)]);
        if !random.chance(self.offline) {
            return false;
        }
        let length = random.amount(4.0, 0.9, 1, 19);
        let start = random.whole(0, 27 - length);
        (start..start + length).contains(&i64::from(within))
    }

    /// The path under which this device's own chance is drawn.
    pub(crate) fn path(&self, date: Date) -> [i64; 4] {
        [self.key[0], self.key[1], self.key[2], i64::from(days_between(Date::constant(2000, 1, 3), date))]
    }
}

/// A plausible system version.
fn os_major(random: &mut Random, platform: &str) -> i64 {
    match platform {
        "android" => random.whole(9, 15),
        "ios" => random.whole(15, 18),
        _ => random.whole(10, 11),
    }
}

/// The first day of the month before.
fn previous_month(date: Date) -> Date {
    let first = date.first_of_month();
    first.yesterday().unwrap_or(first).first_of_month()
}

/// Days from one date to another.
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// An index as a step of a path.
fn index(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_screenshots_version_is_that_of_september_2025() {
        assert_eq!(Version::newest(date(2025, 9, 10)).to_string(), "2.3.4");
        assert_eq!(Version::newest(date(2025, 9, 2)).to_string(), "2.3.3");
        assert_eq!(Version::newest(date(2026, 4, 20)).to_string(), "2.3.11");
        assert_eq!(Version::newest(date(2026, 5, 20)).to_string(), "2.4.0");
    }

    #[test]
    fn a_version_never_goes_back() {
        for number in 0..40 {
            let tablet = Device::tablet(3, 1, number);
            let mut day = date(2025, 8, 1);
            let mut before = tablet.version(day);
            let mut seen = 1;
            while day < date(2026, 8, 1) {
                day = day.tomorrow().unwrap();
                let now = tablet.version(day);
                assert!(now >= before, "{before} then {now}");
                assert!(now <= Version::newest(day));
                seen += usize::from(now > before);
                before = now;
            }
            assert!(seen > 3);
        }
    }

    #[test]
    fn some_spells_without_network_last_more_than_a_week() {
        let mut longest = 0;
        for number in 0..30 {
            let tablet = Device::tablet(3, 1, number);
            let (mut day, mut run) = (date(2025, 9, 1), 0);
            while day < date(2026, 7, 1) {
                run = if tablet.is_offline(day) { run + 1 } else { 0 };
                longest = longest.max(run);
                day = day.tomorrow().unwrap();
            }
        }
        assert!(longest > 7, "{longest}");
    }
}
