//! How often the next screen is among the first few told, on sessions that came after those learnt from.

use std::collections::BTreeMap;

use super::{Model, Screen};
use crate::count::{real, whole};

/// How far back the model looks.
const ORDER: usize = 4;
/// The share of sessions, from the first on, that are learnt from.
const LEARNT: f64 = 0.7;
/// How many screens are told.
const TOLD: usize = 3;

/// Hit rates in the top 3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Sessions learnt from.
    pub learnt: usize,
    /// Sessions judged.
    pub judged: usize,
    /// Steps from one screen to the next that were judged.
    pub steps: usize,
    /// The share of steps whose screen was among the three told.
    pub hit_rate: f64,
    /// The same for the three screens seen most.
    pub most_popular: f64,
    /// The same for what most often followed the last screen alone.
    pub last_screen: f64,
}

/// There are too few paths to judge anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{sessions} sessions with {steps} steps are too few to judge; at least 10 sessions of two screens are needed")]
pub struct TooFew {
    /// Sessions given.
    pub sessions: usize,
    /// Steps in them.
    pub steps: usize,
}

/// Learns from the first sessions and judges on the others. The paths are in the order in which they began.
pub fn evaluate(paths: &[Vec<Screen>]) -> Result<Evaluation, TooFew> {
    let paths: Vec<&Vec<Screen>> = paths.iter().filter(|path| path.len() > 1).collect();
    let learnt = whole(real(paths.len()) * LEARNT);
    let steps = |paths: &[&Vec<Screen>]| paths.iter().map(|path| path.len() - 1).sum::<usize>();
    if paths.len() < 10 {
        return Err(TooFew { sessions: paths.len(), steps: steps(&paths) });
    }
    let (before, after) = paths.split_at(learnt);
    let (mut model, mut last) = (Model::new(ORDER), Model::new(1));
    let mut seen: BTreeMap<Screen, usize> = BTreeMap::new();
    for path in before {
        model.learn(path);
        last.learn(path);
        path.iter().for_each(|screen| *seen.entry(*screen).or_default() += 1);
    }
    let mut popular: Vec<(Screen, usize)> = seen.into_iter().collect();
    popular.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    popular.truncate(TOLD);
    let mut hits = [0_usize; 3];
    for path in after {
        for at in 1..path.len() {
            let told = |model: &Model| model.next(&path[..at]).iter().take(TOLD).any(|(screen, _)| *screen == path[at]);
            hits[0] += usize::from(told(&model));
            hits[1] += usize::from(popular.iter().any(|(screen, _)| *screen == path[at]));
            hits[2] += usize::from(told(&last));
        }
    }
    let judged = steps(after);
    let rate = |hits: usize| real(hits) / real(judged);
    Ok(Evaluation {
        learnt,
        judged: after.len(),
        steps: judged,
        hit_rate: rate(hits[0]),
        most_popular: rate(hits[1]),
        last_screen: rate(hits[2]),
    })
}
