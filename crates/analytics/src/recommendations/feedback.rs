//! What leaves of feedback for the operator: by month and rule, how many people answered and how many found it useful, by
//! the exit gate's rule for distinct people. Once a month, for good; a month with too few leaves nothing, like one without.

use std::collections::BTreeMap;

use calendar::{Month, SchoolYear};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use privacy::exit::{Cell, Establishment, Figures, Kind, Partition, Policy, Shape, close as close_measure};
use store::{Feedback, Store};

use crate::closing::Error;
use crate::governance::Approvals;

/// How many days after its end a month closes.
const GRACE_DAYS: i64 = 3;
/// The split of what people answered.
pub const ANSWER: &str = "answer";
/// They found it useful.
pub const USEFUL: &str = "useful";
/// They did not.
pub const NOT_USEFUL: &str = "not_useful";

/// Closes the months of feedback that are due. Nothing without the committee's approval.
///
/// Fails when the store does.
pub async fn close(store: &Store, today: Date, at: Timestamp) -> Result<(), Error> {
    let register = store.register();
    let last = Month::of(today.saturating_sub(Span::new().days(GRACE_DAYS))).prev();
    let first = match register.feedback_closed_through().await? {
        Some(through) => through.next(),
        None => Month::of(SchoolYear::of(today).first_day()),
    };
    if first > last || !Approvals::load(register).await?.has_approved(super::DECISION) {
        return Ok(());
    }
    for month in std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month <= last) {
        let mut records = Vec::new();
        for (rule, given) in by_rule(&register.feedback_of(month).await?) {
            let (whole, split) = cells(&given)?;
            // People of all schools, each once: no class is known of them, and no teacher made anything.
            let shape = Shape { kind: Kind::Distinct, made_by_teachers: false };
            let left = close_measure(
                Figures::new(whole),
                Figures::new(vec![split]),
                shape,
                &Establishment::new(0),
                &Policy::default(),
            )?;
            records.extend(left.records(rule, &month.to_string()));
        }
        register.close_feedback(month, &records, at).await?;
    }
    Ok(())
}

fn by_rule(given: &[Feedback]) -> BTreeMap<&str, Vec<&Feedback>> {
    let mut rules = BTreeMap::<&str, Vec<&Feedback>>::new();
    for one in given {
        rules.entry(&one.rule).or_default().push(one);
    }
    rules
}

fn cells(given: &[&Feedback]) -> Result<(Cell, Partition), Error> {
    let one = |feedback: &&Feedback| {
        let mut cell = Cell::new();
        cell.contributor(feedback.person, None);
        (if feedback.useful { USEFUL } else { NOT_USEFUL }.to_owned(), cell)
    };
    let split = Partition::new(ANSWER, given.iter().map(one))?;
    Ok((split.whole(), split))
}
