//! Segments of habits, as data: novice, occasional, power, regular. They are told to the person herself only;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Habit {
    /// Days since the first event.
    TenureDays,
    /// Distinct features used.
    Features,
    /// Active days in an average class week.
    ActiveDaysPerWeek,
}

/// A bound on a habit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub habit: Habit,
    /// It must be under this.
    pub below: Option<u32>,
    /// It must be this or more.
    pub at_least: Option<u32>,
}

/// One person's habits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habits {
    /// Days since the first event.
    pub tenure_days: u32,
    /// Distinct features used.
    pub features: u32,
    /// Active days in an average class week.
    pub active_days_per_week: f64,
}

impl Condition {
    fn holds(self, habits: &Habits) -> bool {
        let value = match self.habit {
            Habit::TenureDays => f64::from(habits.tenure_days),
            Habit::Features => f64::from(habits.features),
            Habit::ActiveDaysPerWeek => habits.active_days_per_week,
        };
        self.below.is_none_or(|bound| value < f64::from(bound))
            && self.at_least.is_none_or(|bound| value >= f64::from(bound))
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
