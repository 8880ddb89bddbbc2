//! Everything a view is drawn from, without a server: the figures of its range, those it is compared with, the weeks
//! between, and today.

use analytics::forecast::Forecast;
use analytics::patterns::SchoolPatterns;
use analytics::range::Range;
use analytics::recommendations::Advice;
use analytics::watch::Alert;
use calendar::{Calendar, IsoWeek, Lang, Zone};
use catalogue::{Catalogue, Measure, Value as MeasureValue};
use charts::{Band, Chart, ChartError, Line, Position, Series, Unit, Value};
use jiff::Span;
use jiff::civil::Date;
use store::{Denominators, KeptAlert};

use super::address::Address;
use super::lookup::Lookup;
use super::names::{Naming, RangeName};
use super::weeks::{Leaving, Time, Weeks};
use super::words;
use crate::views::Compared;

/// How long figures are kept.
const KEPT_MONTHS: i32 = 13;

/// The first day that is still kept in full.
pub(super) fn kept_since(today: Date) -> Date {
    today.saturating_sub(Span::new().months(KEPT_MONTHS))
}

/// What does not come from the figures.
pub(super) struct Setting<'a> {
    pub(super) lang: Lang,
    pub(super) catalogue: &'a Catalogue,
    pub(super) calendar: &'a Calendar,
    pub(super) zone: Zone,
    pub(super) today: Date,
    pub(super) address: &'a Address,
    /// The last week whose figures have left at a closing; a page of live figures needs none.
    pub(super) closed_through: Option<IsoWeek>,
    /// How many people the establishment declares, where the page is of one.
    pub(super) declared: Option<Denominators>,
}

/// The range that the page compares with.
pub(super) struct Before<'a> {
    pub(super) range: &'a Range,
    pub(super) name: RangeName,
    pub(super) figures: Lookup<'a>,
}

/// Why there is nothing to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// The reader turned the comparison off.
    Off,
    /// There is no comparable range.
    None,
    /// It reaches back beyond what is kept.
    Gone,
    /// Nothing was done in it.
    Empty,
}

/// One view over one range.
pub(super) struct Scene<'a> {
    pub(super) setting: Setting<'a>,
    pub(super) range: &'a Range,
    pub(super) name: RangeName,
    pub(super) weeks: Weeks,
    pub(super) figures: Lookup<'a>,
    pub(super) before: Result<Before<'a>, Alone>,
    /// What is unusual; nothing where nothing was judged.
    pub(super) alerts: Option<&'a [Alert]>,
    /// Rhythms, links and seasons; nothing where the page is of no school.
    pub(super) patterns: Option<&'a SchoolPatterns>,
    /// What may be worth a try; nothing where nothing was looked for.
    pub(super) advice: Option<&'a [Advice]>,
    /// What the register keeps of it: whether somebody has seen it.
    pub(super) kept: &'a [KeptAlert],
    forecasts: &'a [Forecast],
}

/// What is expected of a measure, by week.
pub(super) struct Expected<'a> {
    /// The first week's place on the axis.
    pub(super) from: usize,
    /// One entry a week of the range.
    pub(super) weeks: Vec<Option<&'a Forecast>>,
}

impl<'a> Scene<'a> {
    /// Puts a view and its comparison into their setting.
    pub(super) fn new(setting: Setting<'a>, compared: &'a Compared) -> Self {
        let Setting { lang, calendar, zone, today, .. } = setting;
        let naming = Naming { lang, calendar, zone, today };
        let before = match &compared.previous {
            _ if !setting.address.compares() => Err(Alone::Off),
            None => Err(Alone::None),
            Some((range, _)) if range.first_day() < kept_since(today) => Err(Alone::Gone),
            Some((range, view)) => {
                let figures = Lookup::new(view);
                let name = naming.name_before(range);
                if figures.has_any() { Ok(Before { range, name, figures }) } else { Err(Alone::Empty) }
            }
        };
        Self {
            range: &compared.range,
            name: naming.name(&compared.range),
            weeks: Weeks::new(&compared.range, calendar, zone, lang, today),
            figures: Lookup::new(&compared.view),
            before,
            alerts: compared.view.alerts.as_deref(),
            patterns: compared.view.patterns.as_ref(),
            advice: compared.view.advice.as_deref(),
            kept: &[],
            forecasts: &compared.view.forecasts,
            setting,
        }
    }

    /// The language of the page.
    pub(super) const fn lang(&self) -> Lang {
        self.setting.lang
    }

    /// A measure of the catalogue.
    pub(super) fn measure(&self, name: &str) -> Option<&'a Measure> {
        self.setting.catalogue.measure(name)
    }

    /// The range's own value of a measure.
    pub(super) fn whole(&self, measure: &str) -> Option<f64> {
        self.figures.value(measure, &self.range.label)
    }

    /// The values of a live measure, one per week: nothing where a week lies ahead or is a quiet holiday.
    pub(super) fn live(&self, measure: &str) -> Vec<Value> {
        self.live_by(|week| self.figures.value(measure, week))
    }

    /// The values of one word of a live measure, one per week. A word that is not there was not used.
    pub(super) fn live_word(&self, measure: &str, split: &str, word: &str) -> Vec<Value> {
        self.live_by(|week| Some(self.figures.word(measure, week, split, word).unwrap_or(0.0)))
    }

    /// Live values of any kind, one per week.
    pub(super) fn live_figures(&self, value: impl Fn(&str) -> Option<f64>) -> Vec<Value> {
        self.live_by(value)
    }

    fn live_by(&self, value: impl Fn(&str) -> Option<f64>) -> Vec<Value> {
        let of_week = |week: &super::weeks::Week| match value(&week.label) {
            Some(value) if value > 0.0 => Value::Known(value),
            // A week that has only begun, or that is erased, is not a week without anything.
            Some(value) if week.number.is_some() && week.time == Time::Over => Value::Known(value),
            _ => Value::Absent,
        };
        self.weeks.list().iter().map(of_week).collect()
    }

    /// The values of a measure that leaves at closings, one per week. A closed class week without a figure and one whose
    /// figure is held back read the same.
    pub(super) fn frozen(&self, measure: &str) -> Vec<Value> {
        let through = self.setting.closed_through;
        let of_week = |week: &super::weeks::Week| match self.figures.value(measure, &week.label) {
            _ if through.is_none_or(|through| week.iso > through) => Value::Absent,
            Some(value) => Value::Known(value),
            None if week.number.is_none() || week.time == Time::Erased => Value::Absent,
            None => Value::Withheld,
        };
        self.weeks.list().iter().map(of_week).collect()
    }

    /// What is expected of a measure in the weeks to come; nothing where no forecast was made.
    pub(super) fn expected(&self, measure: &str) -> Option<Expected<'a>> {
        let of_week = |week: &super::weeks::Week| {
            self.forecasts.iter().find(|one| one.measure == measure && one.period == week.label)
        };
        let weeks: Vec<Option<&Forecast>> = self.weeks.list().iter().map(of_week).collect();
        Some(Expected { from: weeks.iter().position(Option::is_some)?, weeks })
    }

    /// The comparable range's values, week by week from its first; `None` without a comparison.
    pub(super) fn before(&self, measure: &str) -> Option<Series> {
        let before = self.before.as_ref().ok()?;
        let values: Vec<Value> = (0..self.weeks.list().len())
            .map(|at| {
                let week = before.range.weeks.get(at)?;
                let is_class = self.setting.calendar.school_week(self.setting.zone, *week).is_some();
                before.figures.value(measure, &week.to_string()).filter(|value| *value > 0.0 || is_class)
            })
            .map(Value::from)
            .collect();
        values.iter().any(|value| value.known().is_some()).then(|| Series::previous(before.name.title.clone(), values))
    }

    /// A sum over the first `n` weeks of the range and of the one before.
    pub(super) fn first_weeks(&self, measure: &str, n: usize) -> Option<(f64, f64)> {
        let before = self.before.as_ref().ok()?;
        let sum = |figures: &Lookup<'_>, range: &Range| -> Option<f64> {
            range.weeks.iter().take(n).map(|week| figures.value(measure, &week.to_string())).sum()
        };
        Some((sum(&self.figures, self.range)?, sum(&before.figures, before.range)?))
    }

    /// Whether the running week has a value: then the last value is of an unfinished week.
    pub(super) fn is_unfinished(&self, values: &[Value]) -> bool {
        let running = self.weeks.list().iter().position(|week| week.time == Time::Running);
        running.is_some_and(|at| values.get(at).is_some_and(|value| value.known().is_some()))
    }

    /// Our own series, dotted where its last week is running.
    pub(super) fn ours(&self, name: impl Into<String>, values: Vec<Value>) -> Series {
        self.mark_running(&values.clone(), Series::ours(name, values))
    }

    /// A series among equals, likewise.
    pub(super) fn category(&self, name: impl Into<String>, values: Vec<Value>) -> Series {
        self.mark_running(&values.clone(), Series::category(name, values))
    }

    fn mark_running(&self, values: &[Value], series: Series) -> Series {
        if self.is_unfinished(values) { series.unfinished() } else { series }
    }

    /// The places on a chart's axis.
    pub(super) fn positions(&self) -> Vec<Position> {
        self.weeks.positions()
    }

    /// The bands of a chart of live figures.
    pub(super) fn live_bands(&self) -> Vec<Band> {
        self.weeks.bands(Leaving::Live)
    }

    /// The bands of a chart of figures that leave at closings.
    pub(super) fn frozen_bands(&self) -> Vec<Band> {
        self.weeks.bands(Leaving::AtClosing(self.setting.closed_through))
    }

    /// The head of the column of weeks.
    pub(super) fn week_word(&self) -> &'static str {
        self.lang().pick("Semaine", "Week")
    }

    /// A line chart by week.
    pub(super) fn lines(&self, unit: Unit, series: Vec<Series>, bands: Vec<Band>) -> Line {
        let line = Line::new(self.week_word(), self.positions(), unit);
        let line = series.into_iter().fold(line, Line::series);
        bands.into_iter().fold(line, Line::band)
    }

    /// A chart with its names in French spacing; the subtitle ends with the range's name.
    pub(super) fn chart(
        &self,
        id: &str,
        title: &str,
        subtitle: &str,
        kind: impl Into<charts::Kind>,
    ) -> Result<Chart, ChartError> {
        let lang = self.lang();
        let subtitle = format!("{subtitle}, {}", self.name.within);
        Chart::new(id, words::drawn(lang), words::spaced(lang, title), words::spaced(lang, &subtitle), kind)
    }

    /// Why nothing is compared, in a sentence; nothing where the reader wished so.
    pub(super) fn why_alone(&self) -> String {
        let lang = self.lang();
        match self.before {
            Ok(_) | Err(Alone::Off) => String::new(),
            Err(Alone::None) => words::say(lang, "Rien à comparer", "Nothing to compare with"),
            Err(Alone::Gone) => words::say(
                lang,
                "Rien à comparer : la plage d’avant n’est plus conservée en entier (13 mois)",
                "Nothing to compare with: the range before is not kept in full any more (13 months)",
            ),
            Err(Alone::Empty) => words::say(
                lang,
                "Rien à comparer : aucune donnée dans la plage d’avant",
                "Nothing to compare with: no data in the range before",
            ),
        }
    }
}

/// Whether values of parts of a range add up to the range's own.
pub(super) const fn adds_up(measure: &Measure) -> bool {
    matches!(measure.value, MeasureValue::Count(_) | MeasureValue::Duration | MeasureValue::Volume)
}
