//! [`Auditor`]: reads a log from its first entry to its last and says everything that does not fit.

use std::collections::BTreeMap;

use thiserror::Error;

use super::entry::{FORGET, StoredEntry};
use super::tree::{Checkpoint, Frontier};

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Entries are not where they should be.
    #[error("where entry {expected} should be, there is entry {found}: entries were deleted, added or reordered")]
    Gap {
        /// The place that comes next.
        expected: u64,
        /// What stands there.
        found: u64,
    },
    /// An entry's digests are not those of what it says.
    #[error("entry {seq} was changed")]
    Changed {
        /// The entry.
        seq: u64,
    },
    /// The log's head remembers another log.
    #[error("the log has {found} entries where {expected} were appended, or other ones than were appended")]
    Head {
        /// Entries that the head remembers.
        expected: u64,
        /// Entries that there are.
        found: u64,
    },
    /// A checkpoint does not fit.
    #[error(
        "the log is not the one of the checkpoint of {size} entries ({whose}): it was rewritten before entry {size}"
    )]
    Checkpoint {
        /// How many entries the checkpoint covers.
        size: u64,
        /// `kept beside the log` or `held by you`.
        whose: &'static str,
    },
    /// A checkpoint covers more than there is.
    #[error("the log has {found} entries, the checkpoint ({whose}) covers {size}: the last ones were cut off")]
    CutOff {
        /// How many entries the checkpoint covers.
        size: u64,
        /// Entries that there are.
        found: u64,
        /// `kept beside the log` or `held by you`.
        whose: &'static str,
    },
    /// Names were erased, or not, without an entry that says so.
    #[error("{found} names are missing, and the log says that {declared} were erased")]
    Erased {
        /// Names that are missing.
        found: u64,
        /// Names that entries say were erased.
        declared: u64,
    },
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The log as it was read.
    pub checkpoint: Checkpoint,
    /// How many names were rightly erased.
    pub erased: u64,
    /// How many checkpoints were compared.
    pub compared: u64,
    /// Everything that does not fit, the first of each kind first; empty when the log holds.
    pub faults: Vec<Fault>,
    /// How many faults were found beyond those listed.
    pub more: u64,
}

impl Report {
    /// True when nothing was found.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Faults that are listed; the rest is counted.
const LISTED: usize = 20;

/// Reads a log, entry by entry.
pub struct Auditor {
    frontier: Frontier,
    /// Where the next entry should stand.
    expected: u64,
    checkpoints: BTreeMap<u64, Vec<(Checkpoint, &'static str)>>,
    compared: u64,
    erased: u64,
    declared: u64,
    faults: Vec<Fault>,
    more: u64,
}

impl Auditor {
    /// An auditor who knows the checkpoints kept beside the log and those that somebody held elsewhere.
    pub fn new(kept: impl IntoIterator<Item = Checkpoint>, held: impl IntoIterator<Item = Checkpoint>) -> Self {
        let mut checkpoints = BTreeMap::<u64, Vec<_>>::new();
        let held = held.into_iter().map(|one| (one, "held by you"));
        for (one, whose) in held.chain(kept.into_iter().map(|one| (one, "kept beside the log"))) {
            checkpoints.entry(one.size).or_default().push((one, whose));
        }
        let mut auditor = Self {
            frontier: Frontier::default(),
            expected: 0,
            checkpoints,
            compared: 0,
            erased: 0,
            declared: 0,
            faults: Vec::new(),
            more: 0,
        };
        auditor.compare();
        auditor
    }

    /// Reads the next entry.
    pub fn read(&mut self, entry: &StoredEntry) {
        if entry.seq != self.expected {
            self.fault(Fault::Gap { expected: self.expected, found: entry.seq });
        }
        if !entry.is_whole() {
            self.fault(Fault::Changed { seq: entry.seq });
        }
        self.erased += u64::from(entry.name.is_none());
        if entry.action == FORGET {
            self.declared = self.declared.saturating_add(entry.detail.parse().unwrap_or(0));
        }
        self.expected = entry.seq.saturating_add(1);
        self.frontier.push(&entry.digest);
        self.compare();
    }

    /// Ends the reading: compares with what the log's head remembers, and with checkpoints that cover more.
    pub fn finish(mut self, head: &Frontier) -> Report {
        let checkpoint = self.frontier.checkpoint();
        if *head != self.frontier {
            self.fault(Fault::Head { expected: head.size(), found: checkpoint.size });
        }
        for (one, whose) in std::mem::take(&mut self.checkpoints).into_values().flatten() {
            self.compared += 1;
            self.fault(Fault::CutOff { size: one.size, found: checkpoint.size, whose });
        }
        if self.erased != self.declared {
            self.fault(Fault::Erased { found: self.erased, declared: self.declared });
        }
        Report { checkpoint, erased: self.erased, compared: self.compared, faults: self.faults, more: self.more }
    }

    /// Compares with the checkpoints of this size, if there are any.
    fn compare(&mut self) {
        for (one, whose) in self.checkpoints.remove(&self.frontier.size()).unwrap_or_default() {
            self.compared += 1;
            if one != self.frontier.checkpoint() {
                self.fault(Fault::Checkpoint { size: one.size, whose });
            }
        }
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < LISTED {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }
}
