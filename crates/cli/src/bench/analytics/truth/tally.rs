//! What the fold would write to `tech_day` of a simulated school, counted in memory by the catalogue's own rules, and the
//! devices that `install_day` would hold until its week closes.

use std::collections::{BTreeMap, HashMap, HashSet};

use analytics::watch::{Days, Kind, Metric, QUICK, SLOW, is_slow};
use anyhow::Context;
use catalogue::{Catalogue, EventType};
use jiff::civil::Date;
use serde::Deserialize;
use simulator::{GRACE_DAYS, SchoolWalk};

#[derive(Deserialize)]
struct Batch<'a> {
    install: &'a str,
    app_version: &'a str,
    #[serde(borrow)]
    events: Vec<Event<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    name: &'a str,
    at: &'a str,
    #[serde(default, borrow)]
    props: HashMap<&'a str, serde_json::Value>,
}

/// Walks a school to the end of the range.
pub fn days(catalogue: &Catalogue, walk: &mut SchoolWalk<'_>) -> anyhow::Result<Days> {
    let mut days = Days::default();
    let mut devices: BTreeMap<(Date, String), HashSet<String>> = BTreeMap::new();
    while let Some(output) = walk.next_day() {
        for sent in output.batches.iter().filter(|batch| !batch.repeat) {
            let batch: Batch<'_> = serde_json::from_slice(&sent.body).context("a simulated batch does not parse")?;
            let mut see = |day: Date| {
                let installs = devices.entry((day, batch.app_version.to_owned())).or_default();
                installs.insert(batch.install.to_owned());
            };
            see(output.date);
            for event in &batch.events {
                let day: Date = event.at.get(..10).context("an event without a day")?.parse()?;
                let known = catalogue.event(event.name).context("an event that the catalogue does not know")?;
                if known.fold.install.is_some() && !is_late(day, output.date) {
                    see(day);
                }
                count(&mut days, day, batch.app_version, known, &event.props);
            }
        }
    }
    let mut weeks: BTreeMap<Date, HashSet<String>> = BTreeMap::new();
    for ((day, version), installs) in devices {
        days.see_devices(day, &version, installs.len() as u64);
        weeks.entry(calendar::IsoWeek::of(day).monday()).or_default().extend(installs);
    }
    for (monday, installs) in weeks {
        days.see_week(monday, installs.len() as u64);
    }
    Ok(days)
}

fn count(days: &mut Days, day: Date, version: &str, event: &EventType, props: &HashMap<&str, serde_json::Value>) {
    let value = |property: u16| props.get(event.properties.get(usize::from(property))?.name.as_str());
    let word = |property: Option<u16>| property.and_then(value).and_then(|value| value.as_str()).map(str::to_owned);
    let screen = word(event.fold.screen).unwrap_or_default();
    for histogram in &event.fold.histograms {
        if let (Some(Metric::Loads), Some(ms)) =
            (Metric::of(&histogram.metric), value(histogram.property).and_then(serde_json::Value::as_u64))
        {
            let word = if is_slow(store::histogram::bucket_of(ms)) { SLOW } else { QUICK };
            let kind = Kind { word: word.to_owned(), version: version.to_owned(), screen: String::new() };
            days.add(day, Metric::Loads, kind, 1);
        }
    }
    for counter in &event.fold.counters {
        // As in the fold: a sync without an error is none of the sync's errors.
        if counter.word.is_some() && word(counter.word).is_none() {
            continue;
        }
        if let Some(metric) = Metric::of(&counter.metric) {
            let screen = if metric == Metric::Crashes { screen.clone() } else { String::new() };
            let kind = Kind { word: word(counter.word).unwrap_or_default(), version: version.to_owned(), screen };
            days.add(day, metric, kind, 1);
        }
    }
}

/// Whether the week of a day had closed when a batch was sent.
fn is_late(day: Date, sent_on: Date) -> bool {
    let sunday = calendar::IsoWeek::of(day).sunday();
    (sent_on - sunday).get_days() > GRACE_DAYS
}
