//! Native tests of the rings 1 and 2, against the sandbox in process.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)] // a test says what it expects by panicking
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart

mod actions;
mod answer;
mod bad_input;
mod chance;
mod choices;
mod claim;
mod clocks;
mod containers;
mod creatio_apply;
mod creatio_directory;
mod creatio_filters;
mod creatio_observe;
mod creatio_settings;
mod decide;
mod flows;
mod fold;
mod graph_examples;
mod graph_limits;
mod graph_map;
mod graph_reading;
mod graph_replica;
mod graph_respond;
mod graph_setup;
mod graph_writes;
mod guard;
mod history;
mod identity;
mod ids;
mod invite;
mod joined;
mod laws;
mod link;
mod matching;
mod memory;
mod moment;
mod opinion;
mod oracle;
mod owner;
mod prove;
mod replica;
mod rings;
mod scope;
mod series;
mod settings;
mod simulate;
mod spine;
mod trips;
mod troubles;
mod world;
mod year;
mod zones;
