//! Measures, the decisions they need, the releases they may leave in: what may be computed and shown.

use calendar::PeriodKind;
use serde::Deserialize;

use crate::{InstallColumn, Lang, Role, Text, Unit};

/// A figure that may be computed once its decision is approved.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its place in [`crate::Catalogue::measures`].
    pub index: u16,
    /// Its name in answers and in `releases.measure`.
    pub name: String,
    /// What people read for it.
    pub title: Text,
    /// How it is computed, in words.
    pub definition: Text,
    /// What its value counts.
    pub unit: Unit,
    /// How it is computed.
    pub value: Value,
    /// The event types it reads: places in [`crate::Catalogue::events`].
    pub events: Vec<u16>,
    /// Only rows whose facet is one of these slugs; empty for all.
    pub facets: Vec<String>,
    /// Only rows whose outcome is one of these slugs; empty for all.
    pub outcomes: Vec<String>,
    /// Only rows of these roles; empty for all.
    pub roles: Vec<Role>,
    /// How it may be split. The total is always there.
    pub splits: Vec<Split>,
    /// Whom the threshold counts.
    pub contributor: Contributor,
    /// Whether teachers make it, so that a release also needs three of them.
    pub made_by_teachers: bool,
    /// Where it is shown.
    pub views: Vec<View>,
    /// Under which protections it may leave.
    pub origins: Vec<Origin>,
    /// The decision that allows it: its place in [`crate::Catalogue::decisions`].
    pub decision: u16,
}

impl Measure {
    /// A split by its name.
    pub fn split(&self, name: &str) -> Option<&Split> {
        self.splits.iter().find(|split| split.name == name)
    }

    /// Whether it may leave under this protection.
    pub fn leaves_as(&self, origin: Origin) -> bool {
        self.origins.contains(&origin)
    }

    /// Whether it is shown in this view.
    pub fn is_in(&self, view: View) -> bool {
        self.views.contains(&view)
    }
}

/// How a measure is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The sum of `n` over the rows of its events in a table.
    Count(Table),
    /// The sum of `duration_ms` over the person tables.
    Duration,
    /// The sum of `volume_kb` over the person tables.
    Volume,
    /// The distinct contributors with at least one row of its events, within one period.
    Distinct(Table),
    /// The distinct persons active in the period: one event in a week; in a month or school period, an event in at
    /// least half of its class weeks.
    Active,
    /// A numerator over a denominator, both over the same cell and period.
    Rate {
        /// What is above.
        numerator: Operand,
        /// What is below.
        denominator: Operand,
    },
    /// The sum of `n` of a plain counter of `tech_day`.
    Counter {
        /// The counter's metric.
        metric: String,
        /// Only these words of the counter; empty for all.
        words: Vec<String>,
    },
    /// Quantiles of a histogram of `tech_day`.
    Quantiles {
        /// The histogram's metric.
        metric: String,
        /// The quantiles in per cent, such as 50 and 95.
        percentiles: Vec<u8>,
    },
    /// The sum of a column of `install_day`.
    Install(InstallColumn),
    /// The declared teachers, by the segment of use that each is in.
    Segments,
}

/// A lake table that a count or a distinct count reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// `person_day` while its week is open, `person_week` afterwards.
    Person,
    /// `pupil_week`.
    Pupil,
    /// `install_day`.
    Install,
}

/// One side of a rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// The sum of other measures: places in [`crate::Catalogue::measures`].
    Measures(Vec<u16>),
    /// A number declared by the establishment's roster.
    Roster(RosterCount),
}

/// What a roster declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RosterCount {
    /// Declared teachers.
    Teachers,
    /// Enrolled pupils.
    Pupils,
    /// Families of enrolled pupils.
    Families,
    /// Classes.
    Classes,
}

/// A way to split a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Its public name, such as `kind`: the key of `dimensions` in answers and the value of `releases.split`.
    pub name: String,
    /// What people read for it.
    pub title: Text,
    /// The column of the table it groups by.
    pub column: Column,
    /// The word list of its values: its place in [`crate::Catalogue::words`]; none for days, pupils and versions.
    pub words: Option<u16>,
}

/// A column that a measure may be split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The date.
    Day,
    /// The pupil's pseudonym: own class only.
    Pupil,
    /// The facet.
    Facet,
    /// The outcome.
    Outcome,
    /// The domain of the objective.
    Domain,
    /// The theme of the objective.
    Theme,
    /// The screen.
    Screen,
    /// The application's version.
    AppVersion,
    /// The platform.
    Platform,
    /// The word of a technical counter.
    Word,
    /// The segment of use: no column of the lake, it follows from a teacher's habits.
    Segment,
}

impl Column {
    /// The column's name in the lake.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Pupil => "pupil",
            Self::Facet => "facet",
            Self::Outcome => "outcome",
            Self::Domain => "domain",
            Self::Theme => "theme",
            Self::Screen => "screen",
            Self::AppVersion => "app_version",
            Self::Platform => "platform",
            Self::Word => "word",
            Self::Segment => "segment",
        }
    }
}

/// Whom the threshold of the exit gate counts for a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contributor {
    /// Distinct teachers.
    Teacher,
    /// Distinct families.
    Family,
    /// Distinct pupils.
    Pupil,
    /// Distinct devices.
    Device,
}

impl Contributor {
    /// The name shown to people, in the plural.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Teacher => lang.pick("enseignants", "teachers"),
            Self::Family => lang.pick("familles", "families"),
            Self::Pupil => lang.pick("élèves", "pupils"),
            Self::Device => lang.pick("appareils", "devices"),
        }
    }
}

/// A page that shows measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// « Ma classe »: a teacher about her own class.
    MaClasse,
    /// « Mon école »: an establishment about itself.
    MonEcole,
}

impl View {
    /// Every view.
    pub const ALL: [Self; 2] = [Self::MaClasse, Self::MonEcole];

    /// The word in addresses and on the command line.
    pub fn slug(self) -> &'static str {
        match self {
            Self::MaClasse => "ma-classe",
            Self::MonEcole => "mon-ecole",
        }
    }

    /// The view of a word, if there is one.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.slug() == slug)
    }

    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::MaClasse => lang.pick("Ma classe", "My class"),
            Self::MonEcole => lang.pick("Mon école", "My school"),
        }
    }
}

/// The protection under which a figure leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Exact and logged: a person about herself, a teacher about her own class.
    Own,
    /// Computed once at the closing of a period, behind the threshold.
    Frozen,
    /// Exact, with no person in it, from enough devices.
    Technical,
}

impl Origin {
    /// The sentence shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Own => lang.pick(
                "exact, réservé à la personne ou à l'enseignant de la classe, chaque consultation est journalisée",
                "exact, for the person or the teacher of the class only, every view is logged",
            ),
            Self::Frozen => lang.pick(
                "calculé une fois à la clôture de la période, au moins 5 personnes",
                "computed once when the period closes, at least 5 persons",
            ),
            Self::Technical => {
                lang.pick("exact, sans personne, au moins 5 appareils", "exact, without any person, at least 5 devices")
            }
        }
    }
}

/// What the committee is asked to approve. Its status lives in the register.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Its place in [`crate::Catalogue::decisions`].
    pub index: u16,
    /// Its identifier.
    pub id: String,
    /// What people read for it.
    pub title: Text,
    /// What is asked, and within which bounds.
    pub description: Text,
    /// What it covers beside measures and cubes, where it does: an analysis of figures that have left.
    pub analysis: Option<Text>,
}

/// A measure that may leave an establishment's closing, and in which form.
#[derive(Debug, Clone)]
pub struct Release {
    /// The measure: its place in [`crate::Catalogue::measures`].
    pub measure: u16,
    /// The name of a split of the measure; none for its total.
    pub split: Option<String>,
    /// The kinds of period it is released for.
    pub periods: Vec<PeriodKind>,
}
