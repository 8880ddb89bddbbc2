//! A line the size of a word, beside a key figure. It has a name but no points of its own: the full chart has them.

use std::fmt::Write;

use maud::{Markup, html};

use crate::draw::ink::Ink;
use crate::draw::{Canvas, f, mark, n};
use crate::{Lang, Unit, Value, Width, format, words};

/// The last values of one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparkline {
    id: String,
    lang: Lang,
    label: String,
    unit: Unit,
    values: Vec<Value>,
    unfinished: bool,
}

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 32.0;

impl Sparkline {
    /// `id` must be unique on the page; `label` says what and when ("Traces par semaine, S1 à S12").
    pub fn new(
        id: impl Into<String>,
        lang: Lang,
        label: impl Into<String>,
        unit: Unit,
        values: impl IntoIterator<Item = Value>,
    ) -> Self {
        Self { id: id.into(), lang, label: label.into(), unit, values: values.into_iter().collect(), unfinished: false }
    }

    /// The last value belongs to a period that is not over.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }

    /// The drawing, 120 by 32, without axes; its range starts at zero.
    pub fn svg(&self) -> Markup {
        let canvas = Canvas::new(self.id.clone(), self.lang, Width::Narrow, String::new(), String::new());
        let known: Vec<(usize, f64)> = self
            .values
            .iter()
            .enumerate()
            .filter_map(|(i, v)| v.known().filter(|v| v.is_finite()).map(|v| (i, v)))
            .collect();
        let (low, high) = known.iter().fold((0.0_f64, 0.0_f64), |(low, high), (_, v)| (low.min(*v), high.max(*v)));
        let high = if high > low { high } else { low + 1.0 };
        let slot = (WIDTH - 8.0) / f(self.values.len().max(2) - 1);
        let place =
            |(i, v): (usize, f64)| (4.0 + f(i) * slot, HEIGHT - 4.0 - (v - low) / (high - low) * (HEIGHT - 8.0));
        let (solid, dotted) = self.paths(&known, place);
        html! {
            svg xmlns="http://www.w3.org/2000/svg" class="sparkline" viewBox={ "0 0 " (n(WIDTH)) " " (n(HEIGHT)) } width=(n(WIDTH)) height=(n(HEIGHT)) role="img" aria-label=(self.spoken(&known)) {
                @if self.values.iter().any(|v| v.is_withheld()) {
                    defs { pattern id={ (self.id) "-hatch" } width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect width="1.5" height="5" class="f-muted" fill=(Ink::Muted.hex()) {}
                    } }
                    @for (i, _) in self.values.iter().enumerate().filter(|(_, v)| v.is_withheld()) {
                        @let (x, _) = place((i, 0.0));
                        (mark::hatched(&canvas, [x - slot.min(8.0) / 2.0, HEIGHT - 12.0, slot.min(8.0), 8.0]))
                    }
                }
                path d=(solid) class="s-ours" stroke=(Ink::Ours.hex()) stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round" fill="none" {}
                @if let Some(dotted) = dotted {
                    path d=(dotted) class="s-ours" stroke=(Ink::Ours.hex()) stroke-width="1.75" stroke-linecap="round" stroke-dasharray="0.1 3.5" fill="none" {}
                }
                @if let Some(&last) = known.last() {
                    @let (x, y) = place(last);
                    @let hollow = self.unfinished;
                    circle cx=(n(x)) cy=(n(y)) r="2.5" class={ (if hollow { "f-surface" } else { "f-ours" }) " s-ours" }
                        fill=(if hollow { Ink::Surface.hex() } else { Ink::Ours.hex() }) stroke=(Ink::Ours.hex()) {}
                }
            }
        }
    }

    /// The settled line, and the dotted end if the last period is not over.
    fn paths(&self, known: &[(usize, f64)], place: impl Fn((usize, f64)) -> (f64, f64)) -> (String, Option<String>) {
        let (mut solid, mut dotted) = (String::new(), None);
        for (k, &point) in known.iter().enumerate() {
            let (x, y) = place(point);
            let joined = k > 0 && known[k - 1].0 + 1 == point.0;
            if joined && self.unfinished && k + 1 == known.len() {
                let (px, py) = place(known[k - 1]);
                dotted = Some(format!("M{} {}L{} {}", n(px), n(py), n(x), n(y)));
            } else {
                let _ = write!(solid, "{}{} {}", if joined { 'L' } else { 'M' }, n(x), n(y));
                // A value between two gaps would be a line of no length: a round cap needs a hair to show.
                if !joined && known.get(k + 1).is_none_or(|next| next.0 != point.0 + 1) {
                    solid.push_str("h.1");
                }
            }
        }
        (solid, dotted)
    }

    fn spoken(&self, known: &[(usize, f64)]) -> String {
        let lang = self.lang;
        let (Some(first), Some(last)) = (known.first(), known.last()) else {
            return format!("{}{}{}", self.label, format::colon(lang), words::absent(lang));
        };
        let end = if self.unfinished { format!(", {}", words::unfinished(lang)) } else { String::new() };
        format!(
            "{}{}{}{end}",
            self.label,
            format::colon(lang),
            words::from_to(lang, &self.unit.write(lang, first.1), &self.unit.write(lang, last.1))
        )
    }
}
