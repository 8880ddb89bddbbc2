//! How many of each size, and where one stands: a histogram with one's own position, without a rank.

use maud::{Markup, html};

use crate::draw::axis::{self, Plot};
use crate::draw::ink::Ink;
use crate::draw::ticks;
use crate::draw::{Canvas, Draw, Drawing, f, mark, n, text};
use crate::kinds::line::capitalised;
use crate::kinds::positive;
use crate::table::Cell;
use crate::{ChartError, Lang, Row, Table, Unit, Value, format, words};

/// One bin: from `low` up to `high`, and how many things lie in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    low: f64,
    high: f64,
    count: Value,
}

impl Bin {
    /// A bin of the histogram.
    pub fn new(low: f64, high: f64, count: impl Into<Value>) -> Self {
        Self { low, high, count: count.into() }
    }
}

/// Bins in ascending order without gaps, and optionally where one's own value lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    axis: String,
    unit: Unit,
    counted: Unit,
    bins: Vec<Bin>,
    own: Option<(String, f64)>,
    half: Option<f64>,
}

impl Distribution {
    /// `axis` names the measure on the horizontal axis, `unit` its unit, `counted` what is counted ("école", "écoles").
    pub fn new(axis: impl Into<String>, unit: Unit, counted: Unit, bins: Vec<Bin>) -> Self {
        Self { axis: axis.into(), unit, counted, bins, own: None, half: None }
    }

    /// Marks one's own value: `own("Votre école", 12.0)`.
    #[must_use]
    pub fn own(mut self, name: impl Into<String>, value: f64) -> Self {
        self.own = Some((name.into(), value));
        self
    }

    /// Marks the value that half of them reach.
    #[must_use]
    pub fn half(mut self, value: f64) -> Self {
        self.half = Some(value);
        self
    }

    fn ends(&self) -> (f64, f64) {
        (self.bins.first().map_or(0.0, |b| b.low), self.bins.last().map_or(1.0, |b| b.high))
    }

    fn range(&self, lang: Lang, bin: &Bin) -> String {
        words::from_to(lang, &self.unit.write(lang, bin.low), &self.unit.write(lang, bin.high))
    }

    fn spoken(&self, canvas: &Canvas, bin: &Bin) -> String {
        let lang = canvas.lang;
        let count = canvas.say(bin.count, words::absent(lang), |v| self.counted.say(lang, v));
        format!("{}{}{count}", capitalised(&self.range(lang, bin)), format::colon(lang))
    }

    fn holds_own(&self, bin: &Bin) -> bool {
        let last = self.ends().1;
        self.own.as_ref().is_some_and(|(_, v)| *v >= bin.low && (*v < bin.high || (*v >= last && bin.high >= last)))
    }

    /// The lines for one's own value and the half, with their names above the plot in rows of their own.
    fn lines(&self, canvas: &Canvas, plot: Plot, x: impl Fn(f64) -> f64) -> Markup {
        let (lang, size) = (canvas.lang, canvas.text_size());
        let half_name = lang.pick("la moitié", "half");
        let own = self.own.as_ref().map(|(name, v)| {
            (*v, format!("{name}{}{}", format::colon(lang), self.unit.write(lang, *v)), Ink::Ours, "2.5", None, "600")
        });
        let half = self.half.map(|v| {
            (
                v,
                format!("{half_name}{}{}", format::colon(lang), self.unit.write(lang, v)),
                Ink::Muted,
                "1.5",
                Some("5 3"),
                "400",
            )
        });
        html! {
            g aria-hidden="true" {
                @for (row, (value, label, ink, width, dash, weight)) in own.into_iter().chain(half).enumerate() {
                    @let y = 12.0 + f(row) * 16.0;
                    @let at = x(value);
                    @let room = text::width(&label, size * 1.05);
                    // A name stands on the side where the other line is not, unless the canvas ends there.
                    @let before = row > 0 && self.own.as_ref().is_some_and(|(_, own)| value < *own);
                    @let leftwards = (before && at - room - 8.0 >= 0.0) || at + room + 8.0 > canvas.width();
                    @let (tx, anchor) = if leftwards { (at - 6.0, "end") } else { (at + 6.0, "start") };
                    path d={ "M" (n(at)) " " (n(y - 8.0)) "V" (n(plot.bottom)) } class="s-surface" stroke=(Ink::Surface.hex()) stroke-width="5" fill="none" {}
                    path d={ "M" (n(at)) " " (n(y - 8.0)) "V" (n(plot.bottom)) } class=(ink.stroke()) stroke=(ink.hex()) stroke-width=(width) stroke-dasharray=[dash] fill="none" {}
                    text x=(n(tx)) y=(n(y)) text-anchor=(anchor) font-weight=(weight) class="f-text s-surface" stroke=(Ink::Surface.hex()) stroke-width="3" paint-order="stroke" { (label) }
                }
            }
        }
    }
}

impl Draw for Distribution {
    fn check(&self, id: &str) -> Result<(), ChartError> {
        if self.bins.is_empty() {
            return Err(ChartError::Empty(id.to_owned()));
        }
        positive(&self.axis, &self.bins.iter().map(|b| b.count).collect::<Vec<_>>())?;
        let whole =
            self.bins.iter().flat_map(|b| [b.low, b.high]).chain(self.own.iter().map(|(_, v)| *v)).chain(self.half);
        if !whole.into_iter().all(f64::is_finite) {
            return Err(ChartError::NotFinite(self.axis.clone()));
        }
        let ordered = self.bins.iter().all(|b| b.low < b.high) && self.bins.windows(2).all(|w| w[0].high <= w[1].low);
        if ordered { Ok(()) } else { Err(ChartError::OutOfRange(self.axis.clone())) }
    }

    fn draw(&self, canvas: &Canvas) -> Drawing {
        let (lang, size) = (canvas.lang, canvas.text_size());
        let high = self.bins.iter().filter_map(|b| b.count.known()).fold(0.0, f64::max);
        let ticks = ticks::nice(&self.counted, 0.0, high, 3);
        let top = 14.0 + f(usize::from(self.own.is_some()) + usize::from(self.half.is_some())) * 16.0;
        let plot = Plot {
            left: axis::value_room(canvas, &ticks, &self.counted),
            right: canvas.width() - 14.0,
            top,
            bottom: top + canvas.pick(130.0, 170.0),
        };
        let (low, end) = self.ends();
        let x = |v: f64| plot.left + (v.clamp(low, end) - low) / (end - low) * plot.width();
        let mut edges: Vec<f64> = self.bins.iter().map(|b| b.low).chain([end]).collect();
        let widest = edges.iter().map(|&v| text::width(&self.unit.write(lang, v), size)).fold(0.0, f64::max) + 8.0;
        let mut stride = 1;
        while f(stride) * plot.slot(self.bins.len()) < widest && stride < edges.len() {
            stride += 1;
        }
        edges = edges.into_iter().step_by(stride).collect();
        let body = html! {
            (axis::values(canvas, plot, &ticks, &self.counted))
            @for (i, bin) in self.bins.iter().enumerate() {
                @let (left, right) = (x(bin.low) + 0.75, x(bin.high) - 0.75);
                @let ink = if self.holds_own(bin) { Ink::Ours } else { Ink::Context };
                @match bin.count {
                    Value::Known(v) => {
                        @let y = plot.y(v, &ticks);
                        (canvas.point(i, 0, &self.spoken(canvas, bin), &html! {
                            rect x=(n(left)) y=(n(y)) width=(n(right - left)) height=(n(plot.bottom - y)) class=(ink.fill()) fill=(ink.hex()) fill-opacity="0.75" {}
                        }))
                    }
                    Value::Withheld => (canvas.point(i, 0, &self.spoken(canvas, bin), &mark::hatched(canvas, [left, plot.bottom - 24.0, right - left, 24.0]))),
                    Value::Absent => {}
                }
            }
            path d={ "M" (n(plot.left)) " " (n(plot.bottom)) "H" (n(plot.right)) } class="s-muted" stroke=(Ink::Muted.hex()) {}
            g aria-hidden="true" class="f-muted" fill=(Ink::Muted.hex()) {
                @for edge in edges { text x=(n(x(edge))) y=(n(plot.bottom + 15.0)) text-anchor="middle" { (self.unit.write(lang, edge)) } }
                text x=(n(plot.right)) y=(n(plot.bottom + 33.0)) text-anchor="end" { (text::cut(&self.axis, size, plot.width())) }
            }
            (self.lines(canvas, plot, x))
        };
        Drawing { height: plot.bottom + 40.0, body }
    }

    fn table(&self, canvas: &Canvas) -> Table {
        let lang = canvas.lang;
        let counted = match &self.counted {
            Unit::Count { many, .. } => capitalised(many),
            _ => lang.pick("Nombre", "Number").to_owned(),
        };
        let rows = self.bins.iter().map(|bin| {
            let mut head = capitalised(&self.range(lang, bin));
            if let (true, Some((name, _))) = (self.holds_own(bin), &self.own) {
                head = format!("{head} ({name})");
            }
            Row {
                head,
                cells: vec![Cell::of(bin.count, &canvas.withheld, words::absent(lang), |v| {
                    self.counted.write(lang, v)
                })],
            }
        });
        Table { caption: String::new(), lang, head: vec![self.axis.clone(), counted], rows: rows.collect() }
    }

    fn describe(&self, canvas: &Canvas) -> String {
        let lang = canvas.lang;
        let mut sentences = Vec::new();
        let most = self.bins.iter().filter_map(|b| b.count.known().map(|v| (v, b))).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, bin)) = most {
            sentences.push(format!("{} {}", lang.pick("le plus souvent", "most often"), self.range(lang, bin)));
        }
        if let Some((name, v)) = &self.own {
            sentences.push(format!("{name}{}{}", format::colon(lang), self.unit.say(lang, *v)));
        }
        if let Some(v) = self.half {
            sentences.push(format!("{} {}", lang.pick("la moitié atteint", "half reach"), self.unit.say(lang, v)));
        }
        if sentences.is_empty() {
            words::nothing_known(lang).to_owned()
        } else {
            capitalised(&format!("{}.", sentences.join(lang.pick("\u{202f}; ", "; "))))
        }
    }
}
