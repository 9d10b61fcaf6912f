//! The Creatio emulator, in process, by its HTTP alone.

// A failed unwrap is a failed test; clippy.toml lets it pass in test functions only, not in what
// they call.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod batch;
mod builtin;
mod client;
mod people;
mod process;
mod query;
mod session;
mod switches;
mod write;
