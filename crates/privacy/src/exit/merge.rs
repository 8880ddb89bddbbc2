//! Merging up: cells that fail join the others, then the whole, and never leave a gap to subtract.

use std::collections::BTreeMap;

use super::cell::Cell;
use super::closing::{Shape, Word};

/// The published cells of one split, or `None` when even the whole fails.
///
/// **Guarantee.** The result is a coarsening of the input: every row is in exactly one cell, so the cells add up to the
/// whole; every cell satisfies `ok`. It depends on the rows alone, not on their order.
///
/// ```text
/// others := union of the failing cells
/// while others fails: others takes in the passing cell with the smallest value (then the first word)
/// ```
///
/// It ends, since each round takes one passing cell away. Size is the value for additive measures and the number of people
/// for distinct ones: what is lost in "autres" is then the least.
pub(super) fn merge_up(
    cells: &BTreeMap<String, Cell>,
    shape: Shape,
    ok: impl Fn(&Cell) -> bool,
) -> Option<BTreeMap<Word, Cell>> {
    let (mut published, failing): (BTreeMap<_, _>, BTreeMap<_, _>) =
        cells.iter().map(|(word, cell)| (Word::Listed(word.clone()), cell.clone())).partition(|(_, cell)| ok(cell));
    if failing.is_empty() {
        return (!published.is_empty()).then_some(published);
    }
    let mut others = Cell::new();
    for cell in failing.values() {
        others.pool(cell);
    }
    while !ok(&others) {
        let smallest = published.iter().min_by_key(|(word, cell)| (shape.size(cell), *word))?.0.clone();
        others.pool(&published.remove(&smallest)?);
    }
    let word = if published.is_empty() { Word::Whole } else { Word::Others };
    published.insert(word, others);
    Some(published)
}
