//! A data folder from outside: its audit log, its keys, the process that may hold them.

mod audit;
mod folder;
mod keys;
mod pseudonymiser;
