//! The rule for one cell: who must remain when somebody subtracts what she knows.
//!
//! **Definition.** A *view* is what one reader of an establishment's figures knows exactly: all rows of one class; or, for
//! a teacher, all rows of her classes and her own rows anywhere; and either of these together with the rows without a class
//! of people who belong to these classes alone. To set a view aside is to remove its rows. A cell passes when
//!
//! 1. at least k people contributed, and at least k remain when any one view with a class is set aside;
//! 2. its value is at least k, and so is what remains of it (additive measures);
//! 3. nobody bears more than half of it, nor more than two thirds of what remains (additive measures; either is allowed);
//! 4. at least three teachers made it, and at least two remain (measures that teachers make).
//!
//! **Why dominance again, after setting aside.** Of 50, 49 and 1 photos by three teachers nobody holds above half, yet the
//! second knows from 100 − 49 that the first made 50 or 51. What a reader sees is the remainder, so the remainder must
//! obey a bound of its own. Half would be too strict to be of use: of three teachers, one set aside leaves two, who would
//! have to be equal. At two thirds, whoever of two remaining makes less still makes half as much as the other.
//!
//! **Why the value.** What is hidden behind a sum, as a crossing of two splits or one colleague's part, lies between zero and
//! that sum: 20 pupils on three photos by three teachers would leave each of them 0 to 2.
//!
//! **Who remains.** Of a sum, those with rows that the view does not know, and who did something in them. Of a number of
//! people, those whom the view has not met: somebody who was there in her class is known to be there.
//!
//! **No views in a one-class school**: its teacher is entitled to all of it. For the same reason a teacher of all classes
//! is no view. With two classes or more, a cell whose people all belong to one class never passes. A teacher who is not on
//! the roster is taken to know the classes in which she made some of these rows.
//!
//! **Lemma (union).** If two cells of disjoint rows pass under the same audience, so does their union: people and teachers
//! only grow (the people of a split number are disjoint), values add up, and if a person bears at most a share of each she
//! bears at most that share of the sum; the same for each remainder.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{Cell, Class};
use super::closing::{Kind, Shape};
use super::policy::{Establishment, Policy};
use crate::pseudonym::Pseudonym;

/// What one reader knows exactly.
#[derive(Clone)]
struct View {
    classes: BTreeSet<Pseudonym>,
    person: Option<Pseudonym>,
    /// She also knows the rows without a class of people who belong to her classes alone.
    beyond_class: bool,
}

impl View {
    fn of(classes: BTreeSet<Pseudonym>, person: Option<Pseudonym>) -> Self {
        Self { classes, person, beyond_class: false }
    }
}

/// All readers of an establishment's figures, as far as a measure's rows concern them.
pub(super) struct Audience {
    views: Vec<View>,
    home: BTreeMap<Pseudonym, BTreeSet<Pseudonym>>,
}

impl Audience {
    /// The readers, from the roster and from all rows of the measure (not of one cell: a person's classes are known
    /// whatever cell she appears in).
    pub(super) fn of(whole: &Cell, establishment: &Establishment) -> Self {
        let mut home = BTreeMap::<Pseudonym, BTreeSet<Pseudonym>>::new();
        for (id, class) in whole.contributors.iter().chain(&whole.teachers).chain(whole.values.keys()) {
            home.entry(*id).or_default().extend(class);
        }
        let roster = establishment.taught();
        let classes: BTreeSet<_> = home.values().chain(roster.values()).flatten().copied().collect();
        if establishment.classes() == 1 && classes.len() <= 1 {
            return Self { views: Vec::new(), home };
        }
        let all = establishment.classes().max(classes.len());
        let single = classes.iter().map(|class| View::of(BTreeSet::from([*class]), None));
        let known = roster.iter().filter(|(_, classes)| classes.len() < all);
        let known = known.map(|(id, classes)| View::of(classes.clone(), Some(*id)));
        // A teacher who is not on the roster is taken to know the classes in which she made something, unless these are
        // all: that may be a visitor, who knows what she made and no more.
        let visitors: BTreeSet<_> =
            whole.teachers.iter().map(|(id, _)| *id).filter(|id| !roster.contains_key(id)).collect();
        let visitors = visitors.into_iter().map(|id| {
            let made = whole.teachers.iter().filter(|(teacher, _)| *teacher == id).filter_map(|(_, class)| *class);
            let made: BTreeSet<_> = made.collect();
            View::of(if made.len() < all { made } else { BTreeSet::new() }, Some(id))
        });
        let mut views: Vec<_> = single.chain(known).chain(visitors).collect();
        let with_class = views.iter().filter(|view| !view.classes.is_empty()).cloned();
        let beyond: Vec<_> = with_class.map(|view| View { beyond_class: true, ..view }).collect();
        views.extend(beyond);
        Self { views, home }
    }

    /// True when a row of this person and class is not part of the view.
    ///
    /// A row without a class of somebody who belongs to the view's classes may be known to their teacher or not. Dominance
    /// is not monotone (a known row may hide or lay bare who is above half), so both kinds of view are asked.
    fn remains(&self, view: &View, id: Pseudonym, class: Class) -> bool {
        match class {
            Some(class) => !view.classes.contains(&class),
            None if view.beyond_class => {
                self.home.get(&id).is_none_or(|home| home.is_empty() || !home.is_subset(&view.classes))
            }
            None => true,
        }
    }
}

/// True when the cell satisfies the rule.
pub(super) fn passes(cell: &Cell, shape: Shape, audience: &Audience, policy: &Policy) -> bool {
    let teachers_min = policy.teachers_min() as usize;
    let enough = |cell: &Cell, people: usize, permille: u16, teachers: usize| {
        cell.people() >= people
            && (shape.kind == Kind::Distinct || cell.total() >= policy.k().into() && shared(cell, permille))
            && (!shape.made_by_teachers || count(&cell.teachers) >= teachers)
    };
    let busy = |cell: &Cell| match shape.kind {
        Kind::Additive => cell.without_idle(),
        Kind::Distinct => cell.clone(),
    };
    enough(&busy(cell), policy.k() as usize, policy.dominance(), teachers_min)
        && audience.views.iter().all(|view| {
            // Who did something in the view's class and nothing beside it does not hide anybody in the rest.
            let rest = busy(&set_aside(cell, shape.kind, view, audience));
            // A person who belongs to no class takes nothing away but herself: k counts her, as it counts everybody.
            let people = if view.classes.is_empty() { 0 } else { policy.k() as usize };
            enough(&rest, people, policy.remainder_dominance(), teachers_min - 1)
        })
}

/// What a view does not know: of a sum, its own rows are taken away; of a number of people, everybody whom it has met in
/// one of them, since who was there in her class is known to be there whatever she did elsewhere.
fn set_aside(cell: &Cell, kind: Kind, view: &View, audience: &Audience) -> Cell {
    let remains = |(id, class): &(Pseudonym, Class)| view.person != Some(*id) && audience.remains(view, *id, *class);
    let kept = |people: &BTreeSet<(Pseudonym, Class)>| -> BTreeSet<(Pseudonym, Class)> {
        let met: BTreeSet<_> = match kind {
            Kind::Additive => BTreeSet::new(),
            Kind::Distinct => people.iter().filter(|row| !remains(row)).map(|(id, _)| *id).collect(),
        };
        people.iter().filter(|row| remains(row) && !met.contains(&row.0)).copied().collect()
    };
    Cell {
        contributors: kept(&cell.contributors),
        values: cell.values.iter().filter(|(row, _)| remains(row)).map(|(row, value)| (*row, *value)).collect(),
        teachers: kept(&cell.teachers),
    }
}

/// True when there is a value and nobody bears more than so many thousandths of it; exactly so many are allowed.
fn shared(cell: &Cell, permille: u16) -> bool {
    let mut sums = BTreeMap::<Pseudonym, u128>::new();
    for ((bearer, _), value) in &cell.values {
        *sums.entry(*bearer).or_default() += value;
    }
    let total = cell.total();
    let most = total.saturating_mul(u128::from(permille));
    total > 0 && sums.values().all(|sum| sum.saturating_mul(1000) <= most)
}

fn count(people: &BTreeSet<(Pseudonym, Class)>) -> usize {
    people.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len()
}
