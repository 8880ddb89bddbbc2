//! Word lists: the closed lists from which every string of an event must come, with their labels in both languages.

use std::collections::HashMap;

use calendar::Lang;
use serde::Deserialize;

/// A wording in both languages, French first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

impl Text {
    /// The wording in a language.
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.fr, &self.en)
    }
}

/// A word of a closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What stands on the wire and in the lake.
    pub slug: String,
    /// What people read.
    pub label: Text,
}

/// A closed list of words.
#[derive(Debug, Clone)]
pub struct WordList {
    name: String,
    title: Text,
    words: Vec<Word>,
    positions: HashMap<String, u16>,
}

impl WordList {
    /// A list from its words; a word that stands twice keeps its first position (the loader refuses it).
    pub(crate) fn new(name: String, title: Text, words: Vec<Word>) -> Self {
        let mut positions = HashMap::with_capacity(words.len());
        for (word, position) in words.iter().zip(0_u16..) {
            positions.entry(word.slug.clone()).or_insert(position);
        }
        Self { name, title, words, positions }
    }

    /// The list's name in the dictionary.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the list is about.
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// The words in their order of display.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The position of a slug, in constant time.
    pub fn position(&self, slug: &str) -> Option<u16> {
        self.positions.get(slug).copied()
    }

    /// The slug at a position.
    pub fn slug(&self, position: u16) -> Option<&str> {
        self.words.get(usize::from(position)).map(|word| word.slug.as_str())
    }

    /// What people read for a slug; the slug itself where it is not of this list.
    pub fn label<'a>(&'a self, slug: &'a str, lang: Lang) -> &'a str {
        match self.position(slug) {
            Some(position) => self.words[usize::from(position)].label.get(lang),
            None => slug,
        }
    }
}
