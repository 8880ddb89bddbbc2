//! A school whose every person is known, and what must be kept of each: worked out here from what was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::row::{RowConverter, SortField};
use catalogue::Catalogue;
use jiff::civil::Date;
use privacy::Raw;
use privacy::entry::{DataSubject, IdentifierForm, RawSubject};
use serde_json::{Value, json};
use store::{Prune, Store, Table};

use crate::server::{Folder, Request, Server};

pub const UAI: &str = "0750001A";
pub const START: &str = "2025-11-14T18:00:00Z";
/// The day on which everything happens, and its week's Monday.
pub const DAY: &str = "2025-11-13";
pub const MONDAY: &str = "2025-11-10";
/// When that week has closed.
pub const CLOSED: &str = "2025-11-20T12:00:00Z";

const PUPILS: usize = 6;

/// A person: what she is, and her identifier.
pub type Who = (&'static str, String);

/// What is kept of a person: rows by event and table.
pub type Counts = BTreeMap<String, i64>;

/// A school of so many classes: a teacher, six pupils and six families each.
pub struct World {
    pub classes: usize,
}

impl World {
    pub fn people(&self) -> Vec<Who> {
        let mut people = Vec::new();
        for class in 0..self.classes {
            people.push(("staff", format!("T-{class}")));
            for pupil in 0..PUPILS {
                people.push(("pupil", format!("P-{class}-{pupil}")));
                people.push(("family", format!("F-{class}-{pupil}")));
            }
        }
        people
    }

    pub fn roster(&self, without: &BTreeSet<Who>) -> Value {
        let is_there = |kind, name: &str| !without.contains(&(kind, name.to_owned()));
        let class = |class: usize| {
            let pupils: Vec<Value> = (0..PUPILS)
                .filter(|pupil| is_there("pupil", &format!("P-{class}-{pupil}")))
                .map(|pupil| {
                    let family = format!("F-{class}-{pupil}");
                    let families: Vec<String> = is_there("family", &family).then_some(family).into_iter().collect();
                    json!({ "pupil": format!("P-{class}-{pupil}"), "families": families })
                })
                .collect();
            let teacher = format!("T-{class}");
            let teachers: Vec<String> = is_there("staff", &teacher).then_some(teacher).into_iter().collect();
            json!({ "class": format!("C-{class}"), "levels": ["PS"], "teachers": teachers, "pupils": pupils })
        };
        json!({
            "school_year": "2025-2026", "district": "0750101A", "academy": "paris", "sector": "public",
            "classes": (0..self.classes).map(class).collect::<Vec<_>>(),
        })
    }

    /// Every event of a class, as if some people did not exist.
    pub fn events(class: usize, without: &BTreeSet<Who>) -> Vec<Value> {
        let is_there = |kind, name: &str| !without.contains(&(kind, name.to_owned()));
        let mut events = Vec::new();
        let mut add = |nth: usize, hour: usize, mut event: Value, pupils: &[String]| {
            event["id"] = json!(format!("{class:08x}-0000-4000-8000-{nth:012x}"));
            event["at"] = json!(format!("{DAY}T{hour:02}:12:31+01:00"));
            event["session"] = json!("s-1");
            event["seq"] = json!(nth);
            event["class"] = json!(format!("C-{class}"));
            if !pupils.is_empty() {
                let named: Vec<&String> = pupils.iter().filter(|pupil| is_there("pupil", pupil)).collect();
                event["pupils"] = json!(named);
            }
            events.push(event);
        };
        let teacher = format!("T-{class}");
        for nth in 0..PUPILS {
            let pupils = [format!("P-{class}-{nth}"), format!("P-{class}-{}", (nth + 1) % PUPILS)];
            if is_there("staff", &teacher) {
                let photo =
                    json!({ "name": "media_added", "role": "teacher", "actor": teacher, "props": { "kind": "photo" } });
                add(nth, 9, photo, &pupils);
            }
            let family = format!("F-{class}-{nth}");
            if is_there("family", &family) {
                let seen = json!({ "name": "portfolio_viewed", "role": "parent", "family": family, "props": { "media_n": 2 } });
                add(100 + nth, 19, seen, &pupils[..1]);
                let ended =
                    json!({ "name": "session_ended", "role": "parent", "family": family, "props": { "end": "lock" } });
                add(200 + nth, 19, ended, &[]);
            }
        }
        events
    }

    /// What must be kept of a person once everything is folded: events, by table.
    pub fn kept_of(&self, who: &Who) -> Counts {
        let mut kept = Counts::new();
        let nobody = BTreeSet::new();
        for event in (0..self.classes).flat_map(|class| Self::events(class, &nobody)) {
            let (kind, name) = who;
            let acts = match *kind {
                "staff" => event["actor"] == json!(name),
                "family" => event["family"] == json!(name),
                _ => false,
            };
            let named = *kind == "pupil" && event["pupils"].as_array().is_some_and(|all| all.contains(&json!(name)));
            for (table, counts) in [("person_week", acts), ("person_day", acts), ("pupil_week", named)] {
                if counts {
                    *kept.entry(format!("{table} {}", event["name"].as_str().unwrap())).or_default() += 1;
                }
            }
        }
        kept
    }

    /// Sends the roster and every class's events, each from its own tablet.
    pub fn send(&self, to: SocketAddr, token: &str, without: &BTreeSet<Who>) {
        self.declare(to, token, without);
        for class in 0..self.classes {
            Self::send_class(to, token, class, without);
        }
    }

    pub fn declare(&self, to: SocketAddr, token: &str, without: &BTreeSet<Who>) {
        let path = format!("/api/v1/establishments/{UAI}/roster");
        let answer = Request::json("PUT", path, token, self.roster(without).to_string()).send(to);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Families send from their own devices: what is left of a batch may be nothing.
    pub fn send_class(to: SocketAddr, token: &str, class: usize, without: &BTreeSet<Who>) {
        let mut by_device = BTreeMap::<String, Vec<Value>>::new();
        for event in Self::events(class, without) {
            let device = event["family"].as_str().map_or(format!("tab-{class}"), |family| format!("phone-{family}"));
            by_device.entry(device).or_default().push(event);
        }
        for (device, events) in by_device {
            let mut id = [0_u8; 16];
            id[..device.len().min(16)].copy_from_slice(&device.as_bytes()[..device.len().min(16)]);
            let batch = json!({
                "schema": 1, "batch_id": uuid::Builder::from_random_bytes(id).into_uuid(), "batch_no": 1, "lost_n": 0,
                "establishment": UAI, "install": device, "app_version": "2.3.4", "platform": "android",
                "sent_at": format!("{DAY}T20:00:00+01:00"), "events": events,
            });
            let answer = Request::events(token, batch.to_string()).send(to);
            assert_eq!(
                (answer.status, answer.value()["refused"].as_array().unwrap().len()),
                (202, 0),
                "{}",
                answer.text()
            );
        }
    }
}

pub fn start(folder: &Folder) -> Server {
    // The journal is folded when the test says so.
    Server::start(folder, &["--demo", "--clock", "simulated", "--clock-start", START, "--fold-every", "600"])
}

/// Moves the clock, which folds and closes what is due.
pub fn move_clock(to: SocketAddr, token: &str, now: &str) {
    let answer = Request::json("POST", "/demo/clock", token, json!({ "now": now }).to_string()).send(to);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

pub fn subject(who: &Who) -> Value {
    json!({ "establishment": UAI, "kind": who.0, "identifier": who.1 })
}

pub fn ask(to: SocketAddr, token: &str, action: &str, who: &Who) -> crate::server::Answer {
    let body = json!({ "action": action, "subject": subject(who) });
    Request::json("POST", "/api/v1/rights", token, body.to_string()).send(to)
}

/// What an access shows: events by table.
pub fn shown(dossier: &Value) -> Counts {
    let mut shown = Counts::new();
    for table in dossier["tables"].as_array().unwrap() {
        for row in table["rows"].as_array().unwrap() {
            if let (Some(event), Some(n)) = (row["event"].as_str(), row["n"].as_i64()) {
                let when = row["week"].as_str().or(row["day"].as_str()).unwrap();
                assert!([DAY, MONDAY].contains(&when), "{when}");
                *shown.entry(format!("{} {event}", table["table"].as_str().unwrap())).or_default() += n;
            }
        }
    }
    shown
}

/// Opens a data folder beside whoever works on it.
pub async fn open(folder: &Folder) -> Store {
    let catalogue = Arc::new(Catalogue::embedded().unwrap());
    Store::open_beside(store::Folder::new(folder.data()), catalogue).await.unwrap()
}

/// The pseudonyms of a person.
pub fn pseudonyms(store: &Store, who: &Who) -> Vec<[u8; 16]> {
    let raw = RawSubject { establishment: UAI.to_owned(), kind: who.0.to_owned(), identifier: who.1.clone() };
    let subject = DataSubject::admit(&Raw::new(raw), &store.keys(), |_| IdentifierForm::Raw).unwrap();
    subject.pseudonyms().into_iter().map(|(_, person)| *person.as_bytes()).collect()
}

/// The rows of some queries, each as comparable bytes, sorted.
pub async fn rows(store: &Store, queries: &[&str]) -> Vec<Vec<Vec<u8>>> {
    let session = store.lake().session(&Table::ALL, &Prune::default()).await.unwrap();
    let mut all = Vec::new();
    for query in queries {
        let mut rows: Vec<Vec<u8>> = session.sql(query).await.unwrap().iter().flat_map(encoded).collect();
        rows.sort();
        all.push(rows);
    }
    all
}

fn encoded(batch: &RecordBatch) -> Vec<Vec<u8>> {
    let fields = batch.columns().iter().map(|column| SortField::new(column.data_type().clone())).collect();
    let converter = RowConverter::new(fields).unwrap();
    let rows = converter.convert_columns(batch.columns()).unwrap();
    rows.iter().map(|row| row.as_ref().to_vec()).collect()
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}
