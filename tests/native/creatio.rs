//! The tests of Creatio's replica, and of whole runs that turn on Creatio, alone: they build faster
//! than all of them. `cargo test` leaves this target out, for `main.rs` has all of them.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code)] // what the modules offer to those that are not here

mod chance;
mod clocks;
mod creatio_apply;
mod creatio_directory;
mod creatio_filters;
mod creatio_observe;
mod creatio_servers;
mod creatio_settings;
mod ews_setup;
mod graph_limits;
mod graph_setup;
mod joined;
mod memory;
mod owner;
mod replica;
mod spine;
mod trips;
mod troubles;
mod world;
