//! Direct labels beside the last value of each series, moved apart so that none covers another.

use maud::{Markup, html};

use super::ink::Ink;
use super::{Canvas, mark, n, text};

/// One label: what it names, where it would like to be.
pub(crate) struct Label {
    pub(crate) text: String,
    pub(crate) ink: Ink,
    /// The shape or texture of the series, repeated beside its name.
    pub(crate) swatch: Swatch,
    /// The height it would like.
    pub(crate) y: f64,
    /// Which series it names, for the page's toggles.
    pub(crate) series: usize,
}

/// The sign of a series beside its name.
#[derive(Clone, Copy)]
pub(crate) enum Swatch {
    /// A point marker.
    Shape(usize),
    /// A filled square with a texture.
    Texture(usize),
    /// A plain line.
    Stroke,
}

const LINE: f64 = 14.0;
const SWATCH: f64 = 16.0;

/// The room the labels need at the right of the plot.
pub(crate) fn room(canvas: &Canvas, names: &[&str]) -> f64 {
    let size = canvas.text_size();
    let widest =
        names.iter().flat_map(|name| lines(canvas, name)).map(|line| text::width(&line, size)).fold(0.0, f64::max);
    if names.is_empty() { 8.0 } else { widest + SWATCH + 10.0 }
}

fn lines(canvas: &Canvas, name: &str) -> Vec<String> {
    text::wrap(name, canvas.text_size(), canvas.pick(98.0, 124.0), 3)
}

/// Draws the labels at `x`, each as near to its wish as the others allow.
pub(crate) fn column(canvas: &Canvas, labels: &[Label], x: f64, top: f64, bottom: f64) -> Markup {
    let wrapped: Vec<Vec<String>> = labels.iter().map(|l| lines(canvas, &l.text)).collect();
    let wishes: Vec<(f64, f64)> =
        labels.iter().zip(&wrapped).map(|(l, w)| (l.y, super::f(w.len()) * LINE + 2.0)).collect();
    let centres = spread(&wishes, top, bottom);
    html! {
        g class="labels" {
            @for ((label, lines), centre) in labels.iter().zip(&wrapped).zip(centres) {
                @let first = centre - super::f(lines.len() - 1) * LINE / 2.0;
                g data-series=(label.series) {
                    (mark::swatch(canvas, label.swatch, label.ink, x + 5.0, first))
                    @for (i, line) in lines.iter().enumerate() {
                        text x=(n(x + SWATCH)) y=(n(first + super::f(i) * LINE)) dy=".35em" class="f-text" { (line) }
                    }
                }
            }
        }
    }
}

/// A row of names above the plot for more than five series, and its height.
pub(crate) fn legend(canvas: &Canvas, entries: &[(String, Ink, Swatch)]) -> (Markup, f64) {
    let size = canvas.text_size();
    let (mut x, mut y) = (0.0, 8.0);
    let mut placed = Vec::new();
    for (series, (name, ink, swatch)) in entries.iter().enumerate() {
        let name = text::cut(name, size, canvas.width() - SWATCH);
        let room = SWATCH + text::width(&name, size) + 12.0;
        if x > 0.0 && x + room > canvas.width() {
            (x, y) = (0.0, y + 18.0);
        }
        placed.push((series, x, y, name, *ink, *swatch));
        x += room;
    }
    let markup = html! {
        g class="legend" {
            @for (series, x, y, name, ink, swatch) in placed {
                g data-series=(series) {
                    (mark::swatch(canvas, swatch, ink, x + 6.0, y))
                    text x=(n(x + SWATCH)) y=(n(y)) dy=".35em" class="f-text" { (name) }
                }
            }
        }
    };
    (markup, y + 14.0)
}

/// Moves intervals (centre, height) apart within `top..bottom`, keeping their order and staying as close as possible.
pub(crate) fn spread(wishes: &[(f64, f64)], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|&a, &b| wishes[a].0.total_cmp(&wishes[b].0));
    let mut centres = vec![0.0; wishes.len()];
    let mut edge = top;
    for &i in &order {
        let (wish, height) = wishes[i];
        centres[i] = wish.max(edge + height / 2.0);
        edge = centres[i] + height / 2.0;
    }
    let mut edge = bottom;
    for &i in order.iter().rev() {
        let height = wishes[i].1;
        centres[i] = centres[i].min(edge - height / 2.0);
        edge = centres[i] - height / 2.0;
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_cover_each_other() {
        let wishes = [(50.0, 14.0), (52.0, 14.0), (10.0, 14.0), (99.0, 28.0)];
        let centres = spread(&wishes, 0.0, 100.0);
        let mut spans: Vec<(f64, f64)> =
            centres.iter().zip(&wishes).map(|(c, w)| (c - w.1 / 2.0, c + w.1 / 2.0)).collect();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(spans.windows(2).all(|w| w[0].1 <= w[1].0 + 1e-9), "{spans:?}");
        assert!(spans[3].1 <= 100.0);
    }
}
