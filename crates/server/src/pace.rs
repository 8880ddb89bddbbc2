//! Answers to readers leave at whole steps of time: withheld and empty, forbidden and absent take different ways through
//! the code, and a reader with a stopwatch must not see which.

use std::time::Duration;

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::{Instant, sleep_until};

/// The step: more than reads take, so that all of them end with the first, and less than people notice.
const STEP: Duration = Duration::from_millis(50);

/// What is the same for everybody, whoever asks.
const SAME_FOR_ALL: [&str; 3] = ["/assets/", "/healthz", "/readyz"];

/// Holds an answer to a reader until the step is full.
pub async fn even(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let paced = request.method() == Method::GET && !SAME_FOR_ALL.iter().any(|start| path.starts_with(start));
    let begun = Instant::now();
    let response = next.run(request).await;
    if paced {
        sleep_until(begun + full(begun.elapsed())).await;
    }
    response
}

/// The first whole number of steps that is longer.
fn full(took: Duration) -> Duration {
    let steps = took.as_nanos() / STEP.as_nanos() + 1;
    STEP.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_rounded_up_to_a_whole_step() {
        for (took, given) in [(0, 50), (49_999, 50), (50_000, 100), (112_345, 150)] {
            assert_eq!(full(Duration::from_micros(took)), Duration::from_millis(given), "{took}");
        }
    }
}
