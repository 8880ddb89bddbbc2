//! From TOML files to the checked dictionary. Each submodule reads one kind of file; this one holds them together.

mod cubes;
mod events;
mod measures;
mod recommendations;
mod segments;
mod words;

use std::{collections::HashMap, ops::Range};

use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::{Catalogue, CatalogueError, Category, EMBEDDED_FILES, Text, error::Source};

/// Reads every file, in the order in which they refer to each other.
pub(crate) fn catalogue(files: &[(String, String)]) -> Result<Catalogue, CatalogueError> {
    let files = Files::new(files)?;
    let (words, word_names) = words::read(files.get("words.toml")?)?;
    let lists = Named { items: &words, names: &word_names };

    let mut reader = events::Reader::new(lists);
    for category in Category::ALL {
        reader.read(files.get(&format!("events/{}.toml", category.slug()))?, category)?;
    }
    let (events, event_names) = reader.finish();

    let decisions = measures::decisions(files.get("decisions.toml")?)?;
    let known = measures::Known { events: Named { items: &events, names: &event_names }, lists, decisions: &decisions };
    let (measures, measure_names) = measures::read(files.get("measures.toml")?, known)?;
    let (segments, steadiness) = segments::read(files.get("segments.toml")?, lists)?;
    let known = Named { items: &measures, names: &measure_names };
    let releases = measures::releases(files.get("releases.toml")?, known)?;
    let cubes = cubes::read(files.get("cubes.toml")?, known, &decisions)?;
    let (recommendations, practices) = recommendations::read(files.get("recommendations.toml")?, lists, &cubes)?;

    Ok(Catalogue {
        digest: files.digest(),
        events,
        event_names,
        words,
        word_names,
        measures,
        measure_names,
        decisions,
        segments,
        steadiness,
        releases,
        cubes,
        recommendations,
        practices,
    })
}

/// Things with a name, found by it.
pub(super) struct Named<'a, T> {
    items: &'a [T],
    names: &'a HashMap<String, u16>,
}

impl<T> Clone for Named<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Named<'_, T> {}

impl<'a, T> Named<'a, T> {
    fn index(self, name: &str) -> Option<u16> {
        self.names.get(name).copied()
    }

    fn find(self, name: &str) -> Option<&'a T> {
        self.items.get(usize::from(self.index(name)?))
    }
}

/// The given files: exactly those of the dictionary, sorted by name.
struct Files<'a>(Vec<Source<'a>>);

impl<'a> Files<'a> {
    fn new(files: &'a [(String, String)]) -> Result<Self, CatalogueError> {
        let mut sources: Vec<Source> = files.iter().map(|(name, text)| Source { name, text }).collect();
        sources.sort_by_key(|source| source.name);
        for (position, source) in sources.iter().enumerate() {
            if !EMBEDDED_FILES.iter().any(|(name, _)| *name == source.name) {
                let known = EMBEDDED_FILES.map(|(name, _)| name).join(", ");
                return Err(source.error(0..0, format!("unknown file; the dictionary is made of: {known}")));
            }
            if position > 0 && sources[position - 1].name == source.name {
                return Err(source.error(0..0, "the file is given twice; give it once"));
            }
        }
        Ok(Self(sources))
    }

    fn get(&self, name: &str) -> Result<Source<'a>, CatalogueError> {
        self.0.iter().find(|source| source.name == name).copied().ok_or_else(|| CatalogueError {
            file: name.to_owned(),
            line: 1,
            reason: "the file is missing; the dictionary needs it".to_owned(),
        })
    }

    /// Names and lengths are hashed with the texts, so that no text can be moved from one file to another unseen.
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for source in &self.0 {
            hash.update(source.name.len().to_le_bytes());
            hash.update(source.name);
            hash.update(source.text.len().to_le_bytes());
            hash.update(source.text);
        }
        hex::encode(hash.finalize())
    }
}

/// Whether a name is spelled as names are: lower-case letters, digits and underscores, a letter first.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Remembers a name under the next index; fails where it is misspelled or taken.
fn take_name(
    names: &mut HashMap<String, u16>,
    source: Source,
    name: &Spanned<String>,
    what: &str,
) -> Result<u16, CatalogueError> {
    let text = name.get_ref();
    if !is_name(text) {
        let reason = format!(
            "{what} `{text}` is misspelled; a name has lower-case letters, digits and underscores, and begins with a letter"
        );
        return Err(source.error(name.span(), reason));
    }
    let index = u16::try_from(names.len())
        .map_err(|_| source.error(name.span(), format!("there are too many of this kind: {what} `{text}`")))?;
    if names.insert(text.clone(), index).is_some() {
        return Err(source.error(name.span(), format!("{what} `{text}` is declared twice; give each its own name")));
    }
    Ok(index)
}

/// Fails where a wording is empty in a language.
fn check_text(source: Source, at: Range<usize>, text: &Text, what: &str) -> Result<(), CatalogueError> {
    for (lang, wording) in [("fr", &text.fr), ("en", &text.en)] {
        if wording.trim().is_empty() {
            return Err(source.error(at, format!("{what} has no wording in `{lang}`; write one")));
        }
    }
    Ok(())
}
