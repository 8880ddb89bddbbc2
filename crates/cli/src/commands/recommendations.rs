//! `recommendations parity`: whether each recommendation falls alike on teachers of all schools, by sector, size and zone. Of
//! a demonstration's folder only: of real schools nobody reads what a teacher is told but herself.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use analytics::governance::Approvals;
use analytics::recommendations::{self, Here, Published};
use calendar::{Calendar, SchoolYear, Zone};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use methods::correlation::{Dependence, adjusted};
use methods::evidence::{clustered_share, differ};
use privacy::exit::{OwnAccess, Subject, Viewer};
use serde::Serialize;
use store::{Establishment, Store};

use crate::settings::{Data, Moment, WrongUse, runtime};

/// Recommendations.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// The share of teachers whom each recommendation reaches, by group of schools, with its interval.
    Parity(Parity),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Table,
}

#[derive(Args)]
struct Parity {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    moment: Moment,
    /// How to print it.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// One school: how many teachers were asked for, and how many of them each rule reached.
struct School {
    groups: [(&'static str, String); 3],
    teachers: f64,
    reached: BTreeMap<String, f64>,
}

/// A rule in a group of schools.
#[derive(Serialize)]
struct Line {
    rule: String,
    by: &'static str,
    group: String,
    schools: usize,
    teachers: f64,
    share: f64,
    low: f64,
    high: f64,
    /// The probability of such a difference to all other schools where there is none, adjusted for all lines.
    adjusted_p: f64,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let Act::Parity(wanted) = options.act;
    let (today, at) = wanted.moment.now()?;
    let lines = runtime()?.block_on(async {
        let store = Store::open_beside(wanted.data.folder(), wanted.data.catalogue()?).await?;
        measure(&store, today, at).await
    })?;
    let mut out = std::io::stdout().lock();
    match wanted.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&lines)?)?,
        Format::Table => {
            writeln!(out, "| rule | by | group | schools | teachers | share | 95 % interval | adjusted p |")?;
            writeln!(out, "|---|---|---|---|---|---|---|---|")?;
            for line in &lines {
                let Line { rule, by, group, schools, teachers, share, low, high, adjusted_p } = line;
                let percent = |share: &f64| (100.0 * share).round();
                writeln!(
                    out,
                    "| `{rule}` | {by} | {group} | {schools} | {teachers} | {} % | {} to {} % | {adjusted_p:.2} |",
                    percent(share),
                    percent(low),
                    percent(high),
                )?;
            }
        }
    }
    Ok(())
}

async fn measure(store: &Store, today: Date, at: Timestamp) -> anyhow::Result<Vec<Line>> {
    let approvals = Approvals::load(store.register()).await?;
    if !approvals.are_for_demonstration() || !approvals.has_approved(recommendations::DECISION) {
        let wrong = "this is measured on a demonstration's folder, whose decisions are for a demonstration: of real schools \
                     nobody reads what a teacher is told but herself";
        return Err(WrongUse(wrong.to_owned()).into());
    }
    let calendar = Calendar::official();
    let published = recommendations::published(store, &approvals).await?;
    let mut schools = Vec::new();
    for place in store.register().establishments().await? {
        let here = Here { store, approvals: &approvals, calendar: &calendar, zone: place.academy.zone(), today };
        schools.extend(school(here, &place, &published, at).await?);
    }
    Ok(lines(&schools))
}

async fn school(
    here: Here<'_>,
    place: &Establishment,
    published: &Published,
    at: Timestamp,
) -> anyhow::Result<Option<School>> {
    let register = here.store.register();
    let classes = register.classes(&place.uai, SchoolYear::of(here.today)).await?;
    let zone = match here.zone {
        Zone::A => "A",
        Zone::B => "B",
        Zone::C => "C",
        Zone::Other => "overseas",
    };
    let size = match classes.len() {
        0 => return Ok(None),
        1..=3 => "1 to 3 classes",
        4..=7 => "4 to 7 classes",
        _ => "8 classes and more",
    };
    let groups = [("sector", place.sector.clone()), ("size", size.to_owned()), ("zone", zone.to_owned())];
    let mut school = School { groups, teachers: 0.0, reached: BTreeMap::new() };
    for class in &classes {
        for teacher in &class.teachers {
            let subject = Subject::Class(class.class);
            let logged = register.log_view(at, "parity", &place.uai, *teacher, subject, "recommendations").await?;
            let viewer = Viewer { establishment: place.uai.clone(), person: *teacher, classes: vec![class.class] };
            let access = OwnAccess::check(&viewer, subject, logged)?;
            let found = recommendations::teacher(here, &access, *teacher, class, published).await?;
            school.teachers += 1.0;
            for advice in found.into_iter().flat_map(privacy::exit::Released::into_value) {
                *school.reached.entry(advice.rule).or_default() += 1.0;
            }
        }
    }
    Ok(Some(school))
}

/// Every rule by every group, with the difference to all other schools.
fn lines(schools: &[School]) -> Vec<Line> {
    let rules: BTreeSet<&String> = schools.iter().flat_map(|school| school.reached.keys()).collect();
    let groups: BTreeSet<&(&'static str, String)> = schools.iter().flat_map(|school| &school.groups).collect();
    let (mut lines, mut values) = (Vec::new(), Vec::new());
    for rule in rules {
        for group in &groups {
            let (within, without): (Vec<&School>, Vec<&School>) =
                schools.iter().partition(|school| school.groups.contains(group));
            let share = |schools: &[&School]| {
                let counts = schools.iter().map(|one| (one.reached.get(rule).copied().unwrap_or(0.0), one.teachers));
                clustered_share(&counts.collect::<Vec<_>>())
            };
            let (Some(one), Some(other)) = (share(&within), share(&without)) else { continue };
            values.push(differ(one, other));
            lines.push(Line {
                rule: rule.clone(),
                by: group.0,
                group: group.1.clone(),
                schools: within.len(),
                teachers: within.iter().map(|one| one.teachers).sum(),
                share: one.0,
                low: (one.0 - 1.959_964 * one.1).max(0.0),
                high: (one.0 + 1.959_964 * one.1).min(1.0),
                adjusted_p: 1.0,
            });
        }
    }
    for (line, value) in lines.iter_mut().zip(adjusted(&values, Dependence::Any)) {
        line.adjusted_p = value;
    }
    lines
}
