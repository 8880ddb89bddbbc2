//! Reads `cubes.toml`: what may leave beyond an establishment. What one person may cost in a month is added up here.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Named, check_text, take_name};
use crate::cube::PARTS_OF_A_CELL;
use crate::{
    CELLS_A_MONTH, CLAMPS, CatalogueError, Cube, CubeLeaf, CubeSource, Decision, Measure, Origin, People, Table, Text,
    Value, error::Source,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCubes {
    cube: Vec<RawCube>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCube {
    name: Spanned<String>,
    title: Text,
    source: Spanned<RawSource>,
    people: Spanned<Vec<People>>,
    leaf: Spanned<CubeLeaf>,
    cells: Spanned<u32>,
    clamp: Spanned<u32>,
    decision: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    measure: Option<Spanned<String>>,
    split: Option<Spanned<String>>,
    table: Option<RawTable>,
}

/// The tables that are bounded when they are written.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawTable {
    HoursWeek,
    PathsWeek,
}

pub(super) fn read(
    source: Source,
    measures: Named<Measure>,
    decisions: &[Decision],
) -> Result<Vec<Cube>, CatalogueError> {
    let raw: RawCubes = source.parse()?;
    let mut names = HashMap::new();
    let mut cubes = Vec::with_capacity(raw.cube.len());
    for cube in raw.cube {
        let index = take_name(&mut names, source, &cube.name, "cube")?;
        check_text(source, cube.name.span(), &cube.title, "the title")?;
        let decision = decisions.iter().find(|decision| &decision.id == cube.decision.get_ref()).ok_or_else(|| {
            let reason = format!("decision `{}` is unknown; declare it in decisions.toml", cube.decision.get_ref());
            source.error(cube.decision.span(), reason)
        })?;
        let counted = counted(source, &cube, measures)?;
        check_bounds(source, &cube, &counted)?;
        let at = cube.cells.span();
        cubes.push(Cube {
            index,
            name: cube.name.into_inner(),
            title: cube.title,
            source: counted,
            people: cube.people.into_inner(),
            leaf: cube.leaf.into_inner(),
            cells: cube.cells.into_inner(),
            clamp: cube.clamp.into_inner(),
            decision: decision.index,
        });
        check_sum(source, at, &cubes)?;
    }
    Ok(cubes)
}

fn counted(source: Source, cube: &RawCube, measures: Named<Measure>) -> Result<CubeSource, CatalogueError> {
    let raw = cube.source.get_ref();
    let (name, table) = match (&raw.measure, raw.table) {
        (Some(name), None) => (name, None),
        (None, Some(table)) if raw.split.is_none() => (&cube.name, Some(table)),
        _ => {
            let reason = "`source` names either a `measure`, with a `split` or without, or a `table`";
            return Err(source.error(cube.source.span(), reason));
        }
    };
    let pupils = cube.people.get_ref().contains(&People::Pupil);
    if let Some(table) = table {
        if pupils {
            return Err(source.error(cube.people.span(), "no pupil is in this table; leave out \"pupil\""));
        }
        return Ok(match table {
            RawTable::HoursWeek => CubeSource::Hours,
            RawTable::PathsWeek => CubeSource::Paths,
        });
    }
    let measure = measures.find(name.get_ref()).ok_or_else(|| {
        let reason = format!("measure `{}` is unknown; declare it in measures.toml", name.get_ref());
        source.error(name.span(), reason)
    })?;
    let of_pupils = match measure.value {
        Value::Count(Table::Person) | Value::Distinct(Table::Person) | Value::Active => false,
        Value::Count(Table::Pupil) | Value::Distinct(Table::Pupil) => true,
        _ => {
            let reason =
                "a cube counts acts or people; this measure is neither a `count`, nor `distinct`, nor `active`";
            return Err(source.error(name.span(), reason));
        }
    };
    if !measure.leaves_as(Origin::Frozen) {
        let reason = format!("measure `{}` may not be released; its `origins` lack \"frozen\"", name.get_ref());
        return Err(source.error(name.span(), reason));
    }
    if of_pupils != (cube.people.get_ref() == &[People::Pupil]) || of_pupils != pupils {
        let reason = "\"pupil\" stands alone, for measures that count pupils, and nowhere else";
        return Err(source.error(cube.people.span(), reason));
    }
    if let Some(split) = &raw.split
        && measure.split(split.get_ref()).is_none_or(|split| split.words.is_none())
    {
        let reason = format!("measure `{}` has no split `{}` with a list of words", name.get_ref(), split.get_ref());
        return Err(source.error(split.span(), reason));
    }
    let additive = matches!(measure.value, Value::Count(_));
    let split = raw.split.as_ref().map(|split| split.get_ref().clone());
    Ok(CubeSource::Measure { measure: measure.index, split, additive })
}

fn check_bounds(source: Source, cube: &RawCube, counted: &CubeSource) -> Result<(), CatalogueError> {
    if cube.people.get_ref().is_empty() {
        return Err(source.error(cube.people.span(), "a cube counts somebody; name them in `people`"));
    }
    if !CLAMPS.contains(cube.clamp.get_ref()) {
        let known = CLAMPS.map(|clamp| clamp.to_string()).join(", ");
        let reason = format!("no noise is proved for this clamp; one of {known} is expected");
        return Err(source.error(cube.clamp.span(), reason));
    }
    let once = match counted {
        CubeSource::Measure { split, additive, .. } => {
            if split.is_none() && *cube.cells.get_ref() != 1 {
                return Err(source.error(cube.cells.span(), "without a split a person is in one cell; write 1"));
            }
            !additive
        }
        CubeSource::Hours => {
            if *cube.leaf.get_ref() == CubeLeaf::District {
                return Err(source.error(cube.leaf.span(), "one event a person and month is too little for districts"));
            }
            true
        }
        CubeSource::Paths => {
            if *cube.leaf.get_ref() != CubeLeaf::Country {
                return Err(source.error(cube.leaf.span(), "the table holds the whole country; write \"country\""));
            }
            true
        }
    };
    if *cube.cells.get_ref() == 0 {
        return Err(source.error(cube.cells.span(), "a person counts in one cell at least, or the cube is empty"));
    }
    if once && *cube.clamp.get_ref() != 1 {
        return Err(source.error(cube.clamp.span(), "a person counts once here; write 1"));
    }
    if !matches!(counted, CubeSource::Measure { .. }) && *cube.cells.get_ref() != 1 {
        return Err(source.error(cube.cells.span(), "the table holds one row a person and month; write 1"));
    }
    Ok(())
}

/// A pseudonym is one person in one establishment, role and year: what she costs over all cubes stays within six cells.
fn check_sum(source: Source, at: std::ops::Range<usize>, cubes: &[Cube]) -> Result<(), CatalogueError> {
    let Some(last) = cubes.last() else { return Ok(()) };
    for people in &last.people {
        let parts: u32 = cubes.iter().filter(|cube| cube.people.contains(people)).map(Cube::parts).sum();
        if parts > CELLS_A_MONTH * PARTS_OF_A_CELL {
            let reason = format!(
                "with cube `{}` one person of \"{}\" costs {} cells and {} sixths a month, and {CELLS_A_MONTH} are \
                 allowed over all cubes; give it fewer cells, or leave a cube out",
                last.name,
                people.slug(),
                parts / PARTS_OF_A_CELL,
                parts % PARTS_OF_A_CELL,
            );
            return Err(source.error(at, reason));
        }
    }
    Ok(())
}
