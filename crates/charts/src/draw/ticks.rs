//! Few and round ticks: steps of 1, 2, 2.5 or 5 times a power of ten; for durations, steps that a clock knows.

use crate::Unit;

/// The ticks of an axis; the axis runs from the first to the last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ticks {
    pub(crate) values: Vec<f64>,
    pub(crate) step: f64,
}

impl Ticks {
    pub(crate) fn low(&self) -> f64 {
        self.values.first().copied().unwrap_or(0.0)
    }

    pub(crate) fn high(&self) -> f64 {
        self.values.last().copied().unwrap_or(1.0)
    }
}

const MINUTE: f64 = 60_000.0;
/// Round durations in milliseconds from one second to a day; below and above, powers of ten serve.
const CLOCK: [f64; 15] = [
    1_000.0,
    2_000.0,
    5_000.0,
    10_000.0,
    15_000.0,
    30_000.0,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    60.0 * MINUTE,
    120.0 * MINUTE,
    300.0 * MINUTE,
];

/// About `wanted` round ticks that enclose `low..=high`. A share never goes beyond a hundred.
pub(crate) fn nice(unit: &Unit, low: f64, high: f64, wanted: usize) -> Ticks {
    let high = if high > low { high } else { low + 1.0 };
    let wanted = super::f(wanted.max(1));
    let rough = (high - low) / wanted;
    let step = match unit {
        Unit::Milliseconds if (500.0..CLOCK[CLOCK.len() - 1]).contains(&rough) => {
            CLOCK.into_iter().find(|&s| s >= rough).unwrap_or(rough)
        }
        _ => round_step(rough, unit.is_whole()),
    };
    let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
    let mut values = Vec::new();
    let mut k = first;
    while k <= last {
        values.push(k * step);
        k += 1.0;
    }
    if matches!(unit, Unit::Percent) && high <= 100.0 {
        values.retain(|&v| v <= 100.0 + 1e-9);
    }
    Ticks { values, step }
}

fn round_step(rough: f64, whole: bool) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|&s| s >= rough * 0.999 && (!whole || s.fract() == 0.0));
    let step = step.unwrap_or(10.0 * power);
    if whole { step.max(1.0) } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        let count = Unit::count("", "");
        let cases: [(&Unit, f64, f64, usize, &[f64]); 8] = [
            (&count, 0.0, 34.0, 4, &[0.0, 10.0, 20.0, 30.0, 40.0]),
            (&count, 0.0, 3.0, 4, &[0.0, 1.0, 2.0, 3.0]),
            (&count, 0.0, 0.0, 4, &[0.0, 1.0]),
            (&count, 0.0, 9.0, 4, &[0.0, 5.0, 10.0]),
            (&Unit::Percent, 0.0, 97.0, 4, &[0.0, 25.0, 50.0, 75.0, 100.0]),
            (&Unit::Number { decimals: 1 }, 2.1, 2.9, 4, &[2.0, 2.2, 2.4, 2.6, 2.8, 3.0]),
            (&Unit::Milliseconds, 0.0, 7_000_000.0, 4, &[0.0, 1_800_000.0, 3_600_000.0, 5_400_000.0, 7_200_000.0]),
            (&Unit::Bytes, 0.0, 1_800_000.0, 4, &[0.0, 500_000.0, 1_000_000.0, 1_500_000.0, 2_000_000.0]),
        ];
        for (unit, low, high, wanted, expected) in cases {
            let ticks = nice(unit, low, high, wanted);
            assert_eq!(ticks.values.len(), expected.len(), "{unit:?} {low} {high}: {ticks:?}");
            for (got, expected) in ticks.values.iter().zip(expected) {
                assert!((got - expected).abs() < 1e-6, "{unit:?}: {ticks:?}");
            }
        }
    }

    #[test]
    fn a_share_never_goes_beyond_a_hundred() {
        assert!((nice(&Unit::Percent, 0.0, 100.0, 3).high() - 100.0).abs() < 1e-9);
    }
}
