//! Figures that have not passed the exit gate cannot be printed.

use privacy::exit::Figures;

fn main() {
    let figures = Figures::new(3);
    println!("{figures}");
    println!("{figures:?}");
}
