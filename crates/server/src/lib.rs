//! HTTP: collection, rosters, dashboards, sessions. Everything that leaves is `Released`, or comes from the catalogue.

mod access;
mod advice;
mod alerts;
mod api;
mod app;
mod assets;
mod body;
mod clock;
mod demo;
mod health;
mod limits;
mod load;
mod maintenance;
mod outlook;
mod pace;
mod pages;
mod problem;
mod rights;
mod router;
mod views;

use std::sync::Arc;
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use app::{App, DemoIdentity};
pub use clock::{CannotMove, Clock, RealClock, SimulatedClock};
pub use maintenance::{FOLD_EVERY, Round};
pub use pages::rights_document;
pub use router::{Audience, audiences};

/// Serves until `stop` says so; then answers what is under way, folds the journal once more, and returns.
///
/// Fails when the socket does.
#[boxed]
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    demonstration: bool,
    fold_every: Duration,
    stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let maintenance = tokio::spawn(maintenance::run(Arc::clone(&app), fold_every, stop.clone()));
    let sending = tokio::spawn(alerts::run(Arc::clone(&app), stop.clone()));
    let mut stopping = stop;
    let routes = router::router(app, demonstration);
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        })
        .await?;
    // The last round has nobody to report to but the log.
    let _ = maintenance.await;
    let _ = sending.await;
    Ok(())
}
