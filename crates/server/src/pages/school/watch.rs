//! "À surveiller": what is to be watched of the last four weeks.

use maud::{Markup, html};

use crate::pages::scene::Scene;
use crate::pages::seen;
use crate::pages::watched;
use crate::pages::words::say;

/// The section; nothing where the analysis is not approved or nothing can be judged.
pub(super) fn section(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let Some(alerts) = scene.alerts else { return html! {} };
    let nothing = say(
        lang,
        "Rien d’inhabituel dans l’application ces quatre dernières semaines.",
        "Nothing unusual in the application over the last four weeks.",
    );
    let chosen = scene.setting.address.chosen_language();
    html! {
        section class="section" aria-labelledby="watch-title" id="a-surveiller" {
            h2 id="watch-title" { (lang.pick("À surveiller", "To watch")) }
            (watched::list(lang, scene.setting.catalogue, alerts, &nothing, |alert| seen::of(lang, chosen, scene.kept, alert)))
            p class="lead" { (say(lang,
                "Chaque jour et chaque semaine de classe sont comparés à ceux qui précèdent ; les vacances ne comptent pas. Aucune personne n’y figure, et il faut cinq appareils.",
                "Each class day and each week of class is compared with those before; holidays do not count. No person is in it, and it takes five devices.")) }
        }
    }
}
