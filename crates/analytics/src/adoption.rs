//! How far adoption goes: the teachers of a school who work with the notebook, month by month as those figures left, extended
//! to a plateau; and from it how many have yet to be shown how. For the country the same from the cube of active teachers.
//!
//! Both figures of a school left together, as a rate and what it is a rate of, so that nothing here is news to its reader. A
//! number of teachers below five is not told, neither those who are not active yet.

use calendar::{Calendar, IsoWeek, Month, SchoolPeriod, SchoolYear, Zone};
use jiff::Span;
use methods::adoption::adoption;
use methods::score::wape;
use privacy::Uai;
use privacy::exit::{Level, Protection, Released, StoredFigure};
use serde::Serialize;
use store::{Error, Prune, Store, Table};

use crate::beyond;
use crate::governance::Approvals;
use crate::school::released;

/// The decisions that this rests on: forecasts, and the measure itself.
const DECISION: &str = "forecasts";
const DECISION_BEYOND: &str = "forecasts_beyond";
/// The release with the active teachers and those declared.
const RATE: &str = "adoption_rate";
/// The cube of active teachers.
const CUBE: &str = "active_teachers";
/// How it is forecast, in words.
pub const METHOD: &str = "logistic and Bass curves on the newcomers of each month, weighed by how likely they are; the interval \
                          is of the plateau";
/// How often the interval should hold, in percent.
const LEVEL: f64 = 95.0;
/// The fewest months of a curve.
const LEAST: usize = 4;
/// How far ahead the curve is told, in months.
const AHEAD: usize = 12;

/// A curve of adoption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// How it was made.
    pub method: &'static str,
    /// How often the interval should hold, in percent.
    pub level: f64,
    /// From how many months.
    pub learnt_from: usize,
    /// By what share the same method missed the last months, each told from those before, in percent.
    pub missed_by: Option<f64>,
    /// The last month that has left.
    pub month: String,
    /// Who were active in it.
    pub active: u64,
    /// How many will be in the end.
    pub plateau: u64,
    /// The lower end of its interval.
    pub low: u64,
    /// The upper end.
    pub high: u64,
}

/// A school's curve, and whom training may reach.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchoolAdoption {
    /// The curve.
    #[serde(flatten)]
    pub curve: Curve,
    /// How many teachers the school has declared.
    pub declared: u64,
    /// Declared, less the most that were active in one month; nothing where that is fewer than five people, or none.
    pub not_yet: Option<u64>,
    /// The school period after that month.
    pub next_period: Option<NextPeriod>,
}

/// The school period to come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextPeriod {
    /// Its label.
    pub period: String,
    /// How many are expected to have become active by its end.
    pub active: u64,
    /// How many will not have; nothing where that is fewer than five people, or none.
    pub not_yet: Option<u64>,
}

/// A school's curve in the school year of `closed`, the last week that has closed. Nothing without the committee's approval, or
/// where fewer than four months have left.
///
/// Fails when the store does.
pub async fn school(
    store: &Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    uai: &Uai,
    closed: IsoWeek,
) -> Result<Option<SchoolAdoption>, Error> {
    let catalogue = store.catalogue();
    let approved = catalogue.measure(RATE).is_some_and(|measure| approvals.approve(catalogue, measure).is_ok());
    if !approved || !approvals.has_approved(DECISION) {
        return Ok(None);
    }
    let months = months_of(closed.school_year(), closed.month());
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(None) };
    // A release lies in the month of its last day.
    let prune = Prune { months: Some(first.number()..=last.next().number()), establishment: Some(uai.clone()) };
    let session = store.lake().session(&[Table::Releases], &prune).await?;
    let labels: Vec<String> = months.iter().map(ToString::to_string).collect();
    let figures = released::read(&session, uai, &labels).await?;
    let known = months.iter().filter_map(|month| Some((*month, of_month(&figures, *month)?)));
    Ok(of_school(&known.collect::<Vec<_>>(), calendar, zone))
}

fn months_of(year: SchoolYear, last: Month) -> Vec<Month> {
    let first = Month::of(year.first_day().saturating_add(Span::new().days(31)));
    std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last).collect()
}

/// Teachers of a month, as they left.
#[derive(Debug, Clone, Copy)]
struct Teachers {
    active: u64,
    declared: u64,
    /// The threshold of that release.
    k: u64,
}

fn of_month(figures: &[Released<StoredFigure>], month: Month) -> Option<Teachers> {
    let label = month.to_string();
    let is_it = |one: &StoredFigure| one.measure == RATE && one.period == label && one.split.is_empty();
    let found = figures.iter().find(|one| is_it(one.value()))?;
    let Protection::K(k) = found.protection() else { return None };
    Some(Teachers { active: found.value().value?, declared: found.value().denominator?, k: u64::from(k) })
}

fn of_school(known: &[(Month, Teachers)], calendar: &Calendar, zone: Zone) -> Option<SchoolAdoption> {
    let (month, Teachers { declared, k, .. }) = *known.last()?;
    let values: Vec<f64> = known.iter().map(|(_, teachers)| to_float(teachers.active)).collect();
    let (curve, expected) = curve(&values, Some(to_float(declared)), month)?;
    let told = |left: u64| (left >= k).then_some(left);
    let next_period = next_period(calendar, zone, month).map(|period| {
        let ahead = (1..=AHEAD).take_while(|ahead| nth(month, *ahead).first_day() <= period.end).count().max(1);
        let active = whole(expected[ahead - 1]).min(declared);
        NextPeriod { period: period.to_string(), active, not_yet: told(declared - active) }
    });
    let most = known.iter().map(|(_, teachers)| teachers.active).max().unwrap_or(0);
    Some(SchoolAdoption { not_yet: told(declared.saturating_sub(most)), curve, declared, next_period })
}

fn nth(month: Month, ahead: usize) -> Month {
    (0..ahead).fold(month, |month, _| month.next())
}

/// The first school period that begins after a month.
fn next_period(calendar: &Calendar, zone: Zone, month: Month) -> Option<SchoolPeriod> {
    let year = SchoolYear::of(month.last_day());
    let periods = calendar.periods(zone, year).into_iter().chain(calendar.periods(zone, year.next()));
    periods.into_iter().find(|period| period.start > month.last_day())
}

/// The country's curve, while it rises: nothing where the last month is no higher, beyond its noise, than those before. How many
/// teachers there are in the country has not left, so the plateau has no bound but the curve.
///
/// Fails when the store does.
pub async fn country(store: &Store, approvals: &Approvals) -> Result<Option<Curve>, Error> {
    let catalogue = store.catalogue();
    let cube = catalogue.cubes().iter().find(|cube| cube.name == CUBE);
    let approved = cube.is_some_and(|cube| approvals.approve_cube(catalogue, cube).is_ok());
    if !approved || !approvals.has_approved(DECISION_BEYOND) {
        return Ok(None);
    }
    let mut values = Vec::new();
    for month in beyond::months(store).await? {
        for cube in beyond::cubes(store, month).await?.iter().filter(|cube| cube.value().cube == CUBE) {
            for sum in cube.sums(Level::National, false).into_value() {
                values.push((month, to_float(u64::try_from(sum.value).unwrap_or(0)), sum.error));
            }
        }
    }
    Ok(of_country(&values))
}

fn of_country(months: &[(Month, f64, f64)]) -> Option<Curve> {
    let (month, last, error) = months.last()?;
    let before = months[..months.len() - 1].iter().map(|(_, value, _)| *value).fold(0.0, f64::max);
    // The noise of both months is in the difference.
    if last - before <= error * std::f64::consts::SQRT_2 {
        return None;
    }
    let values: Vec<f64> = months.iter().map(|(_, value, _)| *value).collect();
    curve(&values, None, *month).map(|(curve, _)| curve)
}

/// A curve, and what it expects of the months to come.
fn curve(values: &[f64], population: Option<f64>, month: Month) -> Option<(Curve, Vec<f64>)> {
    // In a month of holidays fewer are active, but nobody has unlearnt it.
    let mut most = 0.0;
    let reached: Vec<f64> = values
        .iter()
        .map(|value| {
            most = f64::max(most, *value);
            most
        })
        .collect();
    let population = population.map(|population| population.max(most));
    let found = adoption(&reached, population, AHEAD, LEVEL).ok()?;
    let told: Vec<(f64, f64)> = (LEAST..reached.len())
        .filter_map(|at| Some((reached[at], *adoption(&reached[..at], population, 1, LEVEL).ok()?.expected.first()?)))
        .collect();
    let (came, expected): (Vec<f64>, Vec<f64>) = told.into_iter().unzip();
    let curve = Curve {
        method: METHOD,
        level: LEVEL,
        learnt_from: values.len(),
        missed_by: wape(&came, &expected).map(|share| (share * 10.0).round() / 10.0),
        month: month.to_string(),
        active: whole(values[values.len() - 1]),
        plateau: whole(found.plateau),
        // Never less than have been, nor more than there are.
        low: whole(found.lo.max(most)),
        high: whole(found.hi.ceil().min(population.unwrap_or(f64::INFINITY))),
    };
    Some((curve, found.expected))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of teachers")]
const fn to_float(n: u64) -> f64 {
    n as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, and none is below 0")]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    fn months(values: &[u64], declared: u64) -> Vec<(Month, Teachers)> {
        let months = std::iter::successors(Some(month("2025-09")), |month| Some(month.next()));
        months.zip(values.iter().map(|active| Teachers { active: *active, declared, k: 5 })).collect()
    }

    fn of(values: &[u64], declared: u64) -> Option<SchoolAdoption> {
        of_school(&months(values, declared), &Calendar::official(), Zone::C)
    }

    #[test]
    fn no_more_teachers_are_expected_than_are_declared() {
        let found = of(&[6, 9, 13, 16, 18], 30).unwrap();
        assert_eq!((found.curve.active, found.curve.month.as_str(), found.not_yet), (18, "2026-01", Some(12)));
        assert!((18..=30).contains(&found.curve.plateau) && found.curve.high <= 30, "{found:?}");
        assert!(found.curve.low <= found.curve.plateau && found.curve.plateau <= found.curve.high);
        let next = found.next_period.unwrap();
        // Period 4 of zone C begins on 9 March.
        assert_eq!(next.period, "2025-2026-P4");
        assert!((18..=30).contains(&next.active), "{next:?}");
        assert!(found.curve.missed_by.is_some());
    }

    #[test]
    fn fewer_than_five_who_are_not_active_yet_are_not_told() {
        let found = of(&[6, 9, 13, 16], 20).unwrap();
        assert_eq!(found.not_yet, None);
        assert!(found.next_period.unwrap().not_yet.is_none_or(|left| left >= 5));
        assert_eq!(of(&[6, 9, 13, 15], 20).unwrap().not_yet, Some(5));
    }

    #[test]
    fn a_month_of_holidays_is_no_end_of_adoption() {
        let found = of(&[8, 14, 18, 7], 25).unwrap();
        assert_eq!(found.curve.active, 7);
        assert!(found.curve.plateau >= 18, "{found:?}");
    }

    #[test]
    fn three_months_are_no_curve() {
        assert_eq!(of(&[6, 9, 13], 30), None);
        assert_eq!(of(&[], 30), None);
    }

    #[test]
    fn the_country_has_a_curve_only_while_it_rises_above_its_noise() {
        let of = |values: &[f64]| {
            let months = std::iter::successors(Some(month("2025-09")), |month| Some(month.next()));
            of_country(&months.zip(values).map(|(month, value)| (month, *value, 30.0)).collect::<Vec<_>>())
        };
        let rising = of(&[210.0, 420.0, 800.0, 1_300.0, 1_900.0]).unwrap();
        assert!(rising.high > rising.plateau && rising.plateau > 1_900, "{rising:?}");
        assert_eq!(of(&[1_800.0, 1_900.0, 1_880.0, 1_920.0, 1_930.0]), None);
        assert_eq!(of(&[]), None);
    }
}
