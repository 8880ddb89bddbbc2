//! What an answer gives away by its shape: to who may read a figure, withheld and empty are one and the same; to everybody
//! else, forbidden and absent are. Same status, same size, and over many requests the same time.
//!
//! **Control**: two schools of which one shows a figure must be told apart.

use std::time::Instant;

use anyhow::ensure;
use attacks::{Bound, Finding, Length};
use catalogue::Role;

use super::float;
use super::population::{Population, class_of, teacher_of};
use super::site::{Asked, Site};

/// A school whose families did nothing, one where three did, one where many did.
const SCHOOLS: [(&str, usize); 3] = [("0750001A", 0), ("0750002A", 3), ("0750003A", 24)];
const PERIODS: [&str; 3] = ["2025-W46", "2025-W47", "2025-11"];

/// Runs the attack and its control.
pub fn run(length: Length) -> anyhow::Result<Vec<Finding>> {
    let mut site = Site::open("2025-11-10T18:00:00Z")?;
    for (uai, families) in SCHOOLS {
        let mut school = Population::of(uai, &[12, 12]);
        site.declare(uai, &school.roster())?;
        let events = school.visits("2025-W46", "2025-11-10", families);
        site.send(uai, "tablette-1", &events)?;
    }
    site.move_to("2025-12-04T08:00:00Z")?;
    let heads: Vec<_> = SCHOOLS.iter().map(|(uai, _)| (Role::SchoolHead, *uai, "DIRECTION", None)).collect();
    let heads = site.sign_in(&heads)?;
    let (mut compared, mut differ, mut control) = (0_usize, 0_usize, 0_usize);
    for period in PERIODS {
        for (path, page) in [("/api/v1/figures?view=mon-ecole&p=", false), ("/mon-ecole?p=", true)] {
            let look = |place: usize| -> anyhow::Result<(u16, String)> {
                let asked = Asked { page, ..Asked::by(&heads[place]) };
                let answer = site.ask("GET", &format!("{path}{period}"), &asked)?;
                Ok((answer.status, answer.body.replace(SCHOOLS[place].0, "UAI")))
            };
            let (empty, withheld, shown) = (look(0)?, look(1)?, look(2)?);
            ensure!(empty.0 == 200, "{path}{period} did not answer");
            compared += 1;
            differ += usize::from(empty != withheld);
            control += usize::from(empty != shown);
        }
    }
    let class = class_of(0);
    let teacher = site.sign_in(&[(Role::Teacher, SCHOOLS[0].0, &teacher_of(0), Some(&class))])?;
    let strangers = [Asked::default(), Asked::by(&teacher[0]), Asked::by(&heads[1])];
    // What is forbidden to each of them, beside what does not exist.
    let pairs = [
        ("/api/v1/figures?view=mon-ecole", "/api/v1/figures?view=rien"),
        ("/api/v1/figures?view=ma-classe", "/api/v1/figures?view=rien"),
        ("/mon-ecole", "/nulle-part"),
        ("/ma-classe", "/nulle-part"),
    ];
    let mut forbidden = 0;
    for (who, asked) in strangers.iter().enumerate() {
        for (there, nowhere) in pairs {
            let is_hers = matches!((who, there), (1, "/ma-classe" | "/api/v1/figures?view=ma-classe"))
                || matches!((who, there), (2, "/mon-ecole" | "/api/v1/figures?view=mon-ecole"));
            // Who has not signed in is led to the door from every page of figures.
            if is_hers || (who == 0 && !there.starts_with("/api/")) {
                continue;
            }
            for page in [false, true] {
                let asked = Asked { page, ..asked.clone() };
                let (there, nowhere) = (site.ask("GET", there, &asked)?, site.ask("GET", nowhere, &asked)?);
                forbidden += 1;
                differ += usize::from((there.status, there.body) != (nowhere.status, nowhere.body));
            }
        }
    }
    let mut findings = vec![
        Finding::new("answers_compared_n", float(compared + forbidden), Bound::AtLeast(12.0)),
        Finding::new("answers_differ_n", float(differ), Bound::AtMost(0.0)),
        Finding::new("answers_control_n", float(control), Bound::AtLeast(2.0)),
    ];
    if length == Length::Long {
        let path = "/api/v1/figures?view=mon-ecole&p=2025-W46";
        let by = |who: usize| Asked::by(&heads[who]);
        findings.push(time("answers_time_withheld_p", &site, (path, by(0)), (path, by(1)))?);
        let hers = |path| (path, Asked::by(&teacher[0]));
        let nowhere = hers("/api/v1/figures?view=rien");
        findings.push(time("answers_time_forbidden_p", &site, hers("/api/v1/figures?view=mon-ecole"), nowhere)?);
    }
    Ok(findings)
}

/// Whether two requests can be told apart by their time: they take turns, and the two samples are compared.
fn time(name: &'static str, site: &Site, one: (&str, Asked<'_>), two: (&str, Asked<'_>)) -> anyhow::Result<Finding> {
    let (mut ones, mut twos) = (Vec::new(), Vec::new());
    for turn in 0..1_100 {
        // Who goes first changes, so that neither warms the other up.
        let order = if turn % 2 == 0 { [0, 1] } else { [1, 0] };
        for which in order {
            let (path, asked) = if which == 0 { &one } else { &two };
            let begun = Instant::now();
            site.ask("GET", path, asked)?;
            let took = begun.elapsed().as_secs_f64();
            if turn >= 100 {
                if which == 0 { ones.push(took) } else { twos.push(took) }
            }
        }
    }
    Ok(Finding::new(name, attacks::two_samples(&mut ones, &mut twos), Bound::AtLeast(0.01)))
}
