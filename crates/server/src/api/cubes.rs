//! `GET /api/v1/cubes`: what left beyond establishments, with noise. The same for everybody who may read: no
//! establishment and no person is in it.

use std::sync::Arc;

use analytics::beyond;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use calendar::{Lang, Month};
use privacy::exit::{Level, NoisyCube, NoisySum, Origin, Protection, Released};
use serde::{Deserialize, Serialize};
use store::Scope;

use crate::access;
use crate::app::App;
use crate::problem::Problem;

/// Which cubes, and how far they are added up.
#[derive(Deserialize)]
pub struct Which {
    /// `2025-11`; without it the last month there is.
    month: Option<String>,
    /// One cube by its name; without it all.
    cube: Option<String>,
    /// `district`, `department`, `academy` or `national`, which is the default.
    level: Option<String>,
    /// `word` for each word of a split, `none` for all words together.
    split: Option<String>,
}

/// The cubes of a month.
#[derive(Serialize)]
pub struct Answer {
    month: Option<String>,
    level: Level,
    cubes: Vec<Cube>,
}

/// One cube. Its values have noise: `error` is half the width of an interval that holds the value without noise in 95 of
/// 100 cases.
#[derive(Serialize)]
struct Cube {
    cube: String,
    title: String,
    origin: Origin,
    protection: Protection,
    sigma: f64,
    cut_share: Option<f64>,
    sums: Vec<NoisySum>,
}

/// The cubes of a month at a level.
pub async fn get(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Json<Answer>, Problem> {
    access::token_for_any(&app, &headers, &[Scope::Read, Scope::Bi]).await?;
    let level = match which.level.as_deref() {
        None => Level::National,
        Some(slug) => Level::from_slug(slug)
            .ok_or_else(|| refused("level", "`level` is one of district, department, academy, national"))?,
    };
    let by_word = match which.split.as_deref() {
        None | Some("word") => true,
        Some("none") => false,
        Some(_) => return Err(refused("split", "`split` is `word` or `none`")),
    };
    let catalogue = app.store.catalogue();
    if which.cube.as_ref().is_some_and(|name| !catalogue.cubes().iter().any(|cube| cube.name == *name)) {
        let known: Vec<_> = catalogue.cubes().iter().map(|cube| cube.name.as_str()).collect();
        return Err(refused("cube", &format!("`cube` is one of {}", known.join(", "))));
    }
    let asked = which.month.as_deref().map(str::parse::<Month>).transpose();
    let asked = asked.map_err(|_| refused("month", "`month` is a month such as 2025-11"))?;
    let month = match asked {
        Some(month) => Some(month),
        None => beyond::months(&app.store).await?.pop(),
    };
    let Some(month) = month else { return Ok(Json(Answer { month: None, level, cubes: Vec::new() })) };
    let cubes = beyond::cubes(&app.store, month).await?;
    let wanted = |cube: &&Released<NoisyCube>| which.cube.as_ref().is_none_or(|name| *name == cube.value().cube);
    let cubes = cubes.iter().filter(wanted).map(|cube| {
        let sums = cube.sums(level, by_word);
        let name = cube.value().cube.clone();
        let title = catalogue.cubes().iter().find(|one| one.name == name).map_or("", |one| one.title.get(Lang::Fr));
        Cube {
            title: title.to_owned(),
            cube: name,
            origin: sums.origin(),
            protection: sums.protection(),
            sigma: cube.value().sigma,
            cut_share: cube.value().cut_share(),
            sums: sums.into_value(),
        }
    });
    Ok(Json(Answer { month: Some(month.to_string()), level, cubes: cubes.collect() }))
}

fn refused(what: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, what, "There is no such figure", detail)
}
