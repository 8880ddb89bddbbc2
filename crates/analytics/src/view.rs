//! A view: the released figures of one page, flat, each with its measure, period and dimensions. Pages, the API and
//! reports all read the same list, so none can show what another would not.

use std::collections::BTreeMap;

use catalogue::{Catalogue, Measure, Unit};
use serde::{Serialize, Serializer};

use crate::forecast::Forecast;
use crate::patterns::SchoolPatterns;
use crate::recommendations::Advice;
use crate::watch::Alert;

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The measure, by its name in the catalogue.
    pub measure: String,
    /// The period's label: `2025-W47`, `2025-11`, `2025-2026-P2`, or `FROM/UNTIL` for a free range.
    pub period: String,
    /// Split → word; empty for the measure as a whole.
    pub dimensions: BTreeMap<String, String>,
    /// The value, in `unit`.
    #[serde(serialize_with = "number")]
    pub value: f64,
    /// The unit's slug in the catalogue.
    pub unit: &'static str,
    /// What the figure went through.
    pub protection: String,
    /// The lower end of its error bar, where noise was added.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// A figure that is not shown. Too few people and none at all look the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithheldFigure {
    /// The measure.
    pub measure: String,
    /// The period's label.
    pub period: String,
    /// `few_or_none`, `not_closed` or `not_approved`.
    pub reason: &'static str,
}

/// Fewer than five people, or none.
pub const FEW_OR_NONE: &str = "few_or_none";
/// The committee has not approved the measure.
pub const NOT_APPROVED: &str = "not_approved";

/// Everything one page may show.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct View {
    /// The view's slug.
    pub view: &'static str,
    /// What is shown.
    pub figures: Vec<Figure>,
    /// What is not.
    pub withheld: Vec<WithheldFigure>,
    /// What the weeks to come will bring.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forecasts: Vec<Forecast>,
    /// What is unusual; `None` where nothing was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Vec<Alert>>,
    /// Rhythms, links and seasons, for the page; `GET /api/v1/patterns` has them with their words.
    #[serde(skip)]
    pub patterns: Option<SchoolPatterns>,
    /// What may be worth a try now; `None` where nothing was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Vec<Advice>>,
}

impl View {
    /// A measure as a whole in a period.
    pub fn value(&self, measure: &str, period: &str) -> Option<f64> {
        self.figures
            .iter()
            .find(|figure| figure.measure == measure && figure.period == period && figure.dimensions.is_empty())
            .map(|figure| figure.value)
    }

    /// The sum of measures as wholes in a period; `None` when one of them is missing.
    pub(crate) fn sum(&self, catalogue: &Catalogue, measures: &[u16], period: &str) -> Option<f64> {
        let part = |index: &u16| self.value(&catalogue.measures().get(usize::from(*index))?.name, period);
        measures.iter().map(part).sum()
    }

    /// A measure split one way in a period: word and value, in the order of the figures.
    pub fn split<'a>(
        &'a self,
        measure: &'a str,
        period: &'a str,
        split: &'a str,
    ) -> impl Iterator<Item = (&'a str, f64)> {
        self.figures.iter().filter_map(move |figure| {
            let one = figure.measure == measure && figure.period == period && figure.dimensions.len() == 1;
            let word = figure.dimensions.get(split).filter(|_| one)?;
            Some((word.as_str(), figure.value))
        })
    }

    /// Whether a figure exists but may not be shown.
    pub fn is_withheld(&self, measure: &str, period: &str) -> bool {
        self.withheld.iter().any(|one| one.measure == measure && one.period == period)
    }
}

/// What is above over what is below, in the measure's unit. Nothing below is no rate, not a rate of zero.
pub(crate) fn rate(measure: &Measure, above: f64, below: f64) -> Option<f64> {
    let factor = if measure.unit == Unit::Percent { 100.0 } else { 1.0 };
    (below > 0.0).then(|| factor * above / below)
}

/// Whole numbers without a decimal point, as a count is written.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    clippy::trivially_copy_pass_by_ref,
    reason = "exact by the test before; serde hands a reference"
)]
fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let whole = *value as i64;
    if whole as f64 == *value { serializer.serialize_i64(whole) } else { serializer.serialize_f64(*value) }
}
