//! Figures that left at a closing: read back, thawed, and put beside each other. Nothing is computed from people here.

use std::collections::BTreeMap;

use arrow::array::Array;
use catalogue::{Catalogue, Measure, Operand, Value};
use privacy::Uai;
use privacy::exit::{Protection, ReleaseRecord, Released, StoredFigure};
use store::{Error, LakeSession};

use super::{DENOMINATOR, PREVIOUS_YEAR};
use crate::governance::Approved;
use crate::range::Range;
use crate::rows::{numbers, texts};
use crate::view::{self, FEW_OR_NONE, Figure, View, WithheldFigure};

/// Adds the releases of a range.
pub(super) fn add(
    catalogue: &Catalogue,
    measures: &[Approved<'_>],
    released: &[Released<StoredFigure>],
    range: &Range,
    view: &mut View,
) {
    for approved in measures {
        let measure = approved.measure();
        if let Value::Rate { numerator: Operand::Measures(above), denominator: Operand::Measures(below) } =
            &measure.value
        {
            for period in periods(range) {
                let parts = view.sum(catalogue, above, &period).zip(view.sum(catalogue, below, &period));
                let parts =
                    parts.filter(|_| cover_the_same_weeks(released, catalogue, above.iter().chain(below), &period));
                if let Some(value) = parts.and_then(|(above, below)| view::rate(measure, above, below)) {
                    view.figures.push(Figure {
                        measure: measure.name.clone(),
                        protection: protection(released, &period),
                        period,
                        dimensions: BTreeMap::new(),
                        value,
                        unit: measure.unit.slug(),
                        low: None,
                        high: None,
                    });
                } else if released.iter().any(|one| one.value().period == period) {
                    view.withheld.push(withheld(&measure.name, period));
                }
            }
        }
        for one in released.iter().filter(|one| one.value().measure == measure.name) {
            put(one, measure, view);
        }
    }
}

fn withheld(measure: &str, period: String) -> WithheldFigure {
    WithheldFigure { measure: measure.to_owned(), period, reason: FEW_OR_NONE }
}

pub(super) fn periods(range: &Range) -> impl Iterator<Item = String> + '_ {
    range.weeks.iter().map(ToString::to_string).chain([range.label.clone()])
}

/// A longer period's totals may cover fewer weeks than it has (`3/4`); two of them make a rate only when they cover alike.
fn cover_the_same_weeks<'a>(
    released: &[Released<StoredFigure>],
    catalogue: &Catalogue,
    measures: impl Iterator<Item = &'a u16>,
    period: &str,
) -> bool {
    let mut covered = measures.filter_map(|index| {
        let name = &catalogue.measures().get(usize::from(*index))?.name;
        let is_total = |one: &&StoredFigure| one.measure == *name && one.period == period && one.split.is_empty();
        released.iter().map(Released::value).find(is_total).map(|total| &total.word)
    });
    let first = covered.next();
    covered.all(|word| Some(word) == first)
}

/// What the parts of a period went through.
fn protection(released: &[Released<StoredFigure>], period: &str) -> String {
    let of_period = released.iter().find(|one| one.value().period == period);
    of_period.map_or(Protection::K(5), Released::protection).to_string()
}

#[expect(clippy::cast_precision_loss, reason = "the exit gate refuses sums above 2^53")]
fn put(one: &Released<StoredFigure>, measure: &Measure, view: &mut View) {
    let stored = one.value();
    let Some(value) = stored.value else {
        view.withheld.push(withheld(&stored.measure, stored.period.clone()));
        return;
    };
    let mut push = |name: String, dimensions: BTreeMap<String, String>, value: f64| {
        view.figures.push(Figure {
            measure: name,
            period: stored.period.clone(),
            dimensions,
            value,
            unit: measure.unit.slug(),
            protection: one.protection().to_string(),
            low: None,
            high: None,
        });
    };
    if stored.split.is_empty() {
        // A rate over the roster is stored as its two parts.
        let is_rate = matches!(measure.value, Value::Rate { .. });
        let share = if is_rate {
            view::rate(measure, value as f64, stored.denominator.unwrap_or(0) as f64)
        } else {
            Some(value as f64)
        };
        // Over a roster that declares nobody there is no rate; its numerator alone would be read as one.
        let Some(share) = share else { return };
        push(stored.measure.clone(), BTreeMap::new(), share);
        if let Some(denominator) = stored.denominator {
            push(format!("{}{DENOMINATOR}", stored.measure), BTreeMap::new(), denominator as f64);
        }
        // Last year's roster is not known here, so last year's rate is not either.
        if let Some(previous) = stored.previous.filter(|_| !is_rate) {
            push(format!("{}{PREVIOUS_YEAR}", stored.measure), BTreeMap::new(), previous as f64);
        }
    } else if stored.split != "reste" {
        push(stored.measure.clone(), BTreeMap::from([(stored.split.clone(), stored.word.clone())]), value as f64);
    }
}

/// Reads the releases of some periods.
pub(crate) async fn read(
    session: &LakeSession,
    uai: &Uai,
    periods: &[String],
) -> Result<Vec<Released<StoredFigure>>, Error> {
    let labels: Vec<String> = periods.iter().map(|label| format!("'{label}'")).collect();
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
