//! What protection costs in use: on a simulated district, the share that bounding cuts off, and how far the figures of each
//! cube are from the truth at each level. No attack; printed beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use calendar::{Calendar, IsoWeek, SchoolYear};
use catalogue::{Catalogue, Cube, CubeSource, Measure, Table as Rows, Value};
use privacy::exit::noise::{Clamp, Table, Use};
use privacy::exit::{Bounds, ChoiceKey, Leaf, Part, Place, PublicKeys, bound};
use privacy::{Pseudonym, Uai};
use serde_json::Value as Json;
use simulator::{Parameters, World};

use crate::statistics::float;
use crate::{Bound, Finding};

/// Half of all Gaussian errors are smaller than so many standard deviations.
const MEDIAN: f64 = 0.674_490;

/// Levels, and how many districts like the simulated one they hold: a department has about fifteen, the country 1 400.
const LEVELS: [(&str, u64); 3] = [("district", 1), ("department", 15), ("national", 1_400)];

/// Why nothing could be measured.
#[derive(Debug)]
pub struct NoWorld(String);

impl std::fmt::Display for NoWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the simulated district could not be made: {}", self.0)
    }
}

impl std::error::Error for NoWorld {}

/// What happened to one person under one word: how much, and in which weeks.
#[derive(Default)]
struct Did {
    n: u64,
    weeks: BTreeSet<IsoWeek>,
}

type Month = BTreeMap<u16, BTreeMap<(Pseudonym, String), Did>>;

/// A district of so many schools in November 2025, through each cube that counts a measure.
pub fn of_district(schools: usize) -> Result<Vec<Finding>, NoWorld> {
    let no_world = |error: &dyn std::fmt::Display| NoWorld(error.to_string());
    let catalogue = Catalogue::embedded().map_err(|error| no_world(&error))?;
    let (from, until) = (jiff::civil::date(2025, 11, 3), jiff::civil::date(2025, 11, 30));
    let world = World::new(Parameters::new(schools, 11, from, until)).map_err(|error| no_world(&error))?;
    let mut did = Month::new();
    for school in 0..world.schools().len() {
        let mut walk = world.walk(school);
        while let Some(day) = walk.next_day() {
            for batch in day.batches.iter().filter(|batch| !batch.repeat) {
                let batch: Json = serde_json::from_slice(&batch.body).map_err(|error| no_world(&error))?;
                for event in batch["events"].as_array().into_iter().flatten() {
                    take(&catalogue, &mut did, &batch, event);
                }
            }
        }
    }
    Ok(catalogue
        .cubes()
        .iter()
        .filter_map(|cube| Some((cube, did.get(&cube.index)?)))
        .flat_map(|(cube, did)| told(&catalogue, cube, did))
        .collect())
}

/// Counts an event in every cube whose measure it belongs to.
fn take(catalogue: &Catalogue, did: &mut Month, batch: &Json, event: &Json) {
    let kind = event["name"].as_str().and_then(|name| catalogue.event(name));
    let day = event["at"].as_str().and_then(|at| at.get(..10)).and_then(|day| day.parse().ok());
    let (Some(kind), Some(day)) = (kind, day) else { return };
    for cube in catalogue.cubes() {
        let CubeSource::Measure { measure, split, .. } = &cube.source else { continue };
        let measure = &catalogue.measures()[usize::from(*measure)];
        let role = event["role"].as_str().unwrap_or("");
        let outcome = kind.fold.outcome.and_then(|at| event["props"][&kind.properties[usize::from(at)].name].as_str());
        let counts = measure.events.contains(&kind.index)
            && (measure.roles.is_empty() || measure.roles.iter().any(|one| one.slug() == role))
            && (measure.outcomes.is_empty() || outcome.is_some_and(|it| measure.outcomes.iter().any(|one| one == it)));
        if !counts {
            continue;
        }
        let facet = kind.fold.facet.and_then(|at| event["props"][&kind.properties[usize::from(at)].name].as_str());
        let word = if split.is_some() { facet.unwrap_or("") } else { "" };
        for person in people(measure, role, batch, event) {
            let one = did.entry(cube.index).or_default().entry((person, word.to_owned())).or_default();
            one.n += 1;
            one.weeks.insert(IsoWeek::of(day));
        }
    }
}

/// Whose pseudonyms an event bears for a measure.
fn people(measure: &Measure, role: &str, batch: &Json, event: &Json) -> Vec<Pseudonym> {
    let of_pupils = matches!(measure.value, Value::Count(Rows::Pupil) | Value::Distinct(Rows::Pupil));
    let named: Vec<&Json> = match role {
        _ if of_pupils => event["pupils"].as_array().into_iter().flatten().collect(),
        "parent" => vec![&event["family"]],
        "pupil" => vec![&batch["install"]],
        _ => vec![&event["actor"]],
    };
    let role = if of_pupils { "pupil of a class" } else { role };
    named
        .into_iter()
        .filter_map(Json::as_str)
        .map(|id| pseudonym(&(role, batch["establishment"].as_str(), id)))
        .collect()
}

/// Any injective name will do here: nobody is real.
fn pseudonym(identity: &impl Hash) -> Pseudonym {
    let half = |salt: u8| {
        let mut hash = DefaultHasher::new();
        (salt, identity).hash(&mut hash);
        hash.finish().to_be_bytes()
    };
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&half(0));
    bytes[8..].copy_from_slice(&half(1));
    Pseudonym::from_stored(bytes)
}

/// What a cube loses and by how much it errs.
fn told(catalogue: &Catalogue, cube: &Cube, did: &BTreeMap<(Pseudonym, String), Did>) -> Vec<Finding> {
    let CubeSource::Measure { measure, additive, .. } = &cube.source else { return Vec::new() };
    let (measure, Some(clamp)) = (&catalogue.measures()[usize::from(*measure)], Clamp::new(cube.clamp)) else {
        return Vec::new();
    };
    let half = half_of_class_weeks();
    let place = Place::district("0750101A".parse::<Uai>().expect("a code"), "paris");
    let keys = PublicKeys::new([place.clone()], catalogue.cube_words(cube));
    let mut weeks = BTreeMap::<Pseudonym, BTreeSet<IsoWeek>>::new();
    for ((person, _), did) in did {
        weeks.entry(*person).or_default().extend(&did.weeks);
    }
    let counts = |person: &Pseudonym| measure.value != Value::Active || weeks[person].len() >= half;
    let part = |((person, word), did): (&(Pseudonym, String), &Did)| {
        let leaf = Leaf { place: place.clone(), word: word.clone() };
        counts(person).then_some(Part { person: *person, leaf, amount: if *additive { did.n } else { 1 } })
    };
    let parts: Vec<Part> = did.iter().filter_map(part).collect();
    let brought: u64 = parts.iter().map(|part| part.amount).sum();
    let bounds = Bounds { cells: cube.cells, clamp, counts_cut: cube.counts_cut() };
    let kept: u64 = bound(parts, &keys, bounds, &ChoiceKey::fresh()).sums().values().sum();
    let words = catalogue.cube_words(cube).len().max(1) as u64;
    let sigma = Table::of(clamp, Use::Cell).sigma();
    let shown = |what: String, value| Finding::new(what.leak(), value, Bound::Shown);
    let mut told = vec![shown(format!("cube_{}_district_n", cube.name), float(kept))];
    if cube.counts_cut() {
        told.push(shown(format!("cube_{}_cut_ratio", cube.name), 1.0 - float(kept) / float(brought.max(1))));
    }
    for (level, districts) in LEVELS {
        let error = MEDIAN * sigma * float(words * districts).sqrt() / float(kept * districts).max(1.0);
        told.push(shown(format!("cube_{}_{level}_median_error_ratio", cube.name), error));
    }
    told
}

/// Half of the class weeks of November 2025 in Paris.
fn half_of_class_weeks() -> usize {
    let year: SchoolYear = SchoolYear::of(jiff::civil::date(2025, 11, 3));
    let weeks = Calendar::official().class_weeks(calendar::Zone::C, year);
    let november = weeks.into_iter().filter(|week| week.month().number() == 202_511).count();
    november.div_ceil(2).max(1)
}
