//! A school's teachers by segment, as they left at the closing of a school period: numbers, and nothing else.

use calendar::{Calendar, IsoWeek, Month, SchoolPeriod, SchoolYear, Zone};
use catalogue::{Catalogue, Measure, Value};
use privacy::Uai;
use privacy::exit::{Released, StoredFigure};
use serde::Serialize;
use store::{Error, Prune, Store, Table};

use crate::governance::Approvals;
use crate::school::released;
use crate::view::{FEW_OR_NONE, NOT_APPROVED};

/// No school period has closed, or this one has not.
pub const NOT_CLOSED: &str = "not_closed";

/// A school's counts of teachers by segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SchoolSegments {
    /// The school period they are of.
    pub period: Option<String>,
    /// By segment; those under five are together under `autres`, or all under `ensemble`.
    pub counts: Vec<Count>,
    /// How many teachers there are in all: those declared.
    pub total: Option<u64>,
    /// What the counts went through.
    pub protection: Option<String>,
    /// Why there are none, where that is so: `not_approved`, `not_closed` or `few_or_none`.
    pub withheld: Option<&'static str>,
}

/// Teachers in a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The segment, `none`, `autres` or `ensemble`.
    pub segment: String,
    /// How many.
    pub teachers: u64,
}

/// The counts of a school period; of the last one that has closed if none is asked for.
///
/// Only what left at a closing is read. Fails when the store does.
pub async fn school(
    store: &Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    uai: &Uai,
    period: Option<SchoolPeriod>,
) -> Result<SchoolSegments, Error> {
    let without = |why| Ok(SchoolSegments { withheld: Some(why), ..SchoolSegments::default() });
    let catalogue = store.catalogue();
    let Some(measure) = measure(catalogue).filter(|one| approvals.approve(catalogue, one).is_ok()) else {
        return without(NOT_APPROVED);
    };
    let Some(closed) = store.closed_through().await? else { return without(NOT_CLOSED) };
    let Some(period) = period.or_else(|| last_closed(calendar, zone, closed)) else { return without(NOT_CLOSED) };
    let month = Month::of(period.end).number();
    let prune = Prune { months: Some(month..=month), establishment: Some(uai.clone()) };
    let session = store.lake().session(&[Table::Releases], &prune).await?;
    let label = period.to_string();
    let found = released::read(&session, uai, std::slice::from_ref(&label)).await?;
    let found: Vec<Released<StoredFigure>> =
        found.into_iter().filter(|one| one.value().measure == measure.name).collect();
    let Some(all) = Released::all(found) else {
        return Ok(SchoolSegments { period: Some(label), withheld: Some(NOT_CLOSED), ..SchoolSegments::default() });
    };
    let protection = all.protection().to_string();
    let counts = all.map(counts).into_value();
    Ok(SchoolSegments { period: Some(label), protection: Some(protection), ..counts })
}

/// The measure that counts them.
fn measure(catalogue: &Catalogue) -> Option<&Measure> {
    catalogue.measures().iter().find(|measure| measure.value == Value::Segments)
}

fn counts(figures: Vec<StoredFigure>) -> SchoolSegments {
    let total = figures.iter().find(|figure| figure.split.is_empty()).and_then(|figure| figure.value);
    let cells = figures.into_iter().filter(|figure| !figure.split.is_empty());
    let counts: Vec<Count> =
        cells.filter_map(|figure| Some(Count { segment: figure.word, teachers: figure.value? })).collect();
    let withheld = counts.is_empty().then_some(FEW_OR_NONE);
    SchoolSegments { counts, total, withheld, ..SchoolSegments::default() }
}

/// The last school period of which every week has closed.
fn last_closed(calendar: &Calendar, zone: Zone, closed: IsoWeek) -> Option<SchoolPeriod> {
    let year = SchoolYear::of(closed.sunday());
    [year, year.previous()]
        .into_iter()
        .find_map(|year| calendar.periods(zone, year).into_iter().rfind(|period| IsoWeek::of(period.end) <= closed))
}
