//! One value per thing: horizontal bars with their names, or upright ones along an axis.

use maud::{Markup, html};

use crate::draw::axis::{self, Plot};
use crate::draw::ink::Ink;
use crate::draw::ticks::{self, Ticks};
use crate::draw::{Canvas, Draw, Drawing, f, mark, n, text};
use crate::kinds::line::capitalised;
use crate::kinds::positive;
use crate::table::{Cell, gap_name, interval_cell};
use crate::{Band, ChartError, Lang, Position, Row, Table, Unit, Value, format, words};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub(crate) place: Position,
    pub(crate) value: Value,
    pub(crate) previous: Option<Value>,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) ours: bool,
    pub(crate) unfinished: bool,
}

impl Bar {
    /// A bar for context, in grey.
    pub fn new(name: impl Into<String>, value: impl Into<Value>) -> Self {
        let name = name.into();
        Self::at(Position::new(name.clone(), name), value)
    }

    /// A bar at a position with a short and a long name (weeks, days).
    pub fn at(place: Position, value: impl Into<Value>) -> Self {
        Self { place, value: value.into(), previous: None, interval: None, ours: false, unfinished: false }
    }

    /// Marks the bar as what the chart is about: the accent colour.
    #[must_use]
    pub fn ours(mut self) -> Self {
        self.ours = true;
        self
    }

    /// The comparable earlier value, drawn as a line across the bar.
    #[must_use]
    pub fn previous(mut self, value: impl Into<Value>) -> Self {
        self.previous = Some(value.into());
        self
    }

    /// Between which values the true one lies: an error bar.
    #[must_use]
    pub fn interval(mut self, low: f64, high: f64) -> Self {
        self.interval = Some((low, high));
        self
    }

    /// The bar's period is not over: drawn with a dotted outline and left pale.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }
}

/// A bar chart; its axis always starts at zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    axis: String,
    unit: Unit,
    upright: bool,
    items: Vec<Bar>,
    bands: Vec<Band>,
    previous_name: Option<String>,
}

impl Bars {
    /// Horizontal bars with their names at the left (above, when narrow). For things with names.
    pub fn horizontal(axis: impl Into<String>, unit: Unit) -> Self {
        Self { axis: axis.into(), unit, upright: false, items: Vec::new(), bands: Vec::new(), previous_name: None }
    }

    /// Upright bars along an axis. For weeks, days, hours.
    pub fn vertical(axis: impl Into<String>, unit: Unit) -> Self {
        Self { upright: true, ..Self::horizontal(axis, unit) }
    }

    /// Adds a bar.
    #[must_use]
    pub fn bar(mut self, bar: Bar) -> Self {
        self.items.push(bar);
        self
    }

    /// Adds several bars.
    #[must_use]
    pub fn bars(mut self, bars: impl IntoIterator<Item = Bar>) -> Self {
        self.items.extend(bars);
        self
    }

    /// Shades a stretch of upright bars and names it.
    #[must_use]
    pub fn band(mut self, band: Band) -> Self {
        self.bands.push(band);
        self
    }

    /// What the earlier values are, when "previous period" says too little: "Mêmes semaines de l’an dernier".
    #[must_use]
    pub fn previous_name(mut self, name: impl Into<String>) -> Self {
        self.previous_name = Some(name.into());
        self
    }

    fn previous_word(&self, lang: Lang) -> &str {
        self.previous_name.as_deref().unwrap_or_else(|| words::previous_column(lang))
    }

    fn ticks(&self, canvas: &Canvas) -> Ticks {
        let previous = self.items.iter().filter_map(|b| b.previous.and_then(Value::known));
        let tops = self.items.iter().filter_map(|b| b.interval.map(|(_, high)| high));
        let high = self.items.iter().filter_map(|b| b.value.known()).chain(previous).chain(tops).fold(0.0, f64::max);
        ticks::nice(&self.unit, 0.0, high, canvas.pick(3, 4))
    }

    fn spoken(&self, canvas: &Canvas, index: usize) -> String {
        let (bar, lang) = (&self.items[index], canvas.lang);
        let value = canvas.say(bar.value, &gap_name(lang, &self.bands, index), |v| self.unit.say(lang, v));
        let mut text = format!("{}{}{value}", bar.place.long, format::colon(lang));
        if let Some((low, high)) = bar.interval {
            text =
                format!("{text}, {}", format::between(lang, &self.unit.write(lang, low), &self.unit.write(lang, high)));
        }
        if bar.unfinished {
            text = format!("{text}, {}", words::unfinished(lang));
        }
        if let Some(previous) = bar.previous.and_then(Value::known) {
            text = format!(
                "{text} ({}{}{})",
                self.previous_word(lang).to_lowercase(),
                format::colon(lang),
                self.unit.write(lang, previous)
            );
        }
        text
    }

    fn key_height(&self) -> f64 {
        if self.items.iter().any(|b| b.previous.is_some()) { 20.0 } else { 0.0 }
    }

    /// Says what the line across a bar is, where there is one.
    fn key(&self, canvas: &Canvas, x: f64, y: f64) -> Markup {
        if self.key_height() == 0.0 {
            return html! {};
        }
        let ends = if self.upright { ((x, y), (x + 12.0, y)) } else { ((x + 6.0, y - 7.0), (x + 6.0, y + 7.0)) };
        html! {
            g class="key" aria-hidden="true" {
                (before(ends.0, ends.1))
                text x=(n(x + 18.0)) y=(n(y)) dy=".35em" class="f-muted" fill=(Ink::Muted.hex()) { (self.previous_word(canvas.lang)) }
            }
        }
    }

    fn draw_upright(&self, canvas: &Canvas) -> Drawing {
        let count = self.items.len();
        let ticks = self.ticks(canvas);
        let positions: Vec<Position> = self.items.iter().map(|b| b.place.clone()).collect();
        let (left, right) = (axis::value_room(canvas, &ticks, &self.unit), canvas.width() - 4.0);
        let names = axis::band_names(canvas, &self.bands, count, left, right);
        let top = names.height + 10.0;
        let plot = Plot { left, right, top, bottom: top + canvas.pick(160.0, 200.0) };
        let slot = plot.slot(count);
        let thick = (slot * 0.72).min(48.0);
        let rectangle = |i: usize, height: f64| {
            [plot.left + f(i) * slot + (slot - thick) / 2.0, plot.bottom - height, thick, height]
        };
        let body = html! {
            (axis::bands(plot, &self.bands, &names, count))
            (axis::values(canvas, plot, &ticks, &self.unit))
            @for (i, bar) in self.items.iter().enumerate() {
                @let middle = plot.x(i, count);
                @match bar.value {
                    Value::Known(value) => {
                        (canvas.point(i, 0, &self.spoken(canvas, i), &html! {
                            (body_of(bar, rectangle(i, plot.bottom - plot.y(value, &ticks))))
                            @if let Some((low, high)) = bar.interval { (whisker((middle, plot.y(low, &ticks)), (middle, plot.y(high, &ticks)))) }
                            @if let Some(previous) = bar.previous.and_then(Value::known) {
                                (before((middle - thick / 2.0 - 2.0, plot.y(previous, &ticks)), (middle + thick / 2.0 + 2.0, plot.y(previous, &ticks))))
                            }
                        }))
                    }
                    Value::Withheld => (canvas.point(i, 0, &self.spoken(canvas, i), &mark::hatched(canvas, rectangle(i, plot.height() * 0.22)))),
                    Value::Absent => {}
                }
            }
            (axis::positions(canvas, plot, &positions))
            (self.key(canvas, left, plot.bottom + axis::position_height(&positions) + 8.0))
        };
        Drawing { height: plot.bottom + axis::position_height(&positions) + self.key_height(), body }
    }

    fn draw_lying(&self, canvas: &Canvas) -> Drawing {
        let (lang, size) = (canvas.lang, canvas.text_size());
        let ticks = self.ticks(canvas);
        let said = |bar: &Bar| match bar.value {
            Value::Known(v) => self.unit.write(lang, v),
            Value::Withheld => canvas.withheld_short.clone(),
            Value::Absent => words::absent(lang).to_owned(),
        };
        let mixed = self.items.iter().any(|b| b.ours) && self.items.iter().any(|b| !b.ours);
        let room = if canvas.is_narrow() { canvas.width() } else { 190.0 };
        // Bold letters are a little broader.
        let lines: Vec<Vec<String>> = self
            .items
            .iter()
            .map(|b| text::wrap(&b.place.short, size * 1.08, room, if canvas.is_narrow() { 1 } else { 2 }))
            .collect();
        let names = lines.iter().flatten().map(|l| text::width(l, size * 1.08)).fold(0.0, f64::max);
        let values = self.items.iter().map(|b| text::width(&said(b), size)).fold(0.0, f64::max);
        // Narrow: the name stands above its bar, so that the bar keeps the full width.
        let (left, row, thick) = if canvas.is_narrow() { (0.0, 46.0, 16.0) } else { (names + 10.0, 34.0, 18.0) };
        let right = canvas.width() - values - 10.0;
        let length = |value: f64| value / ticks.high() * (right - left);
        let body = html! {
            @for (i, bar) in self.items.iter().enumerate() {
                @let top = f(i) * row + if canvas.is_narrow() { 22.0 } else { 8.0 };
                @let middle = top + thick / 2.0;
                @let (name_x, name_y, anchor) = if canvas.is_narrow() { (0.0, top - 11.0, "start") } else { (left - 10.0, middle, "end") };
                @let first = name_y - f(lines[i].len() - 1) * 7.0;
                @for (k, line) in lines[i].iter().enumerate() {
                    text x=(n(name_x)) y=(n(first + f(k) * 14.0)) dy=".35em" text-anchor=(anchor) font-weight=[(mixed && bar.ours).then_some("600")] class="f-text" aria-hidden="true" { (line) }
                }
                @let end = match bar.value { Value::Known(v) => length(v), Value::Withheld => 56.0, Value::Absent => 0.0 };
                (canvas.point(i, 0, &self.spoken(canvas, i), &html! {
                    rect class="hit" x=(n(left)) y=(n(top - 4.0)) width=(n(right - left)) height=(n(thick + 8.0)) fill="none" {}
                    @match bar.value {
                        Value::Known(_) => (body_of(bar, [left, top, end, thick])),
                        Value::Withheld => (mark::hatched(canvas, [left, top, end, thick])),
                        Value::Absent => {}
                    }
                    @if let Some((low, high)) = bar.interval { (whisker((left + length(low), middle), (left + length(high), middle))) }
                    @if let Some(previous) = bar.previous.and_then(Value::known) {
                        (before((left + length(previous), top - 3.0), (left + length(previous), top + thick + 3.0)))
                    }
                }))
                @let reach = [Some(end), bar.interval.map(|(_, high)| length(high)), bar.previous.and_then(Value::known).map(length)];
                @let beyond = reach.into_iter().flatten().fold(0.0, f64::max);
                @let muted = bar.value.known().is_none();
                text x=(n(left + beyond + 7.0)) y=(n(middle)) dy=".35em" class=(if muted { "f-muted" } else { "f-text" })
                    fill=[muted.then_some(Ink::Muted.hex())] aria-hidden="true" { (said(bar)) }
            }
            path d={ "M" (n(left)) " " (if canvas.is_narrow() { "18" } else { "2" }) "V" (n(f(self.items.len()) * row)) } class="s-muted" stroke=(Ink::Muted.hex()) {}
            (self.key(canvas, left, f(self.items.len()) * row + 12.0))
        };
        Drawing { height: f(self.items.len()) * row + 4.0 + self.key_height(), body }
    }
}

fn body_of(bar: &Bar, [x, y, w, h]: [f64; 4]) -> Markup {
    let ink = if bar.ours { Ink::Ours } else { Ink::Context };
    html! {
        @if bar.unfinished {
            rect x=(n(x)) y=(n(y)) width=(n(w)) height=(n(h)) class={ (ink.fill()) " " (ink.stroke()) } fill=(ink.hex()) fill-opacity="0.25"
                stroke=(ink.hex()) stroke-width="1.5" stroke-dasharray="0.1 4" stroke-linecap="round" {}
        } @else {
            rect x=(n(x)) y=(n(y)) width=(n(w)) height=(n(h)) class=(ink.fill()) fill=(ink.hex()) {}
        }
    }
}

/// A line from `a` to `b` that shows an uncertainty.
fn whisker(a: (f64, f64), b: (f64, f64)) -> Markup {
    html! { path d={ "M" (n(a.0)) " " (n(a.1)) "L" (n(b.0)) " " (n(b.1)) } class="s-text" stroke=(Ink::Text.hex()) stroke-width="1.5" fill="none" {} }
}

/// The earlier value: a light line with a dark core, so that it is seen on the bar and beside it.
fn before(a: (f64, f64), b: (f64, f64)) -> Markup {
    let path = format!("M{} {}L{} {}", n(a.0), n(a.1), n(b.0), n(b.1));
    html! {
        path d=(path) class="s-surface" stroke=(Ink::Surface.hex()) stroke-width="4" fill="none" {}
        path d=(path) class="s-text" stroke=(Ink::Text.hex()) stroke-width="1.5" fill="none" {}
    }
}

impl Draw for Bars {
    fn check(&self, id: &str) -> Result<(), ChartError> {
        if self.items.is_empty() {
            return Err(ChartError::Empty(id.to_owned()));
        }
        crate::kinds::bands_within(&self.bands, self.items.len())?;
        for bar in &self.items {
            let bounds = bar.interval.into_iter().flat_map(|(low, high)| [Value::Known(low), Value::Known(high)]);
            let values: Vec<Value> = [bar.value].into_iter().chain(bar.previous).chain(bounds).collect();
            positive(&bar.place.long, &values)?;
        }
        Ok(())
    }

    fn draw(&self, canvas: &Canvas) -> Drawing {
        if self.upright { self.draw_upright(canvas) } else { self.draw_lying(canvas) }
    }

    fn table(&self, canvas: &Canvas) -> Table {
        let lang = canvas.lang;
        let (with_previous, with_interval) =
            (self.items.iter().any(|b| b.previous.is_some()), self.items.iter().any(|b| b.interval.is_some()));
        let value_name = match &self.unit {
            Unit::Count { many, .. } if !many.is_empty() => capitalised(many),
            _ => lang.pick("Valeur", "Value").to_owned(),
        };
        let mut head = vec![self.axis.clone(), value_name.clone()];
        head.extend(with_interval.then(|| words::between_column(lang, &value_name)));
        head.extend(with_previous.then(|| self.previous_word(lang).to_owned()));
        let rows = self.items.iter().enumerate().map(|(i, bar)| {
            let gap = gap_name(lang, &self.bands, i);
            let cell = |v: Value| Cell::of(v, &canvas.withheld, &gap, |v| self.unit.write(lang, v));
            let mut cells = vec![cell(bar.value)];
            if bar.unfinished {
                cells[0].text = format!("{} ({})", cells[0].text, words::unfinished(lang));
            }
            cells.extend(with_interval.then(|| interval_cell(lang, bar.interval, |v| self.unit.write(lang, v))));
            cells.extend(with_previous.then(|| cell(bar.previous.unwrap_or(Value::Absent))));
            Row { head: bar.place.long.clone(), cells }
        });
        Table { caption: String::new(), lang, head, rows: rows.collect() }
    }

    fn describe(&self, canvas: &Canvas) -> String {
        let lang = canvas.lang;
        let known = || self.items.iter().filter_map(|b| b.value.known().map(|v| (v, b.place.long.as_str())));
        let (Some(low), Some(high)) =
            (known().min_by(|a, b| a.0.total_cmp(&b.0)), known().max_by(|a, b| a.0.total_cmp(&b.0)))
        else {
            return words::nothing_known(lang).to_owned();
        };
        let say = |(v, name): (f64, &str)| format!("{} ({name})", self.unit.write(lang, v));
        let sentence = words::from_to(lang, &say(low), &say(high));
        match lang {
            Lang::Fr | Lang::En if known().count() == 1 => format!("{}.", say(high)),
            _ => format!("{}.", capitalised(&sentence)),
        }
    }
}
