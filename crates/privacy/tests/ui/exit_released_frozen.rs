//! Only a closing freezes.

use privacy::exit::{Protection, Released};

fn main() {
    let _ = Released::frozen(3, Protection::K(5));
}
