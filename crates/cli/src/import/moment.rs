//! When a row happened: days relative to an anchor, a date and time in a format of its own, or ISO 8601.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;

use super::mapping::wrong;

/// The field `at` of a mapping.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// The column.
    pub column: String,
    /// `days`: the column counts days from `--anchor`.
    #[serde(default)]
    pub relative: Option<Relative>,
    /// How dates are written, in the notation of strftime; ISO 8601 without it.
    #[serde(default)]
    pub format: Option<String>,
    /// The hour of rows that only give a day, as in `09:30`; noon without it.
    #[serde(default)]
    pub time: Option<String>,
}

/// What a relative number counts.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relative {
    /// Days.
    Days,
}

/// How the column is read.
pub struct Reading {
    kind: Kind,
    time: Time,
}

enum Kind {
    Days(Date),
    Format(String),
    Iso,
}

impl At {
    /// How its column is read. Fails when the mapping, or a missing `--anchor`, makes no sense.
    pub fn reading(&self, anchor: Option<Date>) -> anyhow::Result<Reading> {
        let time = match self.time.as_deref() {
            Some(text) => text.parse().map_err(|_| wrong("event.at.time: an hour is expected, as in 09:30"))?,
            None => Time::constant(12, 0, 0, 0),
        };
        let kind = match (self.relative, &self.format) {
            (Some(_), Some(_)) => return Err(wrong("event.at: either relative or format, not both")),
            (Some(Relative::Days), None) => {
                let needed = || {
                    wrong("the mapping counts days from an anchor: give it with --anchor, as in --anchor 2025-10-01")
                };
                Kind::Days(anchor.ok_or_else(needed)?)
            }
            (None, Some(format)) => {
                let probe = Date::constant(2025, 11, 24).at(9, 12, 31, 0).to_zoned_datetime(TimeZone::UTC)?;
                strtime::format(format, &probe)
                    .map_err(|_| wrong("event.at.format: a format of strftime is expected, as in %d/%m/%Y %H:%M"))?;
                Kind::Format(format.clone())
            }
            (None, None) => Kind::Iso,
        };
        Ok(Reading { kind, time })
    }
}

impl Reading {
    /// The moment a text stands for, in a school's time zone unless the text has an offset of its own.
    pub fn moment(&self, text: &str, zone: &TimeZone) -> Option<Timestamp> {
        let local = match &self.kind {
            Kind::Days(anchor) => {
                anchor.checked_add(Span::new().try_days(text.parse::<i64>().ok()?).ok()?).ok()?.to_datetime(self.time)
            }
            Kind::Format(format) => {
                let parsed = strtime::parse(format, text).ok()?;
                if parsed.offset().is_some() {
                    return parsed.to_timestamp().ok();
                }
                match parsed.hour() {
                    Some(_) => parsed.to_datetime().ok()?,
                    None => parsed.to_date().ok()?.to_datetime(self.time),
                }
            }
            Kind::Iso => {
                if let Ok(moment) = text.parse::<Timestamp>() {
                    return Some(moment);
                }
                // A date alone parses as its midnight, so dates are tried first.
                let is_date = text.len() == "2025-11-24".len();
                if is_date {
                    text.parse::<Date>().ok()?.to_datetime(self.time)
                } else {
                    text.parse::<DateTime>().ok()?
                }
            }
        };
        zone.to_timestamp(local).ok()
    }

    /// What would be right, for a refused row.
    pub const fn expected(&self) -> &'static str {
        match self.kind {
            Kind::Days(_) => "a whole number of days from the anchor",
            Kind::Format(_) => "a date in the format that the mapping names",
            Kind::Iso => "a date, or a date and time, as in 2025-11-24 or 2025-11-24T09:12:31",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(at: &str, text: &str) -> Option<String> {
        let at: At = toml::from_str(at).ok()?;
        let reading = at.reading(Some(Date::constant(2025, 10, 1))).ok()?;
        reading.moment(text, &TimeZone::get("Europe/Paris").ok()?).map(|moment| moment.to_string())
    }

    #[test]
    fn a_moment_is_read_in_each_way_of_writing() {
        let cases = [
            ("column = 'd'\nrelative = 'days'", "-10", Some("2025-09-21T10:00:00Z")),
            ("column = 'd'\nrelative = 'days'\ntime = '08:30'", "30", Some("2025-10-31T07:30:00Z")),
            ("column = 'd'\nrelative = 'days'", "ten", None),
            ("column = 'd'\nrelative = 'days'", "999999999999", None),
            ("column = 'd'\nformat = '%d/%m/%Y %H:%M'", "24/11/2025 09:12", Some("2025-11-24T08:12:00Z")),
            ("column = 'd'\nformat = '%d/%m/%Y'", "24/11/2025", Some("2025-11-24T11:00:00Z")),
            ("column = 'd'\nformat = '%d/%m/%Y'", "2025-11-24", None),
            ("column = 'd'", "2025-11-24", Some("2025-11-24T11:00:00Z")),
            ("column = 'd'", "2025-11-24 09:12:31", Some("2025-11-24T08:12:31Z")),
            ("column = 'd'", "2025-11-24T09:12:31+03:00", Some("2025-11-24T06:12:31Z")),
            ("column = 'd'", "yesterday", None),
        ];
        for (at, text, expected) in cases {
            assert_eq!(read(at, text).as_deref(), expected, "{at} {text}");
        }
    }

    #[test]
    fn a_mapping_that_makes_no_sense_is_told() {
        let of = |text: &str| toml::from_str::<At>(text).ok();
        assert!(of("column = 'd'\nrelative = 'weeks'").is_none());
        assert!(of("column = 'd'\nformat = '%!'").is_some_and(|at| at.reading(None).is_err()));
        assert!(of("column = 'd'\nrelative = 'days'").is_some_and(|at| at.reading(None).is_err()));
        assert!(of("column = 'd'\ntime = 'noon'").is_some_and(|at| at.reading(None).is_err()));
    }
}
