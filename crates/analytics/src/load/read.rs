//! Reading `load_hour`: only weeks with at least five devices leave, as for every technical figure.

use std::collections::BTreeMap;

use calendar::{IsoWeek, Zone};
use privacy::exit::{DistinctDevices, Figures, Released};
use store::{Error, LakeSession, Prune, Store, Table, date};

use crate::rows::{days, numbers, texts};

/// What was counted in an hour.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Hours since 1970, UTC.
    pub hour: i64,
    pub metric: String,
    pub word: String,
    pub bucket: i16,
    pub n: u64,
}

/// All rows of weeks that may be told.
pub(super) async fn rows(store: &Store) -> Result<Vec<Row>, Error> {
    let tables = [Table::LoadHour, Table::TechDay, Table::InstallDay];
    let session = store.lake().session(&tables, &Prune::default()).await?;
    let devices = devices(&session).await?;
    let mut weeks = BTreeMap::<IsoWeek, Vec<Row>>::new();
    // The server's own counters alone: what applications report of it has hours of their own clocks.
    let query = "SELECT day, hour, metric, word, bucket_ix, SUM(n) AS n FROM load_hour \
                 WHERE metric IN ('requests', 'events', 'bytes', 'answer_ms', 'read_ms') \
                 GROUP BY day, hour, metric, word, bucket_ix ORDER BY day, hour, metric, word, bucket_ix";
    for batch in session.sql(query).await? {
        let (day, hour, metric) = (days(&batch, "day")?, numbers(&batch, "hour")?, texts(&batch, "metric")?);
        let (word, bucket, n) = (texts(&batch, "word")?, numbers(&batch, "bucket_ix")?, numbers(&batch, "n")?);
        for row in 0..batch.num_rows() {
            weeks.entry(IsoWeek::of(date(day.value(row)))).or_default().push(Row {
                hour: i64::from(day.value(row)) * 24 + hour.value(row),
                metric: metric.value(row).to_owned(),
                word: word.value(row).to_owned(),
                bucket: i16::try_from(bucket.value(row)).unwrap_or(-1),
                n: u64::try_from(n.value(row)).unwrap_or(0),
            });
        }
    }
    let mut released = Vec::new();
    for (week, rows) in weeks {
        let devices = DistinctDevices::at_least_any(devices.get(&week).copied());
        if let Ok(week) = Released::technical(Figures::new(rows), devices) {
            released.extend(week.into_value());
        }
    }
    Ok(released)
}

/// How many devices each week had: counted when it closed, or still there.
async fn devices(session: &LakeSession) -> Result<BTreeMap<IsoWeek, u64>, Error> {
    let closed = "SELECT day, SUM(n) AS n FROM tech_day WHERE metric = 'devices_week' GROUP BY day";
    // 1 January 1970 was a Thursday: three days later, days count in whole weeks.
    let open = "SELECT MIN(day) AS day, COUNT(DISTINCT install) AS n FROM install_day \
                GROUP BY (CAST(day AS INT) + 3) / 7";
    let mut devices = BTreeMap::<IsoWeek, u64>::new();
    for query in [closed, open] {
        for batch in session.sql(query).await? {
            let (day, n) = (days(&batch, "day")?, numbers(&batch, "n")?);
            for row in 0..batch.num_rows() {
                let known = devices.entry(IsoWeek::of(date(day.value(row)))).or_default();
                *known += u64::try_from(n.value(row)).unwrap_or(0);
            }
        }
    }
    Ok(devices)
}

/// How many establishments are in each zone.
pub(super) async fn zones(store: &Store) -> Result<BTreeMap<Zone, f64>, Error> {
    let mut zones = BTreeMap::new();
    for establishment in store.register().establishments().await? {
        *zones.entry(establishment.academy.zone()).or_insert(0.0) += 1.0;
    }
    Ok(zones)
}
