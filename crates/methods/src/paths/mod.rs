//! Paths through an application: what comes next, how well that is told, and where people get stuck.
//!
//! A path is the screens of one session in order. Nothing here knows whose it is.

pub mod counted;
mod evaluation;
mod friction;
pub mod log;
mod model;
pub mod simulation;

pub use evaluation::{Evaluation, TooFew, evaluate};
pub use friction::{Flow, Friction, FrictionKind, frictions};
pub use model::Model;

use std::collections::BTreeMap;

/// A screen: its place in [`Screens`].
pub type Screen = u32;

/// The names of screens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Screens {
    names: Vec<String>,
    places: BTreeMap<String, Screen>,
}

impl Screens {
    /// The screen of a name, which is taken in if it is new.
    pub fn named(&mut self, name: &str) -> Screen {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = Screen::try_from(self.names.len()).unwrap_or(Screen::MAX);
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    /// The name of a screen.
    pub fn name(&self, screen: Screen) -> Option<&str> {
        self.names.get(usize::try_from(screen).ok()?).map(String::as_str)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

#[cfg(test)]
mod tests;
