//! `/ma-classe`: what a teacher sees of her own class, exactly, over the range her address asks for.

mod answer;
mod cards;
mod habits;
mod plots;
mod pupils;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use analytics::segments::OwnSegment;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use calendar::Lang;
use catalogue::Catalogue;
use maud::{Markup, html};
use store::RosterClass;

use super::advice;
use super::frames;
use super::names::Naming;
use super::period::Bar;
use super::scene::{Scene, Setting};
use super::visit::{self, Visit};
use super::words::{counted, say};
use crate::app::App;
use crate::problem::Problem;
use crate::views::{self, OwnClass};

pub(super) use plots::or_else;

const PATH: &str = "/ma-classe";

/// The page.
pub async fn get(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut visit = Visit::of(&app, &uri, &headers).await?;
    let Some(session) = visit.session.clone() else { return Ok(visit.sign_in()) };
    let claims = &session.claims;
    let uai = views::school_of_teacher(claims)?;
    let zone = views::establishment(&app, &uai).await?.academy.zone();
    let address = visit.address(PATH);
    let naming = Naming { lang: visit.lang, calendar: &app.calendar, zone, today: visit.today };
    let title = visit.lang.pick("Ma classe", "My class");
    let range = match visit.range(&app, zone) {
        Ok(range) => range,
        Err(error) => return Ok(frames::refused_range(&app, &visit, &naming, &address, title, &error)),
    };
    let year = range.school_year();
    let found = views::own_class(&app, claims, zone, visit.state.compares(), range.clone()).await?;
    let Some(OwnClass { class, compared }) = found else {
        let bar = Bar { naming, address: &address, range: &range, refused: None };
        let main = html! { (bar.markup()) (without_class(visit.lang, &year.to_string())) };
        let frame = frames::view(&app, &visit, &address.over(&range), title, None);
        return Ok(visit::html(StatusCode::OK, &frame.page(&main)));
    };
    let setting = Setting {
        lang: visit.lang,
        catalogue: app.store.catalogue(),
        calendar: &app.calendar,
        zone,
        today: visit.today,
        address: &address,
        closed_through: None,
        declared: None,
    };
    let scene = Scene::new(setting, &compared);
    let own = views::own_segment(&app, claims, zone, year).await?;
    let called = called(visit.lang, app.store.catalogue(), &class);
    let pupils = counted(
        visit.lang,
        to_float(class.pupils.len()),
        visit.lang.pick("élève", "pupil"),
        visit.lang.pick("élèves", "pupils"),
    );
    let place = format!("{called}, {pupils}, {} {uai}", visit.lang.pick("école", "school"));
    let main = html! {
        (Bar { naming, address: &address, range: scene.range, refused: None }.markup())
        (page(&scene, &place, &own))
    };
    let title = format!("{title}, {}", scene.name.title);
    let mut frame = frames::view(&app, &visit, &address.over(scene.range), &title, Some(called));
    frame.demonstration |= compared.demonstration;
    Ok(visit::html(StatusCode::OK, &frame.page(&main)))
}

#[expect(clippy::cast_precision_loss, reason = "counts of one class")]
pub(super) const fn to_float(n: usize) -> f64 {
    n as f64
}

/// "Classe de PS-MS": levels as teachers say them.
fn called(lang: Lang, catalogue: &Catalogue, class: &RosterClass) -> String {
    let label = |slug: &String| match slug.as_str() {
        "other" => {
            catalogue.word_list("level").map_or_else(String::new, |list| list.label("other", lang).to_lowercase())
        }
        known => known.to_owned(),
    };
    let levels: Vec<String> = class.levels.iter().map(label).collect();
    match (levels.is_empty(), lang) {
        (true, Lang::Fr) => "Votre classe".to_owned(),
        (true, Lang::En) => "Your class".to_owned(),
        (false, Lang::Fr) => format!("Classe de {}", levels.join("-")),
        (false, Lang::En) => format!("{} class", levels.join("-")),
    }
}

/// No class of hers in that school year.
fn without_class(lang: Lang, year: &str) -> Markup {
    html! {
        section class="answer" aria-labelledby="view-title" { h1 id="view-title" { (lang.pick("Ma classe", "My class")) } }
        div class="empty" {
            p {
                strong { (say(lang, &format!("Aucune classe n’est connue pour vous en {year}."), &format!("No class of yours is known in {year}."))) } " "
                (say(lang,
                    "La liste de cette année scolaire ne vous y inscrit pas. Demandez à votre école d’envoyer la liste des classes, ou choisissez une autre période.",
                    "That year’s roster does not list you. Ask your school to send its classes, or choose another period."))
            }
        }
    }
}

/// The main part, below the period bar.
fn page(scene: &Scene<'_>, place: &str, own: &OwnSegment) -> Markup {
    let lang = scene.lang();
    html! {
        (answer::section(scene, place))
        (advice::section(scene))
        @if scene.figures.has_any() {
            section class="section" aria-labelledby="in-short" {
                h2 id="in-short" { (lang.pick("En bref", "In short")) }
                div class="figures" { @for card in cards::all(scene) { (card.markup(scene)) } }
            }
            section class="section" aria-labelledby="over-time" {
                h2 id="over-time" { (lang.pick("Au fil des semaines", "Week by week")) }
                div class="charts" { (plots::evolution(scene)) (plots::kinds(scene)) (plots::writing(scene)) (plots::features(scene)) }
            }
            (pupils::section(scene))
            section class="section" aria-labelledby="families-title" {
                h2 id="families-title" { (lang.pick("Familles", "Families")) }
                (plots::families_lead(scene))
                div class="charts" { (plots::shares(scene)) (plots::families(scene)) }
            }
            (habits::section(scene, own))
        } @else {
            (nothing_yet(scene))
        }
    }
}

/// Nothing at all was done in the range.
fn nothing_yet(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let is_ahead = scene.range.first_day() > scene.setting.today;
    let before = scene.range.previous(scene.setting.calendar, scene.setting.zone);
    html! {
        div class="empty" {
            p {
                @if is_ahead {
                    strong { (say(lang, "Cette période n’a pas commencé.", "This period has not begun.")) }
                } @else {
                    strong { (say(lang, &format!("Aucune trace {}.", scene.name.within), &format!("No item {}.", scene.name.within))) } " "
                    (say(lang,
                        "Les traces arrivent ici quelques minutes après l’envoi par la tablette. Une tablette hors ligne envoie plus tard ; vérifiez qu’elle a du réseau et que l’envoi des statistiques y est accepté.",
                        "Items arrive here a few minutes after the tablet has sent them. A tablet offline sends later; check that it has a network and that sending statistics is accepted on it."))
                }
            }
            @if let Some(before) = before {
                p { a href=(scene.setting.address.over(&before).href()) {
                    (lang.pick("Voir la période précédente", "See the period before"))
                } }
            }
        }
    }
}
