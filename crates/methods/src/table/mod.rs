//! The files of the command line: series in (`id,t,y`), forecasts out (`id,h,mean,lo95,hi95`).
//!
//! `t` is a whole number, a month, a day or a time; rows of a series are in its order and leave no step out. One wrong row is an
//! error that names its line.

mod calendar;
mod moment;
mod run;

use std::collections::HashMap;
use std::io::{Read, Write};

use csv::{Reader, ReaderBuilder, StringRecord, Writer};

pub use calendar::OpenDays;
pub use moment::{Moment, Stride};
pub use run::forecast_series;

use crate::forecast::{Forecast, ForecastError};

/// What is wrong with a file. Values are not repeated.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A row that does not read.
    #[error("line {line}: {reason}")]
    Row {
        /// The line, from 1, the header included.
        line: u64,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A header without what is needed.
    #[error("line 1: the header has no column {missing}; {expected} is expected")]
    Header {
        /// The column.
        missing: &'static str,
        /// The whole header.
        expected: &'static str,
    },
    /// Nothing after the header.
    #[error("the file has no row after its header; rows as {expected} are expected")]
    Empty {
        /// What is expected.
        expected: &'static str,
    },
    /// A calendar without a day of a series or of its horizon.
    #[error("the calendar does not reach over the series {id} and its horizon; give one row for each step of both")]
    Calendar {
        /// The series.
        id: String,
    },
    /// A series that cannot be forecast.
    #[error("series {id}: {error}")]
    Series {
        /// The series.
        id: String,
        /// Why.
        error: ForecastError,
    },
    /// The file cannot be read or written.
    #[error("the file cannot be read or written: {0}")]
    File(#[from] std::io::Error),
}

impl TableError {
    fn from_series(id: &str, error: ForecastError) -> TableError {
        TableError::Series { id: id.to_owned(), error }
    }
}

/// A named series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub id: String,
    /// The moment of its first value, as written.
    pub first: Moment,
    /// How far each next value is.
    pub stride: Stride,
    /// Its values, oldest first, one a step.
    pub values: Vec<f64>,
}

const SERIES: &str = "id,t,y";

/// Reads series from `id,t,y`. The rows of a series may lie among those of others, but come in order of t, with the same
/// step from each to the next: whole numbers, days, months, or times. Fails at the first row that is wrong.
pub fn read_series(file: impl Read) -> Result<Vec<Series>, TableError> {
    let mut reader = ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
    let columns = columns(&mut reader, ["id", "t", "y"], SERIES)?;
    let width = reader.headers().map_err(unreadable)?.len();
    let mut places = HashMap::new();
    let mut all: Vec<(Series, Vec<Stride>)> = Vec::new();
    for row in reader.records() {
        let row = row.map_err(unreadable)?;
        no_wider(&row, width)?;
        let cell = |at: usize| row.get(columns[at]).filter(|text| !text.is_empty());
        let id = cell(0).ok_or_else(|| wrong(&row, "the id is missing; each row needs one"))?;
        let moment = cell(1).and_then(Moment::read).ok_or_else(|| wrong(&row, NO_MOMENT))?;
        let value = cell(2).and_then(|text| text.parse::<f64>().ok()).filter(|value| value.is_finite());
        let value = value.ok_or_else(|| wrong(&row, "y is no finite number; write it like 12 or 3.5"))?;
        let Some(place) = places.get(id) else {
            places.insert(id.to_owned(), all.len());
            let stride = Stride::presumed(moment);
            all.push((Series { id: id.to_owned(), first: moment, stride, values: vec![value] }, Vec::new()));
            continue;
        };
        let (series, strides) = &mut all[*place];
        if series.values.len() == 1 {
            *strides = Stride::between(series.first, moment);
        }
        strides.retain(|stride| stride.later(series.first, series.values.len()) == Some(moment));
        series.stride = *strides.first().ok_or_else(|| wrong(&row, NOT_NEXT))?;
        series.values.push(value);
    }
    if all.is_empty() {
        return Err(TableError::Empty { expected: SERIES });
    }
    Ok(all.into_iter().map(|(series, _)| series).collect())
}

const NO_MOMENT: &str =
    "t is no whole number, month, day or time; write it like 17, 2025-09, 2025-09-01 or 2025-09-01T08:00:00+02:00";
const NOT_NEXT: &str = "t is not one step after the row before of this series; each step must be there once, in order \
     (a step without activity has y 0; write times with their offset where clocks change)";

/// Writes forecasts as `id,h,mean,lo95,hi95` (the level in the names), h from 1.
pub fn write_forecasts<'a>(
    file: impl Write,
    level: f64,
    forecasts: impl IntoIterator<Item = (&'a str, &'a Forecast)>,
) -> Result<(), TableError> {
    let mut writer = Writer::from_writer(file);
    writer.write_record(["id", "h", "mean", &format!("lo{level}"), &format!("hi{level}")]).map_err(unreadable)?;
    for (id, forecast) in forecasts {
        for (step, (mean, (lo, hi))) in forecast.mean.iter().zip(forecast.lo.iter().zip(&forecast.hi)).enumerate() {
            let cells = [(step + 1).to_string(), mean.to_string(), lo.to_string(), hi.to_string()];
            writer.write_record(std::iter::once(id).chain(cells.iter().map(String::as_str))).map_err(unreadable)?;
        }
    }
    Ok(writer.flush()?)
}

/// Where the columns are.
pub(crate) fn columns<R: Read, const N: usize>(
    reader: &mut Reader<R>,
    names: [&'static str; N],
    expected: &'static str,
) -> Result<[usize; N], TableError> {
    let header = reader.headers().map_err(unreadable)?;
    let mut found = [0; N];
    for (place, name) in found.iter_mut().zip(names) {
        // Some programs begin a file with a byte order mark.
        let at = header.iter().position(|cell| cell.trim_start_matches('\u{feff}') == name);
        *place = at.ok_or(TableError::Header { missing: name, expected })?;
    }
    Ok(found)
}

/// Fails where a row has a filled cell beyond its header: most often a decimal comma, of which half would be lost.
fn no_wider(row: &StringRecord, width: usize) -> Result<(), TableError> {
    if row.iter().skip(width).all(str::is_empty) {
        return Ok(());
    }
    Err(wrong(row, "there are more cells than columns; write decimals with a point, as in 3.5"))
}

pub(crate) fn wrong(row: &StringRecord, reason: &str) -> TableError {
    TableError::Row { line: row.position().map_or(0, csv::Position::line), reason: reason.to_owned() }
}

pub(crate) fn unreadable(error: csv::Error) -> TableError {
    let line = error.position().map_or(1, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => TableError::File(error),
        _ => TableError::Row { line, reason: "the row is no CSV in UTF-8; save the file as such".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Series>, TableError> {
        read_series(text.as_bytes())
    }

    fn told(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn series_are_read_in_order() {
        let found = read("id,t,y\na,1,5\nb,2025-09-01,1.5\na,2,6\nb,2025-09-02,2\n").unwrap();
        assert_eq!((found[0].id.as_str(), found[0].values.as_slice()), ("a", [5.0, 6.0].as_slice()));
        assert_eq!((found[1].id.as_str(), found[1].values.as_slice()), ("b", [1.5, 2.0].as_slice()));
    }

    #[test]
    fn a_29_february_is_a_day_like_others() {
        assert_eq!(read("id,t,y\na,2028-02-28,1\na,2028-02-29,1\na,2028-03-01,1\n").unwrap()[0].values.len(), 3);
    }

    #[test]
    fn ends_of_quarters_are_steps() {
        assert_eq!(read("id,t,y\na,2023-06-30,1\na,2023-09-30,1\na,2023-12-31,1\n").unwrap()[0].values.len(), 3);
        assert!(told("id,t,y\na,2023-06-30,1\na,2023-09-30,1\na,2024-03-31,1\n").starts_with("line 4: t is not one"));
    }

    #[test]
    fn clock_changes_need_the_offset_and_the_error_says_so() {
        let spring =
            "id,t,y\na,2025-03-30T01:00:00+01:00,1\na,2025-03-30T03:00:00+02:00,2\na,2025-03-30T04:00:00+02:00,3\n";
        assert_eq!(read(spring).unwrap()[0].values, [1.0, 2.0, 3.0]);
        let autumn =
            "id,t,y\na,2025-10-26T02:30:00+02:00,1\na,2025-10-26T02:30:00+01:00,2\na,2025-10-26T03:30:00+01:00,3\n";
        assert_eq!(read(autumn).unwrap()[0].values.len(), 3);
        let without = told("id,t,y\na,2025-03-30T00:00,1\na,2025-03-30T01:00,1\na,2025-03-30T03:00,2\n");
        assert!(without.starts_with("line 4: ") && without.contains("offset where clocks change"), "{without}");
        assert!(
            told("id,t,y\na,2025-10-26T01:00,1\na,2025-10-26T02:00,1\na,2025-10-26T02:00,2\n").starts_with("line 4")
        );
        // A day is a day, however many hours it has.
        assert_eq!(read("id,t,y\na,2025-03-29,1\na,2025-03-30,1\na,2025-03-31,1\n").unwrap()[0].values.len(), 3);
    }

    #[test]
    fn a_wrong_row_is_named_by_its_line_and_never_repeated() {
        assert!(told("id,t,y\na,1,secret\n").starts_with("line 2: y is no finite number"));
        assert!(!told("id,t,y\na,1,secret\n").contains("secret"));
        assert!(told("id,t,y\na,1,5\na,2,NaN\n").starts_with("line 3: y"));
        assert!(told("id,t,y\na,1,5\na,2\n").starts_with("line 3: y"));
        assert!(told("id,t,y\na,yesterday,5\n").starts_with("line 2: t is no whole"));
        assert!(told("id,t,y\na,1,3,5\n").starts_with("line 2: there are more cells than columns"));
        assert!(told("id,t,y\na,1,5\na,1,6\n").starts_with("line 3: t is not one step"));
        assert!(told("id,t,y\na,2025-01-01,5\na,2025-02-01,6\na,2025-04-01,6\n").starts_with("line 4: t is not one"));
        assert!(told("id,t,y\na,1,5\na,2,6\na,4,6\n").starts_with("line 4: t is not one step"));
        assert!(told("id,t,y\na,2,5\na,1,6\n").starts_with("line 3: t is not one step"));
        assert!(told("id,t,y\n,1,5\n").starts_with("line 2: the id"));
        assert!(told("id,when,y\na,1,5\n").contains("no column t"));
        assert!(told("id,t,y\n").contains("no row"));
        assert!(told("").contains("no column id"));
    }

    #[test]
    fn forecasts_are_written_with_their_level() {
        let forecast = Forecast { mean: vec![1.5, 2.0], lo: vec![0.5, 1.0], hi: vec![2.5, 3.0] };
        let mut out = Vec::new();
        write_forecasts(&mut out, 95.0, [("a", &forecast)]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "id,h,mean,lo95,hi95\na,1,1.5,0.5,2.5\na,2,2,1,3\n");
    }
}
