//! Reading technical days from the lake.

use calendar::IsoWeek;
use jiff::civil::Date;
use privacy::Uai;
use store::{Error, LakeSession, date, histogram};

use super::bounds::SLOW_MS;
use super::days::{Days, Kind, Metric, QUICK, SLOW};
use crate::rows::{days, numbers, texts};

/// Whether a bucket of the histogram of display times is of slow ones.
pub fn is_slow(bucket: i16) -> bool {
    bucket >= histogram::bucket_of(SLOW_MS)
}

/// The days of a school, or of all together, from one to another.
pub(super) async fn read(session: &LakeSession, uai: Option<&Uai>, from: Date, until: Date) -> Result<Days, Error> {
    let of = uai.map(|uai| format!("establishment = '{uai}' AND ")).unwrap_or_default();
    let within = format!("{of}day BETWEEN DATE '{from}' AND DATE '{until}'");
    let mut read = Days::default();
    // A closed week has kept its number of devices, but not the devices. In an open one they are counted.
    let devices = format!(
        "SELECT day, app_version, SUM(n) AS n FROM tech_day WHERE {within} AND metric = 'devices' GROUP BY day, app_version \
         UNION ALL SELECT day, app_version, CAST(SUM(n) AS BIGINT) AS n FROM ( \
         SELECT establishment, day, app_version, COUNT(DISTINCT install) AS n FROM install_day WHERE {within} \
         GROUP BY establishment, day, app_version) GROUP BY day, app_version"
    );
    for batch in session.sql(&devices).await? {
        let (day, version, n) = (days(&batch, "day")?, texts(&batch, "app_version")?, numbers(&batch, "n")?);
        for row in 0..batch.num_rows() {
            let n = u64::try_from(n.value(row)).unwrap_or(0);
            read.see_devices(date(day.value(row)), version.value(row), n);
        }
    }
    // 1 January 1970 was a Thursday: three days later, days count in whole weeks.
    let weeks = format!(
        "SELECT day, CAST(SUM(n) AS BIGINT) AS n FROM tech_day WHERE {within} AND metric = 'devices_week' GROUP BY day \
         UNION ALL SELECT MIN(day) AS day, COUNT(DISTINCT install) AS n FROM install_day WHERE {within} \
         GROUP BY (CAST(day AS INT) + 3) / 7"
    );
    for batch in session.sql(&weeks).await? {
        let (day, n) = (days(&batch, "day")?, numbers(&batch, "n")?);
        for row in 0..batch.num_rows() {
            let monday = IsoWeek::of(date(day.value(row))).monday();
            read.see_week(monday, u64::try_from(n.value(row)).unwrap_or(0));
        }
    }
    let named: Vec<String> = Metric::NAMED.iter().map(|(name, _)| format!("'{name}'")).collect();
    // The distribution of display times is cut in two, and only crashes have a screen that is watched.
    let query = format!(
        "SELECT day, metric, app_version, word, screen, SUM(n) AS n FROM ( \
         SELECT day, metric, app_version, \
         CASE WHEN metric <> 'load_ms' THEN word WHEN bucket_ix >= {slow} THEN '{SLOW}' ELSE '{QUICK}' END AS word, \
         CASE WHEN metric = 'crashes' THEN screen ELSE '' END AS screen, n FROM tech_day \
         WHERE {within} AND metric IN ({named})) GROUP BY day, metric, app_version, word, screen",
        slow = histogram::bucket_of(SLOW_MS),
        named = named.join(", "),
    );
    for batch in session.sql(&query).await? {
        let (day, n) = (days(&batch, "day")?, numbers(&batch, "n")?);
        let (metric, word) = (texts(&batch, "metric")?, texts(&batch, "word")?);
        let (version, screen) = (texts(&batch, "app_version")?, texts(&batch, "screen")?);
        for row in 0..batch.num_rows() {
            let Some(metric) = Metric::of(metric.value(row)) else { continue };
            let text = |column: &arrow::array::StringArray| column.value(row).to_owned();
            let kind = Kind { word: text(&word), version: text(&version), screen: text(&screen) };
            read.add(date(day.value(row)), metric, kind, u64::try_from(n.value(row)).unwrap_or(0));
        }
    }
    Ok(read)
}
