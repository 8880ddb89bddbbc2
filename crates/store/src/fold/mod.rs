//! Folding: journal rows become small tables, exactly once.
//!
//! The new files are flushed to the disk first; then one SQL transaction names them in the manifest and deletes the
//! journal rows they came from. A crash before it leaves orphan files, which are swept; a crash after it leaves nothing.

mod devices;
mod installs;
mod people;
mod samples;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use arrow::array::RecordBatch;
use async_recursion::async_recursion as boxed;
use catalogue::Catalogue;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, TransactionTrait};

use crate::Store;
use crate::error::Error;
use crate::journal::Row;
use crate::journal::decode::StoredBatch;
use crate::lake::{LiveFile, Table, days, monday_of};
use crate::register::Withheld;
use crate::register::entities::journal;

/// Events folded in one go: bounds memory.
const CHUNK: usize = 250_000;

pub(crate) use devices::load_rows;
pub use devices::{LATE_EVENTS, LoadCount};

/// Batches that may wait, decoded, to be counted.
const DECODED_AHEAD: usize = 32;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// What folding has done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Folded {
    /// Journal rows folded.
    pub batches: usize,
    /// Events folded.
    pub events: usize,
}

/// Texts that repeat over rows, each kept once.
#[derive(Default)]
struct Names {
    places: Map<String, u32>,
    list: Vec<String>,
}

impl Names {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    fn name(&self, place: u32) -> &str {
        self.list.get(place as usize).map_or("", String::as_str)
    }
}

impl Store {
    /// Folds everything that is in the journal now.
    #[boxed]
    pub async fn fold(&self) -> Result<Folded, Error> {
        let _maintenance = self.maintenance.lock().await;
        self.fold_locked().await
    }

    pub(crate) async fn fold_locked(&self) -> Result<Folded, Error> {
        let mut total = Folded::default();
        // No week closes while this one holds maintenance.
        let closed = self.closed_through().await?.map(|week| days(week.monday()));
        let districts = Arc::new(self.districts().await?);
        loop {
            let rows = self.register.journal_head(CHUNK).await?;
            let Some(last) = rows.last().map(|row| row.id) else { return Ok(total) };
            let (batches, events) = (rows.len(), rows.iter().map(|row| row.events_n).sum::<usize>());
            let sampled = samples::already(&self.lake, closed).await?;
            let catalogue = self.catalogue.clone();
            let withheld = self.register.withheld().await?;
            let through = withheld.through;
            let before = Before { closed, sampled, districts: Arc::clone(&districts), withheld };
            let tables = tokio::task::spawn_blocking(move || fold_rows(&catalogue, &rows, before));
            let tables = tables.await.map_err(|error| Error::Lake(error.to_string()))??;
            let mut files: Vec<LiveFile> = Vec::new();
            for (table, rows) in tables {
                if rows.num_rows() > 0 {
                    files.extend(self.lake.write(table, &rows).await?);
                }
            }
            let transaction = self.register.write.begin().await?;
            if crate::register::newest_request(&transaction).await? > through {
                // Somebody has objected or is being erased since these rows were read: once more, without her.
                transaction.rollback().await?;
                self.lake.unlink(&files).await?;
                continue;
            }
            crate::lake::name_files(&transaction, &files).await?;
            journal::Entity::delete_many().filter(journal::Column::Id.lte(last)).exec(&transaction).await?;
            transaction.commit().await?;
            total.batches += batches;
            total.events += events;
            self.register.truncate_log().await?;
        }
    }
}

/// What folding must know of what was folded before.
struct Before {
    /// The Monday of the last closed week.
    closed: Option<i32>,
    sampled: samples::Already,
    districts: Arc<HashMap<String, String>>,
    /// Who is left out, and who is left out of the tables without persons.
    withheld: Withheld,
}

/// Journal rows become rows of the lake's tables. One thread decodes while the other counts.
fn fold_rows(catalogue: &Catalogue, rows: &[Row], before: Before) -> Result<Vec<(Table, RecordBatch)>, Error> {
    let (closed, withheld) = (before.closed, before.withheld);
    let is_late = |day: i32| closed.is_some_and(|closed| monday_of(day) <= closed);
    let mut people = people::People::default();
    let mut devices = devices::Devices::default();
    let mut installs = installs::Installs::default();
    let mut samples = samples::Samples::new(before.sampled, before.districts);
    std::thread::scope(|scope| {
        let (decoded, batches) = sync_channel(DECODED_AHEAD);
        scope.spawn(move || {
            for row in rows {
                if decoded.send(StoredBatch::read(&row.payload)).is_err() {
                    return;
                }
            }
        });
        for batch in batches {
            let batch = batch?;
            people.enter(&batch);
            devices.enter(&batch);
            let device_is_gone = withheld.gone.contains(batch.install.as_bytes());
            samples.enter(&batch);
            let mut kept = 0_usize;
            let passed_over = batch.for_each(catalogue, &withheld.gone, |event| {
                kept += 1;
                let late = is_late(event.day);
                people.add(event, late);
                devices.add(event, late);
                if !late && !device_is_gone {
                    installs.add(&batch, event);
                }
                if !late && !withheld.contains(&event.person) {
                    samples.add(event);
                }
            })?;
            // Where everything is gone, even that the device sent something goes.
            if !device_is_gone && (kept > 0 || passed_over == 0) {
                installs.add_batch(&batch, is_late(days(batch.received_on)));
            }
        }
        Ok::<(), Error>(())
    })?;
    let drawn = samples.draw()?;
    Ok(vec![
        (Table::PersonDay, people.person_day(catalogue, &drawn)?),
        (Table::PersonWeek, people.person_week(catalogue)?),
        (Table::PupilWeek, people.pupil_week(catalogue)?),
        (Table::InstallDay, installs.install_day()?),
        (Table::HoursWeek, drawn.hours_week()?),
        (Table::PathsWeek, drawn.paths_week()?),
        (Table::TechDay, devices.tech_day()?),
        (Table::LoadHour, devices.load_hour()?),
    ])
}
