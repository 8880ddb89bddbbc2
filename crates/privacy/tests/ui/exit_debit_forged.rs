//! The receipt of a debit cannot be written down.

use calendar::Month;
use privacy::exit::{Bounds, Debited};

fn forged(month: Month, bounds: Bounds) -> Debited {
    Debited { cube: String::new(), month, bounds }
}

fn main() {}
