//! Event types and their properties: what may come in, from whom, why, and what becomes of it when it is folded.

use crate::{Category, Emitter, Grain, LegalBasis, Retention, Role, Text, Unit};

/// A type of event. What no event type names cannot be stored.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four independent permissions, each read on its own")]
pub struct EventType {
    /// Its place in [`crate::Catalogue::events`].
    pub index: u16,
    /// Its number in the specification.
    pub number: u16,
    /// Its name on the wire.
    pub name: String,
    /// The family it belongs to.
    pub category: Category,
    /// What people read for it.
    pub title: Text,
    /// When it is emitted.
    pub description: Text,
    /// What it is collected for.
    pub purpose: Text,
    /// The legal basis proposed by default.
    pub legal_basis: LegalBasis,
    /// Who may emit it.
    pub emitters: Vec<Emitter>,
    /// The roles accepted with it on the wire.
    pub roles: Vec<Role>,
    /// The finest time kept.
    pub grain: Grain,
    /// How long what comes from it is kept.
    pub retention: Retention,
    /// Whether the wire may name pupils with it.
    pub pupils: bool,
    /// Whether the wire may name a family with it.
    pub family: bool,
    /// Whether it is off until the establishment turns it on.
    pub opt_in: bool,
    /// Whether it makes a teacher an active teacher of its week.
    pub content: bool,
    /// Its typed properties.
    pub properties: Vec<Property>,
    /// What it becomes in the lake.
    pub fold: Fold,
}

impl EventType {
    /// A property by its name. Events have few properties, so this looks through them.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Whether the wire may carry it under this role.
    pub fn accepts(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// A typed property of an event.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its place in [`EventType::properties`].
    pub index: u16,
    /// Its name on the wire.
    pub name: String,
    /// What values it may take.
    pub kind: PropertyKind,
    /// Whether an event without it is refused.
    pub required: bool,
    /// What it says.
    pub description: Text,
    pub(crate) expected: String,
}

impl Property {
    /// What would be right, as a sentence for a refusal: "a whole number of milliseconds from 0 to 3600000".
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

/// The values a property may take. There is no free text among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// A whole number within bounds, both included.
    Whole {
        /// What it counts.
        unit: Unit,
        /// The least value.
        min: u64,
        /// The greatest value.
        max: u64,
    },
    /// True or false.
    Flag,
    /// A word of a list: the list's place in [`crate::Catalogue::words`].
    Word(u16),
    /// A version: numbers joined by dots, see [`crate::is_version`].
    Version,
    /// An identifier, hashed at the entry gate.
    Identifier,
}

/// What an event becomes in the lake. Every `u16` is the place of a property in [`EventType::properties`].
#[derive(Debug, Clone, Default)]
pub struct Fold {
    /// Whether it makes rows linked to a person (`person_day`, then `person_week`) and so counts for `hours_week`.
    pub person: bool,
    /// The word property that fills the column `facet`.
    pub facet: Option<u16>,
    /// The word property that fills the column `outcome`.
    pub outcome: Option<u16>,
    /// The property added to `duration_ms`.
    pub duration: Option<Scaled>,
    /// The property added to `volume_kb`.
    pub volume: Option<Scaled>,
    /// What it writes in `pupil_week` for each pupil it names.
    pub pupil: Option<PupilFold>,
    /// What it may write in `paths_week`.
    pub path: Option<PathFold>,
    /// The column of `install_day` it adds one to.
    pub install: Option<InstallColumn>,
    /// The word property that fills `tech_day.screen`.
    pub screen: Option<u16>,
    /// The numbers that go into the histograms of `tech_day` (or of `load_hour`, where the grain is the hour).
    pub histograms: Vec<Histogram>,
    /// The plain counters of `tech_day` (or of `load_hour`) it adds one to.
    pub counters: Vec<Counter>,
}

/// A numeric property and the factor that brings it to the column's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaled {
    /// The property.
    pub property: u16,
    /// What its value is multiplied by.
    pub factor: u64,
}

/// The columns an event fills in `pupil_week`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PupilFold {
    /// The word property of the column `facet`.
    pub facet: Option<u16>,
    /// The word property of the column `domain`.
    pub domain: Option<u16>,
    /// The word property of the column `theme`.
    pub theme: Option<u16>,
    /// The identifier property of the column `objective`.
    pub objective: Option<u16>,
}

/// The step an event makes in `paths_week`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFold {
    /// From one screen to another.
    Screens {
        /// The word property of the screen left.
        from: u16,
        /// The word property of the screen entered.
        to: u16,
    },
    /// A step of a flow to its outcome: `from_screen` is `flow:NAME/STEP`.
    Flow {
        /// The word property of the flow.
        flow: u16,
        /// The word property of the step.
        step: u16,
        /// The word property of the outcome.
        outcome: u16,
    },
}

/// A column of `install_day`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallColumn {
    /// Sessions that ended.
    Sessions,
    /// Crashes.
    Crashes,
    /// Batches received; filled from the envelope, by no event.
    Batches,
    /// Batches missing from the numbering; filled from the envelope.
    Missing,
    /// Events the device had to drop; filled from the envelope.
    Lost,
}

impl InstallColumn {
    /// The column's name in the lake.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Crashes => "crashes",
            Self::Batches => "batches",
            Self::Missing => "missing",
            Self::Lost => "lost",
        }
    }
}

/// A histogram of a technical number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// The word in the column `metric`.
    pub metric: String,
    /// The property measured.
    pub property: u16,
}

/// A counter of technical happenings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// The word in the column `metric`.
    pub metric: String,
    /// The word property that fills the column `word`; an event without it is not counted here.
    /// None counts every event, with an empty word.
    pub word: Option<u16>,
}

/// Whether a text is a version: `2.3.4` (three numbers of at most three digits) or `2025.1` (two numbers, of at most
/// four and two digits), without leading zeros. Addresses, telephone numbers and precise coordinates do not fit in it.
pub fn is_version(text: &str) -> bool {
    let fits = |part: &str, digits: usize| {
        (1..=digits).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let mut parts = text.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(number), None, None) => fits(year, 4) && fits(number, 2),
        (Some(major), Some(minor), Some(patch), None) => [major, minor, patch].into_iter().all(|part| fits(part, 3)),
        _ => false,
    }
}
