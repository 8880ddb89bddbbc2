//! T6: reading again and again. A stored figure stays the same; noise drawn afresh at each reading averages out.

use privacy::exit::Level;

use crate::statistics::{float, signed};
use crate::worlds::{bounded, declared, keys, release, six_cells, target};
use crate::{Bound, Finding};

/// T6. `trials` figures, each read `reads` times as it was stored; the control draws again for each reading.
///
/// At σ = 6.85 the mean of 30 fresh draws is within ±2.5 in 95 of 100 cases; whole numbers come out after about a thousand.
pub fn reads(trials: u64, reads: u64) -> Vec<Finding> {
    let (bounds, keys) = (six_cells(declared(1)), keys(1, 1));
    let figures = bounded(target(0), &keys, bounds);
    let truth = 1;
    let first = |sums: Vec<privacy::exit::NoisySum>| sums.first().map_or(0, |sum| sum.value);
    let mut stored_squares = 0.0;
    let (mut exact, mut exact_control, mut within) = (0, 0, 0);
    for _ in 0..trials {
        let stored = release(&figures, &keys, bounds);
        let read = |_| first(stored.sums(Level::District, true).into_value());
        let mean = signed((0..reads).map(read).sum::<i64>()) / float(reads);
        stored_squares += (mean - f64::from(truth)).powi(2);
        exact += u64::from((mean - f64::from(truth)).abs() < 0.5);
        let fresh: Vec<_> =
            (0..reads).map(|_| first(release(&figures, &keys, bounds).value().sums(Level::District, true))).collect();
        let mean_of = |n: usize| signed(fresh.iter().take(n).sum::<i64>()) / float(n.min(fresh.len()) as u64);
        within += u64::from((mean_of(30) - f64::from(truth)).abs() < 2.5);
        exact_control += u64::from((mean_of(fresh.len()) - f64::from(truth)).abs() < 0.5);
    }
    let share = |count: u64| float(count) / float(trials);
    vec![
        Finding::new("averaging_error_left_ratio", (stored_squares / float(trials)).sqrt() / 6.85, Bound::AtLeast(0.8)),
        Finding::new("averaging_exact_ratio", share(exact), Bound::AtMost(0.15)),
        Finding::new("averaging_control_within_2_of_30_ratio", share(within), Bound::AtLeast(0.85)),
        Finding::new("averaging_control_exact_ratio", share(exact_control), Bound::AtLeast(0.9)),
    ]
}
