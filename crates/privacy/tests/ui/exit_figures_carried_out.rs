//! A transformation cannot carry a figure out through a captured variable.

use privacy::exit::Figures;

fn main() {
    let mut seen = 0;
    let _ = Figures::new(3).map(|n| {
        seen = n;
        n
    });
}
