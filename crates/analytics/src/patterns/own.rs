//! A teacher's own weekdays, in the weeks that have not closed yet: once a week has closed, its days are gone. Live, exact,
//! logged like every other view of hers, and for her alone.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{IsoWeek, Month};
use catalogue::{Origin, Value, View as ViewName};
use jiff::civil::Date;
use privacy::exit::{Figures, OwnAccess, Released, Subject};
use serde::Serialize;
use store::{Error, Prune, Store, Table, date};

use crate::governance::Approvals;
use crate::rows::{days, numbers, texts};

/// What she did on one weekday of the weeks that are open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnDay {
    /// 1 is Monday.
    pub weekday: u8,
    /// How many of these days have passed, today's included.
    pub passed: usize,
    /// On how many of them she did something.
    pub active: usize,
    /// How many of her acts were counted.
    pub acts: u64,
}

/// Her own weekdays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnWeekdays {
    /// The first day: the Monday after the last week that has closed.
    pub from: String,
    /// The last: today.
    pub until: String,
    /// The seven weekdays; nothing where she did nothing.
    pub days: Vec<OwnDay>,
}

/// Her weekdays from the day after `closed` until `today`. Only acts that an approved measure of `Ma classe` counts are
/// in it; only her own rows are read.
///
/// Fails when the store does.
pub(super) async fn weekdays(
    store: &Store,
    approvals: &Approvals,
    access: &OwnAccess,
    closed: Option<IsoWeek>,
    today: Date,
) -> Result<Released<OwnWeekdays>, Error> {
    // Before anything has closed, this week and the one before are open.
    let first = closed.map_or_else(|| IsoWeek::of(today).prev(), IsoWeek::next).monday();
    let nothing = OwnWeekdays { from: first.to_string(), until: today.to_string(), days: Vec::new() };
    let Subject::Person(person) = access.subject() else {
        return Ok(Released::own(Figures::new(nothing), access));
    };
    let catalogue = store.catalogue();
    let measures = catalogue.measures().iter().filter(|measure| {
        measure.is_in(ViewName::MaClasse)
            && measure.leaves_as(Origin::Own)
            && matches!(measure.value, Value::Count(_))
            && approvals.approve(catalogue, measure).is_ok()
    });
    let counted: BTreeSet<&str> =
        measures.flat_map(|measure| catalogue.events_of(measure)).map(|event| event.name.as_str()).collect();
    let uai = access.establishment();
    let months = Some(Month::of(first).number()..=Month::of(today).number());
    let session =
        store.lake().session(&[Table::PersonDay], &Prune { months, establishment: Some(uai.clone()) }).await?;
    let query = format!(
        "SELECT day, event, SUM(n) AS n FROM person_day \
         WHERE establishment = '{uai}' AND person = X'{}' AND day BETWEEN DATE '{first}' AND DATE '{today}' \
         GROUP BY day, event",
        person.to_hex()
    );
    let mut acts = BTreeMap::<Date, u64>::new();
    for batch in session.sql(&query).await? {
        let (day, event, n) = (days(&batch, "day")?, texts(&batch, "event")?, numbers(&batch, "n")?);
        for row in (0..batch.num_rows()).filter(|row| counted.contains(event.value(*row))) {
            *acts.entry(date(day.value(row))).or_default() += u64::try_from(n.value(row)).unwrap_or(0);
        }
    }
    let found = OwnWeekdays { days: by_weekday(&acts, first, today), ..nothing };
    Ok(Released::own(Figures::new(found), access))
}

fn by_weekday(acts: &BTreeMap<Date, u64>, first: Date, today: Date) -> Vec<OwnDay> {
    if acts.values().all(|n| *n == 0) {
        return Vec::new();
    }
    let all = || first.series(jiff::Span::new().days(1)).take_while(|day| *day <= today);
    let of = |weekday: i8| {
        let days: Vec<Date> = all().filter(|day| day.weekday().to_monday_one_offset() == weekday).collect();
        let counts = || days.iter().map(|day| acts.get(day).copied().unwrap_or(0));
        OwnDay {
            weekday: weekday.unsigned_abs(),
            passed: days.len(),
            active: counts().filter(|n| *n > 0).count(),
            acts: counts().sum(),
        }
    };
    (1..=7).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_by_weekday_and_nothing_is_no_habit() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let acts = BTreeMap::from([(day("2025-11-17"), 3), (day("2025-11-20"), 2), (day("2025-11-24"), 4)]);
        let found = by_weekday(&acts, day("2025-11-17"), day("2025-11-26"));
        assert_eq!(found[0], OwnDay { weekday: 1, passed: 2, active: 2, acts: 7 });
        assert_eq!(found[3], OwnDay { weekday: 4, passed: 1, active: 1, acts: 2 });
        assert_eq!(found[6], OwnDay { weekday: 7, passed: 1, active: 0, acts: 0 });
        assert_eq!(by_weekday(&BTreeMap::new(), day("2025-11-17"), day("2025-11-26")), []);
    }
}
