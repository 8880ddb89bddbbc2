//! Nobody but the exit gate opens figures.

use privacy::exit::Figures;

fn main() {
    let _ = Figures::new(3).0;
    let _ = Figures::new(3).into_inner();
}
