//! A school's weeks that stand out, and what the calendar has to say of each.

use calendar::{Calendar, Zone};
use catalogue::Catalogue;
use methods::peaks::{Judged, Step, judge};
use serde::Serialize;

use super::causes::{self, Cause, ORDINARY, Work};
use super::numbers::real;
use super::weekly::{Series, Weekly};

/// The share of false finds among the weeks of one measure.
pub(super) const RATE: f64 = 0.05;

/// A week far above or below what its neighbours make expect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Peak {
    /// The measure, by its name in the catalogue.
    pub measure: String,
    /// The week.
    pub period: String,
    /// `up` or `down`.
    pub direction: &'static str,
    /// What was published.
    pub value: f64,
    /// What the median of the class weeks around it makes expect, for its number of class days; for a week that is low
    /// by its class days alone, what a full week would have had.
    pub expected: f64,
    /// The lower end of the interval in which such a week falls in 95 of 100 cases.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many class days it had.
    pub class_days: usize,
    /// The probability of a week as far out, adjusted for all weeks of the measure.
    pub adjusted_p: f64,
    /// What the calendar says of it, the most telling first; nothing where no cause is known.
    pub causes: Vec<Cause>,
    /// The public holidays and bridges of the week, as the calendar names them.
    pub days_off: Vec<String>,
    /// Whether its fewer class days are enough to explain it.
    pub by_class_days: bool,
}

/// The peaks of all measures, newest first.
pub(super) fn find(catalogue: &Catalogue, (calendar, zone): (&Calendar, Zone), weekly: &Weekly<'_>) -> Vec<Peak> {
    let mut found: Vec<Peak> =
        weekly.series.iter().flat_map(|series| of_measure(catalogue, (calendar, zone), weekly, series)).collect();
    found.sort_by(|one, other| other.period.cmp(&one.period).then(one.adjusted_p.total_cmp(&other.adjusted_p)));
    found
}

fn of_measure(
    catalogue: &Catalogue,
    (calendar, zone): (&Calendar, Zone),
    weekly: &Weekly<'_>,
    series: &Series<'_>,
) -> Vec<Peak> {
    let steps = |exposure: fn(usize) -> f64| -> Vec<Step> {
        let values = weekly.weeks.iter().zip(&series.values);
        let step = |(week, value): (&super::weekly::Week, &Option<f64>)| Step {
            group: 0,
            exposure: exposure(week.class_days),
            count: value.unwrap_or(f64::NAN),
        };
        values.map(step).collect()
    };
    // What a week with so many class days should have, and what a week should have.
    let by_days = judge(&steps(real));
    let plain = judge(&steps(|days| if days > 0 { 1.0 } else { 0.0 }));
    let work = Work::of(catalogue, series.measure);
    let peak = |one: &Judged, by_class_days: bool| {
        let week = weekly.weeks[one.at];
        let up = one.deviation > 0.0;
        let mut causes = causes::of_week(calendar, zone, week.iso, work, up);
        if by_class_days && !causes.contains(&Cause::ShortWeek) {
            causes.push(Cause::ShortWeek);
        }
        Peak {
            measure: series.measure.name.clone(),
            period: week.iso.to_string(),
            direction: if up { "up" } else { "down" },
            value: one.count,
            expected: one.expected.round(),
            low: one.interval.0.floor(),
            high: one.interval.1.ceil(),
            class_days: week.class_days,
            adjusted_p: one.adjusted,
            causes,
            days_off: causes::days_off(calendar, zone, week.iso),
            by_class_days,
        }
    };
    let mut found: Vec<Peak> = by_days.iter().filter(|one| one.adjusted <= RATE).map(|one| peak(one, false)).collect();
    // A short week is low on the chart, whoever knows why: it is told with its reason.
    let short = plain.iter().filter(|one| {
        let is_short = weekly.weeks[one.at].class_days < ORDINARY;
        let expected_by_days = by_days.iter().any(|other| other.at == one.at && other.adjusted > RATE);
        one.adjusted <= RATE && one.deviation < 0.0 && is_short && expected_by_days
    });
    found.extend(short.map(|one| peak(one, true)));
    found
}

#[cfg(test)]
mod tests {
    use super::super::weekly::{Week, played};
    use super::*;

    const YEAR: (&str, &str) = ("2025-W36", "2026-W27");

    fn found(zone: Zone, measure: &str, range: (&str, &str), value: impl Fn(usize, Week) -> Option<f64>) -> Vec<Peak> {
        let catalogue = Catalogue::embedded().unwrap();
        let weekly = played(&catalogue, zone, range, &[measure], |_, at, week| value(at, week));
        find(&catalogue, (&Calendar::official(), zone), &weekly)
    }

    /// Fifteen a class day, with a little more or less.
    fn steady(at: usize, week: Week) -> f64 {
        let wave = [0.0, 4.0, -3.0, 2.0, -4.0][at % 5];
        if week.class_days == 0 { 0.0 } else { 15.0 * real(week.class_days) + wave }
    }

    #[test]
    fn reviews_at_the_end_of_periods_are_told_with_their_cause_in_every_zone() {
        for (zone, last) in [(Zone::A, "2026-W06"), (Zone::B, "2026-W07"), (Zone::C, "2026-W08")] {
            let found = found(zone, "review_count", YEAR, |at, week| {
                let ends = ["2025-W42", "2025-W51", last].contains(&week.iso.to_string().as_str());
                Some(steady(at, week) * if ends { 3.0 } else { 1.0 })
            });
            let told: Vec<(&str, Cause)> = found.iter().map(|one| (one.period.as_str(), one.causes[0])).collect();
            let expected =
                [(last, Cause::RecordToFamilies), ("2025-W51", Cause::PeriodEnd), ("2025-W42", Cause::PeriodEnd)];
            assert_eq!(told, expected, "zone {zone}");
            assert!(found.iter().all(|one| one.direction == "up" && one.value > one.high && one.causes.len() > 1));
        }
    }

    #[test]
    fn a_week_without_a_cause_is_said_to_have_none() {
        let found = found(Zone::B, "media_count", YEAR, |at, week| {
            Some(steady(at, week) * if week.iso.to_string() == "2025-W48" { 4.0 } else { 1.0 })
        });
        let [only] = &found[..] else { panic!("{found:?}") };
        assert_eq!((only.period.as_str(), &only.causes[..]), ("2025-W48", &[][..]));
        assert!((55.0..65.0).contains(&only.expected), "{only:?}");
    }

    #[test]
    fn a_short_week_is_low_by_its_class_days_and_no_other_cause_is_looked_for() {
        // Four days in all other weeks, and hardly any noise: two days in the week of the bridge of 2027.
        let found = found(Zone::A, "media_count", ("2026-W36", "2027-W26"), |at, week| Some(10.0 * steady(at, week)));
        let bridge: Vec<&Peak> = found.iter().filter(|one| one.period == "2027-W18").collect();
        let [only] = &bridge[..] else { panic!("{found:?}") };
        assert!(only.by_class_days && only.causes.contains(&Cause::ShortWeek), "{only:?}");
        assert_eq!(only.days_off, ["Ascension", "Pont de l'Ascension"]);
        assert!(found.iter().all(|one| one.by_class_days && one.direction == "down"), "{found:?}");
    }

    #[test]
    fn weeks_that_can_not_be_judged_are_no_peaks() {
        let none = |found: Vec<Peak>| assert_eq!(found, []);
        none(found(Zone::C, "media_count", ("2025-W36", "2025-W37"), |at, week| Some(steady(at, week))));
        none(found(Zone::C, "media_count", YEAR, |_, _| Some(0.0)));
        none(found(Zone::C, "media_count", YEAR, |_, _| None));
        none(found(Zone::C, "media_count", YEAR, |at, week| {
            Some(steady(at, week)).filter(|_| !(10..15).contains(&at))
        }));
        let spike = found(Zone::C, "media_count", YEAR, |at, _| Some(if at == 12 { 60.0 } else { 0.0 }));
        assert_eq!(spike.len(), 1, "{spike:?}");
        // What was done in the holidays is not measured against class weeks.
        none(found(Zone::C, "media_count", YEAR, |at, week| {
            Some(if week.class_days == 0 { 400.0 } else { steady(at, week) })
        }));
    }

    #[test]
    fn two_schools_of_one_district_in_two_zones_have_each_their_own_causes() {
        let high =
            |at: usize, week: Week| Some(steady(at, week) * if week.iso.to_string() == "2026-W08" { 3.0 } else { 1.0 });
        let told = found(Zone::C, "notebook_count", YEAR, high);
        assert_eq!(told[0].causes, [Cause::RecordToFamilies, Cause::PeriodEnd, Cause::BeforeHolidays]);
        // In zone A the same week is one of holidays.
        assert_eq!(found(Zone::A, "notebook_count", YEAR, high), []);
    }
}
