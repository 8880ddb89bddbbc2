//! No measure without a decision: [`Approved`] is the only key to computing one, and [`Approvals`] the only place that
//! hands it out.

use std::collections::BTreeMap;

use catalogue::{Catalogue, Cube, Measure};
use store::{Decision, DecisionStatus, Register};
use thiserror::Error;

/// The decisions as they stand.
#[derive(Debug, Clone, Default)]
pub struct Approvals {
    decisions: BTreeMap<String, Decision>,
}

/// A measure that the committee has approved.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    measure: &'a Measure,
    demonstration: bool,
}

impl<'a> Approved<'a> {
    /// The measure.
    pub const fn measure(&self) -> &'a Measure {
        self.measure
    }

    /// Whether the decision was only made for a demonstration.
    pub const fn is_demonstration(&self) -> bool {
        self.demonstration
    }
}

/// A measure that may not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the measure {measure} rests on the decision {decision}, which the committee has not approved; see `ecarnet-stats governance list`"
)]
pub struct NotApproved {
    /// The measure.
    pub measure: String,
    /// The decision it needs.
    pub decision: String,
}

impl Approvals {
    /// Reads the decisions.
    pub async fn load(register: &Register) -> Result<Self, store::Error> {
        let decisions = register.decisions().await?;
        Ok(Self { decisions: decisions.into_iter().map(|one| (one.id.clone(), one)).collect() })
    }

    /// Everything that the catalogue asks for, approved; but for some.
    #[cfg(test)]
    pub(crate) fn all_but(catalogue: &Catalogue, but: &[&str]) -> Self {
        let ids = catalogue.decisions().iter().map(|one| one.id.clone()).filter(|id| !but.contains(&id.as_str()));
        let approved = |id: String| {
            let decision = Decision {
                id: id.clone(),
                status: DecisionStatus::Approved,
                decided_on: "2025-09-01".to_owned(),
                demonstration: true,
                note: String::new(),
            };
            (id, decision)
        };
        Self { decisions: ids.map(approved).collect() }
    }

    /// The key to a measure, if its decision is approved.
    pub fn approve<'a>(&self, catalogue: &Catalogue, measure: &'a Measure) -> Result<Approved<'a>, NotApproved> {
        let id = &catalogue.decision_of(measure).id;
        match self.decisions.get(id) {
            Some(decision) if decision.status == DecisionStatus::Approved => {
                Ok(Approved { measure, demonstration: decision.demonstration })
            }
            _ => Err(NotApproved { measure: measure.name.clone(), decision: id.clone() }),
        }
    }

    /// The approved decisions by name, in order: what has changed when this has.
    pub fn approved(&self) -> String {
        let approved = self.decisions.values().filter(|one| one.status == DecisionStatus::Approved);
        approved.map(|one| one.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether an analysis that is no measure may be made: its decision, by name.
    pub fn has_approved(&self, decision: &str) -> bool {
        self.decisions.get(decision).is_some_and(|one| one.status == DecisionStatus::Approved)
    }

    /// Whether a cube may be drawn; the refusal names the cube.
    pub fn approve_cube(&self, catalogue: &Catalogue, cube: &Cube) -> Result<(), NotApproved> {
        let decision = catalogue.decision_of_cube(cube).id.clone();
        match self.decisions.get(&decision) {
            Some(one) if one.status == DecisionStatus::Approved => Ok(()),
            _ => Err(NotApproved { measure: cube.name.clone(), decision }),
        }
    }

    /// Whether any decision was only made for a demonstration.
    pub fn are_for_demonstration(&self) -> bool {
        self.decisions.values().any(|decision| decision.demonstration)
    }
}
