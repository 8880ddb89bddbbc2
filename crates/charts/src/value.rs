//! What a chart is made of: values that may be withheld or absent, positions along an axis, and shaded bands.

/// One figure of a chart, as it left the exit gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A published figure.
    Known(f64),
    /// Too few people, or none: drawn hatched, said in words, never zero.
    Withheld,
    /// No figure exists (holiday, tablet offline, future): a gap, usually under a named [`Band`].
    Absent,
}

impl Value {
    /// A counted figure. Counts above 2⁵³ would lose their last digit; none exists here.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn count(n: i64) -> Self {
        Self::Known(n as f64)
    }

    /// The figure, if it was published.
    pub fn known(self) -> Option<f64> {
        match self {
            Self::Known(v) => Some(v),
            Self::Withheld | Self::Absent => None,
        }
    }

    /// Whether the figure is held back for protection.
    pub fn is_withheld(self) -> bool {
        matches!(self, Self::Withheld)
    }
}

impl From<f64> for Value {
    fn from(v: f64) -> Self {
        Self::Known(v)
    }
}

impl From<u32> for Value {
    fn from(v: u32) -> Self {
        Self::Known(f64::from(v))
    }
}

/// Nothing there means absent, not withheld.
impl From<Option<f64>> for Value {
    fn from(v: Option<f64>) -> Self {
        v.map_or(Self::Absent, Self::Known)
    }
}

/// One place on an ordered axis (a week, a day, an hour); places are evenly spaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The tick label: "S12", "lun.", "8 h".
    pub short: String,
    /// The spoken and tabulated label: "semaine 12, du 24 au 28 novembre".
    pub long: String,
    /// A coarser unit written under its run of ticks ("P2", "novembre"); empty for none.
    pub group: String,
}

impl Position {
    /// A place with its tick label and its full name.
    pub fn new(short: impl Into<String>, long: impl Into<String>) -> Self {
        Self { short: short.into(), long: long.into(), group: String::new() }
    }

    /// Puts the place into a coarser unit of the axis.
    #[must_use]
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }
}

/// A stretch of the axis that is shaded and named: holidays, a strike, tablets that sent nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Index of its first position.
    pub from: usize,
    /// Index of its last position, included.
    pub until: usize,
    /// Its full name: "vacances de Noël".
    pub name: String,
    /// The name on the drawing: "Noël".
    pub short: String,
}

impl Band {
    /// A band over the positions `from..=until`.
    pub fn new(from: usize, until: usize, name: impl Into<String>, short: impl Into<String>) -> Self {
        Self { from, until, name: name.into(), short: short.into() }
    }

    /// Whether the band covers this position.
    pub fn covers(&self, index: usize) -> bool {
        (self.from..=self.until).contains(&index)
    }
}
