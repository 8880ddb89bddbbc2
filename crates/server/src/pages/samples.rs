//! Views built by hand, for the tests of pages. Each rendered page is also left in a folder, to be looked at: set
//! `ECARNET_PAGES` to it.

use std::collections::BTreeMap;

use analytics::range::Range;
use analytics::view::{Figure, View};
use calendar::{Calendar, IsoWeek, Lang, Zone};
use catalogue::{Catalogue, Role};
use jiff::civil::Date;
use maud::{Markup, html};
use store::Denominators;

use super::address::Address;
use super::layout::{Frame, Reader};
use super::names::Naming;
use super::period::Bar;
use super::scene::{Scene, Setting};
use crate::views::Compared;

/// A view over a range, on a day.
pub(super) struct Sample {
    pub(super) calendar: Calendar,
    pub(super) zone: Zone,
    catalogue: Catalogue,
    pub(super) today: Date,
    pub(super) compared: Compared,
    pub(super) closed_through: Option<IsoWeek>,
    pub(super) declared: Option<Denominators>,
    path: &'static str,
}

impl Sample {
    pub(super) fn new(path: &'static str, label: &str, today: &str) -> Self {
        let (calendar, zone) = (Calendar::official(), Zone::C);
        let range = Range::of_label(label, &calendar, zone).unwrap();
        let view = View { view: path.trim_start_matches('/').to_owned().leak(), ..View::default() };
        Self {
            catalogue: Catalogue::embedded().unwrap(),
            calendar,
            zone,
            today: today.parse().unwrap(),
            compared: Compared { range, view, previous: None, demonstration: true },
            closed_through: None,
            declared: None,
            path,
        }
    }

    /// The weeks that have begun.
    pub(super) fn past_weeks(&self) -> Vec<String> {
        let begun = self.compared.range.weeks.iter().filter(|week| week.monday() <= self.today);
        begun.map(ToString::to_string).collect()
    }

    pub(super) fn with_scene<T>(&self, lang: Lang, look: impl FnOnce(&Scene<'_>) -> T) -> T {
        let address = Address::new(self.path, true, None);
        look(&self.scene(lang, &address))
    }

    fn scene<'a>(&'a self, lang: Lang, address: &'a Address) -> Scene<'a> {
        let setting = Setting {
            lang,
            catalogue: &self.catalogue,
            calendar: &self.calendar,
            zone: self.zone,
            today: self.today,
            address,
            closed_through: self.closed_through,
            declared: self.declared,
        };
        Scene::new(setting, &self.compared)
    }

    /// The whole page in its frame.
    pub(super) fn page(&self, lang: Lang, name: &str, main: impl FnOnce(&Scene<'_>) -> Markup) -> String {
        let address = Address::new(self.path, true, None);
        let scene = self.scene(lang, &address);
        let naming = Naming { lang, calendar: &self.calendar, zone: self.zone, today: self.today };
        let role = if self.path == "/ma-classe" { Role::Teacher } else { Role::SchoolHead };
        let frame = Frame {
            lang,
            chosen: None,
            title: name,
            path: self.path,
            other_language: address.in_language(Lang::En).href(),
            reader: Some(Reader { role: Some(role), called: "Classe de PS-MS".to_owned() }),
            demonstration: true,
            partial: true,
        };
        let bar = Bar { naming, address: &address, range: scene.range, refused: None };
        let page = frame.page(&html! { (bar.markup()) (main(&scene)) }).into_string();
        if let Ok(folder) = std::env::var("ECARNET_PAGES") {
            let file = format!("{folder}/{name}-{}.html", lang.code());
            std::fs::write(file, page.replace("\"/assets/", "\"")).unwrap();
        }
        page
    }
}

/// A figure as a whole.
pub(super) fn figure(measure: &str, period: &str, value: f64, protection: &str) -> Figure {
    Figure {
        measure: measure.to_owned(),
        period: period.to_owned(),
        dimensions: BTreeMap::new(),
        value,
        unit: "n",
        protection: protection.to_owned(),
        low: None,
        high: None,
    }
}

/// A figure split one way.
pub(super) fn split(measure: &str, period: &str, by: &str, word: &str, value: f64) -> Figure {
    let dimensions = BTreeMap::from([(by.to_owned(), word.to_owned())]);
    Figure { dimensions, ..figure(measure, period, value, "exact") }
}
