//! A view's figures by measure, period and split: built once for a page, so that drawing it never searches a list.

use std::collections::HashMap;

use analytics::view::{Figure, NOT_APPROVED, View};

/// The figures of one view.
pub(super) struct Lookup<'a> {
    measures: HashMap<&'a str, HashMap<&'a str, Cell<'a>>>,
    has_any: bool,
}

/// What is known of a measure in a period.
#[derive(Default)]
struct Cell<'a> {
    whole: Option<&'a Figure>,
    /// Per split its words and values.
    splits: Vec<(&'a str, Vec<(&'a str, f64)>)>,
    withheld: Option<&'static str>,
    protection: Option<&'a str>,
}

impl<'a> Lookup<'a> {
    /// Sorts the figures of a view.
    pub(super) fn new(view: &'a View) -> Self {
        let mut measures: HashMap<&str, HashMap<&str, Cell<'a>>> = HashMap::new();
        for figure in &view.figures {
            let cell = measures.entry(&figure.measure).or_default().entry(&figure.period).or_default();
            cell.protection = Some(&figure.protection);
            let mut dimensions = figure.dimensions.iter();
            match (dimensions.next(), dimensions.next()) {
                (None, _) => cell.whole = Some(figure),
                (Some((name, word)), None) => {
                    let value = (word.as_str(), figure.value);
                    match cell.splits.iter_mut().find(|(split, _)| split == name) {
                        // A range of one week has its label: the same figure stands in the view twice.
                        Some((_, words)) if words.iter().any(|(one, _)| one == word) => {}
                        Some((_, words)) => words.push(value),
                        None => cell.splits.push((name, vec![value])),
                    }
                }
                // No page shows a figure split two ways.
                (Some(_), Some(_)) => {}
            }
        }
        for one in &view.withheld {
            let cell = measures.entry(&one.measure).or_default().entry(&one.period).or_default();
            cell.withheld = Some(one.reason);
        }
        // What was only declared is not activity.
        let has_any = view.figures.iter().any(|figure| figure.value > 0.0 && !figure.measure.ends_with("_of"));
        Self { measures, has_any }
    }

    fn cell(&self, measure: &str, period: &str) -> Option<&Cell<'a>> {
        self.measures.get(measure)?.get(period)
    }

    /// A figure as a whole.
    pub(super) fn figure(&self, measure: &str, period: &str) -> Option<&'a Figure> {
        self.cell(measure, period)?.whole
    }

    /// The value of a figure as a whole.
    pub(super) fn value(&self, measure: &str, period: &str) -> Option<f64> {
        Some(self.figure(measure, period)?.value)
    }

    /// The protection of a measure's figures in a period, split ones too.
    pub(super) fn protection(&self, measure: &str, period: &str) -> Option<&'a str> {
        self.cell(measure, period)?.protection
    }

    /// Words and values of a split.
    pub(super) fn split<'s>(&'s self, measure: &str, period: &str, split: &str) -> &'s [(&'a str, f64)] {
        let found = self.cell(measure, period).and_then(|cell| cell.splits.iter().find(|(name, _)| *name == split));
        found.map_or(&[], |(_, words)| words.as_slice())
    }

    /// The value of one word of a split.
    pub(super) fn word(&self, measure: &str, period: &str, split: &str, word: &str) -> Option<f64> {
        self.split(measure, period, split).iter().find(|(one, _)| *one == word).map(|(_, value)| *value)
    }

    /// Whether a figure is held back in a period.
    pub(super) fn is_withheld(&self, measure: &str, period: &str) -> bool {
        self.cell(measure, period).is_some_and(|cell| cell.withheld.is_some())
    }

    /// Whether a measure awaits its decision.
    pub(super) fn awaits_decision(&self, measure: &str, period: &str) -> bool {
        self.cell(measure, period).and_then(|cell| cell.withheld) == Some(NOT_APPROVED)
    }

    /// Whether anything at all was done.
    pub(super) const fn has_any(&self) -> bool {
        self.has_any
    }
}
