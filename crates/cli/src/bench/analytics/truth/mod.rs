//! How the product's watch does on simulated worlds whose anomalies the truth file tells: every four weeks each school is
//! judged as `Mon école` does, and all schools together as the operator's page does.
//!
//! An anomaly is found by an alert about the right measure within its days, the first ten of class at most. Every alert about
//! anything else is false, that of the return to normal included. A school with fewer than five devices in most weeks of class may
//! not be judged at all: its anomalies are counted apart.

mod tally;

use std::collections::{BTreeMap, BTreeSet};

use analytics::watch::{
    Alert, DEVICES, Days, Kind, Metric, SLOW, Scope, TOLD, first_looked_at, is_open_anywhere, judge,
};
use calendar::{Calendar, IsoWeek};
use catalogue::Catalogue;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use simulator::{Anomaly, AnomalyKind, Parameters, World};

use super::float;
use crate::commands::bench::Figures;

/// Thirteen months from a start of the school year.
const FROM: Date = date(2024, 9, 2);
const UNTIL: Date = date(2025, 9, 30);
const MONTHS: f64 = 13.0;
/// An alert must come within so many class days.
const SOON: usize = 10;
/// Weeks of class before an anomaly that tell whether a school may be judged.
const BEFORE: usize = 6;

const KINDS: [AnomalyKind; 5] = [
    AnomalyKind::CrashSpike,
    AnomalyKind::SyncFailureBurst,
    AnomalyKind::LatencyDegradation,
    AnomalyKind::VolumeDrop,
    AnomalyKind::SchoolStops,
];

/// The names of their recalls.
const RECALLS: [&str; 5] = [
    "truth_recall_crash_spike_ratio",
    "truth_recall_sync_burst_ratio",
    "truth_recall_latency_ratio",
    "truth_recall_volume_drop_ratio",
    "truth_recall_school_stops_ratio",
];

/// Whether an anomaly is to be found in a school.
enum Standing {
    Judged,
    /// The school may not be judged.
    TooSmall,
    /// Too little of it can be seen there.
    TooFaint,
}

/// What was found of one kind.
#[derive(Clone, Copy, Default)]
struct Found {
    planted: usize,
    found: usize,
    named: usize,
    /// Class days until the alert, in all.
    delay: usize,
    /// Planted where a school may not be judged.
    apart: usize,
    /// Planted where too little of it can be seen.
    faint: usize,
}

/// Over all worlds.
#[derive(Default)]
struct Tally {
    schools: [Found; 5],
    system: [Found; 5],
    judged_schools: usize,
    small_schools: usize,
    worlds: usize,
    false_alerts: usize,
    worst: usize,
    system_false: usize,
}

/// Recall, parts named rightly, delay and false alerts, a world a seed.
pub(super) fn figures(seeds: std::ops::Range<u64>) -> anyhow::Result<Figures> {
    let catalogue = Catalogue::embedded()?;
    let calendar = Calendar::official();
    let mut tally = Tally::default();
    for (place, seed) in seeds.enumerate() {
        // From 12 to 30 schools.
        let schools = [12, 18, 24, 30][place % 4];
        let world = World::new(Parameters::new(schools, seed, FROM, UNTIL))?;
        judge_world(&catalogue, &calendar, &world, &mut tally)?;
    }
    Ok(tally.figures())
}

fn judge_world(catalogue: &Catalogue, calendar: &Calendar, world: &World, tally: &mut Tally) -> anyhow::Result<()> {
    let planted = world.anomalies().all();
    let mut system = Days::default();
    for school in world.schools() {
        let days = tally::days(catalogue, &mut world.walk(school.index))?;
        system.add_all(&days);
        let zone = school.academy.zone();
        let open = |day: Date| calendar.is_class_day(zone, day);
        let here: Vec<&Anomaly> = planted
            .iter()
            .filter(|anomaly| anomaly.schools.is_empty() || anomaly.schools.contains(&school.index))
            .collect();
        let alerts = alerts(&days, Scope::School, &open);
        let may = |anomaly: &Anomaly| may_be_judged(&days, &open, anomaly.from);
        let standing = |anomaly: &Anomaly| match (may(anomaly), can_be_seen(&days, anomaly)) {
            (false, _) => Standing::TooSmall,
            (true, false) => Standing::TooFaint,
            (true, true) => Standing::Judged,
        };
        let false_alerts = score(&alerts, &here, &open, &standing, &mut tally.schools);
        // Most days of the year, or of its last weeks before an anomaly.
        if has_devices(&days, &open) || here.iter().any(|anomaly| may(anomaly)) {
            tally.judged_schools += 1;
        } else {
            tally.small_schools += 1;
        }
        tally.false_alerts += false_alerts;
        tally.worst = tally.worst.max(false_alerts);
    }
    let of_all: Vec<&Anomaly> = planted
        .iter()
        .filter(|anomaly| !matches!(anomaly.kind, AnomalyKind::VolumeDrop | AnomalyKind::SchoolStops))
        .collect();
    let open = |day: Date| is_open_anywhere(calendar, day);
    tally.system_false +=
        score(&alerts(&system, Scope::System, &open), &of_all, &open, &|_| Standing::Judged, &mut tally.system);
    tally.worlds += 1;
    Ok(())
}

/// What is told in the course of the thirteen months, looking every four weeks; the oldest first.
fn alerts(days: &Days, scope: Scope, open: &dyn Fn(Date) -> bool) -> Vec<Alert> {
    let mut told: BTreeMap<String, Alert> = BTreeMap::new();
    let mut today = FROM;
    while today < UNTIL {
        today = today.saturating_add(TOLD.days()).min(UNTIL.saturating_add(1.day()));
        let since = today.saturating_sub(TOLD.days());
        for alert in judge(&days.between(first_looked_at(today), today), scope, open, today) {
            if alert.last_day().is_some_and(|day| (since..today).contains(&day)) {
                told.entry(alert.key()).or_insert(alert);
            }
        }
    }
    let mut told: Vec<Alert> = told.into_values().collect();
    told.sort_by(|one, other| one.day.cmp(&other.day).then(other.severity.cmp(&one.severity)));
    told
}

/// Compares alerts with what was planted; the number of false ones.
fn score(
    alerts: &[Alert],
    planted: &[&Anomaly],
    open: &dyn Fn(Date) -> bool,
    standing: &dyn Fn(&Anomaly) -> Standing,
    found: &mut [Found; 5],
) -> usize {
    for anomaly in planted {
        let Some(place) = KINDS.iter().position(|kind| *kind == anomaly.kind) else { continue };
        match standing(anomaly) {
            Standing::TooSmall => {
                found[place].apart += 1;
                continue;
            }
            Standing::TooFaint => {
                found[place].faint += 1;
                continue;
            }
            Standing::Judged => {}
        }
        found[place].planted += 1;
        let first = alerts.iter().find(|alert| is_about(alert, anomaly));
        let delay = first.and_then(Alert::last_day).map(|day| class_days(open, anomaly.from, day));
        if let Some((alert, delay)) = first.zip(delay).filter(|(_, delay)| *delay <= SOON) {
            found[place].found += 1;
            found[place].delay += delay;
            found[place].named += usize::from(is_named(alert, anomaly));
        }
    }
    alerts.iter().filter(|alert| !planted.iter().any(|anomaly| is_about(alert, anomaly))).count()
}

/// Whether an alert is of the right measure and one of its days is in the anomaly.
fn is_about(alert: &Alert, anomaly: &Anomaly) -> bool {
    let within = alert.first_day().zip(alert.last_day());
    within.is_some_and(|(first, last)| first <= anomaly.until && last >= anomaly.from)
        && measures(anomaly.kind).contains(&alert.measure.as_str())
}

/// The measures in which an anomaly shows.
const fn measures(kind: AnomalyKind) -> &'static [&'static str] {
    match kind {
        AnomalyKind::CrashSpike => &["crash_rate", "crash_count"],
        AnomalyKind::SyncFailureBurst => &["sync_success_rate"],
        AnomalyKind::LatencyDegradation => &["load_time"],
        AnomalyKind::VolumeDrop | AnomalyKind::SchoolStops => &["session_count", "devices_active"],
    }
}

/// Whether the part that moved is named: a version, an outcome, or the whole.
fn is_named(alert: &Alert, anomaly: &Anomaly) -> bool {
    let (version, part) = (alert.version.as_deref(), alert.part.as_deref());
    match anomaly.kind {
        AnomalyKind::CrashSpike => version == anomaly.version.as_deref(),
        AnomalyKind::SyncFailureBurst => part == Some("failed") && version.is_none(),
        _ => part.is_none() && version.is_none(),
    }
}

fn class_days(open: &dyn Fn(Date) -> bool, from: Date, until: Date) -> usize {
    days(from, until).filter(|day| open(*day)).count()
}

/// Whether a school has enough devices in most of the weeks of class before a day.
fn may_be_judged(of: &Days, open: &dyn Fn(Date) -> bool, before: Date) -> bool {
    let mut weeks: BTreeSet<IsoWeek> = BTreeSet::new();
    let mut day = before;
    while weeks.len() < BEFORE && day > FROM {
        day = day.saturating_sub(1.day());
        if open(day) {
            weeks.insert(IsoWeek::of(day));
        }
    }
    2 * weeks.iter().filter(|week| of.devices_in_week(week.monday()) >= DEVICES).count() > weeks.len()
}

/// Whether an anomaly of a rate left three cases at least on days that may be judged: a school in which a version of old that
/// nobody runs any more crashes sees nothing of it.
fn can_be_seen(of: &Days, anomaly: &Anomaly) -> bool {
    let (metric, is_case): (Metric, fn(&Kind) -> bool) = match anomaly.kind {
        AnomalyKind::CrashSpike => (Metric::Crashes, |_| true),
        AnomalyKind::SyncFailureBurst => (Metric::SyncErrors, |kind| kind.word != "offline"),
        AnomalyKind::LatencyDegradation => (Metric::Loads, |kind| kind.word == SLOW),
        AnomalyKind::VolumeDrop | AnomalyKind::SchoolStops => return true,
    };
    let enough = |day: Date| of.devices_in_week(IsoWeek::of(day).monday()) >= DEVICES;
    let judged = days(anomaly.from, anomaly.until).filter(|day| enough(*day));
    let in_version = |kind: &Kind| anomaly.version.as_ref().is_none_or(|version| *version == kind.version);
    let cases = |day: Date| -> u64 {
        of.kinds(metric, day).filter(|(kind, _)| is_case(kind) && in_version(kind)).map(|(_, n)| n).sum()
    };
    judged.map(cases).sum::<u64>() >= 3
}

fn has_devices(of: &Days, open: &dyn Fn(Date) -> bool) -> bool {
    let class: BTreeSet<IsoWeek> = days(FROM, UNTIL).filter(|day| open(*day)).map(IsoWeek::of).collect();
    2 * class.iter().filter(|week| of.devices_in_week(week.monday()) >= DEVICES).count() > class.len()
}

fn days(from: Date, until: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= until)
}

impl Tally {
    fn figures(&self) -> Figures {
        let sum = |of: &[Found; 5], what: fn(&Found) -> usize| of.iter().map(what).sum::<usize>();
        let ratio = |part: usize, of: usize| float(part) / float(of.max(1));
        let (schools, system) = (&self.schools, &self.system);
        let (planted, found) = (sum(schools, |one| one.planted), sum(schools, |one| one.found));
        let mut figures = vec![
            ("truth_schools_judged_n", float(self.judged_schools)),
            ("truth_schools_too_small_n", float(self.small_schools)),
            ("truth_planted_n", float(planted)),
            ("truth_planted_in_too_small_n", float(sum(schools, |one| one.apart))),
            ("truth_planted_too_faint_n", float(sum(schools, |one| one.faint))),
            ("truth_recall_ratio", ratio(found, planted)),
        ];
        // In few worlds a kind may be in no school that may be judged.
        let of_kinds = RECALLS.iter().zip(schools).filter(|(_, of)| of.planted > 0);
        figures.extend(of_kinds.map(|(name, of)| (*name, ratio(of.found, of.planted))));
        figures.extend([
            ("truth_named_ratio", ratio(sum(schools, |one| one.named), found)),
            ("truth_delay_class_days", ratio(sum(schools, |one| one.delay), found)),
            ("truth_false_a_month_n", float(self.false_alerts) / float(self.judged_schools.max(1)) / MONTHS),
            ("truth_false_worst_school_n", float(self.worst)),
            ("truth_system_recall_ratio", ratio(sum(system, |one| one.found), sum(system, |one| one.planted))),
            ("truth_system_named_ratio", ratio(sum(system, |one| one.named), sum(system, |one| one.found))),
            ("truth_system_false_a_month_n", float(self.system_false) / float(self.worlds.max(1)) / MONTHS),
        ]);
        figures
    }
}
