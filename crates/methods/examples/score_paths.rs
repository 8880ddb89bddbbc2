//! How often the next screen is among three told, on simulated paths of a school application over several seeds. Prints
//! one JSON object.

use methods::paths::{evaluate, simulation};

const SEEDS: u32 = 20;
const SESSIONS: usize = 2000;

fn main() {
    let judged: Vec<_> = (0..SEEDS)
        .map(|seed| evaluate(&simulation::sessions(u64::from(seed), SESSIONS).1).expect("there are enough sessions"))
        .collect();
    let mean = |of: fn(&methods::paths::Evaluation) -> f64| judged.iter().map(of).sum::<f64>() / f64::from(SEEDS);
    let worst = judged.iter().map(|one| one.hit_rate).fold(1.0, f64::min);
    println!(
        "{:#}",
        serde_json::json!({
            "seeds": SEEDS, "sessions": SESSIONS, "steps": judged.iter().map(|one| one.steps).sum::<usize>(),
            "hit_rate": mean(|one| one.hit_rate), "worst_seed": worst,
            "most_popular": mean(|one| one.most_popular), "last_screen": mean(|one| one.last_screen),
        })
    );
}
