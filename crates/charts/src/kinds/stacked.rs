//! Parts of a whole along an axis: stacked columns, each part with its own colour and texture.

use maud::{Markup, html};

use crate::draw::axis::{self, Plot};
use crate::draw::ink::Ink;
use crate::draw::labels::{self, Label, Swatch};
use crate::draw::ticks::{self, Ticks};
use crate::draw::{Canvas, Draw, Drawing, f, mark};
use crate::kinds::line::capitalised;
use crate::kinds::{bands_within, positive, same_length};
use crate::table::{Cell, gap_name};
use crate::{Band, ChartError, Position, Row, Table, Unit, Value, format, words};

/// One part of every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    name: String,
    values: Vec<Value>,
}

impl Part {
    /// A part with its value at each position. The first part lies at the bottom.
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { name: name.into(), values: values.into_iter().collect() }
    }
}

/// Stacked columns from zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Stacked {
    axis: String,
    positions: Vec<Position>,
    unit: Unit,
    parts: Vec<Part>,
    bands: Vec<Band>,
    unfinished: bool,
}

impl Stacked {
    /// Columns at `positions`; `axis` names what a position is at the head of the table.
    pub fn new(axis: impl Into<String>, positions: Vec<Position>, unit: Unit) -> Self {
        Self { axis: axis.into(), positions, unit, parts: Vec::new(), bands: Vec::new(), unfinished: false }
    }

    /// Adds a part on top of those before it.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Shades a stretch of columns and names it.
    #[must_use]
    pub fn band(mut self, band: Band) -> Self {
        self.bands.push(band);
        self
    }

    /// The last column that is not absent belongs to a period that is not over: pale.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }

    fn total(&self, index: usize) -> f64 {
        self.parts.iter().filter_map(|p| p.values[index].known()).sum()
    }

    fn last_filled(&self) -> Option<usize> {
        (0..self.positions.len()).rfind(|&i| self.total(i) > 0.0)
    }

    /// Positions after it are in the future.
    fn last_measured(&self) -> Option<usize> {
        (0..self.positions.len()).rfind(|&i| self.parts.iter().any(|part| part.values[i] != Value::Absent))
    }

    fn is_unfinished(&self, index: usize) -> bool {
        self.unfinished && self.last_measured() == Some(index)
    }

    fn spoken(&self, canvas: &Canvas, part: &Part, index: usize) -> String {
        let lang = canvas.lang;
        let value = canvas.say(part.values[index], &gap_name(lang, &self.bands, index), |v| self.unit.say(lang, v));
        let mut text = format!("{}, {}{}{value}", part.name, self.positions[index].long, format::colon(lang));
        if self.is_unfinished(index) {
            text = format!("{text}, {}", words::unfinished(lang));
        }
        text
    }

    /// One column: its published parts from below, then one hatched foot of fixed height if some are withheld.
    fn column(&self, canvas: &Canvas, index: usize, plot: Plot, ticks: &Ticks) -> Markup {
        let count = self.positions.len();
        let slot = plot.slot(count);
        let width = (slot * 0.76).min(44.0);
        let left = plot.left + f(index) * slot + (slot - width) / 2.0;
        let mut level = 0.0;
        let mut pieces = Vec::new();
        for (k, part) in self.parts.iter().enumerate() {
            if let Value::Known(value) = part.values[index] {
                let (low, high) = (plot.y(level, ticks), plot.y(level + value, ticks));
                // A hair of surface between parts, unless the part is thinner than that.
                let height = if low - high > 3.0 { low - high - 1.0 } else { low - high };
                pieces.push((k, [left, high, width, height]));
                level += value;
            }
        }
        let above = plot.y(level, ticks) - 13.0;
        html! {
            g opacity=[self.is_unfinished(index).then_some("0.55")] {
                @for (k, place) in pieces {
                    (canvas.point(index, k, &self.spoken(canvas, &self.parts[k], index), &html! { g data-series=(k) { (mark::area(canvas, k, Ink::Category(k), place)) } }))
                }
                @for (k, _) in self.parts.iter().enumerate().filter(|(_, p)| p.values[index].is_withheld()).take(1) {
                    (canvas.point(index, k, &self.spoken(canvas, &self.parts[k], index), &mark::hatched(canvas, [left, above, width, 12.0])))
                }
            }
        }
    }

    fn labels(&self, plot: Plot, ticks: &Ticks) -> Vec<Label> {
        let index = self.last_filled();
        let mut level = 0.0;
        let mut labels = Vec::new();
        for (k, part) in self.parts.iter().enumerate() {
            let value = index.and_then(|i| part.values[i].known()).unwrap_or(0.0);
            labels.push(Label {
                text: part.name.clone(),
                ink: Ink::Category(k),
                swatch: Swatch::Texture(k),
                y: plot.y(level + value / 2.0, ticks),
                series: k,
            });
            level += value;
        }
        labels
    }
}

impl Draw for Stacked {
    fn check(&self, id: &str) -> Result<(), ChartError> {
        if self.positions.is_empty() || self.parts.is_empty() {
            return Err(ChartError::Empty(id.to_owned()));
        }
        bands_within(&self.bands, self.positions.len())?;
        for part in &self.parts {
            same_length(&part.name, part.values.len(), self.positions.len())?;
            positive(&part.name, &part.values)?;
        }
        Ok(())
    }

    fn draw(&self, canvas: &Canvas) -> Drawing {
        let count = self.positions.len();
        let high = (0..count).map(|i| self.total(i)).fold(0.0, f64::max);
        let ticks = ticks::nice(&self.unit, 0.0, high, canvas.pick(3, 4));
        let direct = self.parts.len() <= 5;
        let (legend, legend_height, room) = if direct {
            let names: Vec<&str> = self.parts.iter().map(|p| p.name.as_str()).collect();
            (html! {}, 0.0, labels::room(canvas, &names))
        } else {
            let entries: Vec<_> = self
                .parts
                .iter()
                .enumerate()
                .map(|(k, p)| (p.name.clone(), Ink::Category(k), Swatch::Texture(k)))
                .collect();
            let (markup, height) = labels::legend(canvas, &entries);
            (markup, height, 4.0)
        };
        let (left, right) = (axis::value_room(canvas, &ticks, &self.unit), canvas.width() - room);
        let names = axis::band_names(canvas, &self.bands, count, left, right);
        let top = legend_height + names.height + 16.0;
        let plot = Plot { left, right, top, bottom: top + canvas.pick(170.0, 220.0) };
        let body = html! {
            (legend)
            (axis::bands(plot, &self.bands, &names, count))
            (axis::values(canvas, plot, &ticks, &self.unit))
            @for i in 0..count { (self.column(canvas, i, plot, &ticks)) }
            (axis::positions(canvas, plot, &self.positions))
            @if direct { (labels::column(canvas, &self.labels(plot, &ticks), plot.right + 6.0, plot.top - 6.0, plot.bottom + 6.0)) }
        };
        Drawing { height: plot.bottom + axis::position_height(&self.positions), body }
    }

    fn table(&self, canvas: &Canvas) -> Table {
        let lang = canvas.lang;
        let head = std::iter::once(self.axis.clone()).chain(self.parts.iter().map(|p| p.name.clone())).collect();
        let rows = self.positions.iter().enumerate().map(|(i, position)| {
            let gap = gap_name(lang, &self.bands, i);
            let cells = self
                .parts
                .iter()
                .map(|p| Cell::of(p.values[i], &canvas.withheld, &gap, |v| self.unit.write(lang, v)))
                .collect();
            let head = if self.is_unfinished(i) {
                format!("{} ({})", position.long, words::unfinished(lang))
            } else {
                position.long.clone()
            };
            Row { head, cells }
        });
        Table { caption: String::new(), lang, head, rows: rows.collect() }
    }

    fn describe(&self, canvas: &Canvas) -> String {
        let lang = canvas.lang;
        let totals = || self.parts.iter().map(|p| (p, p.values.iter().filter_map(|v| v.known()).sum::<f64>()));
        let all: f64 = totals().map(|(_, sum)| sum).sum();
        if all <= 0.0 {
            return words::nothing_known(lang).to_owned();
        }
        let parts: Vec<String> =
            totals().map(|(p, sum)| format!("{} {}", p.name, format::percent(lang, sum / all * 100.0, 0))).collect();
        capitalised(&format!(
            "{}{}{}.",
            lang.pick("sur l’ensemble", "over the whole"),
            format::colon(lang),
            parts.join(", ")
        ))
    }
}
