//! The rows behind a figure cannot be printed.

use privacy::exit::Cell;

fn main() {
    println!("{:?}", Cell::new());
}
