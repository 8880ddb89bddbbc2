//! Cubes: what a month that closes gives to districts and above. People are bounded one establishment after the other,
//! the ledger is debited, and only then noise is drawn; what was drawn leaves with the closing, in its transaction.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{IsoWeek, Month, SchoolYear};
use catalogue::{
    Catalogue, Cube, CubeLeaf, CubeSource, Measure, People, Role, Table as Rows, Value, hour_word, path_word,
};
use privacy::exit::noise::Clamp;
use privacy::exit::{Bounded, Bounds, Figures, Leaf, NoisyCube, Part, Place, PublicKeys, Released};
use privacy::{Pseudonym, Uai};
use store::{Debit, Establishment, Prune, Store, Table};

use super::contributions::{Contributions, Window, word};
use super::{Error, Round};
use crate::rows::{numbers, texts};

/// The cubes of one month, as far as the committee has approved them.
pub(super) struct Beyond<'a> {
    cubes: Vec<Pending<'a>>,
}

/// A cube whose people are being bounded.
struct Pending<'a> {
    cube: &'a Cube,
    /// What it counts, unless it is made of a table that was bounded when it was written.
    measure: Option<&'a Measure>,
    keys: PublicKeys,
    bounds: Bounds,
    figures: Figures<Bounded>,
}

impl<'a> Beyond<'a> {
    /// The cubes whose own decision and whose measure's are approved, with their public lists of leaves: all districts of the register, all words of the catalogue.
    pub(super) fn open(round: &Round<'a>) -> Self {
        let catalogue = round.store.catalogue();
        let districts: Vec<_> = round.establishments.iter().filter_map(district).collect();
        let pending = |cube: &'a Cube| {
            round.approvals.approve_cube(catalogue, cube).ok()?;
            let measure = match &cube.source {
                CubeSource::Measure { measure, .. } => {
                    let measure = catalogue.measures().get(usize::from(*measure))?;
                    round.approvals.approve(catalogue, measure).ok()?;
                    Some(measure)
                }
                CubeSource::Hours | CubeSource::Paths => None,
            };
            let bounds = Bounds { cells: cube.cells, clamp: Clamp::new(cube.clamp)?, counts_cut: cube.counts_cut() };
            let places = districts.iter().map(|(district, academy)| place(cube.leaf, district, academy));
            let keys = PublicKeys::new(places, catalogue.cube_words(cube));
            Some(Pending { cube, measure, keys, bounds, figures: Figures::nobody(bounds) })
        };
        let cubes =
            if districts.is_empty() { Vec::new() } else { catalogue.cubes().iter().filter_map(pending).collect() };
        Self { cubes }
    }

    /// The events whose rows are needed.
    pub(super) fn events(&self, catalogue: &'a Catalogue) -> BTreeSet<&'a str> {
        let measures = self.cubes.iter().filter_map(|pending| pending.measure);
        measures.flat_map(|measure| catalogue.events_of(measure)).map(|event| event.name.as_str()).collect()
    }

    /// Takes one establishment in. `steady` is the window of those who were active in half of the class weeks.
    pub(super) fn take(
        &mut self,
        one: &Establishment,
        contributions: &Contributions<'_>,
        everybody: &Window<'_>,
        steady: &Window<'_>,
    ) {
        let Some((district, academy)) = district(one) else { return };
        for pending in &mut self.cubes {
            let Some(measure) = pending.measure else { continue };
            let place = place(pending.cube.leaf, &district, &academy);
            let window = if measure.value == Value::Active { steady } else { everybody };
            let part = |(person, word, amount)| Part { person, leaf: Leaf { place: place.clone(), word }, amount };
            let parts = amounts(pending.cube, measure, contributions, window).into_iter().map(part).collect();
            let so_far = std::mem::replace(&mut pending.figures, Figures::nobody(pending.bounds));
            pending.figures = so_far.with(Figures::new(parts), &pending.keys);
        }
    }

    /// Debits the ledger and draws, cube by cube. A cube without budget is left out and named in the log.
    pub(super) async fn draw(
        self,
        round: &Round<'_>,
        month: Month,
        year: SchoolYear,
        weeks: &BTreeSet<IsoWeek>,
    ) -> Result<Vec<Released<NoisyCube>>, Error> {
        let mut drawn = Vec::new();
        for Pending { cube, keys, bounds, mut figures, .. } in self.cubes {
            match cube.source {
                CubeSource::Measure { .. } => {}
                CubeSource::Hours => figures = hours(round, cube, weeks, &keys, bounds).await?,
                CubeSource::Paths => figures = paths(round.store, weeks, &keys, bounds).await?,
            }
            let people: Vec<_> = cube.people.iter().map(|people| people.slug()).collect();
            let debit = Debit { cube: &cube.name, month, year, people: &people, bounds };
            match round.store.register().debit(round.now, &debit).await? {
                Ok(receipt) => drawn.push(Released::draw(&figures, &keys, receipt)?),
                Err(reason) => tracing::warn!(%reason, "a cube is left out of the closing"),
            }
        }
        Ok(drawn)
    }
}

/// The district of an establishment and its academy. One whose district is no code is in no cube.
fn district(one: &Establishment) -> Option<(Uai, String)> {
    Some((one.district.parse().ok()?, one.academy.slug().to_owned()))
}

fn place(leaf: CubeLeaf, district: &Uai, academy: &str) -> Place {
    match leaf {
        CubeLeaf::District => Place::district(district.clone(), academy),
        CubeLeaf::Academy => Place::academy(academy),
        CubeLeaf::Country => Place::country(),
    }
}

/// What each person did, by word.
fn amounts(
    cube: &Cube,
    measure: &Measure,
    contributions: &Contributions<'_>,
    window: &Window<'_>,
) -> Vec<(Pseudonym, String, u64)> {
    let CubeSource::Measure { split, .. } = &cube.source else { return Vec::new() };
    let column = split.as_deref().and_then(|split| measure.split(split)).map(|split| split.column);
    let mut amounts = BTreeMap::<(Pseudonym, String), u64>::new();
    let mut add = |person, word, amount: u64| {
        let sum = amounts.entry((person, word)).or_default();
        *sum = sum.saturating_add(amount);
    };
    if let Value::Count(Rows::Pupil) | Value::Distinct(Rows::Pupil) = measure.value {
        for row in contributions.pupils(measure, window) {
            add(row.pupil, word(column, &row.facet, &row.outcome), row.n);
        }
    } else {
        let steady = (window.least > 1).then(|| contributions.steady(measure, window));
        let counts = |person| steady.as_ref().is_none_or(|steady| steady.contains(&person));
        let rows = contributions.people(measure, window);
        for row in rows.filter(|row| cube.people.contains(&people_of(row.role)) && counts(row.person)) {
            add(row.person, word(column, &row.facet, &row.outcome), row.n);
        }
    }
    let once = !matches!(measure.value, Value::Count(_));
    let amount = |amount: u64| if once { amount.min(1) } else { amount };
    amounts.into_iter().map(|((person, word), n)| (person, word, amount(n))).collect()
}

/// Whose pseudonyms a role's rows bear: as the entry gate has it.
const fn people_of(role: Role) -> People {
    match role {
        Role::Parent => People::Family,
        Role::Pupil => People::PupilDevice,
        Role::Teacher | Role::SchoolHead | Role::Support | Role::Editor => People::Staff,
    }
}

/// `hours_week` of these weeks, by academy, weekday and hour.
async fn hours(
    round: &Round<'_>,
    cube: &Cube,
    weeks: &BTreeSet<IsoWeek>,
    keys: &PublicKeys,
    bounds: Bounds,
) -> Result<Figures<Bounded>, Error> {
    let districts: BTreeMap<String, (Uai, String)> =
        round.establishments.iter().filter_map(|one| Some((one.district.clone(), district(one)?))).collect();
    let columns = "district, weekday, hour";
    let sums = written(round.store, Table::HoursWeek, columns, weeks, |row| {
        let (district, academy) = districts.get(row.text("district")?.as_str())?;
        let word = hour_word(row.small("weekday")?, row.small("hour")?);
        Some(Leaf { place: place(cube.leaf, district, academy), word })
    });
    Ok(Figures::new(Bounded::as_written(sums.await?, keys, bounds)))
}

/// `paths_week` of these weeks, by step.
async fn paths(
    store: &Store,
    weeks: &BTreeSet<IsoWeek>,
    keys: &PublicKeys,
    bounds: Bounds,
) -> Result<Figures<Bounded>, Error> {
    let sums = written(store, Table::PathsWeek, "from_screen, to_screen", weeks, |row| {
        let word = path_word(&row.text("from_screen")?, &row.text("to_screen")?);
        Some(Leaf { place: Place::country(), word })
    });
    Ok(Figures::new(Bounded::as_written(sums.await?, keys, bounds)))
}

/// A row of a query, by column name.
struct Row<'a> {
    batch: &'a arrow::array::RecordBatch,
    row: usize,
}

impl Row<'_> {
    fn text(&self, name: &str) -> Option<String> {
        texts(self.batch, name).ok().map(|column| column.value(self.row).to_owned())
    }

    fn small(&self, name: &str) -> Option<u8> {
        numbers(self.batch, name).ok().and_then(|column| u8::try_from(column.value(self.row)).ok())
    }
}

/// The sums of a table that was bounded when it was written.
async fn written(
    store: &Store,
    table: Table,
    columns: &str,
    weeks: &BTreeSet<IsoWeek>,
    leaf: impl Fn(&Row<'_>) -> Option<Leaf>,
) -> Result<Vec<(Leaf, u64)>, Error> {
    let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else { return Ok(Vec::new()) };
    let months = Some(first.month().number()..=last.month().number());
    let session = store.lake().session(&[table], &Prune { months, establishment: None }).await?;
    let query = format!(
        "SELECT {columns}, SUM(n) AS n FROM {} WHERE week BETWEEN DATE '{}' AND DATE '{}' GROUP BY {columns}",
        table.name(),
        first.monday(),
        last.monday(),
    );
    let mut sums = Vec::new();
    for batch in session.sql(&query).await? {
        let n = numbers(&batch, "n")?;
        for row in 0..batch.num_rows() {
            let sum = u64::try_from(n.value(row)).unwrap_or(0);
            sums.extend(leaf(&Row { batch: &batch, row }).map(|leaf| (leaf, sum)));
        }
    }
    Ok(sums)
}
