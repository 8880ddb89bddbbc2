use privacy::Raw;

fn outward<T: serde::Serialize>(_: T) {}

fn main() {
    outward(Raw::new("Marie"));
}
