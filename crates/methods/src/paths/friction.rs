//! Where people get stuck: dead ends, loops, abandoned flows, repeated errors.
//!
//! Each is a share of sessions with an interval (Wilson 1927), and is told only where its lower end is above what
//! sessions do elsewhere: few sessions prove nothing.

use std::collections::BTreeMap;

use super::Screen;
use crate::count::real;
use crate::share::wilson;

/// Something that people set out to do: its first screen and those where it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where it starts.
    pub start: Screen,
    /// Where it has succeeded.
    pub goals: Vec<Screen>,
}

/// What kind of friction it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FrictionKind {
    /// Sessions end here, without a goal reached, more often than elsewhere.
    DeadEnd,
    /// People go back and forth between this screen and the next one, twice or more.
    Loop,
    /// A flow that starts here is not brought to its end.
    Abandoned,
    /// An error is shown here twice or more in one session.
    RepeatedError,
}

/// A point of friction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Friction {
    /// The screen.
    pub screen: Screen,
    /// What happens there.
    pub kind: FrictionKind,
    /// Sessions that came there.
    pub sessions: usize,
    /// Those of them to which it happened.
    pub concerned: usize,
    /// Their share.
    pub share: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
}

/// The share of sessions from which friction is worth telling, where no comparison sets it.
const WORTH_TELLING: f64 = 0.1;

/// The points of friction, those that concern most sessions first. `errors` are the screens that tell of an error; the
/// screen before one is where it happened.
pub fn frictions(paths: &[Vec<Screen>], flows: &[Flow], errors: &[Screen]) -> Vec<Friction> {
    let mut counts: BTreeMap<(FrictionKind, Screen), (usize, usize)> = BTreeMap::new();
    for path in paths {
        count(path, flows, errors, &mut counts);
    }
    let usual_end = {
        let ends = counts.iter().filter(|((kind, _), _)| *kind == FrictionKind::DeadEnd).map(|(_, count)| *count);
        let (seen, ended) = ends.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        if seen == 0 { 0.0 } else { real(ended) / real(seen) }
    };
    let mut found: Vec<Friction> = counts
        .into_iter()
        .filter(|(_, (sessions, _))| *sessions > 0)
        .map(|((kind, screen), (sessions, concerned))| {
            let (share, interval) = (real(concerned) / real(sessions), wilson(concerned, sessions, 1.96));
            Friction { screen, kind, sessions, concerned, share, interval }
        })
        .filter(|friction| {
            let usual = match friction.kind {
                FrictionKind::DeadEnd => (2.0 * usual_end).max(WORTH_TELLING),
                FrictionKind::Abandoned => 0.3,
                FrictionKind::Loop | FrictionKind::RepeatedError => WORTH_TELLING,
            };
            friction.interval.0 > usual
        })
        .collect();
    found.sort_by(|one, other| other.concerned.cmp(&one.concerned).then(one.kind.cmp(&other.kind)));
    found
}

/// Counts one session: for each kind and screen, whether it came there and whether it is concerned.
fn count(
    path: &[Screen],
    flows: &[Flow],
    errors: &[Screen],
    counts: &mut BTreeMap<(FrictionKind, Screen), (usize, usize)>,
) {
    let mut happened: BTreeMap<(FrictionKind, Screen), bool> = BTreeMap::new();
    for screen in path {
        for kind in [FrictionKind::DeadEnd, FrictionKind::Loop, FrictionKind::RepeatedError] {
            happened.entry((kind, *screen)).or_default();
        }
    }
    let is_goal = |screen: &Screen| flows.iter().any(|flow| flow.goals.contains(screen));
    if let Some(last) = path.last()
        && !is_goal(last)
    {
        happened.insert((FrictionKind::DeadEnd, *last), true);
    }
    for five in path.windows(5) {
        if five[..3] == five[2..] && five[0] != five[1] {
            happened.insert((FrictionKind::Loop, five[0].min(five[1])), true);
        }
    }
    let mut failed: BTreeMap<Screen, usize> = BTreeMap::new();
    for two in path.windows(2).filter(|two| errors.contains(&two[1]) && !errors.contains(&two[0])) {
        *failed.entry(two[0]).or_default() += 1;
    }
    for (screen, times) in failed {
        happened.insert((FrictionKind::RepeatedError, screen), times > 1);
    }
    for flow in flows {
        if let Some(start) = path.iter().position(|screen| *screen == flow.start) {
            let reached = path[start..].iter().any(|screen| flow.goals.contains(screen));
            happened.insert((FrictionKind::Abandoned, flow.start), !reached);
        }
    }
    for (key, concerned) in happened {
        let count = counts.entry(key).or_default();
        count.0 += 1;
        count.1 += usize::from(concerned);
    }
}
