//! Which part of a total moved.
//!
//! Each part has an explanatory power, its share of the change, and a surprise, how much its share of the total is not
//! the usual one (Bhagwan and others, "Adtributor: revenue debugging in advertising systems", NSDI 2014). The part is
//! named whose change is furthest beyond its own noise; where most of the total moved alike, the whole is.

use crate::count::real;

use super::Direction;

/// A part is seen to move from so many standard deviations.
const MOVES: f64 = 0.5;
/// The share of the usual total that must move alike for the whole to be named.
const MOST: f64 = 0.7;

/// What was counted of a part over some days, and what is usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sums {
    pub(super) counted: f64,
    pub(super) usual: f64,
    pub(super) variance: f64,
}

impl Sums {
    pub(super) fn add(&mut self, other: &Self) {
        self.counted += other.counted;
        self.usual += other.usual;
        self.variance += other.variance;
    }

    fn moved(&self) -> f64 {
        (self.counted - self.usual) / self.variance.max(1e-12).sqrt()
    }
}

/// One part of a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Its place among the parts.
    pub place: usize,
    /// What was counted.
    pub counted: f64,
    /// What is usual.
    pub usual: f64,
    /// Its share of the change of the total; the shares add up to 1, and one may be negative.
    pub power: f64,
    /// How unusual its share of the total is, from 0 (Jensen–Shannon divergence).
    pub surprise: f64,
}

/// Which part moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The place of the part that moved; nothing where the whole did.
    pub named: Option<usize>,
    /// All parts, the one that moved most beyond its noise first.
    pub parts: Vec<Part>,
}

pub(super) fn explain(sums: &[Sums], direction: Direction) -> Explanation {
    let total = |of: fn(&Sums) -> f64| sums.iter().map(of).sum::<f64>();
    let (counted, usual) = (total(|sums| sums.counted), total(|sums| sums.usual));
    let change = counted - usual;
    let sign = if direction == Direction::Up { 1.0 } else { -1.0 };
    let mut parts: Vec<(f64, Part)> = sums
        .iter()
        .enumerate()
        .map(|(place, sums)| {
            let shares = (share(sums.counted, counted), share(sums.usual, usual));
            let power = if change.abs() > 1e-9 { (sums.counted - sums.usual) / change } else { 0.0 };
            let surprise = surprise(shares.0, shares.1);
            (sign * sums.moved(), Part { place, counted: sums.counted, usual: sums.usual, power, surprise })
        })
        .collect();
    parts.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.place.cmp(&other.1.place)));
    // With one part there is nothing to tell apart. With several, those moved alike whose logarithm moved by no less
    // than half of what that of the total did.
    let logarithm = |counted: f64, usual: f64| sign * ((counted + 0.5) / (usual + 0.5)).ln();
    let of_total = logarithm(counted, usual);
    let alike: Vec<&Part> = parts
        .iter()
        .filter(|(moved, part)| *moved >= MOVES && logarithm(part.counted, part.usual) >= of_total / 2.0)
        .map(|(_, part)| part)
        .collect();
    let mass = share(alike.iter().map(|part| part.usual).sum(), usual);
    let whole = sums.len() == 1 || (mass >= MOST && real(alike.len()) > real(sums.len()) / 2.0);
    let named = parts.first().filter(|_| !whole).map(|(_, part)| part.place);
    Explanation { named, parts: parts.into_iter().map(|(_, part)| part).collect() }
}

fn share(part: f64, of: f64) -> f64 {
    if of > 0.0 { part / of } else { 0.0 }
}

/// A part's term of the Jensen–Shannon divergence between two distributions.
fn surprise(one: f64, other: f64) -> f64 {
    let middle = f64::midpoint(one, other);
    let term = |share: f64| if share > 0.0 { 0.5 * share * (share / middle).ln() } else { 0.0 };
    (term(one) + term(other)).max(0.0)
}
