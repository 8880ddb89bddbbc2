//! Attacks on pseudonyms (T16): somebody has the program, everything that is stored, and the whole directory of pupils
//! and teachers with their identifiers and schools, but no key.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use privacy::{Domain, KeyRing, Secret, Uai};
use sha2::{Digest, Sha256};

use crate::{Bound, Finding};

/// How many people a school has in the directory.
const PER_SCHOOL: usize = 140;

/// The school year in which everybody is looked for.
const YEAR: &str = "2025-2026";

/// Tries every person of a directory of so many on the pseudonyms made of it.
///
/// The controls: the same attack finds everybody where pseudonyms are plain hashes, and where the root was never drawn.
pub fn brute_force(people: usize) -> Vec<Finding> {
    let found = |stored: &HashSet<[u8; 16]>| ratio(guessed(people, stored), people);
    let made_under = |ring: &KeyRing| stored(people, ring);
    let unkeyed = (0..people).map(|nth| plain(&[identifier(nth).as_bytes()])).collect();
    vec![
        Finding::new("brute_force_matches_ratio", found(&made_under(&ring())), Bound::AtMost(0.0)),
        Finding::new("brute_force_control_unkeyed_ratio", found(&unkeyed), Bound::AtLeast(1.0)),
        Finding::new("brute_force_control_zero_root_ratio", found(&made_under(&under([0; 32]))), Bound::AtLeast(1.0)),
    ]
}

/// Makes about `pseudonyms` pseudonyms: the same people in two school years, in five schools, in every domain; and
/// counts those that are equal, which would link two of a person's lives, or two people.
///
/// The controls: where years share a root, or schools or domains a key, such pairs are everywhere.
pub fn equal_pseudonyms(pseudonyms: usize) -> Vec<Finding> {
    let both = ["2025-2026", "2026-2027"];
    let schools: Vec<Uai> = (0..5).map(school).collect();
    let lives = both.len() * schools.len() * Domain::ALL.len();
    let people = pseudonyms.div_ceil(lives);
    let separate = equal_among(people, &ring(), &both, &schools, &Domain::ALL);
    // A tenth is enough for a control.
    let few = people.div_ceil(10);
    let control = |ring: &KeyRing, schools: &[Uai], domains: &[Domain]| {
        ratio(equal_among(few, ring, &both, schools, domains), few * both.len() * schools.len() * domains.len())
    };
    let one_school = vec![school(0); schools.len()];
    vec![
        Finding::new("equal_pseudonyms_n", ratio(separate, 1), Bound::AtMost(0.0)),
        Finding::new("equal_pseudonyms_made_n", ratio(people * lives, 1), Bound::Shown),
        // One of two is left when both years have one root, one of five schools, one of seven domains.
        Finding::new(
            "equal_pseudonyms_control_years_ratio",
            control(&under([7; 32]), &schools, &Domain::ALL),
            Bound::AtLeast(0.5),
        ),
        Finding::new(
            "equal_pseudonyms_control_schools_ratio",
            control(&ring(), &one_school, &Domain::ALL),
            Bound::AtLeast(0.8),
        ),
        Finding::new(
            "equal_pseudonyms_control_domains_ratio",
            control(&ring(), &schools, &[Domain::Staff; 7]),
            Bound::AtLeast(0.857),
        ),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// A ring as the product makes it.
fn ring() -> KeyRing {
    let mut ring = KeyRing::random();
    for year in ["2025-2026", "2026-2027"] {
        ring.ensure_root(year.parse().expect("a school year"));
    }
    ring
}

/// A ring whose roots are all this one.
fn under(root: [u8; 32]) -> KeyRing {
    let years = ["2025-2026", "2026-2027"].map(|year| year.parse().expect("a school year"));
    let roots = years.into_iter().map(|year| (year, Secret::from_bytes(root)));
    KeyRing::new(roots.collect::<BTreeMap<_, _>>(), Secret::from_bytes(root), BTreeSet::new())
}

/// A national identifier: as guessable as they are, one number of eleven digits after another.
fn identifier(nth: usize) -> String {
    format!("{:011}", 30_000_000_000 + nth * 17)
}

fn school(nth: usize) -> Uai {
    let letter = char::from(b'A' + u8::try_from(nth % 23).unwrap_or(0));
    format!("{:07}{letter}", 10_000 + nth % 9_000_000).parse().expect("seven digits and a letter")
}

/// Everybody's pseudonyms, as a thief of the database has them.
fn stored(people: usize, ring: &KeyRing) -> HashSet<[u8; 16]> {
    let mut all = HashSet::with_capacity(people);
    in_schools(people, |uai, members| {
        let year = YEAR.parse().expect("a school year");
        if let Some(mut keys) = ring.establishment(year, uai) {
            all.extend(members.map(|nth| *keys.pseudonym(Domain::Pupil, &identifier(nth)).as_bytes()));
        }
    });
    all
}

/// How many people of the directory are found: everything that can be computed of a person without a key is looked up.
fn guessed(people: usize, stored: &HashSet<[u8; 16]>) -> usize {
    let nobody = under([0; 32]);
    let public = under(Sha256::digest(b"ecarnet-stats/1/").into());
    let mut found = 0;
    in_schools(people, |uai, members| {
        let year = YEAR.parse().expect("a school year");
        let mut derived: Vec<_> =
            [&nobody, &public].into_iter().filter_map(|ring| ring.establishment(year, uai)).collect();
        for nth in members {
            let id = identifier(nth);
            let (school, id_bytes) = (uai.as_str().as_bytes(), id.as_bytes());
            let plainly = [
                plain(&[id_bytes]),
                plain(&[school, id_bytes]),
                plain(&[school, b"/", id_bytes]),
                plain(&[b"ecarnet-stats/1/", school, b"/pupil", id_bytes]),
                plain(&[YEAR.as_bytes(), school, id_bytes]),
            ];
            let derived = derived.iter_mut().map(|keys| *keys.pseudonym(Domain::Pupil, &id).as_bytes());
            let is_found = plainly.into_iter().chain(derived).any(|guess| stored.contains(&guess));
            found += usize::from(is_found);
        }
    });
    found
}

fn in_schools(people: usize, mut visit: impl FnMut(&Uai, std::ops::Range<usize>)) {
    for (nth, first) in (0..people).step_by(PER_SCHOOL).enumerate() {
        visit(&school(nth), first..people.min(first + PER_SCHOOL));
    }
}

/// The first half of a hash without a key.
fn plain(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// How many of the pseudonyms of so many people, in each year, school and domain, are equal to another.
fn equal_among(people: usize, ring: &KeyRing, years: &[&str], schools: &[Uai], domains: &[Domain]) -> usize {
    let mut made = Vec::with_capacity(people * years.len() * schools.len() * domains.len());
    for year in years {
        for uai in schools {
            let year = year.parse().expect("a school year");
            let Some(mut keys) = ring.establishment(year, uai) else { continue };
            for nth in 0..people {
                let id = identifier(nth);
                made.extend(domains.iter().map(|domain| *keys.pseudonym(*domain, &id).as_bytes()));
            }
        }
    }
    let total = made.len();
    made.sort_unstable();
    made.dedup();
    total - made.len()
}
