//! What a closing releases: the catalogue's list, as far as the committee has approved it.

use std::collections::BTreeSet;

use catalogue::{Catalogue, Column, Contributor, Measure, Operand, PeriodKind, RosterCount, Split, Table, Value};
use privacy::exit::{Kind, Shape};

use crate::governance::{Approvals, Approved};

/// One measure to release, with what its value is made of.
pub(super) struct Item<'a> {
    approved: Approved<'a>,
    /// The measures whose rows make the value: the measure itself, or what is above in a rate.
    pub(super) parts: Vec<&'a Measure>,
    /// What is below in a rate over the roster: it is stored beside the value.
    pub(super) below: Option<RosterCount>,
    /// The splits to release.
    pub(super) splits: Vec<&'a Split>,
}

impl<'a> Item<'a> {
    /// The measure, whose name the records bear.
    pub(super) const fn measure(&self) -> &'a Measure {
        self.approved.measure()
    }

    /// What the rule must know about it.
    pub(super) fn shape(&self) -> Shape {
        let distinct = self.parts.iter().any(|part| matches!(part.value, Value::Distinct(_) | Value::Active));
        let kind = if distinct { Kind::Distinct } else { Kind::Additive };
        Shape { kind, made_by_teachers: self.measure().made_by_teachers }
    }

    /// Whether it counts those who were active in half of the class weeks.
    pub(super) fn is_active(&self) -> bool {
        self.parts.iter().any(|part| part.value == Value::Active)
    }
}

/// Everything that leaves for one kind of period.
pub(super) struct Plan<'a> {
    /// The measures, in the catalogue's order.
    pub(super) items: Vec<Item<'a>>,
}

impl<'a> Plan<'a> {
    /// The approved part of the catalogue's list. A measure without a decision is left out and named in the log.
    pub(super) fn of(catalogue: &'a Catalogue, approvals: &Approvals, kind: PeriodKind) -> Self {
        let mut items = Vec::<Item<'a>>::new();
        for release in catalogue.releases().iter().filter(|release| release.periods.contains(&kind)) {
            let Some(measure) = catalogue.measures().get(usize::from(release.measure)) else { continue };
            let place = items.iter().position(|item| item.measure().index == measure.index);
            let place = if let Some(place) = place {
                place
            } else {
                let Ok(approved) = approvals.approve(catalogue, measure) else { continue };
                let Some((parts, below)) = parts(catalogue, measure) else { continue };
                items.push(Item { approved, parts, below, splits: Vec::new() });
                items.len() - 1
            };
            let split = release.split.as_deref().and_then(|split| measure.split(split));
            items[place].splits.extend(split.filter(|split| can_split(catalogue, measure, split)));
        }
        items.sort_by_key(|item| item.measure().index);
        Self { items }
    }

    /// The events whose rows are needed.
    pub(super) fn events(&self, catalogue: &'a Catalogue) -> BTreeSet<&'a str> {
        let parts = self.items.iter().flat_map(|item| &item.parts);
        parts.flat_map(|part| catalogue.events_of(part)).map(|event| event.name.as_str()).collect()
    }
}

/// The measures listed for release that may not be computed, with the decision that each lacks.
pub(super) fn unapproved(catalogue: &Catalogue, approvals: &Approvals) -> BTreeSet<String> {
    let listed = catalogue.releases().iter().filter_map(|one| catalogue.measures().get(usize::from(one.measure)));
    listed
        .filter_map(|measure| approvals.approve(catalogue, measure).err())
        .map(|refused| refused.to_string())
        .collect()
}

/// What a stored value is made of, and the declared number that is stored beside it.
///
/// A rate over the roster has its own decision, which is about the sum over everybody: its numerator's own decision,
/// which may be about single pupils, is not asked for. A rate of two measures is never stored.
fn parts<'a>(catalogue: &'a Catalogue, measure: &'a Measure) -> Option<(Vec<&'a Measure>, Option<RosterCount>)> {
    let (parts, below) = match &measure.value {
        Value::Rate { numerator: Operand::Measures(above), denominator: Operand::Roster(below) } => {
            let measures = catalogue.measures();
            let above: Option<Vec<_>> = above.iter().map(|index| measures.get(usize::from(*index))).collect();
            (above?, Some(*below))
        }
        _ => (vec![measure], None),
    };
    parts.iter().all(|part| has_people(&part.value)).then_some((parts, below))
}

const fn has_people(value: &Value) -> bool {
    match value {
        Value::Count(table) | Value::Distinct(table) => matches!(table, Table::Person | Table::Pupil),
        Value::Duration | Value::Volume | Value::Active => true,
        Value::Rate { .. } | Value::Counter { .. } | Value::Quantiles { .. } | Value::Install(_) | Value::Segments => {
            false
        }
    }
}

/// Whether the rows of both tables know the split's words. A person's facet and a pupil's may be different properties.
fn can_split(catalogue: &Catalogue, measure: &Measure, split: &Split) -> bool {
    let needs_pupils = measure.contributor != Contributor::Teacher;
    match split.column {
        Column::Outcome => true,
        Column::Facet => catalogue.events_of(measure).all(|event| {
            !needs_pupils || event.fold.pupil.as_ref().is_none_or(|pupil| pupil.facet == event.fold.facet)
        }),
        _ => false,
    }
}
