//! Technical measures: live, no person in them, from at least five devices.

use std::collections::BTreeMap;

use calendar::IsoWeek;
use catalogue::{Catalogue, InstallColumn, Measure, Operand, Unit, Value};
use privacy::Uai;
use privacy::exit::{DistinctDevices, Figures, Protection, Released};
use store::{Error, Prune, Store, Table, date, histogram};

use crate::governance::Approved;
use crate::range::Range;
use crate::rows::{days, numbers, texts};
use crate::view::{FEW_OR_NONE, Figure, View, WithheldFigure};

/// One row of `tech_day`, summed over versions, platforms and screens.
struct Row {
    week: IsoWeek,
    metric: String,
    word: String,
    bucket: i16,
    n: u64,
}

/// Adds the technical measures of a range, of one establishment or of all together.
pub(super) async fn add(
    store: &Store,
    measures: &[Approved<'_>],
    uai: Option<&Uai>,
    range: &Range,
    view: &mut View,
) -> Result<(), Error> {
    let rows = read(store, uai, range).await?;
    let devices = devices(store, uai, range, &rows).await?;
    let mut figures: Vec<Figure> = Vec::new();
    for approved in measures {
        let measure = approved.measure();
        for week in &range.weeks {
            let found = value(store.catalogue(), measure, &rows, Some(*week), &week.to_string(), &figures);
            figures.extend(found);
        }
        let found = value(store.catalogue(), measure, &rows, None, &range.label, &figures);
        figures.extend(found);
    }
    match Released::technical(Figures::new(figures), devices) {
        Ok(released) => {
            let protection = released.protection();
            view.figures.extend(released.into_value().into_iter().map(|figure| protected(figure, protection)));
        }
        Err(_) => view.withheld.extend(measures.iter().map(|approved| WithheldFigure {
            measure: approved.measure().name.clone(),
            period: range.label.clone(),
            reason: FEW_OR_NONE,
        })),
    }
    Ok(())
}

fn protected(figure: Figure, protection: Protection) -> Figure {
    Figure { protection: protection.to_string(), ..figure }
}

async fn read(store: &Store, uai: Option<&Uai>, range: &Range) -> Result<Vec<Row>, Error> {
    let prune = Prune { months: Some(range_of_days(range)), establishment: uai.cloned() };
    let session = store.lake().session(&[Table::TechDay], &prune).await?;
    let query = format!(
        "SELECT day, metric, word, bucket_ix, SUM(n) AS n FROM tech_day \
         WHERE {} day BETWEEN DATE '{}' AND DATE '{}' GROUP BY day, metric, word, bucket_ix",
        of_establishment(uai),
        range.first_day(),
        range.last_day()
    );
    let mut rows = Vec::new();
    for batch in session.sql(&query).await? {
        let (day, metric, word) = (days(&batch, "day")?, texts(&batch, "metric")?, texts(&batch, "word")?);
        let (bucket, n) = (numbers(&batch, "bucket_ix")?, numbers(&batch, "n")?);
        for row in 0..batch.num_rows() {
            rows.push(Row {
                week: IsoWeek::of(date(day.value(row))),
                metric: metric.value(row).to_owned(),
                word: word.value(row).to_owned(),
                bucket: i16::try_from(bucket.value(row)).unwrap_or(-1),
                n: u64::try_from(n.value(row)).unwrap_or(0),
            });
        }
    }
    Ok(rows)
}

/// The condition on the establishment, where there is one.
fn of_establishment(uai: Option<&Uai>) -> String {
    uai.map(|uai| format!("establishment = '{uai}' AND")).unwrap_or_default()
}

/// Rows of `tech_day` lie in their day's month, not in their week's.
fn range_of_days(range: &Range) -> std::ops::RangeInclusive<i32> {
    let month = |day: jiff::civil::Date| i32::from(day.year()) * 100 + i32::from(day.month());
    month(range.first_day())..=month(range.last_day())
}

/// The devices behind the range: the most of any closed week, or those of the week still open.
async fn devices(store: &Store, uai: Option<&Uai>, range: &Range, rows: &[Row]) -> Result<DistinctDevices, Error> {
    let closed = rows.iter().filter(|row| row.metric == "devices_week").map(|row| row.n);
    let prune = Prune { months: Some(range_of_days(range)), establishment: uai.cloned() };
    let session = store.lake().session(&[Table::InstallDay], &prune).await?;
    let query = format!(
        "SELECT COUNT(DISTINCT install) AS n FROM install_day \
         WHERE {} day BETWEEN DATE '{}' AND DATE '{}'",
        of_establishment(uai),
        range.first_day(),
        range.last_day()
    );
    let mut open = 0;
    for batch in session.sql(&query).await? {
        open = numbers(&batch, "n")?.values().first().map_or(0, |n| u64::try_from(*n).unwrap_or(0));
    }
    Ok(DistinctDevices::at_least_any(closed.chain([open])))
}

#[expect(clippy::cast_precision_loss, reason = "counts of one school")]
fn value(
    catalogue: &Catalogue,
    measure: &Measure,
    rows: &[Row],
    week: Option<IsoWeek>,
    period: &str,
    so_far: &[Figure],
) -> Vec<Figure> {
    let of_metric = |metric: &str| {
        let metric = metric.to_owned();
        rows.iter().filter(move |row| row.metric == metric && week.is_none_or(|week| row.week == week))
    };
    let figure = |dimensions: BTreeMap<String, String>, value: f64| Figure {
        measure: measure.name.clone(),
        period: period.to_owned(),
        dimensions,
        value,
        unit: measure.unit.slug(),
        protection: String::new(),
        low: None,
        high: None,
    };
    let whole = |value: f64| vec![figure(BTreeMap::new(), value)];
    let total = |metric: &str| of_metric(metric).map(|row| row.n).sum::<u64>() as f64;
    match &measure.value {
        Value::Counter { metric, words } => {
            let n: u64 =
                of_metric(metric).filter(|row| words.is_empty() || words.contains(&row.word)).map(|row| row.n).sum();
            whole(n as f64)
        }
        Value::Quantiles { metric, percentiles } => {
            let histogram: Vec<(i16, u64)> = of_metric(metric).map(|row| (row.bucket, row.n)).collect();
            percentiles
                .iter()
                .filter_map(|percent| {
                    let value = histogram::percentile(&histogram, *percent)?.round();
                    Some(figure(BTreeMap::from([("percentile".to_owned(), percent.to_string())]), value))
                })
                .collect()
        }
        // Distinct devices never add up over weeks: only a week has such a figure.
        Value::Distinct(_) if week.is_some() => whole(total("devices_week")),
        Value::Install(column) => whole(total(match column {
            InstallColumn::Batches => "batches",
            InstallColumn::Missing => "batches_missing",
            InstallColumn::Lost => "events_lost",
            InstallColumn::Sessions => "sessions",
            InstallColumn::Crashes => "crashes",
        })),
        Value::Rate { numerator: Operand::Measures(above), denominator: Operand::Measures(below) } => {
            let sum = |measures: &[u16]| -> Option<f64> {
                measures
                    .iter()
                    .map(|index| {
                        let name = &catalogue.measures().get(usize::from(*index))?.name;
                        let found = so_far.iter().find(|one| one.measure == *name && one.period == period)?;
                        Some(found.value)
                    })
                    .sum()
            };
            let factor = if measure.unit == Unit::Percent { 100.0 } else { 1.0 };
            match sum(above).zip(sum(below)) {
                Some((above, below)) if below > 0.0 => whole(factor * above / below),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}
