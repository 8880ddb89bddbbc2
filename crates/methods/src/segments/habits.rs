//! Habits at the end of a window, from what is known of each week.

use std::collections::BTreeSet;

/// Over how many of the last class weeks active days are averaged: about three months of school.
pub const RECENT_CLASS_WEEKS: usize = 12;

/// A week of somebody, from her first one on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week<F> {
    /// Whether there was class in it.
    pub is_class: bool,
    /// On how many days she was active; `None` where nobody counted.
    pub days: Option<u32>,
    /// What she used.
    pub used: Vec<F>,
}

/// Somebody's habits as of the end of a week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Habits {
    /// Days since the Monday of her first week.
    pub tenure_days: f64,
    /// How many different things she has used.
    pub features: f64,
    /// Active days in an average class week, over the last [`RECENT_CLASS_WEEKS`], as if she were there all week.
    pub active_days_per_week: f64,
}

/// Habits from the weeks since somebody's first one, oldest first and without a gap.
///
/// `presence` is the part of a week that she is there, above 0 and up to 1: who is there half the week has half as many
/// days to be active on, so hers count double. `None` where no class week with counted days is among the weeks: nothing
/// can be said then.
pub fn habits<F: Ord>(weeks: &[Week<F>], presence: f64) -> Option<Habits> {
    let counted = weeks.iter().rev().filter(|week| week.is_class).filter_map(|week| week.days);
    let (mut days, mut class_weeks) = (0.0, 0.0);
    for counted in counted.take(RECENT_CLASS_WEEKS) {
        days += f64::from(counted);
        class_weeks += 1.0;
    }
    if class_weeks < 1.0 || presence.is_nan() || presence <= 0.0 {
        return None;
    }
    let used: BTreeSet<&F> = weeks.iter().flat_map(|week| &week.used).collect();
    Some(Habits {
        tenure_days: 7.0 * crate::count::real(weeks.len()),
        features: crate::count::real(used.len()),
        active_days_per_week: (days / class_weeks / presence.min(1.0)).min(7.0),
    })
}
