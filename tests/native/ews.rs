//! The tests of the replica of the Exchange Server, alone and in whole runs: a quicker build than
//! all tests are. `cargo test` leaves this target out, for `main.rs` has all of them.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code)] // what the modules offer to those that are not here

mod creatio_observe;
mod ews_examples;
mod ews_map;
mod ews_replica;
mod ews_setup;
mod ews_troubles;
mod ews_wire;
mod graph_limits;
mod graph_setup;
mod joined;
mod memory;
mod replica;
mod spine;
mod world;
mod year;
