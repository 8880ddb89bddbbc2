//! A school's patterns in sentences, and "Rythmes" on its page: three sentences at most, each linked to its chart.

use analytics::patterns::SchoolPatterns;
use analytics::patterns::causes::Cause;
use analytics::patterns::days::DayPeak;
use analytics::patterns::links::{LEAST, Link};
use analytics::patterns::peaks::Peak;
use analytics::patterns::seasons::Season;
use calendar::{IsoWeek, Lang, long_date};
use catalogue::Catalogue;
use charts::format;
use jiff::civil::Date;
use maud::{Markup, html};

use super::method;
use crate::pages::scene::Scene;
use crate::pages::words::{counted, day_of_year, drawn, list, name_of_one, number, quote, say, spaced};

/// What the calendar says, in words.
fn cause(lang: Lang, cause: Cause, days_off: &[String]) -> String {
    let (fr, en) = match cause {
        Cause::Rentree => ("rentrée", "start of the school year"),
        Cause::BackFromHolidays => ("retour de vacances", "return from holidays"),
        Cause::BeforeHolidays => ("derniers jours avant les vacances", "last days before holidays"),
        Cause::PeriodEnd => {
            ("fin de période, quand les bilans s’écrivent", "end of a period, when reviews are written")
        }
        Cause::RecordToFamilies => {
            ("le carnet part aux familles, en février et en juin", "the record goes to families, in February and June")
        }
        Cause::YearEnd => (
            "fin d’année, ses derniers carnets et ses rangements",
            "end of the year, its last notebooks and clearing up",
        ),
        Cause::ShortWeek => ("semaine courte", "short week"),
        Cause::Bridge => {
            ("jour entre un jour férié et la fin de semaine", "day between a public holiday and the weekend")
        }
        Cause::Meetings => ("réunions avec les familles", "meetings with families"),
    };
    let named = lang.pick(fr, en);
    if cause == Cause::ShortWeek && !days_off.is_empty() {
        let names: Vec<String> = days_off.iter().map(|name| name.replace('\'', "’")).collect();
        return format!("{named} ({})", list(lang, &names));
    }
    named.to_owned()
}

fn causes(lang: Lang, all: &[Cause], days_off: &[String]) -> String {
    if all.is_empty() {
        return say(lang, "Aucune cause connue au calendrier.", "No known cause in the calendar.");
    }
    let named: Vec<String> = all.iter().take(2).map(|one| cause(lang, *one, days_off)).collect();
    let named = named.join(lang.pick(" ; ", "; "));
    say(lang, &format!("Au calendrier : {named}."), &format!("In the calendar: {named}."))
}

/// "28 bilans"; the measure's title where it has no name of one.
fn much(lang: Lang, catalogue: &Catalogue, measure: &str, value: f64) -> String {
    let names = match measure {
        "session_count" => (lang.pick("séance", "session"), lang.pick("séances", "sessions")),
        "error_count" => (lang.pick("erreur", "error"), lang.pick("erreurs", "errors")),
        "sync_count" => {
            (lang.pick("synchronisation", "synchronisation"), lang.pick("synchronisations", "synchronisations"))
        }
        other => name_of_one(other, lang),
    };
    match names {
        ("", _) => format!("{}{}{}", title(lang, catalogue, measure), format::colon(drawn(lang)), number(lang, value)),
        (one, many) => counted(lang, value, one, many),
    }
}

/// What a measure is called.
pub(super) fn title(lang: Lang, catalogue: &Catalogue, measure: &str) -> String {
    catalogue.measure(measure).map_or(measure, |one| one.title.get(lang)).replace('\'', "’")
}

/// "semaine du 13 octobre 2025".
fn week(lang: Lang, label: &str) -> String {
    label.parse::<IsoWeek>().map_or_else(
        |_| label.to_owned(),
        |week| format!("{} {}", lang.pick("semaine du", "week of"), day_of_year(lang, week.monday())),
    )
}

/// A week that stands out, and what the calendar says of it.
pub(super) fn peak(lang: Lang, catalogue: &Catalogue, peak: &Peak) -> String {
    let (when, value) = (week(lang, &peak.period), much(lang, catalogue, &peak.measure, peak.value));
    let (expected, days) = (number(lang, peak.expected), peak.class_days);
    if peak.by_class_days {
        let why = cause(lang, Cause::ShortWeek, &peak.days_off);
        return say(
            lang,
            &format!(
                "La {when} : {value}, contre environ {expected} une semaine entière. Rien d’étonnant pour {days} jours de classe : {why}."
            ),
            &format!(
                "In the {when}: {value}, about {expected} in a full week. No surprise for {days} class days: {why}."
            ),
        );
    }
    let told = say(
        lang,
        &format!("La {when} : {value}, là où l’on en attendait environ {expected}. "),
        &format!("In the {when}: {value}, where about {expected} were expected. "),
    );
    format!("{told}{}", causes(lang, &peak.causes, &peak.days_off))
}

/// A technical day that stands out.
pub(super) fn day(lang: Lang, catalogue: &Catalogue, day: &DayPeak) -> String {
    let when = day.day.parse().map_or_else(|_| day.day.clone(), |date: Date| long_date(date, lang));
    let (value, expected) = (much(lang, catalogue, &day.measure, day.value), number(lang, day.expected));
    let told = say(
        lang,
        &format!("Le {when} : {value}, contre environ {expected} les mêmes jours de la semaine. "),
        &format!("On {when}: {value}, about {expected} on the same weekdays. "),
    );
    format!("{told}{}", causes(lang, &day.causes, &[]))
}

/// Where such a week or day falls.
pub(super) fn falls_in(lang: Lang, low: f64, high: f64) -> String {
    let (low, high) = (number(lang, low), number(lang, high));
    say(
        lang,
        &format!("Entre {low} et {high} dans 95 cas sur 100."),
        &format!("Between {low} and {high} in 95 of 100 cases."),
    )
}

fn strength(lang: Lang, strength: &str) -> &'static str {
    match strength {
        "large" => lang.pick("fort", "strong"),
        "medium" => lang.pick("moyen", "medium"),
        "small" => lang.pick("faible", "weak"),
        _ => lang.pick("négligeable", "negligible"),
    }
}

/// Two measures that move together.
pub(super) fn link(lang: Lang, title: &dyn Fn(&str) -> String, link: &Link, over: &str) -> String {
    let [one, other] = [&link.measures[0], &link.measures[1]].map(|name| quote(lang, &title(name)));
    let strength = strength(lang, link.strength);
    let (fr, en) = if link.rho > 0.0 {
        ("montent et descendent ensemble", "rise and fall together")
    } else {
        ("vont en sens contraire", "go opposite ways")
    };
    say(
        lang,
        &format!("{one} et {other} {fr} {over}, calendrier ôté (lien {strength})."),
        &format!("{one} and {other} {en} {over}, the calendar taken out ({strength} link)."),
    )
}

/// How sure a link is.
pub(super) fn of_link(lang: Lang, link: &Link, tested: usize) -> String {
    let decimal = |value: f64| format::number(drawn(lang), value, 2);
    let (rho, low, high) = (decimal(link.rho), decimal(link.low), decimal(link.high));
    let n = link.n;
    say(
        lang,
        &format!(
            "Corrélation {rho}, entre {low} et {high} dans 95 cas sur 100, sur {n} valeurs ; {tested} paires essayées."
        ),
        &format!(
            "Correlation {rho}, between {low} and {high} in 95 of 100 cases, on {n} values; {tested} pairs tested."
        ),
    )
}

/// "de plus", "de moins".
fn change(lang: Lang, percent: f64) -> String {
    let more = if percent >= 0.0 { lang.pick("de plus", "more") } else { lang.pick("de moins", "less") };
    format!("{} {more}", format::percent(drawn(lang), percent.abs(), 0))
}

/// A school period beside the same one of the year before.
pub(super) fn season(lang: Lang, catalogue: &Catalogue, season: &Season) -> String {
    let period = season.period.rsplit_once("-P").map_or("", |(_, number)| number);
    let measure = quote(lang, &title(lang, catalogue, &season.measure));
    let mean = |value: f64| format::number(drawn(lang), value, usize::from(value < 10.0));
    let (now, then) = (mean(season.value), mean(season.previous));
    let change = if season.clear {
        change(lang, season.change_pct)
    } else {
        lang.pick("pas de changement net", "no clear change").to_owned()
    };
    say(
        lang,
        &format!(
            "{measure}, période {period} : {now} par semaine de classe en moyenne, contre {then} la même période de l’année d’avant ({change})."
        ),
        &format!(
            "{measure}, period {period}: {now} a class week on average, {then} in the same period of the year before ({change})."
        ),
    )
}

/// How sure a season is.
pub(super) fn of_season(lang: Lang, season: &Season) -> String {
    let (low, high, weeks) = (change(lang, season.low_pct), change(lang, season.high_pct), season.weeks);
    say(
        lang,
        &format!("Entre {low} et {high} dans 95 cas sur 100, sur {weeks} semaines publiées les deux années."),
        &format!("Between {low} and {high} in 95 of 100 cases, on {weeks} weeks published in both years."),
    )
}

/// What a link to a chart says.
fn see(lang: Lang, chart: &str) -> &'static str {
    match chart {
        "adoption" => lang.pick("Voir les enseignants actifs", "See active teachers"),
        "traces" => lang.pick("Voir les traces", "See the items"),
        "fonctions" => lang.pick("Voir les fonctions", "See the features"),
        "partages" => lang.pick("Voir les partages", "See the shares"),
        "familles" | "families-title" => lang.pick("Voir les familles", "See the families"),
        "technique" => lang.pick("Voir la stabilité technique", "See technical stability"),
        _ => lang.pick("Voir les contenus", "See the content"),
    }
}

/// The chart on which a measure is seen.
fn chart_of(measure: &str) -> &'static str {
    match measure {
        "active_teachers" => "adoption",
        "media_count" => "traces",
        "feature_use" => "fonctions",
        "share_deposited_count" | "share_retrieved_count" => "partages",
        "families_active" => "familles",
        "portfolio_views" => "families-title",
        "session_count" | "error_count" | "sync_count" => "technique",
        _ => "over-time",
    }
}

/// The section; nothing where the analysis is not approved.
pub(in crate::pages) fn section(scene: &Scene<'_>) -> Markup {
    let lang = scene.lang();
    let Some(found) = scene.patterns.filter(|found| found.withheld.is_none()) else { return html! {} };
    let told = chosen(lang, scene.setting.catalogue, found);
    html! {
        section class="section" aria-labelledby="rhythms-title" id="rythmes" {
            h2 id="rhythms-title" { (lang.pick("Rythmes", "Rhythms")) }
            @if told.is_empty() {
                p { (nothing(lang, found)) }
            } @else {
                ul class="listed" { @for (chart, sentence, _) in &told { li {
                    (sentence) " "
                    a href={ "#" (chart) } { (see(lang, chart)) }
                } } }
                @for caution in cautions(lang, &told) { p class="note" { (caution) } }
            }
            p class="lead" { (say(lang,
                "Tiré des chiffres déjà publiés de l’école et de ses jours techniques d’au moins cinq appareils : personne n’y figure.",
                "Made of the school’s figures already published and of its technical days with at least five devices: nobody is in it.")) }
        }
    }
}

/// Why there is nothing to tell.
fn nothing(lang: Lang, found: &SchoolPatterns) -> String {
    let weeks = found.published_weeks;
    if weeks >= LEAST {
        return say(
            lang,
            "Aucune semaine ne sort nettement de l’ordinaire, et aucune mesure ne va nettement avec une autre.",
            "No week is clearly out of the ordinary, and no measure clearly moves with another.",
        );
    }
    let published = counted(
        lang,
        f64::from(u32::try_from(weeks).unwrap_or(u32::MAX)),
        lang.pick("semaine de classe publiée", "published class week"),
        lang.pick("semaines de classe publiées", "published class weeks"),
    );
    say(
        lang,
        &format!(
            "Rien de net encore, avec {published} : il en faut 7 pour comparer une semaine aux autres, {LEAST} pour dire que deux mesures vont ensemble."
        ),
        &format!(
            "Nothing clear yet, with {published}: it takes 7 to compare a week with others, {LEAST} to say that two measures move together."
        ),
    )
}

/// Three sentences at most, of three kinds if there are: chart, sentence, kind.
fn chosen(lang: Lang, catalogue: &Catalogue, found: &SchoolPatterns) -> Vec<(&'static str, String, &'static str)> {
    let named = |peak: &&Peak| !peak.by_class_days;
    // The newest of the weeks that are no mere short weeks; a short week where there is no other.
    let peak_found = found.peaks.iter().find(named).or_else(|| found.peaks.first());
    let peak_told = peak_found.map(|one| (chart_of(&one.measure), peak(lang, catalogue, one), "peak"));
    let weeks = lang.pick("d’une semaine de classe à l’autre", "from one class week to the next");
    let link_told = found.links.found.first().map(|one| {
        let title = |name: &str| title(lang, catalogue, name);
        (chart_of(&one.measures[0]), link(lang, &title, one, weeks), "link")
    });
    let clear = found.seasons.iter().find(|season| season.clear);
    let season_told = clear.map(|one| (chart_of(&one.measure), season(lang, catalogue, one), "season"));
    let day_told = found.days.first().map(|one| (chart_of(&one.measure), day(lang, catalogue, one), "technical_peak"));
    [peak_told, link_told, season_told, day_told].into_iter().flatten().take(3).collect()
}

/// The cautions of what is told, each once.
fn cautions(lang: Lang, told: &[(&'static str, String, &'static str)]) -> Vec<String> {
    let mut cautions: Vec<String> = Vec::new();
    for (_, _, kind) in told {
        let caution = spaced(lang, &method::of(kind).caution(lang));
        if !cautions.contains(&caution) {
            cautions.push(caution);
        }
    }
    cautions
}
