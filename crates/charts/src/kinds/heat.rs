//! A value per row and column in one hue: week × weekday, day × hour.

use maud::{Markup, html};

use crate::draw::ink::Ink;
use crate::draw::ticks;
use crate::draw::{Canvas, Draw, Drawing, f, mark, n, text};
use crate::kinds::line::capitalised;
use crate::kinds::{bands_within, positive, same_length};
use crate::table::{Cell, gap_name};
use crate::{Band, ChartError, Position, Row, Table, Unit, Value, format, words};

/// Rows by columns of cells. Where the columns do not fit they continue below, in blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    axis: String,
    rows: Vec<Position>,
    columns: Vec<Position>,
    unit: Unit,
    cells: Vec<Vec<Value>>,
    bands: Vec<Band>,
}

/// Steps of the hue above zero; zero has the palest one to itself.
const STEPS: usize = 5;
/// The least width of a cell.
const LEAST: f64 = 11.0;

impl HeatMap {
    /// `cells[row][column]`; `axis` names a column at the head of the table ("Semaine", "Heure"). Bands shade columns.
    pub fn new(
        axis: impl Into<String>,
        rows: Vec<Position>,
        columns: Vec<Position>,
        unit: Unit,
        cells: Vec<Vec<Value>>,
    ) -> Self {
        Self { axis: axis.into(), rows, columns, unit, cells, bands: Vec::new() }
    }

    /// Names a stretch of columns without figures.
    #[must_use]
    pub fn band(mut self, band: Band) -> Self {
        self.bands.push(band);
        self
    }

    fn known(&self) -> impl Iterator<Item = (f64, usize, usize)> {
        self.cells
            .iter()
            .enumerate()
            .flat_map(|(r, row)| row.iter().enumerate().filter_map(move |(c, v)| v.known().map(|v| (v, r, c))))
    }

    /// The upper bounds of the steps above zero.
    fn bounds(&self) -> Vec<f64> {
        let high = self.known().map(|(v, _, _)| v).fold(0.0, f64::max);
        let axis = ticks::nice(&self.unit, 0.0, high, STEPS);
        axis.values.into_iter().filter(|&v| v > 0.0).take(STEPS).collect()
    }

    fn spoken(&self, canvas: &Canvas, row: usize, column: usize) -> String {
        let lang = canvas.lang;
        let value =
            canvas.say(self.cells[row][column], &gap_name(lang, &self.bands, column), |v| self.unit.say(lang, v));
        format!("{}, {}{}{value}", self.rows[row].long, self.columns[column].long, format::colon(lang))
    }

    fn cell(&self, canvas: &Canvas, row: usize, column: usize, bounds: &[f64], place: [f64; 4]) -> Markup {
        let label = self.spoken(canvas, row, column);
        match self.cells[row][column] {
            Value::Known(value) => {
                let ink = Ink::Step(step(value, bounds));
                let [x, y, w, h] = place.map(n);
                let mark =
                    html! { rect x=(x) y=(y) width=(w) height=(h) rx="1.5" class=(ink.fill()) fill=(ink.hex()) {} };
                canvas.point(column, row, &label, &mark)
            }
            Value::Withheld => {
                let [x, y, w, h] = place;
                canvas.point(column, row, &label, &mark::hatched(canvas, [x + 0.5, y + 0.5, w - 1.0, h - 1.0]))
            }
            // Absent stays empty; its band names it.
            Value::Absent => html! {},
        }
    }

    /// One block of columns `from..until` with its top at `top`.
    fn block(&self, canvas: &Canvas, from: usize, until: usize, layout: &Layout, top: f64) -> Markup {
        let (size, cell) = (canvas.text_size(), layout.cell);
        let foot = top + f(self.rows.len()) * layout.height;
        let x = |column: usize| layout.left + f(column - from) * cell;
        let mut last_end = f64::MIN;
        let ticks: Vec<(f64, &str)> = (from..until)
            .filter_map(|c| {
                let label = self.columns[c].short.as_str();
                let half = text::width(label, size) / 2.0;
                let middle = x(c) + cell / 2.0;
                let fits =
                    !label.is_empty() && middle - half >= last_end + 6.0 && middle + half <= canvas.width() + 2.0;
                fits.then(|| {
                    last_end = middle + half;
                    (middle, label)
                })
            })
            .collect();
        html! {
            @for band in &self.bands {
                @let (start, end) = (band.from.max(from), (band.until + 1).min(until));
                @if start < end {
                    rect x=(n(x(start))) y=(n(top)) width=(n(f(end - start) * cell)) height=(n(foot - top)) class="f-band" fill=(Ink::Band.hex()) {}
                    (upright_name(&band.short, x(start) + f(end - start) * cell / 2.0, f64::midpoint(top, foot), foot - top, size))
                }
            }
            @for (r, row) in self.rows.iter().enumerate() {
                @let y = top + f(r) * layout.height;
                text x=(n(layout.left - 6.0)) y=(n(y + layout.height / 2.0)) dy=".35em" text-anchor="end" class="f-muted" fill=(Ink::Muted.hex()) aria-hidden="true" { (row.short) }
                @for c in from..until { (self.cell(canvas, r, c, &layout.bounds, [x(c), y, cell - 1.5, layout.height - 1.5])) }
            }
            g aria-hidden="true" {
                @for (middle, label) in ticks {
                    text x=(n(middle)) y=(n(foot + 14.0)) text-anchor="middle" class="f-muted" fill=(Ink::Muted.hex()) { (label) }
                }
            }
        }
    }

    fn is_hatched(&self) -> bool {
        self.cells.iter().flatten().any(|v| v.is_withheld())
    }

    /// Whether the sign for withheld cells fits beside the scale.
    fn key_fits(canvas: &Canvas, bounds: &[f64]) -> bool {
        let scale = f(bounds.len() + 1) * key_width(canvas);
        scale + 44.0 + text::width(&canvas.withheld_short, canvas.text_size()) <= canvas.width()
    }

    /// The scale of colours with its bounds, and the hatching if it is used.
    fn key(&self, canvas: &Canvas, bounds: &[f64], y: f64) -> Markup {
        let (lang, width) = (canvas.lang, key_width(canvas));
        let (high, one) = (bounds.last().copied().unwrap_or(1.0), bounds.first().copied().unwrap_or(1.0));
        let hatched = self.is_hatched();
        let end = f(bounds.len() + 1) * width;
        html! {
            g class="key" aria-hidden="true" {
                @for (k, bound) in std::iter::once(&0.0).chain(bounds).enumerate() {
                    @let ink = Ink::Step(shade(k, bounds.len()));
                    rect x=(n(f(k) * width)) y=(n(y)) width=(n(width - 1.5)) height="10" class=(ink.fill()) fill=(ink.hex()) {}
                    text x=(n(f(k + 1) * width - 1.5)) y=(n(y + 23.0)) text-anchor="end" class="f-muted" fill=(Ink::Muted.hex()) {
                        (if k == 0 { self.unit.write(lang, 0.0) } else { self.unit.tick(lang, *bound, one, high) })
                    }
                }
                @if hatched {
                    @let (hx, hy) = if Self::key_fits(canvas, bounds) { (end + 24.0, y) } else { (0.0, y + 34.0) };
                    (mark::hatched(canvas, [hx, hy, 14.0, 10.0]))
                    text x=(n(hx + 20.0)) y=(n(hy + 5.0)) dy=".35em" class="f-muted" fill=(Ink::Muted.hex()) { (canvas.withheld_short) }
                }
            }
        }
    }
}

/// How the cells of one drawing are laid out.
struct Layout {
    left: f64,
    cell: f64,
    height: f64,
    bounds: Vec<f64>,
}

/// The width of one step of the scale.
fn key_width(canvas: &Canvas) -> f64 {
    canvas.pick(38.0, 48.0)
}

/// The shade of a value: zero has the palest to itself, the last step always has the deepest.
fn step(value: f64, bounds: &[f64]) -> usize {
    if value <= 0.0 {
        0
    } else {
        shade(bounds.iter().position(|&b| value <= b).map_or(bounds.len(), |k| k + 1), bounds.len())
    }
}

/// Spreads `count` steps over all shades.
fn shade(step: usize, count: usize) -> usize {
    (step * STEPS).div_ceil(count.max(1))
}

/// A band's name, written upwards where the band is narrow; left out where even that does not fit.
fn upright_name(name: &str, x: f64, y: f64, room: f64, size: f64) -> Markup {
    html! {
        @if text::width(name, size - 1.0) <= room {
            text x=(n(x)) y=(n(y)) dy=".35em" text-anchor="middle" font-size=(n(size - 1.0)) transform={ "rotate(-90 " (n(x)) " " (n(y)) ")" } class="f-muted" fill=(Ink::Muted.hex()) aria-hidden="true" { (name) }
        }
    }
}

impl Draw for HeatMap {
    fn check(&self, id: &str) -> Result<(), ChartError> {
        if self.rows.is_empty() || self.columns.is_empty() {
            return Err(ChartError::Empty(id.to_owned()));
        }
        same_length(&self.axis, self.cells.len(), self.rows.len())?;
        bands_within(&self.bands, self.columns.len())?;
        for (row, cells) in self.rows.iter().zip(&self.cells) {
            same_length(&row.long, cells.len(), self.columns.len())?;
            positive(&row.long, cells)?;
        }
        Ok(())
    }

    fn draw(&self, canvas: &Canvas) -> Drawing {
        let size = canvas.text_size();
        let left = self.rows.iter().map(|r| text::width(&r.short, size)).fold(0.0, f64::max) + 8.0;
        let count = self.columns.len();
        let mut blocks = 1;
        while (canvas.width() - left) / f(count.div_ceil(blocks)) < LEAST && blocks < count {
            blocks += 1;
        }
        let per_block = count.div_ceil(blocks);
        let cell = ((canvas.width() - left) / f(per_block)).min(36.0);
        let layout = Layout { left, cell, height: canvas.pick(20.0, 22.0), bounds: self.bounds() };
        let block_height = f(self.rows.len()) * layout.height + 30.0;
        let key_top = f(blocks) * block_height + 6.0;
        let body = html! {
            @for b in 0..blocks {
                (self.block(canvas, b * per_block, ((b + 1) * per_block).min(count), &layout, f(b) * block_height + 2.0))
            }
            (self.key(canvas, &layout.bounds, key_top))
        };
        let key_height = if self.is_hatched() && !Self::key_fits(canvas, &layout.bounds) { 52.0 } else { 30.0 };
        Drawing { height: key_top + key_height, body }
    }

    fn table(&self, canvas: &Canvas) -> Table {
        let lang = canvas.lang;
        let head = std::iter::once(self.axis.clone()).chain(self.rows.iter().map(|r| capitalised(&r.long))).collect();
        let rows = self.columns.iter().enumerate().map(|(c, column)| {
            let gap = gap_name(lang, &self.bands, c);
            let cells = self
                .cells
                .iter()
                .map(|row| Cell::of(row[c], &canvas.withheld, &gap, |v| self.unit.write(lang, v)))
                .collect();
            Row { head: column.long.clone(), cells }
        });
        Table { caption: String::new(), lang, head, rows: rows.collect() }
    }

    fn describe(&self, canvas: &Canvas) -> String {
        let lang = canvas.lang;
        let Some((value, row, column)) = self.known().max_by(|a, b| a.0.total_cmp(&b.0)) else {
            return words::nothing_known(lang).to_owned();
        };
        let at = format!("{}, {}", self.rows[row].long, self.columns[column].long);
        format!(
            "{}{}{} ({at}).",
            lang.pick("Le plus haut", "The highest"),
            format::colon(lang),
            self.unit.say(lang, value)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_a_step_of_its_own() {
        let bounds = [10.0, 20.0];
        assert_eq!([step(0.0, &bounds), step(0.1, &bounds), step(10.0, &bounds), step(20.0, &bounds)], [0, 3, 3, 5]);
    }
}
