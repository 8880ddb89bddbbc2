//! Every attack of `bench privacy` on a running product in its short form, run as people run it.

use crate::server::run;

#[test]
fn every_attack_on_the_running_product_fails_and_every_control_succeeds() {
    let done = run(&["bench", "privacy", "--quick", "--json", "--running-only"]);
    let (told, said) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{told}\n{said}");
    let figures: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    for name in ["routes_wrong_n", "routes_leaks_n", "outside_breaches_n", "answers_differ_n", "frozen_changed_n"] {
        assert_eq!(figures["figures"][name], 0.0, "{name} of {told}");
    }
}
