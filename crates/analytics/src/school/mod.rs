//! `Mon école`: what a head sees of her school. What people did comes from the releases alone; technical health is live,
//! without persons, from at least five devices.

pub(crate) mod released;
mod technical;

use calendar::Month;
use catalogue::{Measure, Origin, View as ViewName};
use privacy::Uai;
use store::{LakeSession, Prune, Store, Table};

use crate::governance::Approvals;
use crate::range::Range;
use crate::view::{NOT_APPROVED, View, WithheldFigure};

/// The school's figures over a range: weekly cells, the range's own cell where it is a month or school period, and the
/// technical measures.
///
/// Every figure was `Released`; the view only puts them together. Fails when the store does.
pub async fn school_view(store: &Store, approvals: &Approvals, uai: &Uai, range: &Range) -> Result<View, store::Error> {
    let catalogue = store.catalogue();
    let mut view = View { view: ViewName::MonEcole.slug(), ..View::default() };
    let is_shown = |measure: &&Measure| measure.is_in(ViewName::MonEcole);
    let (mut frozen, mut technical) = (Vec::new(), Vec::new());
    for measure in catalogue.measures().iter().filter(is_shown) {
        match approvals.approve(catalogue, measure) {
            Ok(approved) if measure.leaves_as(Origin::Technical) => technical.push(approved),
            Ok(approved) if measure.leaves_as(Origin::Frozen) => frozen.push(approved),
            Ok(_) => {}
            Err(_) => view.withheld.push(WithheldFigure {
                measure: measure.name.clone(),
                period: range.label.clone(),
                reason: NOT_APPROVED,
            }),
        }
    }
    let session = session(store, &[Table::Releases, Table::TechDay, Table::InstallDay], Some(uai), range).await?;
    let labels: Vec<String> = released::periods(range).collect();
    let (released, measured) =
        tokio::try_join!(released::read(&session, uai, &labels), technical::read(&session, Some(uai), range))?;
    released::add(catalogue, &frozen, &released, range, &mut view);
    technical::add(catalogue, &technical, measured, range, &mut view);
    Ok(view)
}

/// The technical measures of all establishments together: what an operator may see. No person is in them, and no
/// establishment is named.
///
/// Fails when the store does.
pub async fn system_technical(store: &Store, approvals: &Approvals, range: &Range) -> Result<View, store::Error> {
    let catalogue = store.catalogue();
    let mut view = View { view: SYSTEM, ..View::default() };
    let mut technical = Vec::new();
    for measure in catalogue.measures().iter().filter(|measure| measure.leaves_as(Origin::Technical)) {
        match approvals.approve(catalogue, measure) {
            Ok(approved) => technical.push(approved),
            Err(_) => view.withheld.push(WithheldFigure {
                measure: measure.name.clone(),
                period: range.label.clone(),
                reason: NOT_APPROVED,
            }),
        }
    }
    let session = session(store, &[Table::TechDay, Table::InstallDay], None, range).await?;
    let measured = technical::read(&session, None, range).await?;
    technical::add(catalogue, &technical, measured, range, &mut view);
    Ok(view)
}

/// The files that a range may need. Rows of `tech_day` lie in their day's month, not in their week's, and a school period's
/// release in the month of its last day.
async fn session(
    store: &Store,
    tables: &[Table],
    uai: Option<&Uai>,
    range: &Range,
) -> Result<LakeSession, store::Error> {
    let of_weeks = range.months();
    let first = Month::of(range.first_day()).number().min(*of_weeks.start());
    let last = Month::of(range.last_day()).number().max(*of_weeks.end());
    store.lake().session(tables, &Prune { months: Some(first..=last), establishment: uai.cloned() }).await
}

/// The slug of the operator's view.
const SYSTEM: &str = "systeme";

/// A figure's denominator travels as a dimension-less figure of its own, under this suffix.
pub const DENOMINATOR: &str = "_of";
/// The comparable value of the previous year, likewise.
pub const PREVIOUS_YEAR: &str = "_previous_year";
