//! Made-up months: one district with six words, a target who is in all six cells as far as her clamp allows, and
//! others of whom the attacker knows everything.

use privacy::exit::noise::Clamp;
use privacy::exit::{Bounded, Bounds, Debited, Figures, Leaf, NoisyCube, Part, Place, PublicKeys, Released};
use privacy::{Pseudonym, Uai};

use crate::dice::Dice;

/// The cells that one person may be in, all cubes together.
pub const CELLS: u32 = 6;

/// Somebody by a number.
pub fn person(number: u64) -> Pseudonym {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Pseudonym::from_stored(bytes)
}

/// A district by a number below 10 000.
fn district(number: u64) -> Place {
    let code: Uai = format!("075{number:04}A").parse().expect("seven digits and a letter");
    Place::district(code, "paris")
}

/// A leaf by the numbers of its district and word.
pub fn leaf(place: u64, word: u64) -> Leaf {
    Leaf { place: district(place), word: format!("w{word}") }
}

/// So many districts and words.
pub fn keys(districts: u64, words: u64) -> PublicKeys {
    PublicKeys::new((0..districts).map(district), (0..words).map(|word| format!("w{word}")))
}

/// A clamp that is declared.
pub fn declared(units: u32) -> Clamp {
    Clamp::new(units).expect("one of the declared clamps")
}

/// Six cells of this clamp.
pub fn six_cells(clamp: Clamp) -> Bounds {
    Bounds { cells: CELLS, clamp, counts_cut: false }
}

/// What others do in a district: up to 20 people, each in up to six cells.
pub fn others(place: u64, dice: &mut Dice) -> Vec<Part> {
    let mut parts = Vec::new();
    for number in 0..=dice.below(20) {
        let person = person(1 + place * 1000 + number);
        let words = 0..=dice.below(u64::from(CELLS));
        parts.extend(words.map(|word| Part { person, leaf: leaf(place, word), amount: 1 + dice.below(60) }));
    }
    parts
}

/// The target, who did more in each of six cells than any clamp allows.
pub fn target(place: u64) -> Vec<Part> {
    (0..u64::from(CELLS)).map(|word| Part { person: person(0), leaf: leaf(place, word), amount: 1_000_000 }).collect()
}

/// What leaves, as the ledger and the gate make it.
pub fn release(bounded: &Figures<Bounded>, keys: &PublicKeys, bounds: Bounds) -> Released<NoisyCube> {
    let receipt = Debited::after_commit("attacked".to_owned(), "2025-11".parse().expect("a month"), bounds);
    Released::draw(bounded, keys, receipt).expect("bounded as debited")
}

/// What everybody brings, bounded.
pub fn bounded(parts: Vec<Part>, keys: &PublicKeys, bounds: Bounds) -> Figures<Bounded> {
    Figures::nobody(bounds).with(Figures::new(parts), keys)
}
