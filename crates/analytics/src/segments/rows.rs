//! Reading teachers' weeks from `person_week`: what they used, whether they worked on content, on how many days.

use std::collections::BTreeMap;

use calendar::{IsoWeek, SchoolYear};
use catalogue::Catalogue;
use privacy::{Pseudonym, Uai};
use store::{ACTIVE_DAYS, Error, LakeSession, Prune, Store, Table, date};

use super::course::Weeks;
use crate::rows::{Hashes, days, numbers, texts};

/// The event of features.
const FEATURE_USED: &str = "feature_used";
/// The word list of features.
const FEATURES: &str = "feature";

/// Whose weeks.
pub(crate) enum Whose<'a> {
    /// One teacher's, late rows included.
    Hers(&'a Uai, Pseudonym),
    /// Everybody's of one bucket of establishments, or of all, as far as they came in time.
    All(Option<u8>),
}

/// The rows of a school year through a week.
pub(crate) struct Reader<'a> {
    catalogue: &'a Catalogue,
    session: LakeSession,
    span: String,
}

impl<'a> Reader<'a> {
    /// Opens them; of one establishment, or of all.
    pub(crate) async fn open(
        store: &'a Store,
        year: SchoolYear,
        through: IsoWeek,
        establishment: Option<&Uai>,
    ) -> Result<Self, Error> {
        let first = IsoWeek::of(year.first_day());
        let months = Some(first.month().number()..=through.month().number());
        let prune = Prune { months, establishment: establishment.cloned() };
        let session = store.lake().session(&[Table::PersonWeek], &prune).await?;
        let span = format!("week BETWEEN DATE '{}' AND DATE '{}'", first.monday(), through.monday());
        Ok(Self { catalogue: store.catalogue(), session, span })
    }

    /// Teachers' weeks, by establishment and person.
    pub(crate) async fn weeks(&self, whose: Whose<'_>) -> Result<BTreeMap<String, BTreeMap<Pseudonym, Weeks>>, Error> {
        let whose = match whose {
            Whose::Hers(uai, person) => format!("establishment = '{uai}' AND person = X'{}'", person.to_hex()),
            Whose::All(Some(bucket)) => format!("NOT late AND bucket = {bucket}"),
            Whose::All(None) => "NOT late".to_owned(),
        };
        // Whatever else she did only says that she was there.
        let query = format!(
            "SELECT establishment, person, week, event, CASE WHEN event = '{FEATURE_USED}' THEN facet ELSE '' END AS facet, \
                    SUM(n) AS n FROM person_week WHERE role = 'teacher' AND {} AND {whose} \
             GROUP BY establishment, person, week, event, \
                      CASE WHEN event = '{FEATURE_USED}' THEN facet ELSE '' END",
            self.span
        );
        let features = self.catalogue.word_list(FEATURES);
        let mut teachers = BTreeMap::<String, BTreeMap<Pseudonym, Weeks>>::new();
        for batch in self.session.sql(&query).await? {
            let (uai, person, week) =
                (texts(&batch, "establishment")?, Hashes::of(&batch, "person")?, days(&batch, "week")?);
            let (event, facet, n) = (texts(&batch, "event")?, texts(&batch, "facet")?, numbers(&batch, "n")?);
            for row in 0..batch.num_rows() {
                let Some(person) = person.get(row) else { continue };
                if !teachers.contains_key(uai.value(row)) {
                    teachers.insert(uai.value(row).to_owned(), BTreeMap::new());
                }
                let Some(school) = teachers.get_mut(uai.value(row)) else { continue };
                let weeks = school.entry(person).or_default();
                let week = IsoWeek::of(date(week.value(row)));
                weeks.seen(week);
                match event.value(row) {
                    ACTIVE_DAYS => weeks.active_days(week, u32::try_from(n.value(row)).unwrap_or(0)),
                    FEATURE_USED => {
                        if let Some(feature) = features.and_then(|list| list.position(facet.value(row))) {
                            weeks.used(week, feature);
                        }
                    }
                    other => {
                        if self.catalogue.event(other).is_some_and(|event| event.content) {
                            weeks.content(week);
                        }
                    }
                }
            }
        }
        Ok(teachers)
    }
}

/// The events that make a day an active one.
pub(crate) fn content_events(catalogue: &Catalogue) -> Vec<&str> {
    catalogue
        .events()
        .iter()
        .filter(|event| event.content && event.fold.person)
        .map(|event| event.name.as_str())
        .collect()
}
