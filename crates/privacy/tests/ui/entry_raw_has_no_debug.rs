use privacy::Raw;

fn main() {
    let raw = Raw::new("Marie");
    println!("{raw:?}");
}
