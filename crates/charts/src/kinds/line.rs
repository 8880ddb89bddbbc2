//! Values along time: several series, uncertainty, forecasts, an unfinished last point, a grey previous period.

use crate::draw::ink::Ink;
use crate::draw::{Canvas, Draw, Drawing};
use crate::kinds::{bands_within, finite, line_draw, same_length};
use crate::table::{Cell, gap_name, interval_cell};
use crate::{Band, ChartError, Lang, Position, Row, Table, Unit, Value, format, words};

/// Lines over evenly spaced positions. The axis starts at zero unless [`Line::from_data`] says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub(crate) axis: String,
    pub(crate) positions: Vec<Position>,
    pub(crate) unit: Unit,
    pub(crate) series: Vec<Series>,
    pub(crate) bands: Vec<Band>,
    pub(crate) from_zero: bool,
}

/// What a series is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Ours,
    Category,
    Context,
    Previous,
}

/// One line: its name, its values, one per position.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Value>,
    pub(crate) role: Role,
    pub(crate) interval: Vec<Option<(f64, f64)>>,
    pub(crate) unfinished: bool,
    pub(crate) forecast_from: Option<usize>,
}

impl Series {
    fn new(name: impl Into<String>, values: impl IntoIterator<Item = Value>, role: Role) -> Self {
        Self {
            name: name.into(),
            values: values.into_iter().collect(),
            role,
            interval: Vec::new(),
            unfinished: false,
            forecast_from: None,
        }
    }

    /// The series the chart is about, in the accent colour.
    pub fn ours(name: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self::new(name, values, Role::Ours)
    }

    /// One of several equals, coloured in the fixed order.
    pub fn category(name: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self::new(name, values, Role::Category)
    }

    /// Something to compare with, in grey.
    pub fn context(name: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self::new(name, values, Role::Context)
    }

    /// The same measure one period (or school year) earlier, thin and grey.
    pub fn previous(name: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self::new(name, values, Role::Previous)
    }

    /// The last value belongs to a period that is not over: dotted, with a hollow mark.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }

    /// Values from this position on are forecasts: dashed.
    #[must_use]
    pub fn forecast_from(mut self, index: usize) -> Self {
        self.forecast_from = Some(index);
        self
    }

    /// Between which values the true one lies, one entry per position.
    #[must_use]
    pub fn interval(mut self, interval: Vec<Option<(f64, f64)>>) -> Self {
        self.interval = interval;
        self
    }

    /// Whether it is there to compare with.
    pub(crate) fn is_grey(&self) -> bool {
        matches!(self.role, Role::Context | Role::Previous)
    }

    pub(crate) fn interval_at(&self, index: usize) -> Option<(f64, f64)> {
        self.interval.get(index).copied().flatten()
    }

    /// The last position that has a value.
    pub(crate) fn last_known(&self) -> Option<usize> {
        self.values.iter().rposition(|v| v.known().is_some())
    }

    pub(crate) fn is_forecast(&self, index: usize) -> bool {
        self.forecast_from.is_some_and(|from| index >= from)
    }

    /// Whether this is the value of a period that is not over.
    pub(crate) fn is_unfinished(&self, index: usize) -> bool {
        self.unfinished && !self.is_forecast(index) && self.last_measured() == Some(index)
    }

    fn last_measured(&self) -> Option<usize> {
        (0..self.values.len()).rfind(|&i| self.values[i].known().is_some() && !self.is_forecast(i))
    }
}

impl Line {
    /// Lines over `positions`; `axis` names what a position is ("Semaine") at the head of the table.
    pub fn new(axis: impl Into<String>, positions: Vec<Position>, unit: Unit) -> Self {
        Self { axis: axis.into(), positions, unit, series: Vec::new(), bands: Vec::new(), from_zero: true }
    }

    /// Adds a series.
    #[must_use]
    pub fn series(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// Adds a shaded, named band.
    #[must_use]
    pub fn band(mut self, band: Band) -> Self {
        self.bands.push(band);
        self
    }

    /// Lets the axis start near the smallest value. The chart then says so.
    #[must_use]
    pub fn from_data(mut self) -> Self {
        self.from_zero = false;
        self
    }

    /// The ink of each series: categories take the colours in order, leaving the accent to ours.
    pub(crate) fn inks(&self) -> Vec<Ink> {
        let mut next = usize::from(self.series.iter().any(|s| s.role == Role::Ours));
        let ink = |series: &Series| match series.role {
            Role::Ours => Ink::Ours,
            Role::Context | Role::Previous => Ink::Context,
            Role::Category => {
                next += 1;
                Ink::Category(next - 1)
            }
        };
        self.series.iter().map(ink).collect()
    }

    /// What a point says: series, position, value, and what kind of value it is.
    pub(crate) fn spoken(&self, canvas: &Canvas, series: &Series, index: usize) -> String {
        let lang = canvas.lang;
        let value = canvas.say(series.values[index], &gap_name(lang, &self.bands, index), |v| self.unit.say(lang, v));
        let mut text = String::new();
        if self.series.len() > 1 {
            text.push_str(&series.name);
            text.push_str(", ");
        }
        text.push_str(&self.positions[index].long);
        text.push_str(format::colon(lang));
        text.push_str(&value);
        if series.is_forecast(index) {
            text.push_str(", ");
            text.push_str(words::forecast(lang));
        }
        if let Some((low, high)) = series.interval_at(index) {
            text.push_str(", ");
            text.push_str(&format::between(lang, &self.unit.write(lang, low), &self.unit.write(lang, high)));
        }
        if series.is_unfinished(index) {
            text.push_str(", ");
            text.push_str(words::unfinished(lang));
        }
        text
    }

    fn range(series: &Series) -> Option<(usize, usize)> {
        let known = || series.values.iter().enumerate().filter_map(|(i, v)| v.known().map(|v| (i, v)));
        let settled = || known().filter(|&(i, _)| !series.is_forecast(i) && !series.is_unfinished(i));
        let low = settled().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let high = settled().max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((low.0, high.0))
    }

    fn sentence(&self, canvas: &Canvas, series: &Series) -> Option<String> {
        let lang = canvas.lang;
        let (low, high) = Self::range(series)?;
        let at = |i: usize| {
            (self.unit.write(lang, series.values[i].known().unwrap_or(0.0)), self.positions[i].long.as_str())
        };
        let ((low, low_at), (high, high_at)) = (at(low), at(high));
        let name =
            if self.series.len() > 1 { format!("{}{}", series.name, format::colon(lang)) } else { String::new() };
        Some(match lang {
            _ if low == high => format!("{name}{low}"),
            Lang::Fr => format!("{name}de {low} ({low_at}) à {high} ({high_at})"),
            Lang::En => format!("{name}from {low} ({low_at}) to {high} ({high_at})"),
        })
    }
}

impl Draw for Line {
    fn check(&self, id: &str) -> Result<(), ChartError> {
        if self.positions.is_empty() || self.series.is_empty() {
            return Err(ChartError::Empty(id.to_owned()));
        }
        bands_within(&self.bands, self.positions.len())?;
        for series in &self.series {
            same_length(&series.name, series.values.len(), self.positions.len())?;
            finite(&series.name, &series.values)?;
            if !series.interval.is_empty() {
                same_length(&series.name, series.interval.len(), self.positions.len())?;
            }
            if series.interval.iter().flatten().any(|(low, high)| !(low.is_finite() && high.is_finite())) {
                return Err(ChartError::NotFinite(series.name.clone()));
            }
        }
        Ok(())
    }

    fn draw(&self, canvas: &Canvas) -> Drawing {
        line_draw::draw(self, canvas)
    }

    fn table(&self, canvas: &Canvas) -> Table {
        let lang = canvas.lang;
        let mut head = vec![self.axis.clone()];
        for series in &self.series {
            head.push(series.name.clone());
            if !series.interval.is_empty() {
                head.push(words::between_column(lang, &series.name));
            }
        }
        let rows = self.positions.iter().enumerate().map(|(i, position)| {
            let gap = gap_name(lang, &self.bands, i);
            let mut cells = Vec::new();
            for series in &self.series {
                let mut cell = Cell::of(series.values[i], &canvas.withheld, &gap, |v| self.unit.write(lang, v));
                if series.is_unfinished(i) {
                    cell.text = format!("{} ({})", cell.text, words::unfinished(lang));
                } else if series.is_forecast(i) && series.values[i].known().is_some() {
                    cell.text = format!("{} ({})", cell.text, words::forecast(lang));
                }
                cells.push(cell);
                if !series.interval.is_empty() {
                    cells.push(interval_cell(lang, series.interval_at(i), |v| self.unit.write(lang, v)));
                }
            }
            Row { head: position.long.clone(), cells }
        });
        Table { caption: String::new(), lang, head, rows: rows.collect() }
    }

    fn describe(&self, canvas: &Canvas) -> String {
        let sentences: Vec<String> = self.series.iter().filter_map(|s| self.sentence(canvas, s)).collect();
        if sentences.is_empty() {
            return words::nothing_known(canvas.lang).to_owned();
        }
        let text = sentences.join(canvas.lang.pick("\u{202f}; ", "; ")) + ".";
        capitalised(&text)
    }

    fn remarks(&self, lang: Lang) -> Vec<String> {
        if self.from_zero { Vec::new() } else { vec![words::not_from_zero(lang).to_owned()] }
    }
}

/// The first letter in upper case.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
