//! The plot area and its axes: faint grid, few ticks, named bands, groups under the time axis.

use std::ops::Range;

use maud::{Markup, html};

use super::ink::Ink;
use super::ticks::Ticks;
use super::{Canvas, f, n, text};
use crate::{Band, Position, Unit};

/// The rectangle in which marks are drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl Plot {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The room of one of `count` evenly spaced positions.
    pub(crate) fn slot(&self, count: usize) -> f64 {
        self.width() / f(count.max(1))
    }

    /// The middle of a position.
    pub(crate) fn x(&self, index: usize, count: usize) -> f64 {
        self.left + (f(index) + 0.5) * self.slot(count)
    }

    /// The height of a value.
    pub(crate) fn y(&self, value: f64, ticks: &Ticks) -> f64 {
        let share = (value - ticks.low()) / (ticks.high() - ticks.low());
        self.bottom - share * self.height()
    }
}

/// The room that the labels of the value axis need at the left.
pub(crate) fn value_room(canvas: &Canvas, ticks: &Ticks, unit: &Unit) -> f64 {
    let labels = ticks.values.iter().map(|&v| unit.tick(canvas.lang, v, ticks.step, ticks.high()));
    labels.map(|label| text::width(&label, canvas.text_size())).fold(0.0, f64::max) + 8.0
}

/// Horizontal grid lines with their labels.
pub(crate) fn values(canvas: &Canvas, plot: Plot, ticks: &Ticks, unit: &Unit) -> Markup {
    html! {
        g class="axis" aria-hidden="true" {
            @for &value in &ticks.values {
                @let y = plot.y(value, ticks);
                path d={ "M" (n(plot.left)) " " (n(y)) "H" (n(plot.right)) } class=(Ink::Grid.stroke()) stroke=(Ink::Grid.hex()) {}
                text x=(n(plot.left - 6.0)) y=(n(y)) dy=".35em" text-anchor="end" class=(Ink::Muted.fill()) fill=(Ink::Muted.hex()) {
                    (unit.tick(canvas.lang, value, ticks.step, ticks.high()))
                }
            }
        }
    }
}

/// The height of the position axis: one row of ticks, and one of groups where there are any.
pub(crate) fn position_height(positions: &[Position]) -> f64 {
    if positions.iter().any(|p| !p.group.is_empty()) { 40.0 } else { 22.0 }
}

/// Tick labels under the plot, as many as fit, and the groups below them.
pub(crate) fn positions(canvas: &Canvas, plot: Plot, positions: &[Position]) -> Markup {
    let count = positions.len();
    let labelled = labelled(canvas, positions, plot.slot(count));
    let groups = groups(positions);
    html! {
        g class="axis" aria-hidden="true" {
            path d={ "M" (n(plot.left)) " " (n(plot.bottom)) "H" (n(plot.right)) } class=(Ink::Muted.stroke()) stroke=(Ink::Muted.hex()) {}
            @for i in labelled {
                text x=(n(plot.x(i, count))) y=(n(plot.bottom + 15.0)) text-anchor="middle" class=(Ink::Muted.fill()) fill=(Ink::Muted.hex()) { (positions[i].short) }
            }
            @for (k, run) in groups.iter().enumerate() {
                @let (x0, x1) = (plot.left + f(run.start) * plot.slot(count), plot.left + f(run.end) * plot.slot(count));
                @if k > 0 && run.start == groups[k - 1].end {
                    path d={ "M" (n(x0)) " " (n(plot.bottom)) "v36" } class=(Ink::Grid.stroke()) stroke=(Ink::Grid.hex()) {}
                }
                @let name = &positions[run.start].group;
                @if text::width(name, canvas.text_size()) <= x1 - x0 {
                    text x=(n(f64::midpoint(x0, x1))) y=(n(plot.bottom + 32.0)) text-anchor="middle" class=(Ink::Text.fill()) fill=(Ink::Text.hex()) { (name) }
                }
            }
        }
    }
}

/// Which positions get their tick label: every k-th of those that have one, with the smallest k that leaves air between.
fn labelled(canvas: &Canvas, positions: &[Position], slot: f64) -> Vec<usize> {
    let named: Vec<usize> = (0..positions.len()).filter(|&i| !positions[i].short.is_empty()).collect();
    let half = |i: usize| text::width(&positions[i].short, canvas.text_size()) / 2.0;
    for stride in [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 26, 52] {
        let kept: Vec<usize> = named.iter().copied().step_by(stride).collect();
        if kept.windows(2).all(|w| f(w[1] - w[0]) * slot >= half(w[0]) + half(w[1]) + 6.0) {
            return kept;
        }
    }
    named.into_iter().take(1).collect()
}

/// Runs of positions that share a named group.
fn groups(positions: &[Position]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (i, position) in positions.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.end == i && positions[run.start].group == position.group => run.end = i + 1,
            _ if !position.group.is_empty() => runs.push(i..i + 1),
            _ => {}
        }
    }
    runs
}

/// Where the names of the bands go: rows above the plot, so that no name covers a value or another name.
pub(crate) struct BandNames {
    /// Per band: its row and the middle of its name; none where no room was left.
    places: Vec<Option<(usize, f64)>>,
    /// The height they take.
    pub(crate) height: f64,
}

const BAND_ROW: f64 = 15.0;

/// Lays out the names of the bands over a plot that spans `left..right`.
pub(crate) fn band_names(canvas: &Canvas, bands: &[Band], count: usize, left: f64, right: f64) -> BandNames {
    let slot = (right - left) / f(count.max(1));
    let mut ends = [f64::MIN; 3];
    let mut places = vec![None; bands.len()];
    let mut order: Vec<usize> = (0..bands.len()).collect();
    order.sort_by_key(|&i| bands[i].from);
    for i in order {
        let half = text::width(&bands[i].short, canvas.text_size()) / 2.0;
        let wish = left + f(bands[i].from + bands[i].until + 1) / 2.0 * slot;
        let middle = wish.max(left + half).min(canvas.width() - half);
        if let Some(row) = ends.iter().position(|&end| end + 5.0 <= middle - half) {
            ends[row] = middle + half;
            places[i] = Some((row, middle));
        }
    }
    let rows = places.iter().flatten().map(|&(row, _)| row + 1).max().unwrap_or(0);
    BandNames { places, height: f(rows) * BAND_ROW }
}

/// Shades the bands over the plot and writes their names above it.
pub(crate) fn bands(plot: Plot, bands: &[Band], names: &BandNames, count: usize) -> Markup {
    html! {
        g class="bands" aria-hidden="true" {
            @for (band, place) in bands.iter().zip(&names.places) {
                @let x = plot.left + f(band.from) * plot.slot(count);
                @let w = f(band.until + 1 - band.from) * plot.slot(count);
                rect x=(n(x)) y=(n(plot.top)) width=(n(w)) height=(n(plot.height())) class=(Ink::Band.fill()) fill=(Ink::Band.hex()) {}
                @if let Some((row, middle)) = place {
                    @let y = plot.top - 5.0 - f(*row) * BAND_ROW;
                    text x=(n(*middle)) y=(n(y)) text-anchor="middle" class=(Ink::Muted.fill()) fill=(Ink::Muted.hex()) { (band.short) }
                }
            }
        }
    }
}
