//! Reads a file of school holidays: zone, name, first day off, first day back.

use jiff::civil::Date;

use crate::{CalendarError, Zone};

const HEADER: &str = "zone,name,first_day_off,first_day_back";

/// Which pause of the year a holiday is, since the pauses bound the school periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// All Saints.
    Autumn,
    /// Christmas.
    Christmas,
    /// Winter.
    Winter,
    /// Spring.
    Spring,
    /// Summer.
    Summer,
    /// A long week-end inside a period.
    Bridge,
}

impl Pause {
    /// The pause that a name announces, whatever its spelling around.
    fn of(name: &str) -> Self {
        let pauses = [
            ("Toussaint", Self::Autumn),
            ("Noël", Self::Christmas),
            ("hiver", Self::Winter),
            ("printemps", Self::Spring),
            ("été", Self::Summer),
        ];
        pauses.into_iter().find(|(word, _)| name.contains(word)).map_or(Self::Bridge, |(_, pause)| pause)
    }
}

/// A holiday of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holiday {
    pub zone: Zone,
    pub name: String,
    pub pause: Pause,
    pub first_day_off: Date,
    pub first_day_back: Date,
}

impl Holiday {
    pub fn contains(&self, date: Date) -> bool {
        (self.first_day_off..self.first_day_back).contains(&date)
    }
}

/// Every holiday of a text, sorted by zone and date; those of one zone do not overlap.
pub(crate) fn read(text: &str) -> Result<Vec<Holiday>, CalendarError> {
    let fail = |line: usize, reason: &str| CalendarError::Holidays { line, reason: reason.to_owned() };
    let mut lines = text.lines().zip(1_usize..);
    if lines.next().is_none_or(|(line, _)| line.trim_end() != HEADER) {
        return Err(fail(1, &format!("the header is missing; it must be {HEADER}")));
    }
    let mut rows = Vec::new();
    for (line, number) in lines.filter(|(line, _)| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.trim_end().split(',').collect();
        let [zone, name, off, back] = fields[..] else {
            return Err(fail(number, "a line has four fields: zone, name, first day off, first day back"));
        };
        let date = |text: &str| {
            text.parse::<Date>().map_err(|_| fail(number, "a date does not read; write it like 2025-10-18"))
        };
        let holiday = Holiday {
            zone: zone.parse().map_err(|_| fail(number, "the zone is unknown; it must be A, B, C or other"))?,
            name: name.to_owned(),
            pause: Pause::of(name),
            first_day_off: date(off)?,
            first_day_back: date(back)?,
        };
        if holiday.first_day_off >= holiday.first_day_back {
            return Err(fail(number, "the first day back must come after the first day off"));
        }
        rows.push((holiday, number));
    }
    rows.sort_by_key(|(holiday, _)| (holiday.zone, holiday.first_day_off));
    for pair in rows.windows(2) {
        let [(before, _), (after, number)] = pair else { continue };
        if before.zone == after.zone && before.first_day_back > after.first_day_off {
            return Err(fail(*number, "the holiday overlaps another of its zone; correct one of the two"));
        }
    }
    Ok(rows.into_iter().map(|(holiday, _)| holiday).collect())
}
