//! People's rights over HTTP: what the API and the page have in common.

use analytics::rights::Dossier;
use axum::http::StatusCode;
use privacy::entry::DataSubject;

use crate::access::Known;
use crate::app::{App, date_of};
use crate::problem::Problem;

/// Whether a token may speak of a person's establishment.
pub fn covered(token: &Known, subject: &DataSubject) -> Result<(), Problem> {
    let own = token.scope.establishment.as_ref();
    if own.is_some_and(|own| subject.establishment().as_ref() != Some(own)) {
        let detail = "the token does not cover this establishment";
        return Err(Problem::new(StatusCode::FORBIDDEN, "out-of-scope", "Not your establishment", detail));
    }
    Ok(())
}

/// A person objects. When this returns nothing of her is collected any more, events under way included, nothing of her
/// is used, and, with `erase`, nothing of her is shown.
pub async fn object(app: &App, subject: &DataSubject, erase: bool, way: &'static str) -> Result<i64, Problem> {
    let id = {
        let _closed = app.admission.write().await;
        let id = app.store.object(subject, erase, way, date_of(app.clock.now()), app.clock.real()).await?;
        app.take_objection(subject, true);
        id
    };
    app.requests.notify_one();
    Ok(id)
}

/// She takes it back.
pub async fn allow(app: &App, subject: &DataSubject) -> Result<(), Problem> {
    app.store.allow(subject, date_of(app.clock.now()), app.clock.real()).await?;
    app.take_objection(subject, false);
    Ok(())
}

/// A person is erased. When this returns she is shown nowhere; files are rewritten next.
pub async fn erase(app: &App, subject: &DataSubject, way: &'static str) -> Result<i64, Problem> {
    let id = app.store.ask_erasure(subject, way, date_of(app.clock.now()), app.clock.real()).await?;
    app.requests.notify_one();
    Ok(id)
}

/// What is kept of a person. `who` is what the audit log calls whoever asks.
pub async fn dossier(app: &App, subject: &DataSubject, who: &str) -> Result<Dossier, Problem> {
    let (today, at) = (date_of(app.clock.now()), app.clock.real());
    let found = analytics::rights::dossier(&app.store, subject, who, today, at).await?;
    Ok(found.ok_or_else(Problem::not_found)?.into_value())
}
