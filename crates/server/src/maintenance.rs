//! What `serve` does by itself: folding every few seconds, closing what falls due, retiring what is too old, merging
//! small files.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::{App, date_of};

/// How often the journal is folded unless told otherwise. The promise is ten minutes at most.
pub const FOLD_EVERY: Duration = Duration::from_secs(10);

/// What one round of maintenance did.
#[derive(Debug, Default, Clone)]
pub struct Round {
    /// The periods that closed.
    pub closed: Vec<String>,
}

impl App {
    /// One full round at the product's present time.
    pub async fn maintain(&self) -> Result<Round, analytics::closing::Error> {
        let now = self.clock.now();
        let today = date_of(now);
        self.store.ensure_roots(today)?;
        self.store.count_load(&self.load.take(now)).await?;
        let closed = analytics::closing::run(&self.store, &self.calendar, now).await?;
        if !closed.is_empty() {
            self.store.retire(today, self.clock.real()).await?;
        }
        self.store.compact(false).await?;
        Ok(Round { closed })
    }
}

/// Maintains until told to stop, and once more then, so that a stopped server leaves an empty journal.
pub(crate) async fn run(app: Arc<App>, every: Duration, mut stop: watch::Receiver<bool>) {
    loop {
        let stopping = tokio::select! {
            () = tokio::time::sleep(every) => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        match app.maintain().await {
            Ok(round) if !round.closed.is_empty() => tracing::info!(closed = ?round.closed, "periods closed"),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "maintenance failed; it will be tried again"),
        }
        if stopping {
            return;
        }
    }
}
