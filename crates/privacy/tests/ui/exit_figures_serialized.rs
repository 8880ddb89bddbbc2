//! Figures that have not passed the exit gate cannot be serialized.

use privacy::exit::Figures;

fn main() {
    let _ = serde_json::to_string(&Figures::new(3));
}
