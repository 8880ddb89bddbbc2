//! `rights`: what people may ask about what is kept of them (GDPR 15 to 18, 20, 21), for whoever answers in their name.
//!
//! A person is named by the identifier that her application uses; it is read, turned into pseudonyms and forgotten. All
//! of it also works beside a running server: the server then does the work, and this command waits for it.

mod rectify;

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use privacy::Raw;
use privacy::entry::{ClaimsRefused, DataSubject, IdentifierForm, RawSubject};
use store::{Action, NewRequest, Request, State, Store};

use crate::settings::{Data, Moment, WrongUse, runtime};

/// How long to wait for a server that runs on the same folder.
const PATIENCE: Duration = Duration::from_mins(10);

/// Rights.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, for the life of the process")]
enum Act {
    /// Print everything that is kept of a person (articles 15 and 20).
    Access(Access),
    /// Move rows to the right class, role or person, or replace a counter (article 16).
    Rectify(rectify::Options),
    /// Keep what there is without using it any more (article 18).
    Restrict(Named),
    /// Lift a restriction; the person is to be told before.
    Lift(Named),
    /// Erase everything (article 17), and print the receipt.
    Erase(Erase),
    /// Collect nothing more of a person, and use nothing that is kept (article 21).
    Object(Named),
    /// Take an objection back.
    Allow(Named),
    /// Print a one-time code with which the person can do all this herself on the page `/mes-droits`.
    Code(Named),
    /// List what is open or in force, with its deadline.
    List(List),
    /// Print one request and its receipt.
    Show(Numbered),
    /// Register a request that came by letter, so that its deadline is watched.
    Record(Record),
    /// Close a request that was answered otherwise, or refused.
    Close(Close),
}

/// A person.
#[derive(Args)]
struct Named {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    moment: Moment,
}

/// Whom it is about.
#[derive(Args)]
struct Person {
    /// The establishment (its UAI).
    #[arg(long, value_name = "UAI")]
    establishment: String,
    /// What the identifier identifies: staff, family, pupil or device.
    #[arg(long)]
    kind: String,
    /// The identifier, as in events; `-` reads it from standard input, which leaves no trace in a shell's history.
    #[arg(long, value_name = "ID|-")]
    identifier: String,
}

impl Person {
    /// Reads her, through the entry gate.
    async fn admit(&self, store: &Store) -> anyhow::Result<DataSubject> {
        let identifier = if self.identifier == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read the identifier from standard input")?;
            text.trim_end_matches(['\n', '\r']).to_owned()
        } else {
            self.identifier.clone()
        };
        let raw = RawSubject { establishment: self.establishment.clone(), kind: self.kind.clone(), identifier };
        let form = match self.establishment.parse() {
            Ok(uai) => store.register().form_of(&uai).await?,
            // The gate says what is wrong with it.
            Err(_) => IdentifierForm::Raw,
        };
        DataSubject::admit(&Raw::new(raw), &store.keys(), |_| form).map_err(|error| refused("--", error))
    }
}

/// What the entry gate refuses is wrong use; that the keys are away is not.
fn refused(before: &str, error: ClaimsRefused) -> anyhow::Error {
    match error {
        ClaimsRefused::KeysAway(away) => away.into(),
        wrong @ ClaimsRefused::Wrong { .. } => WrongUse(format!("{before}{wrong}")).into(),
    }
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page to read.
    Html,
    /// For machines: this is the portable form (article 20).
    Json,
}

/// In which language.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

#[derive(Args)]
struct Access {
    #[command(flatten)]
    named: Named,
    /// How to print it.
    #[arg(long, value_enum, default_value = "html")]
    format: Format,
    /// The language of the readable file.
    #[arg(long, value_enum, default_value = "fr")]
    lang: Lang,
}

#[derive(Args)]
struct Erase {
    #[command(flatten)]
    named: Named,
    /// And collect nothing more: without it, what comes later is kept again.
    #[arg(long)]
    and_object: bool,
}

#[derive(Args)]
struct List {
    #[command(flatten)]
    data: Data,
    /// Everything that was ever asked.
    #[arg(long)]
    all: bool,
    /// For machines.
    #[arg(long)]
    format: Option<Printed>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Printed {
    /// A JSON list.
    Json,
}

#[derive(Args)]
struct Numbered {
    #[command(flatten)]
    data: Data,
    /// The request's number.
    id: i64,
}

#[derive(Args)]
struct Record {
    #[command(flatten)]
    data: Data,
    /// What is asked: access, rectify, restrict, erase or object.
    #[arg(long)]
    action: String,
    /// The day the letter came.
    #[arg(long, value_name = "DATE")]
    received: Date,
    #[command(flatten)]
    moment: Moment,
}

#[derive(Args)]
struct Close {
    #[command(flatten)]
    numbered: Numbered,
    /// It was refused; the person has been told why, and where to complain.
    #[arg(long)]
    refused: bool,
    #[command(flatten)]
    moment: Moment,
}

/// Runs the command.
pub fn run(options: Options) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        match options.act {
            Act::Access(wanted) => access(wanted).await,
            Act::Rectify(wanted) => rectify::run(wanted).await,
            Act::Restrict(named) => {
                let (store, subject) = named.open_beside().await?;
                let (today, at) = named.moment.now()?;
                let id = store.restrict(&subject, "cli", today, at).await?;
                print_one(&store, id).await
            }
            Act::Lift(named) => {
                let (store, subject) = named.open_beside().await?;
                let (today, at) = named.moment.now()?;
                let lifted = store.lift(&subject, today, at).await?;
                eprintln!("lifted: {lifted}");
                Ok(())
            }
            Act::Erase(wanted) => erase(wanted).await,
            Act::Object(named) => object(&named).await,
            Act::Allow(named) => {
                let (store, subject) = named.open_beside().await?;
                let (today, at) = named.moment.now()?;
                store.allow(&subject, today, at).await?;
                Ok(())
            }
            Act::Code(named) => {
                let (store, subject) = named.open_beside().await?;
                let (code, expires) = store.register().make_code(&subject, crate::settings::now()).await?;
                println!("{code}");
                eprintln!("valid once, until {expires}");
                Ok(())
            }
            Act::List(wanted) => list(&wanted).await,
            Act::Show(numbered) => {
                let store = Store::open_beside(numbered.data.folder(), numbered.data.catalogue()?).await?;
                print_one(&store, numbered.id).await
            }
            Act::Record(wanted) => record(wanted).await,
            Act::Close(wanted) => close(wanted).await,
        }
    })
}

impl Named {
    async fn open_beside(&self) -> anyhow::Result<(Store, DataSubject)> {
        let store = Store::open_beside(self.data.folder(), self.data.catalogue()?).await?;
        let subject = self.person.admit(&store).await?;
        Ok((store, subject))
    }
}

/// The data folder, and whether it is ours alone: otherwise a server works on it, and does what is asked.
async fn open(data: &Data) -> anyhow::Result<(Store, bool)> {
    match Store::open(data.folder(), data.catalogue()?).await {
        Ok(store) => Ok((store, true)),
        Err(store::Error::Held { .. }) => Ok((Store::open_beside(data.folder(), data.catalogue()?).await?, false)),
        Err(error) => Err(error.into()),
    }
}

async fn access(wanted: Access) -> anyhow::Result<()> {
    let (store, subject) = wanted.named.open_beside().await?;
    let (today, at) = wanted.named.moment.now()?;
    let Some(found) = analytics::rights::dossier(&store, &subject, "officer", today, at).await? else {
        bail!("no key is left under which this person could be found: nothing that is kept can be hers (article 11)");
    };
    let request = NewRequest {
        action: Action::Access,
        state: State::Done,
        subject: Some(&subject),
        way: "cli",
        received_on: today,
        detail: "",
    };
    store.register().add_request(&request, at).await?;
    let dossier = found.into_value();
    match wanted.format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&dossier)?),
        Format::Html => {
            let lang = match wanted.lang {
                Lang::Fr => calendar::Lang::Fr,
                Lang::En => calendar::Lang::En,
            };
            println!("{}", server::rights_document(store.catalogue(), &dossier, lang));
        }
    }
    Ok(())
}

async fn erase(wanted: Erase) -> anyhow::Result<()> {
    let (store, alone) = open(&wanted.named.data).await?;
    let subject = wanted.named.person.admit(&store).await?;
    let (today, at) = wanted.named.moment.now()?;
    let id = if wanted.and_object {
        store.object(&subject, true, "cli", today, at).await?
    } else {
        store.ask_erasure(&subject, "cli", today, at).await?
    };
    finish(&store, alone, id, State::Done, (today, at)).await
}

async fn object(named: &Named) -> anyhow::Result<()> {
    let (store, alone) = open(&named.data).await?;
    let subject = named.person.admit(&store).await?;
    let (today, at) = named.moment.now()?;
    let id = store.object(&subject, false, "cli", today, at).await?;
    finish(&store, alone, id, State::Active, (today, at)).await
}

/// Does the work, or waits until the server has done it; then prints the receipt.
async fn finish(
    store: &Store,
    alone: bool,
    id: i64,
    awaited: State,
    (today, at): (Date, jiff::Timestamp),
) -> anyhow::Result<()> {
    if alone {
        store.work_requests(today, at).await?;
    } else {
        eprintln!("request {id} is taken; she is shown nowhere any more; waiting for the server to do the rest");
        let mut waited = Duration::ZERO;
        let step = Duration::from_millis(200);
        while one(store, id).await?.state != awaited.slug() {
            if waited >= PATIENCE {
                bail!("request {id} is not done yet; see `ecarnet-stats rights show {id}` later");
            }
            tokio::time::sleep(step).await;
            waited += step;
        }
    }
    print_one(store, id).await
}

async fn one(store: &Store, id: i64) -> anyhow::Result<Request> {
    let found = store.register().request(id).await?;
    Ok(found
        .with_context(|| format!("there is no request number {id}; see `ecarnet-stats rights list --all`"))?
        .request)
}

async fn print_one(store: &Store, id: i64) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&one(store, id).await?)?);
    Ok(())
}

async fn list(wanted: &List) -> anyhow::Result<()> {
    let register = Store::open_register(&wanted.data.folder()).await?;
    let requests = register.requests(!wanted.all).await?;
    if wanted.format == Some(Printed::Json) {
        println!("{}", serde_json::to_string_pretty(&requests)?);
        return Ok(());
    }
    println!("number\tasked\tstate\treceived\tanswer by\testablishment\tkind\tdetail");
    for one in requests {
        let Request { id, action, state, received_on, due_on, detail, .. } = &one;
        let (place, kind) = (one.establishment.as_deref().unwrap_or("-"), one.kind.as_deref().unwrap_or("-"));
        println!("{id}\t{action}\t{state}\t{received_on}\t{due_on}\t{place}\t{kind}\t{detail}");
    }
    Ok(())
}

async fn record(wanted: Record) -> anyhow::Result<()> {
    let action = Action::from_slug(&wanted.action)
        .ok_or_else(|| WrongUse("--action: one of access, rectify, restrict, erase, object is expected".to_owned()))?;
    let register = Store::open_register(&wanted.data.folder()).await?;
    let request = NewRequest {
        action,
        state: State::Open,
        subject: None,
        way: "letter",
        received_on: wanted.received,
        detail: "",
    };
    let id = register.add_request(&request, wanted.moment.now()?.1).await?;
    println!("{id}");
    Ok(())
}

async fn close(wanted: Close) -> anyhow::Result<()> {
    let register = Store::open_register(&wanted.numbered.data.folder()).await?;
    let (today, at) = wanted.moment.now()?;
    let id = wanted.numbered.id;
    if !register.close_request(id, wanted.refused, today, at).await? {
        bail!("there is no open request number {id}; see `ecarnet-stats rights list`");
    }
    Ok(())
}
