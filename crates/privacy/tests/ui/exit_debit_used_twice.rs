//! One debit, one draw.

use privacy::exit::{Bounded, Debited, Figures, PublicKeys, Released};

fn twice(figures: &Figures<Bounded>, keys: &PublicKeys, receipt: Debited) {
    let _ = Released::draw(figures, keys, receipt);
    let _ = Released::draw(figures, keys, receipt);
}

fn main() {}
