//! From the series of a file to their forecasts.

use std::collections::BTreeMap;

use super::{Moment, OpenDays, Series, TableError};
use crate::forecast::{Day, Forecast, ForecastError, OpenSeries, Request, forecast_all, forecast_all_open_days};

/// Forecasts each series of a file, with a calendar where there is one, on as many threads as given. `told` is called with
/// how many are done, from any thread. With a calendar, series that end together are forecast together. Fails with the first
/// series, in the order of the file, that cannot be forecast.
pub fn forecast_series(
    all: &[Series],
    calendar: Option<&OpenDays>,
    request: &Request,
    threads: usize,
    told: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Forecast>, TableError> {
    let values: Vec<&[f64]> = all.iter().map(|series| series.values.as_slice()).collect();
    let results = match calendar {
        None => forecast_all(&values, request, threads, told),
        Some(calendar) => {
            let mut days = Vec::with_capacity(all.len());
            for series in all {
                // A wrong horizon is told as such, not as a calendar without end.
                request.check(&series.values).map_err(|error| TableError::from_series(&series.id, error))?;
                days.push(calendar.of(series, request.horizon)?);
            }
            with_calendar(all, &days, request, threads, told)
        }
    };
    let named = results.into_iter().zip(all);
    named.map(|(found, series)| found.map_err(|error| TableError::from_series(&series.id, error))).collect()
}

/// Series that end at the same moment go together.
fn with_calendar(
    all: &[Series],
    days: &[Vec<Day>],
    request: &Request,
    threads: usize,
    told: &(dyn Fn(usize) + Sync),
) -> Vec<Result<Forecast, ForecastError>> {
    let mut groups: BTreeMap<Option<Moment>, Vec<usize>> = BTreeMap::new();
    for (at, series) in all.iter().enumerate() {
        groups.entry(series.stride.later(series.first, series.values.len())).or_default().push(at);
    }
    let mut found = vec![Err(ForecastError::Empty); all.len()];
    let mut done = 0;
    for members in groups.values() {
        let group: Vec<OpenSeries> =
            members.iter().map(|at| OpenSeries { values: &all[*at].values, days: &days[*at] }).collect();
        let results = forecast_all_open_days(&group, request, threads, &|more| told(done + more));
        for (at, result) in members.iter().zip(results) {
            found[*at] = result;
        }
        done += members.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::table::{read_series, write_forecasts};

    fn request(horizon: usize) -> Request {
        Request { horizon, periods: vec![7], level: 95.0 }
    }

    fn written(text: &str, calendar: Option<&str>, threads: usize) -> Vec<u8> {
        let series = read_series(text.as_bytes()).unwrap();
        let calendar = calendar.map(|text| OpenDays::read(text.as_bytes()).unwrap());
        let found = forecast_series(&series, calendar.as_ref(), &request(3), threads, &|_| ()).unwrap();
        let mut out = Vec::new();
        let named = series.iter().map(|series| series.id.as_str()).zip(&found);
        write_forecasts(&mut out, 95.0, named).unwrap();
        out
    }

    #[test]
    fn the_same_file_gives_the_same_bytes_on_any_number_of_threads() {
        let mut text = String::from("id,t,y\n");
        for at in 0..60 {
            for id in ["a", "b", "c", "d"] {
                writeln!(text, "{id},{at},{}", (at * usize::from(id.as_bytes()[0]) + at % 7) * 3 % 17).unwrap();
            }
        }
        assert_eq!(written(&text, None, 1), written(&text, None, 4));
    }

    #[test]
    fn a_calendar_closes_days() {
        let calendar = "t,kind\n1,open\n2,open\n3,open\n4,open\n5,closed\n6,closed\n7,open\n";
        let found = written("id,t,y\na,1,5\na,2,6\na,3,5\na,4,6\n", Some(calendar), 1);
        let found = String::from_utf8(found).unwrap();
        assert!(found.contains("\na,1,0,0,0\na,2,0,0,0\na,3,5."), "{found}");
    }

    /// Daily series that all end on 2 March 2028, two days after a 29 February; and a calendar that closes Sundays.
    fn hard_file() -> (String, String) {
        let first: jiff::civil::Date = "2028-01-02".parse().unwrap();
        let day = |at: i64| first.checked_add(jiff::Span::new().days(at)).unwrap();
        let (mut text, mut calendar) = (String::from("id,t,y\n"), String::from("t,kind\n"));
        for at in 0..61 {
            let (value, today) = (at % 7 * 3 + 5, day(at));
            writeln!(text, "steady,{today},{value}\nnothing,{today},0").unwrap();
            writeln!(text, "spike,{today},{}", if at == 30 { 900 } else { 0 }).unwrap();
            if at >= 54 {
                writeln!(text, "opened last week,{today},{value}").unwrap();
            }
            if at >= 58 {
                writeln!(text, "three points,{today},{value}").unwrap();
            }
        }
        for at in 0..64 {
            writeln!(calendar, "{},{}", day(at), if at % 7 == 0 { "closed" } else { "open" }).unwrap();
        }
        (text, calendar)
    }

    #[test]
    fn hard_series_of_a_file_are_forecast_beside_the_others() {
        let (text, calendar) = hard_file();
        assert!(text.contains("steady,2028-02-29") && text.contains("steady,2028-03-02"));
        for calendar in [None, Some(calendar.as_str())] {
            let found = String::from_utf8(written(&text, calendar, 2)).unwrap();
            let mut rows = 0;
            for row in found.lines().skip(1) {
                let cells: Vec<&str> = row.split(',').collect();
                let [mean, lo, hi] = [2, 3, 4].map(|at| cells[at].parse::<f64>().unwrap());
                assert!(0.0 <= lo && lo <= mean && mean <= hi && hi < 9000.0, "{row}");
                assert!(cells[0] != "nothing" || hi <= 0.0, "{row}");
                assert!(cells[0] != "spike" || mean < 300.0, "{row}");
                rows += 1;
            }
            assert_eq!(rows, 5 * 3);
        }
    }

    #[test]
    fn what_cannot_be_forecast_is_named() {
        let series = read_series("id,t,y\nb,1,5\n".as_bytes()).unwrap();
        let told = forecast_series(&series, None, &request(0), 2, &|_| ()).unwrap_err().to_string();
        assert!(told.starts_with("series b: the horizon is out of bounds"), "{told}");
    }
}
