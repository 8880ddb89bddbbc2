//! What is said when the dictionary holds a mistake: the file, the line, the reason and what would be right.

use std::ops::Range;

/// A mistake in the catalogue. It stops the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("catalogue/{file}:{line}: {reason}")]
pub struct CatalogueError {
    /// The file's name inside the folder `catalogue`, such as `events/usage.toml`.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there, and what would be right.
    pub reason: String,
}

/// One file being read: turns a byte range of its text into an error with a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The file's name inside the folder.
    pub name: &'a str,
    /// The whole text.
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at the line where a range of bytes begins.
    pub fn error(&self, at: Range<usize>, reason: impl Into<String>) -> CatalogueError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        CatalogueError { file: self.name.to_owned(), line: before.matches('\n').count() + 1, reason: reason.into() }
    }

    /// Reads the file as TOML of the given shape.
    pub fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, CatalogueError> {
        toml::from_str(self.text).map_err(|error| {
            let reason = error.message().replace('\n', ", ");
            self.error(error.span().unwrap_or(0..0), reason)
        })
    }
}
