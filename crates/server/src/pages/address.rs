//! The state of a view as links write it: only what was understood goes back into an address, never what was typed.

use std::fmt::Write;

use calendar::{Lang, Period};
use jiff::civil::Date;

use analytics::range::Range;

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// Nothing: the current school period.
    Current,
    /// A period, by its label.
    Period(String),
    /// Two dates.
    Dates(Date, Date),
}

/// The address of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    path: &'static str,
    shown: Shown,
    compares: bool,
    /// The language, where the reader chose one.
    lang: Option<Lang>,
}

impl Address {
    /// An address of a path that shows the current period.
    pub(super) const fn new(path: &'static str, compares: bool, lang: Option<Lang>) -> Self {
        Self { path, shown: Shown::Current, compares, lang }
    }

    /// The same view over a range.
    pub(super) fn over(&self, range: &Range) -> Self {
        let shown = match (&range.period, dates_of(range)) {
            (None, Some((from, until))) => Shown::Dates(from, until),
            _ => Shown::Period(range.label.clone()),
        };
        Self { shown, ..self.clone() }
    }

    /// The same view over a period.
    pub(super) fn over_period(&self, period: &Period) -> Self {
        Self { shown: Shown::Period(period.to_string()), ..self.clone() }
    }

    /// The same view with the comparison on or off.
    pub(super) fn comparing(&self, compares: bool) -> Self {
        Self { compares, ..self.clone() }
    }

    /// The same view in a language.
    pub(super) fn in_language(&self, lang: Lang) -> Self {
        Self { lang: Some(lang), ..self.clone() }
    }

    /// Whether the comparison is on.
    pub(super) const fn compares(&self) -> bool {
        self.compares
    }

    /// Its path, without the state.
    pub(super) const fn path(&self) -> &'static str {
        self.path
    }

    /// The language, where the reader chose one.
    pub(super) const fn chosen_language(&self) -> Option<Lang> {
        self.lang
    }

    /// As a link writes it.
    pub(super) fn href(&self) -> String {
        let mut query = String::new();
        let mut add = |name: &str, value: &dyn std::fmt::Display| {
            let sign = if query.is_empty() { '?' } else { '&' };
            // Writing to a string cannot fail.
            let _ = write!(query, "{sign}{name}={value}");
        };
        match &self.shown {
            Shown::Current => {}
            Shown::Period(label) => add("p", label),
            Shown::Dates(from, until) => {
                add("from", from);
                add("until", until);
            }
        }
        if !self.compares {
            add("compare", &0);
        }
        if let Some(lang) = self.lang {
            add("lang", &lang.code());
        }
        format!("{}{query}", self.path)
    }
}

/// The two dates of a free range.
pub(super) fn dates_of(range: &Range) -> Option<(Date, Date)> {
    let (from, until) = range.label.split_once('/')?;
    Some((from.parse().ok()?, until.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_the_state_of_the_view() {
        let address = Address::new("/ma-classe", true, None);
        let range = Range::between("2025-11-03".parse().unwrap(), "2025-11-16".parse().unwrap()).unwrap();
        let free = address.over(&range).comparing(false).in_language(Lang::En);
        assert_eq!(address.href(), "/ma-classe");
        assert_eq!(free.href(), "/ma-classe?from=2025-11-03&until=2025-11-16&compare=0&lang=en");
    }
}
