//! Closing periods: what a week, a month or a school period releases is computed once, while the people behind it are
//! still there, and never again.
//!
//! ```text
//! fold → for each week that is due: person_week, pupil_week, roster → contributions → exit gate → releases
//!      → if it was the last of its month: the month, and its cubes (bounding → ledger → noise); if a school period ended in it: that period, zone by zone
//! ```
//!
//! **Invariants.** Only measures that the catalogue lists for release and the committee has approved are computed.
//! Only rows that came in time are read, for longer periods too, so a late event changes no release, not even one still
//! to come. What closed is never computed again: the register refuses a second closing, and a run that was cut short
//! is taken up where it stopped. Folding, compaction and other runs wait while one is at work.
//!
//! Decisions that the exit gate leaves to its caller are in [`contributions`] (who takes part, who bears, who made it)
//! and [`longer`] (what a month is made of).

mod beyond;
mod contributions;
mod longer;
mod plan;
mod read;
mod roster;
mod segments;
mod stored;
mod week;

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, Zone};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use privacy::exit::{CloseError, NotAsDebited};
use store::{Establishment, Store, bucket_of};
use thiserror::Error as ThisError;

use crate::governance::Approvals;

/// Up to so many establishments are read in one go; more go bucket by bucket, which bounds memory.
const ONE_GO: usize = 50;

/// A closing that could not be done. Nothing of it left; it is tried again with the next run.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The closing gave the exit gate something that no rule can make sense of.
    #[error("a period could not be closed: {0}")]
    Rule(#[from] CloseError),
    /// A cube was to be drawn otherwise than it was paid for.
    #[error("a month could not be closed: {0}")]
    Cube(#[from] NotAsDebited),
}

/// What stays the same during one run.
struct Round<'a> {
    store: &'a Store,
    calendar: &'a Calendar,
    approvals: &'a Approvals,
    establishments: &'a [Establishment],
    now: Timestamp,
    today: Date,
}

impl Round<'_> {
    fn zones(&self) -> BTreeSet<Zone> {
        self.establishments.iter().map(|one| one.academy.zone()).collect()
    }
}

/// Folds the journal and closes every period that is due by `now`. Returns the labels of what closed, in order: weeks and
/// months as they are, a school period with its zone (`2025-2026-P2 A`).
pub async fn run(store: &Store, calendar: &Calendar, now: Timestamp) -> Result<Vec<String>, Error> {
    store.fold().await?;
    let _alone = store.rest().await;
    let due = store.due(now).await?;
    let establishments = store.register().establishments().await?;
    let approvals = Approvals::load(store.register()).await?;
    let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let today = paris.to_datetime(now).date();
    let round = Round { store, calendar, approvals: &approvals, establishments: &establishments, now, today };
    let mut closed = Vec::new();
    // A run that was cut short may have left a month open after its last week.
    if let Some(through) = store.closed_through().await? {
        closed.extend(longer::close_ended(&round, through).await?);
    }
    if !due.is_empty() {
        for reason in plan::unapproved(store.catalogue(), &approvals) {
            tracing::warn!(%reason, "a measure is left out of the closing");
        }
    }
    for week in due {
        week::close_week(&round, week).await?;
        closed.push(week.to_string());
        closed.extend(longer::close_ended(&round, week).await?);
    }
    Ok(closed)
}

/// Establishments as they are read together: all at once if they are few, else by bucket.
fn groups(establishments: &[Establishment]) -> Vec<(Option<u8>, Vec<&Establishment>)> {
    if establishments.len() <= ONE_GO {
        return vec![(None, establishments.iter().collect())];
    }
    let mut groups = BTreeMap::<u8, Vec<&Establishment>>::new();
    for one in establishments {
        groups.entry(bucket_of(one.uai.as_str())).or_default().push(one);
    }
    groups.into_iter().map(|(bucket, group)| (Some(bucket), group)).collect()
}
