//! The technical days of a school, or of all schools together: devices, and what was counted, by version, kind and screen.
//! No person is in them. They are read from the lake, or counted from a simulation whose truth is known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// What is counted of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Sessions that ended; the word is how.
    Sessions,
    /// Crashes; the word is their type.
    Crashes,
    /// Errors; the word is their class.
    Errors,
    /// Synchronisations that ended; the word is their outcome.
    Syncs,
    /// Those that failed, again; the word is why.
    SyncErrors,
    /// Displays of screens; the word is [`SLOW`] or [`QUICK`].
    Loads,
}

/// A display that took longer than [`super::bounds::SLOW_MS`].
pub const SLOW: &str = "slow";
/// One that did not.
pub const QUICK: &str = "quick";

impl Metric {
    /// All of them, by their names in `tech_day`.
    pub const NAMED: [(&'static str, Self); 6] = [
        ("sessions", Self::Sessions),
        ("crashes", Self::Crashes),
        ("errors", Self::Errors),
        ("syncs", Self::Syncs),
        ("sync_errors", Self::SyncErrors),
        ("load_ms", Self::Loads),
    ];

    /// The metric of `tech_day` with this name, where it is one that is watched.
    pub fn of(metric: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(name, _)| *name == metric).map(|(_, metric)| *metric)
    }
}

/// What was counted of one kind in one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The word of the counter; empty where the detail is not kept any more.
    pub word: String,
    /// The version of the application.
    pub version: String,
    /// The screen, of crashes alone.
    pub screen: String,
}

/// Technical days.
#[derive(Debug, Clone, Default)]
pub struct Days {
    devices: BTreeMap<Date, BTreeMap<String, u64>>,
    /// By Monday.
    weeks: BTreeMap<Date, u64>,
    counts: BTreeMap<Metric, BTreeMap<Date, BTreeMap<Kind, u64>>>,
}

impl Days {
    /// Adds what was counted on a day.
    pub fn add(&mut self, day: Date, metric: Metric, kind: Kind, n: u64) {
        *self.counts.entry(metric).or_default().entry(day).or_default().entry(kind).or_default() += n;
    }

    /// Says that at least so many devices of a version were there on a day. A device that was updated on a day stands in two
    /// versions of it.
    pub fn see_devices(&mut self, day: Date, version: &str, n: u64) {
        let known = self.devices.entry(day).or_default().entry(version.to_owned()).or_default();
        *known = n.max(*known);
    }

    /// Says how many devices there were in a week.
    pub fn see_week(&mut self, monday: Date, n: u64) {
        let known = self.weeks.entry(monday).or_default();
        *known = n.max(*known);
    }

    /// How many devices there were in a week.
    pub fn devices_in_week(&self, monday: Date) -> u64 {
        self.weeks.get(&monday).copied().unwrap_or(0)
    }

    /// How many devices there were at least on a day: of several versions, each but one may share a device with another.
    pub fn devices(&self, day: Date) -> u64 {
        let versions = self.devices.get(&day);
        versions.map_or(0, |versions| (versions.values().sum::<u64>() + 1).saturating_sub(versions.len() as u64))
    }

    /// How many devices of a version there were at least on any one of some days.
    pub fn devices_of(&self, version: &str, days: impl Iterator<Item = Date>) -> u64 {
        days.filter_map(|day| self.devices.get(&day)?.get(version).copied()).max().unwrap_or(0)
    }

    /// The first day with a device.
    pub fn first(&self) -> Option<Date> {
        self.devices.iter().find(|(_, versions)| versions.values().any(|n| *n > 0)).map(|(day, _)| *day)
    }

    /// The days with a device, in order.
    pub fn all(&self) -> impl Iterator<Item = Date> + '_ {
        self.devices.keys().copied()
    }

    /// What was counted on a day, kind by kind.
    pub fn kinds(&self, metric: Metric, day: Date) -> impl Iterator<Item = (&Kind, u64)> {
        let of_day = self.counts.get(&metric).and_then(|days| days.get(&day));
        of_day.into_iter().flatten().map(|(kind, n)| (kind, *n))
    }

    /// The words that were ever counted, but for the empty one.
    pub fn words(&self, metric: Metric) -> BTreeSet<&str> {
        let days = self.counts.get(&metric).into_iter().flat_map(BTreeMap::values);
        days.flat_map(BTreeMap::keys).map(|kind| kind.word.as_str()).filter(|word| !word.is_empty()).collect()
    }

    /// The days from one to another, both included.
    #[must_use]
    pub fn between(&self, from: Date, until: Date) -> Self {
        let within = |days: &BTreeMap<Date, BTreeMap<Kind, u64>>| {
            days.range(from..=until).map(|(day, kinds)| (*day, kinds.clone())).collect()
        };
        Self {
            devices: self.devices.range(from..=until).map(|(day, versions)| (*day, versions.clone())).collect(),
            weeks: self.weeks.range(from..=until).map(|(monday, n)| (*monday, *n)).collect(),
            counts: self.counts.iter().map(|(metric, days)| (*metric, within(days))).collect(),
        }
    }

    /// Adds the days of another school.
    pub fn add_all(&mut self, other: &Self) {
        for (day, versions) in &other.devices {
            let here = self.devices.entry(*day).or_default();
            for (version, n) in versions {
                *here.entry(version.clone()).or_default() += n;
            }
        }
        for (monday, n) in &other.weeks {
            *self.weeks.entry(*monday).or_default() += n;
        }
        for (metric, days) in &other.counts {
            for (day, kinds) in days {
                for (kind, n) in kinds {
                    self.add(*day, *metric, kind.clone(), *n);
                }
            }
        }
    }
}
