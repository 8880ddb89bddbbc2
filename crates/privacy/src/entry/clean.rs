//! [`CleanEvent`]: an event that identifies nobody. Only the gate builds one.

use calendar::Academy;
use catalogue::Role;
use jiff::civil::Date;

use crate::{Pseudonym, Uai};

/// The value of a property after the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number in the unit the catalogue declares.
    Whole(u64),
    /// Yes or no.
    Flag(bool),
    /// A word: its place in the list the catalogue declares.
    Word(u16),
    /// A version, packed by [`Value::pack_version`].
    Version(u64),
    /// An identifier, hashed.
    Hashed(Pseudonym),
}

impl Value {
    /// Packs a version into one number, so that it needs no string. What the catalogue calls no version is none here
    /// either: a looser reading would let an address, a telephone number or coordinates through.
    pub(crate) fn pack_version(text: &str) -> Option<u64> {
        if !catalogue::is_version(text) {
            return None;
        }
        let parts: Vec<u64> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let packed = parts.iter().fold(0, |sum, part| sum * 10_000 + part);
        // Two numbers or three: "2.3" is not "2.3.0".
        Some(packed * 10 + parts.len() as u64)
    }
}

/// An event after the entry gate.
#[derive(Clone, PartialEq)]
pub struct CleanEvent {
    pub(super) event: u16,
    pub(super) role: Role,
    pub(super) person: Pseudonym,
    pub(super) class: Option<Pseudonym>,
    pub(super) pupils: Vec<Pseudonym>,
    pub(super) day: Date,
    pub(super) hour: u8,
    pub(super) sampled_day: bool,
    pub(super) values: Vec<(u16, Value)>,
}

impl CleanEvent {
    /// The event type: its place in the catalogue.
    pub const fn event(&self) -> u16 {
        self.event
    }

    /// Who was acting.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The teacher, family or class tablet.
    pub const fn person(&self) -> Pseudonym {
        self.person
    }

    /// The class, where the event names one.
    pub const fn class(&self) -> Option<Pseudonym> {
        self.class
    }

    /// The pupils it names.
    pub fn pupils(&self) -> &[Pseudonym] {
        &self.pupils
    }

    /// The day, in the establishment's time zone.
    pub const fn day(&self) -> Date {
        self.day
    }

    /// The hour (0 to 23), in the establishment's time zone. It lives in the journal and in tables without persons.
    pub const fn hour(&self) -> u8 {
        self.hour
    }

    /// Whether this day is one of the few that a keyed hash picked for this person (see `hours_week`).
    pub const fn sampled_day(&self) -> bool {
        self.sampled_day
    }

    /// The properties: place in the event type, value.
    pub fn values(&self) -> &[(u16, Value)] {
        &self.values
    }
}

/// A batch after the entry gate.
#[derive(Clone, PartialEq)]
pub struct CleanBatch {
    pub(super) batch_id: [u8; 16],
    pub(super) batch_no: u64,
    pub(super) lost_n: u64,
    pub(super) uai: Uai,
    pub(super) academy: Academy,
    pub(super) install: Pseudonym,
    pub(super) app_version: String,
    pub(super) platform: u16,
    pub(super) received_on: Date,
    pub(super) events: Vec<CleanEvent>,
    pub(super) silent: bool,
}

impl CleanBatch {
    /// The client's random identifier of the batch.
    pub const fn batch_id(&self) -> &[u8; 16] {
        &self.batch_id
    }

    /// The install's running number of the batch.
    pub const fn batch_no(&self) -> u64 {
        self.batch_no
    }

    /// Events the device had to drop since its last batch.
    pub const fn lost_n(&self) -> u64 {
        self.lost_n
    }

    /// The establishment.
    pub const fn uai(&self) -> &Uai {
        &self.uai
    }

    /// Its academy.
    pub const fn academy(&self) -> Academy {
        self.academy
    }

    /// The install, as a pseudonym of the school year in which the batch arrived.
    pub const fn install(&self) -> Pseudonym {
        self.install
    }

    /// The app's version: numbers and dots.
    pub fn app_version(&self) -> &str {
        &self.app_version
    }

    /// The platform: its place in the catalogue's list.
    pub const fn platform(&self) -> u16 {
        self.platform
    }

    /// The day it arrived, in the establishment's time zone.
    pub const fn received_on(&self) -> Date {
        self.received_on
    }

    /// The events.
    pub fn events(&self) -> &[CleanEvent] {
        &self.events
    }

    /// Whether everything right in it was of people who object. Then nothing of it may be kept, not even that their
    /// device sent it.
    pub const fn is_silent(&self) -> bool {
        self.silent
    }
}
