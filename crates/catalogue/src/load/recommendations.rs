//! Reads `recommendations.toml`: rules and practices. A rule that asks where a school is, or what kind it is, is refused.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Named, check_text, take_name};
use crate::{
    Advised, Basis, Bound, CatalogueError, Cube, CubeLeaf, CubeSource, Practice, Quotient, Recommendation, Text,
    WordList, error::Source,
};

/// What says where a school is or what kind it is. None is a figure; naming one gets a reason of its own.
const UNFAIR: [&str; 14] = [
    "academy",
    "classes",
    "commune",
    "department",
    "district",
    "establishment",
    "level",
    "place",
    "priority_education",
    "region",
    "school_size",
    "sector",
    "uai",
    "zone",
];

/// The list whose words name rules in events.
const RULES: &str = "recommendation_rule";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    recommendation: Vec<RawRecommendation>,
    practice: Vec<RawPractice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecommendation {
    rule: Spanned<String>,
    audience: Advised,
    title: Text,
    sentence: Text,
    why: Text,
    figure: Spanned<String>,
    #[serde(default)]
    words: Vec<Spanned<String>>,
    when: Vec<Spanned<RawBound>>,
    confidence: Spanned<u8>,
    expected_use: Spanned<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBound {
    figure: Spanned<String>,
    at_least: Option<u32>,
    at_most: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPractice {
    name: Spanned<String>,
    pattern: RawQuotient,
    outcome: RawQuotient,
    more: Text,
    less: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuotient {
    above: Spanned<String>,
    below: Spanned<String>,
}

pub(super) fn read(
    source: Source,
    lists: Named<WordList>,
    cubes: &[Cube],
) -> Result<(Vec<Recommendation>, Vec<Practice>), CatalogueError> {
    let raw: RawFile = source.parse()?;
    let mut names = HashMap::new();
    let mut rules = Vec::with_capacity(raw.recommendation.len());
    for rule in raw.recommendation {
        take_name(&mut names, source, &rule.rule, "rule")?;
        rules.push(recommendation(source, lists, rule)?);
    }
    let mut names = HashMap::new();
    let mut practices = Vec::with_capacity(raw.practice.len());
    for one in raw.practice {
        take_name(&mut names, source, &one.name, "practice")?;
        practices.push(practice(source, cubes, one)?);
    }
    Ok((rules, practices))
}

fn recommendation(
    source: Source,
    lists: Named<WordList>,
    rule: RawRecommendation,
) -> Result<Recommendation, CatalogueError> {
    let at = || rule.rule.span();
    if lists.find(RULES).and_then(|list| list.position(rule.rule.get_ref())).is_none() {
        let reason = format!("rule `{}` is no word of the list `{RULES}`; add it to words.toml", rule.rule.get_ref());
        return Err(source.error(at(), reason));
    }
    for (text, what) in [(&rule.title, "the title"), (&rule.sentence, "the sentence"), (&rule.why, "the reason")] {
        check_text(source, at(), text, what)?;
    }
    let figure = basis(source, &rule.figure, rule.audience)?;
    for sentence in [&rule.sentence.fr, &rule.sentence.en] {
        check_placeholders(source, at(), sentence, figure)?;
    }
    let words = words(source, lists, &rule, figure)?;
    if rule.when.is_empty() {
        return Err(source.error(at(), "a rule without conditions is given to everybody; write at least one in `when`"));
    }
    let mut when = Vec::with_capacity(rule.when.len());
    for bound in &rule.when {
        let RawBound { figure, at_least, at_most } = bound.get_ref();
        if at_least.is_none() && at_most.is_none() {
            let reason = "a condition bounds nothing; give `at_least`, `at_most` or both";
            return Err(source.error(bound.span(), reason));
        }
        let figure = basis(source, figure, rule.audience)?;
        when.push(Bound { figure, at_least: *at_least, at_most: *at_most });
    }
    for (percent, what) in [(&rule.confidence, "confidence"), (&rule.expected_use, "expected_use")] {
        if !(1..=99).contains(percent.get_ref()) {
            let reason = format!("`{what}` is a percentage from 1 to 99: nothing here is certain, nor quite without");
            return Err(source.error(percent.span(), reason));
        }
    }
    Ok(Recommendation {
        audience: rule.audience,
        figure,
        words,
        when,
        confidence: rule.confidence.into_inner(),
        expected_use: rule.expected_use.into_inner(),
        rule: rule.rule.into_inner(),
        title: rule.title,
        sentence: rule.sentence,
        why: rule.why,
    })
}

fn basis(source: Source, name: &Spanned<String>, audience: Advised) -> Result<Basis, CatalogueError> {
    let text = name.get_ref();
    if UNFAIR.contains(&text.as_str()) {
        let reason = format!(
            "a rule may not look at `{text}`: no recommendation depends on where a school is, its size, its sector or \
             priority education"
        );
        return Err(source.error(name.span(), reason));
    }
    let of_audience = |basis: &Basis| basis.audience() == audience;
    Basis::from_slug(text).filter(of_audience).ok_or_else(|| {
        let known: Vec<&str> = Basis::ALL.iter().filter(|basis| of_audience(basis)).map(|basis| basis.slug()).collect();
        let reason =
            format!("`{text}` is no figure for \"{}\"; one of {} is expected", audience.slug(), known.join(", "));
        source.error(name.span(), reason)
    })
}

fn words(
    source: Source,
    lists: Named<WordList>,
    rule: &RawRecommendation,
    figure: Basis,
) -> Result<Vec<String>, CatalogueError> {
    let Some(list) = figure.words() else {
        return match rule.words.first() {
            None => Ok(Vec::new()),
            Some(word) => {
                let reason = format!("the figure `{}` has no words; leave out `words`", figure.slug());
                Err(source.error(word.span(), reason))
            }
        };
    };
    let known = lists.find(list).ok_or_else(|| {
        source.error(rule.figure.span(), format!("the word list `{list}` is missing from words.toml"))
    })?;
    if let Some(word) = rule.words.iter().find(|word| known.position(word.get_ref()).is_none()) {
        let reason = format!("word `{}` is not in list `{list}`; see words.toml", word.get_ref());
        return Err(source.error(word.span(), reason));
    }
    Ok(rule.words.iter().map(|word| word.get_ref().clone()).collect())
}

/// What stands between braces is replaced by what was found: nothing else may.
fn check_placeholders(
    source: Source,
    at: std::ops::Range<usize>,
    sentence: &str,
    figure: Basis,
) -> Result<(), CatalogueError> {
    for part in sentence.split('{').skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        let is_known = matches!(name, "value" | "of") || (name == "words" && figure.words().is_some());
        if !is_known {
            let reason = format!(
                "`{{{name}}}` stands for nothing; `{{value}}` and `{{of}}` do, and `{{words}}` where the figure has words"
            );
            return Err(source.error(at, reason));
        }
    }
    Ok(())
}

fn practice(source: Source, cubes: &[Cube], raw: RawPractice) -> Result<Practice, CatalogueError> {
    let at = || raw.name.span();
    check_text(source, at(), &raw.more, "what is said of more")?;
    check_text(source, at(), &raw.less, "what is said of less")?;
    let all = [&raw.pattern.above, &raw.pattern.below, &raw.outcome.above, &raw.outcome.below];
    for (place, name) in all.iter().enumerate() {
        let cube = cubes.iter().find(|cube| cube.name == *name.get_ref());
        let is_whole = cube.is_some_and(|cube| {
            cube.leaf == CubeLeaf::District && matches!(cube.source, CubeSource::Measure { split: None, .. })
        });
        if !is_whole {
            let reason = format!("`{}` is no cube of districts without a split; see cubes.toml", name.get_ref());
            return Err(source.error(name.span(), reason));
        }
        if all[..place].iter().any(|other| other.get_ref() == name.get_ref()) {
            let reason =
                format!("cube `{}` stands twice; on both sides it would make a link by itself", name.get_ref());
            return Err(source.error(name.span(), reason));
        }
    }
    let quotient = |raw: RawQuotient| Quotient { above: raw.above.into_inner(), below: raw.below.into_inner() };
    Ok(Practice {
        name: raw.name.get_ref().clone(),
        pattern: quotient(raw.pattern),
        outcome: quotient(raw.outcome),
        more: raw.more,
        less: raw.less,
    })
}
