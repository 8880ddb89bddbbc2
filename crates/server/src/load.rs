//! The server's own load, per hour: requests and bytes, flushed into `load_hour` once their hour is over.

use std::sync::Mutex;

use jiff::Timestamp;

/// Counters of the hour that is running.
#[derive(Default)]
pub struct Load {
    running: Mutex<Hour>,
}

#[derive(Default)]
struct Hour {
    start: Timestamp,
    requests: u64,
    bytes: u64,
    /// Hours that are over and not flushed yet: start, requests, bytes.
    over: Vec<(Timestamp, u64, u64)>,
}

impl Load {
    /// Counts one batch of so many bytes.
    pub(crate) fn received(&self, now: Timestamp, bytes: usize) {
        if let Ok(mut hour) = self.running.lock() {
            hour.turn(now);
            hour.requests += 1;
            hour.bytes += bytes as u64;
        }
    }

    /// Takes the hours that are over: (start, metric, n).
    pub(crate) fn take(&self, now: Timestamp) -> Vec<(Timestamp, &'static str, u64)> {
        let Ok(mut hour) = self.running.lock() else { return Vec::new() };
        hour.turn(now);
        let over = std::mem::take(&mut hour.over);
        over.into_iter().flat_map(|(at, requests, bytes)| [(at, "requests", requests), (at, "bytes", bytes)]).collect()
    }
}

impl Hour {
    fn turn(&mut self, now: Timestamp) {
        let hour = |at: Timestamp| at.as_second().div_euclid(3_600);
        if hour(now) == hour(self.start) {
            return;
        }
        if self.requests > 0 {
            self.over.push((self.start, self.requests, self.bytes));
        }
        (self.start, self.requests, self.bytes) = (now, 0, 0);
    }
}
