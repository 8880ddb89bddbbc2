//! The days that are judged: class days with enough devices. Closed days are no news, whatever happens on them.

use jiff::Span;
use jiff::civil::Date;

use super::bounds::DEVICES;
use super::days::Days;

/// One day of a school or of the system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) date: Date,
    /// Whether there is class.
    pub(super) open: bool,
    /// Whether there are enough devices to say anything.
    pub(super) enough: bool,
}

impl Seen {
    pub(super) const fn is_judged(self) -> bool {
        self.open && self.enough
    }
}

/// Every day from the first with a device until `last`.
pub(super) fn seen(days: &Days, open: &dyn Fn(Date) -> bool, last: Date) -> Vec<Seen> {
    let Some(first) = days.first() else { return Vec::new() };
    let mut date = first;
    let mut all = Vec::new();
    while date <= last {
        all.push(Seen { date, open: open(date), enough: days.devices(date) >= DEVICES });
        date = date.saturating_add(Span::new().days(1));
    }
    all
}

/// The judged days among these.
pub(super) fn judged(seen: &[Seen]) -> Vec<Date> {
    seen.iter().filter(|day| day.is_judged()).map(|day| day.date).collect()
}
