//! `rights rectify`: corrections of rows.

use anyhow::bail;
use calendar::IsoWeek;
use catalogue::Role;
use clap::{ArgGroup, Args};
use jiff::civil::Date;
use privacy::Raw;
use privacy::entry::{DataSubject, RawSubject, class_pseudonyms};
use store::{Correction, CounterColumn, NotCorrected, Store};

use super::{Person, print_one, refused};
use crate::settings::{Data, Moment, WrongUse};

/// The longest note.
const LONGEST_NOTE: usize = 200;

/// A correction.
#[derive(Args)]
#[command(group = ArgGroup::new("correction").required(true).args(["to_class", "to_role", "to_person", "value"]))]
pub(super) struct Options {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    person: Person,
    /// The right class; with --from-class, of rows of that class only.
    #[arg(long, value_name = "CLASS")]
    to_class: Option<String>,
    /// The wrong class.
    #[arg(long, value_name = "CLASS", requires = "to_class")]
    from_class: Option<String>,
    /// The right role.
    #[arg(long, value_name = "ROLE", requires = "from_role")]
    to_role: Option<String>,
    /// The wrong role.
    #[arg(long, value_name = "ROLE")]
    from_role: Option<String>,
    /// Whose the rows are: a person of the same kind.
    #[arg(long, value_name = "ID")]
    to_person: Option<String>,
    /// What a weekly counter should be: with --week and --event.
    #[arg(long, value_name = "N", requires = "week", requires = "event")]
    value: Option<u64>,
    /// The week of the counter, as in 2025-W47.
    #[arg(long)]
    week: Option<String>,
    /// The event type of the counter.
    #[arg(long)]
    event: Option<String>,
    /// The word of its facet, where it has one.
    #[arg(long)]
    facet: Option<String>,
    /// Which of its numbers: n, `duration_ms` or `volume_kb`.
    #[arg(long, default_value = "n")]
    column: String,
    /// The first day concerned.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// The last day concerned.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Why, for the request's own record: no name in it.
    #[arg(long)]
    note: String,
    /// The number of the request that this answers.
    #[arg(long)]
    request: Option<i64>,
    #[command(flatten)]
    moment: Moment,
}

pub(super) async fn run(wanted: Options) -> anyhow::Result<()> {
    if wanted.note.chars().count() > LONGEST_NOTE {
        return Err(WrongUse(format!("--note: at most {LONGEST_NOTE} letters are expected")).into());
    }
    let store = match wanted.data.open().await {
        Ok(store) => store,
        Err(error) if matches!(error.downcast_ref(), Some(store::Error::Held { .. })) => {
            bail!("a server runs on this folder: correct through it (POST /api/v1/rights), or stop it first")
        }
        Err(error) => return Err(error),
    };
    let subject = wanted.person.admit(&store).await?;
    let correction = wanted.correction(&store, &subject).await?;
    let days = wanted.days()?;
    let moment = wanted.moment.now()?;
    let done = store.rectify(&subject, &correction, days, wanted.request, ("cli", &wanted.note), moment).await;
    match done {
        Ok(id) => print_one(&store, id).await,
        Err(NotCorrected::Store(error)) => Err(error.into()),
        Err(error) => bail!("{error}"),
    }
}

impl Options {
    fn days(&self) -> anyhow::Result<(Date, Date)> {
        if let Some(week) = &self.week {
            let week: IsoWeek =
                week.parse().map_err(|_| WrongUse("--week: an ISO week is expected, as in 2025-W47".to_owned()))?;
            return Ok((week.monday(), week.sunday()));
        }
        Ok((self.from.unwrap_or(Date::MIN), self.until.unwrap_or(Date::MAX)))
    }

    async fn correction(&self, store: &Store, subject: &DataSubject) -> anyhow::Result<Correction> {
        let keys = store.keys();
        let wrong = |what: String| anyhow::Error::from(WrongUse(what));
        let uai = subject.establishment().ok_or_else(|| wrong("--establishment: a UAI is expected".to_owned()))?;
        let form = store.register().form_of(&uai).await?;
        let class = |raw: &String| {
            class_pseudonyms(&Raw::new(raw.clone()), &uai, &keys, form).map_err(|error| refused("", error))
        };
        let role = |slug: &String| {
            Role::from_slug(slug).ok_or_else(|| wrong("a role is expected, as in teacher or school_head".to_owned()))
        };
        if let Some(to) = &self.to_class {
            let from = self.from_class.as_ref().map(class).transpose()?.unwrap_or_default();
            return Ok(Correction::Class { from, to: class(to)? });
        }
        if let Some((from, to)) = self.from_role.as_ref().zip(self.to_role.as_ref()) {
            return Ok(Correction::Role { from: role(from)?, to: role(to)? });
        }
        if let Some(to) = &self.to_person {
            let raw = RawSubject {
                establishment: uai.to_string(),
                kind: subject.kind().slug().to_owned(),
                identifier: to.clone(),
            };
            let to = DataSubject::admit(&Raw::new(raw), &keys, |_| form);
            let to = to.map_err(|error| refused("--to-person: ", error))?;
            return Ok(Correction::Person { to });
        }
        let event = self.event.clone().filter(|event| store.catalogue().event(event).is_some());
        let event = event.ok_or_else(|| wrong("--event: the name of an event type, as in media_added".to_owned()))?;
        let column = CounterColumn::from_name(&self.column)
            .ok_or_else(|| wrong("--column: one of n, duration_ms, volume_kb is expected".to_owned()))?;
        Ok(Correction::Counter { event, facet: self.facet.clone(), column, value: self.value.unwrap_or(0) })
    }
}
