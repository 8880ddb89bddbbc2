//! Small schools drawn at random, with what their people do in a week; and who stands behind which figure.
//!
//! The oracle notes, event by event, who contributes to which cell, from the definitions in the catalogue. It shares no code
//! with the closing.

use std::collections::{BTreeMap, BTreeSet};

use attacks::Random;
use serde_json::{Value, json};

/// A cell: measure, period, split and word; both empty for the measure as a whole.
pub type Cell = (String, String, String, String);

/// A school and what was done in it.
pub struct Population {
    /// Its code.
    pub uai: String,
    /// How many pupils each class has.
    pub classes: Vec<usize>,
    /// Who contributed to each cell, and in which class.
    pub behind: BTreeMap<Cell, BTreeSet<(String, usize)>>,
    /// How many items each class made.
    pub items: BTreeMap<usize, usize>,
    /// From how many tablets each week's events came.
    pub tablets: BTreeMap<String, usize>,
    /// A number that only a cell of fewer than five people has.
    pub mark: Option<u64>,
    random: Random,
}

const KINDS: [&str; 4] = ["photo", "photo", "video", "note"];
const FEATURES: [&str; 4] = ["photo_capture", "ecarnet", "qr_share", "backup"];

impl Population {
    /// A school of one to six classes.
    pub fn draw(number: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let classes = 1 + random.below(6);
        let size = 2 + random.below(12);
        let classes = (0..classes).map(|_| usize::try_from(1 + random.below(size)).unwrap_or(1)).collect();
        Self { classes, random, ..Self::of(&format!("{:07}A", 750_000 + number), &[]) }
    }

    /// A school with so many pupils in each class.
    pub fn of(uai: &str, classes: &[usize]) -> Self {
        let (behind, items, tablets) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let random = Random::new(1);
        Self { uai: uai.to_owned(), classes: classes.to_vec(), behind, items, tablets, mark: None, random }
    }

    /// What it declares.
    pub fn roster(&self) -> Value {
        let classes: Vec<Value> = self
            .classes
            .iter()
            .enumerate()
            .map(|(class, pupils)| {
                let pupils: Vec<Value> = (0..*pupils)
                    .map(|pupil| json!({ "pupil": pupil_of(class, pupil), "families": [family_of(class, pupil)] }))
                    .collect();
                json!({ "class": class_of(class), "levels": ["MS"], "teachers": [teacher_of(class)], "pupils": pupils })
            })
            .collect();
        json!({ "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public", "classes": classes })
    }

    /// A week's events, of the day given; `mark` plants a number that must never come out.
    pub fn week(&mut self, period: &str, day: &str, mark: Option<u64>) -> Vec<Value> {
        let at = format!("{day}T10:00:00+01:00");
        let zeal = self.random.pick(&[0, 50, 300, 700]);
        let mut events = Vec::new();
        for class in 0..self.classes.len() {
            let zeal = zeal * self.random.below(1_000) / 500;
            for pupil in 0..self.classes[class] {
                if self.random.chance(zeal) {
                    let kind = self.random.pick(&KINDS);
                    events.push(self.media(period, &at, class, pupil, kind));
                }
                if self.random.chance(zeal / 2) {
                    events.push(self.retrieved(period, &at, class, pupil));
                }
            }
            for feature in FEATURES {
                if self.random.chance(zeal) {
                    events.push(self.feature(period, &at, class, feature));
                }
            }
        }
        if let Some(mark) = mark {
            self.mark = Some(mark);
            // One family comes so often that its number of visits would be read off any page that shows it.
            for _ in 0..mark {
                events.push(self.viewed(period, &at, 0, 0));
            }
        }
        events
    }

    /// A week's events by the tablet that sends them: one, a few or many.
    pub fn by_tablet(&mut self, period: &str, events: &[Value]) -> Vec<Vec<Value>> {
        let tablets = self.random.pick(&[1, 2, 4, 6, 9]);
        let parts: Vec<Vec<Value>> =
            events.chunks(events.len().div_ceil(tablets).max(1)).map(<[Value]>::to_vec).collect();
        self.tablets.insert(period.to_owned(), parts.len());
        parts
    }

    /// A week in which everybody does everything.
    pub fn full_week(&mut self, period: &str, day: &str) -> Vec<Value> {
        let at = format!("{day}T10:00:00+01:00");
        let mut events = Vec::new();
        for class in 0..self.classes.len() {
            for pupil in 0..self.classes[class] {
                events.push(self.media(period, &at, class, pupil, "photo"));
                events.push(self.retrieved(period, &at, class, pupil));
            }
            for feature in FEATURES {
                events.push(self.feature(period, &at, class, feature));
            }
        }
        events
    }

    /// A week in which so many families, class by class in turn, look at something; nobody does anything else.
    pub fn visits(&mut self, period: &str, day: &str, families: usize) -> Vec<Value> {
        let at = format!("{day}T10:00:00+01:00");
        let classes = self.classes.len();
        (0..families).map(|number| self.viewed(period, &at, number % classes, number / classes)).collect()
    }

    fn note(&mut self, measures: &[&str], period: &str, split: (&str, &str), who: &str, class: usize) {
        for measure in measures {
            for (split, word) in [("", ""), split] {
                let cell = ((*measure).to_owned(), period.to_owned(), split.to_owned(), word.to_owned());
                self.behind.entry(cell).or_default().insert((who.to_owned(), class));
            }
        }
    }

    fn media(&mut self, period: &str, at: &str, class: usize, pupil: usize, kind: &str) -> Value {
        let who = pupil_of(class, pupil);
        *self.items.entry(class).or_default() += 1;
        self.note(&["media_count"], period, ("kind", kind), &who, class);
        self.note(&["media_per_pupil", "pupils_documented"], period, ("", ""), &who, class);
        self.note(&["active_teachers", "adoption_rate"], period, ("", ""), &teacher_of(class), class);
        json!({
            "name": "media_added", "at": at, "role": "teacher", "actor": teacher_of(class), "class": class_of(class),
            "pupils": [who], "props": { "kind": kind },
        })
    }

    fn retrieved(&mut self, period: &str, at: &str, class: usize, pupil: usize) -> Value {
        let who = family_of(class, pupil);
        self.note(&["share_retrieved_count", "families_active"], period, ("", ""), &who, class);
        json!({
            "name": "share_retrieved", "at": at, "role": "parent", "family": who, "class": class_of(class),
            "pupils": [pupil_of(class, pupil)], "props": { "outcome": "ok" },
        })
    }

    fn viewed(&mut self, period: &str, at: &str, class: usize, pupil: usize) -> Value {
        let who = family_of(class, pupil);
        self.note(&["portfolio_views", "families_active"], period, ("", ""), &who, class);
        json!({
            "name": "portfolio_viewed", "at": at, "role": "parent", "family": who, "class": class_of(class),
            "pupils": [pupil_of(class, pupil)], "props": {},
        })
    }

    fn feature(&mut self, period: &str, at: &str, class: usize, feature: &str) -> Value {
        let who = teacher_of(class);
        self.note(&["feature_use"], period, ("feature", feature), &who, class);
        json!({
            "name": "feature_used", "at": at, "role": "teacher", "actor": who, "class": class_of(class),
            "props": { "feature": feature, "outcome": "ok" },
        })
    }
}

/// A class, as rosters and claims name it.
pub fn class_of(class: usize) -> String {
    format!("CLASSE-{class}")
}

/// The teacher of a class.
pub fn teacher_of(class: usize) -> String {
    format!("MAITRE-{class}")
}

fn pupil_of(class: usize, pupil: usize) -> String {
    format!("ELEVE-{class}-{pupil}")
}

fn family_of(class: usize, pupil: usize) -> String {
    format!("FAMILLE-{class}-{pupil}")
}
