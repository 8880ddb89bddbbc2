//! Rules and messages in words.

use calendar::Lang;
use delivery::{Kind, Wording};

use crate::pages::say;

/// What raised an alert, in words.
pub fn rule(slug: &str, lang: Lang) -> &'static str {
    let (fr, en) = match slug {
        "unusual" => ("s’écarte des jours semblables", "differs from similar days"),
        "crash_rate" => ("trop d’arrêts brutaux pour une séance", "too many crashes a session"),
        "sync_failure" => ("trop de synchronisations en échec", "too many failed synchronisations"),
        "worsening" => {
            ("plus mauvais que la veille et que les semaines d’avant", "worse than the day and the weeks before")
        }
        "new_error" => ("erreur jamais vue", "an error not seen before"),
        "regression" => ("erreur revenue dans une version plus récente", "an error that is back in a later version"),
        "volume_drop" => ("l’utilisation baisse ou s’arrête", "use falls or stops"),
        super::system::RULE => {
            ("le serveur ne range plus ce qu’il reçoit", "the server no longer stores what it receives")
        }
        _ => ("à surveiller", "to watch"),
    };
    lang.pick(fr, en)
}

/// The line that a message begins with.
pub(super) fn title(
    kind: Kind,
    establishment: Option<&str>,
    rule_of_all: &str,
    alerts: usize,
    places: usize,
) -> Wording {
    let of = |lang: Lang| {
        let place = match establishment {
            Some(uai) => format!("{} {uai}", lang.pick("École", "School")),
            None => lang.pick("Le service", "The service").to_owned(),
        };
        match kind {
            Kind::Storm => {
                let what = rule(rule_of_all, lang);
                say(
                    lang,
                    &format!("{places} établissements à la fois : {what}"),
                    &format!("{places} places at once: {what}"),
                )
            }
            Kind::Digest => say(
                lang,
                &format!("{place} : {alerts} points à surveiller"),
                &format!("{place}: {alerts} things to watch"),
            ),
            Kind::Alert | Kind::Test => say(
                lang,
                &format!("{place} : {}", rule(rule_of_all, lang)),
                &format!("{place}: {}", rule(rule_of_all, lang)),
            ),
        }
    };
    Wording { fr: of(Lang::Fr), en: of(Lang::En) }
}
