//! The pages: HTML and SVG made on the server, complete without scripts, in French and English. Every figure on them
//! comes out of a [`crate::views::Compared`], which holds released figures only.

mod address;
pub mod advice;
mod beyond;
mod card;
mod checkpoints;
pub mod class;
mod coming;
mod frames;
pub mod home;
mod layout;
mod lookup;
mod names;
mod operator;
pub mod parent;
mod period;
mod practices;
pub(crate) mod rhythms;
pub mod rights;
#[cfg(test)]
mod samples;
mod scene;
pub mod school;
mod seen;
mod technical;
pub mod transparency;
pub mod trouble;
mod visit;
pub(crate) mod watched;
mod weeks;
mod words;

pub use rights::document as rights_document;
pub(crate) use words::say;
