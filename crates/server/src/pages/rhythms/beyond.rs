//! Patterns beyond establishments in sentences, and a teacher's own weekdays.

use analytics::patterns::friction::{Bottleneck, Crashing, Stuck};
use analytics::patterns::habits::{Habits, Standing};
use analytics::patterns::own::OwnWeekdays;
use calendar::{Academy, Lang};
use catalogue::Catalogue;
use charts::format;
use jiff::civil::Date;

use crate::pages::words::{capital, counted, dates, drawn, list, number, percent, quote, say};

/// What a cube is called.
pub(super) fn cube_title(lang: Lang, catalogue: &Catalogue, name: &str) -> String {
    let cube = catalogue.cubes().iter().find(|cube| cube.name == name);
    cube.map_or(name, |cube| cube.title.get(lang)).replace('\'', "’")
}

fn word(lang: Lang, catalogue: &Catalogue, of: &str, slug: &str) -> String {
    let label = catalogue.word_list(of).map_or(slug, |words| words.label(slug, lang));
    quote(lang, &label.replace('\'', "’"))
}

/// The academy, or the country.
pub(super) fn place(lang: Lang, place: &str) -> String {
    match Academy::from_slug(place) {
        Some(academy) => format!("{} {}", lang.pick("Académie", "Academy of"), academy.label()),
        None => lang.pick("Tout le pays", "The whole country").to_owned(),
    }
}

/// "de 8 h à 16 h et de 17 h à 18 h": hours in a row together.
fn hours(lang: Lang, mut hours: Vec<u8>) -> String {
    hours.sort_unstable();
    let mut spans: Vec<(u8, u8)> = Vec::new();
    for hour in hours {
        match spans.last_mut() {
            Some((_, until)) if *until == hour => *until = hour + 1,
            _ => spans.push((hour, hour + 1)),
        }
    }
    let hour = |hour: u8| format::hour(drawn(lang), hour % 24);
    let spans = spans.into_iter().map(|(from, until)| match lang {
        Lang::Fr => format!("de {} à {}", hour(from), hour(until)),
        Lang::En => format!("from {} to {}", hour(from), hour(until)),
    });
    list(lang, &spans.collect::<Vec<_>>())
}

fn weekdays(lang: Lang, mut days: Vec<u8>) -> String {
    days.sort_unstable();
    let name = |day: u8| format!("{}{}", lang.pick("le ", ""), format::weekday(drawn(lang), day));
    list(lang, &days.into_iter().map(name).collect::<Vec<_>>())
}

fn of_kind(standing: &[Standing], kind: &str, which: fn(&Standing) -> Option<u8>) -> Vec<u8> {
    standing.iter().filter(|one| one.kind == kind).filter_map(which).collect()
}

/// When a place uses the application.
pub(super) fn habits(lang: Lang, habits: &Habits) -> String {
    let place = place(lang, &habits.place);
    let busy = of_kind(&habits.hours, "busy", |one| one.hour);
    let days = of_kind(&habits.weekdays, "busy", |one| one.weekday);
    // That people rest on Saturdays and Sundays is no news.
    let quiet: Vec<u8> =
        of_kind(&habits.weekdays, "quiet", |one| one.weekday).into_iter().filter(|day| *day <= 5).collect();
    let mut parts: Vec<String> = Vec::new();
    if !busy.is_empty() {
        parts.push(hours(lang, busy));
    }
    if !days.is_empty() {
        parts.push(weekdays(lang, days));
    }
    if parts.is_empty() {
        return say(
            lang,
            &format!("{place} : aucune heure ni aucun jour ne sort du bruit."),
            &format!("{place}: no hour and no day stands out of the noise."),
        );
    }
    let often = parts.join(", ");
    let less = if quiet.is_empty() {
        String::new()
    } else {
        format!("{} {}", lang.pick(" ; moins", "; less"), weekdays(lang, quiet))
    };
    say(
        lang,
        &format!("{place} : l’application sert surtout {often}{less}."),
        &format!("{place}: the application is used mostly {often}{less}."),
    )
}

/// How sure habits are, by the busiest hour.
pub(super) fn of_habits(lang: Lang, habits: &Habits) -> String {
    let Some(top) = habits.hours.iter().filter(|one| one.kind == "busy").max_by(|a, b| a.share.total_cmp(&b.share))
    else {
        return say(lang, "Perdu dans le bruit.", "Lost in the noise.");
    };
    let hour = format::hour(drawn(lang), top.hour.unwrap_or(0));
    let (share, between) = (percent(lang, 100.0 * top.share), between(lang, top.low, top.high));
    say(
        lang,
        &format!("Heure la plus chargée, {hour} : environ {share} des événements, {between}, bruit et tirage compris."),
        &format!("Busiest hour, {hour}: about {share} of events, {between}, noise and sampling included."),
    )
}

fn between(lang: Lang, low: f64, high: f64) -> String {
    let (low, high) = (percent(lang, 100.0 * low), percent(lang, 100.0 * high));
    match lang {
        Lang::Fr => format!("entre {low} et {high} dans 95 cas sur 100"),
        Lang::En => format!("between {low} and {high} in 95 of 100 cases"),
    }
}

/// How sure a share is.
pub(super) fn share_between(lang: Lang, low: f64, high: f64) -> String {
    format!("{}.", capital(&between(lang, low, high)))
}

/// A teacher's own weekdays.
pub(super) fn own(lang: Lang, found: &OwnWeekdays) -> String {
    let parse = |text: &str| text.parse::<Date>().ok();
    let when = parse(&found.from).zip(parse(&found.until)).map(|(from, until)| dates(lang, from, until));
    let when = capital(&when.unwrap_or_default());
    let mut active: Vec<(u64, u8)> =
        found.days.iter().filter(|day| day.acts > 0).map(|day| (day.acts, day.weekday)).collect();
    active.sort_unstable_by(|one, other| other.cmp(one));
    if active.is_empty() {
        return say(
            lang,
            &format!("{when} : rien n’a été compté pour vous dans les semaines encore ouvertes."),
            &format!("{when}: nothing was counted for you in the weeks that are still open."),
        );
    }
    let acts = counted(
        lang,
        real(active.iter().map(|(acts, _)| acts).sum()),
        lang.pick("acte", "act"),
        lang.pick("actes", "acts"),
    );
    let most = weekdays(lang, active.iter().take(2).map(|(_, day)| *day).collect());
    say(
        lang,
        &format!("{when}, vous avez surtout travaillé {most} ({acts} en tout)."),
        &format!("{when}, you worked mostly on {most} ({acts} in all)."),
    )
}

/// A screen on which people wait.
pub(super) fn bottleneck(lang: Lang, catalogue: &Catalogue, one: &Bottleneck) -> String {
    let screen = word(lang, catalogue, "screen", &one.screen);
    let (lost, loads) = (waited(lang, one.lost_h), number(lang, real(one.loads)));
    let slow = percent(lang, 100.0 * one.slow);
    say(
        lang,
        &format!("{screen} : {lost} d’attente au-delà d’une seconde, sur {loads} affichages dont {slow} trop lents."),
        &format!("{screen}: {lost} of waiting beyond a second, over {loads} displays of which {slow} too slow."),
    )
}

/// Hours of waiting in natural words.
pub(super) fn waited(lang: Lang, hours: f64) -> String {
    format::duration(drawn(lang), hours * 3_600_000.0)
}

/// How sure a bottleneck is.
pub(super) fn of_bottleneck(lang: Lang, one: &Bottleneck) -> String {
    let (low, high) = (waited(lang, one.low_h), waited(lang, one.high_h));
    let reached = one.reached.zip(one.reached_error).map(|(share, error)| {
        let (share, error) = (percent(lang, 100.0 * share), percent(lang, 100.0 * error));
        say(
            lang,
            &format!(" Environ {share} des pas des personnes y mènent (± {error})."),
            &format!(" About {share} of people’s steps lead there (± {error})."),
        )
    });
    let told = say(
        lang,
        &format!("Entre {low} et {high} dans 95 cas sur 100."),
        &format!("Between {low} and {high} in 95 of 100 cases."),
    );
    format!("{told}{}", reached.unwrap_or_default())
}

/// A screen that crashes again and again.
pub(super) fn crashing(lang: Lang, catalogue: &Catalogue, one: &Crashing) -> String {
    let screen = word(lang, catalogue, "screen", &one.screen);
    let (rate, usual) = (decimal(lang, one.per_thousand), decimal(lang, one.usual));
    let (crashes, days) = (number(lang, real(one.crashes)), one.days);
    say(
        lang,
        &format!(
            "{screen} : {rate} arrêts brutaux pour 1 000 affichages, contre {usual} en tout ({crashes} en {days} jours)."
        ),
        &format!("{screen}: {rate} crashes in 1,000 displays, {usual} over all screens ({crashes} on {days} days)."),
    )
}

/// How sure a crash rate is.
pub(super) fn of_crashing(lang: Lang, one: &Crashing) -> String {
    let (low, high) = (decimal(lang, one.low), decimal(lang, one.high));
    say(
        lang,
        &format!("Entre {low} et {high} pour 1 000 dans 95 cas sur 100."),
        &format!("Between {low} and {high} in 1,000 in 95 of 100 cases."),
    )
}

/// Where paths get stuck.
pub(super) fn stuck(lang: Lang, catalogue: &Catalogue, one: &Stuck) -> String {
    let share = percent(lang, 100.0 * one.share);
    let screen = |at: usize| one.places.get(at).map(|slug| word(lang, catalogue, "screen", slug)).unwrap_or_default();
    match one.kind {
        "dead_end" => {
            let (at, usual) = (screen(0), percent(lang, 100.0 * one.usual.unwrap_or(0.0)));
            say(
                lang,
                &format!(
                    "{at} : environ {share} des arrivées ne mènent plus nulle part, contre {usual} sur l’ensemble des écrans."
                ),
                &format!("{at}: about {share} of arrivals lead nowhere else, {usual} over all screens."),
            )
        }
        "back_and_forth" => {
            let (at, other) = (screen(0), screen(1));
            say(
                lang,
                &format!("{at} et {other} se renvoient l’un à l’autre : au moins {share} des pas de chacun."),
                &format!("{at} and {other} lead to each other: at least {share} of the steps of each."),
            )
        }
        _ => {
            let flow = one.places.first().map(|slug| word(lang, catalogue, "flow", slug)).unwrap_or_default();
            let step = one.step.as_deref().map(|step| word(lang, catalogue, "flow_step_name", step));
            let at = step.map(|step| say(lang, &format!(", surtout à l’étape {step}"), &format!(", mostly at {step}")));
            let at = at.unwrap_or_default();
            say(
                lang,
                &format!("Le parcours {flow} n’est pas mené à son terme dans environ {share} des cas{at}."),
                &format!("The flow {flow} is not brought to its end in about {share} of cases{at}."),
            )
        }
    }
}

fn decimal(lang: Lang, value: f64) -> String {
    format::number(drawn(lang), value, usize::from(value < 10.0))
}

#[expect(clippy::cast_precision_loss, reason = "shown as a whole number")]
const fn real(count: u64) -> f64 {
    count as f64
}
