//! Segments of use, as data: novice, occasional, power, regular. They are told to the person herself only;
//! nobody is ranked by them.

use serde::Deserialize;

use crate::Text;

/// A segment and the rule that puts a person in it.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// What people read for it.
    pub title: Text,
    /// The rule, in words.
    pub definition: Text,
    /// Whether any or all of the conditions must hold.
    pub rule: Match,
    /// The conditions. Without any, the segment takes everybody left.
    pub conditions: Vec<Condition>,
}

/// How conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// One is enough.
    Any,
    /// All must hold.
    All,
}

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Habit {
    /// Days since the first use of the school year.
    TenureDays,
    /// Distinct features used in the school year.
    Features,
    /// Active days in an average class week, as if she were there all week.
    ActiveDaysPerWeek,
}

impl Habit {
    /// Every habit.
    pub const ALL: [Self; 3] = [Self::TenureDays, Self::Features, Self::ActiveDaysPerWeek];

    /// Its name in the dictionary and in answers.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::TenureDays => "tenure_days",
            Self::Features => "features",
            Self::ActiveDaysPerWeek => "active_days_per_week",
        }
    }
}

/// A bound on a habit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition {
    /// What is looked at.
    pub habit: Habit,
    /// It must be under this.
    pub below: Option<f64>,
    /// It must be this or more.
    pub at_least: Option<f64>,
}

/// One person's habits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habits {
    /// Days since the first use of the school year.
    pub tenure_days: f64,
    /// Distinct features used.
    pub features: f64,
    /// Active days in an average class week.
    pub active_days_per_week: f64,
}

/// What it takes to change segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steadiness {
    /// Months in a row that must say so.
    pub months: usize,
    /// By how many features a threshold must be passed.
    pub features: f64,
    /// By how many active days a week.
    pub active_days_per_week: f64,
}

impl Habits {
    /// The value of a habit.
    pub const fn get(&self, habit: Habit) -> f64 {
        match habit {
            Habit::TenureDays => self.tenure_days,
            Habit::Features => self.features,
            Habit::ActiveDaysPerWeek => self.active_days_per_week,
        }
    }

    /// The same with another value of a habit.
    #[must_use]
    pub const fn with(mut self, habit: Habit, value: f64) -> Self {
        match habit {
            Habit::TenureDays => self.tenure_days = value,
            Habit::Features => self.features = value,
            Habit::ActiveDaysPerWeek => self.active_days_per_week = value,
        }
        self
    }
}

impl Condition {
    fn holds(self, habits: &Habits) -> bool {
        let value = habits.get(self.habit);
        self.below.is_none_or(|bound| value < bound) && self.at_least.is_none_or(|bound| value >= bound)
    }
}

impl Segment {
    /// Whether a person with these habits is in it. Segments are tried in their order of declaration.
    pub fn takes(&self, habits: &Habits) -> bool {
        let mut conditions = self.conditions.iter();
        match self.rule {
            Match::All => conditions.all(|condition| condition.holds(habits)),
            Match::Any => conditions.any(|condition| condition.holds(habits)),
        }
    }
}
