//! The month to come beyond establishments: cubes that have left, forecast for every district, department, academy and the
//! country, adding up to the last unit as the cubes themselves do. Only what left with noise is read, so this tells nothing
//! that a reader of the cubes could not compute; nobody's budget is touched.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Academy, Calendar, IsoWeek, Month, Zone};
use catalogue::{Catalogue, Cube, CubeLeaf, CubeSource, Value};
use methods::monthly::{Coming, Months, forecast_months};
use methods::reconcile::Hierarchy;
use privacy::exit::{Level, NoisyCube, Place, Protection, Released};
use serde::Serialize;
use store::{Error, Store};

use crate::beyond;
use crate::governance::Approvals;

/// The decision that this analysis rests on.
const DECISION: &str = "forecasts_beyond";
/// How it is forecast, in words.
pub const METHOD: &str = "a level for each place and each sum of places, by class days, with the noise's known variance; made to \
                          add up by the variances expected, and rounded to whole numbers";
/// How often intervals should hold, in percent.
const LEVEL: f64 = 95.0;
/// How many of the last months are learnt from, at most.
const MOST: usize = 13;
/// A month with fewer class days says nothing of others.
const CLASS_DAYS: f64 = 3.0;
/// What is believed of how counts, and numbers of people, follow class days.
const FOLLOWS: (f64, f64) = (1.0, 0.25);

/// A cube's month to come.
#[derive(Debug, Clone, PartialEq)]
pub struct CubeOutlook {
    /// Its name in the catalogue.
    pub cube: String,
    /// The month.
    pub period: Month,
    /// What the figures went through that this was learnt from.
    pub protection: Protection,
    /// How often intervals should hold, in percent.
    pub level: f64,
    /// From how many months.
    pub learnt_from: usize,
    places: BTreeMap<Level, AtLevel>,
}

/// A cube's month to come at one level.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AtLevel {
    /// Each place, in order.
    pub sums: Vec<ComingSum>,
    /// By what share of the whole the same method missed the last months at this level, each told from those before it, in
    /// percent; nothing where too few are known.
    pub missed_by: Option<f64>,
}

/// What is expected of a place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComingSum {
    /// The district, department or academy; empty for the country.
    pub place: String,
    /// What is expected.
    pub value: u64,
    /// The lower end of the interval for the figure that will be published, its noise included.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl CubeOutlook {
    /// The places of a level.
    pub fn at(&self, level: Level) -> &AtLevel {
        static NOTHING: AtLevel = AtLevel { sums: Vec::new(), missed_by: None };
        self.places.get(&level).unwrap_or(&NOTHING)
    }
}

/// Forecasts the month to come of every cube of counts by district. `None` where the committee has not approved it; empty where
/// too little has left.
///
/// Fails when the store does.
pub async fn month(
    store: &Store,
    approvals: &Approvals,
    calendar: &Calendar,
) -> Result<Option<Vec<CubeOutlook>>, Error> {
    if !approvals.has_approved(DECISION) {
        return Ok(None);
    }
    let months = beyond::months(store).await?;
    let mut history = BTreeMap::<String, Vec<Released<NoisyCube>>>::new();
    for month in months.iter().rev().take(MOST).rev() {
        for cube in beyond::cubes(store, *month).await? {
            history.entry(cube.value().cube.clone()).or_default().push(cube);
        }
    }
    let Some(last) = months.last().copied() else { return Ok(Some(Vec::new())) };
    let (catalogue, calendar) = (store.catalogue().clone(), calendar.clone());
    let wanted: Vec<(String, f64)> = catalogue
        .cubes()
        .iter()
        .filter(|cube| approvals.approve_cube(&catalogue, cube).is_ok())
        .filter_map(|cube| Some((cube.name.clone(), follows(&catalogue, cube)?)))
        .collect();
    let found = tokio::task::spawn_blocking(move || {
        let of = |(cube, follows): &(String, f64)| of_cube(history.get(cube)?, last, &calendar, *follows);
        wanted.iter().filter_map(of).collect::<Vec<_>>()
    });
    found.await.map(Some).map_err(|error| Error::Query(error.to_string()))
}

/// What is believed of how a cube follows class days; nothing for what is no count by district.
fn follows(catalogue: &Catalogue, cube: &Cube) -> Option<f64> {
    let CubeSource::Measure { measure, split: None, .. } = &cube.source else { return None };
    if cube.leaf != CubeLeaf::District {
        return None;
    }
    match catalogue.measures().get(usize::from(*measure))?.value {
        Value::Count(_) => Some(FOLLOWS.0),
        Value::Distinct(_) | Value::Active => Some(FOLLOWS.1),
        _ => None,
    }
}

/// A cube's month to come, from its months.
fn of_cube(history: &[Released<NoisyCube>], last: Month, calendar: &Calendar, follows: f64) -> Option<CubeOutlook> {
    let latest = history.last()?;
    // What has not left lately is not told of the month to come.
    if latest.value().month != last {
        return None;
    }
    let leaves: Vec<&Place> = latest.value().cells.iter().map(|cell| &cell.leaf.place).collect();
    let class_days = |place: &Place, month: Month| days(calendar, zone(place), month);
    let mean = |month: Month| leaves.iter().map(|place| class_days(place, month)).sum::<f64>() / to_float(leaves.len());
    let period = std::iter::successors(Some(last.next()), |month| Some(month.next()))
        .take(12)
        .find(|month| mean(*month) >= CLASS_DAYS)?;
    let known: Vec<&NoisyCube> =
        history.iter().map(Released::value).filter(|cube| mean(cube.month) >= CLASS_DAYS).collect();
    let (values, days): (Vec<Vec<f64>>, Vec<Vec<f64>>) = leaves
        .iter()
        .map(|place| {
            let values = known.iter().map(|cube| value(cube, place)).collect();
            let months = known.iter().map(|cube| cube.month).chain([period]);
            (values, months.map(|month| class_days(place, month)).collect())
        })
        .unzip();
    let tree = Tree::of(&leaves)?;
    // In the order of the tree's leaves.
    let ordered = |rows: &[Vec<f64>]| tree.order.iter().map(|leaf| rows[*leaf].clone()).collect::<Vec<_>>();
    let (values, days) = (ordered(&values), ordered(&days));
    let sigma = known.iter().map(|cube| cube.sigma).fold(0.0, f64::max);
    let asked = Months { hierarchy: &tree.hierarchy, leaves: &values, days: &days, sigma, follows, level: LEVEL };
    let coming = forecast_months(&asked).ok()?;
    Some(CubeOutlook {
        cube: latest.value().cube.clone(),
        period,
        protection: latest.protection(),
        level: LEVEL,
        learnt_from: coming.months,
        places: tree.levels(&coming),
    })
}

/// A district's published figure. One that was not on the public list yet had no school in the system: nothing came from it.
#[expect(clippy::cast_precision_loss, reason = "counts of a district, far below 2^53")]
fn value(cube: &NoisyCube, place: &Place) -> f64 {
    cube.cells.iter().find(|cell| cell.leaf.place == *place).map_or(0.0, |cell| cell.value as f64)
}

fn zone(place: &Place) -> Zone {
    place.at(Level::Academy).and_then(Academy::from_slug).map_or(Zone::Other, Academy::zone)
}

/// The class days of the weeks of a month: those with their Thursday in it.
fn days(calendar: &Calendar, zone: Zone, month: Month) -> f64 {
    let weeks = std::iter::successors(Some(IsoWeek::of(month.first_day())), |week| Some(week.next())).take(6);
    let days = weeks.filter(|week| week.month() == month).flat_map(IsoWeek::days);
    to_float(days.filter(|day| calendar.is_class_day(zone, *day)).count())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of days and of districts")]
const fn to_float(n: usize) -> f64 {
    n as f64
}

/// Country, academies, departments within each, districts; districts that two academies name are two leaves.
struct Tree {
    hierarchy: Hierarchy,
    /// By leaf of the hierarchy: which of the places it is.
    order: Vec<usize>,
    /// What each series is called at its level; a department may be in two academies.
    names: Vec<(Level, String)>,
}

impl Tree {
    fn of(leaves: &[&Place]) -> Option<Tree> {
        let name = |place: &Place, level: Level| place.at(level).unwrap_or_default().to_owned();
        let (mut parents, mut names) = (vec![None], vec![(Level::National, String::new())]);
        let mut order = Vec::new();
        let academies: BTreeSet<String> = leaves.iter().map(|place| name(place, Level::Academy)).collect();
        for academy in academies {
            let within: Vec<usize> =
                (0..leaves.len()).filter(|at| name(leaves[*at], Level::Academy) == academy).collect();
            let of_academy = parents.len();
            parents.push(Some(0));
            names.push((Level::Academy, academy));
            let departments: BTreeSet<String> = within.iter().map(|at| name(leaves[*at], Level::Department)).collect();
            for department in departments {
                let of_department = parents.len();
                parents.push(Some(of_academy));
                names.push((Level::Department, department.clone()));
                for at in within.iter().filter(|at| name(leaves[**at], Level::Department) == department) {
                    parents.push(Some(of_department));
                    names.push((Level::District, name(leaves[*at], Level::District)));
                    order.push(*at);
                }
            }
        }
        Some(Tree { hierarchy: Hierarchy::new(parents).ok()?, order, names })
    }

    /// The month to come by level and name; what two academies share is added up.
    fn levels(&self, coming: &Coming) -> BTreeMap<Level, AtLevel> {
        let mut found = BTreeMap::<Level, BTreeMap<&str, (u64, f64, f64)>>::new();
        for (series, (level, name)) in self.names.iter().enumerate() {
            let value = coming.value[series][0];
            let (below, above) =
                (unsigned_as_float(value) - coming.low[series][0], coming.high[series][0] - unsigned_as_float(value));
            let sum = found.entry(*level).or_default().entry(name.as_str()).or_default();
            // Errors of two parts add as squares.
            *sum = (sum.0 + value, sum.1.hypot(below), sum.2.hypot(above));
        }
        // From the country down, as deep as the tree.
        let depths = [Level::National, Level::Academy, Level::Department, Level::District];
        found
            .into_iter()
            .map(|(level, places)| {
                let sums = places.into_iter().map(|(place, (value, below, above))| ComingSum {
                    place: place.to_owned(),
                    value,
                    // No figure below nothing is expected, though noise may make one.
                    low: (unsigned_as_float(value) - below).floor().max(0.0),
                    high: (unsigned_as_float(value) + above).ceil(),
                });
                let depth = depths.iter().position(|one| *one == level);
                let missed_by = depth.and_then(|depth| *coming.missed_by.get(depth)?);
                let missed_by = missed_by.map(|share| (share * 10.0).round() / 10.0);
                (level, AtLevel { sums: sums.collect(), missed_by })
            })
            .collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a country, far below 2^53")]
const fn unsigned_as_float(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests;
