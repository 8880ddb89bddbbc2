//! Closing a week: every approved measure of every establishment goes through the exit gate, once.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{IsoWeek, Period, Zone};
use catalogue::{Catalogue, PeriodKind, Split, WordList};
use privacy::exit::{
    CloseError, DistinctCount, Figures, Kind, Partition, Policy, ReleaseRecord, close, close_distinct,
};
use store::{Closing, Establishment, ReleaseRow};

use super::contributions::{Contributions, Window};
use super::plan::{Item, Plan};
use super::read::{Reader, Rows};
use super::roster::Roster;
use super::stored::Stored;
use super::{Error, Round, groups};
use crate::segments;

/// Computes what a week releases and closes it.
pub(super) async fn close_week(round: &Round<'_>, week: IsoWeek) -> Result<(), Error> {
    let store = round.store;
    let catalogue = store.catalogue();
    let plan = Plan::of(catalogue, round.approvals, PeriodKind::Week);
    let weeks = BTreeSet::from([week]);
    let reader = Reader::open(store, &weeks, &plan.events(catalogue)).await?;
    let earlier = earlier(round, week).await?;
    let (nothing, unknown) = (Rows::default(), Stored::default());
    let mut released = Vec::new();
    for (bucket, establishments) in groups(round.establishments) {
        let rows = match &reader {
            Some(reader) => reader.rows(bucket).await?,
            None => BTreeMap::new(),
        };
        for one in establishments {
            let roster = Roster::read(store.register(), &one.uai, week.school_year()).await?;
            let rows = rows.get(one.uai.as_str()).unwrap_or(&nothing);
            let contributions = Contributions { rows, roster: &roster };
            let mut records = Vec::new();
            for item in &plan.items {
                records.extend(records_of(catalogue, item, &contributions, &weeks, &week.to_string())?);
            }
            let earlier = earlier.get(&one.academy.zone()).unwrap_or(&unknown);
            released.extend(rows_of(one, earlier.put_beside(one.uai.as_str(), records)));
        }
    }
    // Its files are replaced next.
    drop(reader);
    let closing = Closing {
        period_kind: PeriodKind::Week.slug(),
        period: week.to_string(),
        zone: String::new(),
        start: week.monday(),
        end: week.sunday(),
        closed_on: round.today,
        at: round.now,
        rows: released,
        cubes: Vec::new(),
    };
    // Days are only counted for what the committee has approved.
    let is_approved = segments::is_approved(round.approvals);
    let active_on = if is_approved { segments::content_events(catalogue) } else { Vec::new() };
    Ok(store.close_week(week, closing, &active_on).await?)
}

/// The same school week of the year before, by zone.
async fn earlier(round: &Round<'_>, week: IsoWeek) -> Result<BTreeMap<Zone, Stored>, Error> {
    let mut earlier = BTreeMap::new();
    for zone in round.zones() {
        let same = round.calendar.same_school_week_of_previous_year(zone, week).map(Period::Week);
        earlier.insert(zone, Stored::of_period(round.store, same.as_ref()).await?);
    }
    Ok(earlier)
}

fn records_of(
    catalogue: &Catalogue,
    item: &Item<'_>,
    contributions: &Contributions<'_>,
    weeks: &BTreeSet<IsoWeek>,
    label: &str,
) -> Result<Vec<ReleaseRecord>, CloseError> {
    let (shape, policy) = (item.shape(), Policy::default());
    let establishment = contributions.roster.establishment();
    let window = Window { weeks, least: 1 };
    let whole = contributions.whole(item, &window);
    let closed = if shape.kind == Kind::Distinct {
        let count = DistinctCount { people: whole, nested: Vec::new(), parts: Vec::new() };
        close_distinct(Figures::new(count), shape.made_by_teachers, &establishment, &policy)
    } else {
        let partitions: Result<Vec<_>, CloseError> = item
            .splits
            .iter()
            .map(|split| {
                let cells = contributions.by_word(item, &window, split, words(catalogue, split));
                Partition::new(&split.name, cells)
            })
            .collect();
        close(Figures::new(whole), Figures::new(partitions?), shape, &establishment, &policy)?
    };
    Ok(with_declared(item, contributions.roster, closed.records(&item.measure().name, label)))
}

/// The words of a split, from the catalogue's list.
fn words(catalogue: &Catalogue, split: &Split) -> impl Iterator<Item = String> {
    let list = split.words.and_then(|list| catalogue.word_list_by_index(list));
    list.into_iter().flat_map(WordList::words).map(|word| word.slug.clone())
}

/// Puts the declared number beside the total of a rate over the roster.
pub(super) fn with_declared(item: &Item<'_>, roster: &Roster, records: Vec<ReleaseRecord>) -> Vec<ReleaseRecord> {
    let Some(declared) = item.below.and_then(|below| roster.count(below)) else { return records };
    records
        .into_iter()
        .map(|record| if record.figure().split.is_empty() { record.of(declared) } else { record })
        .collect()
}

/// An establishment's records as rows of `releases`.
pub(super) fn rows_of(one: &Establishment, records: Vec<ReleaseRecord>) -> impl Iterator<Item = ReleaseRow> + '_ {
    records.into_iter().map(|record| ReleaseRow { establishment: one.uai.clone(), record })
}
