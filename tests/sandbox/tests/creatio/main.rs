//! The Creatio emulator, in process, by its HTTP alone.

mod batch;
mod client;
mod query;
mod session;
mod write;
