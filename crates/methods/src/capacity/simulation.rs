//! Loads whose rhythm is known, to judge what is told of them: a school day's hours, an evening, quiet Wednesdays and weekends,
//! holidays at a tenth, adoption that grows over the year, a level that drifts, counts that scatter more than by chance, and a
//! busy hour now and then, as when many tablets come back at once.

use super::Hour;
use crate::chance::Chance;
use crate::count::real;

/// By hour of the day in class: little at night, mornings, afternoons, an evening.
const CLASS: [f64; 24] = [
    0.02, 0.01, 0.01, 0.01, 0.01, 0.02, 0.08, 0.25, 0.75, 1.0, 0.95, 0.8, 0.35, 0.6, 0.9, 0.85, 0.7, 0.45, 0.3, 0.28,
    0.3, 0.2, 0.1, 0.04,
];

/// The load of each hour of a calendar.
pub fn load(seed: u64, hours: &[Hour]) -> Vec<f64> {
    let mut chance = Chance::new(seed);
    let busiest = chance.between(4.0, 11.0).exp();
    let days = [1.05, 1.0, chance.between(0.2, 0.45), 1.0, chance.between(0.85, 1.0), 0.08, 0.12];
    let away = chance.between(0.04, 0.14);
    let growth = chance.between(0.0, 0.6);
    let dispersion = chance.between(0.002, 0.03);
    let swing = chance.between(0.01, 0.035);
    let (mut drift, mut burst) = (0.0, 0.0);
    let length = real(hours.len().max(1));
    hours
        .iter()
        .enumerate()
        .map(|(at, hour)| {
            let (day, clock) = (usize::from(hour.place) / 24, usize::from(hour.place) % 24);
            if clock == 0 {
                drift = 0.96 * drift + swing * chance.normal();
            }
            if hour.share > 0.2 && day < 5 && (8..17).contains(&clock) && chance.happens(0.004) {
                burst = chance.between(0.3, 0.9);
            } else {
                burst *= 0.3;
            }
            let term = CLASS[clock] * days[day];
            let off = away * (0.3 + 0.7 * CLASS[(clock + 22) % 24]);
            let rhythm = hour.share * term + (1.0 - hour.share) * off;
            let adopted = 1.0 + growth * (real(at) / length).sqrt();
            let rate = busiest * rhythm * adopted * f64::exp(drift) * (1.0 + burst);
            let mixed = chance.gamma(dispersion);
            chance.poisson(rate * mixed)
        })
        .collect()
}
