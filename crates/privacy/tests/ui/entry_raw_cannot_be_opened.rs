use privacy::Raw;

fn main() {
    let raw = Raw::new("Marie");
    let _: &&str = raw.open();
}
