use methods::chance::Chance;
use privacy::exit::{Guarantee, Leaf, NoisyCell};

use super::*;

const PLACES: [(&str, &str); 7] = [
    ("0750101A", "paris"),
    ("0750102B", "paris"),
    ("0690101C", "lyon"),
    ("0690102D", "lyon"),
    ("0420101E", "lyon"),
    ("0130101F", "aix-marseille"),
    // A district that two academies name.
    ("0690101C", "aix-marseille"),
];

fn months() -> Vec<Month> {
    let first: Month = "2025-09".parse().unwrap();
    std::iter::successors(Some(first), |month| Some(month.next())).take(6).collect()
}

/// A cube whose districts bring ten a class day and as many again as they are far in the list, with noise.
fn cube(month: Month, places: usize, noise: f64) -> Released<NoisyCube> {
    let calendar = Calendar::official();
    let mut chance = Chance::new(u64::from(month.number().unsigned_abs()));
    let mut cells: Vec<NoisyCell> = PLACES[..places]
        .iter()
        .enumerate()
        .map(|(at, (district, academy))| {
            let place = Place::district(district.parse().unwrap(), academy);
            let truth = 10.0 * to_float(at + 1) * days(&calendar, zone(&place), month);
            #[expect(clippy::cast_possible_truncation, reason = "a simulated count")]
            let value = (truth + noise * chance.normal()).round() as i64;
            NoisyCell { leaf: Leaf { place, word: String::new() }, value }
        })
        .collect();
    cells.sort_by(|one, other| one.leaf.cmp(&other.leaf));
    let cube = NoisyCube { cube: "items_added".to_owned(), month, sigma: noise, cut: None, cells };
    Released::thaw_cube(cube, Guarantee::MONTH)
}

fn outlook(history: &[Released<NoisyCube>]) -> Option<CubeOutlook> {
    let last = history.last()?.value().month;
    of_cube(history, last, &Calendar::official(), 1.0)
}

#[test]
fn every_level_adds_up_to_the_last_unit() {
    let history: Vec<_> = months().into_iter().map(|month| cube(month, 7, 6.85)).collect();
    let found = outlook(&history).unwrap();
    assert_eq!((found.period.to_string().as_str(), found.learnt_from), ("2026-03", 6));
    let national = &found.at(Level::National).sums;
    assert_eq!(national.len(), 1);
    for level in [Level::Academy, Level::Department, Level::District] {
        let sums = &found.at(level).sums;
        assert_eq!(sums.iter().map(|sum| sum.value).sum::<u64>(), national[0].value, "{level:?}");
        assert!(
            sums.iter().all(|sum| sum.low <= unsigned_as_float(sum.value) && sum.high >= unsigned_as_float(sum.value))
        );
    }
    let names = |level: Level| found.at(level).sums.iter().map(|sum| sum.place.as_str()).collect::<Vec<_>>();
    assert_eq!(names(Level::Academy), ["aix-marseille", "lyon", "paris"]);
    assert_eq!(names(Level::Department), ["013", "042", "069", "075"]);
    assert_eq!(found.at(Level::District).sums.len(), 6, "the district of two academies is one place");
    let within = &found.at(Level::Academy).sums[2];
    assert!((within.value > 0) && within.high - within.low > 2.0 * 1.9 * 6.85, "{within:?}");
}

#[test]
fn class_days_of_the_month_to_come_are_those_of_each_zone() {
    let history: Vec<_> = months().into_iter().map(|month| cube(month, 7, 2.0)).collect();
    let found = outlook(&history).unwrap();
    let calendar = Calendar::official();
    for (place, academy, times) in [("075", "paris", 3.0), ("042", "lyon", 5.0)] {
        let zone = Academy::from_slug(academy).unwrap().zone();
        let truth = 10.0 * times * days(&calendar, zone, "2026-03".parse().unwrap());
        let sum = found.at(Level::Department).sums.iter().find(|sum| sum.place == place).unwrap();
        let told = unsigned_as_float(sum.value);
        assert!((told / truth - 1.0).abs() < 0.1, "{place}: {told} for {truth}");
        assert!(sum.low <= truth && truth <= sum.high, "{sum:?}");
    }
    assert!(found.at(Level::National).missed_by.is_some_and(|share| share < 10.0), "{found:?}");
}

#[test]
fn a_month_belongs_to_the_thursdays_of_its_weeks() {
    let calendar = Calendar::official();
    // The week of 29 September 2025 has its Thursday in October.
    let september = days(&calendar, Zone::C, "2025-09".parse().unwrap());
    assert!((september - 16.0).abs() < 1e-9, "{september}");
    // Class ends on Friday 3 July 2026, in a week of July.
    assert!((days(&calendar, Zone::C, "2026-07".parse().unwrap()) - 4.0).abs() < 1e-9);
    assert!(days(&calendar, Zone::C, "2026-08".parse().unwrap()) < 1e-9);
}

#[test]
fn too_few_months_or_none_lately_give_nothing() {
    let history: Vec<_> = months().into_iter().map(|month| cube(month, 7, 6.85)).collect();
    assert_eq!(outlook(&history[..2]), None);
    assert_eq!(outlook(&[]), None);
    assert_eq!(of_cube(&history[..5], "2026-02".parse().unwrap(), &Calendar::official(), 1.0), None);
}

#[test]
fn a_district_that_joins_late_had_nothing_before() {
    let mut history: Vec<_> = months()[..5].iter().map(|month| cube(*month, 5, 3.0)).collect();
    history.push(cube(months()[5], 7, 3.0));
    let found = outlook(&history).unwrap();
    let district = found.at(Level::District).sums.iter().find(|sum| sum.place == "0130101F").unwrap();
    assert!(district.high > 100.0, "{district:?}");
}
