//! `Ma classe`: what a teacher sees of her own class. Live, exact, and every view is in the audit log.

mod evaluate;
pub(crate) mod rows;

use std::collections::BTreeMap;

use catalogue::{Catalogue, Contributor, Measure, Origin, Value, View as ViewName};
use privacy::Pseudonym;
use privacy::exit::{Figures, OwnAccess, Protection, Released, Subject};
use store::{Denominators, RosterClass, Store};

use crate::governance::Approvals;
use crate::range::Range;
use crate::school::DENOMINATOR;
use crate::view::{Figure, NOT_APPROVED, View, WithheldFigure};

/// The pupils of a class in a stable order: their places are what a page calls them.
pub type Labels = BTreeMap<Pseudonym, String>;

/// Her class over a range, as [`View`]: every approved measure of `Ma classe`, per week and for the whole range, with
/// its splits. Pupils are called by two-digit numbers that stay the same over a school year.
///
/// `roster` is the class as that school year's roster has it. Fails when the store does.
pub async fn class_view(
    store: &Store,
    approvals: &Approvals,
    access: &OwnAccess,
    roster: &RosterClass,
    range: &Range,
) -> Result<Released<View>, store::Error> {
    let class = match access.subject() {
        Subject::Class(class) if class == roster.class => class,
        _ => return Ok(Released::own(Figures::new(View::default()), access)),
    };
    let catalogue = store.catalogue();
    let declared = Denominators {
        classes: 1,
        teachers: roster.teachers.len() as u64,
        pupils: roster.pupils.len() as u64,
        families: roster.families.len() as u64,
    };
    let rows = rows::read(store, access.establishment(), class, range).await?;
    let labels = labels(&roster.pupils, &rows);
    let mut view = View { view: ViewName::MaClasse.slug(), ..View::default() };
    for measure in catalogue.measures().iter().filter(|measure| is_own(measure)) {
        match approvals.approve(catalogue, measure) {
            Ok(approved) => {
                let found = evaluate::measure(catalogue, approved, &rows, &labels, &declared, range, &view);
                view.figures.extend(found);
                view.figures.extend(declared_beside(measure, &declared, range));
            }
            Err(_) => view.withheld.push(WithheldFigure {
                measure: measure.name.clone(),
                period: range.label.clone(),
                reason: NOT_APPROVED,
            }),
        }
    }
    Ok(Released::own(Figures::new(view), access))
}

fn is_own(measure: &Measure) -> bool {
    measure.is_in(ViewName::MaClasse) && measure.leaves_as(Origin::Own)
}

/// How many people the roster declares, beside a count of distinct ones: "18 of 24".
#[expect(clippy::cast_precision_loss, reason = "counts of one class")]
fn declared_beside(measure: &Measure, roster: &Denominators, range: &Range) -> Option<Figure> {
    let declared = match (&measure.value, measure.contributor) {
        (Value::Distinct(_), Contributor::Pupil) => roster.pupils,
        (Value::Distinct(_), Contributor::Family) => roster.families,
        _ => 0,
    };
    (declared > 0).then(|| Figure {
        measure: format!("{}{DENOMINATOR}", measure.name),
        period: range.label.clone(),
        dimensions: BTreeMap::new(),
        value: declared as f64,
        unit: unit(measure),
        protection: Protection::Exact.to_string(),
        low: None,
        high: None,
    })
}

/// Pupils in the order of their pseudonyms: those of the roster first, then those only seen in events.
fn labels(roster: &[Pseudonym], rows: &rows::Rows) -> Labels {
    let seen = rows.pupils.iter().map(|row| row.pupil);
    let mut others: Vec<Pseudonym> = seen.filter(|pupil| !roster.contains(pupil)).collect();
    others.sort_unstable();
    others.dedup();
    roster.iter().copied().chain(others).zip(1..).map(|(pupil, nth)| (pupil, format!("{nth:02}"))).collect()
}

/// The label of a measure's unit, for figures.
fn unit(measure: &Measure) -> &'static str {
    measure.unit.slug()
}

/// The slug of a role or word is compared as text: rows hold slugs.
fn names(catalogue: &Catalogue, measure: &Measure) -> Vec<String> {
    catalogue.events_of(measure).map(|event| event.name.clone()).collect()
}
