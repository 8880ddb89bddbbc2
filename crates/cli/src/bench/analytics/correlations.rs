//! How well true links are found among many pairs: 5 links among 200 pairs of simulated daily measures, a school year a seed.

use methods::chance::Chance;
use methods::correlation::{found, links};

use super::float;
use crate::commands::bench::Figures;

const PAIRS: usize = 200;
const LINKS: usize = 5;
/// Class days of a school year.
const DAYS: usize = 140;

/// The share of true links found, that of seeds where all were, and the mean share of false ones among those found.
pub(super) fn figures(seeds: std::ops::Range<u64>) -> anyhow::Result<Figures> {
    let (mut found_links, mut complete, mut false_shares, mut judged) = (0, 0, 0.0, 0);
    let pairs: Vec<(usize, usize)> = (0..PAIRS).map(|pair| (2 * pair, 2 * pair + 1)).collect();
    for seed in seeds {
        let measures = simulate(seed);
        let tested = links(&measures, &pairs)?;
        let found = found(&tested, 0.05);
        let right = found.iter().filter(|link| link.pair.0 < 2 * LINKS).count();
        found_links += right;
        complete += usize::from(right == LINKS);
        false_shares += float(found.len() - right) / float(found.len().max(1));
        judged += 1;
    }
    Ok(vec![
        ("links_found_ratio", float(found_links) / float(judged * LINKS)),
        ("links_all_found_ratio", float(complete) / float(judged)),
        ("links_false_ratio", false_shares / float(judged)),
    ])
}

/// Measures two by two. The first pairs are linked; each remembers its day before to a degree of its own, and some are
/// counts with many ties.
fn simulate(seed: u64) -> Vec<Vec<f64>> {
    let mut chance = Chance::new(seed);
    let mut measures = Vec::new();
    for pair in 0..PAIRS {
        let memory = chance.between(0.0, 0.6);
        let link = if pair < LINKS { chance.between(0.65, 0.8) } else { 0.0 };
        let counts = chance.happens(0.3);
        let (mut one, mut other) = (Vec::new(), Vec::new());
        let (mut last_one, mut last_other) = (0.0, 0.0);
        for _ in 0..DAYS {
            let (a, b) = (chance.normal(), chance.normal());
            last_one = memory * last_one + a;
            last_other = memory * last_other + link * a + f64::sqrt(1.0 - link * link) * b;
            let shown = |value: f64| if counts { (value * 2.0 + 6.0).round().max(0.0) } else { value };
            one.push(shown(last_one));
            other.push(shown(last_other));
        }
        measures.extend([one, other]);
    }
    measures
}
