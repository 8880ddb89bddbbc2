//! An alert: which rule raised it, how pressing it is, and what moved. Its key stays the same while it is told, so that whoever
//! delivers alerts can tell a new one from one that was acknowledged.

use jiff::civil::Date;
use serde::Serialize;

/// What raised an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A day, or days that lean the same way, beyond what is usual.
    Unusual,
    /// More crashes a session than may be.
    CrashRate,
    /// More failures a synchronisation than may be.
    SyncFailure,
    /// Worse than the class day before, and than the weeks before.
    Worsening,
    /// A crash or an error of a kind that was not seen before.
    NewError,
    /// A crash or an error that had gone in a version and is back in a later one.
    Regression,
    /// Use falls, or stops.
    VolumeDrop,
}

impl Rule {
    /// Its word in addresses, keys and messages.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Unusual => "unusual",
            Self::CrashRate => "crash_rate",
            Self::SyncFailure => "sync_failure",
            Self::Worsening => "worsening",
            Self::NewError => "new_error",
            Self::Regression => "regression",
            Self::VolumeDrop => "volume_drop",
        }
    }
}

/// How pressing an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be told at the next occasion.
    Notify,
    /// To be told at once.
    Immediate,
}

impl Severity {
    /// Its word in addresses and messages.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Immediate => "immediate",
        }
    }
}

/// Which way it went.
pub const UP: &str = "up";
/// The other way.
pub const DOWN: &str = "down";

/// Something to watch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// What raised it.
    pub rule: Rule,
    /// How pressing it is.
    pub severity: Severity,
    /// The measure, by its name in the catalogue. Of `devices_active` it is only told that there are fewer than five.
    pub measure: String,
    /// The first of its days.
    pub from: String,
    /// The day on which it was seen, the last of them.
    pub day: String,
    /// `up` or `down`.
    pub direction: &'static str,
    /// From 0 to 1: how much of what was counted is beyond the usual or, where it fell, how much of the usual is missing.
    pub score: f64,
    /// How many days it took: class days that were judged, or the seven of a week.
    pub days: usize,
    /// What was counted over these days.
    pub counted: u64,
    /// What is usual for them.
    pub usual: u64,
    /// Out of how many sessions, synchronisations or displays, where it is a share.
    pub out_of: Option<u64>,
    /// The word of the part that moved; nothing where the whole did.
    pub part: Option<String>,
    /// The version of the application in which it moved; nothing where all did.
    pub version: Option<String>,
    /// The screen of a crash of a new kind.
    pub screen: Option<String>,
}

impl Alert {
    /// What this alert is, and no other: rule, measure, part, version, screen and first day.
    pub fn key(&self) -> String {
        let word = |word: &Option<String>| word.clone().unwrap_or_default();
        let (part, version, screen) = (word(&self.part), word(&self.version), word(&self.screen));
        format!("{}/{}/{part}/{version}/{screen}/{}", self.rule.slug(), self.measure, self.from)
    }

    /// The first of its days.
    pub fn first_day(&self) -> Option<Date> {
        self.from.parse().ok()
    }

    /// The day on which it was seen.
    pub fn last_day(&self) -> Option<Date> {
        self.day.parse().ok()
    }
}
