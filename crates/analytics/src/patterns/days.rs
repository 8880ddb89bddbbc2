//! Technical days of a school that stand out, with their causes from the calendar: sessions and errors, each day against
//! those of its weekday around it. Live, without any person, on days with at least five devices.

use std::collections::BTreeMap;

use calendar::{Calendar, Month, Zone};
use catalogue::View as ViewName;
use jiff::Span;
use jiff::civil::Date;
use methods::peaks::{Step, peaks};
use privacy::Uai;
use privacy::exit::{DistinctDevices, Figures, Released};
use serde::Serialize;
use store::{Error, Prune, Store, Table, date};

use super::causes::{self, Cause};
use super::peaks::RATE;
use crate::governance::Approvals;
use crate::rows::{days, numbers, texts};

/// How many days are looked back on.
const KEPT: i64 = 26 * 7;

/// What is counted, and the measure whose decision allows it.
const WATCHED: [(&str, &str); 3] = [("session_count", "sessions"), ("error_count", "errors"), ("sync_count", "syncs")];

/// A day far above or below the days of its weekday around it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DayPeak {
    /// The measure, by its name in the catalogue.
    pub measure: String,
    /// The day.
    pub day: String,
    /// `up` or `down`.
    pub direction: &'static str,
    /// What was counted.
    pub value: f64,
    /// The median of the same weekdays around it.
    pub expected: f64,
    /// The lower end of the interval in which such a day falls in 95 of 100 cases.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The probability of a day as far out, adjusted for all days of the measure.
    pub adjusted_p: f64,
    /// What the calendar says of it, the most telling first; nothing where no cause is known.
    pub causes: Vec<Cause>,
}

/// The days before `today` that stand out, newest first. Nothing where no day has enough devices.
pub(super) async fn find(
    store: &Store,
    approvals: &Approvals,
    place: (&Calendar, Zone),
    uai: &Uai,
    today: Date,
) -> Result<Vec<DayPeak>, Error> {
    let read = read(store, uai, today).await?;
    let catalogue = store.catalogue();
    let allowed = WATCHED.iter().filter(|(measure, _)| {
        let measure = catalogue.measure(measure).filter(|measure| measure.is_in(ViewName::MonEcole));
        measure.is_some_and(|measure| approvals.approve(catalogue, measure).is_ok())
    });
    let mut found: Vec<DayPeak> =
        allowed.flat_map(|(measure, metric)| of_metric(place, measure, metric, &read)).collect();
    found.sort_by(|one, other| other.day.cmp(&one.day).then(one.adjusted_p.total_cmp(&other.adjusted_p)));
    let released = Released::technical(Figures::new(found), DistinctDevices::at_least_any(read.devices.into_values()));
    Ok(released.map(Released::into_value).unwrap_or_default())
}

/// What was counted, by metric and day; how many devices there were at least.
#[derive(Default)]
struct Read {
    devices: BTreeMap<Date, u64>,
    counts: BTreeMap<String, BTreeMap<Date, f64>>,
}

#[expect(clippy::cast_precision_loss, reason = "counts of one school")]
async fn read(store: &Store, uai: &Uai, today: Date) -> Result<Read, Error> {
    let first = today.saturating_sub(Span::new().days(KEPT));
    // Today is not over.
    let last = today.saturating_sub(Span::new().days(1));
    let months = Some(Month::of(first).number()..=Month::of(today).number());
    let prune = Prune { months, establishment: Some(uai.clone()) };
    let session = store.lake().session(&[Table::TechDay, Table::InstallDay], &prune).await?;
    let within = format!("establishment = '{uai}' AND day BETWEEN DATE '{first}' AND DATE '{last}'");
    // A device that was updated on a day stands in two rows of it: of several rows each but one may be such.
    let query = format!(
        "SELECT day, '' AS metric, CAST(SUM(n) - COUNT(*) + 1 AS BIGINT) AS n FROM tech_day \
         WHERE {within} AND metric = 'devices' GROUP BY day \
         UNION ALL SELECT day, '', COUNT(DISTINCT install) FROM install_day WHERE {within} GROUP BY day \
         UNION ALL SELECT day, metric, SUM(n) FROM tech_day \
         WHERE {within} AND metric IN ('sessions', 'errors', 'syncs') GROUP BY day, metric"
    );
    let mut read = Read::default();
    for batch in session.sql(&query).await? {
        let (day, metric, n) = (days(&batch, "day")?, texts(&batch, "metric")?, numbers(&batch, "n")?);
        for row in 0..batch.num_rows() {
            let (day, n) = (date(day.value(row)), u64::try_from(n.value(row)).unwrap_or(0));
            if metric.value(row).is_empty() {
                let known = read.devices.entry(day).or_default();
                *known = n.max(*known);
            } else {
                *read.counts.entry(metric.value(row).to_owned()).or_default().entry(day).or_default() += n as f64;
            }
        }
    }
    Ok(read)
}

fn of_metric((calendar, zone): (&Calendar, Zone), measure: &str, metric: &str, read: &Read) -> Vec<DayPeak> {
    let enough = read.devices.iter().filter(|(_, devices)| **devices >= u64::from(DistinctDevices::LEAST));
    let judged: Vec<Date> = enough.map(|(day, _)| *day).filter(|day| calendar.is_class_day(zone, *day)).collect();
    let count = |day: &Date| read.counts.get(metric).and_then(|days| days.get(day)).copied().unwrap_or(0.0);
    let step = |day: &Date| Step {
        group: usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0),
        exposure: 1.0,
        count: count(day),
    };
    let steps: Vec<Step> = judged.iter().map(step).collect();
    let found = peaks(&steps, RATE).into_iter().map(|one| {
        let day = judged[one.at];
        DayPeak {
            measure: measure.to_owned(),
            day: day.to_string(),
            direction: if one.deviation > 0.0 { "up" } else { "down" },
            value: one.count,
            expected: one.expected.round(),
            low: one.interval.0.floor(),
            high: one.interval.1.ceil(),
            adjusted_p: one.adjusted,
            causes: causes::of_day(calendar, zone, day),
        }
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class days of a school with nine devices: forty sessions, sixty on Mondays.
    fn played(zone: Zone, first: &str, days: i64, unusual: impl Fn(Date, f64) -> f64) -> Read {
        let calendar = Calendar::official();
        let first: Date = first.parse().unwrap();
        let mut read = Read::default();
        for (at, day) in first.series(Span::new().days(1)).take(usize::try_from(days).unwrap()).enumerate() {
            if !calendar.is_class_day(zone, day) {
                continue;
            }
            let usual = if day.weekday().to_monday_zero_offset() == 0 { 60.0 } else { 40.0 };
            let wave = [0.0, 3.0, -4.0, 2.0][at % 4];
            read.devices.insert(day, 9);
            read.counts.entry("sessions".to_owned()).or_default().insert(day, unusual(day, usual + wave));
        }
        read
    }

    fn found(zone: Zone, read: &Read) -> Vec<(String, &'static str, Vec<Cause>)> {
        let found = of_metric((&Calendar::official(), zone), "session_count", "sessions", read);
        found.into_iter().map(|one| (one.day, one.direction, one.causes)).collect()
    }

    #[test]
    fn days_that_stand_out_are_told_with_what_the_calendar_says() {
        let odd = |day: Date, usual: f64| match day.to_string().as_str() {
            "2025-10-17" | "2025-11-10" => usual / 8.0,
            "2025-11-27" => usual * 4.0,
            _ => usual,
        };
        let read = played(Zone::C, "2025-09-01", 110, odd);
        let expected = [
            ("2025-10-17".to_owned(), "down", vec![Cause::BeforeHolidays]),
            ("2025-11-10".to_owned(), "down", vec![Cause::Bridge]),
            ("2025-11-27".to_owned(), "up", vec![]),
        ];
        assert_eq!(found(Zone::C, &read), expected);
    }

    #[test]
    fn a_change_of_clocks_and_a_leap_day_are_days_like_others() {
        // Clocks change on 31 March 2024; 29 February is a class day in zone C.
        let read = played(Zone::C, "2024-01-08", 110, |_, usual| usual);
        assert!(read.devices.contains_key(&"2024-02-29".parse().unwrap()));
        assert_eq!(found(Zone::C, &read), []);
        let odd = played(
            Zone::C,
            "2024-01-08",
            110,
            |day, usual| {
                if day.to_string() == "2024-02-29" { 5.0 * usual } else { usual }
            },
        );
        assert_eq!(found(Zone::C, &odd), [("2024-02-29".to_owned(), "up", vec![])]);
    }

    #[test]
    fn few_devices_a_new_school_and_nothing_at_all_are_no_peaks() {
        let spike = |day: Date, usual: f64| if day.to_string() == "2025-11-27" { 9.0 * usual } else { usual };
        let mut few = played(Zone::C, "2025-09-01", 110, spike);
        assert_eq!(found(Zone::C, &few).len(), 1);
        for devices in few.devices.values_mut() {
            *devices = 4;
        }
        assert_eq!(found(Zone::C, &few), []);
        assert_eq!(found(Zone::C, &played(Zone::C, "2025-11-20", 8, spike)), []);
        assert_eq!(found(Zone::C, &played(Zone::C, "2025-09-01", 110, |_, _| 0.0)), []);
        assert_eq!(found(Zone::C, &Read::default()), []);
    }
}
