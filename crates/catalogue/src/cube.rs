//! Cubes: what leaves beyond an establishment, with noise, and what each costs a person.

use serde::Deserialize;

use crate::{Catalogue, Lang, PathFold, Text, WordList};

/// The clamps a cube may have: each has noise tables of its own, proved one by one.
pub const CLAMPS: [u32; 6] = [1, 2, 5, 10, 20, 40];

/// In how many cells one person may count in a month, over all cubes.
pub const CELLS_A_MONTH: u32 = 6;

/// A counter of what was cut costs one of so many parts of a cell.
pub(crate) const PARTS_OF_A_CELL: u32 = 6;

/// A figure for districts and above, published once a month with noise.
#[derive(Debug, Clone)]
pub struct Cube {
    /// Its place in [`Catalogue::cubes`].
    pub index: u16,
    /// Its name in answers and in the table `cubes`.
    pub name: String,
    /// What people read for it.
    pub title: Text,
    /// What is counted.
    pub source: CubeSource,
    /// Whose behaviour is counted: each kind of person pays for it.
    pub people: Vec<People>,
    /// The finest places it has.
    pub leaf: CubeLeaf,
    /// In how many cells one person counts.
    pub cells: u32,
    /// How much one person counts in a cell: one of [`CLAMPS`].
    pub clamp: u32,
    /// The decision that allows it: its place in [`Catalogue::decisions`].
    pub decision: u16,
}

impl Cube {
    /// Whether a person may count for less than she did, so that the cube counts what was cut off. Somebody who counts
    /// once or not at all is never cut; what was drawn at writing cannot be known any more.
    pub fn counts_cut(&self) -> bool {
        matches!(&self.source, CubeSource::Measure { additive: true, .. })
    }

    /// What it costs a person, in sixths of a cell.
    pub(crate) fn parts(&self) -> u32 {
        self.cells.saturating_mul(PARTS_OF_A_CELL).saturating_add(u32::from(self.counts_cut()))
    }
}

/// What a cube counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CubeSource {
    /// A measure.
    Measure {
        /// Its place in [`Catalogue::measures`].
        measure: u16,
        /// The name of its split; none for the whole.
        split: Option<String>,
        /// Whether a person may count more than once.
        additive: bool,
    },
    /// The table `hours_week`, by weekday and hour.
    Hours,
    /// The table `paths_week`, by step.
    Paths,
}

/// Kinds of persons whose pseudonyms never meet, so that each has a budget of her own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum People {
    /// Teachers, heads and other staff.
    Staff,
    /// Families.
    Family,
    /// Pupils, in what is documented about them.
    Pupil,
    /// The class tablet in the pupils' hands.
    PupilDevice,
}

impl People {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Staff, Self::Family, Self::Pupil, Self::PupilDevice];

    /// The word in the register.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Family => "family",
            Self::Pupil => "pupil",
            Self::PupilDevice => "pupil_device",
        }
    }

    /// The name shown to people, in the singular.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Staff => lang.pick("enseignant ou directeur", "teacher or head"),
            Self::Family => lang.pick("famille", "family"),
            Self::Pupil => lang.pick("élève", "pupil"),
            Self::PupilDevice => lang.pick("tablette en mode élève", "tablet in pupil mode"),
        }
    }
}

/// How fine the places of a cube are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CubeLeaf {
    /// Districts; departments, academies and the country are sums.
    District,
    /// Academies; the country is their sum.
    Academy,
    /// The country.
    Country,
}

impl CubeLeaf {
    /// The name shown to people.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::District => lang.pick("circonscription", "district"),
            Self::Academy => lang.pick("académie", "academy"),
            Self::Country => lang.pick("pays", "country"),
        }
    }
}

impl Catalogue {
    /// What may leave beyond an establishment.
    pub fn cubes(&self) -> &[Cube] {
        &self.cubes
    }

    /// The decision that a cube needs.
    pub fn decision_of_cube(&self, cube: &Cube) -> &crate::Decision {
        &self.decisions[usize::from(cube.decision)]
    }

    /// Every word of a cube, known before any data; none for a cube without a split.
    pub fn cube_words(&self, cube: &Cube) -> Vec<String> {
        match &cube.source {
            CubeSource::Measure { split: None, .. } => Vec::new(),
            CubeSource::Measure { measure, split: Some(split), .. } => {
                let split = self.measures.get(usize::from(*measure)).and_then(|measure| measure.split(split));
                let list = split.and_then(|split| split.words).and_then(|list| self.word_list_by_index(list));
                list.into_iter().flat_map(WordList::words).map(|word| word.slug.clone()).collect()
            }
            CubeSource::Hours => (1..=7).flat_map(|day| (0..24).map(move |hour| hour_word(day, hour))).collect(),
            CubeSource::Paths => self.path_words(),
        }
    }

    fn path_words(&self) -> Vec<String> {
        let mut words = std::collections::BTreeSet::new();
        for event in &self.events {
            // A property that may be missing leaves an empty word.
            let slugs = |property: u16| -> Vec<&str> {
                let property = &event.properties[usize::from(property)];
                let list = self.words_of(property).into_iter().flat_map(WordList::words);
                (!property.required).then_some("").into_iter().chain(list.map(|word| word.slug.as_str())).collect()
            };
            match event.fold.path {
                None => {}
                Some(PathFold::Screens { from, to }) => {
                    let steps =
                        slugs(from).into_iter().flat_map(|from| slugs(to).into_iter().map(move |to| (from, to)));
                    words.extend(steps.map(|(from, to)| path_word(from, to)));
                }
                Some(PathFold::Flow { flow, step, outcome }) => {
                    for flow in slugs(flow) {
                        for step in slugs(step) {
                            let at = flow_place(flow, step);
                            words.extend(slugs(outcome).into_iter().map(|outcome| path_word(&at, outcome)));
                        }
                    }
                }
            }
        }
        words.into_iter().collect()
    }
}

/// The word of a weekday (1 is Monday) and an hour: `1-08`.
pub fn hour_word(weekday: u8, hour: u8) -> String {
    format!("{weekday}-{hour:02}")
}

/// The word of a step: `home>settings`.
pub fn path_word(from: &str, to: &str) -> String {
    format!("{from}>{to}")
}

/// Where a step of a flow starts: `flow:NAME/STEP`.
pub fn flow_place(flow: &str, step: &str) -> String {
    format!("flow:{flow}/{step}")
}
