use privacy::entry::CleanEvent;

fn main() {
    let _ = CleanEvent { event: 0, hour: 9 };
}
