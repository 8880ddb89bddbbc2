//! A data folder with schools in it, spoken to as a tablet would: JSON through the entry gate into the journal.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use analytics::closing;
use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use calendar::{Academy, Calendar};
use catalogue::Catalogue;
use jiff::Timestamp;
use jiff::civil::Date;
use privacy::entry::{CleanRoster, Context, Format, Gate, IdentifierForm, Place, RawBatch};
use privacy::{Raw, Uai};
use serde_json::{Value, json};
use store::{Decision, DecisionStatus, Folder, Prune, Store, Table};

pub const ALL_DECISIONS: [&str; 5] = ["class_activity", "class_progress", "adoption", "family_engagement", "usage"];

/// One row of `releases`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub establishment: String,
    pub period: String,
    pub measure: String,
    pub split: String,
    pub word: String,
    pub value: Option<i64>,
    pub previous: Option<i64>,
    pub denominator: Option<i64>,
    pub k: i64,
}

pub struct World {
    pub store: Store,
    pub calendar: Calendar,
    gate: Gate,
    batches: Cell<u64>,
    folder: tempfile::TempDir,
}

/// A school with so many classes of so many pupils; one teacher a class, one family a pupil.
#[derive(Clone, Copy)]
pub struct School {
    pub uai: &'static str,
    pub classes: usize,
    pub pupils: usize,
}

impl School {
    pub fn roster(&self, year: &str) -> Value {
        let classes: Vec<Value> = (1..=self.classes)
            .map(|class| {
                let pupils: Vec<Value> = (1..=self.pupils)
                    .map(|pupil| json!({"pupil": format!("P-{class}-{pupil}"), "families": [format!("F-{class}-{pupil}")]}))
                    .collect();
                json!({"class": format!("C{class}"), "levels": ["MS"], "teachers": [format!("T-{class}")], "pupils": pupils})
            })
            .collect();
        json!({"school_year": year, "district": "0750101A", "academy": "paris", "sector": "public", "classes": classes})
    }
}

impl World {
    /// An empty data folder in which everything is approved, with these schools and their rosters of two school years.
    pub async fn with(schools: &[School]) -> Self {
        let world = Self::open().await;
        world.approve(&ALL_DECISIONS).await;
        for school in schools {
            for year in ["2024-2025", "2025-2026"] {
                world.roster(school.uai, &school.roster(year)).await;
            }
        }
        world
    }

    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let store = Store::open(Folder::new(folder.path().join("data")), Arc::clone(&catalogue)).await.unwrap();
        for today in ["2024-11-01", "2025-11-01"] {
            store.ensure_roots(format!("{today}T12:00:00Z").parse().unwrap()).await.unwrap();
        }
        let calendar = Calendar::official();
        Self { store, calendar, gate: Gate::new(catalogue), batches: Cell::new(0), folder }
    }

    /// Where the data folder, its keys and its tombstones lie.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The same keys and tombstones with another data folder, as after a restore.
    pub async fn put_back(self, data: &std::path::Path) -> Self {
        let Self { store, calendar, gate, batches, folder } = self;
        let catalogue = Arc::clone(store.catalogue());
        drop(store);
        let place = folder.path().join("data");
        std::fs::remove_dir_all(&place).unwrap();
        std::fs::rename(data, &place).unwrap();
        let store = Store::open(Folder::new(place), catalogue).await.unwrap();
        Self { store, calendar, gate, batches, folder }
    }

    pub async fn approve(&self, ids: &[&str]) {
        for id in ids {
            let decision = Decision {
                id: (*id).to_owned(),
                status: DecisionStatus::Approved,
                decided_on: "2024-09-01".to_owned(),
                demonstration: false,
                note: String::new(),
            };
            self.store.register().decide(&decision, Timestamp::UNIX_EPOCH).await.unwrap();
        }
    }

    pub async fn roster(&self, uai: &str, roster: &Value) {
        let body = roster.to_string();
        let raw = Raw::new(body.as_bytes());
        let (uai, form) = (uai.parse().unwrap(), IdentifierForm::Raw);
        let clean = CleanRoster::admit(&raw, uai, self.store.catalogue(), &self.store.keys(), form);
        self.store.register().put_roster(&clean.unwrap()).await.unwrap();
    }

    /// Sends events from one tablet, as of `now`. All must be taken.
    pub async fn send(&self, uai: &str, now: &str, events: &[Value]) {
        self.send_from("tab-1", uai, now, events).await;
    }

    pub async fn send_from(&self, install: &str, uai: &str, now: &str, events: &[Value]) {
        let number = self.batches.get() + 1;
        self.batches.set(number);
        let events: Vec<Value> = events
            .iter()
            .zip(1..)
            .map(|(event, seq)| {
                let mut event = event.clone();
                event["id"] = json!(format!("{number:08x}-0000-4000-8000-{seq:012x}"));
                event["session"] = json!("s-1");
                event["seq"] = json!(seq);
                event
            })
            .collect();
        let body = json!({
            "schema": 1, "batch_id": format!("{number:08x}-1111-4000-8000-000000000000"), "batch_no": number, "lost_n": 0,
            "establishment": uai, "install": install, "app_version": "2.3.4", "platform": "android", "sent_at": now,
            "events": events,
        })
        .to_string();
        let bytes = Raw::new(body.as_bytes());
        let batch = RawBatch::read(&bytes, Format::Json).unwrap();
        let academy: Academy = "paris".parse().unwrap();
        let keys = self.store.keys();
        let context = Context {
            now: now.parse().unwrap(),
            scope: None,
            keys: &keys,
            opt_outs: &HashSet::new(),
            place: &|_: &Uai| Some(Place { academy, identifiers: IdentifierForm::Raw }),
        };
        let (clean, answer) = self.gate.admit(&batch, &context).unwrap();
        assert_eq!(answer.refused, [], "every event of a test must be taken");
        self.store.journal().append(self.store.catalogue(), &clean, answer).await.unwrap();
    }

    /// Runs a closing as of `now`.
    pub async fn run(&self, now: &str) -> Vec<String> {
        closing::run(&self.store, &self.calendar, now.parse::<Timestamp>().unwrap()).await.unwrap()
    }

    /// Everything released, in a stable order.
    pub async fn releases(&self) -> Vec<Row> {
        let session = self.store.lake().session(&[Table::Releases], &Prune::default()).await.unwrap();
        let mut rows = Vec::new();
        for batch in session.sql("SELECT * FROM releases").await.unwrap() {
            let text = |name: &str| cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
            let number = |name: &str| cast(batch.column_by_name(name).unwrap(), &DataType::Int64).unwrap();
            let texts = ["establishment", "period", "measure", "split", "word"].map(text);
            let numbers = ["value", "previous", "denominator", "k"].map(number);
            for row in 0..batch.num_rows() {
                let text = |place: usize| texts[place].as_string::<i32>().value(row).to_owned();
                let number = |place: usize| {
                    let column = numbers[place].as_primitive::<Int64Type>();
                    (!column.is_null(row)).then(|| column.value(row))
                };
                rows.push(Row {
                    establishment: text(0),
                    period: text(1),
                    measure: text(2),
                    split: text(3),
                    word: text(4),
                    value: number(0),
                    previous: number(1),
                    denominator: number(2),
                    k: number(3).unwrap(),
                });
            }
        }
        rows.sort();
        rows
    }

    /// The total of a measure in a period.
    pub async fn total(&self, uai: &str, period: &str, measure: &str) -> Row {
        let rows = self.releases().await;
        let is_it = |row: &&Row| {
            row.establishment == uai && row.period == period && row.measure == measure && row.split.is_empty()
        };
        let found: Vec<&Row> = rows.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "one total of {measure} in {period}");
        found[0].clone()
    }

    /// The cells of a split.
    pub async fn cells(&self, uai: &str, period: &str, measure: &str, split: &str) -> BTreeMap<String, i64> {
        let rows = self.releases().await;
        rows.into_iter()
            .filter(|row| {
                row.establishment == uai && row.period == period && row.measure == measure && row.split == split
            })
            .map(|row| (row.word, row.value.unwrap()))
            .collect()
    }
}

/// Ten o'clock on a day, in Paris in winter.
pub fn at(day: &str) -> String {
    let _: Date = day.parse().unwrap();
    format!("{day}T10:00:00+01:00")
}

/// A photo by the teacher of a class that shows these pupils of it.
pub fn photo(day: &str, class: usize, pupils: &[usize]) -> Value {
    media(day, "photo", class, pupils)
}

pub fn media(day: &str, kind: &str, class: usize, pupils: &[usize]) -> Value {
    json!({
        "name": "media_added", "at": at(day), "role": "teacher", "actor": format!("T-{class}"),
        "class": format!("C{class}"), "pupils": named(class, pupils), "props": {"kind": kind},
    })
}

pub fn by_teacher(name: &str, day: &str, class: usize, pupils: &[usize], props: &Value) -> Value {
    let mut event = json!({
        "name": name, "at": at(day), "role": "teacher", "actor": format!("T-{class}"), "class": format!("C{class}"),
        "props": props,
    });
    if !pupils.is_empty() {
        event["pupils"] = json!(named(class, pupils));
    }
    event
}

pub fn by_family(name: &str, day: &str, class: usize, pupil: usize, props: &Value) -> Value {
    json!({
        "name": name, "at": at(day), "role": "parent", "family": format!("F-{class}-{pupil}"),
        "class": format!("C{class}"), "pupils": named(class, &[pupil]), "props": props,
    })
}

fn named(class: usize, pupils: &[usize]) -> Vec<String> {
    pupils.iter().map(|pupil| format!("P-{class}-{pupil}")).collect()
}
