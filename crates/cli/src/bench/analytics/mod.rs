//! `bench analytics`: what the methods reach on simulations whose truth is known. Seeds start where none was used while the
//! methods were made. Series of competitions are judged by the examples of the crate `methods`, which take files.

mod correlations;
mod schools;
mod segments;
mod truth;

use methods::adoption::{adoption, simulation::feature};
use methods::paths::{Evaluation, evaluate, simulation::sessions};

use super::float;
use crate::commands::bench::Figures;

/// The first seed.
const FIRST: u64 = 70_000;
/// Simulated worlds whose anomalies the truth file tells.
const WORLDS: u64 = 12;

/// Measures; a tenth of the simulations with `quick`.
pub fn run(quick: bool) -> anyhow::Result<Figures> {
    let of = |whole: u64| if quick { whole / 10 } else { whole };
    let mut figures = schools::figures(FIRST..FIRST + of(60))?;
    // Two worlds with `quick`.
    figures.extend(truth::figures(FIRST..FIRST + if quick { 2 } else { WORLDS })?);
    figures.extend(paths(FIRST..FIRST + of(20))?);
    figures.extend(correlations::figures(FIRST..FIRST + of(100))?);
    for (name, held, until) in [
        ("adoption_error_at_quarter_ratio", "adoption_held_at_quarter_ratio", 0.25),
        ("adoption_error_at_half_ratio", "adoption_held_at_half_ratio", 0.5),
        ("adoption_error_at_three_quarters_ratio", "adoption_held_at_three_quarters_ratio", 0.75),
    ] {
        // Of a hundred the median scatters by two points either way.
        let (error, within) = plateau(FIRST..FIRST + of(400), until)?;
        figures.extend([(name, error), (held, within)]);
    }
    figures.extend(segments::figures(FIRST..FIRST + if quick { 2 } else { 6 }, if quick { 20 } else { 60 })?);
    Ok(figures)
}

/// Next screens on simulated paths, 2,000 sessions a seed.
fn paths(seeds: std::ops::Range<u64>) -> anyhow::Result<Figures> {
    let judged: Vec<Evaluation> =
        seeds.map(|seed| Ok(evaluate(&sessions(seed, 2_000).1)?)).collect::<anyhow::Result<_>>()?;
    let mean = |of: fn(&Evaluation) -> f64| judged.iter().map(of).sum::<f64>() / float(judged.len());
    Ok(vec![
        ("hints_hit_in_three_ratio", mean(|one| one.hit_rate)),
        ("hints_hit_worst_seed_ratio", judged.iter().map(|one| one.hit_rate).fold(1.0, f64::min)),
        ("hints_most_popular_ratio", mean(|one| one.most_popular)),
        ("hints_last_screen_ratio", mean(|one| one.last_screen)),
    ])
}

/// The median error of the plateau when a share of the curve was seen, and how often the interval held it.
fn plateau(seeds: std::ops::Range<u64>, until: f64) -> anyhow::Result<(f64, f64)> {
    let (mut errors, mut within) = (Vec::new(), 0);
    for seed in seeds {
        let (adopters, plateau) = feature(seed, until);
        let found = adoption(&adopters, None, 10, 95.0)?;
        within += usize::from(found.lo <= plateau && plateau <= found.hi);
        errors.push((found.plateau / plateau - 1.0).abs());
    }
    errors.sort_by(f64::total_cmp);
    let middle = errors.len() / 2;
    Ok((f64::midpoint(errors[(errors.len() - 1) / 2], errors[middle]), float(within) / float(errors.len())))
}
