//! Figures that left at a closing: read back, thawed, and put beside each other. Nothing is computed from people here.

use std::collections::BTreeMap;

use arrow::array::Array;
use catalogue::{Operand, Unit, Value};
use privacy::Uai;
use privacy::exit::{ReleaseRecord, Released, StoredFigure};
use store::{Error, Prune, Store, Table};

use super::{DENOMINATOR, PREVIOUS_YEAR};
use crate::governance::Approved;
use crate::range::Range;
use crate::rows::{numbers, texts};
use crate::view::{FEW_OR_NONE, Figure, View, WithheldFigure};

/// Adds the releases of a range.
pub(super) async fn add(
    store: &Store,
    measures: &[Approved<'_>],
    uai: &Uai,
    range: &Range,
    view: &mut View,
) -> Result<(), Error> {
    let catalogue = store.catalogue();
    let released = read(store, uai, range).await?;
    for approved in measures {
        let measure = approved.measure();
        if let Value::Rate { numerator: Operand::Measures(above), denominator } = &measure.value {
            let factor = if measure.unit == Unit::Percent { 100.0 } else { 1.0 };
            for period in periods(range) {
                let name = |index: &u16| catalogue.measures().get(usize::from(*index)).map(|one| one.name.as_str());
                let numerator: Option<f64> = above.iter().map(|index| view.value(name(index)?, &period)).sum();
                let denominator: Option<f64> = match denominator {
                    Operand::Measures(below) => below.iter().map(|index| view.value(name(index)?, &period)).sum(),
                    // What the roster declared at the closing stands beside the numerator.
                    Operand::Roster(_) => above
                        .first()
                        .and_then(name)
                        .and_then(|name| view.value(&format!("{name}{DENOMINATOR}"), &period))
                        .or_else(|| view.value(&format!("{}{DENOMINATOR}", measure.name), &period)),
                };
                if let Some((above, below)) = numerator.zip(denominator).filter(|(_, below)| *below > 0.0) {
                    view.figures.push(Figure {
                        measure: measure.name.clone(),
                        period,
                        dimensions: BTreeMap::new(),
                        value: factor * above / below,
                        unit: measure.unit.slug(),
                        protection: "k=5".to_owned(),
                        low: None,
                        high: None,
                    });
                } else if released.iter().any(|one| one.value().period == period) {
                    view.withheld.push(withheld(&measure.name, period));
                }
            }
        }
        for one in released.iter().filter(|one| one.value().measure == measure.name) {
            put(one, measure.unit.slug(), view);
        }
    }
    Ok(())
}

fn withheld(measure: &str, period: String) -> WithheldFigure {
    WithheldFigure { measure: measure.to_owned(), period, reason: FEW_OR_NONE }
}

fn periods(range: &Range) -> impl Iterator<Item = String> + '_ {
    range.weeks.iter().map(ToString::to_string).chain([range.label.clone()])
}

#[expect(clippy::cast_precision_loss, reason = "the exit gate refuses sums above 2^53")]
fn put(one: &Released<StoredFigure>, unit: &'static str, view: &mut View) {
    let stored = one.value();
    let Some(value) = stored.value else {
        view.withheld.push(withheld(&stored.measure, stored.period.clone()));
        return;
    };
    let mut push = |measure: String, dimensions: BTreeMap<String, String>, value: u64| {
        view.figures.push(Figure {
            measure,
            period: stored.period.clone(),
            dimensions,
            value: value as f64,
            unit,
            protection: one.protection().to_string(),
            low: None,
            high: None,
        });
    };
    if stored.split.is_empty() {
        push(stored.measure.clone(), BTreeMap::new(), value);
        if let Some(denominator) = stored.denominator {
            push(format!("{}{DENOMINATOR}", stored.measure), BTreeMap::new(), denominator);
        }
        if let Some(previous) = stored.previous {
            push(format!("{}{PREVIOUS_YEAR}", stored.measure), BTreeMap::new(), previous);
        }
    } else if stored.split != "reste" {
        push(stored.measure.clone(), BTreeMap::from([(stored.split.clone(), stored.word.clone())]), value);
    }
}

async fn read(store: &Store, uai: &Uai, range: &Range) -> Result<Vec<Released<StoredFigure>>, Error> {
    // A school period ends on a day of its last week, and its release lies in that day's month.
    let months = *range.months().start()..=range.last_day().strftime("%Y%m").to_string().parse().unwrap_or(i32::MAX);
    let prune = Prune { months: Some(months), establishment: Some(uai.clone()) };
    let session = store.lake().session(&[Table::Releases], &prune).await?;
    let labels: Vec<String> = periods(range).map(|label| format!("'{label}'")).collect();
    let query = format!(
        "SELECT measure, period, split, word, value, previous, denominator, k FROM releases \
         WHERE establishment = '{uai}' AND period IN ({}) ORDER BY measure, period, split, word",
        labels.join(", ")
    );
    let mut released = Vec::new();
    for batch in session.sql(&query).await? {
        let (measure, period) = (texts(&batch, "measure")?, texts(&batch, "period")?);
        let (split, word) = (texts(&batch, "split")?, texts(&batch, "word")?);
        let (value, previous) = (numbers(&batch, "value")?, numbers(&batch, "previous")?);
        let (denominator, k) = (numbers(&batch, "denominator")?, numbers(&batch, "k")?);
        for row in 0..batch.num_rows() {
            let number = |column: &arrow::array::Int64Array| {
                (!column.is_null(row)).then(|| u64::try_from(column.value(row)).unwrap_or(0))
            };
            let figure = StoredFigure {
                measure: measure.value(row).to_owned(),
                period: period.value(row).to_owned(),
                split: split.value(row).to_owned(),
                word: word.value(row).to_owned(),
                value: number(&value),
                previous: number(&previous),
                denominator: number(&denominator),
            };
            let k = u32::try_from(k.value(row)).unwrap_or(5);
            released.push(Released::thaw(ReleaseRecord::from_stored(figure, k)));
        }
    }
    Ok(released)
}
