//! The simulator's own source of chance.
//!
//! Every stream is derived from a seed and a path of numbers (school, date, subject), so that one day of one school
//! can be drawn without drawing anything else, and adding a subject does not move the others. It is xoshiro256++
//! seeded through `SplitMix64` (Blackman and Vigna), which is fast and fits the purpose; it must never be used for
//! keys or for noise.

/// A deterministic stream of random numbers.
#[derive(Clone)]
pub struct Random {
    state: [u64; 4],
}

/// What a stream is about: the last element of its path, so that subjects never share numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Subject {
    /// A school's place, size and character.
    School = 1,
    /// The people of one school year.
    People,
    /// A device and its life.
    Device,
    /// What happens on one day in one class.
    ClassDay,
    /// What happens on one day with the head.
    HeadDay,
    /// What one family does on one day.
    FamilyDay,
    /// Whether and when a family fetches what was shared with it.
    Retrieval,
    /// When a device is offline and how its batches are cut.
    Queue,
    /// The shares and rhythms of the teacher profiles.
    Profiles,
    /// Where the planted anomalies lie.
    Anomalies,
    /// What the support service does on one day.
    SupportDay,
}

impl Random {
    /// The stream of a seed, a subject and a path.
    pub fn of(seed: u64, subject: Subject, path: &[i64]) -> Self {
        let mut word = mix(seed ^ 0x6563_6172_6e65_7431);
        word = mix(word ^ (subject as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for step in path {
            word = mix(word.rotate_left(17) ^ step.cast_unsigned().wrapping_mul(0xd134_2543_de82_ef95));
        }
        let mut state = [0; 4];
        for slot in &mut state {
            word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
            *slot = mix(word);
        }
        Self { state }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in `[0, 1)`.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Uniform in `[low, high)`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in `low..=high`.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        debug_assert!(low <= high, "an empty range was asked for");
        let span = (high - low).cast_unsigned() + 1;
        let scaled = (u128::from(self.bits()) * u128::from(span)) >> 64;
        low + (scaled as u64).cast_signed()
    }

    /// An index below `n`, which must not be zero.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by n")]
    pub fn index(&mut self, n: usize) -> usize {
        self.whole(0, i64::try_from(n).unwrap_or(i64::MAX) - 1) as usize
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Approximately normal (sum of twelve uniforms): no call to a mathematical library, so the same on any machine.
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        // Twelve 16-bit pieces of three words give a step of 2^-16, fine enough for people and milliseconds.
        let mut sum = 0.0;
        for _ in 0..3 {
            let bits = self.bits();
            for piece in 0..4 {
                sum += f64::from(u16::try_from((bits >> (16 * piece)) & 0xffff).unwrap_or(0));
            }
        }
        mean + deviation * (sum / 65_536.0 - 6.0)
    }

    /// Log-normal with this median and this spread (`sigma` of the logarithm).
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * self.normal(0.0, sigma).exp()
    }

    /// A log-normal rounded to a whole number within bounds.
    #[expect(clippy::cast_possible_truncation, reason = "clamped just before")]
    pub fn amount(&mut self, median: f64, sigma: f64, low: i64, high: i64) -> i64 {
        (self.log_normal(median, sigma) as i64).clamp(low, high)
    }

    /// A count with this mean (Poisson; the normal approximation above 30).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped at zero")]
    pub fn count(&mut self, mean: f64) -> usize {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 30.0 {
            return self.normal(mean, mean.sqrt()).round().max(0.0) as usize;
        }
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut n = 0;
        while product > floor {
            product *= self.unit();
            n += 1;
        }
        n
    }

    /// One of these, all alike.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.index(all.len())]
    }

    /// One of these by weight.
    pub fn weighted<'a, T>(&mut self, all: &'a [(T, f64)]) -> &'a T {
        let total: f64 = all.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for (value, weight) in all {
            left -= weight;
            if left < 0.0 {
                return value;
            }
        }
        &all[all.len() - 1].0
    }

    /// A version 4 UUID, written as text.
    pub fn uuid(&mut self) -> uuid::Uuid {
        let bits = (u128::from(self.bits()) << 64) | u128::from(self.bits());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// The same elements in a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.index(last + 1));
        }
    }
}

/// The finaliser of `SplitMix64`: every input bit moves every output bit.
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Evenly spread in `[0, 1)`: a school's quantile, so that twelve schools already look like two hundred.
#[expect(clippy::cast_precision_loss, reason = "an index of schools is small")]
pub fn spread(index: usize, offset: f64) -> f64 {
    (offset + index as f64 * 0.618_033_988_749_894_9).fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Random {
        Random::of(7, Subject::School, &[3])
    }

    #[test]
    fn the_same_path_draws_the_same_numbers_and_another_does_not() {
        let draw = |path: &[i64]| Random::of(7, Subject::School, path).bits();
        assert_eq!(draw(&[3, 4]), draw(&[3, 4]));
        assert_ne!(draw(&[3, 4]), draw(&[4, 3]));
        assert_ne!(stream().bits(), Random::of(7, Subject::People, &[3]).bits());
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    fn distributions_have_the_means_they_claim() {
        let mut random = stream();
        let n = 20_000;
        let mean = |total: f64| total / f64::from(n);
        let normal = mean((0..n).map(|_| random.normal(22.0, 4.0)).sum());
        assert!((normal - 22.0).abs() < 0.15, "{normal}");
        for expected in [0.3, 4.0, 80.0] {
            let count = mean((0..n).map(|_| random.count(expected) as f64).sum());
            assert!((count / expected - 1.0).abs() < 0.05, "{expected}: {count}");
        }
        let whole = mean((0..n).map(|_| random.whole(-2, 2) as f64).sum());
        assert!(whole.abs() < 0.05, "{whole}");
    }

    #[test]
    fn identifiers_are_version_4() {
        assert_eq!(stream().uuid().get_version_num(), 4);
    }
}
