//! What `serve` does by itself: folding every few seconds, closing what falls due, retiring what is too old, merging
//! small files.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use tokio::sync::watch;

use crate::alerts::Failing;
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
        match self.store.ensure_roots(now).await {
            // What is here already is folded and closed all the same.
            Err(error @ store::Error::KeysAway { .. }) => tracing::error!(%error, "no root was looked after"),
            other => other?,
        }
        self.store.register().checkpoint_daily(self.clock.real()).await?;
        self.store.count_load(&self.load.take(now)).await?;
        if let Err(error) = self.work_requests().await {
            // Whoever asked is left out of the closing all the same.
            tracing::error!(%error, "a request could not be worked on; it will be tried again");
        }
        let closed = analytics::closing::run(&self.store, &self.calendar, now).await?;
        self.retire_daily(today).await?;
        self.store.compact(false).await?;
        if let Err(error) = self.watch().await {
            tracing::error!(%error, "alerts could not be looked after; it will be tried again");
        }
        Ok(Round { closed })
    }

    /// Does what people have asked, here or on the command line.
    pub(crate) async fn work_requests(&self) -> Result<(), store::Error> {
        self.read_opt_outs().await?;
        for request in self.store.work_requests(date_of(self.clock.now()), self.clock.real()).await? {
            tracing::info!(number = request.id, action = request.action, "a request was answered");
        }
        Ok(())
    }

    /// Retention, once a day and at start.
    async fn retire_daily(&self, today: Date) -> Result<(), store::Error> {
        let done = self.retired_on.lock().is_ok_and(|day| *day == Some(today));
        if done {
            return Ok(());
        }
        let retired = self.store.retire(today, self.clock.real()).await?;
        if let Ok(mut day) = self.retired_on.lock() {
            *day = Some(today);
        }
        if retired.files > 0 || !retired.roots.is_empty() {
            tracing::info!(files = retired.files, roots = ?retired.roots, "what was too old is gone");
        }
        Ok(())
    }
}

/// Maintains until told to stop, and once more then, so that a stopped server leaves an empty journal.
pub(crate) async fn run(app: Arc<App>, every: Duration, mut stop: watch::Receiver<bool>) {
    // What a crash had left undone of people's requests comes before anything else.
    app.requests.notify_one();
    let mut next = tokio::time::Instant::now() + every;
    let mut failing = Failing::default();
    loop {
        let (stopping, asked) = tokio::select! {
            () = tokio::time::sleep_until(next) => (false, false),
            _ = stop.wait_for(|stop| *stop) => (true, false),
            () = app.requests.notified() => (false, true),
        };
        if asked {
            if let Err(error) = app.work_requests().await {
                tracing::error!(%error, "a request could not be worked on; it will be tried again");
            }
            continue;
        }
        next = tokio::time::Instant::now() + every;
        match app.maintain().await {
            Ok(round) => {
                failing.ended();
                if !round.closed.is_empty() {
                    tracing::info!(closed = ?round.closed, "periods closed");
                }
            }
            Err(error) => {
                tracing::error!(%error, "maintenance failed; it will be tried again");
                failing.went_on(&app).await;
            }
        }
        if stopping {
            return;
        }
    }
}
