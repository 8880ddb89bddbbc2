//! How much one sender, and all together, may ask for at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::access::Known;
use crate::problem::Problem;

/// Requests that may be worked on at once: bounds memory whatever is sent.
const AT_ONCE: usize = 256;

/// Requests a second that one token may send in the long run, and at most at once after a pause.
const PER_SECOND: f64 = 5_000.0;

/// The limits of the server.
pub struct Limits {
    turns: Arc<Semaphore>,
    /// Per token: requests still free, and when that was counted (token bucket).
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
    per_second: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(AT_ONCE, PER_SECOND)
    }
}

impl Limits {
    fn new(at_once: usize, per_second: f64) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once)), buckets: Mutex::default(), per_second }
    }

    /// A turn to be worked on, or a polite refusal (429).
    pub(crate) fn admit(&self, token: &Known) -> Result<OwnedSemaphorePermit, Problem> {
        let busy = |detail: &str| {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail).retry_after(1)
        };
        if let Ok(mut buckets) = self.buckets.lock() {
            let now = Instant::now();
            let (free, counted) = buckets.entry(token.digest.clone()).or_insert((self.per_second, now));
            let refilled = counted.elapsed().as_secs_f64() * self.per_second;
            *free = (*free + refilled).min(self.per_second);
            *counted = now;
            if *free < 1.0 {
                return Err(busy("this token has sent too many requests; wait a second and send the batch again"));
            }
            *free -= 1.0;
        }
        Arc::clone(&self.turns)
            .try_acquire_owned()
            .map_err(|_| busy("the server is busy; wait a second and send the batch again with the same batch_id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{Scope, TokenScope};

    #[test]
    fn a_token_that_asks_too_much_is_told_to_wait() {
        let limits = Limits::new(10, 3.0);
        let token =
            Known { digest: "one".to_owned(), scope: TokenScope { scope: Scope::Collect, establishment: None } };
        let answers: Vec<bool> = (0..5).map(|_| limits.admit(&token).is_ok()).collect();
        assert_eq!(answers, [true, true, true, false, false]);
    }

    #[test]
    fn no_more_are_worked_on_at_once_than_there_are_turns() {
        let limits = Limits::new(1, 100.0);
        let token =
            Known { digest: "one".to_owned(), scope: TokenScope { scope: Scope::Collect, establishment: None } };
        let turn = limits.admit(&token);
        assert!(turn.is_ok());
        assert!(limits.admit(&token).is_err());
        drop(turn);
        assert!(limits.admit(&token).is_ok());
    }
}
