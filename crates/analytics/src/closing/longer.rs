//! Closing a month or a school period. Nothing that left with a week is computed again: what adds up is made of published
//! weeks and of one pool of the weeks that were withheld; what counts different people is counted over the period.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{IsoWeek, Month, Period, SchoolYear, Zone};
use catalogue::PeriodKind;
use jiff::Span;
use privacy::exit::{
    Cell, CloseError, Closed, DistinctCount, Figures, Kind, Pieces, Policy, PublishedCell, ReleaseRecord, Released,
    StoredFigure, Word, close_distinct, merge_periods, sum_cells,
};
use store::{Closing, Establishment};

use super::beyond::Beyond;
use super::contributions::{Contributions, Window};
use super::plan::{Item, Plan};
use super::read::{Reader, Rows};
use super::roster::Roster;
use super::segments::Segments;
use super::stored::Stored;
use super::week::{rows_of, with_declared};
use super::{Error, Round, groups};
use crate::range::Range;

/// Closes what ends with a week that has closed: its month, then the school periods of each zone. Returns the labels.
pub(super) async fn close_ended(round: &Round<'_>, week: IsoWeek) -> Result<Vec<String>, Error> {
    let mut closed = Vec::new();
    if week.next().month() != week.month() && !round.store.is_closed(&week.month().to_string(), "").await? {
        close(round, &Period::Month(week.month()), None).await?;
        closed.push(week.month().to_string());
    }
    for zone in round.zones() {
        let periods = round.calendar.periods(zone, week.school_year());
        for period in periods.into_iter().filter(|period| IsoWeek::of(period.end) == week) {
            let label = period.to_string();
            if !round.store.is_closed(&label, zone.slug()).await? {
                close(round, &Period::SchoolPeriod(period), Some(zone)).await?;
                closed.push(format!("{label} {zone}", zone = zone.slug()));
            }
        }
    }
    Ok(closed)
}

/// A longer period and what earlier closings said about its weeks.
struct Longer<'a> {
    round: &'a Round<'a>,
    label: String,
    weeks: BTreeSet<IsoWeek>,
    /// The weeks of `weeks` that have closed, all of one school year.
    closed: BTreeSet<IsoWeek>,
    /// The measures that leave with every week.
    weekly: BTreeSet<u16>,
    /// What its weeks released, and the longer periods that overlap it.
    stored: Stored,
}

async fn close(round: &Round<'_>, period: &Period, zone: Option<Zone>) -> Result<(), Error> {
    let store = round.store;
    let catalogue = store.catalogue();
    let plan = Plan::of(catalogue, round.approvals, period.kind());
    let range = Range::of_period(*period);
    let year = range.school_year();
    let weeks: BTreeSet<IsoWeek> = range.weeks.iter().copied().collect();
    let mut closed = BTreeSet::new();
    for week in &weeks {
        // Pseudonyms change with the school year: the few days of an August that belong to the year before stay out.
        if week.school_year() == year && store.is_closed(&week.to_string(), "").await? {
            closed.insert(*week);
        }
    }
    let mut beyond = matches!(period, Period::Month(_)).then(|| Beyond::open(round));
    let of_cubes = beyond.as_ref().map(|beyond| beyond.events(catalogue)).unwrap_or_default();
    let events = plan.events(catalogue).into_iter().chain(of_cubes).collect();
    let reader = Reader::open(store, &closed, &events).await?;
    let weekly = Plan::of(catalogue, round.approvals, PeriodKind::Week);
    let longer = Longer {
        round,
        label: period.to_string(),
        weekly: weekly.items.iter().map(|item| item.measure().index).collect(),
        stored: overlapping(round, &range).await?,
        weeks,
        closed,
    };
    let concerned: Vec<_> =
        round.establishments.iter().filter(|one| zone.is_none_or(|zone| one.academy.zone() == zone)).cloned().collect();
    let mut earlier = BTreeMap::new();
    for zone in zone.map_or_else(|| round.zones(), |zone| BTreeSet::from([zone])) {
        let same = same_of_previous_year(round, period, zone);
        earlier.insert(zone, Stored::of_period(store, same.as_ref()).await?);
    }
    let segments = Segments::open(round, period, year, longer.closed.last().copied()).await?;
    let (nothing, unknown) = (Rows::default(), Stored::default());
    let mut released = Vec::new();
    for (bucket, establishments) in groups(&concerned) {
        let rows = match &reader {
            Some(reader) => reader.rows(bucket).await?,
            None => BTreeMap::new(),
        };
        let teachers = match &segments {
            Some(segments) => segments.weeks(bucket).await?,
            None => BTreeMap::new(),
        };
        for one in establishments {
            let roster = Roster::read(store.register(), &one.uai, year).await?;
            let rows = rows.get(one.uai.as_str()).unwrap_or(&nothing);
            let contributions = Contributions { rows, roster: &roster };
            let mut records = Vec::new();
            for item in &plan.items {
                let of_item = if item.shape().kind == Kind::Distinct {
                    longer.distinct(item, one, &contributions)
                } else {
                    longer.additive(item, one, &contributions)?
                };
                records.extend(with_declared(item, &roster, of_item));
            }
            if let Some(segments) = &segments {
                records.extend(segments.records(one, &roster, teachers.get(one.uai.as_str()), &longer.label)?);
            }
            if let Some(beyond) = &mut beyond {
                let half = longer.half_of_class_weeks(one.academy.zone(), &longer.closed);
                let everybody = Window { weeks: &longer.closed, least: 1 };
                beyond.take(one, &contributions, &everybody, &Window { weeks: &half.weeks, least: half.least });
            }
            let earlier = earlier.get(&one.academy.zone()).unwrap_or(&unknown);
            released.extend(rows_of(one, earlier.put_beside(one.uai.as_str(), records)));
        }
    }
    let cubes = match (beyond, period) {
        (Some(beyond), Period::Month(month)) => beyond.draw(round, *month, year, &longer.closed).await?,
        _ => Vec::new(),
    };
    let closing = Closing {
        period_kind: period.kind().slug(),
        period: longer.label,
        zone: zone.map_or("", Zone::slug).to_owned(),
        start: period.start(),
        end: period.end(),
        closed_on: round.today,
        at: round.now,
        rows: released,
        cubes,
    };
    Ok(store.close_longer(closing).await?)
}

/// What the weeks of a period released, and every longer period that may share a week with it.
async fn overlapping(round: &Round<'_>, range: &Range) -> Result<Stored, Error> {
    let weeks: Vec<String> = range.weeks.iter().map(|week| format!("'{week}'")).collect();
    // A month's weeks reach a few days beyond its first and last day, and a longer period ends later than what it overlaps.
    let (from, until) = (range.first_day(), range.last_day());
    let (first, last) = (from.saturating_sub(Span::new().days(7)), until.saturating_add(Span::new().days(7)));
    let filter = format!(
        "(period IN ({}) OR (period_kind <> '{}' AND start_date <= DATE '{last}' AND end_date >= DATE '{first}'))",
        weeks.join(", "),
        PeriodKind::Week.slug()
    );
    Ok(Stored::read(round.store, first, until.saturating_add(Span::new().days(100)), &filter).await?)
}

/// The same month, or the school period with the same number, of the year before.
fn same_of_previous_year(round: &Round<'_>, period: &Period, zone: Zone) -> Option<Period> {
    match period {
        Period::Month(month) => {
            let first = month.first_day();
            Month::new(first.year() - 1, first.month()).ok().map(Period::Month)
        }
        Period::SchoolPeriod(period) => {
            round.calendar.period(zone, period.year.previous(), period.number).map(Period::SchoolPeriod)
        }
        _ => None,
    }
}

/// People who were active in at least so many of these weeks.
struct Active {
    weeks: BTreeSet<IsoWeek>,
    least: usize,
}

impl Active {
    /// Whether everybody in this set is, by its definition alone, in the other: also if every week that the other does
    /// not have was one of hers.
    fn is_within(&self, other: &Self) -> bool {
        self.least.saturating_sub(self.weeks.difference(&other.weeks).count()) >= other.least
    }
}

impl Longer<'_> {
    /// The weeks whose rows may enter: those that closed with this measure. Where a measure was not approved yet when a
    /// week closed, that week stays out for good.
    fn open_weeks(&self, item: &Item<'_>, records: &[ReleaseRecord]) -> BTreeSet<IsoWeek> {
        let was_closed = |week: &IsoWeek| {
            let label = week.to_string();
            records.iter().any(|record| record.figure().period == label && record.figure().split.is_empty())
        };
        let is_weekly = self.weekly.contains(&item.measure().index);
        self.closed.iter().filter(|week| !is_weekly || was_closed(week)).copied().collect()
    }

    /// What adds up: published weeks, earlier pools, and one new pool of the weeks in neither.
    fn additive(
        &self,
        item: &Item<'_>,
        one: &Establishment,
        contributions: &Contributions<'_>,
    ) -> Result<Vec<ReleaseRecord>, CloseError> {
        let name = &item.measure().name;
        let stored = self.stored.of_measure(one.uai.as_str(), name);
        let mut pieces = Pieces::<IsoWeek>::from_records(&stored)?;
        let withheld: BTreeMap<IsoWeek, Cell> = self
            .open_weeks(item, &stored)
            .into_iter()
            .filter(|week| !pieces.covers(week))
            .map(|week| (week, contributions.whole(item, &Window { weeks: &BTreeSet::from([week]), least: 1 })))
            .collect();
        let covered = merge_periods(
            &self.weeks,
            Figures::new(withheld),
            &mut pieces,
            item.shape(),
            &contributions.roster.establishment(),
            &Policy::default(),
        )?;
        let mut records = covered.records(name, &self.label);
        for split in &item.splits {
            let of_split = self.split(&split.name, &stored, &records, name);
            records.extend(of_split);
        }
        Ok(records)
    }

    /// A split of a longer period: sums of the cells that its weeks published, and the rest of the total in "autres".
    fn split(
        &self,
        split: &str,
        stored: &[ReleaseRecord],
        records: &[ReleaseRecord],
        name: &str,
    ) -> Vec<ReleaseRecord> {
        let is_inside = |record: &&ReleaseRecord| {
            let week = record.figure().period.parse::<IsoWeek>();
            record.figure().split == split && week.is_ok_and(|week| self.weeks.contains(&week))
        };
        let total = records.iter().filter(|record| record.figure().split.is_empty());
        let parts = stored.iter().filter(is_inside).chain(total).cloned().map(Released::thaw).collect();
        let Some(parts) = Released::all(parts) else { return Vec::new() };
        let summed = parts.map(sum_of_cells).records(name, &self.label);
        summed.into_iter().filter(|record| !record.figure().split.is_empty()).collect()
    }

    /// What counts different people: anew over the period, and only if nobody can be singled out by subtracting a week
    /// or a shorter period of which it holds everybody.
    fn distinct(&self, item: &Item<'_>, one: &Establishment, contributions: &Contributions<'_>) -> Vec<ReleaseRecord> {
        let name = &item.measure().name;
        let stored = self.stored.of_measure(one.uai.as_str(), name);
        let open = self.open_weeks(item, &stored);
        let zone = one.academy.zone();
        let counted = self.counted(item, zone, &self.weeks);
        let cell = |set: &Active| {
            let weeks = set.weeks.intersection(&open).copied().collect();
            contributions.whole(item, &Window { weeks: &weeks, least: set.least })
        };
        let mut people = if counted.weeks.is_empty() { Cell::new() } else { cell(&counted) };
        let mut nested = Vec::new();
        let published = stored.iter().map(ReleaseRecord::figure);
        for figure in published.clone().filter(|figure| figure.split.is_empty() && figure.value.is_some()) {
            let Some(other) = self.published_set(item, zone, &figure.period) else { continue };
            if !other.is_within(&counted) && !counted.is_within(&other) {
                continue;
            }
            if other.weeks.is_subset(&self.weeks) {
                nested.push(cell(&other));
            } else {
                // Its rows were not read; to say nothing is the safe side.
                people = Cell::new();
            }
        }
        let is_published = |week: &IsoWeek| {
            let label = week.to_string();
            published.clone().any(|figure| figure.period == label && figure.split.is_empty() && figure.value.is_some())
        };
        let one_week = |week: &IsoWeek| Active { weeks: BTreeSet::from([*week]), least: 1 };
        let withheld = open.iter().filter(|week| !is_published(week)).map(one_week);
        let parts = withheld.filter(|week| week.is_within(&counted)).map(|week| cell(&week)).collect();
        let count = DistinctCount { people, nested, parts };
        let shape = item.shape();
        let establishment = contributions.roster.establishment();
        let closed = close_distinct(Figures::new(count), shape.made_by_teachers, &establishment, &Policy::default());
        closed.records(name, &self.label)
    }

    /// Who counts over a longer period: anybody with one row in it; for "active", half of its class weeks.
    fn counted(&self, item: &Item<'_>, zone: Zone, weeks: &BTreeSet<IsoWeek>) -> Active {
        if !item.is_active() {
            return Active { weeks: weeks.clone(), least: 1 };
        }
        self.half_of_class_weeks(zone, weeks)
    }

    /// The class weeks among these, and half their number.
    fn half_of_class_weeks(&self, zone: Zone, weeks: &BTreeSet<IsoWeek>) -> Active {
        let years: BTreeSet<SchoolYear> = weeks.iter().map(|week| week.school_year()).collect();
        let class_weeks: BTreeSet<IsoWeek> =
            years.into_iter().flat_map(|year| self.round.calendar.class_weeks(zone, year)).collect();
        let weeks: BTreeSet<IsoWeek> = weeks.intersection(&class_weeks).copied().collect();
        let least = weeks.len().div_ceil(2).max(1);
        Active { weeks, least }
    }

    /// Whom a published number of this measure counts.
    fn published_set(&self, item: &Item<'_>, zone: Zone, period: &str) -> Option<Active> {
        if let Ok(week) = period.parse::<IsoWeek>() {
            return Some(Active { weeks: BTreeSet::from([week]), least: 1 });
        }
        let range = Range::of_label(period, self.round.calendar, zone).ok()?;
        Some(self.counted(item, zone, &range.weeks.into_iter().collect()))
    }
}

/// See [`Longer::split`]. What a word's sum lacks of the weeks in which it did not stand alone, and the weeks that were
/// pooled without a split, is in "autres": so the cells add up to the total.
fn sum_of_cells(figures: Vec<StoredFigure>) -> Closed {
    let total = figures.iter().find(|figure| figure.split.is_empty()).and_then(|figure| figure.value);
    let mut cells = Vec::new();
    let mut name = String::new();
    for figure in figures.into_iter().filter(|figure| !figure.split.is_empty()) {
        let word = match figure.word.as_str() {
            "autres" => Word::Others,
            "ensemble" => Word::Whole,
            _ => Word::Listed(figure.word),
        };
        name = figure.split;
        cells.extend(figure.value.map(|value| PublishedCell { word, value }));
    }
    let in_words = cells.iter().map(|cell| cell.value).fold(0, u64::saturating_add);
    let rest = total.unwrap_or(0).saturating_sub(in_words);
    if rest > 0 && !cells.is_empty() {
        cells.push(PublishedCell { word: Word::Others, value: rest });
    }
    let splits = if cells.is_empty() { BTreeMap::new() } else { BTreeMap::from([(name, sum_cells(vec![cells]))]) };
    Closed { total, splits }
}
