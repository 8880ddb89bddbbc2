//! French school time: school years, periods, holidays, ISO weeks.
//!
//! Charts, closings and comparisons count in class weeks, not in dates, and this crate says what those are. It is pure:
//! the official dates are data embedded in it, and no function asks what time it is.

mod academy;
mod calendar;
mod error;
mod holidays;
mod lang;
mod month;
mod period;
mod public;
mod week;
mod year;

pub use academy::{Academy, Zone};
pub use calendar::{Calendar, SchoolPeriod};
pub use error::CalendarError;
pub use lang::{Lang, long_date, month_name, school_week_label, short_date, weekday_name};
pub use month::Month;
pub use period::{Period, PeriodKind};
pub use public::{easter, public_holiday, public_holidays};
pub use week::IsoWeek;
pub use year::SchoolYear;
