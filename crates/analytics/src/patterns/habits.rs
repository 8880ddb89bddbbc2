//! When people use the application: hours and weekdays of each academy and of the country, from the cube `hours` that has
//! left with noise, one event a person and month. The cube holds weekdays and hours alone: no role and no feature.

use std::collections::BTreeMap;

use calendar::Month;
use catalogue::hour_word;
use methods::noisy::{Noisy, share, standing_out};
use privacy::exit::{Level, NoisyCube, Released};
use serde::Serialize;

use super::numbers::{float, thousandth};

/// The cube.
pub(super) const HOURS: &str = "hours";
/// The share of false finds among the hours, and among the weekdays, of a place.
const RATE: f64 = 0.05;

/// An hour, a weekday, or an hour of a weekday.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slot {
    /// 1 is Monday; nothing for an hour of all days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekday: Option<u8>,
    /// From 0 to 23, in local time; nothing for a whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
    /// How many sampled events, with noise: it may be below zero.
    pub value: i64,
    /// Half the width of an interval that holds the sum without noise in 95 of 100 cases.
    pub error: f64,
}

/// An hour or a weekday that stands out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// 1 is Monday; nothing for an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekday: Option<u8>,
    /// From 0 to 23; nothing for a weekday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
    /// `busy` or `quiet`.
    pub kind: &'static str,
    /// Its share of all hours, or of all weekdays.
    pub share: f64,
    /// The lower end of the 95 % interval of the share, with noise and sampling.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The p-value adjusted for all hours, or for all weekdays.
    pub adjusted_p: f64,
}

/// The habits of a place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Habits {
    /// The academy; empty for the country.
    pub place: String,
    /// The months that were added up, oldest first.
    pub months: Vec<String>,
    /// How many sampled events there are in all, with noise.
    pub total: i64,
    /// Hours that stand out, the most unlike others first.
    pub hours: Vec<Standing>,
    /// Weekdays that stand out.
    pub weekdays: Vec<Standing>,
    /// Every hour of every weekday; for the country alone, academies are in the cubes.
    pub grid: Vec<Slot>,
}

/// The habits of the country, then of the academies that are told from the noise, by name.
pub(super) fn find(months: &[(Month, Vec<Released<NoisyCube>>)]) -> Vec<Habits> {
    let mut places = BTreeMap::<String, BTreeMap<String, Noisy>>::new();
    let mut seen = Vec::new();
    for (month, cubes) in months {
        let hours: Vec<&Released<NoisyCube>> = cubes.iter().filter(|cube| cube.value().cube == HOURS).collect();
        seen.extend((!hours.is_empty()).then(|| month.to_string()));
        for level in [Level::National, Level::Academy] {
            for sum in hours.iter().flat_map(|cube| cube.sums(level, true).into_value()) {
                let words = places.entry(sum.place).or_default();
                let so_far = words.entry(sum.word).or_default();
                *so_far = so_far.plus(Noisy::with_error(float(sum.value), sum.error));
            }
        }
    }
    let habits = places.into_iter().filter_map(|(place, words)| of_place(place, &words, &seen));
    habits.collect()
}

fn of_place(place: String, words: &BTreeMap<String, Noisy>, months: &[String]) -> Option<Habits> {
    let cell = |weekday: u8, hour: u8| words.get(&hour_word(weekday, hour)).copied().unwrap_or_default();
    let hours: Vec<Noisy> = (0..24).map(|hour| Noisy::sum((1..=7).map(|day| cell(day, hour)))).collect();
    let weekdays: Vec<Noisy> = (1..=7).map(|day| Noisy::sum((0..24).map(|hour| cell(day, hour)))).collect();
    let total = Noisy::sum(weekdays.iter().copied());
    // Of an academy that is lost in the noise nothing is told, nor is of a country before the first month.
    if !total.is_known() {
        return None;
    }
    let grid = if place.is_empty() {
        let slots = (1..=7).flat_map(|day| (0..24).map(move |hour| (day, hour)));
        let slot = |(day, hour): (u8, u8)| Slot {
            weekday: Some(day),
            hour: Some(hour),
            value: whole(cell(day, hour).value),
            error: (1.959_964 * cell(day, hour).variance.sqrt()).ceil(),
        };
        slots.map(slot).collect()
    } else {
        Vec::new()
    };
    Some(Habits {
        place,
        months: months.to_vec(),
        total: whole(total.value),
        hours: standing(&hours, |at| (None, u8::try_from(at).ok())),
        weekdays: standing(&weekdays, |at| (u8::try_from(at + 1).ok(), None)),
        grid,
    })
}

fn standing(counts: &[Noisy], named: impl Fn(usize) -> (Option<u8>, Option<u8>)) -> Vec<Standing> {
    let found = standing_out(counts, RATE).into_iter().filter_map(|one| {
        let rest = Noisy::sum(counts.iter().enumerate().filter(|(at, _)| *at != one.at).map(|(_, count)| *count));
        let share = share(counts[one.at], rest)?;
        let (weekday, hour) = named(one.at);
        Some(Standing {
            weekday,
            hour,
            kind: if one.deviation > 0.0 { "busy" } else { "quiet" },
            share: thousandth(share.share),
            low: thousandth(share.interval.0),
            high: thousandth(share.interval.1),
            adjusted_p: one.adjusted,
        })
    });
    found.collect()
}

#[expect(clippy::cast_possible_truncation, reason = "sums of whole numbers, far below 2^52")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use methods::chance::Chance;
    use privacy::exit::{Guarantee, Leaf, NoisyCell, Place};

    use super::*;

    /// Months of two academies: people are there from eight to sixteen, least on Wednesdays; one hardly has any.
    fn months(count: i32, people: f64) -> Vec<(Month, Vec<Released<NoisyCube>>)> {
        let mut chance = Chance::new(4);
        let month = |number: i32, chance: &mut Chance| {
            let month = Month::from_number(202_508 + number).unwrap();
            let mut cells = Vec::new();
            for (academy, size) in [("paris", people), ("corse", people / 400.0)] {
                for (day, hour) in (1..=7_u8).flat_map(|day| (0..24_u8).map(move |hour| (day, hour))) {
                    let open = (8..16).contains(&hour) && day <= 5;
                    let mean = if open && day == 3 {
                        size / 4.0
                    } else if open {
                        size
                    } else {
                        0.0
                    };
                    let value = whole(chance.poisson(mean) + 6.85 * chance.normal());
                    let leaf = Leaf { place: Place::academy(academy), word: hour_word(day, hour) };
                    cells.push(NoisyCell { leaf, value });
                }
            }
            let cube = NoisyCube { cube: HOURS.to_owned(), month, sigma: 6.85, cut: None, cells };
            (month, vec![Released::thaw_cube(cube, Guarantee::MONTH)])
        };
        (1..=count).map(|number| month(number, &mut chance)).collect()
    }

    #[test]
    fn hours_and_weekdays_that_stand_out_are_told_and_what_the_noise_hides_is_not() {
        let found = find(&months(3, 60.0));
        let places: Vec<&str> = found.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, ["", "paris"], "a small academy is lost in the noise");
        for one in &found {
            let mut busy: Vec<u8> =
                one.hours.iter().filter(|hour| hour.kind == "busy").filter_map(|hour| hour.hour).collect();
            busy.sort_unstable();
            assert_eq!(busy, (8..16).collect::<Vec<u8>>(), "{}", one.place);
            let days = |kind: &str| -> Vec<u8> {
                let mut days: Vec<u8> =
                    one.weekdays.iter().filter(|day| day.kind == kind).filter_map(|day| day.weekday).collect();
                days.sort_unstable();
                days
            };
            assert_eq!((days("busy"), days("quiet")), (vec![1, 2, 4, 5], vec![3, 6, 7]), "{}", one.place);
            assert!(one.hours.iter().all(|hour| hour.low <= hour.share && hour.share <= hour.high));
            assert_eq!(one.months, ["2025-09", "2025-10", "2025-11"]);
        }
        assert_eq!((found[0].grid.len(), found[1].grid.len()), (168, 0));
    }

    #[test]
    fn noise_alone_and_no_month_at_all_are_no_habit() {
        assert_eq!(find(&months(3, 0.0)), []);
        assert_eq!(find(&[]), []);
    }
}
