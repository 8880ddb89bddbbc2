//! A view's figures by measure, period and split: built once for a page, so that drawing it never searches a list.

use std::collections::HashMap;

use analytics::view::{Figure, NOT_APPROVED, View};

/// The figures of one view.
pub(super) struct Lookup<'a> {
    whole: HashMap<(&'a str, &'a str), &'a Figure>,
    split: HashMap<(&'a str, &'a str, &'a str), Vec<(&'a str, f64)>>,
    withheld: HashMap<(&'a str, &'a str), &'static str>,
    protection: HashMap<(&'a str, &'a str), &'a str>,
    has_any: bool,
}

impl<'a> Lookup<'a> {
    /// Sorts the figures of a view.
    pub(super) fn new(view: &'a View) -> Self {
        let (mut whole, mut protection) = (HashMap::new(), HashMap::new());
        let mut split: HashMap<_, Vec<(&str, f64)>> = HashMap::new();
        for figure in &view.figures {
            let (measure, period) = (figure.measure.as_str(), figure.period.as_str());
            protection.insert((measure, period), figure.protection.as_str());
            let mut dimensions = figure.dimensions.iter();
            match (dimensions.next(), dimensions.next()) {
                (None, _) => {
                    whole.insert((measure, period), figure);
                }
                (Some((name, word)), None) => {
                    split.entry((measure, period, name.as_str())).or_default().push((word.as_str(), figure.value));
                }
                // No page shows a figure split two ways.
                (Some(_), Some(_)) => {}
            }
        }
        let withheld =
            view.withheld.iter().map(|one| ((one.measure.as_str(), one.period.as_str()), one.reason)).collect();
        // What was only declared is not activity.
        let has_any = view.figures.iter().any(|figure| figure.value > 0.0 && !figure.measure.ends_with("_of"));
        Self { whole, split, withheld, protection, has_any }
    }

    /// A figure as a whole.
    pub(super) fn figure(&self, measure: &str, period: &str) -> Option<&'a Figure> {
        self.whole.get(&(measure, period)).copied()
    }

    /// The value of a figure as a whole.
    pub(super) fn value(&self, measure: &str, period: &str) -> Option<f64> {
        Some(self.figure(measure, period)?.value)
    }

    /// The protection of a measure's figures in a period, split ones too.
    pub(super) fn protection(&self, measure: &str, period: &str) -> Option<&'a str> {
        self.protection.get(&(measure, period)).copied()
    }

    /// Words and values of a split.
    pub(super) fn split(&self, measure: &str, period: &str, split: &str) -> &[(&'a str, f64)] {
        self.split.get(&(measure, period, split)).map_or(&[], Vec::as_slice)
    }

    /// The value of one word of a split.
    pub(super) fn word(&self, measure: &str, period: &str, split: &str, word: &str) -> Option<f64> {
        self.split(measure, period, split).iter().find(|(one, _)| *one == word).map(|(_, value)| *value)
    }

    /// Whether a figure is held back in a period.
    pub(super) fn is_withheld(&self, measure: &str, period: &str) -> bool {
        self.withheld.contains_key(&(measure, period))
    }

    /// Whether a measure awaits its decision.
    pub(super) fn awaits_decision(&self, measure: &str, period: &str) -> bool {
        self.withheld.get(&(measure, period)) == Some(&NOT_APPROVED)
    }

    /// Whether anything at all was done.
    pub(super) const fn has_any(&self) -> bool {
        self.has_any
    }
}
