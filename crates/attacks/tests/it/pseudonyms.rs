//! T16: nobody is found without a key, and no two lives of a person are linked.

#[test]
fn nobody_is_found_or_linked_without_a_key() {
    for attack in attacks::WITHOUT_KEYS {
        for finding in (attack.run)(attacks::Length::Short) {
            println!("{finding}");
            assert!(finding.holds(), "{}: {finding}", attack.title);
        }
    }
}
