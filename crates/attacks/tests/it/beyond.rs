//! Figures beyond an establishment: the noise is what it claims to be, and what can be tried on it fails.

use attacks::{Finding, averaging, bounding, differencing, draws, epsilon, membership, proof};

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
