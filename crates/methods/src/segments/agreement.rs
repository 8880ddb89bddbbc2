//! How far two ways of grouping the same people agree, and how often people change group.

use std::collections::BTreeMap;

/// The adjusted Rand index (Hubert and Arabie 1985, "Comparing partitions"): 1 where two groupings are the same up to
/// names, 0 on average where one is drawn without regard to the other.
///
/// `None` where the two are not equally long, or where nothing could differ: fewer than two people, or everybody alone or
/// all together in both.
pub fn adjusted_rand_index<A: Ord, B: Ord>(one: &[A], other: &[B]) -> Option<f64> {
    if one.len() != other.len() || one.len() < 2 {
        return None;
    }
    let (mut cells, mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (a, b) in one.iter().zip(other) {
        *cells.entry((a, b)).or_insert(0_usize) += 1;
        *rows.entry(a).or_insert(0_usize) += 1;
        *columns.entry(b).or_insert(0_usize) += 1;
    }
    let pairs = |n: usize| crate::count::real(n) * (crate::count::real(n) - 1.0) / 2.0;
    let together: f64 = cells.values().map(|n| pairs(*n)).sum();
    let in_one: f64 = rows.values().map(|n| pairs(*n)).sum();
    let in_other: f64 = columns.values().map(|n| pairs(*n)).sum();
    let by_chance = in_one * in_other / pairs(one.len());
    let most = f64::midpoint(in_one, in_other);
    ((most - by_chance).abs() > 1e-12).then(|| (together - by_chance) / (most - by_chance))
}

/// Over everybody's groups, window after window, how many changes there were, and out of how many steps. A window in
/// which nothing is known of somebody neither changes nor counts.
pub fn changes<S: PartialEq>(courses: &[Vec<Option<S>>]) -> (usize, usize) {
    let (mut changed, mut steps) = (0, 0);
    for course in courses {
        let known: Vec<&S> = course.iter().flatten().collect();
        steps += known.len().saturating_sub(1);
        changed += known.windows(2).filter(|pair| pair[0] != pair[1]).count();
    }
    (changed, steps)
}
