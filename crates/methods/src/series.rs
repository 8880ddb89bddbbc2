//! Files of `timestamp,value`: reading them, and writing them with a score.
//!
//! A reader of such a file must learn which line is wrong and what would be right; the line itself is never repeated.

use std::fmt::Write;

use jiff::{Timestamp, civil::DateTime};

/// A series as its file has it: the texts are kept, so that what is written is what was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Each point's time as its file writes it.
    pub stamps: Vec<String>,
    /// Seconds since 1970 on the clock of the file; a zone in the timestamp is honoured.
    pub seconds: Vec<i64>,
    /// The values; all finite.
    pub values: Vec<f64>,
    /// The values as their file writes them.
    pub texts: Vec<String>,
    /// How many times a point is older than the one before it: once a year where clocks change.
    pub steps_back: usize,
}

/// What is wrong with a file of `timestamp,value`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// There is no header.
    #[error("line 1: the header is missing or other; write timestamp,value")]
    Header,
    /// A line with too few or too many columns.
    #[error("line {line}: there must be two columns; write timestamp,value")]
    Columns {
        /// The line, counted from 1.
        line: usize,
    },
    /// A time that does not read.
    #[error("line {line}: the timestamp is not a date and a time; write it like 2025-11-03 08:30:00")]
    Timestamp {
        /// The line, counted from 1.
        line: usize,
    },
    /// A value that is no number.
    #[error("line {line}: the value is not a finite number; write it like 12.5, and leave out points without a value")]
    Value {
        /// The line, counted from 1.
        line: usize,
    },
    /// A text that is not UTF-8.
    #[error("the file is not text in UTF-8; save it as CSV in UTF-8")]
    Encoding,
}

/// Reads a file of `timestamp,value`. Points are taken in the order of the file.
pub fn read(bytes: &[u8]) -> Result<Series, SeriesError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SeriesError::Encoding)?;
    let mut lines = text.trim_start_matches('\u{feff}').lines().zip(1_usize..);
    let header = lines.next().map(|(header, _)| columns(header).map(str::to_ascii_lowercase).collect::<Vec<_>>());
    if header.is_none_or(|header| header != ["timestamp", "value"]) {
        return Err(SeriesError::Header);
    }
    let mut series = Series::default();
    for (content, line) in lines.filter(|(content, _)| !content.trim().is_empty()) {
        let mut cells = columns(content);
        let (Some(stamp), Some(value), None) = (cells.next(), cells.next(), cells.next()) else {
            return Err(SeriesError::Columns { line });
        };
        let second = second(stamp).ok_or(SeriesError::Timestamp { line })?;
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
        series.values.push(number.ok_or(SeriesError::Value { line })?);
        series.steps_back += usize::from(series.seconds.last().is_some_and(|before| second < *before));
        series.seconds.push(second);
        series.stamps.push(stamp.to_owned());
        series.texts.push(value.to_owned());
    }
    Ok(series)
}

/// Writes `timestamp,value,anomaly_score`, with six decimals of the score.
pub fn write_scored(series: &Series, scores: &[f64]) -> String {
    let mut text = String::from("timestamp,value,anomaly_score\n");
    for ((stamp, value), score) in series.stamps.iter().zip(&series.texts).zip(scores) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{stamp},{value},{score:.6}");
    }
    text
}

/// Seconds since 1970 of a date and time with or without a zone; nothing if it is neither.
pub fn second(stamp: &str) -> Option<i64> {
    if let Ok(instant) = stamp.parse::<Timestamp>() {
        return Some(instant.as_second());
    }
    let civil: DateTime = stamp.parse().ok()?;
    let day = civil.date().duration_since(jiff::civil::date(1970, 1, 1)).as_secs();
    let time = civil.time();
    Some(day + i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second()))
}

fn columns(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_is_what_was_read() {
        let text = "timestamp,value\n2014-04-01 00:00:00,20.0\n2014-04-01T00:05:00Z,1e3\n";
        let series = read(text.as_bytes()).expect("it reads");
        assert_eq!(series.seconds[1] - series.seconds[0], 300);
        assert_eq!(
            write_scored(&series, &[0.0, 0.5]),
            "timestamp,value,anomaly_score\n2014-04-01 00:00:00,20.0,0.000000\n2014-04-01T00:05:00Z,1e3,0.500000\n"
        );
    }

    #[test]
    fn an_error_names_the_line_and_never_its_content() {
        let wrong = |text: &str| read(text.as_bytes()).expect_err("it is wrong").to_string();
        assert!(wrong("").contains("timestamp,value"));
        assert!(wrong("2014-04-01 00:00:00,1\n").starts_with("line 1"));
        let start = "timestamp,value\n2014-04-01 00:00:00,1\n";
        for (line, what) in [
            ("2014-04-01 00:05:00,secret", "not a finite number"),
            ("2014-04-01 00:05:00,NaN", "not a finite number"),
            ("2014-04-01 00:05:00,inf", "not a finite number"),
            ("2014-04-01 00:05:00,", "not a finite number"),
            ("secret,1", "2025-11-03 08:30:00"),
            ("2014-02-30 00:05:00,1", "2025-11-03 08:30:00"),
            ("2014-04-01 00:05:00", "two columns"),
            ("2014-04-01 00:05:00,1,2", "two columns"),
        ] {
            let error = wrong(&format!("{start}{line}\n"));
            assert!(error.starts_with("line 3: ") && error.contains(what) && !error.contains("secret"), "{error}");
        }
        assert_eq!(read(b"\xff\xfe"), Err(SeriesError::Encoding));
    }

    #[test]
    fn the_hour_that_comes_twice_is_read_and_counted() {
        let text = "timestamp,value\r\n2025-10-26 02:30:00,1\r\n2025-10-26 02:00:00,2\r\n\r\n";
        assert_eq!(read(text.as_bytes()).expect("it reads").steps_back, 1);
    }

    #[test]
    fn a_missing_month_and_a_29_february_are_read_as_they_are() {
        let text = "timestamp,value\n2028-02-29 08:00:00,1\n2028-04-01 08:00:00,2\n";
        let series = read(text.as_bytes()).expect("it reads");
        assert_eq!((series.seconds[1] - series.seconds[0], series.steps_back), (32 * 86_400, 0));
        assert!(read(b"timestamp,value\n2027-02-29 08:00:00,1\n").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
