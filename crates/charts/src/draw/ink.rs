//! The colours of a chart: one accent for "ours", greys for context, the Okabe–Ito set in a fixed order for categories,
//! one hue for sequences.
//!
//! The values here are the light ones, for paper. Orange and sky blue are darker than in Okabe and Ito's table, since
//! theirs do not reach 3:1 on white; yellow is left out for the same reason.

/// What is drawn, from which its colour follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The one series or bar the chart is about.
    Ours,
    /// What it is compared with.
    Context,
    /// A category, in the fixed order.
    Category(usize),
    /// A step of a sequence, 0 to 5.
    Step(usize),
    Text,
    Muted,
    Grid,
    /// Shading of holidays.
    Band,
    Surface,
}

const CATEGORIES: [(&str, &str); 7] = [
    ("#0072b2", "c0"),
    ("#d55e00", "c1"),
    ("#009e73", "c2"),
    ("#cc79a7", "c3"),
    ("#b87a00", "c4"),
    ("#2b8cc4", "c5"),
    ("#4a4f57", "c6"),
];

const STEPS: [(&str, &str); 6] =
    [("#eef3f7", "q0"), ("#c6dcec", "q1"), ("#8fbcdb", "q2"), ("#5399c6", "q3"), ("#1b72a8", "q4"), ("#0b4a73", "q5")];

impl Ink {
    fn pair(self) -> (&'static str, &'static str) {
        match self {
            Self::Ours => ("#0072b2", "ours"),
            Self::Context => ("#8a9099", "context"),
            Self::Category(i) => CATEGORIES[i % CATEGORIES.len()],
            Self::Step(i) => STEPS[i.min(STEPS.len() - 1)],
            Self::Text => ("#1b1f24", "text"),
            Self::Muted => ("#5b636e", "muted"),
            Self::Grid => ("#e3e6ea", "grid"),
            Self::Band => ("#f1f2f4", "band"),
            Self::Surface => ("#ffffff", "surface"),
        }
    }

    /// The light colour.
    pub(crate) fn hex(self) -> &'static str {
        self.pair().0
    }

    /// The class that fills with this ink.
    pub(crate) fn fill(self) -> String {
        format!("f-{}", self.pair().1)
    }

    /// The class that strokes with this ink.
    pub(crate) fn stroke(self) -> String {
        format!("s-{}", self.pair().1)
    }
}
