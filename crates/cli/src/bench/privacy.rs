//! `bench privacy`: the long forms of all attacks, each with its control, against the bounds that the product promises.

use std::time::Instant;

use anyhow::Context;
use attacks::{BEYOND, Bound, Finding, INSIDE, Length, WITHOUT_KEYS, draws};

use super::outside::OUTSIDE;

/// Runs every attack and prints what it found as it comes, one line a figure.
pub fn run(quick: bool, running_only: bool, for_people: bool) -> anyhow::Result<Vec<Finding>> {
    let length = if quick { Length::Short } else { Length::Long };
    let mut findings = Vec::new();
    let mut tell = |title: &str, begun: Instant, found: Vec<Finding>| {
        eprintln!("{title} ({:.0} s)", begun.elapsed().as_secs_f64());
        if for_people {
            for finding in &found {
                println!("{}", line(finding));
            }
        }
        findings.extend(found);
    };
    for attack in INSIDE.iter().chain(BEYOND).chain(WITHOUT_KEYS).filter(|_| !running_only) {
        let begun = Instant::now();
        let found = (attack.run)(length);
        tell(attack.title, begun, found);
    }
    // On a machine that does other things beside, short samples of times say nothing.
    if length == Length::Long && !running_only {
        let begun = Instant::now();
        let ticks = || u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let found = draws::timing(1_000_000, ticks);
        tell("a draw's time and its size", begun, found);
    }
    for attack in OUTSIDE {
        let begun = Instant::now();
        let found = (attack.run)(length).with_context(|| attack.title)?;
        tell(attack.title, begun, found);
    }
    Ok(findings)
}

fn line(finding: &Finding) -> String {
    let (bound, holds) = match finding.bound {
        Bound::AtMost(most) => (format!("at most {most}"), if finding.holds() { "holds" } else { "BROKEN" }),
        Bound::AtLeast(least) => (format!("at least {least}"), if finding.holds() { "holds" } else { "BROKEN" }),
        Bound::Shown => ("shown".to_owned(), ""),
    };
    format!("  {:44} {:>16.6} {bound:>20}  {holds}", finding.name, finding.value)
}
