//! The tests of the engine alone, without replicas and sandbox: they build and run in seconds, for
//! `npm run mutants`. `cargo test` leaves this target out, for `main.rs` has all of them.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code)] // what the modules offer to those that are not here

mod actions;
mod answer;
mod chance;
mod choices;
mod claim;
mod commits;
mod containers;
mod creation;
mod decide;
mod fates;
mod field_policy;
mod fold;
mod guard;
mod history;
mod holding;
mod ids;
mod kept;
mod laws;
mod link;
mod lost;
mod markup;
mod matching;
mod memory;
mod merge;
mod moment;
mod oracle;
mod people;
mod plan;
mod project;
mod regrets;
mod removal;
mod scope;
mod self_check;
mod series;
mod settings;
mod stopping;
mod trips;
mod turned;
mod undo;
mod zones;
