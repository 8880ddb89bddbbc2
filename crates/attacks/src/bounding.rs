//! T5: how much one person moves a cube, over random logs and for one person with a million events.

use std::collections::BTreeSet;

use privacy::exit::{Bounded, Bounds, ChoiceKey, Leaf, Part, bound};

use crate::dice::Dice;
use crate::statistics::float;
use crate::worlds::{CELLS, declared, keys, leaf, person};
use crate::{Bound, Finding};

const PLACES: u64 = 3;
const WORDS: u64 = 12;

/// How many cells differ, and the largest difference.
fn apart(one: &Bounded, two: &Bounded) -> (u64, u64) {
    let leaves: BTreeSet<&Leaf> = one.sums().keys().chain(two.sums().keys()).collect();
    let of = |bounded: &Bounded, leaf: &Leaf| bounded.sums().get(leaf).copied().unwrap_or(0);
    let differences: Vec<_> = leaves.into_iter().map(|leaf| of(one, leaf).abs_diff(of(two, leaf))).collect();
    (
        differences.iter().filter(|difference| **difference > 0).count() as u64,
        differences.into_iter().max().unwrap_or(0),
    )
}

/// The cubes that one person is in: the clamps differ, the cells add up to six.
fn cubes() -> [Bounds; 3] {
    let cube = |cells, clamp, counts_cut| Bounds { cells, clamp: declared(clamp), counts_cut };
    [cube(1, 1, false), cube(2, 40, true), cube(3, 5, true)]
}

/// No bounding at all: as many cells as there are, and nobody reaches the clamp of a log of small amounts.
fn unbounded() -> Bounds {
    Bounds { cells: u32::MAX, clamp: declared(40), counts_cut: false }
}

struct Moved {
    cells: u64,
    clamps: f64,
    cut: f64,
}

fn moved(parts: &[Part], without: &[Part], cubes: &[Bounds]) -> Moved {
    let keys = keys(PLACES, WORDS);
    let mut moved = Moved { cells: 0, clamps: 0.0, cut: 0.0 };
    for bounds in cubes {
        // The same choice in both worlds: a person's cells are chosen from hers alone.
        let choice = ChoiceKey::fresh();
        let one = bound(parts.iter().cloned(), &keys, *bounds, &choice);
        let two = bound(without.iter().cloned(), &keys, *bounds, &choice);
        let (cells, most) = apart(&one, &two);
        moved.cells += cells;
        moved.clamps = moved.clamps.max(float(most) / f64::from(bounds.clamp.units()));
        moved.cut = moved.cut.max(float(one.cut().abs_diff(two.cut())) / f64::from(bounds.clamp.units()));
    }
    moved
}

/// T5. `logs` random logs, each against itself without one person; then one person with `events` events.
pub fn sensitivity(logs: u64, events: u64) -> Vec<Finding> {
    let (mut cells, mut clamps, mut cut, mut control) = (0, 0.0_f64, 0.0_f64, 0);
    let mut take = |parts: &[Part], without: &[Part]| {
        let moved = moved(parts, without, &cubes());
        (cells, clamps, cut) = (cells.max(moved.cells), clamps.max(moved.clamps), cut.max(moved.cut));
    };
    for log in 0..logs {
        let mut dice = Dice::new(log);
        let rows = 1 + dice.below(200);
        let parts: Vec<_> = (0..rows)
            .map(|_| Part {
                person: person(dice.below(8)),
                leaf: leaf(dice.below(PLACES), dice.below(WORDS + 1)),
                amount: dice.bits() >> (64 - dice.below(12)).min(63),
            })
            .collect();
        let gone = person(dice.below(8));
        let without: Vec<_> = parts.iter().filter(|part| part.person != gone).cloned().collect();
        take(&parts, &without);
        control = control.max(self::moved(&parts, &without, &[unbounded()]).cells);
    }
    let mut dice = Dice::new(logs);
    let busy: Vec<_> = (0..events)
        .map(|_| Part { person: person(1), leaf: leaf(dice.below(PLACES), dice.below(WORDS)), amount: 1 })
        .collect();
    take(&busy, &[]);
    vec![
        Finding::new("sensitivity_cells_n", float(cells), Bound::AtMost(f64::from(CELLS))),
        Finding::new("sensitivity_clamps_ratio", clamps, Bound::AtMost(1.0)),
        Finding::new("sensitivity_cut_clamps_ratio", cut, Bound::AtMost(1.0)),
        Finding::new("sensitivity_control_cells_n", float(control), Bound::AtLeast(f64::from(CELLS) + 1.0)),
    ]
}
