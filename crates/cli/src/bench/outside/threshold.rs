//! The k rule from outside: populations drawn at random through the running product, and everything that comes out of it.
//!
//! Structured answers (the API, the command line) are held against who contributed to what. Pages, errors and logs are
//! searched for a number that only a cell of fewer than five people has.
//!
//! **Control**: the same judgement on what a gate without the rule would have let out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use attacks::{Bound, Finding, Length};
use catalogue::Role;
use serde_json::Value;

use super::float;
use super::population::{Cell, Population, teacher_of};
use super::site::{Asked, Site};

const K: usize = 5;
const WEEKS: [(&str, &str); 3] = [("2025-W45", "2025-11-05"), ("2025-W46", "2025-11-10"), ("2025-W47", "2025-11-18")];
const PERIODS: [&str; 5] = ["2025-W45", "2025-W46", "2025-W47", "2025-W48", "2025-11"];

/// Runs the attack and its control.
pub fn run(length: Length) -> anyhow::Result<Vec<Finding>> {
    let number = match length {
        Length::Short => 5,
        Length::Long => 200,
    };
    let mut site = Site::open("2025-11-03T06:00:00Z")?;
    let mut schools: Vec<Population> =
        (0..number).map(|number| Population::draw(number, 900 + number as u64)).collect();
    for school in &schools {
        site.declare(&school.uai, &school.roster())?;
    }
    let mut closed = Vec::new();
    for (place, (week, day)) in WEEKS.into_iter().enumerate() {
        closed.extend(site.move_to(&format!("{day}T18:00:00Z"))?);
        for (number, school) in schools.iter_mut().enumerate() {
            // In some schools one family comes so often that the number would be read off any page.
            let mark = (number % 3 == 0 && place == 1).then(|| 101 + 2 * (number as u64 % 400));
            let events = school.week(week, day, mark);
            for (tablet, events) in school.by_tablet(week, &events).into_iter().enumerate() {
                site.send(&school.uai, &format!("tablette-{tablet}"), &events)?;
            }
        }
    }
    closed.extend(site.move_to("2025-12-04T08:00:00Z")?);
    ensure!(PERIODS.iter().all(|period| closed.iter().any(|one| one == period)), "not everything closed: {closed:?}");
    let (mut published, mut breaches, mut pages) = (0, Vec::new(), 0);
    for school in &schools {
        let teacher = teacher_of(0);
        let people = [
            (Role::SchoolHead, school.uai.as_str(), "DIRECTION", None),
            (Role::Teacher, school.uai.as_str(), teacher.as_str(), None),
        ];
        let cookies = site.sign_in(&people)?;
        for period in PERIODS {
            let api = site.ask(
                "GET",
                &format!("/api/v1/figures?view=mon-ecole&compare=0&p={period}"),
                &Asked::by(&cookies[0]),
            )?;
            ensure!(api.status == 200, "the figures of a head did not come: {}", api.body);
            published += judge(school, &api.body, "the API", &mut breaches)?;
            let page = site.ask("GET", &format!("/mon-ecole?p={period}"), &Asked::by(&cookies[0]).for_a_page())?;
            let forbidden = site.ask("GET", &format!("/mon-ecole?p={period}"), &Asked::by(&cookies[1]).for_a_page())?;
            let wrong = site.ask("GET", "/mon-ecole?p=2025-W99", &Asked::by(&cookies[0]).for_a_page())?;
            for (name, answer) in [("a page", page), ("a refusal", forbidden), ("an error", wrong)] {
                pages += 1;
                if school.mark.is_some_and(|mark| shows(&answer.body, mark)) {
                    breaches.push(format!("{name} of {} shows the number of one family's visits", school.uai));
                }
            }
        }
        let range = [
            "figures",
            "--view",
            "mon-ecole",
            "--establishment",
            &school.uai,
            "--from",
            "2025-11-03",
            "--until",
            "2025-11-30",
            "--format",
        ];
        let printed = site.command(&[&range[..], &["json"]].concat())?;
        published += judge(school, &printed, "the command line", &mut breaches)?;
        let table = site.command(&[&range[..], &["table"]].concat())?;
        if school.mark.is_some_and(|mark| table.split_whitespace().any(|word| word == mark.to_string())) {
            breaches.push(format!("the table of {} shows the number of one family's visits", school.uai));
        }
    }
    let raw = ["ELEVE-", "FAMILLE-", "MAITRE-", "CLASSE-", "DIRECTION"];
    let said = site.log();
    ensure!(!said.is_empty(), "nothing of the log was caught");
    breaches.extend(
        said.iter().filter(|line| raw.iter().any(|raw| line.contains(raw))).map(|line| format!("the log: {line}")),
    );
    breaches.iter().take(20).for_each(|line| eprintln!("  {line}"));
    let control = schools.iter().flat_map(|school| school.behind.values().map(move |behind| !enough(school, behind)));
    Ok(vec![
        Finding::new("outside_populations_n", float(schools.len()), Bound::Shown),
        Finding::new("outside_published_n", float(published), Bound::AtLeast(float(number))),
        Finding::new("outside_pages_n", float(pages), Bound::AtLeast(float(number))),
        Finding::new("outside_breaches_n", float(breaches.len()), Bound::AtMost(0.0)),
        Finding::new(
            "outside_control_n",
            float(control.filter(|breach| *breach).count()),
            Bound::AtLeast(float(number)),
        ),
    ])
}

/// Holds every published figure of people against who is behind it. Returns how many there are.
fn judge(school: &Population, text: &str, from: &str, breaches: &mut Vec<String>) -> anyhow::Result<usize> {
    let view: Value = serde_json::from_str(text)?;
    let figures: Vec<&Value> = view["figures"].as_array().into_iter().flatten().collect();
    let cell_of = |figure: &Value| -> Cell {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (split, word) = figure["dimensions"]
            .as_object()
            .and_then(|dimensions| dimensions.iter().next())
            .map(|(split, word)| (split.clone(), text(word)))
            .unwrap_or_default();
        (text(&figure["measure"]), text(&figure["period"]), split, word)
    };
    let frozen: Vec<Cell> = figures
        .iter()
        .filter(|figure| figure["protection"].as_str().is_some_and(|one| one.starts_with("k=")))
        .map(|figure| cell_of(figure))
        .filter(|(measure, ..)| !measure.ends_with("_of") && !measure.ends_with("_previous_year"))
        .collect();
    let technical: BTreeSet<String> = figures
        .iter()
        .filter(|figure| figure["protection"].as_str().is_some_and(|one| one.starts_with("devices=")))
        .map(|figure| cell_of(figure).1)
        .collect();
    for period in &technical {
        let devices = school.tablets.iter().filter(|(week, _)| within(week, period)).map(|(_, devices)| *devices);
        if devices.max().unwrap_or(0) < K {
            breaches.push(format!("{from}: technical figures of {} in {period}, from too few devices", school.uai));
        }
    }
    for (measure, period, split, word) in &frozen {
        let alone: BTreeSet<&str> = frozen
            .iter()
            .filter(|one| (&one.0, &one.1, &one.2) == (measure, period, split))
            .map(|one| one.3.as_str())
            .collect();
        let merged = matches!(word.as_str(), "autres" | "ensemble");
        let is_behind = |cell: &Cell| {
            let words = if merged { !alone.contains(cell.3.as_str()) } else { cell.3 == *word };
            cell.0 == *measure && cell.2 == *split && words && within(&cell.1, period)
        };
        let behind =
            school.behind.iter().filter(|(cell, _)| is_behind(cell)).flat_map(|(_, people)| people).cloned().collect();
        // Of a month, a word's cells and those of "autres" are sums over the weeks in which they stood alone.
        let sums_of_weeks = merged && period == "2025-11";
        if !sums_of_weeks && !enough(school, &behind) {
            breaches.push(format!(
                "{from}: {measure} of {} in {period}, {split} {word}: {} people",
                school.uai,
                behind.len()
            ));
        }
    }
    Ok(frozen.len() + technical.len())
}

/// Longer periods hold all the weeks; a range of the command line is written as two dates.
fn within(week: &str, period: &str) -> bool {
    week == period || period == "2025-11" || period.contains('/')
}

/// Five different people, and five without any one class.
fn enough(school: &Population, behind: &BTreeSet<(String, usize)>) -> bool {
    let mut classes = BTreeMap::<usize, usize>::new();
    for (_, class) in behind {
        *classes.entry(*class).or_default() += 1;
    }
    let most = if school.classes.len() > 1 { classes.values().copied().max().unwrap_or(0) } else { 0 };
    behind.len() >= K + most
}

/// Whether a page shows a number: in its text or in what is read out.
fn shows(page: &str, number: u64) -> bool {
    let number = number.to_string();
    let is_it = |text: &str| text.split(|letter: char| !letter.is_ascii_digit()).any(|word| word == number);
    let mut rest = page;
    while let Some((text, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let spoken = ["aria-label=\"", "title=\"", "data-value=\"", "alt=\""];
        let read_out = spoken.iter().filter_map(|name| tag.split_once(name)?.1.split('"').next());
        if is_it(text) || read_out.into_iter().any(is_it) {
            return true;
        }
        rest = after;
    }
    is_it(rest)
}
