//! The short forms of the attacks: each must fail on the product and succeed on its control.

mod accounting;
mod beyond;
mod linear;
mod pseudonyms;

use attacks::{Bound, Finding};

#[test]
fn a_bound_is_kept_at_its_edge_and_never_by_what_is_no_number() {
    assert!(Finding::new("edge", 1.0, Bound::AtMost(1.0)).holds());
    assert!(!Finding::new("above", 1.1, Bound::AtMost(1.0)).holds());
    assert!(!Finding::new("nothing", f64::NAN, Bound::AtLeast(0.0)).holds());
}

#[test]
fn every_attack_inside_a_school_fails_on_the_product_and_succeeds_on_its_control() {
    for attack in attacks::INSIDE {
        for finding in (attack.run)(attacks::Length::Short) {
            println!("{finding}");
            assert!(finding.holds(), "{}: {finding}", attack.title);
        }
    }
}
