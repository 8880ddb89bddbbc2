//! The whole product from outside: the real binary, a real disk, real connections.

mod canaries;
mod crash;
mod import;
mod rights;
mod server;
mod wrong_use;
