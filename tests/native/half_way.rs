//! The simulation and what breaks half-way, without the other tests. `cargo test` leaves this
//! target out, for `main.rs` has all of them.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code)] // what the modules offer to those that are not here

mod breaks;
mod chance;
mod days;
mod decide;
mod ews_setup;
mod graph_limits;
mod graph_setup;
mod joined;
mod laws;
mod memory;
mod moment;
mod simulate;
mod spine;
mod trips;
mod world;
