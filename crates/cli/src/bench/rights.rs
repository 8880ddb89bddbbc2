//! Erasing and access on a simulated year: how long a person waits until she is hidden, erased, or has her file.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use catalogue::Catalogue;
use jiff::tz::TimeZone;
use privacy::Raw;
use privacy::entry::{DataSubject, IdentifierForm, RawSubject};
use serde_json::Value;
use simulator::World;
use store::{Folder, State, Store};

use super::dashboard::{milliseconds, simulate, year};
use super::ingest::percentile;
use crate::commands::bench::Figures;
use crate::settings::{now, runtime};

/// How many people of each kind are asked about.
const EACH: usize = 3;

/// Measures. A year that is kept is copied first: the people asked about are erased.
pub fn run(quick: bool, kept: Option<&Path>) -> anyhow::Result<Figures> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let world = year(quick)?;
    match kept {
        Some(kept) => {
            if !kept.join("data").exists() {
                simulate(&kept.join("data"), &world)?;
            }
            copy(kept, folder.path())?;
        }
        None => simulate(&data, &world)?,
    }
    runtime()?.block_on(measure(&data, &people(&world)?))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let (path, target) = {
            let entry = entry?;
            (entry.path(), to.join(entry.file_name()))
        };
        if path.is_dir() {
            std::fs::create_dir_all(&target)?;
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

/// Teachers, families and pupils of different schools, as their application names them.
fn people(world: &World) -> anyhow::Result<Vec<(String, &'static str, String)>> {
    let year = world.dates().last().map(|day| calendar::SchoolYear::of(*day)).context("a world without days")?;
    let mut people = Vec::new();
    for roster in world.rosters(year).into_iter().take(EACH) {
        let body: Value = serde_json::from_slice(&roster.body)?;
        let class = &body["classes"][0];
        let pupil = &class["pupils"][0];
        let named = [("staff", &class["teachers"][0]), ("pupil", &pupil["pupil"]), ("family", &pupil["families"][0])];
        for (kind, name) in named {
            people.extend(name.as_str().map(|name| (roster.uai.clone(), kind, name.to_owned())));
        }
    }
    Ok(people)
}

async fn measure(data: &Path, people: &[(String, &'static str, String)]) -> anyhow::Result<Figures> {
    let store = Store::open(Folder::new(data), Arc::new(Catalogue::embedded()?)).await?;
    store.compact(true).await?;
    let rows: u64 = store.inventory().await?.iter().map(|(_, _, rows, _)| rows).sum();
    eprintln!("{rows} rows; erasing {} people one by one…", people.len());
    let today = TimeZone::UTC.to_datetime(now()).date();
    let (mut access, mut hidden, mut erased) = (Vec::new(), Vec::new(), Vec::new());
    for (establishment, kind, identifier) in people {
        let raw = RawSubject {
            establishment: establishment.clone(),
            kind: (*kind).to_owned(),
            identifier: identifier.clone(),
        };
        let subject = DataSubject::admit(&Raw::new(raw), &store.keys(), |_| IdentifierForm::Raw)?;
        let start = Instant::now();
        let kept = store.kept(&subject).await?;
        access.push(milliseconds(start));
        ensure!(!kept.tables.is_empty(), "nothing is kept of a simulated person");
        let start = Instant::now();
        let id = store.ask_erasure(&subject, "cli", today, now()).await?;
        ensure!(store.kept(&subject).await?.tables.is_empty(), "she is still shown");
        hidden.push(milliseconds(start));
        store.work_requests(today, now()).await?;
        erased.push(milliseconds(start) / 1e3);
        let request = store.register().request(id).await?.context("the request is gone")?.request;
        ensure!(request.state == State::Done.slug(), "request {id} is not done");
    }
    for times in [&mut access, &mut hidden, &mut erased] {
        times.sort_by(f64::total_cmp);
    }
    Ok(vec![
        ("access_p50_ms", percentile(&access, 50)),
        ("hidden_max_ms", percentile(&hidden, 100)),
        ("erased_p50_s", percentile(&erased, 50)),
        ("erased_max_s", percentile(&erased, 100)),
    ])
}
