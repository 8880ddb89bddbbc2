//! What is unusual in a school's technical days: crashes, errors, failed synchronisations and sessions, each against its
//! weekday and level, with the part that moved. No person is in it, and only days with at least five devices are.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, Month, Zone};
use catalogue::View as ViewName;
use jiff::Span;
use jiff::civil::Date;
use methods::school::{Day, Direction, Watch};
use privacy::Uai;
use privacy::exit::{DistinctDevices, Figures, Released};
use serde::Serialize;
use store::{Error, LakeSession, Prune, Store, Table, date};

use crate::governance::Approvals;
use crate::rows::{days, numbers, texts};

/// The decision that this analysis rests on.
const DECISION: &str = "anomalies";
/// How many days are looked at, the first of them only to learn what is usual.
const LEARNT: i64 = 18 * 7;
/// How many of the last days alerts are told of.
const TOLD: i64 = 28;

/// What is watched: the measure an alert belongs to, what is counted, and out of what.
struct Watched {
    measure: &'static str,
    counted: &'static str,
    /// A word that is no trouble.
    but: &'static str,
    out_of: Option<&'static str>,
    /// Whether less of it is news as well.
    both_ways: bool,
}

const WATCHED: [Watched; 4] = [
    Watched { measure: "crash_rate", counted: "crashes", but: "", out_of: Some("sessions"), both_ways: false },
    Watched { measure: "error_count", counted: "errors", but: "", out_of: Some("sessions"), both_ways: false },
    Watched { measure: "sync_success_rate", counted: "syncs", but: "success", out_of: Some("syncs"), both_ways: false },
    Watched { measure: "session_count", counted: "sessions", but: "", out_of: None, both_ways: true },
];

/// Something unusual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// The measure, by its name in the catalogue.
    pub measure: String,
    /// The day on which it was seen.
    pub day: String,
    /// `up` or `down`.
    pub direction: &'static str,
    /// From 0 to 1: how unusual it is, comparable between measures.
    pub score: f64,
    /// Class days that it took, that one included.
    pub days: usize,
    /// What was counted over these days.
    pub counted: u64,
    /// What is usual for them.
    pub usual: u64,
    /// The word of the part that moved; nothing where the whole did.
    pub part: Option<String>,
}

/// Alerts of the four weeks until `today`, the newest first. `None` where there is nothing to judge: no approval of the
/// analysis, or no day with enough devices.
///
/// Fails when the store does.
pub async fn school(
    store: &Store,
    approvals: &Approvals,
    (calendar, zone): (&Calendar, Zone),
    uai: &Uai,
    today: Date,
) -> Result<Option<Vec<Alert>>, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(None);
    }
    let first = today.saturating_sub(Span::new().days(LEARNT));
    let prune =
        Prune { months: Some(Month::of(first).number()..=Month::of(today).number()), establishment: Some(uai.clone()) };
    let session = store.lake().session(&[Table::TechDay, Table::InstallDay], &prune).await?;
    // Today is not over.
    let counts = Counts::read(&session, uai, first, today.saturating_sub(Span::new().days(1))).await?;
    let catalogue = store.catalogue();
    let told_from = today.saturating_sub(Span::new().days(TOLD));
    let mut alerts = Vec::new();
    for watched in &WATCHED {
        let measure = catalogue.measure(watched.measure).filter(|measure| measure.is_in(ViewName::MonEcole));
        if measure.is_some_and(|measure| approvals.approve(catalogue, measure).is_ok()) {
            let open = |day: Date| calendar.is_class_day(zone, day);
            alerts.extend(counts.watch(watched, open).into_iter().filter(|(day, _)| *day >= told_from));
        }
    }
    alerts.sort_by(|one, other| other.0.cmp(&one.0).then(other.1.score.total_cmp(&one.1.score)));
    let alerts: Vec<Alert> = alerts.into_iter().map(|(_, alert)| alert).collect();
    let least = counts.judged().map(|(_, devices)| devices);
    let released = Released::technical(Figures::new(alerts), DistinctDevices::at_least_any(least));
    Ok(released.ok().map(Released::into_value))
}

/// Days, their devices, and what was counted on them.
#[derive(Default)]
struct Counts {
    /// Every day from the first with a device, with how many there were at least.
    devices: BTreeMap<Date, u64>,
    /// By metric and word.
    counts: BTreeMap<(String, String), BTreeMap<Date, u64>>,
}

impl Counts {
    async fn read(session: &LakeSession, uai: &Uai, from: Date, until: Date) -> Result<Self, Error> {
        let within = format!("establishment = '{uai}' AND day BETWEEN DATE '{from}' AND DATE '{until}'");
        let mut read = Self::default();
        // A device that was updated on a day stands in two rows of it: of several rows each but one may be such.
        let devices = format!(
            "SELECT day, '' AS metric, '' AS word, CAST(SUM(n) - COUNT(*) + 1 AS BIGINT) AS n FROM tech_day \
             WHERE {within} AND metric = 'devices' GROUP BY day \
             UNION ALL SELECT day, '', '', COUNT(DISTINCT install) FROM install_day WHERE {within} GROUP BY day"
        );
        for batch in session.sql(&devices).await? {
            let (day, n) = (days(&batch, "day")?, numbers(&batch, "n")?);
            for row in 0..batch.num_rows() {
                let known = read.devices.entry(date(day.value(row))).or_default();
                *known = u64::try_from(n.value(row)).unwrap_or(0).max(*known);
            }
        }
        let query = format!(
            "SELECT day, metric, word, SUM(n) AS n FROM tech_day \
             WHERE {within} AND metric IN ('crashes', 'errors', 'syncs', 'sessions') GROUP BY day, metric, word"
        );
        for batch in session.sql(&query).await? {
            let (day, n) = (days(&batch, "day")?, numbers(&batch, "n")?);
            let (metric, word) = (texts(&batch, "metric")?, texts(&batch, "word")?);
            for row in 0..batch.num_rows() {
                let part = (metric.value(row).to_owned(), word.value(row).to_owned());
                let count = read.counts.entry(part).or_default().entry(date(day.value(row))).or_default();
                *count += u64::try_from(n.value(row)).unwrap_or(0);
            }
        }
        Ok(read)
    }

    /// The days with enough devices to be judged.
    fn judged(&self) -> impl Iterator<Item = (Date, u64)> {
        let enough = |(_, devices): &(&Date, &u64)| **devices >= u64::from(DistinctDevices::LEAST);
        self.devices.iter().filter(enough).map(|(day, devices)| (*day, *devices))
    }

    fn watch(&self, watched: &Watched, open: impl Fn(Date) -> bool) -> Vec<(Date, Alert)> {
        let words: BTreeSet<&str> = self
            .counts
            .keys()
            .filter(|(metric, word)| metric == watched.counted && (watched.but.is_empty() || word != watched.but))
            .map(|(_, word)| word.as_str())
            .collect();
        // How sessions end says nothing of how many there are.
        let parts: Vec<Vec<&str>> = if watched.out_of.is_some() {
            words.iter().map(|word| vec![*word]).collect()
        } else {
            vec![words.iter().copied().collect()]
        };
        if parts.is_empty() {
            return Vec::new();
        }
        let (mut watch, mut alerts) = (Watch::new(), Vec::new());
        for (day, _) in self.judged() {
            let of = |part: &Vec<&str>| part.iter().map(|word| self.count(watched.counted, word, day)).sum::<f64>();
            let seen = watch.push(&Day {
                weekday: u8::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0),
                open: open(day),
                exposure: watched.out_of.map_or(1.0, |metric| self.total(metric, day)),
                parts: parts.iter().map(of).collect(),
            });
            let Ok(Some(alert)) = seen else { continue };
            if alert.direction == Direction::Down && !watched.both_ways {
                continue;
            }
            let named = alert.explanation.named.and_then(|place| parts.get(place)).filter(|_| parts.len() > 1);
            alerts.push((
                day,
                Alert {
                    measure: watched.measure.to_owned(),
                    day: day.to_string(),
                    direction: if alert.direction == Direction::Up { "up" } else { "down" },
                    score: (100.0 * alert.score).round() / 100.0,
                    days: alert.days,
                    counted: whole(alert.counted),
                    usual: whole(alert.usual),
                    part: named.and_then(|words| words.first()).map(|word| (*word).to_owned()),
                },
            ));
        }
        alerts
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of one school and day")]
    fn count(&self, metric: &str, word: &str, day: Date) -> f64 {
        let of_part = self.counts.get(&(metric.to_owned(), word.to_owned()));
        of_part.and_then(|of_part| of_part.get(&day)).copied().unwrap_or(0) as f64
    }

    fn total(&self, metric: &str, day: Date) -> f64 {
        let words = self.counts.keys().filter(|(known, _)| known == metric);
        words.map(|(_, word)| self.count(metric, word, day)).sum()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of one school, never negative")]
fn whole(count: f64) -> u64 {
    count.max(0.0).round() as u64
}

#[cfg(test)]
mod tests;
