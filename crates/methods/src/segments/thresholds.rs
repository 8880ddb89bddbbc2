//! Learning thresholds from people's habits, in numbers that can be said in words, with how firm they are.
//!
//! Habits are clustered into four groups ([`Mixture`]). The one with the fewest features are beginners, the one with the
//! most are the keenest; of the other two, one comes less often. Each threshold is the valley between two groups on one
//! axis: the value at which the fewest people of either would stand on the wrong side, in the middle where many do equally.
//! How firm it is, resampling people says (bootstrap, Efron 1979; of clusterings, Hennig 2007).

use statrs::function::erf::erfc;
use thiserror::Error;

use super::mixture::Mixture;
use crate::chance::Chance;
use crate::count::real;

/// The fewest people that thresholds are learnt from.
pub const LEAST_PEOPLE: usize = 200;
/// Groups.
const GROUPS: usize = 4;
/// Axes: active days a week, features.
const DAYS: usize = 0;
const FEATURES: usize = 1;
/// Steps at which a valley is looked for between two middles.
const STEPS: usize = 400;
/// Cuts that put no more than this share of people more on the wrong side count as equal.
const EQUAL: f64 = 0.002;

/// The four thresholds of the rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Fewer features than this: a beginner. A whole number.
    pub novice_features: f64,
    /// Fewer active days a week than this: occasional. A multiple of a half.
    pub occasional_days: f64,
    /// At least this many active days a week, and …
    pub power_days: f64,
    /// … at least this many features: the keenest.
    pub power_features: f64,
}

impl Thresholds {
    /// Names and values, in the order of declaration.
    pub const fn named(&self) -> [(&'static str, f64); 4] {
        [
            ("novice_features", self.novice_features),
            ("occasional_days", self.occasional_days),
            ("power_days", self.power_days),
            ("power_features", self.power_features),
        ]
    }
}

/// One threshold and how firm it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Its name.
    pub name: &'static str,
    /// Its rounded value.
    pub value: f64,
    /// Where nineteen of twenty resamples put it, rounded: the lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The share of resamples that give the same rounded value, 0 to 1.
    pub same: f64,
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Learnt {
    /// From how many people.
    pub people: usize,
    /// The thresholds.
    pub thresholds: Vec<Threshold>,
    /// The share of people in each group: beginners, occasional, regular, keenest.
    pub shares: [f64; GROUPS],
}

/// Why nothing was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotLearnt {
    /// Too few people.
    #[error("{0} people are too few to learn thresholds from: at least {LEAST_PEOPLE} are needed")]
    TooFew(usize),
    /// No four groups.
    #[error("the habits of these people do not fall into four groups, so no threshold lies between them")]
    NoGroups,
}

/// Learns thresholds from people's active days a week and features, with `resamples` resamples.
pub fn learn(people: &[[f64; 2]], resamples: usize, seed: u64) -> Result<Learnt, NotLearnt> {
    if people.len() < LEAST_PEOPLE {
        return Err(NotLearnt::TooFew(people.len()));
    }
    let (found, shares) = thresholds(people, seed).ok_or(NotLearnt::NoGroups)?;
    let mut chance = Chance::new(seed);
    let resampled: Vec<Thresholds> = (0..resamples)
        .filter_map(|nth| {
            let again: Vec<[f64; 2]> = people.iter().map(|_| people[chance.below(people.len())]).collect();
            thresholds(&again, seed.wrapping_add(u64::try_from(nth).unwrap_or(0))).map(|(found, _)| found)
        })
        .collect();
    let thresholds = found
        .named()
        .into_iter()
        .enumerate()
        .map(|(place, (name, value))| {
            let mut values: Vec<f64> = resampled.iter().map(|one| one.named()[place].1).collect();
            values.sort_by(f64::total_cmp);
            let at = |share: f64| {
                let last = values.len().saturating_sub(1);
                values.get(crate::count::whole((share * real(last)).round())).copied().unwrap_or(value)
            };
            let same = values.iter().filter(|other| (**other - value).abs() < 1e-9).count();
            // A resample without four groups speaks against every threshold.
            let same = if resamples == 0 { 1.0 } else { real(same) / real(resamples) };
            Threshold { name, value, low: at(0.025), high: at(0.975), same }
        })
        .collect();
    Ok(Learnt { people: people.len(), thresholds, shares })
}

/// The thresholds of one sample, rounded, and the share of each group.
fn thresholds(people: &[[f64; 2]], seed: u64) -> Option<(Thresholds, [f64; GROUPS])> {
    let mixture = Mixture::fit(people, GROUPS, seed)?;
    let mean = |group: usize, axis: usize| mixture.means[group][axis];
    let mut groups: Vec<usize> = (0..GROUPS).collect();
    groups.sort_by(|one, other| mean(*one, FEATURES).total_cmp(&mean(*other, FEATURES)));
    let [novice, mut occasional, mut regular, power] = groups[..] else { return None };
    if mean(occasional, DAYS) > mean(regular, DAYS) {
        std::mem::swap(&mut occasional, &mut regular);
    }
    let found = Thresholds {
        novice_features: whole(valley(&mixture, FEATURES, &[novice], &[occasional, regular, power])?),
        occasional_days: halves(valley(&mixture, DAYS, &[occasional], &[regular, power])?),
        power_days: halves(valley(&mixture, DAYS, &[occasional, regular], &[power])?),
        power_features: whole(valley(&mixture, FEATURES, &[occasional, regular], &[power])?),
    };
    Some((found, [novice, occasional, regular, power].map(|group| mixture.weights[group])))
}

/// "Fewer than 6" and "at least 6" both part 5 from 6.
fn whole(value: f64) -> f64 {
    value.ceil()
}

fn halves(value: f64) -> f64 {
    (2.0 * value).round() / 2.0
}

/// The value on an axis between groups below and groups above at which the fewest stand on the wrong side.
fn valley(mixture: &Mixture<2>, axis: usize, below: &[usize], above: &[usize]) -> Option<f64> {
    let means = |groups: &[usize]| groups.iter().map(|group| mixture.means[*group][axis]).collect::<Vec<_>>();
    let from = means(below).into_iter().fold(f64::MIN, f64::max);
    let until = means(above).into_iter().fold(f64::MAX, f64::min);
    if from >= until {
        return None;
    }
    // The share of a group beyond a value.
    let beyond = |group: usize, at: f64| {
        let off = (at - mixture.means[group][axis]) / mixture.spreads[group][axis];
        mixture.weights[group] * 0.5 * erfc(off / std::f64::consts::SQRT_2)
    };
    let wrong = |at: f64| {
        let low: f64 = below.iter().map(|group| beyond(*group, at)).sum();
        let high: f64 = above.iter().map(|group| mixture.weights[*group] - beyond(*group, at)).sum();
        low + high
    };
    let cuts: Vec<(f64, f64)> =
        (0..=STEPS).map(|step| from + (until - from) * real(step) / real(STEPS)).map(|at| (at, wrong(at))).collect();
    let least = cuts.iter().map(|(_, wrong)| *wrong).fold(f64::MAX, f64::min);
    let equal: Vec<f64> = cuts.iter().filter(|(_, wrong)| *wrong <= least + EQUAL).map(|(at, _)| *at).collect();
    Some(f64::midpoint(*equal.first()?, *equal.last()?))
}
