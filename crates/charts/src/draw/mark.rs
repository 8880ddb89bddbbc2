//! Shapes of points and textures of areas: what tells series apart besides colour.

use std::fmt::Write;

use maud::{Markup, html};

use super::ink::Ink;
use super::labels::Swatch;
use super::{Canvas, n};

/// The path of the marker of a series, centred on a point: circle, square, triangle, diamond, cross, bar, then again.
pub(crate) fn shape(series: usize, x: f64, y: f64, r: f64) -> String {
    let polygon = |points: &[(f64, f64)]| {
        let mut path = String::new();
        for (i, (dx, dy)) in points.iter().enumerate() {
            let _ = write!(path, "{}{} {}", if i == 0 { 'M' } else { 'L' }, n(x + dx * r), n(y + dy * r));
        }
        path + "Z"
    };
    match series % 6 {
        0 => format!("M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0Z", n(x - r), n(y), r = n(r), d = n(2.0 * r)),
        1 => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        2 => polygon(&[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)]),
        3 => polygon(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
        4 => polygon(&[
            (-0.4, -1.2),
            (0.4, -1.2),
            (0.4, -0.4),
            (1.2, -0.4),
            (1.2, 0.4),
            (0.4, 0.4),
            (0.4, 1.2),
            (-0.4, 1.2),
            (-0.4, 0.4),
            (-1.2, 0.4),
            (-1.2, -0.4),
            (-0.4, -0.4),
        ]),
        _ => polygon(&[(-1.2, -0.5), (1.2, -0.5), (1.2, 0.5), (-1.2, 0.5)]),
    }
}

/// How many textures there are, the plain one included.
const TEXTURES: usize = 6;

/// The patterns laid over plain colours. The first category stays plain, and none is diagonal: that means withheld.
pub(crate) fn textures(id: &str) -> Markup {
    let over = |name: usize, size: f64, path: &str| {
        html! {
            pattern id={ (id) "-p" (name) } width=(n(size)) height=(n(size)) patternUnits="userSpaceOnUse" {
                path d=(path) class="s-surface" stroke=(Ink::Surface.hex()) stroke-width="1.2" stroke-linecap="round" fill="none" stroke-opacity="0.75" {}
            }
        }
    };
    html! {
        (over(1, 6.0, "M0 3H6"))
        (over(2, 6.0, "M2 2h.1M5 5h.1"))
        (over(3, 6.0, "M3 0V6"))
        (over(4, 7.0, "M0 3.5H7M3.5 0V7"))
        (over(5, 8.0, "M2 4H6"))
    }
}

/// A rectangle with the colour and texture of its part.
pub(crate) fn area(canvas: &Canvas, series: usize, ink: Ink, [x, y, w, h]: [f64; 4]) -> Markup {
    let texture = series % TEXTURES;
    html! {
        rect x=(n(x)) y=(n(y)) width=(n(w)) height=(n(h)) class=(ink.fill()) fill=(ink.hex()) {}
        @if texture > 0 { rect x=(n(x)) y=(n(y)) width=(n(w)) height=(n(h)) fill=(canvas.pattern(&format!("p{texture}"))) {} }
    }
}

/// A hatched rectangle: a figure withheld.
pub(crate) fn hatched(canvas: &Canvas, [x, y, w, h]: [f64; 4]) -> Markup {
    html! {
        rect x=(n(x)) y=(n(y)) width=(n(w)) height=(n(h)) class="hatch s-muted" fill=(canvas.pattern("hatch")) stroke=(Ink::Muted.hex()) stroke-width="0.8" {}
    }
}

/// The small sign beside the name of a series.
pub(crate) fn swatch(canvas: &Canvas, swatch: Swatch, ink: Ink, x: f64, y: f64) -> Markup {
    match swatch {
        Swatch::Shape(series) => html! { path d=(shape(series, x, y, 4.2)) class=(ink.fill()) fill=(ink.hex()) {} },
        Swatch::Texture(series) => area(canvas, series, ink, [x - 5.0, y - 5.0, 11.0, 10.0]),
        Swatch::Stroke => {
            html! { path d={ "M" (n(x - 5.0)) " " (n(y)) "h10" } class=(ink.stroke()) stroke=(ink.hex()) stroke-width="2" fill="none" {} }
        }
    }
}
