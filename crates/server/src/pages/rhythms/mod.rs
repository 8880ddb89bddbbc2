//! Patterns in words: one sentence for each in both languages, with its figures, how sure it is, how it was found and what
//! must not be read into it. Pages and the API tell the same.

mod beyond;
mod method;
mod place;
mod school;
#[cfg(test)]
mod tests;

use analytics::patterns::{BeyondPatterns, SchoolPatterns, own::OwnWeekdays};
use calendar::Lang;
use catalogue::Catalogue;
use privacy::exit::{Origin, Protection, Released};
use serde::Serialize;
use serde_json::Value;

pub(super) use place::section as operator_section;
pub(super) use school::section as school_section;

/// A wording in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Both {
    fr: String,
    en: String,
}

impl Both {
    fn of(say: impl Fn(Lang) -> String) -> Self {
        Self { fr: say(Lang::Fr), en: say(Lang::En) }
    }
}

/// A pattern as it is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Told {
    /// What kind of pattern: `peak`, `technical_peak`, `link`, `season`, `hours`, `own_weekdays`, `bottleneck`,
    /// `crashing`, `dead_end`, `back_and_forth` or `abandoned`.
    kind: &'static str,
    sentence: Both,
    figures: Value,
    uncertainty: Both,
    method: Both,
    caution: Both,
    origin: Origin,
    protection: String,
}

/// A pattern without its words about method and caution, which its kind has.
struct Finding<'a> {
    kind: &'static str,
    figures: Value,
    origin: Origin,
    protection: &'a str,
}

impl Finding<'_> {
    fn told(self, sentence: impl Fn(Lang) -> String, uncertainty: impl Fn(Lang) -> String) -> Told {
        let words = method::of(self.kind);
        Told {
            kind: self.kind,
            sentence: Both::of(sentence),
            uncertainty: Both::of(uncertainty),
            method: Both::of(|lang| words.method(lang)),
            caution: Both::of(|lang| words.caution(lang)),
            figures: self.figures,
            origin: self.origin,
            protection: self.protection.to_owned(),
        }
    }
}

/// Five devices at least, as technical figures say it.
fn of_devices() -> String {
    Protection::Devices(privacy::exit::DistinctDevices::LEAST).to_string()
}

/// What is serialised is made of numbers and words: it never fails.
fn figures(found: &impl Serialize) -> Value {
    serde_json::to_value(found).unwrap_or_default()
}

/// The patterns of a school.
pub(crate) fn of_school(catalogue: &Catalogue, found: &SchoolPatterns) -> Vec<Told> {
    let frozen = |kind, figures| Finding { kind, figures, origin: Origin::Frozen, protection: &found.protection };
    let mut told: Vec<Told> = Vec::new();
    for peak in &found.peaks {
        let sentence = |lang| school::peak(lang, catalogue, peak);
        told.push(frozen("peak", figures(peak)).told(sentence, |lang| school::falls_in(lang, peak.low, peak.high)));
    }
    let devices = of_devices();
    for day in &found.days {
        let finding =
            Finding { kind: "technical_peak", figures: figures(day), origin: Origin::Technical, protection: &devices };
        told.push(
            finding.told(|lang| school::day(lang, catalogue, day), |lang| school::falls_in(lang, day.low, day.high)),
        );
    }
    let weeks = |lang: Lang| lang.pick("d’une semaine de classe à l’autre", "from one class week to the next");
    for link in &found.links.found {
        let sentence = |lang| school::link(lang, &|name| school::title(lang, catalogue, name), link, weeks(lang));
        told.push(frozen("link", figures(link)).told(sentence, |lang| school::of_link(lang, link, found.links.tested)));
    }
    for season in &found.seasons {
        let sentence = |lang| school::season(lang, catalogue, season);
        told.push(frozen("season", figures(season)).told(sentence, |lang| school::of_season(lang, season)));
    }
    told
}

/// A teacher's own weekdays.
pub(crate) fn of_own(found: &Released<OwnWeekdays>) -> Vec<Told> {
    let protection = found.protection().to_string();
    let finding = Finding {
        kind: "own_weekdays",
        figures: figures(found.value()),
        origin: found.origin(),
        protection: &protection,
    };
    let exact =
        |lang: Lang| lang.pick("Exact : ce sont vos propres actes.", "Exact: these are your own acts.").to_owned();
    vec![finding.told(|lang| beyond::own(lang, found.value()), |lang| super::words::spaced(lang, &exact(lang)))]
}

/// The patterns beyond establishments.
pub(crate) fn beyond(catalogue: &Catalogue, found: &BeyondPatterns) -> Vec<Told> {
    let (noise, devices) = (found.protection.clone().unwrap_or_default(), of_devices());
    let noisy = |kind, figures| Finding { kind, figures, origin: Origin::Frozen, protection: &noise };
    let technical = |kind, figures| Finding { kind, figures, origin: Origin::Technical, protection: &devices };
    let mut told: Vec<Told> = Vec::new();
    for habits in &found.habits {
        told.push(
            noisy("hours", figures(habits))
                .told(|lang| beyond::habits(lang, habits), |lang| beyond::of_habits(lang, habits)),
        );
    }
    let places = |lang: Lang| {
        lang.pick("d’une circonscription et d’un mois à l’autre", "from one district and month to the next")
    };
    for link in &found.links.found {
        let sentence = |lang| school::link(lang, &|name| beyond::cube_title(lang, catalogue, name), link, places(lang));
        told.push(noisy("link", figures(link)).told(sentence, |lang| school::of_link(lang, link, found.links.tested)));
    }
    for one in &found.friction.bottlenecks {
        let sentence = |lang| beyond::bottleneck(lang, catalogue, one);
        told.push(technical("bottleneck", figures(one)).told(sentence, |lang| beyond::of_bottleneck(lang, one)));
    }
    for one in &found.friction.crashing {
        let sentence = |lang| beyond::crashing(lang, catalogue, one);
        told.push(technical("crashing", figures(one)).told(sentence, |lang| beyond::of_crashing(lang, one)));
    }
    for one in &found.friction.stuck {
        let sentence = |lang| beyond::stuck(lang, catalogue, one);
        told.push(noisy(one.kind, figures(one)).told(sentence, |lang| beyond::share_between(lang, one.low, one.high)));
    }
    told
}
