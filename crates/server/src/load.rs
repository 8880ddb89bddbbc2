//! The server's own load, per hour: requests, bytes and events that came, how long answers took, and how often each page that is
//! the same for everybody was read. Flushed into `load_hour` once their hour is over. Nothing says who asked: of what
//! belongs to a person or a school, not even the address is counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;
use store::{LoadCount, histogram};

use crate::app::App;

/// What is the same for whoever may read it, so that it could be kept by a cache.
const SAME_FOR_ALL: [&str; 5] = ["/assets/{name}", "/transparence", "/vie-privee", "/api/v1/cubes", "/api/v1/hints"];

/// Counters of the hour that is running.
#[derive(Default)]
pub struct Load {
    running: Mutex<Hour>,
}

/// What is counted: metric, word, bucket.
type Key = (&'static str, &'static str, Option<i16>);

#[derive(Default)]
struct Hour {
    start: Timestamp,
    counts: BTreeMap<Key, u64>,
    /// What was counted in hours that are over, and not flushed yet.
    over: Vec<LoadCount>,
}

impl Load {
    /// Counts one batch of so many bytes.
    pub(crate) fn received(&self, now: Timestamp, bytes: usize) {
        self.count(now, [(("requests", "", None), 1), (("bytes", "", None), bytes as u64)]);
    }

    /// Counts the events of a batch that was made durable, and how long it took from the first byte on.
    pub(crate) fn kept(&self, now: Timestamp, events: usize, took: Duration) {
        self.count(now, [(("events", "", None), events as u64), (("answer_ms", "", Some(bucket(took))), 1)]);
    }

    /// Counts a reading of what is the same for all.
    fn read(&self, now: Timestamp, path: &str, took: Duration) {
        if let Some(known) = SAME_FOR_ALL.iter().find(|known| **known == path) {
            self.count(now, [(("read_ms", *known, Some(bucket(took))), 1)]);
        }
    }

    fn count<const N: usize>(&self, now: Timestamp, counts: [(Key, u64); N]) {
        if let Ok(mut hour) = self.running.lock() {
            hour.turn(now);
            for (key, n) in counts {
                *hour.counts.entry(key).or_default() += n;
            }
        }
    }

    /// Takes what was counted in hours that are over.
    pub(crate) fn take(&self, now: Timestamp) -> Vec<LoadCount> {
        let Ok(mut hour) = self.running.lock() else { return Vec::new() };
        hour.turn(now);
        std::mem::take(&mut hour.over)
    }
}

impl Hour {
    fn turn(&mut self, now: Timestamp) {
        let hour = |at: Timestamp| at.as_second().div_euclid(3_600);
        if hour(now) == hour(self.start) {
            return;
        }
        let at = self.start;
        let counts = std::mem::take(&mut self.counts).into_iter();
        self.over.extend(counts.map(|((metric, word, bucket), n)| LoadCount { at, metric, word, bucket, n }));
        self.start = now;
    }
}

fn bucket(took: Duration) -> i16 {
    histogram::bucket_of(u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
}

/// Counts how long readings take, before they are held until a whole step of time.
pub async fn of_readings(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().filter(|_| request.method() == Method::GET).cloned();
    let begun = tokio::time::Instant::now();
    let response = next.run(request).await;
    if let Some(path) = path.filter(|_| response.status().is_success()) {
        app.load.read(app.clock.now(), path.as_str(), begun.elapsed());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_hour_is_told_once_it_is_over_and_once_only() {
        let load = Load::default();
        load.received(at("2025-11-24T08:10:00Z"), 300);
        load.kept(at("2025-11-24T08:10:00Z"), 40, Duration::from_millis(9));
        load.received(at("2025-11-24T08:50:00Z"), 200);
        assert_eq!(load.take(at("2025-11-24T08:59:59Z")), []);
        let told = load.take(at("2025-11-24T09:00:00Z"));
        let n = |metric: &str| told.iter().filter(|one| one.metric == metric).map(|one| one.n).collect::<Vec<_>>();
        assert_eq!((n("requests"), n("bytes"), n("events"), n("answer_ms")), (vec![2], vec![500], vec![40], vec![1]));
        assert!(told.iter().all(|one| one.at == at("2025-11-24T08:10:00Z") && one.word.is_empty()));
        assert_eq!(load.take(at("2025-11-24T10:00:00Z")), []);
    }

    #[test]
    fn of_what_belongs_to_somebody_nothing_is_counted() {
        let load = Load::default();
        let now = at("2025-11-24T08:10:00Z");
        for path in ["/api/v1/cubes", "/ma-classe", "/api/v1/rights/{id}", "/mon-ecole"] {
            load.read(now, path, Duration::from_millis(3));
        }
        let words: Vec<&str> = load.take(at("2025-11-24T09:00:00Z")).iter().map(|one| one.word).collect();
        assert_eq!(words, ["/api/v1/cubes"]);
    }
}
