//! `PUT /api/v1/establishments/{uai}/roster`: who is declared, for a school year. It replaces the former one.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use privacy::entry::{CleanRoster, Place, RosterRefused};
use privacy::{Raw, Uai};
use serde::Serialize;
use store::Scope;

use crate::app::App;
use crate::problem::Problem;
use crate::{access, body};

/// How many people the roster declares.
#[derive(Serialize)]
pub struct Declared {
    classes: u64,
    teachers: u64,
    pupils: u64,
    families: u64,
}

/// Takes a roster.
pub async fn put(
    State(app): State<Arc<App>>,
    Path(uai): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Json<Declared>, Problem> {
    let token = access::token(&app, &headers, Scope::Collect).await?;
    let _turn = app.limits.admit(&token)?;
    let uai: Uai = uai.parse().map_err(|error: privacy::NotAUai| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "uai", "Not an establishment code", error.to_string())
    })?;
    if token.scope.establishment.as_ref().is_some_and(|own| *own != uai) {
        let detail = "the token does not cover this establishment";
        return Err(Problem::new(StatusCode::FORBIDDEN, "out-of-scope", "Not your establishment", detail));
    }
    let bytes = body::read(&headers, &mut sent.into_data_stream()).await?;
    let _admitted = app.admission.read().await;
    let (raw, catalogue, before) = (Raw::new(&bytes[..]), app.store.catalogue(), app.form(&uai));
    let opt_outs = app.opt_outs();
    let admitted = app.at_gate(|keys| CleanRoster::admit_without(&raw, uai, catalogue, keys, before, &opt_outs));
    let roster = admitted.map_err(|error| match error {
        RosterRefused::KeysAway(away) => Problem::keys_away(&away),
        wrong @ RosterRefused::Wrong { .. } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "roster", "The roster is not as expected", wrong.to_string())
        }
    })?;
    let declared = app.store.register().put_roster(&roster).await?;
    let place = Place { academy: roster.academy(), identifiers: roster.identifiers() };
    app.know(roster.uai().clone(), place);
    Ok(Json(Declared {
        classes: declared.classes,
        teachers: declared.teachers,
        pupils: declared.pupils,
        families: declared.families,
    }))
}
