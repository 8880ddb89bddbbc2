//! A school's daily counts with planted anomalies, to judge the watch on.

use super::{Day, Direction};
use crate::chance::Chance;
use crate::count::{real, whole};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Sessions, by kind of person.
    Usage,
    /// Crashes out of sessions, by version.
    Stability,
    /// Failures out of synchronisations, by kind of device.
    Synchronisation,
    /// Pieces of content, by kind.
    Volumes,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Usage, Self::Stability, Self::Synchronisation, Self::Volumes];
}

/// An anomaly that was planted. Places are places among the days; both are included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planted {
    /// Its first day.
    pub from: usize,
    /// Its last day.
    pub until: usize,
    /// The part that moves; nothing where all do.
    pub part: Option<usize>,
    /// What its counts are multiplied by.
    pub factor: f64,
}

impl Planted {
    /// Which way it goes.
    pub fn direction(&self) -> Direction {
        if self.factor > 1.0 { Direction::Up } else { Direction::Down }
    }
}

/// How many parts a measure has.
const PARTS: usize = 4;
/// Open days before the first anomaly, and between one and the next.
const APART: usize = 28;

/// The counts of one measure of one school on given days (weekday from 0, open or not), and what was planted.
pub fn school(seed: u64, measure: Measure, calendar: &[(u8, bool)]) -> (Vec<Day>, Vec<Planted>) {
    let mut chance = Chance::new(seed.wrapping_mul(31).wrapping_add(measure as u64));
    let open: Vec<usize> = (0..calendar.len()).filter(|at| calendar[*at].1).collect();
    let planted = plant(&mut chance, measure, &open);
    // Level, growth over the year, weekdays, noise: every school has its own.
    let level = match measure {
        Measure::Usage => chance.between(80.0, 400.0),
        Measure::Volumes => chance.between(60.0, 300.0),
        Measure::Stability | Measure::Synchronisation => chance.between(0.01, 0.03),
    };
    let growth = chance.between(-0.1, 0.6);
    let mut weekdays = [0.0; 7];
    for factor in &mut weekdays {
        *factor = chance.between(0.75, 1.25);
    }
    weekdays[2] = chance.between(0.15, 0.5);
    let (together, own) = (chance.between(0.01, 0.03), chance.between(0.01, 0.03));
    let mut shares: Vec<f64> = (0..PARTS).map(|_| chance.between(0.5, 1.5)).collect();
    let sum: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= sum;
    }
    let rated = matches!(measure, Measure::Stability | Measure::Synchronisation);
    let sessions = chance.between(200.0, 800.0);
    let mut since_break = 0_usize;
    let days = calendar
        .iter()
        .enumerate()
        .map(|(at, (weekday, open))| {
            since_break = match (open, at.checked_sub(6).map(|before| &calendar[before..at])) {
                (true, Some(before)) if before.iter().all(|day| !day.1) => 0,
                (true, _) => since_break + 1,
                _ => since_break,
            };
            let season = 1.0 + growth * real(at) / real(calendar.len());
            let back = if since_break < 2 { 0.85 } else { 1.0 };
            let busy = season * back * weekdays[usize::from(*weekday)] * if *open { 1.0 } else { 0.03 };
            let exposure = if rated { (sessions * busy * chance.gamma(together)).round() } else { 1.0 };
            let mean = if rated { exposure } else { busy * chance.gamma(together) };
            let parts = shares.iter().enumerate().map(|(part, share)| {
                let factor: f64 = planted
                    .iter()
                    .filter(|planted| (planted.from..=planted.until).contains(&at))
                    .filter(|planted| planted.part.is_none_or(|named| named == part))
                    .map(|planted| planted.factor)
                    .product();
                let mean = level * mean * share * factor * chance.gamma(own);
                chance.poisson(mean)
            });
            Day { weekday: *weekday, open: *open, exposure, parts: parts.collect() }
        })
        .collect();
    (days, planted)
}

fn plant(chance: &mut Chance, measure: Measure, open: &[usize]) -> Vec<Planted> {
    let mut planted = Vec::new();
    let mut at = APART + chance.below(15);
    while at + 12 < open.len() {
        let rated = matches!(measure, Measure::Stability | Measure::Synchronisation);
        // What is rare can only rise; a fall of it is good news that takes long to see.
        let (factor, length) = match chance.below(3) {
            _ if rated => (chance.between(5.0, 15.0), 3 + chance.below(6)),
            0 => (chance.between(0.05, 0.35), 4 + chance.below(7)),
            1 => (chance.between(2.8, 5.0), 1 + chance.below(2)),
            _ => (if chance.happens(0.5) { chance.between(0.3, 0.5) } else { chance.between(1.9, 2.6) }, 20),
        };
        let part = (!chance.happens(0.3)).then(|| chance.below(PARTS));
        let last = (at + length - 1).min(open.len() - 1);
        planted.push(Planted { from: open[at], until: open[last], part, factor });
        at = last + APART + whole(chance.between(0.0, 20.0));
    }
    planted
}
