//! The rows of one class over a range, read in two queries.

use calendar::IsoWeek;
use privacy::{Pseudonym, Uai};
use store::{Error, Prune, Store, Table, date};

use crate::range::Range;
use crate::rows::{Hashes, days, numbers, texts};

/// One row of `person_week`.
pub(crate) struct PersonRow {
    pub(crate) role: String,
    pub(crate) person: Pseudonym,
    pub(crate) week: IsoWeek,
    pub(crate) event: String,
    pub(crate) facet: String,
    pub(crate) outcome: String,
    pub(crate) n: i64,
    pub(crate) duration_ms: i64,
    pub(crate) volume_kb: i64,
}

/// One row of `pupil_week`.
pub(crate) struct PupilRow {
    pub(crate) pupil: Pseudonym,
    pub(crate) week: IsoWeek,
    pub(crate) event: String,
    pub(crate) facet: String,
    pub(crate) domain: String,
    pub(crate) theme: String,
    pub(crate) n: i64,
}

/// What happened in a class.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) people: Vec<PersonRow>,
    pub(crate) pupils: Vec<PupilRow>,
}

/// Reads the class's rows.
pub(crate) async fn read(store: &Store, uai: &Uai, class: Pseudonym, range: &Range) -> Result<Rows, Error> {
    let prune = Prune { months: Some(range.months()), establishment: Some(uai.clone()) };
    let session = store.lake().session(&[Table::PersonWeek, Table::PupilWeek], &prune).await?;
    let of_class = format!(
        "establishment = '{uai}' AND class = X'{}' AND week BETWEEN DATE '{}' AND DATE '{}'",
        class.to_hex(),
        range.first_day(),
        range.last_day()
    );
    let people = format!(
        "SELECT role, person, week, event, facet, outcome, SUM(n) AS n, SUM(duration_ms) AS duration_ms, \
                SUM(volume_kb) AS volume_kb \
         FROM person_week WHERE {of_class} GROUP BY role, person, week, event, facet, outcome"
    );
    let pupils = format!(
        "SELECT pupil, week, event, facet, domain, theme, SUM(n) AS n \
         FROM pupil_week WHERE {of_class} GROUP BY pupil, week, event, facet, domain, theme"
    );
    let (people, pupils) = tokio::try_join!(session.sql(&people), session.sql(&pupils))?;
    let mut rows = Rows::default();
    for batch in &people {
        let (role, event, facet, outcome) =
            (texts(batch, "role")?, texts(batch, "event")?, texts(batch, "facet")?, texts(batch, "outcome")?);
        let (person, week, n) = (Hashes::of(batch, "person")?, days(batch, "week")?, numbers(batch, "n")?);
        let (duration, volume) = (numbers(batch, "duration_ms")?, numbers(batch, "volume_kb")?);
        for row in 0..batch.num_rows() {
            let Some(person) = person.get(row) else { continue };
            rows.people.push(PersonRow {
                role: role.value(row).to_owned(),
                person,
                week: IsoWeek::of(date(week.value(row))),
                event: event.value(row).to_owned(),
                facet: facet.value(row).to_owned(),
                outcome: outcome.value(row).to_owned(),
                n: n.value(row),
                duration_ms: duration.value(row),
                volume_kb: volume.value(row),
            });
        }
    }
    for batch in &pupils {
        let (event, facet) = (texts(batch, "event")?, texts(batch, "facet")?);
        let (domain, theme) = (texts(batch, "domain")?, texts(batch, "theme")?);
        let (pupil, week, n) = (Hashes::of(batch, "pupil")?, days(batch, "week")?, numbers(batch, "n")?);
        for row in 0..batch.num_rows() {
            let Some(pupil) = pupil.get(row) else { continue };
            rows.pupils.push(PupilRow {
                pupil,
                week: IsoWeek::of(date(week.value(row))),
                event: event.value(row).to_owned(),
                facet: facet.value(row).to_owned(),
                domain: domain.value(row).to_owned(),
                theme: theme.value(row).to_owned(),
                n: n.value(row),
            });
        }
    }
    Ok(rows)
}
