//! "Vos habitudes": a teacher's own segment of use, the rule behind it and what would change it. It says how the tool is
//! used, and nothing of how anybody teaches.

use analytics::segments::{Change, OwnHabits, OwnSegment, TOO_EARLY};
use calendar::{Lang, Month};
use catalogue::Catalogue;
use charts::format;
use maud::{Markup, html};

use crate::pages::scene::Scene;
use crate::pages::words::{drawn, quote, say, spaced};

/// The section; nothing where the committee has not approved it.
pub(super) fn section(scene: &Scene<'_>, own: &OwnSegment) -> Markup {
    let lang = scene.lang();
    let body = match own.withheld {
        None => told(lang, scene.setting.catalogue, own),
        Some(TOO_EARLY) => html! { p { (say(lang,
        "Vos habitudes se disent à la fin du premier mois de classe où l’application a servi.",
        "Your habits are told at the end of the first month of class in which the application was used.")) } },
        Some(_) => return html! {},
    };
    html! {
        section class="section" aria-labelledby="habits-title" id="habitudes" {
            h2 id="habits-title" { (lang.pick("Vos habitudes", "Your habits")) }
            (body)
            p class="note" { (say(lang,
                "Un profil décrit l’usage d’un outil, pas votre enseignement : aucun n’est meilleur qu’un autre. Vous seul voyez le vôtre ; l’école n’en reçoit que des nombres d’enseignants, à partir de cinq.",
                "A segment describes the use of a tool, not your teaching: none is better than another. Only you see yours; the school only gets numbers of teachers, from five on.")) }
        }
    }
}

fn told(lang: Lang, catalogue: &Catalogue, own: &OwnSegment) -> Markup {
    let (Some(title), Some(rule), Some(habits)) = (&own.title, &own.rule, &own.habits) else { return html! {} };
    let curly = |text: &str| spaced(lang, &text.replace('\'', "’"));
    html! {
        p { strong { (curly(title.get(lang))) } "." " " (curly(rule.get(lang))) }
        p { (looked_at(lang, own, habits)) }
        @if own.presence < 1.0 { p { (say(lang,
            "Vous partagez votre classe : vos jours sont rapportés à votre temps de présence.",
            "You share your class: your days are held against the time you are there.")) } }
        @if let Some(leaning) = &own.leaning { p { (leaning_words(lang, &name(catalogue, lang, &leaning.segment), leaning.of)) } }
        @if !own.would_change.is_empty() { ul {
            @for change in &own.would_change { li { (change_words(lang, catalogue, change)) } }
        } }
    }
}

/// What a segment is called.
fn name(catalogue: &Catalogue, lang: Lang, slug: &str) -> String {
    let segment = catalogue.segments().iter().find(|segment| segment.name == slug);
    quote(lang, &segment.map_or(slug, |segment| segment.title.get(lang)).replace('\'', "’"))
}

/// "Fin novembre 2025 : 2,2 jours d’activité par semaine de classe sur les douze dernières, 11 fonctions …".
fn looked_at(lang: Lang, own: &OwnSegment, habits: &OwnHabits) -> String {
    let month = own.month.as_deref().and_then(|text| {
        let (year, month) = text.split_once('-')?;
        Some(Month::new(year.parse().ok()?, month.parse().ok()?).ok()?.label(lang))
    });
    let month = month.unwrap_or_default();
    let days = days(lang, habits.active_days_per_week);
    let features = features(lang, habits.features);
    say(
        lang,
        &format!(
            "Fin {month} : {days} par semaine de classe, en moyenne des douze dernières, et {features} depuis le début de l’année scolaire."
        ),
        &format!(
            "By the end of {month}: {days} per class week, on average over the last twelve, and {features} since the start of the school year."
        ),
    )
}

fn days(lang: Lang, value: f64) -> String {
    amount(lang, value, ("jour d’activité", "jours d’activité"), ("active day", "active days"))
}

fn features(lang: Lang, value: f64) -> String {
    amount(lang, value, ("fonction employée", "fonctions employées"), ("feature used", "features used"))
}

/// "2,2 jours": with a decimal where there is one.
fn amount(lang: Lang, value: f64, fr: (&str, &str), en: (&str, &str)) -> String {
    let (one, many) = match lang {
        Lang::Fr => fr,
        Lang::En => en,
    };
    let name = if format::is_singular(drawn(lang), value) { one } else { many };
    let written = format::number(drawn(lang), value, usize::from(value.fract() != 0.0));
    format!("{written}\u{a0}{name}")
}

fn leaning_words(lang: Lang, other: &str, of: usize) -> String {
    say(
        lang,
        &format!(
            "Le dernier mois ressemble plutôt à {other} ; un profil ne change qu’après {of} mois de suite, et nettement."
        ),
        &format!(
            "The last month looks more like {other}; a segment only changes after {of} months in a row, and clearly."
        ),
    )
}

/// "À partir de 3 jours par semaine : « Usage étendu »."
fn change_words(lang: Lang, catalogue: &Catalogue, change: &Change) -> String {
    let bound = change.at_least.or(change.below).unwrap_or_default();
    let what = match change.habit {
        "features" => features(lang, bound),
        "tenure_days" => {
            amount(lang, bound, ("jour d’utilisation", "jours d’utilisation"), ("day of use", "days of use"))
        }
        _ => format!("{} {}", days(lang, bound), lang.pick("par semaine", "a week")),
    };
    let other = name(catalogue, lang, &change.segment);
    let text = match (change.at_least.is_some(), lang) {
        (true, Lang::Fr) => format!("À partir de {what} : {other}."),
        (true, Lang::En) => format!("From {what} on: {other}."),
        (false, Lang::Fr) => format!("En dessous de {what} : {other}."),
        (false, Lang::En) => format!("Below {what}: {other}."),
    };
    spaced(lang, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    #[test]
    fn what_would_change_is_said_in_one_sentence() {
        let catalogue = Catalogue::embedded().unwrap();
        let said = |lang, habit, at_least, below, segment: &str| {
            plain(&change_words(lang, &catalogue, &Change { habit, at_least, below, segment: segment.to_owned() }))
        };
        assert_eq!(
            said(Lang::Fr, "active_days_per_week", None, Some(1.5), "occasional"),
            "En dessous de 1,5 jour d’activité par semaine : « Usage occasionnel »."
        );
        assert_eq!(
            said(Lang::Fr, "features", Some(16.0), None, "power"),
            "À partir de 16 fonctions employées : « Usage étendu »."
        );
        assert_eq!(
            said(Lang::En, "tenure_days", Some(30.0), None, "regular"),
            "From 30 days of use on: “Regular use”."
        );
    }

    #[test]
    fn what_was_looked_at_names_month_days_and_features() {
        let own = OwnSegment { month: Some("2025-11".to_owned()), ..OwnSegment::default() };
        let habits = OwnHabits { tenure_days: 91.0, features: 11.0, active_days_per_week: 2.2 };
        assert_eq!(
            plain(&looked_at(Lang::Fr, &own, &habits)),
            "Fin novembre 2025 : 2,2 jours d’activité par semaine de classe, en moyenne des douze dernières, et \
             11 fonctions employées depuis le début de l’année scolaire."
        );
    }
}
