//! Technical measures: live, no person in them, from at least five devices in each week.
//!
//! A range's figures are sums over the weeks that have enough devices, and nothing else: were the others in them, the weeks
//! shown could be subtracted.

use std::collections::BTreeMap;

use calendar::IsoWeek;
use catalogue::{Catalogue, InstallColumn, Measure, Operand, Value};
use privacy::Uai;
use privacy::exit::{DistinctDevices, Figures, Protection, Released};
use store::{Error, LakeSession, date, histogram};

use crate::governance::Approved;
use crate::range::Range;
use crate::rows::{days, numbers, texts};
use crate::view::{self, FEW_OR_NONE, Figure, View, WithheldFigure};

/// One row of `tech_day`, summed over versions, platforms and screens.
struct Row {
    week: IsoWeek,
    metric: String,
    word: String,
    bucket: i16,
    n: u64,
}

/// What was measured in a range, and on how many devices.
pub(super) struct Measured {
    rows: Vec<Row>,
    devices: BTreeMap<IsoWeek, u64>,
}

/// Adds the technical measures of a range.
pub(super) fn add(
    catalogue: &Catalogue,
    measures: &[Approved<'_>],
    measured: Measured,
    range: &Range,
    view: &mut View,
) {
    let Measured { mut rows, devices } = measured;
    let of_week = |week: &IsoWeek| devices.get(week).copied().unwrap_or(0);
    rows.retain(|row| of_week(&row.week) >= u64::from(DistinctDevices::LEAST));
    let weeks = range.weeks.iter().map(|week| (Some(*week), week.to_string(), of_week(week)));
    let most = range.weeks.iter().map(of_week).max().unwrap_or(0);
    for (week, period, devices) in weeks.chain([(None, range.label.clone(), most)]) {
        let mut so_far = View::default();
        for approved in measures {
            let found = value(catalogue, approved.measure(), &rows, week, &period, &so_far);
            so_far.figures.extend(found);
        }
        match Released::technical(Figures::new(so_far.figures), DistinctDevices::at_least_any([devices])) {
            Ok(released) => {
                let protection = released.protection();
                view.figures.extend(released.into_value().into_iter().map(|figure| protected(figure, protection)));
            }
            // A week with too few devices and one with none are both left out.
            Err(_) if week.is_some() => {}
            Err(_) => view.withheld.extend(measures.iter().map(|approved| WithheldFigure {
                measure: approved.measure().name.clone(),
                period: period.clone(),
                reason: FEW_OR_NONE,
            })),
        }
    }
}

fn protected(figure: Figure, protection: Protection) -> Figure {
    Figure { protection: protection.to_string(), ..figure }
}

/// Reads what was measured, of one establishment or of all together.
pub(super) async fn read(session: &LakeSession, uai: Option<&Uai>, range: &Range) -> Result<Measured, Error> {
    let (rows, mut devices) = tokio::try_join!(rows(session, uai, range), open_devices(session, uai, range))?;
    // A closed week has kept its number of devices, but not the devices.
    for row in rows.iter().filter(|row| row.metric == "devices_week") {
        *devices.entry(row.week).or_default() += row.n;
    }
    Ok(Measured { rows, devices })
}

async fn rows(session: &LakeSession, uai: Option<&Uai>, range: &Range) -> Result<Vec<Row>, Error> {
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

/// The devices of each week that is still open.
async fn open_devices(
    session: &LakeSession,
    uai: Option<&Uai>,
    range: &Range,
) -> Result<BTreeMap<IsoWeek, u64>, Error> {
    // 1 January 1970 was a Thursday: three days later, days count in whole weeks.
    let query = format!(
        "SELECT MIN(day) AS day, COUNT(DISTINCT install) AS n FROM install_day \
         WHERE {} day BETWEEN DATE '{}' AND DATE '{}' GROUP BY (CAST(day AS INT) + 3) / 7",
        of_establishment(uai),
        range.first_day(),
        range.last_day()
    );
    let mut open = BTreeMap::new();
    for batch in session.sql(&query).await? {
        let (day, n) = (days(&batch, "day")?, numbers(&batch, "n")?);
        for row in 0..batch.num_rows() {
            open.insert(IsoWeek::of(date(day.value(row))), u64::try_from(n.value(row)).unwrap_or(0));
        }
    }
    Ok(open)
}

#[expect(clippy::cast_precision_loss, reason = "counts of one school")]
fn value(
    catalogue: &Catalogue,
    measure: &Measure,
    rows: &[Row],
    week: Option<IsoWeek>,
    period: &str,
    so_far: &View,
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
            let parts = so_far.sum(catalogue, above, period).zip(so_far.sum(catalogue, below, period));
            parts.and_then(|(above, below)| view::rate(measure, above, below)).map_or_else(Vec::new, whole)
        }
        _ => Vec::new(),
    }
}
