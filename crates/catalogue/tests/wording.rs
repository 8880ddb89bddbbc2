//! No page and no document calls a keyed hash, or anything else that is kept under a pseudonym, anonymous. A pseudonym is
//! personal data for whoever holds the key (GDPR, recital 26), and somebody always does.
//!
//! Every use of the words below is a claim, unless it stands in one of the phrases that deny it.

use std::fs;
use std::path::{Path, PathBuf};

/// Stems of the claim, in both languages and in lower case.
const CLAIMS: [&str; 7] =
    ["anonym", "unidentifiable", "de-identif", "deidentif", "désidentif", "dépersonnalis", "untraceable"];

/// What may be said: denials, and names that others gave to things of their own.
const ALLOWED: [&str; 11] = [
    "n’est pas anonyme",
    "ne sont pas anonymes",
    "n’est pas l’anonymat",
    "n’est pas une anonymisation",
    "is not anonymous",
    "are not anonymous",
    "is not anonymity",
    "is not anonymisation",
    "never called anonymous",
    // The word's own entry in the glossary.
    "| anonyme | anonymous | what nobody can link to a person any more",
    // The publisher's own words about a public data set, in examples/oulad.
    "the anonymised clicks of students in a virtual learning environment",
];

/// What is scanned, from the root of the repository: folders with the extensions of their texts.
const PLACES: [(&str, &[&str]); 6] = [
    ("", &["md"]),
    ("docs", &["md"]),
    ("examples", &["md"]),
    ("catalogue", &["toml"]),
    ("crates", &["rs"]),
    ("web/src", &["ts", "css"]),
];

/// One space between words, straight quotes curled, no marks of comments: a phrase is found wherever its lines break.
fn normal(text: &str) -> String {
    let words: Vec<&str> =
        text.split_whitespace().filter(|word| !matches!(*word, "//" | "///" | "//!" | ">")).collect();
    words.join(" ").replace('\'', "’").to_lowercase()
}

/// The claims in a text, each with some words around it.
fn claims(text: &str) -> Vec<String> {
    let text = ALLOWED.iter().fold(normal(text), |text, phrase| text.replace(phrase, "…"));
    let around = |at: usize| {
        let before = text[..at].chars().rev().take(40).collect::<Vec<_>>();
        before.into_iter().rev().chain(text[at..].chars().take(40)).collect()
    };
    CLAIMS.iter().flat_map(|stem| text.match_indices(stem)).map(|(at, _)| around(at)).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every text of the product: its folder is followed down, except from the root itself.
fn texts() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for (folder, extensions) in PLACES {
        let mut folders = vec![root().join(folder)];
        while let Some(open) = folders.pop() {
            for entry in fs::read_dir(&open).unwrap_or_else(|error| panic!("{}: {error}", open.display())) {
                let path = entry.expect("an entry").path();
                let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
                // This file names the words, and the tests of others plant them.
                if path.is_dir() && !folder.is_empty() && !path.ends_with("tests") {
                    folders.push(path);
                } else if path.is_file() && extensions.contains(&extension) {
                    let text = fs::read_to_string(&path).expect("a text");
                    found.push((path, text));
                }
            }
        }
    }
    found
}

#[test]
fn no_page_and_no_document_calls_a_pseudonym_anonymous() {
    let claimed: Vec<String> = texts()
        .iter()
        .flat_map(|(path, text)| claims(text).into_iter().map(|claim| format!("{}: {claim}", path.display())))
        .collect();
    assert!(claimed.is_empty(), "say what is true of it (a pseudonym, a count):\n{}", claimed.join("\n"));
}

#[test]
fn the_scan_reads_every_place_where_people_read() {
    let texts = texts();
    let has = |end: &str| texts.iter().any(|(path, text)| path.ends_with(end) && !text.is_empty());
    for end in [
        "README.md",
        "docs/privacy.md",
        "docs/aipd.md",
        "docs/glossary.md",
        "docs/register.md",
        "catalogue/words.toml",
        "catalogue/events/content.toml",
        "crates/server/src/pages/parent.rs",
        "crates/server/src/pages/transparency.rs",
        "crates/catalogue/src/record/common.rs",
        "crates/cli/src/main.rs",
        "web/src/words.ts",
    ] {
        assert!(has(end), "{end} is not scanned");
    }
}

/// The control: what must be caught is caught, also in the real documents once one word of them is changed.
#[test]
fn a_planted_claim_is_found() {
    for claim in [
        "Les identifiants sont anonymisés par une empreinte à clé.",
        "Vos données sont anonymes.",
        "Identifiers are anonymised with HMAC.",
        "Identifiers become fully\n/// Anonymous.",
        "L'anonymat est garanti.",
        "Elles sont désidentifiées à l’entrée.",
        "A pseudonym is not anonymous, yet these are anonymous.",
        "Every identifier is de-identified.",
    ] {
        assert_eq!(claims(claim).len(), 1, "{claim}");
    }
    for (path, text) in texts() {
        if ["docs/privacy.md", "docs/aipd.md", "crates/server/src/pages/parent.rs"]
            .iter()
            .any(|end| path.ends_with(end))
        {
            let stem = if path.ends_with("docs/privacy.md") { "pseudonym" } else { "cod" };
            let stem = if path.ends_with("docs/aipd.md") { "pseudonym" } else { stem };
            let broken = text.replacen(stem, "anonym", 1);
            assert_eq!(claims(&broken).len(), 1, "{}", path.display());
        }
    }
}

#[test]
fn a_denial_is_no_claim() {
    for denial in [
        "Un pseudonyme n'est pas anonyme.",
        "Ces données ne sont\n> pas anonymes.",
        "A keyed hash is not\n//! anonymous: whoever holds the key…",
    ] {
        assert!(claims(denial).is_empty(), "{denial}");
    }
}

#[test]
fn the_impact_assessment_is_set_as_french_is() {
    let text = fs::read_to_string(root().join("docs/aipd.md")).expect("docs/aipd.md");
    for sign in [" ;", " : ", " !", " ?", " %", "« ", " »", "'"] {
        assert!(!text.contains(sign), "{sign:?} is written with a plain space or straight");
    }
}
