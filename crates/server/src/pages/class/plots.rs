//! The charts of a class: one idea each, every one with its table.

use calendar::Lang;
use charts::{Bar, Bars, Chart, ChartError, Part, Position, Stacked, Unit, Value};
use maud::{Markup, html};

use super::answer::linked_by_domain;
use crate::pages::scene::Scene;
use crate::pages::words::{counted, name_of_one, number, percent, quote, say};

/// The domains of cycle 1: shown even without a single item.
pub(super) const DOMAINS: [&str; 6] = ["language", "physical", "arts", "maths", "world", "living_together"];

/// Features beyond these are summed up.
const FEATURES: usize = 12;

/// A chart, or in its place a sentence that says why there is none.
pub(in crate::pages) fn or_else(chart: Result<Chart, ChartError>, id: &str, why: &str) -> Markup {
    chart.map_or_else(|_| html! { div class="empty" id=(id) { p { (why) } } }, |chart| chart.figure(3))
}

fn unit(scene: &Scene<'_>, measure: &str) -> Unit {
    let (one, many) = name_of_one(measure, scene.lang());
    Unit::count(one, many)
}

/// Whether any week has more than nothing.
fn is_used(values: &[Value]) -> bool {
    values.iter().any(|value| value.known().is_some_and(|value| value > 0.0))
}

fn empty(scene: &Scene<'_>, id: &str, fr: &str, en: &str) -> Markup {
    let lang = scene.lang();
    let what = lang.pick(fr, en);
    html! { div class="empty" id=(id) { p { strong { (say(lang, &format!("{what} {}.", scene.name.within), &format!("{what} {}.", scene.name.within))) } } } }
}

/// Items by week, with those of the range before.
pub(super) fn evolution(scene: &Scene<'_>) -> Markup {
    let (lang, values) = (scene.lang(), scene.live("media_count"));
    if !is_used(&values) || values.len() < 2 {
        return html! {};
    }
    let unfinished = scene.is_unfinished(&values);
    let settled = values.iter().enumerate().filter_map(|(at, value)| Some((at, value.known()?)));
    let running = scene.weeks.list().iter().position(|week| week.time == crate::pages::weeks::Time::Running);
    let best = settled.filter(|(at, _)| !(unfinished && running == Some(*at))).max_by(|a, b| a.1.total_cmp(&b.1));
    let title = match best.filter(|(_, value)| *value > 0.0) {
        Some((at, value)) => {
            let week = &scene.weeks.list()[at];
            let items = counted(lang, value, lang.pick("trace", "item"), lang.pick("traces", "items"));
            match (week.number, lang) {
                (Some(number), Lang::Fr) => format!("La semaine {number} a été la plus riche : {items}"),
                (Some(number), Lang::En) => format!("Week {number} was the richest: {items}"),
                (None, Lang::Fr) => format!("La semaine la plus riche est en vacances : {items}"),
                (None, Lang::En) => format!("The richest week lies in the holidays: {items}"),
            }
        }
        None => lang.pick("Combien de traces chaque semaine ?", "How many items each week?").to_owned(),
    };
    let mut series = vec![scene.ours(lang.pick("Ma classe", "My class"), values)];
    series.extend(scene.before("media_count"));
    let subtitle = lang.pick("Traces ajoutées par semaine", "Items added by week");
    let line = scene.lines(unit(scene, "media_count"), series, scene.live_bands());
    or_else(scene.chart("traces", &title, subtitle, line), "traces", "")
}

/// Items by week and kind.
pub(super) fn kinds(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let by_kind = scene.figures.split("media_count", &scene.range.label, "kind");
    let total: f64 = by_kind.iter().map(|(_, value)| value).sum();
    let Some(words) = scene.setting.catalogue.word_list("media_kind").filter(|_| total > 0.0) else {
        return empty(scene, "natures", "Aucune trace ajoutée", "No item added");
    };
    // The catalogue's order, so that a kind keeps its colour from one period to the next.
    let kinds: Vec<(&str, &str, f64)> = words
        .words()
        .iter()
        .filter_map(|word| {
            let value = by_kind.iter().find(|(slug, _)| *slug == word.slug)?.1;
            Some((word.slug.as_str(), word.label.get(lang), value))
        })
        .collect();
    let first = kinds.iter().max_by(|a, b| a.2.total_cmp(&b.2)).copied().unwrap_or_default();
    let share = percent(lang, 100.0 * first.2 / total);
    let title = match lang {
        Lang::Fr => format!("{} : {share} des traces", first.1),
        Lang::En => format!("{}: {share} of the items", first.1),
    };
    if scene.weeks.list().len() < 2 {
        let bars = Bars::horizontal(lang.pick("Nature", "Kind"), unit(scene, "media_count"))
            .bars(kinds.iter().map(|(_, label, value)| Bar::new(*label, *value).ours()));
        let subtitle = lang.pick("Traces ajoutées par nature", "Items added by kind");
        return or_else(scene.chart("natures", &title, subtitle, bars), "natures", "");
    }
    let mut stacked = Stacked::new(scene.week_word(), scene.positions(), unit(scene, "media_count"));
    for (slug, label, _) in &kinds {
        stacked = stacked.part(Part::new(*label, scene.live_word("media_count", "kind", slug)));
    }
    stacked = scene.live_bands().into_iter().fold(stacked, Stacked::band);
    if scene.is_unfinished(&scene.live("media_count")) {
        stacked = stacked.unfinished();
    }
    let subtitle = lang.pick("Traces ajoutées par semaine et par nature", "Items added by week and kind");
    or_else(scene.chart("natures", &title, subtitle, stacked), "natures", "")
}

/// Comments, reviews and notebooks by week.
pub(super) fn writing(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let measures = [
        ("comment_count", lang.pick("Commentaires", "Comments")),
        ("review_count", lang.pick("Parties de bilan", "Parts of reviews")),
        ("notebook_count", lang.pick("Carnets", "Notebooks")),
    ];
    let total: f64 = measures.iter().filter_map(|(measure, _)| scene.whole(measure)).sum();
    if total < 0.5 {
        return empty(scene, "ecrits", "Aucun commentaire, bilan ni carnet", "No comment, review or notebook");
    }
    let counts: Vec<(&str, f64)> =
        measures.iter().map(|(measure, name)| (*name, scene.whole(measure).unwrap_or(0.0))).collect();
    if scene.weeks.list().len() < 2 {
        let bars = Bars::horizontal(lang.pick("Écrit", "Writing"), Unit::count("", ""))
            .bars(counts.iter().map(|(name, value)| Bar::new(*name, *value).ours()));
        let title = lang.pick("Qu’est-ce qui a été écrit ?", "What was written?");
        let subtitle =
            lang.pick("Commentaires, parties de bilan et carnets", "Comments, parts of reviews and notebooks");
        return or_else(scene.chart("ecrits", title, subtitle, bars), "ecrits", "");
    }
    let comments =
        counted(lang, counts[0].1, lang.pick("commentaire", "comment"), lang.pick("commentaires", "comments"));
    let reviews = counted(
        lang,
        counts[1].1,
        lang.pick("partie de bilan", "part of a review"),
        lang.pick("parties de bilan", "parts of reviews"),
    );
    let title = format!("{comments}, {reviews}");
    let series = measures.iter().map(|(measure, name)| scene.category(*name, scene.live(measure))).collect();
    let line = scene.lines(Unit::count("", ""), series, scene.live_bands());
    let subtitle = lang.pick(
        "Commentaires, parties de bilan et carnets par semaine",
        "Comments, parts of reviews and notebooks by week",
    );
    or_else(scene.chart("ecrits", &title, subtitle, line), "ecrits", "")
}

/// Features by how often they were used.
pub(super) fn features(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let Some(words) = scene.setting.catalogue.word_list("feature") else { return html! {} };
    let mut used: Vec<(String, f64)> = scene
        .figures
        .split("feature_use", &scene.range.label, "feature")
        .iter()
        .map(|(slug, value)| (words.label(slug, lang).replace('\'', "’"), *value))
        .collect();
    used.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let Some((most, _)) = used.first().cloned() else {
        return empty(scene, "fonctions", "Aucune fonction utilisée", "No feature used");
    };
    let rest: f64 = used.iter().skip(FEATURES).map(|(_, value)| value).sum();
    let more = used.len().saturating_sub(FEATURES);
    used.truncate(FEATURES);
    let mut bars = Bars::horizontal(lang.pick("Fonction", "Feature"), unit(scene, "feature_use"))
        .bars(used.into_iter().map(|(name, value)| Bar::new(name, value).ours()));
    if more > 0 {
        let name = match lang {
            Lang::Fr => format!("{more} autres fonctions"),
            Lang::En => format!("{more} other features"),
        };
        bars = bars.bar(Bar::new(name, rest).ours());
    }
    let title = match lang {
        Lang::Fr => format!("{} est la fonction la plus utilisée", quote(lang, &most)),
        Lang::En => format!("{} is the feature used most", quote(lang, &most)),
    };
    let subtitle = lang.pick("Emplois de chaque fonction par les enseignants", "Uses of each feature by teachers");
    or_else(scene.chart("fonctions", &title, subtitle, bars), "fonctions", "")
}

/// Items linked to an objective, by domain.
pub(super) fn domains(scene: &Scene<'_>) -> Markup {
    let (lang, by_domain) = (scene.lang(), linked_by_domain(scene));
    let total: f64 = by_domain.iter().map(|domain| domain.value).sum();
    if total < 0.5 {
        return empty(scene, "domaines", "Aucune trace reliée à un objectif", "No item linked to an objective");
    }
    let n = number(lang, super::to_float(by_domain.iter().filter(|domain| domain.value > 0.5).count()));
    let all = by_domain.len();
    let title = match lang {
        Lang::Fr => format!("{n} domaines documentés sur {all}"),
        Lang::En => format!("{n} of {all} domains have items"),
    };
    let bars = Bars::horizontal(lang.pick("Domaine", "Domain"), unit(scene, "domain_coverage")).bars(
        by_domain.into_iter().map(|domain| Bar::at(Position::new(domain.short, domain.name), domain.value).ours()),
    );
    let subtitle = lang.pick("Traces reliées à un objectif, par domaine", "Items linked to an objective, by domain");
    let note = say(
        lang,
        "Une trace sans objectif n’entre pas dans le carnet ; une trace à deux élèves compte pour chacun.",
        "An item without an objective stays out of the notebook; one with two pupils counts for each.",
    );
    or_else(scene.chart("domaines", &title, subtitle, bars).map(|chart| chart.note(note)), "domaines", "")
}

/// What must be known before reading the families' figures.
pub(super) fn families_lead(scene: &Scene<'_>) -> Markup {
    html! { p class="lead" { (say(scene.lang(),
    "Un carnet récupéré se lit hors ligne, sur papier ou par courriel sans que cela se voie d’ici : ces nombres sont des minimums. « Non consulté » ne dit rien de plus.",
    "A notebook once retrieved is read offline, on paper or by e-mail, which cannot be seen from here: these numbers are lower bounds. “Not viewed” says nothing more.")) } }
}

/// Shares deposited and retrieved by week.
pub(super) fn shares(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let measures = [
        ("share_deposited_count", lang.pick("Déposés", "Deposited")),
        ("share_retrieved_count", lang.pick("Récupérés", "Retrieved")),
    ];
    let [deposited, retrieved] = measures.map(|(measure, _)| scene.whole(measure).unwrap_or(0.0));
    if deposited + retrieved < 0.5 {
        return empty(scene, "partages", "Aucun partage déposé ni récupéré", "No share deposited or retrieved");
    }
    let title = match lang {
        Lang::Fr => format!("{} récupérés, {} déposés", number(lang, retrieved), number(lang, deposited)),
        Lang::En => format!("{} retrieved, {} deposited", number(lang, retrieved), number(lang, deposited)),
    };
    let shares = unit(scene, "share_deposited_count");
    if scene.weeks.list().len() < 2 {
        let bars = Bars::horizontal(lang.pick("Partages", "Shares"), shares).bars(
            [(measures[0].1, deposited), (measures[1].1, retrieved)].map(|(name, value)| Bar::new(name, value).ours()),
        );
        let subtitle = lang.pick("Partages avec les familles", "Shares with families");
        return or_else(scene.chart("partages", &title, subtitle, bars), "partages", "");
    }
    let series = measures.iter().map(|(measure, name)| scene.category(*name, scene.live(measure))).collect();
    let line = scene.lines(shares, series, scene.live_bands());
    let subtitle = lang.pick("Partages avec les familles, par semaine", "Shares with families, by week");
    or_else(scene.chart("partages", &title, subtitle, line), "partages", "")
}

/// Families active by week.
pub(super) fn families(scene: &Scene<'_>) -> Markup {
    let (lang, values) = (scene.lang(), scene.live("families_active"));
    if !is_used(&values) {
        return empty(scene, "familles", "Aucune famille active", "No active family");
    }
    let active = scene.whole("families_active").unwrap_or(0.0);
    let of = scene.whole("families_active_of").filter(|all| *all >= active);
    let of = of.map(|all| format!(" {} {}", lang.pick("sur", "of"), number(lang, all))).unwrap_or_default();
    let families = counted(
        lang,
        active,
        lang.pick("famille active", "active family"),
        lang.pick("familles actives", "active families"),
    );
    let title = format!("{families}{of}");
    let subtitle = lang.pick(
        "Familles ayant récupéré, consulté ou signé, par semaine",
        "Families that retrieved, viewed or signed, by week",
    );
    if values.len() < 2 {
        let bars = Bars::horizontal(lang.pick("Familles", "Families"), unit(scene, "families_active"))
            .bar(Bar::new(lang.pick("Familles actives", "Active families"), active).ours());
        return or_else(scene.chart("familles", &title, subtitle, bars), "familles", "");
    }
    let mut series = vec![scene.ours(lang.pick("Familles actives", "Active families"), values)];
    series.extend(scene.before("families_active"));
    let line = scene.lines(unit(scene, "families_active"), series, scene.live_bands());
    or_else(scene.chart("familles", &title, subtitle, line), "familles", "")
}
