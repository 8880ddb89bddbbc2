//! What all kinds of chart share: the canvas they draw on, the SVG document around them, axes, inks, marks and text.
//!
//! Every colour is written twice: as an attribute (light, for PDF, e-mail and print) and as a class that a page's
//! style sheet turns into a custom property. No `style` attribute is ever written, so a strict content policy holds.

pub(crate) mod axis;
pub(crate) mod ink;
pub(crate) mod labels;
pub(crate) mod mark;
pub(crate) mod text;
pub(crate) mod ticks;

use std::cell::Cell;

use maud::{Markup, html};

use crate::{ChartError, Lang, Table, Value, Width};
use ink::Ink;

/// What a kind of chart must be able to do.
pub(crate) trait Draw {
    /// Finds what cannot be drawn.
    fn check(&self, id: &str) -> Result<(), ChartError>;
    /// Draws itself.
    fn draw(&self, canvas: &Canvas) -> Drawing;
    /// Its figures as rows.
    fn table(&self, canvas: &Canvas) -> Table;
    /// Its shape in one sentence.
    fn describe(&self, canvas: &Canvas) -> String;
    /// Remarks without which it would mislead.
    fn remarks(&self, _lang: Lang) -> Vec<String> {
        Vec::new()
    }
}

/// A finished drawing and its height; its width is the canvas's.
pub(crate) struct Drawing {
    pub(crate) height: f64,
    pub(crate) body: Markup,
}

/// Where a chart is drawn: how wide, in which language, under which id.
pub(crate) struct Canvas {
    pub(crate) id: String,
    pub(crate) lang: Lang,
    width: Width,
    /// The sentence that stands for a withheld figure.
    pub(crate) withheld: String,
    /// The same for a mark on the drawing.
    pub(crate) withheld_short: String,
    /// Whether the one point that takes part in the tab order has been drawn; arrows reach the others.
    entered: Cell<bool>,
    /// Whether points drawn now leave the way in to later ones.
    closed: Cell<bool>,
}

impl Canvas {
    pub(crate) fn new(id: String, lang: Lang, width: Width, withheld: String, withheld_short: String) -> Self {
        Self { id, lang, width, withheld, withheld_short, entered: Cell::new(false), closed: Cell::new(false) }
    }

    pub(crate) fn is_narrow(&self) -> bool {
        self.width == Width::Narrow
    }

    /// The width of the viewBox.
    pub(crate) fn width(&self) -> f64 {
        self.pick(320.0, 640.0)
    }

    /// The size of ordinary text on the drawing.
    pub(crate) fn text_size(&self) -> f64 {
        self.pick(11.5, 12.5)
    }

    /// Chooses by width.
    pub(crate) fn pick<T>(&self, narrow: T, wide: T) -> T {
        if self.is_narrow() { narrow } else { wide }
    }

    /// The reference to one of the document's patterns.
    pub(crate) fn pattern(&self, name: &str) -> String {
        format!("url(#{}-{name})", self.id)
    }

    /// The value in words, whatever became of it.
    pub(crate) fn say(&self, value: Value, gap: &str, say: impl Fn(f64) -> String) -> String {
        match value {
            Value::Known(v) => say(v),
            Value::Withheld => self.withheld.clone(),
            Value::Absent => gap.to_owned(),
        }
    }

    /// Draws something whose points are not the way in: a grey series drawn below the one the chart is about.
    pub(crate) fn aside(&self, draw: impl FnOnce() -> Markup) -> Markup {
        self.closed.set(true);
        let markup = draw();
        self.closed.set(false);
        markup
    }

    /// A focusable point of the drawing: it speaks its value, and knows its place for the arrow keys.
    pub(crate) fn point(&self, x: usize, y: usize, label: &str, mark: &Markup) -> Markup {
        let first = !self.closed.get() && !self.entered.replace(true);
        html! {
            g class="pt" role="graphics-symbol" tabindex=(if first { "0" } else { "-1" }) aria-label=(label) data-x=(x) data-y=(y) { (mark) }
        }
    }
}

/// The SVG around a drawing, with its name, its description and the patterns it may use.
pub(crate) fn document(canvas: &Canvas, title: &str, description: &str, drawing: &Drawing) -> Markup {
    let id = &canvas.id;
    let (width, height) = (n(canvas.width()), n(drawing.height));
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart-svg" viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
            role="graphics-document" aria-labelledby={ (id) "-t" } aria-describedby={ (id) "-d" } lang=(canvas.lang.tag())
            font-family="system-ui, sans-serif" font-size=(n(canvas.text_size())) fill=(Ink::Text.hex()) {
            title id={ (id) "-t" } { (title) }
            desc id={ (id) "-d" } { (description) }
            defs {
                // Withheld: diagonal lines, and nothing else is ever drawn diagonally.
                pattern id={ (id) "-hatch" } width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect width="6" height="6" class="f-surface" fill=(Ink::Surface.hex()) {}
                    rect width="2" height="6" class="f-muted" fill=(Ink::Muted.hex()) fill-opacity="0.55" {}
                }
                (mark::textures(id))
            }
            (drawing.body)
        }
    }
}

/// A coordinate, as short as it can be written.
pub(crate) fn n(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A count as a coordinate. Charts hold at most a few thousand things.
pub(crate) fn f(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!([n(1.0), n(1.25), n(-0.01), n(12.96)], ["1", "1.2", "0", "13"]);
    }
}
