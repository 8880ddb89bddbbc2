//! The demonstration: a clock moved by hand, and identities that sign in without an identity provider.

pub mod clock;
pub mod identities;
