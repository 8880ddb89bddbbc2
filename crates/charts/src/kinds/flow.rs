//! How much goes from where to where: columns of nodes, ribbons between them, one way only.

use maud::{Markup, html};

use crate::draw::ink::Ink;
use crate::draw::{Canvas, Draw, Drawing, f, mark, n, text};
use crate::kinds::positive;
use crate::table::Cell;
use crate::{ChartError, Lang, Row, Table, Unit, Value, format, words};

/// One ribbon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    from: usize,
    to: usize,
    value: Value,
}

impl Link {
    /// From one node to another, by their place in the list of nodes.
    pub fn new(from: usize, to: usize, value: impl Into<Value>) -> Self {
        Self { from, to, value: value.into() }
    }
}

/// Nodes and the links between them. Keep to five nodes a column; merge the rest into "autres" first.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    unit: Unit,
    nodes: Vec<String>,
    links: Vec<Link>,
    lost: Vec<usize>,
}

/// A node where it is drawn.
struct Place {
    x: f64,
    y: f64,
    height: f64,
    size: f64,
}

const THICK: f64 = 12.0;
/// Withheld ribbons have this thickness whatever they hide.
const VEIL: f64 = 8.0;

impl Flow {
    /// A flow among named nodes.
    pub fn new(unit: Unit, nodes: impl IntoIterator<Item = impl Into<String>>, links: Vec<Link>) -> Self {
        Self { unit, nodes: nodes.into_iter().map(Into::into).collect(), links, lost: Vec::new() }
    }

    /// Marks a node as a way out before the goal ("abandon"): drawn in grey.
    #[must_use]
    pub fn way_out(mut self, node: usize) -> Self {
        self.lost.push(node);
        self
    }

    /// The column of each node: one more than the latest of those before it; none if the flow turns in a circle.
    fn columns(&self) -> Option<Vec<usize>> {
        let mut columns = vec![0; self.nodes.len()];
        for _ in 0..=self.nodes.len() {
            let mut moved = false;
            for link in &self.links {
                if columns[link.to] <= columns[link.from] {
                    columns[link.to] = columns[link.from] + 1;
                    moved = true;
                }
            }
            if !moved {
                return Some(columns);
            }
        }
        None
    }

    /// What passes through a node: the larger of what comes in and what goes out.
    fn size(&self, node: usize) -> f64 {
        let sum = |end: fn(&Link) -> usize| {
            self.links.iter().filter(|l| end(l) == node).filter_map(|l| l.value.known()).sum::<f64>()
        };
        sum(|l| l.from).max(sum(|l| l.to))
    }

    fn is_veiled(&self, node: usize) -> bool {
        self.links.iter().any(|l| (l.from == node || l.to == node) && l.value.is_withheld())
    }

    fn ink(&self, node: usize) -> Ink {
        if self.lost.contains(&node) { Ink::Context } else { Ink::Ours }
    }

    fn spoken(&self, canvas: &Canvas, link: &Link) -> String {
        let value = canvas.say(link.value, words::absent(canvas.lang), |v| self.unit.say(canvas.lang, v));
        format!("{} → {}{}{value}", self.nodes[link.from], self.nodes[link.to], format::colon(canvas.lang))
    }

    fn label_lines(&self, canvas: &Canvas, node: usize, room: f64) -> Vec<String> {
        let size = self.size(node);
        let figure = if size > 0.0 { self.unit.write(canvas.lang, size) } else { canvas.withheld_short.clone() };
        let mut lines = text::wrap(&self.nodes[node], canvas.text_size(), room, 2);
        lines.push(figure);
        lines
    }

    fn places(&self, canvas: &Canvas, columns: &[usize], step: f64) -> (Vec<Place>, f64, f64) {
        let last = columns.iter().copied().max().unwrap_or(0);
        let tallest = (0..=last)
            .map(|c| (0..self.nodes.len()).filter(|&i| columns[i] == c).map(|i| self.size(i)).sum::<f64>())
            .fold(0.0, f64::max);
        let scale = if tallest > 0.0 { canvas.pick(150.0, 190.0) / tallest } else { 0.0 };
        let mut places: Vec<Place> = Vec::new();
        let mut feet = vec![0.0_f64; last + 1];
        for (i, &column) in columns.iter().enumerate() {
            let size = self.size(i);
            let height = (size * scale).max(if self.is_veiled(i) { VEIL } else { 2.0 });
            let head = f(self.label_lines(canvas, i, step - 10.0).len()) * 14.0 + 6.0;
            places.push(Place { x: f(column) * step, y: feet[column] + head, height, size });
            feet[column] += head + height + 10.0;
        }
        (places, feet.into_iter().fold(0.0, f64::max), scale)
    }

    fn ribbons(&self, canvas: &Canvas, places: &[Place], scale: f64) -> Markup {
        let (mut out, mut into) = (vec![0.0; places.len()], vec![0.0; places.len()]);
        html! {
            @for (k, link) in self.links.iter().enumerate() {
                @let thick = link.value.known().map_or(VEIL, |v| (v * scale).max(0.8));
                @let (a, b) = (&places[link.from], &places[link.to]);
                @let (y0, y1) = (a.y + out[link.from], b.y + into[link.to]);
                @let () = { out[link.from] += thick; into[link.to] += thick; };
                @if link.value != Value::Absent {
                    @let (x0, x1) = (a.x + THICK, b.x);
                    @let middle = f64::midpoint(x0, x1);
                    @let path = format!(
                        "M{} {}C{m} {} {m} {} {} {}V{}C{m} {} {m} {} {} {}Z",
                        n(x0), n(y0), n(y0), n(y1), n(x1), n(y1), n(y1 + thick), n(y1 + thick), n(y0 + thick), n(x0), n(y0 + thick), m = n(middle)
                    );
                    @let ink = self.ink(link.to);
                    (canvas.point(k, 0, &self.spoken(canvas, link), &html! {
                        @if link.value.is_withheld() {
                            path d=(path) fill=(canvas.pattern("hatch")) class="hatch" {}
                        } @else {
                            path d=(path) class=(ink.fill()) fill=(ink.hex()) fill-opacity="0.3" {}
                        }
                    }))
                }
            }
        }
    }
}

impl Draw for Flow {
    fn check(&self, id: &str) -> Result<(), ChartError> {
        if self.nodes.is_empty() || self.links.is_empty() {
            return Err(ChartError::Empty(id.to_owned()));
        }
        if self.links.iter().any(|l| l.from >= self.nodes.len() || l.to >= self.nodes.len())
            || self.lost.iter().any(|&i| i >= self.nodes.len())
        {
            return Err(ChartError::OutOfRange(id.to_owned()));
        }
        positive(id, &self.links.iter().map(|l| l.value).collect::<Vec<_>>())?;
        if self.columns().is_some() {
            return Ok(());
        }
        let start = self.links.first().map_or(0, |l| l.from);
        Err(ChartError::Cycle(self.nodes[start].clone()))
    }

    fn draw(&self, canvas: &Canvas) -> Drawing {
        let columns = self.columns().unwrap_or_else(|| vec![0; self.nodes.len()]);
        let last = columns.iter().copied().max().unwrap_or(0);
        // The last column's names end at the edge, so its nodes stand at the edge too.
        let step = (canvas.width() - THICK) / f(last.max(1));
        let room = if last > 1 { step - 10.0 } else { step / 2.0 };
        let (places, height, scale) = self.places(canvas, &columns, room + 10.0);
        let places: Vec<Place> =
            places.into_iter().zip(&columns).map(|(p, &c)| Place { x: f(c) * step, ..p }).collect();
        let body = html! {
            (self.ribbons(canvas, &places, scale))
            g aria-hidden="true" {
                @for (i, place) in places.iter().enumerate() {
                    @let ink = self.ink(i);
                    @if place.size > 0.0 {
                        rect x=(n(place.x)) y=(n(place.y)) width=(n(THICK)) height=(n(place.height)) class=(ink.fill()) fill=(ink.hex()) {}
                    } @else {
                        (mark::hatched(canvas, [place.x, place.y, THICK, place.height]))
                    }
                    @let ending = columns[i] == last && last > 0;
                    @let (x, anchor) = if ending { (place.x + THICK, "end") } else { (place.x, "start") };
                    @let lines = self.label_lines(canvas, i, room);
                    @let start = place.y - f(lines.len()) * 14.0 + 8.0;
                    @for (k, line) in lines.iter().enumerate() {
                        @let figure = k + 1 == lines.len();
                        text x=(n(x)) y=(n(start + f(k) * 14.0)) text-anchor=(anchor) font-weight=[figure.then_some("600")] class="f-text s-surface"
                            stroke=(Ink::Surface.hex()) stroke-width="3" paint-order="stroke" { (line) }
                    }
                }
            }
        };
        Drawing { height: height + 4.0, body }
    }

    fn table(&self, canvas: &Canvas) -> Table {
        let lang = canvas.lang;
        let head = match lang {
            Lang::Fr => ["De", "Vers", "Valeur"],
            Lang::En => ["From", "To", "Value"],
        };
        let rows = self.links.iter().map(|link| Row {
            head: self.nodes[link.from].clone(),
            cells: vec![
                Cell::words(self.nodes[link.to].clone()),
                Cell::of(link.value, &canvas.withheld, words::absent(lang), |v| self.unit.write(lang, v)),
            ],
        });
        Table { caption: String::new(), lang, head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
    }

    fn describe(&self, canvas: &Canvas) -> String {
        let most = self
            .links
            .iter()
            .filter(|l| l.value.known().is_some())
            .max_by(|a, b| a.value.known().unwrap_or(0.0).total_cmp(&b.value.known().unwrap_or(0.0)));
        let Some(link) = most else { return words::nothing_known(canvas.lang).to_owned() };
        format!(
            "{}{}{}.",
            canvas.lang.pick("Le passage le plus fréquent", "The most frequent step"),
            format::colon(canvas.lang),
            self.spoken(canvas, link)
        )
    }
}
