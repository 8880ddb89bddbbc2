//! `Ma classe`: what a teacher sees of her own class. Live, exact, and every view is in the audit log.

mod evaluate;
mod rows;

use std::collections::BTreeMap;

use calendar::SchoolYear;
use catalogue::{Catalogue, Contributor, Measure, Origin, Value, View as ViewName};
use privacy::exit::{Figures, OwnAccess, Protection, Released, Subject};
use privacy::{Pseudonym, Uai};
use store::{Denominators, Store};

use crate::governance::Approvals;
use crate::range::Range;
use crate::school::DENOMINATOR;
use crate::view::{Figure, NOT_APPROVED, View, WithheldFigure};

/// The pupils of a class in a stable order: their places are what a page calls them.
pub type Labels = BTreeMap<Pseudonym, String>;

/// Her class over a range, as [`View`]: every approved measure of `Ma classe`, per week and for the whole range, with
/// its splits. Pupils are called by two-digit numbers that stay the same over a school year.
///
/// Fails when the store does.
pub async fn class_view(
    store: &Store,
    approvals: &Approvals,
    access: &OwnAccess,
    range: &Range,
) -> Result<Released<View>, store::Error> {
    let Subject::Class(class) = access.subject() else {
        return Ok(Released::own(Figures::new(View::default()), access));
    };
    let catalogue = store.catalogue();
    let year = range.school_year();
    let roster = declared(store, access.establishment(), year, class).await?;
    let rows = rows::read(store, access.establishment(), class, range).await?;
    let labels = labels(&roster.pupils, &rows);
    let mut view = View { view: ViewName::MaClasse.slug(), ..View::default() };
    for measure in catalogue.measures().iter().filter(|measure| is_own(measure)) {
        match approvals.approve(catalogue, measure) {
            Ok(approved) => {
                let found = evaluate::measure(catalogue, approved, &rows, &labels, &roster.denominators, range, &view);
                view.figures.extend(found);
                view.figures.extend(declared_beside(measure, &roster.denominators, range));
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

/// What the roster says of a class.
struct Declared {
    pupils: Vec<Pseudonym>,
    denominators: Denominators,
}

async fn declared(store: &Store, uai: &Uai, year: SchoolYear, class: Pseudonym) -> Result<Declared, store::Error> {
    let classes = store.register().classes(uai, year).await?;
    let Some(found) = classes.into_iter().find(|one| one.class == class) else {
        return Ok(Declared { pupils: Vec::new(), denominators: Denominators::default() });
    };
    let denominators = Denominators {
        classes: 1,
        teachers: found.teachers.len() as u64,
        pupils: found.pupils.len() as u64,
        families: found.families.len() as u64,
    };
    Ok(Declared { pupils: found.pupils, denominators })
}

/// Pupils in the order of their pseudonyms: those of the roster first, then those only seen in events.
fn labels(roster: &[Pseudonym], rows: &rows::Rows) -> Labels {
    let seen = rows.pupils.iter().map(|row| row.pupil);
    let mut others: Vec<Pseudonym> = seen.filter(|pupil| !roster.contains(pupil)).collect();
    others.sort_unstable();
    others.dedup();
    roster.iter().copied().chain(others).zip(1..).map(|(pupil, nth)| (pupil, format!("{nth:02}"))).collect()
}

/// Whether a teacher may see a class: her claims name it, and the roster of that school year says that she teaches it.
pub async fn teaches(
    store: &Store,
    uai: &Uai,
    year: SchoolYear,
    teacher: Pseudonym,
    class: Pseudonym,
) -> Result<bool, store::Error> {
    let classes = store.register().classes(uai, year).await?;
    Ok(classes.iter().any(|one| one.class == class && one.teachers.contains(&teacher)))
}

/// The label of a measure's unit, for figures.
fn unit(measure: &Measure) -> &'static str {
    measure.unit.slug()
}

/// The slug of a role or word is compared as text: rows hold slugs.
fn names(catalogue: &Catalogue, measure: &Measure) -> Vec<String> {
    catalogue.events_of(measure).map(|event| event.name.clone()).collect()
}
