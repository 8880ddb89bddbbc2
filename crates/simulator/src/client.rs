//! The public HTTP API as a tablet sees it: rosters, batches of events, and the demonstration's clock.
//!
//! A request that meets a refused connection, 429 or a server error is sent again after a pause, with the same bytes
//! and so the same `batch_id`; any other refusal is an error, told with the server's own words.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

/// What went wrong between the simulator and a server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused the request.
    #[error("{what} was refused with status {status}: {answer}")]
    Refused {
        /// What was asked.
        what: String,
        /// The HTTP status.
        status: u16,
        /// What the server said, shortened.
        answer: String,
    },
    /// The server could not be reached, even after many tries.
    #[error("{what} could not be sent after {attempts} attempts ({cause}); is the server running at this address?")]
    Unreachable {
        /// What was asked.
        what: String,
        /// How often.
        attempts: u32,
        /// The last cause.
        cause: String,
    },
    /// The server's answer is not what the API promises.
    #[error("the answer to {what} cannot be read: {cause}")]
    Answer {
        /// What was asked.
        what: String,
        /// What is wrong with the answer.
        cause: String,
    },
    /// Events were refused although every one of them is valid.
    #[error("{refused} events of a batch of {uai} were refused, the first because: {first}")]
    Events {
        /// The school.
        uai: String,
        /// How many.
        refused: usize,
        /// Property, reason and what was expected of the first.
        first: String,
    },
    /// The server acknowledged another number of events than the batch holds.
    #[error("a batch of {uai} with {sent} events was answered with {accepted} accepted and {duplicates} known already")]
    Miscounted {
        /// The school.
        uai: String,
        /// How many the batch holds.
        sent: usize,
        /// How many were accepted.
        accepted: usize,
        /// How many were known already.
        duplicates: usize,
    },
    /// The truth file could not be written.
    #[error("the truth file could not be written: {0}")]
    Truth(#[from] std::io::Error),
}

/// The answer to a batch.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// Events taken.
    pub accepted: usize,
    /// Events the server had already.
    #[serde(default)]
    pub duplicates: usize,
    /// Events refused.
    #[serde(default)]
    pub refused: Vec<Refusal>,
}

/// Why an event was refused.
#[derive(Debug, Deserialize)]
pub struct Refusal {
    /// Its place in the batch.
    pub index: usize,
    /// The property concerned.
    #[serde(default)]
    pub property: Option<String>,
    /// The reason.
    #[serde(default)]
    pub reason: String,
    /// What would be right.
    #[serde(default)]
    pub expected: Option<String>,
}

/// A client of one server under one token. Connections are kept alive and shared between threads.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: String,
    compress: bool,
    attempts: u32,
    retries: AtomicU64,
}

impl Client {
    /// A client for a server ("<http://127.0.0.1:8080>") and a token of the scope `collect`.
    pub fn new(base: &str, token: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(10)))
            .max_idle_connections(64)
            .max_idle_connections_per_host(64)
            .build()
            .into();
        Self {
            agent,
            base: base.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            compress: false,
            attempts: 40,
            retries: AtomicU64::new(0),
        }
    }

    /// Sends bodies compressed with zstd.
    #[must_use]
    pub fn compressed(mut self) -> Self {
        self.compress = true;
        self
    }

    /// How often a request is tried before the run gives up; the pauses grow to two seconds.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// How many requests had to be sent again so far.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Declares the roster of a school.
    pub fn put_roster(&self, uai: &str, roster: &[u8]) -> Result<(), Error> {
        let url = format!("{}/api/v1/establishments/{uai}/roster", self.base);
        self.send(&format!("the roster of {uai}"), || self.agent.put(&url), roster).map(|_| ())
    }

    /// Sends a batch of events.
    pub fn post_events(&self, body: &[u8]) -> Result<Answer, Error> {
        let url = format!("{}/api/v1/events", self.base);
        let what = "a batch of events";
        let answer = self.send(what, || self.agent.post(&url), body)?;
        serde_json::from_slice(&answer)
            .map_err(|error| Error::Answer { what: what.to_owned(), cause: error.to_string() })
    }

    /// Moves the simulated clock of the server forward, and waits for what falls due.
    pub fn move_clock(&self, now: Timestamp) -> Result<(), Error> {
        let url = format!("{}/demo/clock", self.base);
        let body = format!(r#"{{"now":"{now}"}}"#);
        self.send("a move of the clock", || self.agent.post(&url), body.as_bytes()).map(|_| ())
    }

    /// Ends the simulation: the server's clock follows real time from now on.
    pub fn follow_real_time(&self) -> Result<(), Error> {
        let url = format!("{}/demo/clock", self.base);
        self.send("the end of the simulated clock", || self.agent.post(&url), br#"{"now":"real"}"#).map(|_| ())
    }

    fn send(
        &self,
        what: &str,
        request: impl Fn() -> ureq::RequestBuilder<ureq::typestate::WithBody>,
        body: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let packed = if self.compress { zstd::encode_all(body, 1).ok() } else { None };
        let mut cause = String::new();
        for attempt in 0..self.attempts {
            if attempt > 0 {
                self.retries.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis((20 << attempt.min(7)).min(2_000)));
            }
            let mut asked = request()
                .header("Authorization", &format!("Bearer {}", self.token))
                .header("Content-Type", "application/json");
            if packed.is_some() {
                asked = asked.header("Content-Encoding", "zstd");
            }
            let mut answer = match asked.send(packed.as_deref().unwrap_or(body)) {
                Ok(answer) => answer,
                Err(error) => {
                    cause = error.to_string();
                    continue;
                }
            };
            let status = answer.status().as_u16();
            let text = match answer.body_mut().read_to_vec() {
                Ok(text) => text,
                Err(error) => {
                    cause = error.to_string();
                    continue;
                }
            };
            match status {
                200..=299 => return Ok(text),
                429 | 500..=599 => cause = format!("status {status}"),
                _ => {
                    let answer = String::from_utf8_lossy(&text).chars().take(600).collect();
                    return Err(Error::Refused { what: what.to_owned(), status, answer });
                }
            }
        }
        Err(Error::Unreachable { what: what.to_owned(), attempts: self.attempts, cause })
    }
}
