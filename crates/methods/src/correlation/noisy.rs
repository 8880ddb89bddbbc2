//! Rank correlations of figures that carry noise of a known size, place by place: what noise hides, and what is found
//! although it hides.
//!
//! Noise that is drawn apart for each figure makes a correlation smaller, never larger, so what is found under it stands;
//! what it would be without noise is estimated by Spearman's correction for attenuation ("The proof and measurement of
//! association between two things", 1904), which needs the reliability of both sides. Quotients that share a part would
//! correlate by themselves (Pearson, "On a form of spurious correlation", 1897): the caller gives none that do.

use super::{Link, links};
use crate::count::real;

/// A figure with noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noisy {
    /// Its value.
    pub value: f64,
    /// The standard deviation of its noise.
    pub sd: f64,
}

/// A divisor must be so many standard deviations above nothing: below, a quotient's distribution has no variance to speak
/// of (Hinkley 1969), and at four the first-order formula is within a few percent.
const CLEAR: f64 = 4.0;

impl Noisy {
    /// One figure divided by another, with the first-order standard deviation; `None` where the divisor does not stand clear
    /// of its noise.
    pub fn over(self, below: Self) -> Option<Self> {
        if !(below.value > CLEAR * below.sd && below.value > 0.0 && self.value.is_finite() && self.sd >= 0.0) {
            return None;
        }
        let value = self.value / below.value;
        Some(Self { value, sd: (self.sd.powi(2) + (value * below.sd).powi(2)).sqrt() / below.value })
    }
}

/// The part of the variance of figures that is not noise, 0 to 1. Zero for fewer than two.
pub fn reliability(figures: &[Noisy]) -> f64 {
    if figures.len() < 2 {
        return 0.0;
    }
    let count = real(figures.len());
    let mean = figures.iter().map(|one| one.value).sum::<f64>() / count;
    let variance = figures.iter().map(|one| (one.value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let noise = figures.iter().map(|one| one.sd.powi(2)).sum::<f64>() / count;
    if variance > 0.0 { (1.0 - noise / variance).clamp(0.0, 1.0) } else { 0.0 }
}

/// A pair of figures that was tested over places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisyLink {
    /// The correlation with its adjusted p-value; `pair` is (place in the list, same place).
    pub link: Link,
    /// How much of each side is not noise.
    pub reliability: (f64, f64),
    /// What the correlation may be without noise, −1 to 1.
    pub without_noise: f64,
}

/// One figure by place; `None` where a place has none.
pub type Places = Vec<Option<Noisy>>;

/// Tests pairs of figures, each over the places that have both, and adjusts for the number of pairs whatever depends on
/// what (Benjamini and Yekutieli 2001). A place without a figure is `None`. Pairs of too few places, or of which half or more
/// of a side is noise, are left out and do not count as tested: nothing could be found in them.
pub fn noisy_links(pairs: &[(Places, Places)], least_places: usize) -> Vec<NoisyLink> {
    let (mut measures, mut tested, mut reliabilities) = (Vec::new(), Vec::new(), Vec::new());
    for (place, (one, other)) in pairs.iter().enumerate() {
        let (one, other): (Vec<Noisy>, Vec<Noisy>) =
            one.iter().zip(other).filter_map(|(one, other)| one.zip(*other)).unzip();
        let both = (reliability(&one), reliability(&other));
        if one.len() < least_places || both.0 <= 0.5 || both.1 <= 0.5 {
            continue;
        }
        let values = |figures: &[Noisy]| figures.iter().map(|one| one.value).collect::<Vec<f64>>();
        let at = measures.len();
        measures.extend([values(&one), values(&other)]);
        tested.push((at, at + 1));
        reliabilities.push((place, both));
    }
    // The two of a pair are equally long, which is all that could fail.
    let found = links(&measures, &tested).unwrap_or_default();
    let told = found.into_iter().filter_map(|link| {
        let (place, both) = *reliabilities.get(link.pair.0 / 2)?;
        let without_noise = (link.correlation.rho / (both.0 * both.1).sqrt()).clamp(-1.0, 1.0);
        Some(NoisyLink { link: Link { pair: (place, place), ..link }, reliability: both, without_noise })
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    /// Places with two figures, linked or not, under noise of a size.
    fn places(seed: u64, count: usize, link: f64, noise: f64) -> (Vec<Option<Noisy>>, Vec<Option<Noisy>>) {
        let mut chance = Chance::new(seed);
        (0..count)
            .map(|_| {
                let one = chance.normal();
                let other = link * one + (1.0 - link * link).sqrt() * chance.normal();
                let mut noisy = |value: f64| Some(Noisy { value: value + noise * chance.normal(), sd: noise });
                (noisy(one), noisy(other))
            })
            .unzip()
    }

    #[test]
    fn noise_hides_and_the_correction_gives_back_on_average() {
        let (mut seen, mut given_back) = (0.0, 0.0);
        for seed in 0..200 {
            let found = noisy_links(&[places(seed, 100, 0.7, 0.6)], 20);
            let [one] = &found[..] else { panic!("seed {seed}: {found:?}") };
            seen += one.link.correlation.rho / 200.0;
            given_back += one.without_noise / 200.0;
        }
        assert!(seen < 0.58, "{seen}");
        assert!((0.62..0.75).contains(&given_back), "{given_back}");
    }

    #[test]
    fn what_is_not_linked_is_rarely_found() {
        let false_finds = (0..200)
            .filter(|seed| {
                let pairs: Vec<_> = (0..5).map(|pair| places(10 * seed + pair, 60, 0.0, 0.4)).collect();
                noisy_links(&pairs, 20).iter().any(|link| link.link.adjusted <= 0.05)
            })
            .count();
        assert!(false_finds <= 14, "{false_finds} of 200 sets had a false find at the level of 5 %");
    }

    #[test]
    fn few_places_and_much_noise_are_not_tested() {
        assert_eq!(noisy_links(&[places(1, 19, 0.9, 0.1)], 20), []);
        assert_eq!(noisy_links(&[places(1, 100, 0.9, 2.0)], 20), []);
        assert_eq!(noisy_links(&[], 20), []);
        let one = Noisy { value: 12.0, sd: 3.0 };
        assert_eq!(one.over(Noisy { value: 27.0, sd: 7.0 }), None, "the divisor drowns");
        let quotient = one.over(Noisy { value: 120.0, sd: 7.0 }).unwrap();
        assert!((quotient.value - 0.1).abs() < 1e-12 && (quotient.sd - 0.02568).abs() < 1e-4, "{quotient:?}");
    }
}
