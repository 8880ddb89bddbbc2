//! Reads `words.toml`: the closed lists.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use toml::Spanned;

use super::{check_text, take_name};
use crate::{CatalogueError, Text, Word, WordList, error::Source};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    list: Vec<RawList>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    name: Spanned<String>,
    title: Text,
    words: Vec<Spanned<RawWord>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWord {
    slug: String,
    fr: String,
    en: String,
}

pub(super) fn read(source: Source) -> Result<(Vec<WordList>, HashMap<String, u16>), CatalogueError> {
    let raw: RawFile = source.parse()?;
    let mut names = HashMap::new();
    let mut lists = Vec::with_capacity(raw.list.len());
    for list in raw.list {
        take_name(&mut names, source, &list.name, "word list")?;
        check_text(source, list.name.span(), &list.title, "the title")?;
        lists.push(read_list(source, list)?);
    }
    Ok((lists, names))
}

fn read_list(source: Source, list: RawList) -> Result<WordList, CatalogueError> {
    let name = list.name.get_ref();
    if list.words.is_empty() || list.words.len() > usize::from(u16::MAX) {
        let reason = format!("word list `{name}` must have from 1 to {} words", u16::MAX);
        return Err(source.error(list.name.span(), reason));
    }
    let mut seen = HashSet::new();
    let mut words = Vec::with_capacity(list.words.len());
    for word in list.words {
        let at = word.span();
        let RawWord { slug, fr, en } = word.into_inner();
        if !is_slug(&slug) {
            let reason = format!(
                "word `{slug}` is misspelled; a word has 1 to 40 letters without accents, digits, `_`, `-` or `+`"
            );
            return Err(source.error(at, reason));
        }
        if !seen.insert(slug.clone()) {
            return Err(source.error(at, format!("word `{slug}` stands twice in list `{name}`; keep one")));
        }
        let label = Text { fr, en };
        check_text(source, at, &label, &format!("word `{slug}`"))?;
        words.push(Word { slug, label });
    }
    Ok(WordList::new(list.name.into_inner(), list.title, words))
}

fn is_slug(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte);
    (1..=40).contains(&text.len()) && text.bytes().all(letter)
}
