//! Fixed logarithmic buckets for latencies and sizes: four an octave, so a bucket is about 19 % wide whatever the value,
//! and histograms of any two days, places or versions add up.

/// Buckets an octave.
const PER_OCTAVE: f64 = 4.0;

/// The bucket of a value: `floor(4·log2(value + 1))`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "at most 4·64 buckets; 53 bits are enough"
)]
pub fn bucket_of(value: u64) -> i16 {
    ((value as f64 + 1.0).log2() * PER_OCTAVE).floor() as i16
}

/// The geometric middle of a bucket, in the value's unit.
pub fn middle_of(bucket: i16) -> f64 {
    ((f64::from(bucket) + 0.5) / PER_OCTAVE).exp2() - 1.0
}

/// The `percent`-th percentile of a histogram given as (bucket, count): the middle of the bucket it falls in, hence
/// within about 10 % of the true one. `None` when the histogram is empty.
pub fn percentile(buckets: &[(i16, u64)], percent: u8) -> Option<f64> {
    let mut sorted = buckets.to_vec();
    sorted.sort_unstable();
    let total: u64 = sorted.iter().map(|(_, n)| n).sum();
    let rank = (total * u64::from(percent)).div_ceil(100).max(1);
    let mut seen = 0;
    sorted.into_iter().find_map(|(bucket, n)| {
        seen += n;
        (seen >= rank).then(|| middle_of(bucket))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_within_ten_percent_of_its_buckets_middle() {
        for value in [10_u64, 99, 250, 1_000, 12_345, 3_600_000] {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let error = (middle_of(bucket_of(value)) - value as f64).abs() / value as f64;
            assert!(error < 0.11, "{value}: {error}");
        }
    }

    #[test]
    fn a_percentile_counts_from_the_smallest() {
        let histogram = [(40, 1), (8, 98), (20, 1)];
        assert_eq!(percentile(&histogram, 50), Some(middle_of(8)));
        assert_eq!(percentile(&histogram, 99), Some(middle_of(20)));
        assert_eq!(percentile(&histogram, 100), Some(middle_of(40)));
        assert_eq!(percentile(&[], 50), None);
    }
}
