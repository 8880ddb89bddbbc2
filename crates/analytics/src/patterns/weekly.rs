//! The weekly figures of a school that left at their closings, measure by measure: what peaks, links and seasons are made
//! of. Nothing is computed from people here.

use calendar::{Calendar, IsoWeek, Zone};
use catalogue::{Catalogue, Measure, Value, View as ViewName};
use jiff::Span;
use privacy::Uai;
use privacy::exit::{Protection, Released, StoredFigure};
use store::{Error, Prune, Store, Table};

use super::causes;
use crate::governance::Approvals;
use crate::school::released;

/// How long weekly figures are kept, in weeks.
const KEPT: i64 = 56;

/// A week and how much class there is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Week {
    pub(super) iso: IsoWeek,
    pub(super) class_days: usize,
}

/// One measure over the weeks: what was published, and the comparable week of the year before as it stood beside it.
/// What was withheld is not known, and not taken for nothing.
#[derive(Debug, Clone)]
pub(super) struct Series<'a> {
    pub(super) measure: &'a Measure,
    pub(super) values: Vec<Option<f64>>,
    pub(super) previous: Vec<Option<f64>>,
}

/// The weeks of a school, from the first that has a figure.
#[derive(Debug, Clone)]
pub(super) struct Weekly<'a> {
    pub(super) weeks: Vec<Week>,
    pub(super) series: Vec<Series<'a>>,
    /// The weakest rule that a figure among them went through.
    pub(super) protection: Protection,
}

/// Reads the counts of `Mon école` whose own decisions are approved, until `closed`.
pub(super) async fn read<'a>(
    store: &'a Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    uai: &Uai,
    closed: IsoWeek,
) -> Result<Weekly<'a>, Error> {
    let first = IsoWeek::of(closed.monday().saturating_sub(Span::new().weeks(KEPT)));
    let months = Some(first.month().number()..=closed.next().month().number());
    let session = store.lake().session(&[Table::Releases], &Prune { months, establishment: Some(uai.clone()) }).await?;
    let weeks: Vec<IsoWeek> =
        std::iter::successors(Some(first), |week| Some(week.next())).take_while(|week| *week <= closed).collect();
    let labels: Vec<String> = weeks.iter().map(ToString::to_string).collect();
    let figures = released::read(&session, uai, &labels).await?;
    let catalogue: &Catalogue = store.catalogue();
    let measures = catalogue.measures().iter().filter(|measure| {
        measure.is_in(ViewName::MonEcole)
            && matches!(measure.value, Value::Count(_) | Value::Distinct(_) | Value::Active)
            && approvals.approve(catalogue, measure).is_ok()
    });
    let of_calendar = |week: &IsoWeek| Week { iso: *week, class_days: causes::class_days(calendar, zone, *week) };
    let weeks = weeks.iter().map(of_calendar).collect();
    Ok(Weekly::of(measures, &figures, weeks))
}

impl<'a> Weekly<'a> {
    /// The wholes among figures, by measure and week.
    fn of(measures: impl Iterator<Item = &'a Measure>, figures: &[Released<StoredFigure>], weeks: Vec<Week>) -> Self {
        let labels: Vec<String> = weeks.iter().map(|week| week.iso.to_string()).collect();
        let series: Vec<Series<'a>> = measures
            .map(|measure| {
                let mut one = Series { measure, values: vec![None; weeks.len()], previous: vec![None; weeks.len()] };
                let wholes = figures.iter().map(Released::value);
                for figure in wholes.filter(|figure| figure.measure == measure.name && figure.split.is_empty()) {
                    if let Some(at) = labels.iter().position(|label| *label == figure.period) {
                        one.values[at] = figure.value.map(number);
                        one.previous[at] = figure.previous.map(number);
                    }
                }
                one
            })
            .collect();
        let k = |one: &Released<StoredFigure>| match one.protection() {
            Protection::K(k) => Some(k),
            _ => None,
        };
        let protection = Protection::K(figures.iter().filter_map(k).min().unwrap_or(5));
        let begun = (0..weeks.len()).find(|at| series.iter().any(|one| one.values[*at].is_some()));
        let mut weekly = Self { weeks, series, protection };
        weekly.cut(begun.unwrap_or(weekly.weeks.len()));
        weekly
    }

    /// Forgets the first weeks: before its first figure a school had not begun.
    fn cut(&mut self, first: usize) {
        self.weeks.drain(..first);
        for one in &mut self.series {
            one.values.drain(..first);
            one.previous.drain(..first);
        }
        self.series.retain(|one| one.values.iter().any(Option::is_some));
    }

    /// How many weeks of class have any figure.
    pub(super) fn published(&self) -> usize {
        let has = |at: usize| self.series.iter().any(|one| one.values[at].is_some());
        (0..self.weeks.len()).filter(|at| self.weeks[*at].class_days > 0 && has(*at)).count()
    }
}

#[expect(clippy::cast_precision_loss, reason = "the exit gate refuses sums above 2^53")]
const fn number(value: u64) -> f64 {
    value as f64
}

/// A school made up for tests: weeks from one to another in a zone, with what a rule says of each measure, by its place
/// among them, and each week, by its place and itself.
#[cfg(test)]
pub(super) fn played<'a>(
    catalogue: &'a Catalogue,
    zone: Zone,
    (first, last): (&str, &str),
    measures: &[&str],
    value: impl Fn(usize, usize, Week) -> Option<f64>,
) -> Weekly<'a> {
    let calendar = Calendar::official();
    let last: IsoWeek = last.parse().unwrap();
    let weeks: Vec<Week> = std::iter::successors(Some(first.parse().unwrap()), |week: &IsoWeek| Some(week.next()))
        .take_while(|week| *week <= last)
        .map(|iso| Week { iso, class_days: causes::class_days(&calendar, zone, iso) })
        .collect();
    let series = measures.iter().enumerate().map(|(which, name)| Series {
        measure: catalogue.measure(name).unwrap(),
        values: weeks.iter().enumerate().map(|(at, week)| value(which, at, *week)).collect(),
        previous: vec![None; weeks.len()],
    });
    Weekly { series: series.collect(), weeks, protection: Protection::K(5) }
}
