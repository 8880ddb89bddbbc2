//! Numbers, sizes, durations and dates as a French or an English reader writes them.
//!
//! French: narrow no-break space (U+202F) between thousands and before `; : ! ? %`, decimal comma, no-break space
//! (U+00A0) between a number and its unit. English: comma between thousands, decimal point, `12%`.
//! Sizes count in thousands (1 ko = 10³ octets), durations speak in natural words ("2 h 10").

mod dates;
mod numbers;

pub use dates::{Day, day, day_long, day_range, hour, month, month_short, time, weekday, weekday_short};
pub use numbers::{
    between, bytes, change, colon, difference, duration, integer, is_singular, megabytes, number, percent, quote,
    two_figures, typography,
};
pub(crate) use numbers::{bytes_like, decimals_for};
