//! T7: two sets of districts that differ by the target's, subtracted; a thousand such pairs, twelve months.
//!
//! The attacker knows everything about everybody else, and that the target, if she is there, is in six cells as far as
//! the clamp allows. All she has are the published leaves and their sums. Noise was drawn once, so the difference of any two
//! sums is the same one leaf: more pairs tell her nothing more.

use privacy::exit::{Bounded, ChoiceKey, bound};

use crate::dice::Dice;
use crate::statistics::{float, signed};
use crate::worlds::{CELLS, bounded, declared, keys, leaf, others, release, six_cells, target};
use crate::{Bound, Finding};

const PLACES: u64 = 6;
const MONTHS: u32 = 12;

/// The mean difference, over set pairs, between the sum with the target's district and the sum without it. The leaves are
/// in the order of districts, then words.
fn difference(leaves: &[i64], word: usize, pairs: u64, dice: &mut Dice) -> f64 {
    let column: Vec<_> = leaves.iter().skip(word).step_by(CELLS as usize).collect();
    let mut total = 0;
    for _ in 0..pairs {
        let chosen = dice.bits();
        let without: i64 = (1..column.len()).filter(|place| chosen >> place & 1 == 1).map(|place| column[place]).sum();
        let with = without + column[0];
        total += with - without;
    }
    signed(total) / float(pairs)
}

/// How often she is right, over all.
#[derive(Default)]
struct Guesses {
    right: u64,
    all: u64,
}

impl Guesses {
    fn take(&mut self, guess: bool, truth: bool) {
        self.right += u64::from(guess == truth);
        self.all += 1;
    }

    fn accuracy(&self) -> f64 {
        float(self.right) / float(self.all)
    }
}

/// The exact sums, leaf by leaf.
fn in_order(bounded: &Bounded) -> Vec<i64> {
    let of = |place, word| bounded.sums().get(&leaf(place, word)).copied().unwrap_or(0);
    let leaves = (0..PLACES).flat_map(|place| (0..u64::from(CELLS)).map(move |word| (place, word)));
    leaves.map(|(place, word)| i64::try_from(of(place, word)).unwrap_or(i64::MAX)).collect()
}

/// T7. `targets` targets, `years` made-up years for each, `pairs` set pairs in each month.
pub fn beyond(targets: u64, years: u64, pairs: u64) -> Vec<Finding> {
    let (bounds, keys) = (six_cells(declared(1)), keys(PLACES, u64::from(CELLS)));
    let clamp = f64::from(bounds.clamp.units());
    let (mut cell, mut month, mut year, mut control) =
        (Guesses::default(), Guesses::default(), Guesses::default(), Guesses::default());
    for number in 0..targets {
        let mut dice = Dice::new(number);
        let mut without: Vec<_> = (1..PLACES).flat_map(|place| others(place, &mut dice)).collect();
        without.extend(others(0, &mut dice));
        let with: Vec<_> = without.iter().cloned().chain(target(0)).collect();
        let choice = ChoiceKey::fresh();
        let exact = |parts: &[_]| in_order(&bound(parts.iter().cloned(), &keys, bounds, &choice));
        let (known, bare) = (exact(&without), exact(&with));
        let known = |word: usize| signed(known[word]);
        let figures = [without, with].map(|parts| bounded(parts, &keys, bounds));
        for _ in 0..years {
            let there = dice.below(2) == 1;
            let mut over_year = 0.0;
            for _ in 0..MONTHS {
                let released = release(&figures[usize::from(there)], &keys, bounds).into_value();
                let leaves: Vec<_> = released.cells.iter().map(|cell| cell.value).collect();
                let mut over_month = 0.0;
                for word in 0..CELLS as usize {
                    let hers = difference(&leaves, word, pairs, &mut dice) - known(word);
                    cell.take(hers > clamp / 2.0, there);
                    over_month += hers;
                }
                month.take(over_month > clamp * f64::from(CELLS) / 2.0, there);
                over_year += over_month;
            }
            year.take(over_year > clamp * f64::from(CELLS * MONTHS) / 2.0, there);
        }
        control.take(difference(&bare, 0, pairs, &mut dice) - known(0) > clamp / 2.0, true);
    }
    vec![
        Finding::new("differencing_cell_accuracy_ratio", cell.accuracy(), Bound::AtMost(0.55)),
        Finding::new("differencing_month_accuracy_ratio", month.accuracy(), Bound::AtMost(0.58)),
        Finding::new("differencing_year_accuracy_ratio", year.accuracy(), Bound::AtMost(0.74)),
        Finding::new("differencing_control_accuracy_ratio", control.accuracy(), Bound::AtLeast(1.0)),
    ]
}
