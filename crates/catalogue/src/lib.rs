//! The data dictionary: what may exist, be computed and be shown.
//!
//! It is read from the TOML files of the folder `catalogue` at the root of the repository, which a jurist can read.
//! What it does not name cannot be stored, computed or released. It is checked as a whole when it is parsed, and a
//! mistake says file, line and reason. This crate is pure: it is given texts and reads no disk.

mod cube;
mod describe;
mod error;
mod event;
mod load;
mod measure;
mod recommendation;
mod record;
mod segment;
mod vocabulary;
mod words;

use std::collections::HashMap;

pub use calendar::{Lang, PeriodKind};
pub use cube::{CELLS_A_MONTH, CLAMPS, Cube, CubeLeaf, CubeSource, People, flow_place, hour_word, path_word};
pub use describe::{
    DescribedCategory, DescribedCube, DescribedDecision, DescribedEvent, DescribedMeasure, DescribedProperty,
    DescribedRecommendation, DescribedSegment, Description,
};
pub use error::CatalogueError;
pub use event::{
    Counter, EventType, Fold, Histogram, InstallColumn, PathFold, Property, PropertyKind, PupilFold, Scaled, is_version,
};
pub use measure::{
    Column, Contributor, Decision, Measure, Operand, Origin, Release, RosterCount, Split, Table, Value, View,
};
pub use recommendation::{Advised, Basis, Bound, Practice, Quotient, Recommendation};
pub use record::{ProcessingActivity, ProcessingRecord, RecordedData, ToFillIn};
pub use segment::{Condition, Habit, Habits, Match, Segment, Steadiness};
pub use vocabulary::{Category, Emitter, Grain, LegalBasis, Retention, Role, Unit};
pub use words::{Text, Word, WordList};

/// The files of the dictionary this program was built with: name inside the folder, text.
pub const EMBEDDED_FILES: [(&str, &str); 14] = [
    ("cubes.toml", include_str!("../../../catalogue/cubes.toml")),
    ("decisions.toml", include_str!("../../../catalogue/decisions.toml")),
    ("events/assistance.toml", include_str!("../../../catalogue/events/assistance.toml")),
    ("events/content.toml", include_str!("../../../catalogue/events/content.toml")),
    ("events/families.toml", include_str!("../../../catalogue/events/families.toml")),
    ("events/learning.toml", include_str!("../../../catalogue/events/learning.toml")),
    ("events/messages.toml", include_str!("../../../catalogue/events/messages.toml")),
    ("events/technical.toml", include_str!("../../../catalogue/events/technical.toml")),
    ("events/usage.toml", include_str!("../../../catalogue/events/usage.toml")),
    ("measures.toml", include_str!("../../../catalogue/measures.toml")),
    ("recommendations.toml", include_str!("../../../catalogue/recommendations.toml")),
    ("releases.toml", include_str!("../../../catalogue/releases.toml")),
    ("segments.toml", include_str!("../../../catalogue/segments.toml")),
    ("words.toml", include_str!("../../../catalogue/words.toml")),
];

/// The data dictionary, checked.
#[derive(Debug, Clone)]
pub struct Catalogue {
    events: Vec<EventType>,
    event_names: HashMap<String, u16>,
    words: Vec<WordList>,
    word_names: HashMap<String, u16>,
    measures: Vec<Measure>,
    measure_names: HashMap<String, u16>,
    decisions: Vec<Decision>,
    segments: Vec<Segment>,
    steadiness: Steadiness,
    releases: Vec<Release>,
    cubes: Vec<Cube>,
    recommendations: Vec<Recommendation>,
    practices: Vec<Practice>,
    digest: String,
}

impl Catalogue {
    /// The dictionary this program was built with. A test holds that it parses; the error is for whoever edits it.
    pub fn embedded() -> Result<Self, CatalogueError> {
        let files = EMBEDDED_FILES.map(|(name, text)| (name.to_owned(), text.to_owned()));
        Self::load(&files)
    }

    /// A dictionary from its files: name inside the folder (`words.toml`, `events/usage.toml`), text.
    /// Fails on the first mistake, with file, line and reason.
    pub fn load(files: &[(String, String)]) -> Result<Self, CatalogueError> {
        load::catalogue(files)
    }

    /// Every event type, in the order of the specification's numbers.
    pub fn events(&self) -> &[EventType] {
        &self.events
    }

    /// An event type by its name, in constant time.
    pub fn event(&self, name: &str) -> Option<&EventType> {
        self.event_by_index(*self.event_names.get(name)?)
    }

    /// An event type by its place.
    pub fn event_by_index(&self, index: u16) -> Option<&EventType> {
        self.events.get(usize::from(index))
    }

    /// Every word list.
    pub fn words(&self) -> &[WordList] {
        &self.words
    }

    /// A word list by its name, such as `platform`, `screen`, `feature`, `media_kind`, `domain`.
    pub fn word_list(&self, name: &str) -> Option<&WordList> {
        self.word_list_by_index(*self.word_names.get(name)?)
    }

    /// A word list by its place.
    pub fn word_list_by_index(&self, index: u16) -> Option<&WordList> {
        self.words.get(usize::from(index))
    }

    /// The word list of a property, if its kind is a word.
    pub fn words_of(&self, property: &Property) -> Option<&WordList> {
        match property.kind {
            PropertyKind::Word(list) => self.word_list_by_index(list),
            _ => None,
        }
    }

    /// Every measure.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// A measure by its name.
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.measures.get(usize::from(*self.measure_names.get(name)?))
    }

    /// The event types a measure reads.
    pub fn events_of(&self, measure: &Measure) -> impl Iterator<Item = &EventType> {
        measure.events.iter().filter_map(|index| self.event_by_index(*index))
    }

    /// Every decision the committee is asked for.
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// A decision by its identifier.
    pub fn decision(&self, id: &str) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.id == id)
    }

    /// The decision that a measure needs.
    pub fn decision_of(&self, measure: &Measure) -> &Decision {
        &self.decisions[usize::from(measure.decision)]
    }

    /// The measures that a decision covers.
    pub fn measures_of(&self, decision: &Decision) -> impl Iterator<Item = &Measure> {
        let index = decision.index;
        self.measures.iter().filter(move |measure| measure.decision == index)
    }

    /// The segments, in the order in which they are tried.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The segment of a person with these habits: the first that takes her.
    pub fn segment_of(&self, habits: &Habits) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.takes(habits))
    }

    /// What may be recommended, in the order of the file.
    pub fn recommendations(&self) -> &[Recommendation] {
        &self.recommendations
    }

    /// A recommendation by its rule.
    pub fn recommendation(&self, rule: &str) -> Option<&Recommendation> {
        self.recommendations.iter().find(|one| one.rule == rule)
    }

    /// What may go together from district to district.
    pub fn practices(&self) -> &[Practice] {
        &self.practices
    }

    /// What it takes to change segment.
    pub const fn steadiness(&self) -> &Steadiness {
        &self.steadiness
    }

    /// What may leave an establishment's closing.
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// SHA-256 of all files, in hexadecimal: what a decision was taken about.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The whole dictionary in one language, as plain structures for the transparency page.
    pub fn describe(&self, lang: Lang) -> Description {
        describe::describe(self, lang)
    }

    /// The record of processing activities (GDPR, article 30) that this dictionary amounts to.
    pub fn processing_record(&self, lang: Lang) -> ProcessingRecord {
        record::record(self, lang)
    }
}
