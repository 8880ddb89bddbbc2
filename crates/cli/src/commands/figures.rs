//! `figures`: the figures of a view, as the pages show them, for whoever may read the data folder and its keys.

use std::io::Write;

use analytics::governance::Approvals;
use analytics::range::Range;
use analytics::view::View;
use analytics::{own, school};
use anyhow::Context;
use calendar::SchoolYear;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use privacy::audit::Party;
use privacy::exit::{OwnAccess, Subject, Viewer};
use privacy::{Domain, Uai};
use store::{Store, Who};

use crate::settings::{Data, WrongUse, now, runtime};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ViewName {
    MaClasse,
    MonEcole,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Table,
}

/// Figures.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    data: Data,
    /// Which view.
    #[arg(long, value_enum)]
    view: ViewName,
    /// Which establishment, by its UAI.
    #[arg(long, value_name = "UAI")]
    establishment: String,
    /// Which class, by the identifier that events use; for ma-classe.
    #[arg(long, value_name = "C")]
    class: Option<String>,
    /// The first day.
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The last day. The range is made of whole weeks of one school year.
    #[arg(long, value_name = "DATE")]
    until: String,
    /// How to print them.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    let date = |name: &str, text: &str| {
        text.parse::<Date>().map_err(|_| WrongUse(format!("--{name}: a date is expected, as in 2025-09-01")))
    };
    let range = Range::between(date("from", &options.from)?, date("until", &options.until)?)
        .map_err(|error| WrongUse(error.to_string()))?;
    let uai: Uai = options.establishment.parse().map_err(|error| WrongUse(format!("--establishment: {error}")))?;
    runtime()?.block_on(async {
        let store = Store::open_beside(options.data.folder(), options.data.catalogue()?).await?;
        let approvals = Approvals::load(store.register()).await?;
        let view = match options.view {
            ViewName::MaClasse => {
                let class =
                    options.class.as_deref().ok_or_else(|| WrongUse("--view ma-classe needs --class".to_owned()))?;
                class_view(&store, &approvals, &uai, class, &range).await?
            }
            ViewName::MonEcole => school::school_view(&store, &approvals, &uai, &range).await?,
        };
        print(&view, options.format)
    })
}

/// A class as its teacher sees it. The view is logged like hers.
async fn class_view(
    store: &Store,
    approvals: &Approvals,
    uai: &Uai,
    class: &str,
    range: &Range,
) -> anyhow::Result<View> {
    let erasures = store.register().erasures().await?;
    let year: SchoolYear = range.school_year();
    let class = store
        .keys()
        .pseudonym(year, uai, Domain::Class, class)?
        .with_context(|| format!("there are no keys for the school year {year}"))?;
    let classes = store.register().classes(uai, year).await?;
    let (roster, teacher) = classes
        .iter()
        .find(|one| one.class == class)
        .and_then(|one| Some((one, *one.teachers.first()?)))
        .with_context(|| format!("the roster of {uai} for {year} has no such class, or no teacher for it"))?;
    let subject = Subject::Class(class);
    // Whose class it is belongs into the log; who sits at the command line nobody knows.
    let of = Party::person("command line", uai.clone(), teacher);
    let logged =
        store.register().log_view(now(), Who::since(of, erasures), uai, teacher, subject, &range.label).await?;
    let viewer = Viewer { establishment: uai.clone(), person: teacher, classes: vec![class] };
    let access = OwnAccess::check(&viewer, subject, logged)?;
    Ok(own::class_view(store, approvals, &access, roster, range).await?.into_value())
}

fn print(view: &View, format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(view)?)?,
        Format::Table => {
            for figure in &view.figures {
                let words: Vec<String> =
                    figure.dimensions.iter().map(|(split, word)| format!("{split}={word}")).collect();
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}\t{}",
                    figure.measure,
                    figure.period,
                    words.join(","),
                    figure.value,
                    figure.unit
                )?;
            }
        }
    }
    Ok(())
}
