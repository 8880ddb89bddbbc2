//! How lines are drawn. Later things cover earlier ones: bands, grid, intervals, greys, colours, points, labels.

use std::fmt::Write;

use maud::{Markup, html};

use crate::Value;
use crate::draw::axis::{self, Plot};
use crate::draw::ink::Ink;
use crate::draw::labels::{self, Label, Swatch};
use crate::draw::ticks::{self, Ticks};
use crate::draw::{Canvas, Drawing, f, mark, n, text};
use crate::kinds::line::{Line, Role, Series};

/// Up to so many series are named at their line; above, a row of names stands over the plot.
const DIRECT: usize = 5;
/// The least room between two visible marks of a series.
const AIR: f64 = 13.0;

pub(crate) fn draw(line: &Line, canvas: &Canvas) -> Drawing {
    let count = line.positions.len();
    let inks = line.inks();
    let ticks = value_ticks(line, canvas);
    let direct = line.series.len() <= DIRECT;
    let (legend, legend_height) = if direct {
        (html! {}, 0.0)
    } else {
        let entries: Vec<_> = line
            .series
            .iter()
            .zip(&inks)
            .enumerate()
            .map(|(k, (s, ink))| (s.name.clone(), *ink, swatch(s, k)))
            .collect();
        labels::legend(canvas, &entries)
    };
    let left = axis::value_room(canvas, &ticks, &line.unit);
    let right = canvas.width() - right_room(line, canvas, direct);
    let names = axis::band_names(canvas, &line.bands, count, left, right);
    let top = legend_height + names.height + 10.0;
    let bottom = top + canvas.pick(170.0, 220.0);
    let plot = Plot { left, right, top, bottom };
    let all_grey = line.series.iter().all(Series::is_grey);
    let one = |k: usize, ink: Ink| {
        html! { g data-series=(k) { (path(&line.series[k], ink, plot, &ticks)) (points(line, canvas, k, ink, plot, &ticks)) } }
    };
    let body = html! {
        (legend)
        (axis::bands(plot, &line.bands, &names, count))
        (axis::values(canvas, plot, &ticks, &line.unit))
        (axis::positions(canvas, plot, &line.positions))
        @for (series, ink) in line.series.iter().zip(&inks) { (interval(series, *ink, plot, &ticks)) }
        // What is compared with lies below what the chart is about, which the keyboard meets first.
        @for (k, ink) in inks.iter().enumerate().filter(|(k, _)| line.series[*k].is_grey()) {
            @if all_grey { (one(k, *ink)) } @else { (canvas.aside(|| one(k, *ink))) }
        }
        @for (k, ink) in inks.iter().enumerate().filter(|(k, _)| !line.series[*k].is_grey()) { (one(k, *ink)) }
        (withheld(line, canvas, plot))
        @if direct { (names_at_lines(line, canvas, &inks, plot, &ticks)) }
    };
    Drawing { height: bottom + axis::position_height(&line.positions), body }
}

fn value_ticks(line: &Line, canvas: &Canvas) -> Ticks {
    let known = line.series.iter().flat_map(|s| s.values.iter().filter_map(|v| v.known()));
    let bounds = line.series.iter().flat_map(|s| s.interval.iter().flatten().flat_map(|&(low, high)| [low, high]));
    let all: Vec<f64> = known.chain(bounds).collect();
    let high = all.iter().copied().fold(f64::MIN, f64::max);
    let low = all.iter().copied().fold(f64::MAX, f64::min);
    let (low, high) = if all.is_empty() { (0.0, 1.0) } else { (low, high) };
    let low = if line.from_zero { low.min(0.0) } else { low };
    let high = if line.from_zero { high.max(0.0) } else { high };
    ticks::nice(&line.unit, low, high, canvas.pick(3, 4))
}

fn swatch(series: &Series, k: usize) -> Swatch {
    if matches!(series.role, Role::Previous) { Swatch::Stroke } else { Swatch::Shape(k) }
}

fn right_room(line: &Line, canvas: &Canvas, direct: bool) -> f64 {
    if !direct {
        return 10.0;
    }
    if line.series.len() == 1 {
        return last_value(line, canvas, &line.series[0])
            .map_or(8.0, |v| text::width(&v, canvas.text_size() + 1.0) + 14.0);
    }
    let names: Vec<&str> = line.series.iter().map(|s| s.name.as_str()).collect();
    labels::room(canvas, &names)
}

fn last_value(line: &Line, canvas: &Canvas, series: &Series) -> Option<String> {
    let value = series.values[series.last_known()?].known()?;
    Some(line.unit.write(canvas.lang, value))
}

/// Names at the ends of their lines; a line that stands alone carries its last value instead, the title having named it.
fn names_at_lines(line: &Line, canvas: &Canvas, inks: &[Ink], plot: Plot, ticks: &Ticks) -> Markup {
    let end =
        |series: &Series| series.last_known().and_then(|i| series.values[i].known().map(|v| (i, plot.y(v, ticks))));
    if let [series] = line.series.as_slice() {
        let (Some((i, y)), Some(text)) = (end(series), last_value(line, canvas, series)) else { return html! {} };
        let x = plot.x(i, line.positions.len()) + 9.0;
        return html! {
            text x=(n(x)) y=(n(y)) dy=".35em" font-weight="600" font-size=(n(canvas.text_size() + 1.0)) class="f-text" aria-hidden="true" { (text) }
        };
    }
    let labels: Vec<Label> = line
        .series
        .iter()
        .zip(inks)
        .enumerate()
        .map(|(k, (series, ink))| Label {
            text: series.name.clone(),
            ink: *ink,
            swatch: swatch(series, k),
            y: end(series).map_or(plot.bottom, |(_, y)| y),
            series: k,
        })
        .collect();
    labels::column(canvas, &labels, plot.right + 4.0, plot.top - 6.0, plot.bottom + 6.0)
}

/// The uncertain region around a series.
fn interval(series: &Series, ink: Ink, plot: Plot, ticks: &Ticks) -> Markup {
    let count = series.values.len();
    let mut paths: Vec<String> = Vec::new();
    let mut run: Vec<(f64, f64, f64)> = Vec::new();
    for i in 0..=count {
        if let Some((low, high)) = (i < count).then(|| series.interval_at(i)).flatten() {
            run.push((plot.x(i, count), plot.y(low, ticks), plot.y(high, ticks)));
            continue;
        }
        match run.as_slice() {
            [] => {}
            // A single uncertain value is an error bar.
            [(x, low, high)] => paths.push(format!("M{} {}h4V{}h-4Z", n(x - 2.0), n(*low), n(*high))),
            _ => {
                let mut path = String::new();
                for (k, (x, _, high)) in run.iter().enumerate() {
                    let _ = write!(path, "{}{} {}", if k == 0 { 'M' } else { 'L' }, n(*x), n(*high));
                }
                for (x, low, _) in run.iter().rev() {
                    let _ = write!(path, "L{} {}", n(*x), n(*low));
                }
                paths.push(path + "Z");
            }
        }
        run.clear();
    }
    html! { @for path in paths { path d=(path) class=(ink.fill()) fill=(ink.hex()) fill-opacity="0.18" {} } }
}

/// How a piece of line is stroked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stroke {
    Solid,
    Dotted,
    Dashed,
}

/// The line itself, broken where there is no value.
fn path(series: &Series, ink: Ink, plot: Plot, ticks: &Ticks) -> Markup {
    let count = series.values.len();
    let mut pieces: Vec<(Stroke, String, usize)> = Vec::new();
    for i in 1..count {
        let (Some(from), Some(to)) = (series.values[i - 1].known(), series.values[i].known()) else { continue };
        let stroke = match i {
            _ if series.is_forecast(i) => Stroke::Dashed,
            _ if series.is_unfinished(i) => Stroke::Dotted,
            _ => Stroke::Solid,
        };
        let target = format!("L{} {}", n(plot.x(i, count)), n(plot.y(to, ticks)));
        match pieces.last_mut() {
            Some((last, path, end)) if *last == stroke && *end == i - 1 => {
                path.push_str(&target);
                *end = i;
            }
            _ => pieces.push((stroke, format!("M{} {}{target}", n(plot.x(i - 1, count)), n(plot.y(from, ticks))), i)),
        }
    }
    let width = match series.role {
        Role::Ours => "2.5",
        Role::Category => "2",
        Role::Context | Role::Previous => "1.5",
    };
    html! {
        @for (stroke, path, _) in pieces {
            @let dash = match stroke { Stroke::Solid => None, Stroke::Dotted => Some("0.1 5"), Stroke::Dashed => Some("6 4") };
            path d=(path) class=(ink.stroke()) stroke=(ink.hex()) stroke-width=(width) stroke-linejoin="round" stroke-linecap="round" stroke-dasharray=[dash] fill="none" {}
        }
    }
}

/// The points, each able to speak. Marks are shown where they are few, alone, or hollow (unfinished, forecast).
fn points(line: &Line, canvas: &Canvas, k: usize, ink: Ink, plot: Plot, ticks: &Ticks) -> Markup {
    let series = &line.series[k];
    let count = series.values.len();
    // A line that stands alone needs its marks only where there is room for all; several are told apart by some of them.
    let slot = plot.slot(count);
    let stride = (1..=count).find(|&k| f(k) * slot >= AIR).unwrap_or(count).max(1);
    let marked =
        |i: usize| series.role != Role::Previous && i.is_multiple_of(stride) && (stride == 1 || line.series.len() > 2);
    let alone = |i: usize| {
        let known = |j: Option<usize>| j.and_then(|j| series.values.get(j)).is_some_and(|v| v.known().is_some());
        !known(i.checked_sub(1)) && !known(Some(i + 1))
    };
    let radius = canvas.pick(3.0, 3.5);
    html! {
        g class=(ink.fill()) fill=(ink.hex()) {
            @for i in 0..count {
                @if let Some(value) = series.values[i].known() {
                    @let (x, y) = (plot.x(i, count), plot.y(value, ticks));
                    @let hollow = series.is_forecast(i) || series.is_unfinished(i);
                    @let shown = marked(i) || hollow || alone(i) || (series.last_known() == Some(i) && series.role != Role::Previous);
                    @let path = mark::shape(k, x, y, radius);
                    (canvas.point(i, k, &line.spoken(canvas, series, i), &html! {
                        circle class="hit" cx=(n(x)) cy=(n(y)) r="10" fill="none" {}
                        @if hollow {
                            path d=(path) class={ "f-surface " (ink.stroke()) } fill=(Ink::Surface.hex()) stroke=(ink.hex()) stroke-width="1.5" {}
                        } @else {
                            path d=(path) class=[(!shown).then_some("quiet")] fill-opacity=[(!shown).then_some("0")] {}
                        }
                    }))
                }
            }
        }
    }
}

/// Withheld values stand hatched at the foot of their position, once for all series.
fn withheld(line: &Line, canvas: &Canvas, plot: Plot) -> Markup {
    let count = line.positions.len();
    let slot = plot.slot(count);
    // Among several series the foot stays low, so that it covers none of the others.
    let height = if line.series.len() > 1 { 12.0 } else { plot.height() * 0.22 };
    html! {
        @for i in 0..count {
            @if let Some(k) = line.series.iter().position(|s| s.values[i] == Value::Withheld) {
                @let width = slot.min(26.0);
                @let x = plot.left + f(i) * slot + (slot - width) / 2.0;
                (canvas.point(i, k, &line.spoken(canvas, &line.series[k], i), &mark::hatched(canvas, [x, plot.bottom - height, width, height])))
            }
        }
    }
}
