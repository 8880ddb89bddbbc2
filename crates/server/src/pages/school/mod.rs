//! `/mon-ecole`: what a head sees of her school. People appear in releases only; an operator gets the technical health of
//! all schools together instead.

mod acknowledge;
mod answer;
mod cards;
mod headline;
mod plots;
mod segments;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;

use analytics::governance::Approvals;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use catalogue::Role;
use maud::{Markup, html};
use store::AlertsOf;

use super::advice;
use super::frames;
use super::names::Naming;
use super::operator;
use super::period::Bar;
use super::practices;
use super::rhythms;
use super::scene::{Scene, Setting};
use super::technical;
use super::visit::{self, Visit};
use super::words::{counted, say};
use crate::app::App;
use crate::outlook;
use crate::problem::Problem;
use crate::views;

pub use acknowledge::acknowledge;

pub(super) const PATH: &str = "/mon-ecole";

/// The page.
pub async fn get(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut visit = Visit::of(&app, &uri, &headers).await?;
    let Some(session) = visit.session.clone() else { return Ok(visit.sign_in()) };
    let claims = &session.claims;
    if claims.role() == Some(Role::Editor) {
        return operator::page(&app, visit).await;
    }
    let uai =
        claims.establishment().filter(|_| claims.role() == Some(Role::SchoolHead)).ok_or_else(Problem::not_found)?;
    let place = views::establishment(&app, &uai).await?;
    let (lang, zone) = (visit.lang, place.academy.zone());
    let address = visit.address(PATH);
    let naming = Naming { lang, calendar: &app.calendar, zone, today: visit.today };
    let title = lang.pick("Mon école", "My school");
    let range = match visit.range(&app, zone) {
        Ok(range) => range,
        Err(error) => return Ok(frames::refused_range(&app, &visit, &naming, &address, title, &error)),
    };
    let declared = app.store.register().denominators(&uai, range.school_year()).await?;
    let (_, compared) = views::school(&app, claims, &visit.state).await?;
    let together = outlook::practices(&app, &Approvals::load(app.store.register()).await?).await?;
    let setting = Setting {
        lang,
        catalogue: app.store.catalogue(),
        calendar: &app.calendar,
        zone,
        today: visit.today,
        address: &address,
        closed_through: app.store.closed_through().await?,
        declared: Some(declared),
    };
    let kept = app.store.register().alerts(&AlertsOf::School(uai.clone())).await?;
    let mut scene = Scene::new(setting, &compared);
    scene.kept = &kept;
    let people = [
        (declared.classes, ("classe", "classes"), ("class", "classes")),
        (declared.teachers, ("enseignant", "enseignants"), ("teacher", "teachers")),
        (declared.pupils, ("élève", "élèves"), ("pupil", "pupils")),
    ];
    let people: Vec<String> = people
        .into_iter()
        .map(|(n, fr, en)| counted(lang, to_float(n), lang.pick(fr.0, en.0), lang.pick(fr.1, en.1)))
        .collect();
    let place = format!("{} {uai}, {}", lang.pick("École", "School"), people.join(", "));
    let main = html! {
        (Bar { naming, address: &address, range: scene.range, refused: None }.markup())
        (page(&scene, &place))
        (practices::section(lang, app.store.catalogue(), &together))
    };
    let title = format!("{title}, {}", scene.name.title);
    let mut frame = frames::view(&app, &visit, &address.over(scene.range), &title, None);
    frame.demonstration |= compared.demonstration;
    Ok(visit::html(StatusCode::OK, &frame.page(&main)))
}

#[expect(clippy::cast_precision_loss, reason = "counts of one school")]
pub(super) const fn to_float(n: u64) -> f64 {
    n as f64
}

/// The main part, below the period bar.
fn page(scene: &Scene<'_>, place: &str) -> Markup {
    let lang = scene.lang();
    if scene.range.first_day() > scene.setting.today {
        return html! {
            section class="answer" aria-labelledby="view-title" { h1 id="view-title" { (lang.pick("Mon école", "My school")) } }
            div class="empty" { p { strong { (say(lang, "Cette période n’a pas commencé.", "This period has not begun.")) } } }
        };
    }
    html! {
        (answer::section(scene, place))
        section class="section" aria-labelledby="in-short" {
            h2 id="in-short" { (lang.pick("En bref", "In short")) }
            div class="figures" { @for card in cards::all(scene) { (card.markup(scene)) } }
        }
        (watch::section(scene))
        (rhythms::school_section(scene))
        (advice::section(scene))
        section class="section" aria-labelledby="over-time" {
            h2 id="over-time" { (lang.pick("Enseignants et contenus", "Teachers and content")) }
            p class="lead" { (say(lang,
                "Chaque semaine se ferme le jeudi qui la suit ; ses chiffres ne changent plus. Personne n’y est reconnaissable : au moins 5 personnes, et encore 5 si l’on retire une classe.",
                "Each week closes on the Thursday after it; its figures never change again. Nobody can be recognised: at least 5 people, and still 5 without any one class.")) }
            div class="charts" { (plots::adoption(scene)) (plots::activity(scene)) (plots::kinds(scene)) (plots::features(scene)) (segments::counts(scene)) }
        }
        section class="section" aria-labelledby="families-title" {
            h2 id="families-title" { (lang.pick("Familles", "Families")) }
            p class="lead" { (say(lang,
                "La lecture hors ligne, sur papier ou par courriel ne se voit pas d’ici : ces nombres sont des minimums.",
                "Reading offline, on paper or by e-mail cannot be seen from here: these numbers are lower bounds.")) }
            div class="charts" { (plots::shares(scene)) (plots::families(scene)) }
        }
        (technical::section(
            scene,
            lang.pick("Stabilité technique", "Technical stability"),
            &say(lang, "En direct, sans aucune personne, à partir de cinq appareils.", "Live, without any person, from five devices on."),
        ))
    }
}
