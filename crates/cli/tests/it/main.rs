//! The whole product from outside: the real binary, a real disk, real connections.

mod alerts;
mod canaries;
mod crash;
mod cubes;
mod import;
mod keys;
mod patterns;
mod plan;
mod privacy;
mod recommendations;
mod record;
mod rights;
mod segments;
mod series;
mod server;
mod timestamps;
mod wrong_use;
