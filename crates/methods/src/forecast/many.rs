//! Many series at once, on several threads. What comes out does not depend on how many.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Forecast, ForecastError, Request, forecast};

/// Forecasts each series, on as many threads as given (at least one). Results come in the order of the series. `told` is
/// called with how many are done, after each and from any thread.
pub fn forecast_all(
    series: &[&[f64]],
    request: &Request,
    threads: usize,
    told: &(dyn Fn(usize) + Sync),
) -> Vec<Result<Forecast, ForecastError>> {
    each(series.len(), threads, told, |at| forecast(series[at], request))
}

/// Does `work` for each of `number` things, in any order, and returns the results in theirs.
pub(super) fn each<T: Send>(
    number: usize,
    threads: usize,
    told: &(dyn Fn(usize) + Sync),
    work: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let one = || {
        let mut found = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= number {
                return found;
            }
            found.push((at, work(at)));
            told(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    let mut all: Vec<(usize, T)> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.clamp(1, number.max(1))).map(|_| scope.spawn(one)).collect();
        let mut all = one();
        for other in others {
            match other.join() {
                Ok(found) => all.extend(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let series: Vec<Vec<f64>> = (1..9_u8)
            .map(|seed| (0..40_u8).map(|at| f64::from(at % 7) + f64::from(at.wrapping_mul(seed) % 11)).collect())
            .collect();
        let slices: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let request = Request { horizon: 7, periods: vec![7], level: 95.0 };
        let last = AtomicUsize::new(0);
        let alone = forecast_all(&slices, &request, 1, &|done| last.store(done, Ordering::Relaxed));
        assert_eq!(alone, forecast_all(&slices, &request, 3, &|_| ()));
        assert_eq!(last.load(Ordering::Relaxed), 8);
        assert!(forecast_all(&[], &request, 4, &|_| ()).is_empty());
    }
}
