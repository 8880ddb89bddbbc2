//! What has been released is the same bytes for ever: read again by every way out, after restarts, after late events, after
//! closing again.
//!
//! **Control**: the teacher's own view, which is live, must change with the late event.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use attacks::{Bound, Finding, Length};
use catalogue::Role;

use super::float;
use super::population::{Population, class_of, teacher_of};
use super::site::{Asked, Site};

const UAI: &str = "0750001A";
const PERIODS: [&str; 3] = ["2025-W45", "2025-W46", "2025-11"];

/// Runs the attack and its control.
pub fn run(length: Length) -> anyhow::Result<Vec<Finding>> {
    let reads = match length {
        Length::Short => 50,
        Length::Long => 1_000,
    };
    let mut site = Site::open("2025-11-05T18:00:00Z")?;
    let mut school = Population::of(UAI, &[11, 9, 12]);
    site.declare(UAI, &school.roster())?;
    for (week, day) in [("2025-W45", "2025-11-05"), ("2025-W46", "2025-11-12")] {
        site.move_to(&format!("{day}T18:00:00Z"))?;
        let events = school.full_week(week, day);
        site.send(UAI, "tablette-1", &events)?;
    }
    site.move_to("2025-12-04T08:00:00Z")?;
    let class = class_of(0);
    let teacher = teacher_of(0);
    let people =
        [(Role::SchoolHead, UAI, "DIRECTION", None), (Role::Teacher, UAI, teacher.as_str(), Some(class.as_str()))];
    let cookies = site.sign_in(&people)?;

    let mut seen = BTreeMap::<String, BTreeSet<String>>::new();
    let rounds = reads / ways(&site, &cookies[0], false)?.len() + 1;
    let mut made = 0_usize;
    for round in 0..rounds {
        if round % (rounds / 3 + 1) == 1 {
            site.restart()?;
        }
        // The command line starts a process each time: it takes part now and then.
        for (way, bytes) in ways(&site, &cookies[0], round % 10 == 0)? {
            made += 1;
            seen.entry(way).or_default().insert(bytes);
        }
    }
    let several = seen.values().filter(|strings| strings.len() > 1).count();

    let before = ways(&site, &cookies[0], true)?;
    ensure!(before.values().any(|bytes| bytes.contains("\"value\"")), "nothing was released");
    let own = own_view(&site, &cookies[1])?;
    let late = school.full_week("2025-W46", "2025-11-13");
    site.send(UAI, "tablette-2", &late)?;
    site.move_to("2025-12-05T08:00:00Z")?;
    site.move_to("2025-12-19T08:00:00Z")?;
    site.restart()?;
    let after = ways(&site, &cookies[0], true)?;
    let changed = before.iter().filter(|(way, bytes)| {
        is_of_figures(way) && after.get(*way).map(|bytes| released(bytes)) != Some(released(bytes))
    });
    let changed = changed.count();
    let moved = own != own_view(&site, &cookies[1])?;
    Ok(vec![
        Finding::new("frozen_reads_n", float(made), Bound::AtLeast(float(reads))),
        Finding::new("frozen_several_n", float(several), Bound::AtMost(0.0)),
        Finding::new("frozen_changed_n", float(changed), Bound::AtMost(0.0)),
        Finding::new("frozen_control_n", float(usize::from(moved)), Bound::AtLeast(1.0)),
    ])
}

/// What every way out says of every period.
fn ways(site: &Site, head: &str, with_commands: bool) -> anyhow::Result<BTreeMap<String, String>> {
    let mut ways = BTreeMap::new();
    for period in PERIODS {
        let api = site.ask("GET", &format!("/api/v1/figures?view=mon-ecole&p={period}"), &Asked::by(head))?;
        let page = site.ask("GET", &format!("/mon-ecole?p={period}"), &Asked::by(head).for_a_page())?;
        ensure!(api.status == 200 && page.status == 200, "{period} did not answer");
        ways.insert(format!("figures {period}"), api.body);
        ways.insert(format!("page {period}"), page.body);
    }
    if with_commands {
        for format in ["json", "table"] {
            let range = ["--establishment", UAI, "--from", "2025-11-03", "--until", "2025-11-30", "--format", format];
            let printed = site.command(&[&["figures", "--view", "mon-ecole"][..], &range].concat())?;
            ways.insert(format!("figures on the command line, {format}"), printed);
        }
    }
    Ok(ways)
}

/// What was released, of an answer that is JSON: not what looks ahead, and not what is live.
fn released(bytes: &str) -> String {
    let Ok(mut answer) = serde_json::from_str::<serde_json::Value>(bytes) else { return bytes.to_owned() };
    if let Some(fields) = answer.as_object_mut() {
        fields.retain(|name, _| name != "forecasts" && name != "alerts");
    }
    answer.to_string()
}

/// A page also says what day it is, and how far the weeks have closed.
fn is_of_figures(way: &str) -> bool {
    way.starts_with("figures")
}

fn own_view(site: &Site, teacher: &str) -> anyhow::Result<String> {
    Ok(site.ask("GET", "/api/v1/figures?view=ma-classe&p=2025-W46", &Asked::by(teacher))?.body)
}
