//! Payloads full of what must never be stored: names, free text, places, addresses, file names, in every field and in every
//! disguise. Whatever is answered, each text that the lake holds is then a word of a closed list, a version, a code of a
//! school or a period; and no file holds the mark that every hostile text bears.
//!
//! **Control**: a hostile text that is planted in a file of the data folder must be found, and one in a column be called no
//! word.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::ensure;
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use attacks::{Bound, Finding, Length, Random};
use catalogue::{Catalogue, EventType, PropertyKind};
use serde_json::{Map, Value, json};
use store::{Prune, Table};

use super::float;
use super::population::Population;
use super::site::{Asked, Site};
use crate::settings::runtime;

const UAI: &str = "0750001A";
/// What every hostile text holds: no word of ours does.
const MARK: &str = "Zqx7Kw";
/// What hostile texts look like; `@` stands for the mark and a number.
const SHAPES: [&str; 24] = [
    "Zoé @ Martin",
    "@",
    "zoe.@@famille.example",
    "48.858370, 2.294481 @",
    "{\"type\":\"Point\",\"coordinates\":[2.2,48.8],\"n\":\"@\"}",
    "192.168.1.@",
    "2001:db8::@",
    "/sdcard/DCIM/Camera/IMG_@.jpg",
    "C:\\Users\\@\\carnet.pgp",
    "Dupont_@.pgp",
    "photo @",
    "photo\u{0}@",
    "\u{202e}@ohp",
    "1.2.@",
    "2.3.4-@",
    "0750001A @",
    "<script>@</script>",
    "'; DROP TABLE journal; -- @",
    "data:image/jpeg;base64,@",
    "https://maps.example/?q=48.8,2.3&n=@",
    "A mordu @ à la récréation",
    "é\u{301}@\u{1f469}\u{200d}\u{1f467}",
    "${jndi:ldap://@}",
    "file:///@",
];

/// Runs the attack and its control.
pub fn run(length: Length) -> anyhow::Result<Vec<Finding>> {
    let payloads = match length {
        Length::Short => 2_000,
        Length::Long => 100_000,
    };
    let mut site = Site::open("2025-11-10T18:00:00Z")?;
    site.declare(UAI, &Population::of(UAI, &[6, 6]).roster())?;
    let catalogue = Catalogue::embedded()?;
    let mut random = Random::new(15);
    let (mut accepted, mut refused) = (0_u64, 0_usize);
    for first in (0..payloads).step_by(1_000) {
        let events: Vec<Value> =
            (first..payloads.min(first + 1_000)).map(|number| hostile(&catalogue, &mut random, number)).collect();
        let batch = json!({
            "schema": 1, "batch_id": uuid::Uuid::new_v4().to_string(), "batch_no": first + 1, "lost_n": 0,
            "establishment": UAI, "install": text(&mut random, first), "app_version": "2.3.4", "platform": "android",
            "sent_at": "2025-11-10T18:00:00Z", "events": events,
        });
        let asked = Asked { token: Some(&site.token), body: Some(batch.to_string()), ..Asked::default() };
        let answer = site.ask("POST", "/api/v1/events", &asked)?;
        ensure!(answer.status == 202, "a batch was not answered: {}", answer.body);
        ensure!(!answer.body.contains(MARK), "an answer repeats what was sent");
        let said: Value = serde_json::from_str(&answer.body)?;
        accepted += said["accepted"].as_u64().unwrap_or(0);
        refused += said["refused"].as_array().map_or(0, Vec::len);
    }
    // Folds, and closes the week.
    site.move_to("2025-11-20T18:00:00Z")?;
    let allowed = allowed(&catalogue);
    let texts = runtime()?.block_on(texts(&site))?;
    let free: Vec<&String> = texts.iter().filter(|text| !is_closed(text, &allowed)).collect();
    free.iter().take(10).for_each(|text| eprintln!("  a free text is stored: {text}"));
    let data = site.data().data;
    let marked = files_with_the_mark(&data)?;
    for file in &marked {
        eprintln!("  the mark stands in {file}");
    }
    let said = site.log().iter().filter(|line| line.contains(MARK)).count();

    std::fs::write(data.join("lake/planted.txt"), format!("Zoé {MARK}1 Martin"))?;
    let control = files_with_the_mark(&data)?.len() + SHAPES.iter().filter(|text| !is_closed(text, &allowed)).count();
    Ok(vec![
        Finding::new("hostile_payloads_n", float(payloads), Bound::Shown),
        Finding::new("hostile_accepted_n", float(usize::try_from(accepted)?), Bound::AtLeast(float(payloads / 20))),
        Finding::new("hostile_refused_n", float(refused), Bound::AtLeast(float(payloads / 4))),
        Finding::new("hostile_texts_n", float(texts.len()), Bound::AtLeast(10.0)),
        Finding::new("hostile_free_texts_n", float(free.len()), Bound::AtMost(0.0)),
        Finding::new("hostile_marks_n", float(marked.len() + said), Bound::AtMost(0.0)),
        Finding::new("hostile_control_n", float(control), Bound::AtLeast(float(SHAPES.len()))),
    ])
}

fn text(random: &mut Random, number: usize) -> String {
    random.pick(&SHAPES).replace('@', &format!("{MARK}{number}"))
}

/// An event of any type that is right but for one or two things. Identifiers are hostile too: they are hashed.
fn hostile(catalogue: &Catalogue, random: &mut Random, number: usize) -> Value {
    let kinds: Vec<&EventType> = catalogue.events().iter().collect();
    let kind = random.pick(&kinds);
    let role = kind.roles.first().map_or("teacher", |role| role.slug());
    let mut event = json!({
        "id": uuid::Uuid::new_v4().to_string(), "name": kind.name, "at": "2025-11-10T09:12:31+01:00",
        "session": text(random, number), "seq": 1, "role": role, "actor": text(random, number),
        "class": text(random, number),
    });
    if kind.pupils {
        event["pupils"] = json!([text(random, number), text(random, number + 1)]);
    }
    if kind.family {
        event["family"] = text(random, number).into();
    }
    let mut props = Map::new();
    for property in &kind.properties {
        let value = match property.kind {
            PropertyKind::Whole { min, .. } => min.into(),
            PropertyKind::Flag => true.into(),
            PropertyKind::Word(_) => catalogue
                .words_of(property)
                .and_then(|list| list.words().first())
                .map_or(Value::Null, |word| word.slug.clone().into()),
            PropertyKind::Version => "2.3.4".into(),
            PropertyKind::Identifier => text(random, number).into(),
        };
        props.insert(property.name.clone(), value);
    }
    let names: Vec<String> = kind.properties.iter().map(|property| property.name.clone()).collect();
    for _ in 0..random.below(3) {
        let hostile = disguised(random, number);
        if names.is_empty() || random.chance(300) {
            props.insert(text(random, number), hostile);
        } else {
            let at = usize::try_from(random.below(names.len() as u64)).unwrap_or(0);
            props.insert(names[at].clone(), hostile);
        }
    }
    event["props"] = props.into();
    if random.chance(200) {
        let field = random.pick(&[
            "id", "name", "at", "role", "seq", "session", "pupils", "family", "props", "lat", "gps", "ip", "file",
        ]);
        event[field] = disguised(random, number);
    }
    event
}

fn disguised(random: &mut Random, number: usize) -> Value {
    let text = text(random, number);
    match random.below(6) {
        0 => json!([text]),
        1 => json!({ text.clone(): text }),
        2 => json!(48.858_37),
        3 => json!({ "lat": 48.858_37, "lon": 2.294_481, "name": text }),
        _ => json!(text),
    }
}

/// Every word that may be stored.
fn allowed(catalogue: &Catalogue) -> BTreeSet<String> {
    let words = catalogue.words().iter().flat_map(|list| list.words().iter().map(|word| word.slug.clone()));
    let events = catalogue.events().iter().map(|event| event.name.clone());
    let measures = catalogue.measures().iter().map(|measure| measure.name.clone());
    let splits = catalogue.measures().iter().flat_map(|measure| measure.splits.iter().map(|split| split.name.clone()));
    let metrics = catalogue.events().iter().flat_map(|event| {
        let histograms = event.fold.histograms.iter().map(|one| one.metric.clone());
        histograms.chain(event.fold.counters.iter().map(|one| one.metric.clone()))
    });
    let families = catalogue.events().iter().map(|event| event.category.slug().to_owned());
    let counters = ["answer_ms", "batches", "bytes", "devices", "devices_week", "events", "read_ms", "requests"];
    let counters = counters.into_iter().chain([store::ACTIVE_DAYS]).map(ToOwned::to_owned);
    let pages = server::audiences(false).into_iter().map(|(_, path, _)| path.to_owned());
    let ours = [
        "",
        "autres",
        "ensemble",
        "reste",
        "unspecified",
        "published",
        "withheld",
        "week",
        "month",
        "school_period",
        "A",
        "B",
        "C",
    ];
    let ours = ours.into_iter().map(ToOwned::to_owned);
    words
        .chain(events)
        .chain(measures)
        .chain(splits)
        .chain(metrics)
        .chain(families)
        .chain(counters)
        .chain(pages)
        .chain(ours)
        .collect()
}

/// A word of a list, a version, a school's code, a period, a number.
fn is_closed(text: &str, allowed: &BTreeSet<String>) -> bool {
    let period = |text: &str| {
        let known = text.chars().all(|letter| letter.is_ascii_digit() || "-WP".contains(letter));
        known && text.len() <= 12 && text.starts_with("20")
    };
    // A step of a flow is two words of lists.
    let step = text.strip_prefix("flow:").and_then(|step| step.split_once('/'));
    allowed.contains(text)
        || step.is_some_and(|(flow, step)| allowed.contains(flow) && allowed.contains(step))
        || catalogue::is_version(text)
        || text.parse::<privacy::Uai>().is_ok()
        || text.parse::<u64>().is_ok()
        || period(text)
}

/// Every different text of every table.
async fn texts(site: &Site) -> anyhow::Result<BTreeSet<String>> {
    let store = site.store().await?;
    let mut texts = BTreeSet::new();
    for table in Table::ALL {
        let session = store.lake().session(&[table], &Prune::default()).await?;
        for rows in session.sql(&format!("SELECT * FROM {}", table.name())).await? {
            let schema = rows.schema();
            for (field, column) in schema.fields().iter().zip(rows.columns()) {
                if matches!(field.data_type(), DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8) {
                    let column = cast(column, &DataType::Utf8)?;
                    texts.extend(column.as_string::<i32>().iter().flatten().map(ToOwned::to_owned));
                }
            }
        }
    }
    Ok(texts)
}

/// The files of a folder that hold the mark.
fn files_with_the_mark(folder: &Path) -> anyhow::Result<Vec<String>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path)?.windows(MARK.len()).any(|window| window == MARK.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    Ok(found)
}
