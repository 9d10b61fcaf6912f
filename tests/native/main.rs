//! Native tests of the rings 1 and 2, against the sandbox in process.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)] // a test says what it expects by panicking
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart

mod bad_input;
mod chance;
mod choices;
mod clocks;
mod creatio_apply;
mod creatio_directory;
mod creatio_filters;
mod creatio_observe;
mod creatio_settings;
mod decide;
mod ews_examples;
mod ews_map;
mod ews_setup;
mod ews_wire;
mod graph_examples;
mod graph_limits;
mod graph_map;
mod graph_reading;
mod graph_replica;
mod graph_respond;
mod graph_setup;
mod graph_tasks;
mod graph_writes;
mod identity;
mod invite;
mod joined;
mod laws;
mod memory;
mod opinion;
mod oracle;
mod owner;
mod prove;
mod replica;
mod rings;
mod simulate;
mod spine;
mod trips;
mod troubles;
mod world;
mod year;
mod zones;
