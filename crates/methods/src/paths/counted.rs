//! Where people get stuck, told from single steps that were counted with noise: no path is known here, only how often one
//! screen led to another. The questions are those of [`super::frictions`], asked of a first-order Markov chain's counts
//! (Anderson and Goodman, "Statistical inference about Markov chains", 1957).
//!
//! What single steps can say is less: that somebody came and nobody went on, that two screens lead to each other. That
//! the same person went there and back again they cannot say. Each finding is told only where its lower end, at an error
//! rate shared by all that was looked at (Bonferroni), is above what is usual.

use std::collections::BTreeMap;

use super::Screen;
use crate::noisy::{Noisy, Share, among, of, share};

/// Where sessions come from: no screen.
pub const START: Screen = Screen::MAX;
/// From here a share is worth telling where no comparison sets it.
const WORTH_TELLING: f64 = 0.1;
/// From here two screens lead to each other, and a flow is abandoned.
const OFTEN: f64 = 0.3;

/// Steps from one screen to another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps(BTreeMap<(Screen, Screen), Noisy>);

/// A screen on which paths end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeadEnd {
    /// The screen.
    pub screen: Screen,
    /// The share of arrivals that went nowhere else.
    pub ended: Share,
    /// The same share over all screens.
    pub usual: f64,
}

/// Two screens that lead to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackAndForth {
    /// The two screens.
    pub screens: (Screen, Screen),
    /// The share of the steps from the first that lead to the second.
    pub there: Share,
    /// The share of the steps from the second that lead to the first.
    pub back: Share,
}

/// How one flow ends.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Endings {
    /// It was brought to its end.
    pub completed: Noisy,
    /// It was given up, or failed.
    pub given_up: Noisy,
}

impl Steps {
    /// Adds steps.
    pub fn add(&mut self, from: Screen, to: Screen, steps: Noisy) {
        let so_far = self.0.entry((from, to)).or_default();
        *so_far = so_far.plus(steps);
    }

    /// The steps from one screen to another.
    pub fn between(&self, from: Screen, to: Screen) -> Noisy {
        self.0.get(&(from, to)).copied().unwrap_or_default()
    }

    /// The steps that lead to a screen from elsewhere.
    pub fn arrivals(&self, screen: Screen) -> Noisy {
        Noisy::sum(self.0.iter().filter(|((from, to), _)| *to == screen && *from != screen).map(|(_, steps)| *steps))
    }

    /// The steps that lead from a screen elsewhere.
    pub fn departures(&self, screen: Screen) -> Noisy {
        Noisy::sum(self.0.iter().filter(|((from, to), _)| *from == screen && *to != screen).map(|(_, steps)| *steps))
    }

    fn screens(&self) -> Vec<Screen> {
        let mut screens: Vec<Screen> = self.0.keys().flat_map(|(from, to)| [*from, *to]).collect();
        screens.retain(|screen| *screen != START);
        screens.sort_unstable();
        screens.dedup();
        screens
    }

    /// The screens on which paths end more than twice as often as elsewhere, those with the largest share first.
    pub fn dead_ends(&self) -> Vec<DeadEnd> {
        let screens = self.screens();
        let all = |of: fn(&Self, Screen) -> Noisy| Noisy::sum(screens.iter().map(|screen| of(self, *screen)));
        let (arrived, left) = (all(Self::arrivals), all(Self::departures));
        if !arrived.is_known() {
            return Vec::new();
        }
        let usual = (1.0 - left.value / arrived.value).max(0.0);
        let least = (2.0 * usual).max(WORTH_TELLING);
        let far = among(screens.len());
        let ended = screens.into_iter().filter_map(|screen| {
            let (arrived, left) = (self.arrivals(screen), self.departures(screen));
            if !arrived.is_known() {
                return None;
            }
            let went_on = left.value / arrived.value;
            let variance = (left.spread() + went_on * went_on * arrived.spread()) / (arrived.value * arrived.value);
            let ended = of(1.0 - went_on, variance.sqrt());
            (1.0 - went_on - far * ended.error > least).then_some(DeadEnd { screen, ended, usual })
        });
        let mut found: Vec<DeadEnd> = ended.collect();
        found.sort_by(|one, other| other.ended.share.total_cmp(&one.ended.share));
        found
    }

    /// The pairs of screens of which each leads to the other in three of ten steps at least, most steps first.
    pub fn back_and_forth(&self) -> Vec<BackAndForth> {
        let screens = self.screens();
        let far = among(screens.len() * screens.len().saturating_sub(1) / 2);
        let leads = |from: Screen, to: Screen| {
            let (there, all) = (self.between(from, to), self.departures(from));
            let rest = Noisy { value: all.value - there.value, variance: (all.variance - there.variance).max(0.0) };
            share(there, rest).filter(|found| found.share - far * found.error > OFTEN)
        };
        let mut found = Vec::new();
        for (place, one) in screens.iter().enumerate() {
            for other in &screens[place + 1..] {
                if let Some((there, back)) = leads(*one, *other).zip(leads(*other, *one)) {
                    found.push(BackAndForth { screens: (*one, *other), there, back });
                }
            }
        }
        let steps = |pair: &BackAndForth| {
            let (one, other) = pair.screens;
            self.between(one, other).value.min(self.between(other, one).value)
        };
        found.sort_by(|one, other| steps(other).total_cmp(&steps(one)));
        found
    }
}

/// The flows that are given up or fail in more than three of ten cases, by place, the largest share first.
pub fn abandoned(flows: &[Endings]) -> Vec<(usize, Share)> {
    let far = among(flows.len());
    let found = flows.iter().enumerate().filter_map(|(at, flow)| {
        let found = share(flow.given_up, flow.completed)?;
        (found.share - far * found.error > OFTEN).then_some((at, found))
    });
    let mut found: Vec<(usize, Share)> = found.collect();
    found.sort_by(|one, other| other.1.share.total_cmp(&one.1.share));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use crate::count::real;

    /// Sessions on five screens; of those on 3 most end there, 1 and 2 lead to each other.
    fn walked(seed: u64, stuck: f64, return_to: f64) -> Steps {
        let mut chance = Chance::new(seed);
        let mut counts = BTreeMap::<(Screen, Screen), f64>::new();
        for _ in 0..4_000 {
            let mut at = START;
            loop {
                let ends = match at {
                    START => 0.0,
                    3 => stuck,
                    _ => 0.15,
                };
                if chance.happens(ends) {
                    break;
                }
                let next = match at {
                    1 if chance.happens(return_to) => 2,
                    2 if chance.happens(return_to) => 1,
                    _ => Screen::try_from(chance.below(5)).unwrap_or(0),
                };
                if next != at {
                    *counts.entry((at, next)).or_default() += 1.0;
                    at = next;
                }
            }
        }
        let mut steps = Steps::default();
        for from in [START, 0, 1, 2, 3, 4] {
            for to in 0..5 {
                let value = counts.get(&(from, to)).copied().unwrap_or(0.0) + 12.0 * chance.normal();
                steps.add(from, to, Noisy { value, variance: 144.0 });
            }
        }
        steps
    }

    #[test]
    fn planted_friction_is_found_through_the_noise_and_none_where_none_is() {
        for seed in 0..20 {
            let steps = walked(seed, 0.7, 0.7);
            let ends: Vec<Screen> = steps.dead_ends().iter().map(|end| end.screen).collect();
            assert_eq!(ends, [3], "{seed}");
            let pairs: Vec<_> = steps.back_and_forth().iter().map(|pair| pair.screens).collect();
            assert_eq!(pairs, [(1, 2)], "{seed}");
            let calm = walked(100 + seed, 0.15, 0.0);
            assert_eq!((calm.dead_ends(), calm.back_and_forth()), (Vec::new(), Vec::new()), "{seed}");
        }
    }

    #[test]
    fn noise_alone_is_no_friction() {
        let mut chance = Chance::new(77);
        for _ in 0..50 {
            let mut steps = Steps::default();
            for from in [START, 0, 1, 2, 3] {
                for to in 0..4 {
                    steps.add(from, to, Noisy { value: 12.0 * chance.normal(), variance: 144.0 });
                }
            }
            assert_eq!((steps.dead_ends(), steps.back_and_forth()), (Vec::new(), Vec::new()));
            let mut flow = || Noisy { value: 12.0 * chance.normal(), variance: 144.0 };
            assert_eq!(abandoned(&[Endings { completed: flow(), given_up: flow() }]), []);
        }
        assert_eq!(Steps::default().dead_ends(), []);
        assert_eq!(abandoned(&[]), []);
    }

    #[test]
    fn a_flow_that_half_of_its_users_give_up_is_told_and_a_good_one_is_not() {
        let of = |completed: usize, given_up: usize| Endings {
            completed: Noisy { value: real(completed), variance: 100.0 },
            given_up: Noisy { value: real(given_up), variance: 200.0 },
        };
        let found = abandoned(&[of(900, 100), of(400, 420), of(5, 20)]);
        assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1]);
        let (low, high) = found[0].1.interval;
        assert!(low > 0.4 && high < 0.6, "{found:?}");
    }
}
