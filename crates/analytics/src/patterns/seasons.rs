//! The cycle of the year: a school period beside the same one of the year before, week of class by week of class, where
//! both were published. The comparable figure stands beside each release; no older table is read.

use calendar::{Calendar, IsoWeek, SchoolPeriod, Zone};
use methods::change::change;
use methods::correlation::{Dependence, adjusted};
use serde::Serialize;

use super::numbers::real;
use super::weekly::{Series, Weekly};

/// The share of false finds among all comparisons.
const RATE: f64 = 0.05;

/// A measure in a school period and in the same period of the year before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Season {
    /// The measure, by its name in the catalogue.
    pub measure: String,
    /// The school period.
    pub period: String,
    /// Its mean of the weeks that both years have.
    pub value: f64,
    /// The mean of the comparable weeks of the year before.
    pub previous: f64,
    /// How many weeks that is.
    pub weeks: usize,
    /// The change of an ordinary week, in percent: the geometric mean over the weeks.
    pub change_pct: f64,
    /// The lower end of its 95 % interval.
    pub low_pct: f64,
    /// The upper end.
    pub high_pct: f64,
    /// The probability of a change as large where there is none, adjusted for all comparisons.
    pub adjusted_p: f64,
    /// Whether it is told from chance.
    pub clear: bool,
}

/// The seasons of the last two school years, newest first.
pub(super) fn find((calendar, zone): (&Calendar, Zone), weekly: &Weekly<'_>) -> Vec<Season> {
    let Some(last) = weekly.weeks.last() else { return Vec::new() };
    let year = last.iso.school_year();
    let periods = [year.previous(), year].into_iter().flat_map(|year| calendar.periods(zone, year));
    let mut found: Vec<Season> = periods
        .flat_map(|period| weekly.series.iter().filter_map(move |series| of_period(weekly, series, &period)))
        .collect();
    let values: Vec<f64> = found.iter().map(|one| one.adjusted_p).collect();
    for (one, adjusted) in found.iter_mut().zip(adjusted(&values, Dependence::Any)) {
        one.adjusted_p = adjusted;
        one.clear = adjusted <= RATE;
    }
    found.reverse();
    found
}

fn of_period(weekly: &Weekly<'_>, series: &Series<'_>, period: &SchoolPeriod) -> Option<Season> {
    let is_in = |week: IsoWeek| week.days().any(|day| period.contains(day));
    let weeks = weekly.weeks.iter().enumerate().filter(|(_, week)| week.class_days > 0 && is_in(week.iso));
    let pairs: Vec<(f64, f64)> = weeks.filter_map(|(at, _)| series.values[at].zip(series.previous[at])).collect();
    let change = change(&pairs)?;
    let percent = |ratio: f64| (1_000.0 * (ratio - 1.0)).round() / 10.0;
    let tenth = |sum: f64| (10.0 * sum / real(pairs.len())).round() / 10.0;
    Some(Season {
        measure: series.measure.name.clone(),
        period: period.to_string(),
        value: tenth(pairs.iter().map(|(now, _)| now).sum()),
        previous: tenth(pairs.iter().map(|(_, then)| then).sum()),
        weeks: pairs.len(),
        change_pct: percent(change.ratio),
        low_pct: percent(change.interval.0),
        high_pct: percent(change.interval.1),
        adjusted_p: change.p,
        clear: false,
    })
}

#[cfg(test)]
mod tests {
    use catalogue::Catalogue;

    use super::super::weekly::played;
    use super::*;

    /// A first period whose weeks had `before` the year before.
    fn found(before: impl Fn(usize, f64) -> Option<f64>) -> Vec<Season> {
        let catalogue = Catalogue::embedded().unwrap();
        let value = |at: usize| 80.0 + [0.0, 6.0, -5.0, 3.0][at % 4];
        let mut weekly = played(&catalogue, Zone::B, ("2025-W36", "2025-W44"), &["media_count"], |_, at, week| {
            Some(value(at)).filter(|_| week.class_days > 0)
        });
        weekly.series[0].previous = (0..weekly.weeks.len()).map(|at| before(at, value(at))).collect();
        find((&Calendar::official(), Zone::B), &weekly)
    }

    #[test]
    fn a_period_is_beside_the_same_one_of_the_year_before() {
        let doubled = found(|_, value| Some((value / 2.0).round()));
        let [only] = &doubled[..] else { panic!("{doubled:?}") };
        assert_eq!((only.period.as_str(), only.weeks, only.clear), ("2025-2026-P1", 7, true));
        assert!((95.0..105.0).contains(&only.change_pct) && only.low_pct > 50.0, "{only:?}");
        let alike = found(|at, value| Some(value + [3.0, -4.0, 2.0][at % 3]));
        assert!(!alike[0].clear && alike[0].low_pct < 0.0 && alike[0].high_pct > 0.0, "{alike:?}");
    }

    #[test]
    fn what_was_not_kept_is_not_compared() {
        assert_eq!(found(|_, _| None), []);
        assert_eq!(found(|at, value| Some(value).filter(|_| at < 3)), [], "three weeks have no interval");
        let zeros = found(|_, _| Some(0.0));
        assert!(zeros.iter().all(|one| one.change_pct.is_finite() && one.high_pct.is_finite()));
    }
}
