//! A chart specification becomes accessible SVG and the table behind it.
//!
//! One specification ([`Chart`]) is drawn by one renderer for the page, the PDF, the e-mail and the print-out.
//! The crate is pure: no I/O, no clock, no global state; the same specification always gives the same bytes.
//!
//! What it guarantees: every drawing has a name, a one-sentence description and points that speak their value;
//! a withheld value is hatched and never zero; an absent one is a gap or a named band; colour never stands alone
//! (shapes and patterns go with it). What it must never do: decide what may be shown. It draws what it is given.

mod chart;
mod draw;
mod error;
mod figure;
pub mod format;
mod kinds;
mod lang;
mod table;
mod unit;
mod value;
mod words;

pub use chart::{Chart, Kind, Width};
pub use error::ChartError;
pub use kinds::bars::{Bar, Bars};
pub use kinds::distribution::{Bin, Distribution};
pub use kinds::flow::{Flow, Link};
pub use kinds::heat::HeatMap;
pub use kinds::line::{Line, Series};
pub use kinds::sparkline::Sparkline;
pub use kinds::stacked::{Part, Stacked};
pub use lang::Lang;
pub use table::{Cell, Row, Table};
pub use unit::Unit;
pub use value::{Band, Position, Value};
pub use words::{absent, withheld};
