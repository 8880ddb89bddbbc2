//! Promises of the closing: from JSON on the wire to rows of `releases`, through both gates and a real data folder.

mod cubes;
mod devices;
mod figures;
mod longer;
mod once;
mod patterns;
mod rule;
mod segments;
mod watch;
mod world;
mod years;
