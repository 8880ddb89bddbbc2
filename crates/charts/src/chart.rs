//! The specification of one chart: what it says (title, subtitle, description, note, source) and what it draws.

use maud::Markup;

use crate::draw::{self, Canvas, Draw};
use crate::{Bars, ChartError, Distribution, Flow, HeatMap, Lang, Line, Stacked, Table, figure, format, words};

/// For how much room a drawing is made. Both carry the same facts; the narrow one has fewer ticks and shorter labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Width {
    /// A telephone held upright, from 320 pixels.
    Narrow,
    /// A card on a tablet or desk screen, a PDF column, an e-mail: about 640 pixels.
    Wide,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Values along time.
    Line(Line),
    /// One value per thing.
    Bars(Bars),
    /// Parts of a whole along time.
    Stacked(Stacked),
    /// A value per row and column.
    HeatMap(HeatMap),
    /// How many of each size, and where one stands.
    Distribution(Distribution),
    /// How much goes from where to where.
    Flow(Flow),
}

impl Kind {
    fn inner(&self) -> &dyn Draw {
        match self {
            Self::Line(it) => it,
            Self::Bars(it) => it,
            Self::Stacked(it) => it,
            Self::HeatMap(it) => it,
            Self::Distribution(it) => it,
            Self::Flow(it) => it,
        }
    }
}

macro_rules! kinds {
    ($($name:ident),*) => { $(impl From<$name> for Kind { fn from(it: $name) -> Self { Self::$name(it) } })* };
}
kinds!(Line, Bars, Stacked, HeatMap, Distribution, Flow);

/// One chart, checked: drawing it cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub(crate) id: String,
    pub(crate) lang: Lang,
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) kind: Kind,
    description: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) source: Option<String>,
    threshold: u32,
}

impl Chart {
    /// A chart named by the finding or question (`title`) and its measure, unit, period and population (`subtitle`).
    /// `id` must be unique on the page: it becomes the anchor of the figure. Fails when the specification cannot be drawn.
    pub fn new(
        id: impl Into<String>,
        lang: Lang,
        title: impl Into<String>,
        subtitle: impl Into<String>,
        kind: impl Into<Kind>,
    ) -> Result<Self, ChartError> {
        let (id, kind) = (id.into(), kind.into());
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !id.bytes().all(legal) || !id.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(ChartError::BadId(id));
        }
        kind.inner().check(&id)?;
        Ok(Self {
            id,
            lang,
            title: title.into(),
            subtitle: subtitle.into(),
            kind,
            description: None,
            note: None,
            source: None,
            threshold: 5,
        })
    }

    /// Replaces the automatic one-sentence description of the chart's shape.
    #[must_use]
    pub fn describe(mut self, sentence: impl Into<String>) -> Self {
        self.description = Some(sentence.into());
        self
    }

    /// A remark below the drawing: how good the last forecasts were, which tablets have not sent yet.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.note = Some(text.into());
        self
    }

    /// Where the figures come from, below the drawing.
    #[must_use]
    pub fn source(mut self, text: impl Into<String>) -> Self {
        self.source = Some(text.into());
        self
    }

    /// The threshold below which figures were withheld, when it is not five.
    #[must_use]
    pub fn withheld_below(mut self, threshold: u32) -> Self {
        self.threshold = threshold;
        self
    }

    /// The anchor of the figure on its page.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The finding or question.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Measure, unit, period, population.
    pub fn subtitle(&self) -> &str {
        &self.subtitle
    }

    /// The shape of the chart in one sentence: the alternative text of the drawing in a PDF.
    pub fn description(&self) -> String {
        let canvas = self.canvas(Width::Wide);
        self.description.clone().unwrap_or_else(|| self.kind.inner().describe(&canvas))
    }

    /// The drawing alone: no visible title, since the page, the PDF and the e-mail set it in their own type.
    /// The SVG stands by itself (light colours as attributes); a page recolours it through its classes.
    pub fn svg(&self, width: Width) -> Markup {
        let canvas = self.canvas(width);
        let drawing = self.kind.inner().draw(&canvas);
        draw::document(&canvas, &self.name(), &self.description(), &drawing)
    }

    /// The figures behind the drawing.
    pub fn table(&self) -> Table {
        let mut table = self.kind.inner().table(&self.canvas(Width::Wide));
        table.caption = self.name();
        table
    }

    /// The chart as a page embeds it: heading, both drawings (one is shown, by width), notes, and the table in a
    /// `<details>`. `heading` is the level of its title, 2 to 6.
    pub fn figure(&self, heading: u8) -> Markup {
        figure::figure(self, heading)
    }

    /// Remarks that go with the drawing: those it needs by itself, then the caller's.
    pub fn notes(&self) -> Vec<String> {
        let own = self.kind.inner().remarks(self.lang);
        own.into_iter().chain(self.note.clone()).collect()
    }

    fn name(&self) -> String {
        let joint = if self.title.ends_with(['?', '.', '!']) { " " } else { ". " };
        format::typography(self.lang, &format!("{}{joint}{}", self.title, self.subtitle))
    }

    fn canvas(&self, width: Width) -> Canvas {
        let suffix = match width {
            Width::Narrow => "n",
            Width::Wide => "w",
        };
        Canvas::new(
            format!("{}-{suffix}", self.id),
            self.lang,
            width,
            words::withheld(self.lang, self.threshold),
            words::withheld_short(self.lang, self.threshold),
        )
    }
}
