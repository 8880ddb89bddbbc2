//! Where people wait and where they get stuck, for whoever looks after the application: waiting and crashes by screen
//! from technical days (live, no person, at least five devices in each week), dead ends, screens that lead to each other
//! and flows that are given up from the cube `paths` (noise, one step a person and month, whole country).

use std::collections::BTreeMap;

use calendar::{IsoWeek, Month};
use catalogue::{Catalogue, flow_place, path_word};
use jiff::civil::Date;
use methods::noisy::{Noisy, share};
use methods::paths::Screens;
use methods::paths::counted::{Endings, START, Steps, abandoned};
use methods::share::wilson;
use privacy::exit::{DistinctDevices, Figures, Level, NoisyCube, Released};
use serde::Serialize;
use store::{Error, LakeSession, Prune, Store, Table, date, histogram};

use super::numbers::{float, tenth, thousandth};
use crate::governance::Approvals;
use crate::rows::{days, numbers, texts};

/// The cube.
pub(super) const PATHS: &str = "paths";
/// The word list of screens.
const SCREENS: &str = "screen";
/// How many weeks of technical days are looked at, the running one included.
const WEEKS: usize = 5;
/// A wait up to so many milliseconds does not interrupt a thought (Miller, "Response time in man-computer conversational
/// transactions", 1968; Nielsen 1993).
const UNNOTICED_MS: f64 = 1_000.0;
/// The fewest loads of a screen that are told of.
const LOADS: u64 = 100;
/// Crashes on so many days at least are repeated ones.
const DAYS: usize = 3;

/// A screen on which people wait.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bottleneck {
    /// The screen.
    pub screen: String,
    /// How often it was loaded, as far as devices told how long it took.
    pub loads: u64,
    /// The share of loads beyond a second.
    pub slow: f64,
    /// The time that half of the loads stay below, in milliseconds.
    pub median_ms: f64,
    /// The time that 95 of 100 loads stay below.
    pub p95_ms: f64,
    /// The time beyond a second, over all loads: time lost by a load times how many there were, in hours.
    pub lost_h: f64,
    /// The lower end of its 95 % interval.
    pub low_h: f64,
    /// The upper end.
    pub high_h: f64,
    /// The share of people's sampled steps that lead there; nothing where the noise hides it.
    pub reached: Option<f64>,
    /// Half the width of the 95 % interval of that share.
    pub reached_error: Option<f64>,
}

/// A screen on which the application crashes again and again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Crashing {
    /// The screen.
    pub screen: String,
    /// How many crashes.
    pub crashes: u64,
    /// On how many days.
    pub days: usize,
    /// How often the screen was loaded.
    pub loads: u64,
    /// Crashes out of a thousand loads.
    pub per_thousand: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The same over all screens.
    pub usual: f64,
}

/// A finding from single steps: a share with its interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stuck {
    /// `dead_end`, `back_and_forth` or `abandoned`.
    pub kind: &'static str,
    /// The screens, or the flow.
    pub places: Vec<String>,
    /// The step of the flow at which it is given up most, where that is told from the noise.
    pub step: Option<String>,
    /// The share: of arrivals that go nowhere else, of steps that lead to the other, of flows that are given up.
    pub share: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// What is usual, where something is.
    pub usual: Option<f64>,
}

/// Points of friction of the whole application.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Friction {
    /// The days that waiting and crashes come from.
    pub days: Option<(String, String)>,
    /// The months that steps come from.
    pub months: Vec<String>,
    /// Where most time is lost, first.
    pub bottlenecks: Vec<Bottleneck>,
    /// Where the application crashes more than elsewhere, worst first.
    pub crashing: Vec<Crashing>,
    /// Where paths get stuck.
    pub stuck: Vec<Stuck>,
}

/// The friction of the weeks until `today` and of the months of `months`.
pub(super) async fn find(
    store: &Store,
    approvals: &Approvals,
    months: &[(Month, Vec<Released<NoisyCube>>)],
    today: Date,
) -> Result<Friction, Error> {
    let catalogue = store.catalogue();
    let mut words = BTreeMap::<String, Noisy>::new();
    let mut seen = Vec::new();
    for (month, cubes) in months {
        let paths: Vec<&Released<NoisyCube>> = cubes.iter().filter(|cube| cube.value().cube == PATHS).collect();
        seen.extend((!paths.is_empty()).then(|| month.to_string()));
        for sum in paths.iter().flat_map(|cube| cube.sums(Level::National, true).into_value()) {
            let so_far = words.entry(sum.word).or_default();
            *so_far = so_far.plus(Noisy::with_error(float(sum.value), sum.error));
        }
    }
    let (screens, steps) = steps(catalogue, &words);
    let mut friction =
        Friction { months: seen, stuck: stuck(catalogue, &screens, &steps, &words), ..Friction::default() };
    let is_allowed =
        |name: &str| catalogue.measure(name).is_some_and(|measure| approvals.approve(catalogue, measure).is_ok());
    let week = IsoWeek::of(today);
    let weeks: Vec<IsoWeek> =
        std::iter::successors(Some(week), |week| Some(week.prev())).take(WEEKS).collect::<Vec<_>>();
    let first = weeks.last().map_or(today, |week| week.monday());
    let prune = Prune { months: Some(Month::of(first).number()..=Month::of(today).number()), establishment: None };
    let session = store.lake().session(&[Table::TechDay, Table::InstallDay], &prune).await?;
    let read = Read::of(&session, first, today).await?;
    let devices = read.devices.values().copied().max().unwrap_or(0);
    let technical = (
        if is_allowed("load_time") { read.bottlenecks(&screens, &steps) } else { Vec::new() },
        if is_allowed("crash_count") && is_allowed("load_time") { read.crashing() } else { Vec::new() },
    );
    if let Ok(released) = Released::technical(Figures::new(technical), DistinctDevices::at_least_any([devices])) {
        (friction.bottlenecks, friction.crashing) = released.into_value();
        friction.days = Some((first.to_string(), today.to_string()));
    }
    Ok(friction)
}

/// The steps between screens, by what the cube calls them. Sessions begin at no screen.
fn steps(catalogue: &Catalogue, words: &BTreeMap<String, Noisy>) -> (Screens, Steps) {
    let (mut screens, mut steps) = (Screens::default(), Steps::default());
    let Some(list) = catalogue.word_list(SCREENS) else { return (screens, steps) };
    for word in list.words() {
        screens.named(&word.slug);
    }
    for to in list.words() {
        let place = screens.named(&to.slug);
        if let Some(found) = words.get(&path_word("", &to.slug)) {
            steps.add(START, place, *found);
        }
        for from in list.words() {
            if let Some(found) = words.get(&path_word(&from.slug, &to.slug)) {
                steps.add(screens.named(&from.slug), place, *found);
            }
        }
    }
    (screens, steps)
}

fn stuck(catalogue: &Catalogue, screens: &Screens, steps: &Steps, words: &BTreeMap<String, Noisy>) -> Vec<Stuck> {
    let name = |screen| screens.name(screen).unwrap_or_default().to_owned();
    let mut found: Vec<Stuck> = steps
        .dead_ends()
        .into_iter()
        .map(|one| Stuck {
            kind: "dead_end",
            places: vec![name(one.screen)],
            step: None,
            share: thousandth(one.ended.share),
            low: thousandth(one.ended.interval.0),
            high: thousandth(one.ended.interval.1),
            usual: Some(thousandth(one.usual)),
        })
        .collect();
    found.extend(steps.back_and_forth().into_iter().map(|one| {
        let weaker = if one.there.share < one.back.share { one.there } else { one.back };
        Stuck {
            kind: "back_and_forth",
            places: vec![name(one.screens.0), name(one.screens.1)],
            step: None,
            share: thousandth(weaker.share),
            low: thousandth(weaker.interval.0),
            high: thousandth(weaker.interval.1),
            usual: None,
        }
    }));
    found.extend(flows(catalogue, words));
    found
}

/// The flows that are given up: each try ends once, in `completed`, `abandoned` or `failed`.
fn flows(catalogue: &Catalogue, words: &BTreeMap<String, Noisy>) -> Vec<Stuck> {
    let slugs = |list: &str| -> Vec<String> {
        let list = catalogue.word_list(list).into_iter().flat_map(catalogue::WordList::words);
        list.map(|word| word.slug.clone()).collect()
    };
    let (flows, names) = (slugs("flow"), slugs("flow_step_name"));
    let ended = |flow: &str, step: &str, outcome: &str| {
        words.get(&path_word(&flow_place(flow, step), outcome)).copied().unwrap_or_default()
    };
    let given_up = |flow: &str, step: &str| ended(flow, step, "abandoned").plus(ended(flow, step, "failed"));
    let endings: Vec<Endings> = flows
        .iter()
        .map(|flow| Endings {
            completed: Noisy::sum(names.iter().map(|step| ended(flow, step, "completed"))),
            given_up: Noisy::sum(names.iter().map(|step| given_up(flow, step))),
        })
        .collect();
    let found = abandoned(&endings).into_iter().map(|(at, share)| {
        let flow = &flows[at];
        let worst = names.iter().max_by(|one, other| given_up(flow, one).value.total_cmp(&given_up(flow, other).value));
        Stuck {
            kind: "abandoned",
            places: vec![flow.clone()],
            step: worst.filter(|step| given_up(flow, step).is_known()).cloned(),
            share: thousandth(share.share),
            low: thousandth(share.interval.0),
            high: thousandth(share.interval.1),
            usual: None,
        }
    });
    found.collect()
}

/// What was measured, by screen, in weeks with enough devices.
#[derive(Default)]
struct Read {
    devices: BTreeMap<IsoWeek, u64>,
    /// By screen and bucket of milliseconds.
    loads: BTreeMap<String, BTreeMap<i16, u64>>,
    crashes: BTreeMap<String, BTreeMap<Date, u64>>,
}

impl Read {
    async fn of(session: &LakeSession, first: Date, today: Date) -> Result<Self, Error> {
        let within = format!("day BETWEEN DATE '{first}' AND DATE '{today}'");
        // 1 January 1970 was a Thursday: three days later, days count in whole weeks. A closed week has kept its number
        // of devices, but not the devices.
        let devices = format!(
            "SELECT MIN(day) AS day, COUNT(DISTINCT install) AS n FROM install_day \
             WHERE {within} GROUP BY (CAST(day AS INT) + 3) / 7 \
             UNION ALL SELECT MIN(day), SUM(n) FROM tech_day \
             WHERE {within} AND metric = 'devices_week' GROUP BY (CAST(day AS INT) + 3) / 7"
        );
        let mut read = Self::default();
        for batch in session.sql(&devices).await? {
            let (day, n) = (days(&batch, "day")?, numbers(&batch, "n")?);
            for row in 0..batch.num_rows() {
                let known = read.devices.entry(IsoWeek::of(date(day.value(row)))).or_default();
                *known = u64::try_from(n.value(row)).unwrap_or(0).max(*known);
            }
        }
        let query = format!(
            "SELECT day, metric, screen, bucket_ix, SUM(n) AS n FROM tech_day \
             WHERE {within} AND metric IN ('load_ms', 'crashes') AND screen <> '' \
             GROUP BY day, metric, screen, bucket_ix"
        );
        for batch in session.sql(&query).await? {
            let (day, metric, screen) = (days(&batch, "day")?, texts(&batch, "metric")?, texts(&batch, "screen")?);
            let (bucket, n) = (numbers(&batch, "bucket_ix")?, numbers(&batch, "n")?);
            for row in 0..batch.num_rows() {
                let (day, n) = (date(day.value(row)), u64::try_from(n.value(row)).unwrap_or(0));
                let of_week = read.devices.get(&IsoWeek::of(day)).copied().unwrap_or(0);
                if of_week < u64::from(DistinctDevices::LEAST) {
                    continue;
                }
                let screen = screen.value(row).to_owned();
                if metric.value(row) == "crashes" {
                    *read.crashes.entry(screen).or_default().entry(day).or_default() += n;
                } else if let Ok(bucket) = i16::try_from(bucket.value(row)) {
                    *read.loads.entry(screen).or_default().entry(bucket).or_default() += n;
                }
            }
        }
        Ok(read)
    }

    fn loads_of(&self, screen: &str) -> u64 {
        self.loads.get(screen).map_or(0, |buckets| buckets.values().sum())
    }

    /// Screens by time lost. Each load counts by the middle of its bucket, within a tenth of what it was.
    fn bottlenecks(&self, screens: &Screens, steps: &Steps) -> Vec<Bottleneck> {
        let all = Noisy::sum((0..).map_while(|screen| screens.name(screen).map(|_| steps.arrivals(screen))));
        let mut found: Vec<Bottleneck> = Vec::new();
        for (screen, buckets) in &self.loads {
            let loads: u64 = buckets.values().sum();
            if loads < LOADS {
                continue;
            }
            let excess = |bucket: i16| (histogram::middle_of(bucket) - UNNOTICED_MS).max(0.0);
            let count = real(loads);
            let mean = buckets.iter().map(|(bucket, n)| excess(*bucket) * real(*n)).sum::<f64>() / count;
            if mean <= 0.0 {
                continue;
            }
            let square = |value: f64| value * value;
            let variance =
                buckets.iter().map(|(bucket, n)| square(excess(*bucket) - mean) * real(*n)).sum::<f64>() / count;
            let hours = |mean: f64| thousandth(mean * count / 3_600_000.0);
            let error = 1.959_964 * (variance / count).sqrt();
            let slow: u64 = buckets.iter().filter(|(bucket, _)| excess(**bucket) > 0.0).map(|(_, n)| n).sum();
            let list: Vec<(i16, u64)> = buckets.iter().map(|(bucket, n)| (*bucket, *n)).collect();
            let place = (0..).map_while(|at| screens.name(at).map(|name| (at, name))).find(|(_, name)| name == screen);
            let reached = place.and_then(|(at, _)| {
                let arrivals = steps.arrivals(at);
                let rest = Noisy { value: all.value - arrivals.value, variance: all.variance - arrivals.variance };
                share(arrivals, rest)
            });
            found.push(Bottleneck {
                screen: screen.clone(),
                loads,
                slow: thousandth(real(slow) / count),
                median_ms: histogram::percentile(&list, 50).unwrap_or(0.0).round(),
                p95_ms: histogram::percentile(&list, 95).unwrap_or(0.0).round(),
                lost_h: hours(mean),
                low_h: hours((mean - error).max(0.0)),
                high_h: hours(mean + error),
                reached: reached.map(|one| thousandth(one.share)),
                reached_error: reached.map(|one| thousandth(1.959_964 * one.error)),
            });
        }
        found.sort_by(|one, other| other.lost_h.total_cmp(&one.lost_h).then(one.screen.cmp(&other.screen)));
        found
    }

    /// Screens with more than twice as many crashes out of their loads as all together, on three days at least.
    fn crashing(&self) -> Vec<Crashing> {
        let crashes = |days: &BTreeMap<Date, u64>| days.values().sum::<u64>();
        let all: u64 = self.crashes.values().map(crashes).sum();
        let loads: u64 = self.loads.keys().map(|screen| self.loads_of(screen)).sum();
        if loads == 0 {
            return Vec::new();
        }
        let usual = real(all) / real(loads);
        let mut found: Vec<Crashing> = Vec::new();
        for (screen, by_day) in &self.crashes {
            let (n, loads) = (crashes(by_day), self.loads_of(screen));
            if loads < LOADS || by_day.len() < DAYS {
                continue;
            }
            // A crash may come before its screen was loaded.
            let (Ok(part), Ok(of)) = (usize::try_from(n.min(loads)), usize::try_from(loads)) else { continue };
            let (share, (low, high)) = (real(n.min(loads)) / real(loads), wilson(part, of, 1.96));
            if low > 2.0 * usual {
                let thousand = |share: f64| tenth(1_000.0 * share);
                found.push(Crashing {
                    screen: screen.clone(),
                    crashes: n,
                    days: by_day.len(),
                    loads,
                    per_thousand: thousand(share),
                    low: thousand(low),
                    high: thousand(high),
                    usual: thousand(usual),
                });
            }
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.crashes));
        found
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
const fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
