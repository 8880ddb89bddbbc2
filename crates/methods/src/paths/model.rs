//! The next screen, told from the last few: a Markov model of variable order.
//!
//! Prediction by partial matching (Cleary and Witten 1984) with the escape of method C (Moffat 1990), interpolated as
//! Witten and Bell (1991) do: what followed the longest known ending of the path counts most, and the fewer different
//! things followed it, the less the shorter endings do.

use std::collections::BTreeMap;

use super::Screen;
use crate::count::real;

/// What followed each ending of a path.
#[derive(Debug, Clone)]
pub struct Model {
    order: usize,
    followers: BTreeMap<Vec<Screen>, BTreeMap<Screen, usize>>,
}

impl Model {
    /// A model that looks back over so many screens and has seen nothing.
    pub const fn new(order: usize) -> Self {
        Self { order, followers: BTreeMap::new() }
    }

    /// Learns a path.
    pub fn learn(&mut self, path: &[Screen]) {
        for at in 0..path.len() {
            for length in 0..=self.order.min(at) {
                let followers = self.followers.entry(path[at - length..at].to_vec()).or_default();
                *followers.entry(path[at]).or_default() += 1;
            }
        }
    }

    /// The probability of each screen that may follow a path, most probable first; of equal ones the first known. A
    /// screen that never followed anything is left out, so that the sum may be below 1.
    pub fn next(&self, path: &[Screen]) -> Vec<(Screen, f64)> {
        let mut shares: BTreeMap<Screen, f64> = BTreeMap::new();
        let mut rest = 1.0;
        for length in (0..=self.order.min(path.len())).rev() {
            let Some(followers) = self.followers.get(&path[path.len() - length..]) else { continue };
            let (count, different) = (followers.values().sum::<usize>(), followers.len());
            for (screen, times) in followers {
                *shares.entry(*screen).or_default() += rest * real(*times) / real(count + different);
            }
            rest *= real(different) / real(count + different);
        }
        let mut shares: Vec<(Screen, f64)> = shares.into_iter().collect();
        shares.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        shares
    }
}
