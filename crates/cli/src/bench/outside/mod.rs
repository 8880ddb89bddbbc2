//! The attacks on the running product, as an outsider with each role would try them: a server in a process of its own,
//! spoken to over HTTP and by the command line.
//!
//! To add one is a line in [`OUTSIDE`].

mod answers;
mod frozen;
mod hostile;
mod population;
mod routes;
mod site;
mod threshold;
mod unicity;

use attacks::{Finding, Length};

use super::float;

/// An attack on the running product.
pub struct Outside {
    /// What is tried, in words.
    pub title: &'static str,
    /// Tries it.
    pub run: fn(Length) -> anyhow::Result<Vec<Finding>>,
}

/// All of them.
pub const OUTSIDE: &[Outside] = &[
    Outside { title: "every route as everybody", run: routes::run },
    Outside { title: "the least number of people, in everything that comes out", run: threshold::run },
    Outside { title: "withheld, empty, forbidden, absent", run: answers::run },
    Outside { title: "reading again, late events, closing again", run: frozen::run },
    Outside { title: "hostile payloads", run: hostile::run },
    Outside { title: "singling out by what is stored", run: unicity::run },
];
