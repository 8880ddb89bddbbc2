//! [`Intake`]: the way of an import through the entry gate into the journal.
//!
//! While one batch is committed, the next ones are read: up to [`IN_FLIGHT`] wait for their answers, which come back in
//! order. The journal is folded on the way, since nothing stays in it for long.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use calendar::{Academy, SchoolYear};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use privacy::entry::{self, BatchRefused, Format, Gate, Place, RawBatch, Reason};
use privacy::{Raw, Uai};
use serde::Serialize;
use store::{NotDurable, Receipt, Store};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::fault::Fault;
use super::mapping::Declared;
use super::outbox::Batch;
use super::progress::Progress;
use super::rejects::Rejects;

/// Batches waiting for the journal, at most.
const IN_FLIGHT: usize = 4;

/// Events between two foldings of the journal.
const FOLD_EVERY: usize = 250_000;

/// What an import has done, as it is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// Rows refused.
    pub refused: u64,
    /// Events made of the rows that could be read.
    pub events: u64,
    /// Events accepted.
    pub accepted: u64,
    /// Events that stood in their batch more than once.
    pub duplicates: u64,
    /// Batches sent.
    pub batches: u64,
    /// Batches among them that had come in an earlier import, and were not stored again.
    pub replayed: u64,
}

struct Waiting {
    file: PathBuf,
    rows: Vec<u64>,
    continued: bool,
    receipt: JoinHandle<Result<Receipt, NotDurable>>,
}

/// The way in.
pub struct Intake<'r> {
    runtime: &'r Runtime,
    store: Store,
    gate: Gate,
    places: HashMap<Uai, Place>,
    zones: HashMap<Academy, TimeZone>,
    opt_outs: HashSet<[u8; 32]>,
    now: Timestamp,
    waiting: VecDeque<Waiting>,
    unfolded: usize,
    rejects: Rejects,
    summary: Summary,
    /// The progress bar.
    pub progress: Progress,
}

impl<'r> Intake<'r> {
    /// An intake into an open data folder.
    pub fn new(
        runtime: &'r Runtime,
        store: Store,
        now: Timestamp,
        rejects: Rejects,
        progress: Progress,
    ) -> anyhow::Result<Self> {
        runtime.block_on(store.ensure_roots(now))?;
        let gate = Gate::new(Arc::clone(store.catalogue()));
        let opt_outs = runtime.block_on(store.register().opt_outs())?.into_iter().collect();
        let mut intake = Self {
            runtime,
            store,
            gate,
            places: HashMap::new(),
            zones: HashMap::new(),
            opt_outs,
            now,
            waiting: VecDeque::new(),
            unfolded: 0,
            rejects,
            summary: Summary::default(),
            progress,
        };
        intake.know_places()?;
        Ok(intake)
    }

    fn know_places(&mut self) -> anyhow::Result<()> {
        let known = self.runtime.block_on(self.store.register().establishments())?;
        self.zones = known.iter().map(|one| (one.academy, one.academy.time_zone())).collect();
        let place = |one: &store::Establishment| Place { academy: one.academy, identifiers: one.identifiers };
        self.places = known.into_iter().map(|one| (one.uai.clone(), place(&one))).collect();
        Ok(())
    }

    /// The moment of the import.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The catalogue.
    pub const fn catalogue(&self) -> &Arc<catalogue::Catalogue> {
        self.store.catalogue()
    }

    /// Puts the mapping's establishment, for the school years events may lie in, if the folder does not know it. A year
    /// that already has a roster is left alone, and so is an establishment of which the folder knows something else.
    pub fn declare(&mut self, declared: &Declared) -> anyhow::Result<()> {
        let (uai, register) = (declared.uai()?, self.store.register());
        let today = TimeZone::get("Europe/Paris").context("no time zones")?.to_datetime(self.now).date();
        let year = SchoolYear::of(today);
        for year in [year.previous(), year] {
            let known = self.runtime.block_on(register.establishment(&uai))?;
            let form = known.as_ref().map(|known| known.identifiers).unwrap_or_default();
            let roster = declared.roster(year, self.store.catalogue(), &self.store.keys(), form)?;
            let is_other = known.is_some_and(|known| {
                (known.district.as_str(), known.academy, known.sector.as_str())
                    != (roster.district().as_str(), roster.academy(), roster.sector())
            });
            if !is_other && self.runtime.block_on(register.classes(&uai, year))?.is_empty() {
                self.runtime.block_on(register.put_roster(&roster))?;
            }
        }
        self.know_places()
    }

    /// The time zone of an establishment; of one that is unknown it does not matter, since the gate refuses its rows.
    pub fn zone(&self, establishment: &str) -> TimeZone {
        let place = establishment.parse().ok().and_then(|uai: Uai| self.places.get(&uai));
        place.and_then(|place| self.zones.get(&place.academy)).cloned().unwrap_or(TimeZone::UTC)
    }

    /// One more row was read.
    pub fn row(&mut self) {
        self.summary.rows += 1;
        self.progress.row();
    }

    /// A row is refused.
    pub fn refuse(&mut self, file: &Path, row: u64, fault: &Fault) -> anyhow::Result<()> {
        self.summary.refused += 1;
        self.rejects.add(file, row, fault)
    }

    /// Takes a batch.
    pub fn take(&mut self, file: &Path, batch: Batch) -> anyhow::Result<()> {
        self.summary.batches += 1;
        self.summary.events += batch.rows.len() as u64;
        let body = Raw::new(&batch.body[..]);
        let raw = RawBatch::read(&body, Format::Ndjson).with_context(|| file.display().to_string())?;
        let keys = self.store.keys();
        let context = entry::Context {
            now: self.now,
            scope: None,
            keys: &keys,
            opt_outs: &self.opt_outs,
            place: &|uai| self.places.get(uai).copied(),
        };
        let (clean, answer) = match self.gate.admit(&raw, &context) {
            Ok(taken) => taken,
            Err(away @ BatchRefused::KeysAway(_)) => {
                bail!("{away}; what was stored before stays, and the same import again goes on from there")
            }
            Err(refused) => {
                let fault = of_batch(&refused);
                return self.refuse_rows(file, &batch.rows, batch.continued, |_| Some(&fault));
            }
        };
        self.unfolded += clean.events().len();
        let (journal, catalogue) = (self.store.journal().clone(), Arc::clone(self.store.catalogue()));
        let receipt = self.runtime.spawn(async move { journal.append(&catalogue, &clean, answer).await });
        self.waiting.push_back(Waiting {
            file: file.to_owned(),
            rows: batch.rows,
            continued: batch.continued,
            receipt,
        });
        while self.waiting.len() > IN_FLIGHT {
            self.settle()?;
        }
        if self.unfolded >= FOLD_EVERY {
            self.fold()?;
        }
        Ok(())
    }

    /// Waits for the oldest batch's answer.
    fn settle(&mut self) -> anyhow::Result<()> {
        let Some(Waiting { file, rows, continued, receipt }) = self.waiting.pop_front() else { return Ok(()) };
        let receipt = match self.runtime.block_on(receipt)? {
            Ok(receipt) => receipt,
            Err(error) => {
                bail!("{error}; what was stored before stays, and the same import again goes on from there")
            }
        };
        let answer = receipt.answer;
        self.summary.replayed += u64::from(receipt.replayed);
        self.summary.accepted += answer.accepted as u64;
        self.summary.duplicates += answer.duplicates as u64;
        let faults: HashMap<usize, Fault> = answer
            .refused
            .into_iter()
            .map(|one| (one.index, Fault { reason: one.reason, property: one.property, expected: one.expected }))
            .collect();
        self.refuse_rows(&file, &rows, continued, |index| faults.get(&index))
    }

    /// Refuses the rows of events with a fault, each row once.
    fn refuse_rows<'f>(
        &mut self,
        file: &Path,
        rows: &[u64],
        continued: bool,
        fault: impl Fn(usize) -> Option<&'f Fault>,
    ) -> anyhow::Result<()> {
        let mut last = rows.first().copied().filter(|_| continued);
        for (index, row) in rows.iter().enumerate() {
            if let Some(fault) = fault(index).filter(|_| last != Some(*row)) {
                last = Some(*row);
                self.refuse(file, *row, fault)?;
            }
        }
        Ok(())
    }

    fn fold(&mut self) -> anyhow::Result<()> {
        while !self.waiting.is_empty() {
            self.settle()?;
        }
        self.runtime.block_on(self.store.fold())?;
        self.unfolded = 0;
        Ok(())
    }

    /// Waits for every answer and empties the journal.
    pub fn finish(mut self) -> anyhow::Result<Summary> {
        self.fold()?;
        self.progress.done();
        self.rejects.finish()?;
        if self.summary.refused > 0 && !self.rejects.are_written() {
            eprintln!("{} rows were refused; the same import with --rejects FILE says why", self.summary.refused);
        }
        Ok(self.summary)
    }
}

fn of_batch(refused: &BatchRefused) -> Fault {
    match refused {
        BatchRefused::Envelope { property, expected } => Fault::of(*property, Reason::Invalid, *expected),
        BatchRefused::UnknownEstablishment => Fault::of(
            "establishment",
            Reason::Unknown,
            "an establishment that has a roster, or that the mapping declares in [establishment]",
        ),
        BatchRefused::OutOfScope => Fault::of("establishment", Reason::NotAllowed, "an establishment of the import"),
        // The import has ended before.
        BatchRefused::KeysAway(_) => Fault::of_row(Reason::NotAllowed, "the pseudonymiser"),
        BatchRefused::UnknownField => Fault::of_row(Reason::Unknown, "an envelope of known fields"),
    }
}
