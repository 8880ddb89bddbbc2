//! Promises of a simulated year: reproducible, in step with the school calendar, valid for the catalogue, and told
//! truly by its truth.

mod population;
mod rhythm;
mod truth;
mod wire;

use std::sync::OnceLock;

use jiff::civil::{Date, Weekday, date};
use serde_json::Value;
use simulator::{Parameters, SchoolWalk, TimedBatch, World};

/// Thirteen months of six schools: two Septembers, every period.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD
        .get_or_init(|| World::new(Parameters::new(6, 42, date(2024, 8, 26), date(2025, 9, 28))).expect("a good world"))
}

/// What one school sent, by day, and the walk with its truth.
struct Sent {
    batches: Vec<(Date, TimedBatch, Value)>,
    walk: SchoolWalk<'static>,
}

fn sent() -> &'static [Sent] {
    static SENT: OnceLock<Vec<Sent>> = OnceLock::new();
    SENT.get_or_init(|| {
        (0..world().schools().len())
            .map(|school| {
                let mut walk = world().walk(school);
                let mut batches = Vec::new();
                while let Some(day) = walk.next_day() {
                    for batch in day.batches {
                        let parsed = serde_json::from_slice(&batch.body).expect("a batch is JSON");
                        batches.push((day.date, batch, parsed));
                    }
                }
                Sent { batches, walk }
            })
            .collect()
    })
}

/// Every event of a school, with the day it was first sent and its batch.
fn events(sent: &Sent) -> impl Iterator<Item = (Date, &Value, &Value)> {
    sent.batches.iter().filter(|(_, batch, _)| !batch.repeat).flat_map(|(day, _, body)| {
        body["events"].as_array().expect("events").iter().map(move |event| (*day, body, event))
    })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or("")
}

fn day_of(event: &Value) -> Date {
    text(event, "at")[..10].parse().expect("a date")
}

fn monday(day: Date) -> Date {
    day - jiff::Span::new().days(i64::from(day.weekday().since(Weekday::Monday)))
}
