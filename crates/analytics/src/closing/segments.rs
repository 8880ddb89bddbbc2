//! How many of a school's declared teachers are in each segment of use, when a school period closes.
//!
//! Everybody declared is in exactly one cell, so the total is the number that the school declared and says nothing; who
//! has no segment (no use, an objection, too new) is in a cell like any other. Cells are closed as a split that teachers
//! make: five of them, five without any one class, else they join « autres ». Where all are in one cell, none leaves: it would
//! tell each one's segment, whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{IsoWeek, Period, SchoolYear};
use catalogue::{Catalogue, Measure, Value};
use privacy::Pseudonym;
use privacy::exit::{Cell, CloseError, Figures, Kind, Partition, Policy, ReleaseRecord, Shape, close};
use store::Establishment;

use super::roster::Roster;
use super::{Error, Round};
use crate::segments::{self, Reader, Weeks, Whose, Year};

/// The word of those of whom nothing is known.
const NONE: &str = "none";

/// The counts of one closing.
pub(super) struct Segments<'a> {
    round: &'a Round<'a>,
    measure: &'a Measure,
    split: &'a str,
    year: SchoolYear,
    through: IsoWeek,
    reader: Reader<'a>,
}

impl<'a> Segments<'a> {
    /// Opens what is needed. Nothing where the catalogue releases no such counts for this kind of period, where the
    /// committee has not approved them, or where no week has closed.
    pub(super) async fn open(
        round: &'a Round<'a>,
        period: &Period,
        year: SchoolYear,
        through: Option<IsoWeek>,
    ) -> Result<Option<Self>, Error> {
        let catalogue = round.store.catalogue();
        let listed = catalogue.releases().iter().filter(|release| release.periods.contains(&period.kind()));
        let mut found = listed.filter_map(|release| {
            let measure = catalogue.measures().get(usize::from(release.measure))?;
            let split = release.split.as_deref().filter(|_| measure.value == Value::Segments)?;
            round.approvals.approve(catalogue, measure).ok().map(|_| (measure, split))
        });
        let (Some((measure, split)), Some(through)) = (found.next_back(), through) else { return Ok(None) };
        let reader = Reader::open(round.store, year, through, None).await?;
        Ok(Some(Self { round, measure, split, year, through, reader }))
    }

    /// Teachers' weeks, by establishment.
    pub(super) async fn weeks(
        &self,
        bucket: Option<u8>,
    ) -> Result<BTreeMap<String, BTreeMap<Pseudonym, Weeks>>, Error> {
        Ok(self.reader.weeks(Whose::All(bucket)).await?)
    }

    /// What leaves of one establishment.
    pub(super) fn records(
        &self,
        one: &Establishment,
        roster: &Roster,
        weeks: Option<&BTreeMap<Pseudonym, Weeks>>,
        label: &str,
    ) -> Result<Vec<ReleaseRecord>, CloseError> {
        let catalogue = self.round.store.catalogue();
        let over = Year::of(self.round.calendar, one.academy.zone(), self.year, self.through);
        let mut cells: BTreeMap<String, Cell> = words(catalogue).map(|word| (word, Cell::new())).collect();
        let mut whole = Cell::new();
        let mut words_met = BTreeSet::new();
        for teacher in roster.all_teachers() {
            let hers = weeks.and_then(|weeks| weeks.get(&teacher));
            let months = hers.map(|hers| segments::course(catalogue, &over, hers, roster.presence(teacher)));
            let place = months.and_then(|months| months.last()?.segment);
            let word = place.map_or(NONE, |place| catalogue.segments()[place].name.as_str());
            words_met.insert(word);
            let class = roster.class_taught(teacher, None);
            for cell in [&mut whole, cells.entry(word.to_owned()).or_default()] {
                cell.contributor(teacher, class);
                cell.teacher(teacher, class);
                cell.value(teacher, class, 1);
            }
        }
        // Each bears one, so what is counted adds up like any sum and is closed like one.
        let shape = Shape { kind: Kind::Additive, made_by_teachers: true };
        // A cell of everybody would tell each one's segment: then none leaves.
        let tells_all = words_met.len() == 1;
        let partitions = if tells_all { Vec::new() } else { vec![Partition::new(self.split, cells)?] };
        let (whole, split) = (Figures::new(whole), Figures::new(partitions));
        let closed = close(whole, split, shape, &roster.establishment(), &Policy::default())?;
        Ok(closed.records(&self.measure.name, label))
    }
}

/// Every word that a declared teacher may be under.
fn words(catalogue: &Catalogue) -> impl Iterator<Item = String> {
    catalogue.segments().iter().map(|segment| segment.name.clone()).chain([NONE.to_owned()])
}
