//! What leaves beyond an establishment: bounded, debited, with noise on every leaf, added up by addition alone.

use super::super::noise::{Clamp, Randomness, Table, Use};
use super::super::{
    Bounded, Bounds, ChoiceKey, Debited, Guarantee, Leaf, Level, NotAsDebited, Origin, Part, Place, PublicKeys,
    Released, Rho, bound,
};
use super::*;
use crate::Uai;

fn uai(text: &str) -> Uai {
    text.parse().expect("a code")
}

fn leaf(district: &str, word: &str) -> Leaf {
    let academy = if district == LYON { "lyon" } else { "paris" };
    Leaf { place: Place::district(uai(district), academy), word: word.to_owned() }
}

fn part(person: u8, leaf: Leaf, amount: u64) -> Part {
    Part { person: id(2, person), leaf, amount }
}

const PARIS: &str = "0750001A";
const PARIS_TOO: &str = "0750002B";
const LYON: &str = "0690001C";

fn keys(words: &[&str]) -> PublicKeys {
    let places = [PARIS, PARIS_TOO, LYON].map(|district| leaf(district, "").place);
    PublicKeys::new(places, words.iter().map(|word| (*word).to_owned()))
}

fn bounds(cells: u32, clamp: u32, counts_cut: bool) -> Bounds {
    Bounds { cells, clamp: Clamp::new(clamp).expect("declared"), counts_cut }
}

fn receipt(bounds: Bounds) -> Debited {
    Debited::after_commit("items".to_owned(), "2025-11".parse().expect("a month"), bounds)
}

fn bounded(parts: Vec<Part>, keys: &PublicKeys, bounds: Bounds) -> Figures<Bounded> {
    Figures::nobody(bounds).with(Figures::new(parts), keys)
}

#[test]
fn a_person_counts_in_as_many_cells_as_allowed_and_within_the_clamp() {
    let keys = keys(&["photo", "text", "video"]);
    let words = ["photo", "text", "video", "no word of the list"];
    let parts: Vec<_> = words.iter().map(|word| part(1, leaf(PARIS, word), 100)).collect();
    let bounded = bound(parts, &keys, bounds(2, 5, true), &ChoiceKey::fresh());
    assert_eq!(bounded.sums().values().collect::<Vec<_>>(), [&5, &5]);
    assert!(bounded.cut() == 5, "290 were cut, of which one clamp counts");
}

#[test]
fn what_fits_is_kept_whole_and_rows_of_one_person_count_together() {
    let rows = [part(1, leaf(PARIS, ""), 2), part(1, leaf(PARIS, ""), 2), part(2, leaf(PARIS, ""), 1)];
    let bounded = bound(rows, &keys(&[]), bounds(1, 5, true), &ChoiceKey::fresh());
    assert_eq!((bounded.sums().get(&leaf(PARIS, "")), bounded.cut()), (Some(&5), 0));
}

#[test]
fn every_cell_of_a_person_has_the_same_chance() {
    let keys = keys(&["a", "b", "c", "d"]);
    let mut chosen = BTreeMap::<Leaf, u32>::new();
    for _ in 0..4_000 {
        let parts = ["a", "b", "c", "d"].map(|word| part(1, leaf(PARIS, word), 1));
        let bounded = bound(parts, &keys, bounds(1, 1, false), &ChoiceKey::fresh());
        let leaf = bounded.sums().keys().next().expect("one is kept").clone();
        *chosen.entry(leaf).or_default() += 1;
    }
    // 1000 ± 27: seven standard deviations.
    assert!(chosen.len() == 4 && chosen.values().all(|n| n.abs_diff(1_000) < 200), "{chosen:?}");
}

#[test]
fn every_leaf_of_the_public_list_gets_a_figure_and_nothing_else_does() {
    let (keys, bounds) = (keys(&["photo", "text"]), bounds(1, 1, false));
    let parts = vec![part(1, leaf("0130001D", "photo"), 1), part(2, leaf(PARIS, "film"), 1)];
    let bounded = bounded(parts, &keys, bounds);
    let cube = Released::draw(&bounded, &keys, receipt(bounds)).expect("as debited");
    let leaves: Vec<_> = cube
        .value()
        .cells
        .iter()
        .map(|cell| (cell.leaf.place.at(Level::District).expect("a district"), cell.leaf.word.as_str()))
        .collect();
    let expected = [LYON, PARIS, PARIS_TOO].map(|district| [(district, "photo"), (district, "text")]);
    assert_eq!(leaves, expected.concat());
    assert_eq!((cube.origin(), cube.protection().to_string()), (Origin::Frozen, "dp ε=2 δ=1e-8".to_owned()));
}

#[test]
fn noise_of_the_declared_size_lies_on_every_leaf_and_on_what_was_cut() {
    let (keys, bounds) = (keys(&[]), bounds(1, 2, true));
    let parts = vec![part(1, leaf(PARIS, ""), 9)];
    let bounded = bounded(parts, &keys, bounds);
    let (mut squares, mut cut_squares) = ([0.0; 3], 0.0);
    for _ in 0..4_000 {
        let cube = Released::draw(&bounded, &keys, receipt(bounds)).expect("as debited").into_value();
        for (sum, (cell, truth)) in squares.iter_mut().zip(cube.cells.iter().zip([0, 2, 0])) {
            *sum += f64::from(i32::try_from(cell.value - truth).expect("small")).powi(2) / 4_000.0;
        }
        cut_squares += f64::from(i32::try_from(cube.cut.expect("counted") - 2).expect("small")).powi(2) / 4_000.0;
    }
    let near = |variance: f64, expected: f64| (variance / expected - 1.0).abs() < 0.15;
    assert!(squares.iter().all(|square| near(*square, 13.7 * 13.7)), "{squares:?}");
    assert!(near(cut_squares, 6.0 * 13.7 * 13.7), "{cut_squares}");
}

#[test]
fn nothing_is_drawn_for_other_bounds_than_were_paid_for() {
    let (keys, cheap, dear) = (keys(&[]), bounds(1, 1, false), bounds(1, 40, false));
    let bounded = bounded(vec![part(1, leaf(PARIS, ""), 40)], &keys, dear);
    assert_eq!(Released::draw(&bounded, &keys, receipt(cheap)), Err(NotAsDebited));
}

#[test]
fn levels_are_sums_of_leaves_with_an_error_that_grows_by_the_root() {
    let (keys, bounds) = (keys(&["photo", "text"]), bounds(1, 1, false));
    let sums = [(leaf(PARIS, "photo"), 500), (leaf(PARIS_TOO, "photo"), 300), (leaf(LYON, "text"), 200)];
    let bounded = Figures::new(Bounded::as_written(sums, &keys, bounds));
    let cube = Released::draw(&bounded, &keys, receipt(bounds)).expect("as debited");
    let by_word = |level| cube.sums(level, true).into_value();
    let total = |level| cube.sums(level, false).into_value();
    let places: Vec<_> = by_word(Level::Department).iter().map(|sum| (sum.place.clone(), sum.word.clone())).collect();
    let expected = [("069", "photo"), ("069", "text"), ("075", "photo"), ("075", "text")];
    assert_eq!(places, expected.map(|(place, word)| (place.to_owned(), word.to_owned())));
    for level in Level::ALL {
        let all: i64 = total(level).iter().map(|sum| sum.value).sum();
        assert_eq!(all, total(Level::National)[0].value);
        assert_eq!(Level::from_slug(level.slug()), Some(level));
    }
    let error = |sum: &super::super::NoisySum| sum.error;
    let (leaf_error, national) = (error(&by_word(Level::District)[0]), error(&total(Level::National)[0]));
    assert!((leaf_error - 1.96 * 6.85).abs() < 0.01 && (national / leaf_error - 6_f64.sqrt()).abs() < 1e-9);
    assert!((total(Level::National)[0].value - 1_000).abs() < 200);
}

#[test]
fn a_cube_of_the_country_has_no_districts() {
    let (keys, bounds) = (PublicKeys::new([Place::country()], []), bounds(1, 1, false));
    let sums = [(Leaf { place: Place::country(), word: String::new() }, 700), (leaf(PARIS, ""), 9)];
    let bounded = Figures::new(Bounded::as_written(sums, &keys, bounds));
    let cube = Released::draw(&bounded, &keys, receipt(bounds)).expect("as debited");
    assert!(cube.sums(Level::District, true).value().is_empty() && cube.sums(Level::Academy, true).value().is_empty());
    assert!((cube.sums(Level::National, true).value()[0].value - 700).abs() < 80);
}

#[test]
fn establishments_are_bounded_one_after_the_other() {
    let (keys, bounds) = (keys(&[]), bounds(1, 1, true));
    let of = |person, district| Figures::new(vec![part(person, leaf(district, ""), 3)]);
    let all = Figures::nobody(bounds).with(of(1, PARIS), &keys).with(of(2, PARIS), &keys).with(of(3, LYON), &keys);
    let all = all.into_inner();
    assert_eq!((all.sums().get(&leaf(PARIS, "")), all.sums().get(&leaf(LYON, "")), all.cut()), (Some(&2), Some(&1), 3));
}

#[test]
fn the_share_cut_off_is_told_where_it_is_counted() {
    let (keys, bounds) = (keys(&[]), bounds(1, 1, true));
    let parts: Vec<_> = (0..=200).map(|person| part(person, leaf(PARIS, ""), 1 + u64::from(person % 2))).collect();
    let draw = |bounds: Bounds, parts: &[Part]| {
        let bounded = bounded(parts.to_vec(), &keys, bounds);
        Released::draw(&bounded, &keys, receipt(bounds)).expect("as debited").into_value().cut_share()
    };
    assert!(draw(bounds, &parts).is_some_and(|share| (share - 1.0 / 3.0).abs() < 0.25));
    assert_eq!(draw(Bounds { counts_cut: false, ..bounds }, &parts), None);
}

#[test]
fn bounds_cost_their_cells_and_a_sixth_for_the_counter() {
    assert_eq!(bounds(6, 40, false).rho(), Rho::MONTH);
    assert_eq!(bounds(5, 1, true).rho().plus(Rho::CUT.times(5)), Rho::MONTH);
    // Never below what the noise costs: 1/(2·6.85²).
    assert!(u128::from(Rho::CELL.billionths()) * 2 * 18_769 >= 400 * 1_000_000_000);
}

#[test]
fn tables_are_symmetric_and_as_long_as_their_clamp_asks() {
    for (clamp, purpose, table) in Table::declared() {
        assert!(table.thresholds().is_sorted(), "{clamp:?} {purpose:?}");
        let longest = i64::try_from(table.thresholds().len()).expect("short");
        assert_eq!((table.invert(u128::MAX, 0), table.invert(u128::MAX, 1)), (longest, -longest));
        assert_eq!((table.invert(0, 0), table.invert(0, 1)), (0, 0), "minus zero is zero");
        assert_eq!(table.invert(table.thresholds()[0], 1), -1, "a threshold belongs to the next value");
    }
    let unit = Table::of(Clamp::new(1).expect("declared"), Use::Cell);
    // 1/Z at σ = 6.85, by hand: 1/(6.85·√(2π)) to many digits.
    let zero = unit.thresholds()[0];
    #[expect(clippy::cast_precision_loss, reason = "a comparison to ten digits")]
    let probability = zero as f64 * (-128_f64).exp2();
    assert!((probability - 0.058_239_748_96).abs() < 1e-9, "{probability}");
    assert!(Clamp::new(3).is_none());
}

#[test]
fn draws_differ() {
    let (table, mut randomness) = (Table::of(Clamp::new(40).expect("declared"), Use::Cell), Randomness::new());
    let draws: BTreeSet<_> = (0..200).map(|_| table.draw(&mut randomness)).collect();
    assert!(draws.len() > 100);
    assert_eq!(Guarantee::from_stored(2_000, 8), Guarantee::MONTH);
}
