//! What judges an attack: the normal distribution, exact confidence bounds, χ², the area under a curve.

use std::f64::consts::{PI, SQRT_2};

/// The probability that a standard normal number is at most `x`; relative error below 2·10⁻⁷ also far out.
pub fn normal(x: f64) -> f64 {
    complementary_error(-x / SQRT_2) / 2.0
}

/// The complementary error function by a Chebyshev fit (Press et al., Numerical Recipes, 6.2).
fn complementary_error(x: f64) -> f64 {
    const FIT: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let t = 1.0 / (1.0 + x.abs() / 2.0);
    let series = FIT.iter().rev().fold(0.0, |sum, factor| sum * t + factor);
    let upper = t * (series - x * x).exp();
    if x < 0.0 { 2.0 - upper } else { upper }
}

/// The number below which a standard normal number lies with this probability.
pub fn normal_quantile(probability: f64) -> f64 {
    bisect(-40.0, 40.0, |x| normal(x) < probability)
}

/// Where a condition that holds below some number stops to hold.
pub fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if below(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The bounds of Clopper and Pearson for a probability, of which `hits` of `tries` came up; each fails with `risk`.
pub fn clopper_pearson(hits: u64, tries: u64, risk: f64) -> (f64, f64) {
    let (h, n) = (float(hits), float(tries));
    let low = if hits == 0 { 0.0 } else { bisect(0.0, 1.0, |p| beta(h, n - h + 1.0, p) < risk) };
    let high = if hits == tries { 1.0 } else { bisect(0.0, 1.0, |p| 1.0 - beta(h + 1.0, n - h, p) > risk) };
    (low, high)
}

#[expect(clippy::many_single_char_names, reason = "the names of the formula")]
/// The regularised incomplete beta function by its continued fraction (Press et al. 6.4, method of Lentz).
fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta(b, a, 1.0 - x);
    }
    let front = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    let safe = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut c, mut d) = (1.0, 1.0 / safe(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..20_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            d = 1.0 / safe(1.0 + step * d);
            c = safe(1.0 + step / c);
            change = d * c;
            fraction *= change;
        }
        if (change - 1.0_f64).abs() < 1e-14 {
            break;
        }
    }
    front.exp() * fraction / a
}

/// Stirling's series; five terms suffice from ten on.
fn log_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 10.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0];
    let inverse = 1.0 / x;
    let series = terms.iter().rev().fold(0.0, |sum, term| sum * inverse * inverse + term) * inverse;
    shift + (x - 0.5) * x.ln() - x + (2.0 * PI).ln() / 2.0 + series
}

/// A χ² statistic as a standard normal number (Wilson, Hilferty 1931): 4.75 is exceeded by chance once in a million.
pub fn chi_square_deviation(chi_square: f64, degrees: u64) -> f64 {
    let spread = 2.0 / (9.0 * float(degrees));
    ((chi_square / float(degrees)).cbrt() - 1.0 + spread) / spread.sqrt()
}

/// The probability that a score of `with` is above one of `without` (area under the curve), ties counting half.
pub fn area_under_curve(with: &[f64], without: &[f64]) -> f64 {
    let mut sorted = without.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |score: &f64| {
        let (less, more) = (sorted.partition_point(|x| x < score), sorted.partition_point(|x| x <= score));
        f64::midpoint(float(less as u64), float(more as u64))
    };
    with.iter().map(below).sum::<f64>() / float(with.len() as u64) / float(without.len() as u64)
}

/// The correlation of two rows of numbers (Pearson).
pub fn correlation(one: &[f64], two: &[f64]) -> f64 {
    let n = float(one.len() as u64);
    let (mean_one, mean_two) = (one.iter().sum::<f64>() / n, two.iter().sum::<f64>() / n);
    let (mut both, mut square_one, mut square_two) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(two) {
        let (x, y) = (x - mean_one, y - mean_two);
        both += x * y;
        square_one += x * x;
        square_two += y * y;
    }
    both / (square_one * square_two).sqrt()
}

/// A count as a number to divide.
#[expect(clippy::cast_precision_loss, reason = "counts here are below 2^53")]
pub const fn float(count: u64) -> f64 {
    count as f64
}

/// A signed whole number as a number to divide.
#[expect(clippy::cast_precision_loss, reason = "values here are below 2^53")]
pub const fn signed(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, two: f64, by: f64) {
        assert!((one - two).abs() <= by, "{one} is not {two}");
    }

    #[test]
    fn known_values() {
        close(normal(1.959_964), 0.975, 1e-7);
        close(normal(-6.0) / 9.865_876e-10, 1.0, 1e-6);
        close(normal_quantile(0.999), 3.090_232, 1e-5);
        close(log_gamma(0.5), PI.sqrt().ln(), 1e-10);
        // Clopper and Pearson's own example form: 10 of 100, 95 %.
        let (low, high) = clopper_pearson(10, 100, 0.025);
        close(low, 0.049_005, 1e-5);
        close(high, 0.176_223, 1e-5);
        close(clopper_pearson(0, 50, 0.05).1, 1.0 - 0.05_f64.powf(1.0 / 50.0), 1e-9);
        // The 95 % point of χ² with 30 degrees of freedom is 43.773.
        close(chi_square_deviation(43.773, 30), 1.645, 0.01);
        close(area_under_curve(&[1.0, 2.0], &[0.0, 1.0]), 0.875, 1e-12);
        close(correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]), 1.0, 1e-12);
    }
}
