//! The period bar: school time first, dates second. Links and a small form; the address holds the whole state.

use analytics::range::{NoRange, Range};
use calendar::{IsoWeek, Lang, Month, Period, SchoolYear};
use jiff::Span;
use jiff::civil::Date;
use maud::{Markup, html};

use super::address::{Address, dates_of};
use super::names::Naming;
use super::scene::kept_since;
use super::words::{capital, day_of_year, say};
use crate::views::ViewState;

/// A range that the address asks for and that cannot be shown.
pub(super) struct Refused<'a> {
    pub(super) error: &'a NoRange,
    /// What the form held.
    pub(super) state: &'a ViewState,
}

/// Periods with what they are called.
type Named = Vec<(String, Period)>;

/// The bar over a range.
pub(super) struct Bar<'a> {
    pub(super) naming: Naming<'a>,
    pub(super) address: &'a Address,
    pub(super) range: &'a Range,
    /// Why the address could not be followed: the bar then shows the range it fell back to.
    pub(super) refused: Option<Refused<'a>>,
}

impl Bar<'_> {
    /// The bar as HTML.
    pub(super) fn markup(&self) -> Markup {
        let lang = self.naming.lang;
        let name = self.naming.name(self.range);
        html! {
            @if let Some(refused) = &self.refused {
                div class="error-summary" role="alert" { p { a href="#from" { (sentence(refused.error, lang)) } } }
            }
            nav class="period-bar" aria-label=(lang.pick("Période", "Period")) {
                div class="period-now" {
                    (self.step(self.earlier(), "←", "prev", "ArrowLeft", "period-previous", lang.pick("Période précédente", "Previous period")))
                    p class="period-name" data-announce { strong { (name.title) } " " span { (name.dates) } }
                    (self.step(self.later(), "→", "next", "ArrowRight", "period-next", lang.pick("Période suivante", "Next period")))
                }
                (self.units())
                (self.comparison())
                (self.chooser())
            }
            @if let Some((from, _)) = dates_of(self.range).filter(|(from, _)| *from < self.range.first_day()) {
                @let year = self.range.school_year();
                p class="note" {
                    (say(lang,
                        &format!("Une plage tient dans une année scolaire : celle-ci commence avec l’année {year}, et non le {}.", day_of_year(lang, from)),
                        &format!("A range lies within one school year: this one starts with the year {year}, not on {}.", day_of_year(lang, from))))
                }
            }
        }
    }

    fn step(&self, to: Option<Range>, arrow: &str, rel: &str, key: &str, id: &str, what: &str) -> Markup {
        let colon = self.naming.lang.pick("\u{202f}: ", ": ");
        let name = to.as_ref().map(|range| self.naming.name(range).title);
        let name = name.unwrap_or_else(|| self.naming.lang.pick("aucune", "none").to_owned());
        let href = to.map(|range| self.address.over(&range).href());
        // Without an address it stays a link to assistive technology, and says that it leads nowhere.
        let is_nowhere = href.is_none();
        html! {
            a class="period-step" href=[href] rel=[(!is_nowhere).then_some(rel)] data-key=[(!is_nowhere).then_some(key)] id=(id)
                role=[is_nowhere.then_some("link")] aria-disabled=[is_nowhere.then_some("true")] aria-label={ (what) (colon) (name) } { (arrow) }
        }
    }

    /// The range before, as long as some of it is kept.
    fn earlier(&self) -> Option<Range> {
        let calendar = self.naming.calendar;
        let before = self.range.previous(calendar, self.naming.zone)?;
        (before.last_day() >= kept_since(self.naming.today)).then_some(before)
    }

    /// The range after, once it has begun.
    fn later(&self) -> Option<Range> {
        let (calendar, zone) = (self.naming.calendar, self.naming.zone);
        let after = match self.range.period {
            Some(Period::SchoolPeriod(period)) => calendar
                .period(zone, period.year, period.number + 1)
                .or_else(|| calendar.period(zone, period.year.next(), 1))
                .map(Period::SchoolPeriod),
            Some(Period::Month(month)) => Some(Period::Month(month.next())),
            Some(Period::Week(week)) => Some(Period::Week(week.next())),
            Some(Period::SchoolYear(year)) => Some(Period::SchoolYear(year.next())),
            Some(Period::Day(_)) => None,
            None => {
                let span = Span::new().weeks(i64::try_from(self.range.weeks.len()).unwrap_or(1));
                let (from, until) =
                    (self.range.first_day().saturating_add(span), self.range.last_day().saturating_add(span));
                return Range::between(from, until).ok().filter(|range| range.first_day() <= self.naming.today);
            }
        };
        after.map(Range::of_period).filter(|range| range.first_day() <= self.naming.today)
    }

    /// Week, month, school period, school year around what is shown.
    fn units(&self) -> Markup {
        let Naming { lang, calendar, zone, today } = self.naming;
        let anchor = self.range.last_day().min(today).max(self.range.first_day());
        let week = IsoWeek::of(anchor);
        let school_period = Range::current(calendar, zone, anchor);
        let is = |kind: fn(&Period) -> bool| self.range.period.as_ref().is_some_and(kind);
        let units = [
            (
                "w",
                "unit-w",
                lang.pick("Semaine", "Week"),
                Range::of_period(Period::Week(week)),
                is(|p| matches!(p, Period::Week(_))),
            ),
            (
                "m",
                "unit-m",
                lang.pick("Mois", "Month"),
                Range::of_period(Period::Month(week.month())),
                is(|p| matches!(p, Period::Month(_))),
            ),
            (
                "p",
                "unit-p",
                lang.pick("Période", "School period"),
                school_period,
                is(|p| matches!(p, Period::SchoolPeriod(_))),
            ),
            (
                "y",
                "unit-y",
                lang.pick("Année", "Year"),
                Range::of_period(Period::SchoolYear(SchoolYear::of(anchor))),
                is(|p| matches!(p, Period::SchoolYear(_))),
            ),
        ];
        html! {
            ul class="segments" {
                @for (key, id, name, range, is_current) in units {
                    li { a href=(self.address.over(&range).href()) data-key=(key) id=(id) aria-current=[is_current.then_some("true")] { (name) } }
                }
            }
        }
    }

    /// The switch, where there is a range before that is kept in full.
    fn comparison(&self) -> Markup {
        let lang = self.naming.lang;
        let before = self.range.previous(self.naming.calendar, self.naming.zone);
        let Some(before) = before.filter(|range| range.first_day() >= kept_since(self.naming.today)) else {
            return html! {};
        };
        let is_on = self.address.compares();
        let address = match &self.refused {
            Some(_) => self.address.comparing(!is_on),
            None => self.address.over(self.range).comparing(!is_on),
        };
        let against = self.naming.name_before(&before).against;
        let words = format!("{} {against}", lang.pick("Comparer", "Compare with"));
        html! {
            a class={ "switch" @if is_on { " is-on" } } role="switch" aria-checked=(if is_on { "true" } else { "false" })
                href=(address.href()) data-key="x" id="compare" { (words) }
        }
    }

    /// Every period that is kept, and two dates.
    fn chooser(&self) -> Markup {
        let lang = self.naming.lang;
        html! {
            details class="dates" open[self.refused.is_some()] {
                summary { (lang.pick("Choisir une période ou des dates", "Choose a period or dates")) }
                div class="period-lists" {
                    @for (id, name, periods) in self.lists() {
                        div {
                            p id=(id) { (name) }
                            ul aria-labelledby=(id) {
                                @for (words, period) in periods {
                                    @let is_current = self.refused.is_none() && self.range.period == Some(period);
                                    li { a href=(self.address.over_period(&period).href()) aria-current=[is_current.then_some("true")] { (words) } }
                                }
                            }
                        }
                    }
                }
                (self.form())
            }
        }
    }

    fn lists(&self) -> Vec<(String, String, Named)> {
        let Naming { lang, calendar, zone, today } = self.naming;
        let since = kept_since(today);
        let this_year = SchoolYear::of(today);
        let mut lists = Vec::new();
        for year in [this_year, this_year.previous()] {
            let periods = calendar.periods(zone, year).into_iter();
            let mut periods: Vec<(String, Period)> = periods
                .filter(|period| period.start <= today && period.end >= since)
                .map(|period| (period.label(lang), Period::SchoolPeriod(period)))
                .collect();
            periods.push((lang.pick("Toute l’année", "Whole year").to_owned(), Period::SchoolYear(year)));
            let name = format!("{} {year}", lang.pick("Année scolaire", "School year"));
            lists.push((format!("periods-{}", year.start_year()), name, periods));
        }
        let mut months = Vec::new();
        let mut month = Month::of(today);
        while month.last_day() >= since {
            months.push((capital(&month.label(lang)), Period::Month(month)));
            month = month.prev();
        }
        lists.push(("months".to_owned(), lang.pick("Mois", "Months").to_owned(), months));
        lists
    }

    fn form(&self) -> Markup {
        let lang = self.naming.lang;
        let typed = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Date>().ok());
        let (from, until) = match &self.refused {
            Some(refused) => (typed(&refused.state.from), typed(&refused.state.until)),
            None => (Some(self.range.first_day()), Some(self.range.last_day())),
        };
        let backward = self.refused.as_ref().filter(|refused| matches!(refused.error, NoRange::Backward { .. }));
        let error = backward.map(|refused| sentence(refused.error, lang));
        html! {
            form method="get" {
                div class="field" {
                    label for="from" { (lang.pick("Du", "From")) }
                    input id="from" name="from" type="date" required value=[from];
                }
                div class={ "field" @if error.is_some() { " has-error" } } {
                    label for="until" { (lang.pick("Au", "To")) }
                    @if let Some(error) = &error { p class="error" id="until-error" { (error) } }
                    input id="until" name="until" type="date" required value=[until] aria-invalid=[error.is_some().then_some("true")]
                        aria-describedby=[error.is_some().then_some("until-error")];
                }
                @if !self.address.compares() { input type="hidden" name="compare" value="0"; }
                @if let Some(chosen) = self.address.chosen_language() { input type="hidden" name="lang" value=(chosen.code()); }
                button class="button quiet" type="submit" { (lang.pick("Afficher", "Show")) }
            }
        }
    }
}

/// What is wrong with a range, and what to do.
pub(super) fn sentence(error: &NoRange, lang: Lang) -> String {
    match error {
        NoRange::Backward { from, until } => {
            let (from, until) = (day_of_year(lang, *from), day_of_year(lang, *until));
            say(
                lang,
                &format!("La date de fin ({until}) est avant la date de début ({from})."),
                &format!("The end date ({until}) is before the start date ({from})."),
            )
        }
        // What was typed could be anything, and is not repeated.
        NoRange::Period(_) => say(
            lang,
            "La période ou la date demandée n’existe pas. Choisissez-en une dans la liste.",
            "There is no such period or date. Choose one from the list.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::{Calendar, Zone};

    fn bar(label: &str, state: Option<(&NoRange, &ViewState)>) -> String {
        let calendar = Calendar::official();
        let naming =
            Naming { lang: Lang::Fr, calendar: &calendar, zone: Zone::C, today: "2025-11-26".parse().unwrap() };
        let range = Range::of_label(label, &calendar, Zone::C).unwrap();
        let address = Address::new("/ma-classe", true, None);
        let refused = state.map(|(error, state)| Refused { error, state });
        let html = Bar { naming, address: &address, range: &range, refused }.markup().into_string();
        html.replace(['\u{202f}', '\u{a0}'], " ")
    }

    #[test]
    fn one_steps_through_what_has_begun_and_is_kept() {
        let current = bar("2025-2026-P2", None);
        assert!(current.contains("href=\"/ma-classe?p=2025-2026-P1\" rel=\"prev\""));
        assert!(current.contains("aria-label=\"Période suivante : aucune\""));
        let oldest = bar("2024-2025-P1", None);
        assert!(oldest.contains("aria-label=\"Période précédente : aucune\""));
        assert!(oldest.contains("href=\"/ma-classe?p=2024-2025-P2\" rel=\"next\""));
    }

    #[test]
    fn only_periods_that_are_kept_are_offered() {
        let html = bar("2025-2026-P2", None);
        for offered in ["2025-2026-P1", "2024-2025-P2", "2024-2025", "2025-11", "2024-11"] {
            assert!(html.contains(&format!("?p={offered}\"")), "{offered}");
        }
        for gone in ["2024-2025-P1", "2024-09", "2025-2026-P3", "2025-12"] {
            assert!(!html.contains(&format!("?p={gone}\"")), "{gone}");
        }
    }

    #[test]
    fn a_range_that_ends_before_it_begins_keeps_the_form_as_it_was() {
        let (from, until) = ("2025-11-17".parse().unwrap(), "2025-11-10".parse().unwrap());
        let state = ViewState {
            from: Some("2025-11-17".to_owned()),
            until: Some("2025-11-10".to_owned()),
            ..ViewState::default()
        };
        let html = bar("2025-2026-P2", Some((&NoRange::Backward { from, until }, &state)));
        assert!(html.contains("La date de fin (10 novembre 2025) est avant la date de début (17 novembre 2025)."));
        assert!(html.contains("value=\"2025-11-17\"") && html.contains("value=\"2025-11-10\""));
        assert!(html.contains("<details class=\"dates\" open>"));
    }
}
