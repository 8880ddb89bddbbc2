//! The calendar file of a forecast: `t,kind` or `id,t,kind`, one row a step.
//!
//! `t` is written as in the series, and must reach over every step of them and of the horizon after. `kind` is `closed`
//! where nothing happens, and any other word where something does: steps with the same word are alike, so `open` and
//! `wednesday` tell days apart that differ for a reason. With a column `id`, a row is of that series alone; rows with an
//! empty id, or of a file without the column, are of every series that has no rows of its own (zones differ in holidays).

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use csv::ReaderBuilder;

use super::{Moment, NO_MOMENT, Series, TableError, columns, no_wider, unreadable, wrong};
use crate::forecast::Day;

const CALENDAR: &str = "t,kind";

/// What is open when, by series.
#[derive(Debug, Clone, Default)]
pub struct OpenDays {
    common: BTreeMap<Moment, Day>,
    own: HashMap<String, BTreeMap<Moment, Day>>,
}

impl OpenDays {
    /// Reads a calendar file. Fails at the first row that is wrong or comes twice.
    pub fn read(file: impl Read) -> Result<OpenDays, TableError> {
        let mut reader = ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(file);
        let [t, kind] = columns(&mut reader, ["t", "kind"], CALENDAR)?;
        let id = columns(&mut reader, ["id"], CALENDAR).ok();
        let width = reader.headers().map_err(unreadable)?.len();
        let mut found = OpenDays::default();
        let mut kinds: HashMap<String, u16> = HashMap::new();
        let mut rows = 0_u64;
        for row in reader.records() {
            let row = row.map_err(unreadable)?;
            no_wider(&row, width)?;
            let moment = row.get(t).and_then(Moment::read).ok_or_else(|| wrong(&row, NO_MOMENT))?;
            let day = match row.get(kind).unwrap_or_default() {
                "" => {
                    return Err(wrong(&row, "the kind is missing; write closed, open or a word of your own"));
                }
                "closed" => Day::Closed,
                word => {
                    let next = u16::try_from(kinds.len()).ok().filter(|next| *next < 1000);
                    match kinds.get(word).copied().or(next) {
                        Some(number) => Day::Open(*kinds.entry(word.to_owned()).or_insert(number)),
                        None => return Err(wrong(&row, "there are too many kinds; use no more than 1000")),
                    }
                }
            };
            let owner = id.and_then(|[id]| row.get(id)).filter(|id| !id.is_empty());
            let days = match owner {
                Some(id) => found.own.entry(id.to_owned()).or_default(),
                None => &mut found.common,
            };
            if days.insert(moment, day).is_some() {
                return Err(wrong(&row, "this t was already given; one row a step is expected"));
            }
            rows += 1;
        }
        if rows == 0 {
            return Err(TableError::Empty { expected: CALENDAR });
        }
        Ok(found)
    }

    /// The days of a series and of `horizon` steps after it. Fails where the calendar does not say of one.
    pub fn of(&self, series: &Series, horizon: usize) -> Result<Vec<Day>, TableError> {
        let days = self.own.get(&series.id).unwrap_or(&self.common);
        (0..series.values.len() + horizon)
            .map(|at| series.stride.later(series.first, at).and_then(|moment| days.get(&moment).copied()))
            .collect::<Option<Vec<Day>>>()
            .ok_or_else(|| TableError::Calendar { id: series.id.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::read_series;

    #[test]
    fn a_series_has_its_own_days_or_those_of_all() {
        let calendar = "id,t,kind\n,2025-09-01,open\n,2025-09-02,closed\nb,2025-09-01,closed\nb,2025-09-02,half\n";
        let calendar = OpenDays::read(calendar.as_bytes()).unwrap();
        let series = read_series("id,t,y\na,2025-09-01,5\nb,2025-09-01,5\n".as_bytes()).unwrap();
        assert_eq!(calendar.of(&series[0], 1).unwrap(), [Day::Open(0), Day::Closed]);
        assert_eq!(calendar.of(&series[1], 1).unwrap(), [Day::Closed, Day::Open(1)]);
        assert!(calendar.of(&series[1], 2).unwrap_err().to_string().contains("does not reach"));
    }

    #[test]
    fn a_wrong_row_is_named_by_its_line() {
        let told = |text: &str| OpenDays::read(text.as_bytes()).unwrap_err().to_string();
        assert!(told("t,kind\n1,open\n1,open\n").starts_with("line 3: this t was already given"));
        assert!(told("t,kind\n1,\n").starts_with("line 2: the kind is missing"));
        assert!(told("t,kind\nsoon,open\n").starts_with("line 2: t is no whole"));
        assert!(told("t\n1\n").contains("no column kind"));
        assert!(told("t,kind\n").contains("no row"));
    }
}
