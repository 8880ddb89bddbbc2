//! The rows a closing needs: few queries for many establishments, read into plain structs. Late rows stay out.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use arrow::array::StringArray;
use calendar::IsoWeek;
use catalogue::{Catalogue, Role};
use privacy::Pseudonym;
use store::{Error, LakeSession, Prune, Store, Table, date};

use crate::rows::{Hashes, days, numbers, texts};

/// A row of `person_week`.
pub(super) struct PersonRow {
    pub(super) week: IsoWeek,
    pub(super) role: Role,
    pub(super) person: Pseudonym,
    pub(super) class: Option<Pseudonym>,
    pub(super) event: u16,
    pub(super) facet: Arc<str>,
    pub(super) outcome: Arc<str>,
    pub(super) n: u64,
    pub(super) duration_ms: u64,
    pub(super) volume_kb: u64,
}

/// A row of `pupil_week`.
pub(super) struct PupilRow {
    pub(super) week: IsoWeek,
    pub(super) pupil: Pseudonym,
    /// The class the event named, which need not be the pupil's.
    pub(super) class: Option<Pseudonym>,
    pub(super) event: u16,
    pub(super) facet: Arc<str>,
    pub(super) outcome: Arc<str>,
    pub(super) n: u64,
}

/// What happened in one establishment.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) people: Vec<PersonRow>,
    pub(super) pupils: Vec<PupilRow>,
}

/// The lake as it was when a closing began to read it.
pub(super) struct Reader<'a> {
    catalogue: &'a Catalogue,
    session: LakeSession,
    filter: String,
}

impl<'a> Reader<'a> {
    /// Opens the rows of `weeks` and `events` that came in time.
    pub(super) async fn open(
        store: &'a Store,
        weeks: &BTreeSet<IsoWeek>,
        events: &BTreeSet<&str>,
    ) -> Result<Option<Self>, Error> {
        let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else { return Ok(None) };
        if events.is_empty() {
            return Ok(None);
        }
        let months = Some(first.month().number()..=last.month().number());
        let session = store
            .lake()
            .session(&[Table::PersonWeek, Table::PupilWeek], &Prune { months, establishment: None })
            .await?;
        let events: Vec<_> = events.iter().map(|event| format!("'{event}'")).collect();
        let filter = format!(
            "NOT late AND week BETWEEN DATE '{}' AND DATE '{}' AND event IN ({})",
            first.monday(),
            last.monday(),
            events.join(", ")
        );
        Ok(Some(Self { catalogue: store.catalogue(), session, filter }))
    }

    /// The rows by establishment, of one bucket or of all.
    pub(super) async fn rows(&self, bucket: Option<u8>) -> Result<BTreeMap<String, Rows>, Error> {
        let bucket = bucket.map_or_else(String::new, |bucket| format!(" AND bucket = {bucket}"));
        let mut rows = BTreeMap::new();
        let mut words = Words::default();
        self.people(&bucket, &mut words, &mut rows).await?;
        self.pupils(&bucket, &mut words, &mut rows).await?;
        Ok(rows)
    }

    async fn people(&self, bucket: &str, words: &mut Words, rows: &mut BTreeMap<String, Rows>) -> Result<(), Error> {
        let query = format!(
            "SELECT establishment, week, role, person, class, event, facet, outcome, SUM(n) AS n, \
                    SUM(duration_ms) AS duration_ms, SUM(volume_kb) AS volume_kb FROM person_week \
             WHERE {}{bucket} GROUP BY establishment, week, role, person, class, event, facet, outcome",
            self.filter
        );
        for batch in self.session.sql(&query).await? {
            let (place, week) = (texts(&batch, "establishment")?, days(&batch, "week")?);
            let (role, event) = (texts(&batch, "role")?, texts(&batch, "event")?);
            let (person, class) = (Hashes::of(&batch, "person")?, Hashes::of(&batch, "class")?);
            let (facet, outcome) = (texts(&batch, "facet")?, texts(&batch, "outcome")?);
            let (n, duration, volume) =
                (numbers(&batch, "n")?, numbers(&batch, "duration_ms")?, numbers(&batch, "volume_kb")?);
            for row in 0..batch.num_rows() {
                let kind = self.catalogue.event(event.value(row));
                let (Some(kind), Some(role), Some(person)) = (kind, Role::from_slug(role.value(row)), person.get(row))
                else {
                    continue;
                };
                of(rows, &place, row).people.push(PersonRow {
                    week: IsoWeek::of(date(week.value(row))),
                    role,
                    person,
                    class: class.get(row),
                    event: kind.index,
                    facet: words.word(facet.value(row)),
                    outcome: words.word(outcome.value(row)),
                    n: unsigned(n.value(row)),
                    duration_ms: unsigned(duration.value(row)),
                    volume_kb: unsigned(volume.value(row)),
                });
            }
        }
        Ok(())
    }

    async fn pupils(&self, bucket: &str, words: &mut Words, rows: &mut BTreeMap<String, Rows>) -> Result<(), Error> {
        let query = format!(
            "SELECT establishment, week, pupil, class, event, facet, outcome, SUM(n) AS n FROM pupil_week \
             WHERE {}{bucket} GROUP BY establishment, week, pupil, class, event, facet, outcome",
            self.filter
        );
        for batch in self.session.sql(&query).await? {
            let (place, week) = (texts(&batch, "establishment")?, days(&batch, "week")?);
            let (pupil, class) = (Hashes::of(&batch, "pupil")?, Hashes::of(&batch, "class")?);
            let (event, n) = (texts(&batch, "event")?, numbers(&batch, "n")?);
            let (facet, outcome) = (texts(&batch, "facet")?, texts(&batch, "outcome")?);
            for row in 0..batch.num_rows() {
                let (Some(kind), Some(pupil)) = (self.catalogue.event(event.value(row)), pupil.get(row)) else {
                    continue;
                };
                of(rows, &place, row).pupils.push(PupilRow {
                    week: IsoWeek::of(date(week.value(row))),
                    pupil,
                    class: class.get(row),
                    event: kind.index,
                    facet: words.word(facet.value(row)),
                    outcome: words.word(outcome.value(row)),
                    n: unsigned(n.value(row)),
                });
            }
        }
        Ok(())
    }
}

fn of<'a>(rows: &'a mut BTreeMap<String, Rows>, places: &StringArray, row: usize) -> &'a mut Rows {
    let place = places.value(row);
    if !rows.contains_key(place) {
        rows.insert(place.to_owned(), Rows::default());
    }
    rows.get_mut(place).expect("it was inserted just now")
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Slugs repeat over rows: each is kept once.
#[derive(Default)]
struct Words(HashSet<Arc<str>>);

impl Words {
    fn word(&mut self, slug: &str) -> Arc<str> {
        if let Some(word) = self.0.get(slug) {
            return Arc::clone(word);
        }
        let word: Arc<str> = slug.into();
        self.0.insert(Arc::clone(&word));
        word
    }
}
