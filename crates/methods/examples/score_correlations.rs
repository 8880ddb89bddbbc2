//! How well true links are found among many pairs: 5 links among 200 pairs of simulated daily measures, over 100 seeds.
//! Prints one JSON object.

use methods::chance::Chance;
use methods::correlation::{found, links};

const SEEDS: u64 = 100;
const PAIRS: usize = 200;
const LINKS: usize = 5;
/// Class days of a school year.
const DAYS: usize = 140;

fn main() {
    let mut found_links = 0;
    let mut false_shares = 0.0;
    let mut complete = 0;
    for seed in 0..SEEDS {
        let measures = simulate(seed);
        let pairs: Vec<(usize, usize)> = (0..PAIRS).map(|pair| (2 * pair, 2 * pair + 1)).collect();
        let tested = links(&measures, &pairs).expect("the series are of one length");
        let found = found(&tested, 0.05);
        let right = found.iter().filter(|link| link.pair.0 < 2 * LINKS).count();
        found_links += right;
        complete += usize::from(right == LINKS);
        if !found.is_empty() {
            false_shares += f64::from(u32::try_from(found.len() - right).unwrap_or(u32::MAX))
                / f64::from(u32::try_from(found.len()).unwrap_or(u32::MAX));
        }
    }
    println!(
        "{:#}",
        serde_json::json!({
            "seeds": SEEDS, "pairs": PAIRS, "links": LINKS, "days": DAYS,
            "links_found": found_links, "seeds_with_all_found": complete,
            "false_discovery_rate": false_shares / 100.0,
        })
    );
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
