//! Scores forecasts of noisy monthly counts on simulated districts of three zones with their official class days: each month
//! from the fifth on, forecast from those before. Prints one JSON object: weighted percentage errors by depth (country,
//! academy, district), beside the month before by class days, and how often the published figure lay within the interval.
//!
//! `cargo run -p methods --example score_months -- SEED [COUNTRIES [DISTRICTS [SIGMA [FOLLOWS [BELIEVED]]]]]`

use calendar::{Calendar, Month, Zone};
use methods::monthly::simulation::districts;
use methods::monthly::{Months, forecast_months};
use methods::reconcile::Hierarchy;
use methods::score::wape;

/// Class days of zones A, B and C from September to June.
fn days() -> Vec<[f64; 3]> {
    let calendar = Calendar::official();
    let mut month: Month = "2024-09".parse().expect("a month");
    let mut found = Vec::new();
    for _ in 0..10 {
        found.push([Zone::A, Zone::B, Zone::C].map(|zone| {
            let mut day = month.first_day();
            let mut count = 0.0;
            while day <= month.last_day() {
                count += f64::from(u8::from(calendar.is_class_day(zone, day)));
                day = day.tomorrow().expect("not the end of time");
            }
            count
        }));
        month = month.next();
    }
    found
}

fn real(value: u64) -> f64 {
    f64::from(u32::try_from(value).expect("a simulated count"))
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn main() {
    let numbers: Vec<f64> = std::env::args().skip(1).map(|text| text.parse().expect("a number")).collect();
    let Some(seed) = numbers.first().copied() else {
        eprintln!("expected: SEED [COUNTRIES [DISTRICTS [SIGMA [FOLLOWS [BELIEVED]]]]]");
        std::process::exit(2);
    };
    let or = |at: usize, otherwise: f64| numbers.get(at).copied().unwrap_or(otherwise);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]
    let (seed, countries, count) = (seed as u64, or(1, 20.0) as u64, or(2, 45.0) as usize);
    let (sigma, follows) = (or(3, 6.85), or(4, 1.0));
    let believed = or(5, 1.0);
    let academies = 5;
    let parents =
        [None].into_iter().chain(vec![Some(0); academies]).chain((0..count).map(|at| Some(1 + at % academies)));
    let hierarchy = Hierarchy::new(parents.collect()).expect("a tree");
    let calendar = days();
    let depth_of = |series: usize| if series == 0 { 0 } else { 1 + usize::from(series > academies) };
    let [mut came, mut told, mut before] = [const { [const { Vec::new() }; 3] }; 3];
    let (mut held, mut all) = ([0.0; 3], [0.0; 3]);
    for country in seed..seed + countries {
        let simulated = districts(country, count, &calendar, (sigma, follows));
        for month in 5..calendar.len() {
            let leaves: Vec<Vec<f64>> = simulated.published.iter().map(|row| row[..month].to_vec()).collect();
            let days: Vec<Vec<f64>> = simulated.days.iter().map(|row| row[..=month].to_vec()).collect();
            let asked =
                Months { hierarchy: &hierarchy, leaves: &leaves, days: &days, sigma, follows: believed, level: 95.0 };
            let found = forecast_months(&asked).expect("it can be forecast");
            for series in 0..hierarchy.series() {
                let sum = |month: usize, by_days: bool| {
                    let of = |leaf: &usize| {
                        let days = &simulated.days[*leaf];
                        let by = if by_days { (days[month + 1] / days[month].max(0.5)).powf(follows) } else { 1.0 };
                        simulated.published[*leaf][month] * by
                    };
                    hierarchy.below(series).iter().map(of).sum::<f64>()
                };
                let depth = depth_of(series);
                came[depth].push(sum(month, false));
                told[depth].push(real(found.value[series][0]));
                before[depth].push(sum(month - 1, true));
                all[depth] += 1.0;
                let within = found.low[series][0] <= sum(month, false) && sum(month, false) <= found.high[series][0];
                held[depth] += f64::from(u8::from(within));
            }
        }
    }
    let error = |told: &[Vec<f64>; 3]| [0, 1, 2].map(|depth| wape(&came[depth], &told[depth]).map(rounded));
    let held = [0, 1, 2].map(|depth| rounded(100.0 * held[depth] / all[depth]));
    println!(
        "{}",
        serde_json::json!({
            "seed": seed, "countries": countries, "districts": count, "sigma": sigma, "follows": follows, "believed": believed,
            "wape": error(&told), "month_before_by_class_days": error(&before), "within_95": held,
        })
    );
}
