//! When a value was, and how far the next is: whole numbers, days, months, or times of day.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span, Timestamp};

/// When a value was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// A whole number.
    Number(i64),
    /// A day, or a day and a time without its offset.
    Civil(DateTime),
    /// A time with its offset, which clock changes do not trouble.
    Instant(Timestamp),
}

impl Moment {
    /// Reads a whole number (17, also as 17.0), a month (2025-09, its first day), a day (2025-09-01), or a time
    /// (2025-09-01T08:00, with or without its offset).
    pub(super) fn read(text: &str) -> Option<Moment> {
        // Programs that know no whole numbers beside missing ones write them with a point and zeros.
        let whole = text.split_once('.').filter(|(_, rest)| !rest.is_empty() && rest.bytes().all(|byte| byte == b'0'));
        if let Ok(number) = whole.map_or(text, |(whole, _)| whole).parse() {
            return Some(Moment::Number(number));
        }
        if let [_, _, _, _, b'-', _, _] = text.as_bytes() {
            return format!("{text}-01").parse::<Date>().map(|day| Moment::Civil(day.into())).ok();
        }
        if let Ok(instant) = text.parse() {
            return Some(Moment::Instant(instant));
        }
        text.parse().map(Moment::Civil).or_else(|_| text.parse::<Date>().map(|day| Moment::Civil(day.into()))).ok()
    }
}

/// How far the next value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    /// So many whole numbers.
    Number(i64),
    /// So many months.
    Months(i32),
    /// From the end of a month to the end of the one so many months later, whatever their lengths.
    MonthEnds(i32),
    /// So many seconds.
    Seconds(i64),
}

impl Stride {
    /// What a step from one moment to the next can be. Nothing where time does not go forward.
    pub(super) fn between(first: Moment, second: Moment) -> Vec<Stride> {
        match (first, second) {
            (Moment::Number(first), Moment::Number(second)) => {
                second.checked_sub(first).filter(|step| *step > 0).map(Stride::Number).into_iter().collect()
            }
            (Moment::Civil(first), Moment::Civil(second)) if second > first => {
                let months = (i32::from(second.year()) - i32::from(first.year())) * 12 + i32::from(second.month())
                    - i32::from(first.month());
                let seconds = second.duration_since(first).as_secs();
                let any = [Stride::Months(months), Stride::MonthEnds(months), Stride::Seconds(seconds)];
                any.into_iter().filter(|stride| stride.later(Moment::Civil(first), 1) == Some(second.into())).collect()
            }
            (Moment::Instant(first), Moment::Instant(second)) if second > first => {
                vec![Stride::Seconds(second.duration_since(first).as_secs())]
            }
            _ => Vec::new(),
        }
    }

    /// What a step is taken to be where there is one moment only: one; a day; an hour.
    pub(super) fn presumed(moment: Moment) -> Stride {
        match moment {
            Moment::Number(_) => Stride::Number(1),
            Moment::Civil(time) if time.date().to_datetime(time.time()) == time.date().into() => {
                Stride::Seconds(86_400)
            }
            Moment::Civil(_) | Moment::Instant(_) => Stride::Seconds(3_600),
        }
    }

    /// The moment so many steps later; nothing past the end of time.
    pub(super) fn later(self, first: Moment, steps: usize) -> Option<Moment> {
        let steps = i64::try_from(steps).ok()?;
        match (self, first) {
            (Stride::Number(each), Moment::Number(number)) => {
                each.checked_mul(steps).and_then(|more| number.checked_add(more)).map(Moment::Number)
            }
            (Stride::Months(each), Moment::Civil(time)) => months_later(time, each, steps).map(Moment::Civil),
            (Stride::MonthEnds(each), Moment::Civil(time)) if time.date() == time.date().last_of_month() => {
                let later = months_later(time, each, steps)?;
                Some(Moment::Civil(later.date().last_of_month().to_datetime(time.time())))
            }
            (Stride::Seconds(each), Moment::Civil(time)) => {
                time.checked_add(SignedDuration::from_secs(each.checked_mul(steps)?)).ok().map(Moment::Civil)
            }
            (Stride::Seconds(each), Moment::Instant(time)) => {
                time.checked_add(SignedDuration::from_secs(each.checked_mul(steps)?)).ok().map(Moment::Instant)
            }
            _ => None,
        }
    }
}

/// The same day and time so many months later, or the last day of that month where it is shorter.
fn months_later(time: DateTime, each: i32, steps: i64) -> Option<DateTime> {
    time.checked_add(Span::new().try_months(i64::from(each).checked_mul(steps)?).ok()?).ok()
}

impl From<DateTime> for Moment {
    fn from(time: DateTime) -> Moment {
        Moment::Civil(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::read(text).unwrap()
    }

    #[test]
    fn months_and_days_are_told_apart_by_what_follows() {
        let found = Stride::between(at("2025-02-01"), at("2025-03-01"));
        assert_eq!(found, [Stride::Months(1), Stride::Seconds(28 * 86_400)]);
        assert_eq!(found[0].later(at("2025-02-01"), 2), Some(at("2025-04-01")));
        assert_eq!(Stride::between(at("2025-01-31"), at("2025-02-28"))[0], Stride::Months(1));
        assert_eq!(Stride::between(at("2"), at("1")), []);
        assert_eq!(Stride::between(at("2"), at("2025-01-01")), []);
    }

    #[test]
    fn ends_of_months_follow_each_other_whatever_their_lengths() {
        let strides = |first: &str, second: &str| Stride::between(at(first), at(second));
        let quarter = strides("2023-06-30", "2023-09-30");
        assert_eq!(quarter[..2], [Stride::Months(3), Stride::MonthEnds(3)]);
        assert_eq!(quarter[1].later(at("2023-06-30"), 2), Some(at("2023-12-31")));
        assert_eq!(strides("2024-02-29", "2024-03-31")[0], Stride::MonthEnds(1));
        assert_eq!(Stride::MonthEnds(12).later(at("2023-02-28"), 1), Some(at("2024-02-29")));
        assert_eq!(Stride::MonthEnds(1).later(at("2023-02-27"), 1), None);
    }

    #[test]
    fn a_moment_is_read_in_the_forms_that_programs_write() {
        assert_eq!(at("17.0"), Moment::Number(17));
        assert_eq!(at("-3"), Moment::Number(-3));
        assert_eq!(at("2025-09"), at("2025-09-01"));
        assert_eq!(at("2025-09-01 08:30"), at("2025-09-01T08:30:00"));
        for wrong in ["17.5", "17.", ".0", "2025-13", "2025-9-1", "soon", "01/09/2025", "2025-02-29", ""] {
            assert_eq!(Moment::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_hour_with_its_offset_follows_across_a_clock_change() {
        let before = at("2025-03-30T01:00:00+01:00");
        assert_eq!(Stride::presumed(before).later(before, 1), Some(at("2025-03-30T03:00:00+02:00")));
    }
}
