//! How many people four known points single out: somebody who has the rows linked to persons, knows a person's school and
//! four things that she did in four weeks, and looks for her pseudonym.
//!
//! A district is simulated and sent to a running product; its rows are read as a thief of the data folder would read them.
//!
//! **Control**: the same points with the day instead of the week, as the rows stand before their week has closed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use attacks::{Bound, Finding, Length, Random};
use simulator::{Options as Drive, Parameters, World};
use store::{Prune, Table};

use super::float;
use super::site::Site;
use crate::commands::simulate::play;
use crate::settings::runtime;

/// How many points are known.
const POINTS: usize = 4;

/// Everybody's points.
type People = BTreeMap<Vec<u8>, BTreeSet<String>>;

/// Runs the attack and its control.
pub fn run(length: Length) -> anyhow::Result<Vec<Finding>> {
    let (schools, until) = match length {
        Length::Short => (6, "2025-11-16"),
        Length::Long => (30, "2025-12-14"),
    };
    let site = Site::open("2025-11-03T00:00:00Z")?;
    let world = World::new(Parameters::new(schools, 17, "2025-11-03".parse()?, until.parse()?))?;
    let drive = Drive { drive_clock: true, ..Drive::default() };
    play(&world, &site.address(), &site.token, drive, None)?;
    let (weeks, days) = runtime()?.block_on(async {
        anyhow::Ok((people(&site, Table::PersonWeek).await?, people(&site, Table::PersonDay).await?))
    })?;
    ensure!(!weeks.is_empty(), "no row is linked to a person");
    let (week, asked) = singled_out(&weeks);
    let (day, _) = singled_out(&days);
    Ok(vec![
        Finding::new("unicity_people_n", float(weeks.len()), Bound::Shown),
        Finding::new("unicity_asked_n", float(asked), Bound::AtLeast(20.0)),
        Finding::new("unicity_week_ratio", week, Bound::AtMost(0.3)),
        Finding::new("unicity_control_day_ratio", day, Bound::AtLeast(week)),
    ])
}

/// What each pseudonym did where and when, as far as the rows say.
async fn people(site: &Site, table: Table) -> anyhow::Result<People> {
    let store = site.store().await?;
    let session = store.lake().session(&[table], &Prune::default()).await?;
    let (when, name) = (table.date_column(), table.name());
    let query = format!("SELECT DISTINCT person, establishment, CAST({when} AS VARCHAR) AS moment, event FROM {name}");
    let mut people = People::new();
    for rows in session.sql(&query).await? {
        let text = |place: usize| cast(rows.column(place), &DataType::Utf8);
        let (place, moment, event) = (text(1)?, text(2)?, text(3)?);
        let (place, moment, event) = (place.as_string::<i32>(), moment.as_string::<i32>(), event.as_string::<i32>());
        let persons = rows.column(0).as_fixed_size_binary();
        for row in 0..rows.num_rows() {
            let point = format!("{} {} {}", place.value(row), moment.value(row), event.value(row));
            people.entry(persons.value(row).to_vec()).or_default().insert(point);
        }
    }
    Ok(people)
}

/// The share of people whom four of their points, drawn at random, single out; and how many people have four.
fn singled_out(people: &People) -> (f64, usize) {
    let mut having = BTreeMap::<&str, BTreeSet<&[u8]>>::new();
    for (person, points) in people {
        for point in points {
            having.entry(point).or_default().insert(person);
        }
    }
    let mut random = Random::new(4);
    let (mut asked, mut found) = (0, 0);
    for points in people.values().filter(|points| points.len() >= POINTS) {
        let mut points: Vec<&str> = points.iter().map(String::as_str).collect();
        let mut alike: Option<BTreeSet<&[u8]>> = None;
        for _ in 0..POINTS {
            let point = random.pick(&points);
            points.retain(|one| *one != point);
            let these = &having[point];
            alike = Some(alike.map_or_else(|| these.clone(), |alike| alike.intersection(these).copied().collect()));
        }
        asked += 1;
        found += usize::from(alike.is_some_and(|alike| alike.len() == 1));
    }
    (float(found) / float(asked.max(1)), asked)
}
