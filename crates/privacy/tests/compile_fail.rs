//! What the two gates promise by type: each program in `ui/` breaks one promise and must not compile.

#[test]
fn what_would_go_round_a_gate_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
