//! Random but repeatable traffic over every event type of the catalogue, and what it must come to once counted.
//!
//! What must be counted is worked out here from the catalogue's `fold` tables and the raw identifiers, by other means
//! than the product's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;

use calendar::Academy;
use catalogue::{Catalogue, EventType, Grain, Property, PropertyKind, Role};
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};

use crate::server::{Request, roster};

const EVENTS: usize = 100;
const CLASSES: usize = 4;
const PUPILS: usize = 12;
const SCHOOLS: [(&str, &str); 4] =
    [("0750001A", "paris"), ("0750002B", "paris"), ("9710003C", "guadeloupe"), ("9740004D", "reunion")];

/// The first of the eleven days on which something happens.
const FIRST_DAY: Date = date(2025, 11, 6);

/// What happens more often than the rest.
const OFTEN: [&str; 7] = [
    "media_added",
    "media_added",
    "objective_linked",
    "screen_viewed",
    "session_ended",
    "feature_used",
    "sync_finished",
];

/// Repeatable chance (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    fn uuid(&mut self) -> String {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
    }
}

/// What a counter adds up to: sums, and how many different people or things stand behind it.
#[derive(Default)]
pub struct Count {
    pub sums: [i64; 3],
    pub people: BTreeSet<String>,
    pub things: BTreeSet<String>,
}

/// Everything that must be counted, by table and then by the words of a row.
#[derive(Default)]
pub struct Truth {
    pub accepted: u64,
    pub tables: BTreeMap<&'static str, BTreeMap<String, Count>>,
}

impl Truth {
    fn count(&mut self, table: &'static str, words: &[&str], sums: [i64; 3]) -> &mut Count {
        let count = self.tables.entry(table).or_default().entry(words.join("|")).or_default();
        for (sum, more) in count.sums.iter_mut().zip(sums) {
            *sum += more;
        }
        count
    }

    /// Adds what another sender's batches come to.
    pub fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        for (table, counts) in other.tables {
            let mine = self.tables.entry(table).or_default();
            for (words, count) in counts {
                let into = mine.entry(words).or_default();
                into.sums.iter_mut().zip(count.sums).for_each(|(sum, more)| *sum += more);
                into.people.extend(count.people);
                into.things.extend(count.things);
            }
        }
    }
}

/// A batch, ready to be sent.
pub struct Batch {
    pub body: Vec<u8>,
    pub content_type: &'static str,
    pub content_encoding: &'static str,
    /// Accepted, duplicates, refused.
    expected: [usize; 3],
}

impl Batch {
    /// Holds the answer against what the batch was made of.
    pub fn assert_answered_by(&self, answer: &str) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        let refused = answer["refused"].as_array().unwrap().len();
        let told = [&answer["accepted"], &answer["duplicates"]].map(|n| n.as_u64().unwrap());
        let [accepted, duplicates, wrong] = self.expected.map(|n| n as u64);
        assert_eq!((told, refused as u64), ([accepted, duplicates], wrong), "{answer}");
    }
}

/// The source of all batches.
pub struct Traffic {
    catalogue: Catalogue,
    seed: u64,
}

/// Declares the schools.
pub fn declare_schools(to: SocketAddr, token: &str) {
    for (uai, academy) in SCHOOLS {
        let body = roster(academy, CLASSES, PUPILS).to_string();
        let path = format!("/api/v1/establishments/{uai}/roster");
        let answer = Request::json("PUT", path, token, body).send(to);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

/// Where and on what an event happens.
struct Scene<'a> {
    uai: &'a str,
    zone: jiff::tz::TimeZone,
    install: String,
    app_version: &'a str,
    platform: &'a str,
}

impl Traffic {
    pub fn new(seed: u64) -> Self {
        Self { catalogue: Catalogue::embedded().unwrap(), seed }
    }

    /// The batch with a number; it is the same whenever it is asked for. What it comes to is added to `truth`.
    pub fn batch(&self, index: usize, truth: &mut Truth) -> Batch {
        let mut random = Random::new(self.seed ^ (index as u64 + 1).wrapping_mul(0xd134_2543_de82_ef95));
        let (uai, academy) = random.pick(&SCHOOLS);
        let platforms: Vec<&str> =
            self.catalogue.word_list("platform").unwrap().words().iter().map(|word| word.slug.as_str()).collect();
        let scene = Scene {
            uai,
            zone: academy.parse::<Academy>().unwrap().time_zone(),
            install: format!("tab-{}", random.below(CLASSES * 2)),
            app_version: random.pick(&["2.3.4", "2.4.0", "2025.1"]),
            platform: random.pick(&platforms),
        };
        let lost = random.below(3);
        let mut head = json!({
            "schema": 1, "batch_id": random.uuid(), "batch_no": index, "lost_n": lost, "establishment": uai,
            "install": scene.install, "app_version": scene.app_version, "platform": scene.platform, "os_major": 13,
            "sent_at": "2025-11-17T12:00:00+01:00",
        });
        let mut events: Vec<Value> = Vec::with_capacity(EVENTS);
        let mut expected = [0; 3];
        for _ in 0..EVENTS {
            if random.percent(2) && !events.is_empty() && expected[2] == 0 {
                events.push(events[random.below(events.len())].clone());
                expected[1] += 1;
                continue;
            }
            let wrong = random.percent(2);
            let event = self.event(&scene, &mut random, if wrong { None } else { Some(&mut *truth) });
            expected[if wrong { 2 } else { 0 }] += 1;
            events.push(event);
        }
        truth.accepted += expected[0] as u64;
        truth.count("batches", &[uai], [1, i64::try_from(lost).unwrap(), 0]);
        let ndjson = index.is_multiple_of(2);
        let plain = if ndjson {
            let mut text = format!("{head}\n");
            for event in &events {
                writeln!(text, "{event}").unwrap();
            }
            text
        } else {
            head["events"] = events.into();
            head.to_string()
        };
        let (content_encoding, body) = match index % 3 {
            0 => ("identity", plain.into_bytes()),
            1 => {
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(plain.as_bytes()).unwrap();
                ("gzip", gzip.finish().unwrap())
            }
            _ => ("zstd", zstd::bulk::compress(plain.as_bytes(), 1).unwrap()),
        };
        let content_type = if ndjson { "application/x-ndjson" } else { "application/json" };
        Batch { body, content_type, content_encoding, expected }
    }

    /// An event, right when there is a truth to count it in, wrong otherwise.
    fn event(&self, scene: &Scene<'_>, random: &mut Random, truth: Option<&mut Truth>) -> Value {
        // What is off until an establishment turns it on is refused; no establishment here has.
        let on = |kind: &&EventType| !kind.opt_in;
        let kinds: Vec<&EventType> = self.catalogue.events().iter().filter(on).collect();
        let kind =
            if random.percent(70) { self.catalogue.event(random.pick(&OFTEN)).unwrap() } else { random.pick(&kinds) };
        let role = random.pick(&kind.roles);
        let (class, person) = (random.below(CLASSES), random.below(PUPILS));
        let day = FIRST_DAY.saturating_add(Span::new().days(i64::try_from(random.below(11)).unwrap()));
        let hour = i8::try_from(7 + random.below(13)).unwrap();
        let minute = i8::try_from(random.below(60)).unwrap();
        let at: Timestamp = scene.zone.to_timestamp(day.at(hour, minute, 0, 0)).unwrap();
        let mut event = json!({
            "id": random.uuid(), "name": kind.name, "at": at, "session": format!("s-{}", random.below(9)),
            "seq": random.below(1_000), "role": role.slug(),
        });
        let acting = match role {
            Role::Parent => {
                let family = format!("F-{class}-{person}");
                event["family"] = family.clone().into();
                family
            }
            Role::Pupil => scene.install.clone(),
            _ => {
                let actor = format!("T-{class}");
                event["actor"] = actor.clone().into();
                actor
            }
        };
        let class = random.percent(80).then(|| format!("C-{class}"));
        if let Some(class) = &class {
            event["class"] = class.clone().into();
        }
        let mut pupils: Vec<String> = Vec::new();
        if kind.pupils {
            let first = random.below(PUPILS);
            pupils = (0..random.below(4)).map(|nth| format!("P-0-{}", (first + nth) % PUPILS)).collect();
            event["pupils"] = pupils.clone().into();
        }
        let mut props = Map::new();
        for property in &kind.properties {
            if property.required || random.percent(70) {
                props.insert(property.name.clone(), self.value(property, random));
            }
        }
        if let Some(truth) = truth {
            let happened = Happened { kind, role, acting, class, pupils, day, hour, props: &props };
            self.count(scene, &happened, truth);
        } else if random.percent(50) {
            props.insert("remark".to_owned(), "unknown".into());
        } else {
            event["name"] = "media_devoured".into();
        }
        event["props"] = props.into();
        event
    }

    fn value(&self, property: &Property, random: &mut Random) -> Value {
        match property.kind {
            PropertyKind::Whole { min, max, .. } if random.percent(1) => random.pick(&[min, max]).into(),
            PropertyKind::Whole { min, max, .. } => (min + random.next() % ((max - min).min(9_000) + 1)).into(),
            PropertyKind::Flag => random.percent(50).into(),
            PropertyKind::Word(_) => {
                let words = self.catalogue.words_of(property).unwrap().words();
                words[random.below(words.len())].slug.clone().into()
            }
            PropertyKind::Version => random.pick(&["2.3.4", "25.1", "2025.12"]).into(),
            PropertyKind::Identifier => format!("O-{}", random.below(30)).into(),
        }
    }

    fn count(&self, scene: &Scene<'_>, happened: &Happened<'_>, truth: &mut Truth) {
        let Happened { kind, role, day, props, .. } = happened;
        let (fold, uai) = (&kind.fold, scene.uai);
        let value = |place: Option<u16>| place.and_then(|place| props.get(&kind.properties[usize::from(place)].name));
        // Only words are kept as words: a flag or a rank in their place leaves it empty.
        let word = |place: Option<u16>| -> &str {
            let is_word = |place: u16| self.catalogue.words_of(&kind.properties[usize::from(place)]).is_some();
            value(place.filter(|place| is_word(*place))).and_then(Value::as_str).unwrap_or_default()
        };
        let number = |place: u16| value(Some(place)).and_then(Value::as_u64);
        let monday = day.saturating_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset())));
        let (monday, date) = (monday.to_string(), day.to_string());
        if fold.person {
            let scaled = |scaled: Option<catalogue::Scaled>| {
                scaled.and_then(|scaled| Some(number(scaled.property)? * scaled.factor)).unwrap_or(0)
            };
            let sums = [1, signed(scaled(fold.duration)), signed(scaled(fold.volume))];
            let words = [uai, role.slug(), &monday, &kind.name, word(fold.facet), word(fold.outcome)];
            let count = truth.count("person_week", &words, sums);
            count.people.insert(happened.acting.clone());
            count.things.extend(happened.class.clone());
        }
        if let Some(pupil_fold) = fold.pupil {
            for pupil in &happened.pupils {
                let words = [
                    uai,
                    &monday,
                    &kind.name,
                    word(pupil_fold.facet),
                    word(fold.outcome),
                    word(pupil_fold.domain),
                    word(pupil_fold.theme),
                ];
                let count = truth.count("pupil_week", &words, [1, 0, 0]);
                count.people.insert(pupil.clone());
                count.things.extend(value(pupil_fold.objective).and_then(Value::as_str).map(str::to_owned));
            }
        }
        let hour = happened.hour.to_string();
        let mut technical = |metric: &str, named: &str, bucket: i16| {
            let bucket = bucket.to_string();
            if kind.grain == Grain::Hour {
                truth.count("load_hour", &[metric, named, &date, &hour, &bucket], [1, 0, 0]);
            } else {
                let screen = word(fold.screen);
                let words = [uai, metric, scene.app_version, scene.platform, screen, named, &date, &bucket];
                truth.count("tech_day", &words, [1, 0, 0]);
            }
        };
        for histogram in &fold.histograms {
            if let Some(value) = number(histogram.property) {
                technical(&histogram.metric, "", store::histogram::bucket_of(value));
            }
        }
        for counter in &fold.counters {
            // An event without the counter's word is not counted there.
            if counter.word.is_none() || value(counter.word).is_some() {
                technical(&counter.metric, word(counter.word), -1);
            }
        }
    }
}

/// An event that is right.
struct Happened<'a> {
    kind: &'a EventType,
    role: Role,
    acting: String,
    class: Option<String>,
    pupils: Vec<String>,
    day: Date,
    hour: i8,
    props: &'a Map<String, Value>,
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap()
}
