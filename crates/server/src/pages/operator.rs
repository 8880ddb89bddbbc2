//! The operator's page: the technical health of all establishments together, and what left with noise for districts and
//! above. No establishment and no person is in it.

use std::sync::Arc;

use analytics::beyond as released;
use analytics::governance::Approvals;
use analytics::range::Range;
use analytics::school;
use axum::http::StatusCode;
use axum::response::Response;
use calendar::{Zone, long_date};
use maud::{Markup, html};
use store::{AlertsOf, KeptAlert};

use super::beyond;
use super::coming;
use super::frames;
use super::names::Naming;
use super::period::Bar;
use super::practices;
use super::rhythms;
use super::scene::{Scene, Setting};
use super::seen;
use super::technical;
use super::visit::{self, Visit};
use super::watched;
use super::words::say;
use crate::alerts::is_of_server;
use crate::app::App;
use crate::outlook;
use crate::problem::Problem;
use crate::views;

/// Whose holidays and periods stand for the country: the zone of Paris.
const ZONE: Zone = Zone::C;

/// The page.
pub(super) async fn page(app: &Arc<App>, mut visit: Visit) -> Result<Response, Problem> {
    let lang = visit.lang;
    let address = visit.address(super::school::PATH);
    let naming = Naming { lang, calendar: &app.calendar, zone: ZONE, today: visit.today };
    let title = lang.pick("Santé technique", "Technical health");
    let range = match visit.range(app, ZONE) {
        Ok(range) => range,
        Err(error) => return Ok(frames::refused_range(app, &visit, &naming, &address, title, &error)),
    };
    let approvals = Approvals::load(app.store.register()).await?;
    let before = range.previous(&app.calendar, ZONE).filter(|_| visit.state.compares());
    let approved = &approvals;
    let look = |range: Range| async move { school::system_technical(&app.store, approved, &range).await };
    let mut compared = views::compared(range, before, &approvals, look).await?;
    compared.view.alerts = outlook::system_alerts(app, &approvals).await?;
    let setting = Setting {
        lang,
        catalogue: app.store.catalogue(),
        calendar: &app.calendar,
        zone: ZONE,
        today: visit.today,
        address: &address,
        closed_through: app.store.closed_through().await?,
        declared: None,
    };
    let kept = app.store.register().alerts(&AlertsOf::System).await?;
    let mut scene = Scene::new(setting, &compared);
    scene.kept = &kept;
    let month = released::months(&app.store).await?.pop();
    let cubes = match month {
        Some(month) => released::cubes(&app.store, month).await?,
        None => Vec::new(),
    };
    let patterns = outlook::beyond(app, approved).await?;
    let together = outlook::practices(app, &approvals).await?;
    let coming = outlook::months(app, &approvals).await?;
    let main = html! {
        (Bar { naming, address: &address, range: scene.range, refused: None }.markup())
        (main(&scene))
        (beyond::section(lang, app.store.catalogue(), month, &cubes))
        (coming::section(lang, app.store.catalogue(), coming.as_deref()))
        (rhythms::operator_section(lang, app.store.catalogue(), &patterns))
        (practices::section(lang, app.store.catalogue(), &together))
    };
    let title = format!("{title}, {}", scene.name.title);
    let mut frame = frames::view(app, &visit, &address.over(scene.range), &title, None);
    frame.demonstration |= compared.demonstration;
    Ok(visit::html(StatusCode::OK, &frame.page(&main)))
}

/// The main part, below the period bar.
fn main(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    html! {
        section class="answer" aria-labelledby="view-title" {
            h1 id="view-title" { (lang.pick("Santé technique", "Technical health")) }
            p class="answer-where" { (say(lang, "Tous les établissements ensemble", "All establishments together")) }
            p class="answer-text" {
                @match technical::sentence(scene) {
                    Some(sentence) => (sentence),
                    None => (say(lang, "Rien n’a été mesuré dans cette période.", "Nothing was measured in this period.")),
                }
            }
            @if let Some(note) = technical::completeness(scene) { p class="answer-note" { (note) } }
            p class="answer-note" {
                (say(lang,
                    "Aucune école n’est visible d’ici. L’activité des personnes n’en sort qu’à partir des circonscriptions, avec un bruit qui protège chacun.",
                    "No school is visible from here. What people do leaves from districts upwards only, with noise that protects everyone."))
                " " a href="/transparence" { (say(lang, "Ce qui est recueilli, et pour qui", "What is collected, and for whom")) }
            }
        }
        (to_watch(scene))
        (technical::section(
            scene,
            lang.pick("Tous les appareils", "All devices"),
            &say(lang, "En direct, sans aucune personne, à partir de cinq appareils.", "Live, without any person, from five devices on."),
        ))
    }
}

/// What is to be watched of all schools together, after what the server says of itself. The latter needs no approval.
fn to_watch(scene: &Scene<'_>) -> Markup {
    let (lang, chosen) = (scene.lang(), scene.setting.address.chosen_language());
    let own: Vec<&KeptAlert> = scene.kept.iter().filter(|kept| is_of_server(kept)).collect();
    if scene.alerts.is_none() && own.is_empty() {
        return html! {};
    }
    let nothing = say(
        lang,
        "Rien d’inhabituel dans l’ensemble des établissements ces quatre dernières semaines.",
        "Nothing unusual in all establishments together over the last four weeks.",
    );
    html! {
        section class="section" aria-labelledby="watch-title" id="a-surveiller" {
            h2 id="watch-title" { (lang.pick("À surveiller", "To watch")) }
            @if !own.is_empty() {
                ul class="watch" { @for kept in own { li {
                    strong { (long_date(kept.seen.last_day, lang)) } (say(lang, " : ", ": "))
                    (lang.pick(&kept.seen.sentence.0, &kept.seen.sentence.1)) (seen::or_not(lang, chosen, kept))
                } } }
            }
            @if let Some(alerts) = scene.alerts {
                (watched::list(lang, scene.setting.catalogue, alerts, &nothing, |alert| seen::of(lang, chosen, scene.kept, alert)))
            }
            p class="lead" { (say(lang,
                "Tous les établissements sont comptés ensemble ; chaque jour et chaque semaine de classe sont comparés à ceux qui précèdent. Une version n’est nommée que si cinq appareils l’ont.",
                "All establishments are counted together; each class day and each week of class is compared with those before. A version is only named where five devices have it.")) }
        }
    }
}
