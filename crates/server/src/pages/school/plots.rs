//! The charts of a school. Weeks that have not closed are a named band; what is held back is hatched, never zero.

use std::collections::BTreeMap;

use calendar::Lang;
use charts::{Bar, Bars, Part, Series, Stacked, Unit, Value};
use maud::{Markup, html};

use super::headline::{self, closed_weeks};
use crate::pages::class::or_else;
use crate::pages::scene::{Expected, Scene};
use crate::pages::words::{counted, list, name_of_one, number, percent, quote, say};

/// The word of cells merged together, and of a measure that could not be split.
const OTHERS: &str = "autres";
const TOGETHER: &str = "ensemble";

/// Features beyond these are summed up.
const FEATURES: usize = 12;

fn unit(measure: &str, lang: Lang) -> Unit {
    let (one, many) = name_of_one(measure, lang);
    Unit::count(one, many)
}

/// In place of a chart while no week has closed.
fn not_closed(scene: &Scene<'_>, id: &str, fr: &str, en: &str) -> Markup {
    let lang = scene.lang();
    html! {
        div class="empty" id=(id) { p {
            strong { (lang.pick(fr, en)) (lang.pick("\u{202f}: ", ": ")) (lang.pick("pas encore clos.", "not closed yet.")) } " "
            (super::answer::closing_of_first(scene).map(|text| format!("{text}.")).unwrap_or_default())
        } }
    }
}

/// The remark of a chart with something held back.
fn remark(scene: &Scene<'_>, values: &[Value]) -> Option<String> {
    values.iter().any(|value| value.is_withheld()).then(|| {
        say(
            scene.lang(),
            "Hachuré : moins de 5 personnes, ou aucune. Un mois ou une période scolaire, une fois clos, peut en compter assez.",
            "Hatched: fewer than 5 people, or none. A month or a school period, once closed, may have enough.",
        )
    })
}

/// Whether any week was published.
fn is_known(values: &[Value]) -> bool {
    values.iter().any(|value| value.known().is_some())
}

/// A line by week of a measure that leaves at closings, with the range before.
fn weekly(scene: &Scene<'_>, id: &str, measure: &str, name: &str, title: &str, subtitle: &str) -> Markup {
    let lang = scene.lang();
    if closed_weeks(scene).is_empty() {
        return not_closed(scene, id, subtitle, subtitle);
    }
    let values = scene.frozen(measure);
    let mut notes: Vec<String> = remark(scene, &values).into_iter().collect();
    let earlier = scene.before(measure);
    if earlier.is_none() && !is_known(&values) {
        return withheld_block(scene, id, measure, subtitle, subtitle);
    }
    let expected = scene.expected(measure);
    notes.extend(expected.as_ref().map(|expected| about_forecast(lang, expected)));
    let mut series = vec![ours(name, values, expected.as_ref())];
    series.extend(earlier);
    let line = scene.lines(unit(measure, lang), series, scene.frozen_bands());
    let chart = scene.chart(id, title, subtitle, line).map(|chart| match &notes[..] {
        [] => chart,
        notes => chart.note(notes.join(" ")),
    });
    or_else(chart, id, "")
}

/// Our own line: what was published, and beyond it what is expected, with its interval.
fn ours(name: &str, mut values: Vec<Value>, expected: Option<&Expected<'_>>) -> Series {
    let Some(expected) = expected else { return Series::ours(name, values) };
    for (value, forecast) in values.iter_mut().zip(&expected.weeks) {
        if let Some(forecast) = forecast {
            *value = Value::Known(forecast.value);
        }
    }
    let intervals = expected.weeks.iter().map(|one| one.map(|one| (one.low, one.high))).collect();
    Series::ours(name, values).forecast_from(expected.from).interval(intervals)
}

/// How a forecast was made and how well it went, for the remark under its chart.
fn about_forecast(lang: Lang, expected: &Expected<'_>) -> String {
    let Some(first) = expected.weeks.iter().flatten().next() else { return String::new() };
    let weeks = first.learnt_from;
    let fr = format!(
        "Pointillé : prévision apprise de {weeks} semaines de classe publiées, avec l’intervalle où la valeur devrait tomber 19 fois sur 20."
    );
    let en = format!(
        "Dashed: a forecast learnt from {weeks} published class weeks, with the interval that should hold the value 19 times in 20."
    );
    let missed = first.missed_by.map(|share| {
        let share = number(lang, share.round());
        let fr = format!(
            " Sur les dernières semaines, chacune prévue une semaine avant, elle s’est trompée de {share} % du total."
        );
        let en = format!(" Over the last weeks, each forecast a week before, it missed by {share} % of the total.");
        say(lang, &fr, &en)
    });
    format!("{}{}", say(lang, &fr, &en), missed.unwrap_or_default())
}

/// Active teachers by week.
pub(super) fn adoption(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let shown = scene.measure("active_teachers").map(|measure| headline::headline(scene, measure));
    let title = shown.as_ref().and_then(|shown| {
        let active = shown.value()?;
        let teachers = counted(
            lang,
            active,
            lang.pick("enseignant actif", "active teacher"),
            lang.pick("enseignants actifs", "active teachers"),
        );
        let of = headline::of(scene, "active_teachers", shown);
        let of = of.map(|all| format!(" {} {}", lang.pick("sur", "of"), number(lang, all))).unwrap_or_default();
        Some(format!("{teachers}{of} {}", headline::when(scene, shown)))
    });
    let title = title.unwrap_or_else(|| {
        lang.pick("Combien d’enseignants sont actifs ?", "How many teachers are active?").to_owned()
    });
    let subtitle = lang
        .pick("Enseignants ayant travaillé sur les contenus, par semaine", "Teachers who worked on content, by week");
    weekly(scene, "adoption", "active_teachers", lang.pick("Enseignants actifs", "Active teachers"), &title, subtitle)
}

/// Items by week.
pub(super) fn activity(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let shown = scene.measure("media_count").map(|measure| headline::headline(scene, measure));
    let title = shown.as_ref().and_then(|shown| {
        let items = counted(lang, shown.value()?, lang.pick("trace", "item"), lang.pick("traces", "items"));
        Some(format!("{items} {}", headline::when(scene, shown)))
    });
    let title = title
        .unwrap_or_else(|| lang.pick("Combien de traces chaque semaine ?", "How many items each week?").to_owned());
    let subtitle = lang.pick("Traces ajoutées dans l’école, par semaine", "Items added in the school, by week");
    weekly(scene, "traces", "media_count", lang.pick("Mon école", "My school"), &title, subtitle)
}

/// Items by week and kind. A kind that is never shown on its own is named in the remark.
pub(super) fn kinds(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let closed = closed_weeks(scene);
    let Some(words) = scene.setting.catalogue.word_list("media_kind").filter(|_| !closed.is_empty()) else {
        return not_closed(scene, "natures", "Traces par nature", "Items by kind");
    };
    let labels: Vec<&str> = scene.weeks.list().iter().map(|week| week.label.as_str()).collect();
    let cell = |at: usize, word: &str| scene.figures.word("media_count", labels[at], "kind", word);
    let is_split = |at: usize| !scene.figures.split("media_count", labels[at], "kind").is_empty();
    let is_shown = |word: &str| closed.iter().any(|at| cell(*at, word).is_some());
    // A week without a single published cell is hatched once, at its first part.
    let values = |word: &str, is_first: bool| -> Vec<Value> {
        let of_week = |at: usize| match cell(at, word) {
            _ if !closed.contains(&at) => Value::Absent,
            Some(value) => Value::Known(value),
            None if is_split(at) && (word == OTHERS || word == TOGETHER) => Value::Known(0.0),
            // Of a week that could not be split, no kind is known to be small.
            None if cell(at, TOGETHER).is_some() => Value::Absent,
            None if is_split(at) || is_first => Value::Withheld,
            None => Value::Absent,
        };
        (0..labels.len()).map(of_week).collect()
    };
    let mut parts: Vec<(String, Vec<Value>)> = Vec::new();
    for word in words.words().iter().filter(|word| is_shown(&word.slug)) {
        parts.push((word.label.get(lang).to_owned(), values(&word.slug, parts.is_empty())));
    }
    let specials = [(OTHERS, lang.pick("Autres", "Others")), (TOGETHER, lang.pick("Toutes natures", "All kinds"))];
    for (word, label) in specials.into_iter().filter(|(word, _)| is_shown(word)) {
        parts.push((label.to_owned(), values(word, parts.is_empty())));
    }
    if parts.is_empty() {
        return withheld_block(scene, "natures", "media_count", "Traces par nature", "Items by kind");
    }
    // Only weeks that could be split say which kind leads.
    let of_split_weeks = |word: &str| closed.iter().filter_map(|at| cell(*at, word)).sum::<f64>();
    let listed = words.words().iter().map(|word| (word.label.get(lang), of_split_weeks(&word.slug)));
    let total: f64 = listed.clone().map(|(_, sum)| sum).sum::<f64>() + of_split_weeks(OTHERS);
    let first = listed.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, sum)| *sum > 0.0);
    let title = match first {
        Some((label, sum)) => {
            let share = percent(lang, 100.0 * sum / total);
            format!(
                "{label}{}{share} {}",
                lang.pick(" : ", ": "),
                lang.pick("des traces publiées", "of the items published")
            )
        }
        None => lang.pick("Quelles natures de traces ?", "Which kinds of items?").to_owned(),
    };
    let merged: Vec<String> = words
        .words()
        .iter()
        .filter(|word| !is_shown(&word.slug))
        .map(|word| quote(lang, word.label.get(lang)))
        .collect();
    let note = kinds_remark(lang, &merged, is_shown(OTHERS));
    let mut stacked = Stacked::new(scene.week_word(), scene.positions(), unit("media_count", lang));
    for (label, values) in parts {
        stacked = stacked.part(Part::new(label, values));
    }
    stacked = scene.frozen_bands().into_iter().fold(stacked, Stacked::band);
    let subtitle = lang.pick("Traces ajoutées, par semaine et par nature", "Items added, by week and kind");
    let chart = scene.chart("natures", &title, subtitle, stacked).map(|chart| match note {
        Some(note) => chart.note(note),
        None => chart,
    });
    or_else(chart, "natures", "")
}

/// Why a kind is not there: merged, and read the same as none at all.
fn kinds_remark(lang: Lang, merged: &[String], others: bool) -> Option<String> {
    if merged.is_empty() && !others {
        return None;
    }
    let kinds = list(lang, merged);
    Some(match (merged.is_empty(), others) {
        (true, _) => say(
            lang,
            "« Autres » réunit les natures qui, cette semaine-là, concernaient moins de 5 personnes, ou aucune.",
            "“Others” joins the kinds that concerned fewer than 5 people, or none, in that week.",
        ),
        (false, true) => say(
            lang,
            &format!("{kinds} : moins de 5 personnes, ou aucune ; regroupé avec « autres »."),
            &format!("{kinds}: fewer than 5 people, or none; joined with “others”."),
        ),
        (false, false) => say(
            lang,
            &format!("{kinds} : moins de 5 personnes, ou aucune."),
            &format!("{kinds}: fewer than 5 people, or none."),
        ),
    })
}

/// Features by how often they were used, from the published cells.
pub(super) fn features(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let Some(words) = scene.setting.catalogue.word_list("feature") else { return html! {} };
    let own = scene.figures.split("feature_use", &scene.range.label, "feature");
    let mut sums: BTreeMap<&str, f64> = own.iter().copied().collect();
    if sums.is_empty() {
        for week in scene.weeks.list() {
            for (word, value) in scene.figures.split("feature_use", &week.label, "feature") {
                *sums.entry(word).or_default() += value;
            }
        }
    }
    let others = sums.remove(OTHERS);
    let together = sums.remove(TOGETHER);
    let mut used: Vec<(String, f64)> =
        sums.into_iter().map(|(slug, value)| (words.label(slug, lang).replace('\'', "’"), value)).collect();
    used.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let title = match (used.first(), lang) {
        (Some((most, _)), Lang::Fr) => format!("{} est la fonction la plus utilisée", quote(lang, most)),
        (Some((most, _)), Lang::En) => format!("{} is the feature used most", quote(lang, most)),
        (None, _) => lang.pick("Quelles fonctions sont utilisées ?", "Which features are used?").to_owned(),
    };
    let rest: f64 = used.iter().skip(FEATURES).map(|(_, value)| value).sum();
    used.truncate(FEATURES);
    let joined = others.unwrap_or(0.0) + rest;
    if joined > 0.0 {
        used.push((lang.pick("Autres fonctions, ensemble", "Other features, together").to_owned(), joined));
    }
    if let Some(together) = together {
        used.push((lang.pick("Toutes fonctions, sans détail", "All features, without detail").to_owned(), together));
    }
    if used.is_empty() {
        if closed_weeks(scene).is_empty() {
            return not_closed(scene, "fonctions", "Fonctions utilisées", "Features used");
        }
        return withheld_block(scene, "fonctions", "feature_use", "Fonctions utilisées", "Features used");
    }
    let bars = Bars::horizontal(lang.pick("Fonction", "Feature"), unit("feature_use", lang))
        .bars(used.into_iter().map(|(name, value)| Bar::new(name, value).ours()));
    let subtitle = lang.pick("Emplois par les enseignants, semaines publiées", "Uses by teachers, weeks published");
    or_else(scene.chart("fonctions", &title, subtitle, bars), "fonctions", "")
}

/// In place of a chart of which every value is held back.
fn withheld_block(scene: &Scene<'_>, id: &str, measure: &str, fr: &str, en: &str) -> Markup {
    let lang = scene.lang();
    let never = scene.measure(measure).and_then(|measure| super::cards::out_of_reach(scene, measure));
    html! {
        div class="empty" id=(id) { p {
            strong { (lang.pick(fr, en)) (lang.pick("\u{202f}: ", ": ")) (charts::withheld(crate::pages::words::drawn(lang), 5)) "." } " "
            @match never {
                Some(why) => (why),
                None => {
                    (say(lang, "Une période plus longue peut compter assez de personnes.", "A longer period may have enough people."))
                    @if let Some((href, words)) = super::cards::longer(scene) { " " a href=(href) { (words) } }
                }
            }
        } }
    }
}

/// Shares deposited and retrieved by week.
pub(super) fn shares(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    if closed_weeks(scene).is_empty() {
        return not_closed(scene, "partages", "Partages avec les familles", "Shares with families");
    }
    let measures = [
        ("share_deposited_count", lang.pick("Déposés", "Deposited")),
        ("share_retrieved_count", lang.pick("Récupérés", "Retrieved")),
    ];
    let values = measures.map(|(measure, _)| scene.frozen(measure));
    let all = values.concat();
    if !is_known(&all) {
        return withheld_block(
            scene,
            "partages",
            "share_deposited_count",
            "Partages avec les familles",
            "Shares with families",
        );
    }
    let note = remark(scene, &all);
    let [deposited, retrieved] = measures.map(|(measure, _)| scene.whole(measure));
    let series = measures.iter().zip(values).map(|((_, name), values)| Series::category(*name, values)).collect();
    let line = scene.lines(unit("share_deposited_count", lang), series, scene.frozen_bands());
    let title = match (deposited.zip(retrieved), lang) {
        (Some((deposited, retrieved)), Lang::Fr) => {
            format!("{} récupérés, {} déposés", number(lang, retrieved), number(lang, deposited))
        }
        (Some((deposited, retrieved)), Lang::En) => {
            format!("{} retrieved, {} deposited", number(lang, retrieved), number(lang, deposited))
        }
        (None, _) => lang.pick("Les partages sont-ils récupérés ?", "Are shares retrieved?").to_owned(),
    };
    let subtitle = lang.pick("Partages déposés et récupérés, par semaine", "Shares deposited and retrieved, by week");
    let chart = scene.chart("partages", &title, subtitle, line).map(|chart| match note {
        Some(note) => chart.note(note),
        None => chart,
    });
    or_else(chart, "partages", "")
}

/// Families active by week.
pub(super) fn families(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let title = lang.pick(
        "Combien de familles ont récupéré, consulté ou signé ?",
        "How many families retrieved, viewed or signed?",
    );
    let subtitle = lang.pick("Familles actives, par semaine", "Active families, by week");
    weekly(scene, "familles", "families_active", lang.pick("Familles actives", "Active families"), title, subtitle)
}
