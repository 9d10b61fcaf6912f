//! The tests of the Graph replica alone, quicker to build than `main.rs`, which has all of them
//! too.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code)] // what the modules offer to those that are not here

mod chance;
mod creatio_observe;
mod ews_setup;
mod graph_deleted;
mod graph_examples;
mod graph_limits;
mod graph_map;
mod graph_reading;
mod graph_replica;
mod graph_respond;
mod graph_series;
mod graph_setup;
mod graph_storing;
mod graph_tasks;
mod graph_trouble;
mod graph_writes;
mod joined;
mod memory;
mod replica;
mod spine;
mod world;
