//! What is wrong on purpose, where and when: the answers to the questions that detectors are asked.

use std::collections::BTreeSet;

use calendar::Zone;
use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use crate::device::Version;
use crate::random::{Random, Subject};
use crate::season::{DayKind, Seasons, Weather};
use crate::truth::monday;

/// The probability that a synchronisation fails on an ordinary day.
const SYNC_FAILURE: f64 = 0.025;

/// One planted anomaly. Dates are both included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Anomaly {
    /// What it is.
    pub kind: AnomalyKind,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
    /// The schools concerned, by index; none means all.
    pub schools: Vec<usize>,
    /// The version concerned, where it is one.
    pub version: Option<String>,
    /// The factor or the probability it plays with.
    pub strength: f64,
    #[serde(skip)]
    crashing: Option<Version>,
}

/// What an anomaly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnomalyKind {
    /// Sessions of one version crash with the probability `strength`.
    CrashSpike,
    /// Synchronisations fail with the probability `strength`.
    SyncFailureBurst,
    /// All activity of a school is multiplied by `strength`.
    VolumeDrop,
    /// Screen and start times are multiplied by `strength`.
    LatencyDegradation,
    /// A school stops using the application.
    SchoolStops,
}

/// The anomalies of a world.
#[derive(Clone, Debug)]
pub struct Anomalies(Vec<Anomaly>);

impl Anomalies {
    /// Plants them in the weeks of class of the range. A short range has fewer, a very short one none.
    pub fn plant(
        seed: u64,
        schools: usize,
        zone_of: impl Fn(usize) -> Zone,
        seasons: &Seasons,
        from: Date,
        until: Date,
    ) -> Self {
        let random = &mut Random::of(seed, Subject::Anomalies, &[]);
        let mut week = |zone: Zone, part: f64| {
            let weeks = class_weeks(seasons, zone, from, until);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a few dozen weeks"
            )]
            let place = (weeks.len() as f64 * (part + random.between(-0.03, 0.03))) as usize;
            (weeks.len() >= 8).then(|| weeks[place.clamp(1, weeks.len() - 2)])
        };
        let mut all = Vec::new();
        if let Some(start) = week(zone_of(0), 0.36) {
            let version = Version::newest(start.saturating_sub(20.days()));
            all.push(Anomaly {
                kind: AnomalyKind::CrashSpike,
                from: start,
                until: start.saturating_add(6.days()),
                schools: Vec::new(),
                version: Some(version.to_string()),
                strength: 0.14,
                crashing: Some(version),
            });
        }
        if let Some(start) = week(zone_of(0), 0.70) {
            all.push(Anomaly::plain(AnomalyKind::LatencyDegradation, start, 13, Vec::new(), 2.6));
        }
        // The first schools are those that demonstrations and tests look at closely: the last ones fall ill.
        if schools >= 2
            && let school = schools - 1
            && let Some(start) = week(zone_of(school), 0.60)
        {
            all.push(Anomaly::plain(AnomalyKind::VolumeDrop, start, 13, vec![school], 0.2));
        }
        if schools >= 3
            && let school = schools - 2
            && let Some(start) = week(zone_of(school), 0.80)
        {
            let days = crate::device::days_between(start, until);
            all.push(Anomaly::plain(AnomalyKind::SchoolStops, start, days, vec![school], 0.0));
        }
        if schools >= 2
            && let Some(start) = week(zone_of(schools / 2), 0.50)
        {
            let half = (0..schools).filter(|school| zone_of(*school) == zone_of(schools / 2)).collect();
            all.push(Anomaly::plain(AnomalyKind::SyncFailureBurst, start, 3, half, 0.65));
        }
        all.sort_by_key(|anomaly| anomaly.from);
        Self(all)
    }

    /// All of them, by date.
    pub fn all(&self) -> &[Anomaly] {
        &self.0
    }

    /// Whether a school's activity is touched at any time.
    pub fn disturbs(&self, school: usize) -> bool {
        self.0.iter().any(|anomaly| {
            matches!(anomaly.kind, AnomalyKind::VolumeDrop | AnomalyKind::SchoolStops)
                && anomaly.schools.contains(&school)
        })
    }

    /// What they do to a school on a day.
    pub fn weather(&self, school: usize, date: Date) -> Weather {
        let mut weather =
            Weather { volume: 1.0, latency: 1.0, sync_failure: SYNC_FAILURE, crashing: None, stopped: false };
        for anomaly in &self.0 {
            let here = anomaly.schools.is_empty() || anomaly.schools.contains(&school);
            if !here || date < anomaly.from || date > anomaly.until {
                continue;
            }
            match anomaly.kind {
                AnomalyKind::CrashSpike => {
                    weather.crashing = anomaly.crashing.map(|version| (version, anomaly.strength));
                }
                AnomalyKind::SyncFailureBurst => weather.sync_failure = anomaly.strength,
                AnomalyKind::VolumeDrop => weather.volume = anomaly.strength,
                AnomalyKind::LatencyDegradation => weather.latency = anomaly.strength,
                AnomalyKind::SchoolStops => weather.stopped = true,
            }
        }
        weather
    }
}

impl Anomaly {
    fn plain(kind: AnomalyKind, from: Date, days: i32, schools: Vec<usize>, strength: f64) -> Self {
        Self { kind, from, until: from.saturating_add(days.days()), schools, version: None, strength, crashing: None }
    }
}

/// The Mondays of the weeks of the range in which there is class on at least three days.
fn class_weeks(seasons: &Seasons, zone: Zone, from: Date, until: Date) -> Vec<Date> {
    let mut weeks: Vec<Date> =
        seasons.days(zone, from, until).filter(|day| day.kind == DayKind::Class).map(|day| monday(day.date)).collect();
    let all = std::mem::take(&mut weeks);
    let distinct: BTreeSet<Date> = all.iter().copied().collect();
    distinct.into_iter().filter(|monday| all.iter().filter(|other| *other == monday).count() >= 3).collect()
}
