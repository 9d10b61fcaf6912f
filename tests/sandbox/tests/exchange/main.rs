//! The Exchange emulator, through HTTP values; every request and reply is checked against
//! Microsoft's schemas.
// a test fails by panicking
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, clippy::string_slice)]
#![allow(unreachable_pub)] // the client is a module of this test only

mod calendar;
mod door;
mod meetings;
mod quirks;
mod reading;
mod schema;
mod series;
mod soap;
mod syncing;
mod tasks;
