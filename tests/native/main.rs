//! Native tests of the rings 1 and 2, against the sandbox in process, in rooms by what they prove.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart

mod adapters;
mod engine;
mod runs;
mod simulation;
mod source;
mod support;
