//! Figures beyond an establishment: the noise is what it claims to be, and what can be tried on it fails.

use attacks::{Finding, averaging, bounding, differencing, draws, epsilon, membership, proof, reach};

/// Every finding within its bound; the message names all of them.
#[track_caller]
fn hold(findings: &[Finding]) {
    let all: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.iter().all(Finding::holds), "{all:#?}");
}

#[test]
fn every_declared_table_is_the_discrete_gaussian_and_six_cells_cost_what_they_claim() {
    hold(&proof::tables(5));
}

#[test]
fn draws_follow_their_table_and_twelve_broken_samplers_are_caught() {
    hold(&draws::distribution(300_000, 300_000));
}

#[test]
fn the_error_is_the_declared_one() {
    hold(&draws::utility(100_000));
}

#[test]
fn one_person_moves_six_cells_by_a_clamp_at_most() {
    hold(&bounding::sensitivity(1_000, 100_000));
}

#[test]
fn epsilon_measured_from_outside_is_not_above_the_promise() {
    hold(&epsilon::audit(1, 1_000_000));
}

#[test]
fn reading_again_tells_nothing_more() {
    hold(&averaging::reads(200, 1_000));
}

#[test]
fn subtracting_sums_does_not_find_a_person() {
    hold(&differencing::beyond(1_000, 40, 2));
}

#[test]
fn whether_somebody_is_there_at_all_stays_open() {
    hold(&membership::inference(10_000));
}

#[test]
fn what_bounding_cuts_off_a_simulated_district_stays_small() {
    let findings = reach::of_district(12).expect("a world");
    hold(&findings);
    let of = |name: &str| findings.iter().find(|finding| finding.name == name).expect("measured").value;
    assert!(of("cube_items_added_cut_ratio") < 0.35 && of("cube_portfolio_views_cut_ratio") < 0.25);
    assert!(of("cube_families_active_district_n") > 50.0 && of("cube_pupils_documented_district_n") > 100.0);
    let error = |level: &str| of(&format!("cube_families_active_{level}_median_error_ratio"));
    assert!(error("district") > error("department") && error("department") > error("national"));
}
