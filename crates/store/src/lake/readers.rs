//! Who is reading: a file that was replaced is unlinked once the queries that may still read it have ended.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The longest that a reader holds an unlinking up: what an erasure has replaced must go.
const LONGEST: Duration = Duration::from_secs(10);

/// Those who are reading, by the order in which they came.
#[derive(Default)]
pub(super) struct Readers {
    numbers: Mutex<Numbers>,
}

#[derive(Default)]
struct Numbers {
    next: u64,
    reading: BTreeSet<u64>,
}

/// One of them, until it is dropped.
pub(super) struct Reader {
    number: u64,
    among: Arc<Readers>,
}

impl Readers {
    /// Begins to read. To be called before the manifest is read.
    pub(super) fn enter(self: &Arc<Self>) -> Reader {
        let mut numbers = self.numbers();
        let number = numbers.next;
        numbers.next += 1;
        numbers.reading.insert(number);
        Reader { number, among: Arc::clone(self) }
    }

    /// Waits until everybody who is reading now has ended, ten seconds at most. Whoever comes later reads the manifest
    /// of later, and is not waited for.
    pub(super) async fn gone(&self) {
        let (begun, now) = (Instant::now(), self.numbers().next);
        while self.numbers().reading.first().is_some_and(|first| *first < now) {
            if begun.elapsed() > LONGEST {
                tracing::warn!("a query still reads files that are unlinked now: it will fail");
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.among.numbers().reading.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_those_who_were_reading_are_waited_for() {
        let readers = Arc::new(Readers::default());
        let (first, second) = (readers.enter(), readers.enter());
        let waiting = tokio::spawn({
            let readers = Arc::clone(&readers);
            async move { readers.gone().await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let third = readers.enter();
        drop(first);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished(), "the second is still reading");
        drop(second);
        tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("the third is not waited for").unwrap();
        drop(third);
        readers.gone().await;
    }
}
