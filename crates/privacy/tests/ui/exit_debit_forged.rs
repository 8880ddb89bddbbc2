//! The receipt of a debit cannot be written down.

use privacy::exit::{Bounds, Debited};

fn forged(bounds: Bounds) -> Debited {
    Debited { cube: String::new(), month: String::new(), bounds }
}

fn main() {}
