//! Nobody writes a released figure down.

use privacy::exit::{Origin, Protection, Released};

fn main() {
    let _ = Released { origin: Origin::Frozen, protection: Protection::K(5), value: 3 };
}
