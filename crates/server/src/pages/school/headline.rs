//! The one number of a measure that leaves at closings: the range's own release, else what its closed weeks give.

use calendar::Lang;
use catalogue::{Contributor, Measure, Value};
use maud::{Markup, html};

use crate::pages::card;
use crate::pages::scene::{Scene, adds_up};
use crate::pages::weeks::{Time, Week};
use crate::pages::words::{number, say, unit_of};

/// What can be said of a measure over the range.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Headline {
    /// The range's own release.
    Whole(f64),
    /// The sum of its published weeks, as places in the range.
    Sum {
        /// The sum.
        value: f64,
        /// The weeks that were published.
        weeks: Vec<usize>,
        /// How many class weeks have closed.
        closed: usize,
    },
    /// The last published week, for what does not add up.
    Week {
        /// Its value.
        value: f64,
        /// Its place in the range.
        at: usize,
    },
    /// Too few people, or none.
    Withheld,
    /// No class week of the range has closed yet.
    NotClosed,
    /// The committee has not decided.
    Undecided,
}

impl Headline {
    /// The number, where there is one.
    pub(super) const fn value(&self) -> Option<f64> {
        match self {
            Self::Whole(value) | Self::Sum { value, .. } | Self::Week { value, .. } => Some(*value),
            Self::Withheld | Self::NotClosed | Self::Undecided => None,
        }
    }
}

/// The class weeks that have closed, as places in the range.
pub(super) fn closed_weeks(scene: &Scene<'_>) -> Vec<usize> {
    let through = scene.setting.closed_through;
    let is_closed = |week: &Week| {
        week.number.is_some() && week.time == Time::Over && through.is_some_and(|through| week.iso <= through)
    };
    scene.weeks.list().iter().enumerate().filter(|(_, week)| is_closed(week)).map(|(at, _)| at).collect()
}

/// What can be said of a measure.
pub(super) fn headline(scene: &Scene<'_>, measure: &Measure) -> Headline {
    let label = &scene.range.label;
    if scene.figures.awaits_decision(&measure.name, label) {
        return Headline::Undecided;
    }
    if let Some(value) = scene.figures.value(&measure.name, label) {
        return Headline::Whole(value);
    }
    if scene.figures.is_withheld(&measure.name, label) {
        return Headline::Withheld;
    }
    let closed = closed_weeks(scene);
    if closed.is_empty() {
        return Headline::NotClosed;
    }
    let published: Vec<(usize, f64)> = closed
        .iter()
        .filter_map(|at| Some((*at, scene.figures.value(&measure.name, &scene.weeks.list()[*at].label)?)))
        .collect();
    match published.last() {
        None => Headline::Withheld,
        Some((at, value)) if !adds_up(measure) => Headline::Week { value: *value, at: *at },
        Some(_) => Headline::Sum {
            value: published.iter().map(|(_, value)| value).sum(),
            weeks: published.iter().map(|(at, _)| *at).collect(),
            closed: closed.len(),
        },
    }
}

/// The period of a headline, as the API names it; the weeks of a sum are joined.
pub(super) fn period(scene: &Scene<'_>, headline: &Headline) -> String {
    let label = |at: &usize| scene.weeks.list()[*at].label.clone();
    match headline {
        Headline::Sum { weeks, .. } => weeks.iter().map(label).collect::<Vec<_>>().join("+"),
        Headline::Week { at, .. } => label(at),
        _ => scene.range.label.clone(),
    }
}

/// "en période 1", "en semaine 10", "en 3 semaines closes".
pub(super) fn when(scene: &Scene<'_>, headline: &Headline) -> String {
    let lang = scene.lang();
    match headline {
        Headline::Week { at, .. } => {
            let week = &scene.weeks.list()[*at];
            match week.number {
                Some(number) => format!("{} {number}", lang.pick("en semaine", "in week")),
                None => scene.weeks.long(week),
            }
        }
        Headline::Sum { weeks, closed, .. } => {
            let (n, all) = (weeks.len(), *closed);
            match (lang, n == all, n) {
                (Lang::Fr, true, 1) => "en 1 semaine close".to_owned(),
                (Lang::Fr, true, _) => format!("en {n} semaines closes"),
                (Lang::Fr, false, _) => format!("en {n} semaines publiées sur {all}"),
                (Lang::En, true, 1) => "in 1 closed week".to_owned(),
                (Lang::En, true, _) => format!("in {n} closed weeks"),
                (Lang::En, false, _) => format!("in {n} of {all} weeks, those published"),
            }
        }
        _ => scene.name.within.clone(),
    }
}

/// The denominator beside a headline: "12" of "8 of 12".
pub(super) fn of(scene: &Scene<'_>, measure: &str, headline: &Headline) -> Option<f64> {
    if matches!(headline, Headline::Sum { .. }) {
        return None;
    }
    let period = period(scene, headline);
    let frozen = |name: &str| scene.figures.value(&format!("{name}_of"), &period);
    let beside = if measure == "active_teachers" { frozen("adoption_rate") } else { None };
    // What was declared at the closing, else what is declared now.
    frozen(measure).or(beside).or_else(|| declared(scene, measure))
}

/// How many people of a measure's kind the school declares; only for what counts distinct people.
fn declared(scene: &Scene<'_>, measure: &str) -> Option<f64> {
    let (declared, measure) = (scene.setting.declared?, scene.measure(measure)?);
    let n = match (&measure.value, measure.contributor) {
        (Value::Distinct(_) | Value::Active, Contributor::Teacher) => declared.teachers,
        (Value::Distinct(_), Contributor::Pupil) => declared.pupils,
        (Value::Distinct(_), Contributor::Family) => declared.families,
        _ => 0,
    };
    (n > 0).then(|| super::to_float(n))
}

/// The change since the range before and, where it is known, the value of the same period last year.
pub(super) fn change(scene: &Scene<'_>, measure: &Measure, headline: &Headline) -> Markup {
    let (lang, unit) = (scene.lang(), unit_of(measure, scene.lang()));
    let Some(value) = headline.value() else { return html! {} };
    let Ok(before) = &scene.before else { return html! { (scene.why_alone()) } };
    let nothing = || say(lang, "Rien à comparer dans la plage d’avant", "Nothing to compare with in the range before");
    let earlier = match headline {
        Headline::Whole(_) => before
            .figures
            .value(&measure.name, &before.range.label)
            .map(|previous| (previous, before.name.against.clone())),
        Headline::Week { at, .. } => previous_week(scene, measure, *at),
        Headline::Sum { weeks, .. } => {
            let label = |at: &usize| before.range.weeks.get(*at).map(ToString::to_string);
            let sum: Option<f64> = weeks.iter().map(|at| before.figures.value(&measure.name, &label(at)?)).sum();
            let against = match lang {
                Lang::Fr => format!("aux mêmes semaines {}", before.name.of),
                Lang::En => format!("the same weeks {}", before.name.of),
            };
            sum.map(|previous| (previous, against))
        }
        _ => None,
    };
    let last_year = scene.figures.value(&format!("{}_previous_year", measure.name), &period(scene, headline));
    html! {
        @match earlier {
            Some((previous, against)) => (card::change(lang, &unit, value, previous, &against)),
            None => (nothing()),
        }
        @if let Some(last_year) = last_year {
            ". " (lang.pick("L’an dernier", "Last year")) (lang.pick("\u{202f}: ", ": ")) (unit.write(crate::pages::words::drawn(lang), last_year))
        }
    }
}

/// The published class week before one of the range.
fn previous_week(scene: &Scene<'_>, measure: &Measure, at: usize) -> Option<(f64, String)> {
    let lang = scene.lang();
    let list = scene.weeks.list();
    let (week, value) =
        list[..at].iter().rev().find_map(|week| Some((week, scene.figures.value(&measure.name, &week.label)?)))?;
    let name = match (week.number, lang) {
        (Some(number), Lang::Fr) => format!("à la semaine {number}"),
        (Some(number), Lang::En) => format!("week {number}"),
        (None, _) => scene.weeks.long(week),
    };
    Some((value, name))
}

/// "sur 12 enseignants, en semaine 10".
pub(super) fn unit_words(scene: &Scene<'_>, measure: &Measure, headline: &Headline) -> String {
    let lang = scene.lang();
    let (_, many) = crate::pages::words::name_of_one(&measure.name, lang);
    let of = of(scene, &measure.name, headline).filter(|_| !many.is_empty());
    let name = match of {
        Some(all) => format!("{} {} {many}", lang.pick("sur", "of"), number(lang, all)),
        None => match unit_of(measure, lang) {
            charts::Unit::Count { one, many } => {
                let value = headline.value().unwrap_or(0.0);
                if charts::format::is_singular(crate::pages::words::drawn(lang), value) { one } else { many }
            }
            _ => String::new(),
        },
    };
    let when = when(scene, headline);
    if name.is_empty() { when } else { format!("{name}, {when}") }
}
