//! T2, T13 and T23: draws from the declared tables, against what they should be, with mutants that must be caught.

use privacy::exit::noise::{Clamp, Randomness, Table, Use};

use crate::proof::distance;
use crate::statistics::{chi_square_deviation, correlation, float, normal, signed};
use crate::worlds::declared;
use crate::{Bound, Finding};

/// By chance this deviation is exceeded once in a million runs.
const ONCE_IN_A_MILLION: f64 = 4.75;

/// How far `draws` values are from the distribution that these thresholds state, as a standard normal number.
pub fn deviation(thresholds: &[u128], draws: u64, mut draw: impl FnMut() -> i64) -> f64 {
    let probability = |magnitude: usize| {
        let until = thresholds.get(magnitude).copied().unwrap_or(u128::MAX);
        let before = if magnitude == 0 { 0 } else { thresholds[magnitude - 1] };
        part_of_one(until - before)
    };
    // Cells from −reach to reach where at least twenty are expected, and one for the rest on either side.
    let expected = |magnitude: usize| probability(magnitude) * float(draws) / if magnitude == 0 { 1.0 } else { 2.0 };
    let reach = (0..thresholds.len()).take_while(|magnitude| expected(*magnitude) >= 20.0).count().max(2) - 1;
    let edge = i64::try_from(reach).unwrap_or(i64::MAX) + 1;
    let mut counts = vec![0_u64; 2 * reach + 3];
    for _ in 0..draws {
        counts[usize::try_from(draw().clamp(-edge, edge) + edge).unwrap_or(0)] += 1;
    }
    let beyond = float(draws) - (0..=reach).map(|m| expected(m) * if m == 0 { 1.0 } else { 2.0 }).sum::<f64>();
    let of = |place: usize| {
        let magnitude = place.abs_diff(reach + 1);
        if magnitude > reach { (beyond / 2.0).max(1e-9) } else { expected(magnitude) }
    };
    let cells = counts.iter().enumerate().filter(|(place, count)| of(*place) >= 5.0 || **count > 5);
    let (mut chi_square, mut used) = (0.0, 0);
    for (place, count) in cells {
        chi_square += (float(*count) - of(place)).powi(2) / of(place).max(1.0);
        used += 1;
    }
    chi_square_deviation(chi_square, used - 1)
}

#[expect(clippy::cast_precision_loss, reason = "for a statistic")]
fn part_of_one(part: u128) -> f64 {
    part as f64 * (-128_f64).exp2()
}

/// A broken sampler.
struct Mutant {
    thresholds: Vec<u128>,
    /// What becomes of the value, given the random number and the sign.
    bend: fn(i64, u128, u8) -> i64,
}

impl Mutant {
    fn table(thresholds: Vec<u128>) -> Self {
        Self { thresholds, bend: |value, _, _| value }
    }

    fn draw(&self, randomness: &mut Randomness) -> i64 {
        let (size, sign) = randomness.take();
        (self.bend)(invert(&self.thresholds, size, sign), size, sign)
    }
}

/// Inversion as a textbook has it.
pub fn invert(thresholds: &[u128], size: u128, sign: u8) -> i64 {
    let magnitude = i64::try_from(thresholds.partition_point(|threshold| *threshold <= size)).unwrap_or(i64::MAX);
    if sign == 0 { magnitude } else { -magnitude }
}

/// Thresholds of P[|X| ≤ k] given in floating point: good enough for a mutant, never for the product.
pub fn thresholds_of(reach: usize, at_most: impl Fn(f64) -> f64) -> Vec<u128> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^128, saturating")]
    let fixed = |part: f64| (part * 128_f64.exp2()) as u128;
    (0..reach).map(|k| fixed(at_most(float(k as u64)))).collect()
}

/// P[|X| ≤ k] of the discrete Gaussian in floating point.
pub fn gaussian(sigma: f64, reach: usize) -> Vec<u128> {
    let weight = |k: f64| (-k * k / (2.0 * sigma * sigma)).exp();
    let up_to = |last: f64| {
        let (mut sum, mut k) = (1.0, 1.0);
        while k <= last {
            sum += 2.0 * weight(k);
            k += 1.0;
        }
        sum
    };
    let total = up_to(40.0 * sigma);
    thresholds_of(reach, |k| up_to(k) / total)
}

/// Twelve ways in which samplers were or could be wrong, on the table of clamp 2.
fn mutants(right: &Table) -> [(&'static str, Mutant); 12] {
    let (all, sigma) = (right.thresholds(), right.sigma());
    let reach = all.len();
    let at_most = |k: usize| part_of_one(all[k]);
    let cut = |sigmas: f64| {
        let kept = (0..reach).take_while(|k| float(*k as u64) < sigmas * sigma).count();
        Mutant::table(all[..kept].to_vec())
    };
    let zero = at_most(0);
    let bent = |bend| Mutant { thresholds: all.to_vec(), bend };
    let unit = Table::of(declared(1), Use::Cell);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below the reach")]
    let twice_zero = thresholds_of(reach, |k| (at_most(k as usize) + zero) / (1.0 + zero));
    [
        ("minus_zero_kept", Mutant::table(twice_zero)),
        ("wider_by_1_pct", Mutant::table(gaussian(sigma * 1.01, reach))),
        ("narrower_by_1_pct", Mutant::table(gaussian(sigma / 1.01, reach))),
        ("cut_at_3_sigma", cut(3.0)),
        ("cut_at_6_sigma", cut(6.0)),
        ("thresholds_of_32_bits", Mutant::table(all.iter().map(|threshold| threshold >> 96 << 96).collect())),
        ("rounded_continuous", Mutant::table(thresholds_of(reach, |k| 2.0 * normal((k + 0.5) / sigma) - 1.0))),
        ("first_threshold_lost", Mutant::table(all[1..].to_vec())),
        ("floor_for_round", bent(|value, size, _| value - i64::from(size % 2 == 1))),
        ("sign_from_the_size", bent(|value, size, _| if size >> 127 == 0 { value.abs() } else { -value.abs() })),
        ("one_in_a_hundred_bare", bent(|value, size, _| if size % 100 == 0 { 0 } else { value })),
        ("unit_noise_times_clamp", Mutant { thresholds: unit.thresholds().to_vec(), bend: |value, _, _| 2 * value }),
    ]
}

/// T2: draws from the table of clamp 2, and how many of the twelve mutants the proof or χ² catches.
pub fn distribution(draws: u64, draws_of_a_mutant: u64) -> Vec<Finding> {
    let table = Table::of(declared(2), Use::Cell);
    let mut randomness = Randomness::new();
    let right = deviation(table.thresholds(), draws, || table.draw(&mut randomness));
    let caught = mutants(table).into_iter().filter(|(_, mutant)| {
        let by_proof = distance(&mutant.thresholds, table.variance()) > -64.0;
        by_proof
            || deviation(table.thresholds(), draws_of_a_mutant, || mutant.draw(&mut randomness)) > ONCE_IN_A_MILLION
    });
    vec![
        Finding::new("noise_chi_square_deviation", right, Bound::AtMost(ONCE_IN_A_MILLION)),
        Finding::new("noise_mutants_caught_n", float(caught.count() as u64), Bound::AtLeast(12.0)),
    ]
}

/// T23: how far the root mean squared error of draws is from the declared σ, as a share; the largest of all clamps.
pub fn utility(draws: u64) -> Vec<Finding> {
    let mut randomness = Randomness::new();
    let off = Clamp::all().map(|clamp| {
        let table = Table::of(clamp, Use::Cell);
        let squares: f64 = (0..draws).map(|_| signed(table.draw(&mut randomness)).powi(2)).sum();
        ((squares / float(draws)).sqrt() / (6.85 * f64::from(clamp.units())) - 1.0).abs()
    });
    vec![Finding::new("noise_rmse_off_ratio", off.fold(0.0, f64::max), Bound::AtMost(0.01))]
}

/// T13: whether a draw's time tells its size. `ticks` reads a clock; the control is a rejection sampler.
///
/// Times are capped at four times their median: what the operating system interrupts says nothing about the sampler.
pub fn timing(draws: usize, mut ticks: impl FnMut() -> u64) -> Vec<Finding> {
    let table = Table::of(declared(1), Use::Cell);
    let mut randomness = Randomness::new();
    let mut related = |draw: &mut dyn FnMut(u128, u8, &mut Randomness) -> i64| {
        let (mut sizes, mut times) = (Vec::with_capacity(draws), Vec::with_capacity(draws));
        for _ in 0..draws {
            let (size, sign) = randomness.take();
            let before = ticks();
            let value = draw(size, sign, &mut randomness);
            times.push(ticks().saturating_sub(before));
            sizes.push(signed(value.abs()));
        }
        let mut sorted = times.clone();
        sorted.sort_unstable();
        let cap = sorted[draws / 2].saturating_mul(4);
        let times: Vec<_> = times.into_iter().map(|time| float(time.min(cap))).collect();
        correlation(&sizes, &times).abs()
    };
    let ours = related(&mut |size, sign, _| table.invert(size, sign));
    let control = related(&mut |_, _, randomness| rejecting(randomness));
    vec![
        Finding::new("noise_time_correlation", ours, Bound::AtMost(0.005)),
        Finding::new("noise_time_control_correlation", control, Bound::AtLeast(0.05)),
    ]
}

/// The rejection sampler of CKS20 (algorithms 1 to 3) for σ² = 47: exact in its way, but its time depends on its value.
fn rejecting(randomness: &mut Randomness) -> i64 {
    const SCALE: u64 = 7;
    const VARIANCE: f64 = 47.0;
    loop {
        let (size, sign) = randomness.take();
        #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
        let low = size as u64 % SCALE;
        if !happens(float(low) / float(SCALE), randomness) {
            continue;
        }
        let mut times = 0;
        while happens(1.0, randomness) {
            times += 1;
        }
        let magnitude = low + SCALE * times;
        if sign == 1 && magnitude == 0 {
            continue;
        }
        let over = float(magnitude) - VARIANCE / float(SCALE);
        if happens(over * over / (2.0 * VARIANCE), randomness) {
            let value = i64::try_from(magnitude).unwrap_or(i64::MAX);
            return if sign == 1 { -value } else { value };
        }
    }
}

/// True with probability exp(−gamma).
fn happens(mut gamma: f64, randomness: &mut Randomness) -> bool {
    while gamma > 1.0 {
        if !happens(1.0, randomness) {
            return false;
        }
        gamma -= 1.0;
    }
    let mut place = 1;
    while part_of_one(randomness.take().0) < gamma / f64::from(place) {
        place += 1;
    }
    place % 2 == 1
}
