//! A key figure: value, unit, change, sparkline, what to do next, and where the figure comes from.

use calendar::Lang;
use catalogue::Measure;
use charts::{Sparkline, Unit, Value, format, withheld};
use maud::{Markup, html};

use super::scene::Scene;
use super::words::{self, drawn, quote, say, spaced};

/// What stands in the big letters.
pub(super) enum Body {
    /// A figure.
    Figure {
        /// Its value, in the measure's unit.
        value: f64,
        /// What stands after the number: "traces", "sur 24 élèves".
        unit: String,
        /// The period it is of, as the API names it.
        period: String,
    },
    /// Too few people, or none; with why and what could be tried.
    Withheld,
    /// There is none, for a reason in words.
    Words(String),
}

/// A key figure.
pub(super) struct Card<'a> {
    pub(super) measure: &'a Measure,
    /// The percentile, for measures that have several values.
    pub(super) percentile: Option<&'static str>,
    /// Its name, where the catalogue's is too general.
    pub(super) name: Option<String>,
    pub(super) body: Body,
    /// The weekly values.
    pub(super) weekly: Vec<Value>,
    /// The line on change.
    pub(super) change: Markup,
    /// Where to go from here: address and words.
    pub(super) next: Option<(String, String)>,
    /// The protection, as the figure carries it.
    pub(super) protection: String,
}

impl Card<'_> {
    /// The card as HTML.
    pub(super) fn markup(&self, scene: &Scene<'_>) -> Markup {
        let lang = scene.lang();
        let name = self.name.clone().unwrap_or_else(|| self.measure.title.get(lang).replace('\'', "’"));
        html! {
            article class="figure-card" {
                h3 class="figure-name" { (name) }
                (self.value(lang))
                @if let Some(line) = self.sparkline(scene, &name) { (line.svg()) }
                p class="figure-change" { (self.change) }
                @if let Some((href, words)) = &self.next {
                    p class="figure-next" { a href=(href) { (words) } }
                }
                (self.about(scene, &name))
            }
        }
    }

    fn value(&self, lang: Lang) -> Markup {
        match &self.body {
            Body::Figure { value, unit, period } => {
                let written = written(&words::unit_of(self.measure, lang), lang, *value);
                html! {
                    p class="figure-value" {
                        data value=(value) data-measure=(self.measure.name) data-period=(period) data-percentile=[self.percentile] { (written) }
                        " " span class="figure-unit" { (unit) }
                    }
                }
            }
            Body::Withheld => html! { p class="figure-value withheld" { (withheld(drawn(lang), 5)) } },
            Body::Words(reason) => html! { p class="figure-value" { span class="figure-unit" { (reason) } } },
        }
    }

    fn sparkline(&self, scene: &Scene<'_>, name: &str) -> Option<Sparkline> {
        let lang = scene.lang();
        let shown = self.weekly.iter().filter(|value| value.known().is_some()).count();
        if shown < 2 || !matches!(self.body, Body::Figure { .. }) {
            return None;
        }
        // The line ends with the last week that has a value.
        let end = self.weekly.iter().rposition(|value| *value != Value::Absent).map_or(0, |last| last + 1);
        let percentile = self.percentile.unwrap_or_default();
        let id = format!("line-{}{percentile}", self.measure.name.replace('_', "-"));
        let label = format!("{name}, {}", lang.pick("par semaine", "by week"));
        let line =
            Sparkline::new(id, drawn(lang), label, words::unit_of(self.measure, lang), self.weekly[..end].to_vec());
        Some(if scene.is_unfinished(&self.weekly) { line.unfinished() } else { line })
    }

    fn about(&self, scene: &Scene<'_>, name: &str) -> Markup {
        let lang = scene.lang();
        let events: Vec<String> = self.events(scene);
        html! {
            details class="about" {
                summary aria-label={ (lang.pick("À propos de ", "About ")) (quote(lang, name)) } { span aria-hidden="true" { "i" } }
                dl {
                    dt { (lang.pick("Définition", "Definition")) }
                    dd { (spaced(lang, &self.measure.definition.get(lang).replace('\'', "’"))) }
                    @if !events.is_empty() {
                        dt { (lang.pick("Événements", "Events")) }
                        dd { (events.join(", ")) }
                    }
                    dt { (lang.pick("Protection", "Protection")) }
                    dd { (protection(lang, &self.protection)) }
                    dt { (lang.pick("Nom dans l’API", "Name in the API")) }
                    dd { code { (self.measure.name) } }
                }
            }
        }
    }

    /// The events behind the measure, or behind those it is made of.
    fn events(&self, scene: &Scene<'_>) -> Vec<String> {
        let (catalogue, lang) = (scene.setting.catalogue, scene.lang());
        let mut titles: Vec<String> = Vec::new();
        let mut add = |measure: &Measure| {
            for event in catalogue.events_of(measure) {
                let title = event.title.get(lang).replace('\'', "’");
                if !titles.contains(&title) {
                    titles.push(title);
                }
            }
        };
        add(self.measure);
        if let catalogue::Value::Rate { numerator, denominator } = &self.measure.value {
            for operand in [numerator, denominator] {
                if let catalogue::Operand::Measures(list) = operand {
                    list.iter().filter_map(|at| catalogue.measures().get(usize::from(*at))).for_each(&mut add);
                }
            }
        }
        titles
    }
}

/// What a figure went through, in words.
pub(super) fn protection(lang: Lang, protection: &str) -> String {
    let least = |text: &str| text.parse::<u32>().unwrap_or(5);
    match protection.split_once('=') {
        Some(("k", k)) => {
            let k = least(k);
            let fr = format!("Calculé une fois, à la clôture de la période : au moins {k} personnes, sinon regroupé.");
            let en = format!("Computed once, when the period closes: at least {k} people, else merged.");
            say(lang, &fr, &en)
        }
        Some(("devices", devices)) => {
            let devices = least(devices);
            let fr = format!("Mesure technique, sans aucune personne : au moins {devices} appareils.");
            let en = format!("Technical measure without any person: at least {devices} devices.");
            say(lang, &fr, &en)
        }
        _ => say(
            lang,
            "Votre propre classe : valeur exacte, chaque consultation est journalisée.",
            "Your own class: exact, every view is logged.",
        ),
    }
}

/// The number in big letters, without the name of what is counted.
pub(super) fn written(unit: &Unit, lang: Lang, value: f64) -> String {
    match unit {
        Unit::Percent | Unit::SmallPercent => words::percent(lang, value),
        // People think of seconds.
        Unit::Milliseconds if (50.0..1_000.0).contains(&value) => {
            format!("{}\u{a0}s", format::number(drawn(lang), value / 1_000.0, 1))
        }
        other => other.write(drawn(lang), value),
    }
}

/// "▲ +12 % par rapport à la période 1 (305 traces)". Small counts differ by a number, not by a share.
pub(super) fn change(lang: Lang, unit: &Unit, current: f64, previous: f64, against: &str) -> Markup {
    let is_share = matches!(unit, Unit::Percent | Unit::SmallPercent);
    let difference = || format::difference(drawn(lang), unit, current, previous);
    let text = if is_share || previous < 20.0 {
        difference()
    } else {
        format::change(drawn(lang), current, previous).unwrap_or_else(difference)
    };
    let arrow = match text.chars().next() {
        Some('+') => "▲ ",
        Some('=') | None => "",
        Some(_) => "▼ ",
    };
    html! {
        span class="change" { (arrow) (text) }
        " " (lang.pick("par rapport", "compared with")) " " (against)
        " (" (written(unit, lang, previous)) ")"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_count_changes_by_a_number_and_a_large_one_by_a_share() {
        let unit = Unit::count("trace", "traces");
        let said = |current, previous| {
            let markup = change(Lang::Fr, &unit, current, previous, "à la période 1").into_string();
            markup.replace("<span class=\"change\">", "").replace("</span>", "").replace('\u{202f}', " ")
        };
        assert_eq!(said(7.0, 4.0), "▲ +3 par rapport à la période 1 (4)");
        assert_eq!(said(90.0, 100.0), "▼ −10 % par rapport à la période 1 (100)");
        assert_eq!(said(4.0, 4.0), "= par rapport à la période 1 (4)");
    }
}
