//! The tests of Creatio's replica, and of whole runs that turn on Creatio, alone: they build faster
//! than all of them. `cargo test` leaves this target out, for `main.rs` has all of them.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code, unused_imports)] // what the modules offer to those that are not here

#[path = "../adapters"]
mod adapters {
    mod conformance;
    mod creatio;
    mod world;
}
#[path = "../runs"]
mod runs {
    mod over_memory {
        mod rules;
    }
    mod through_replicas {
        mod both_ways;
        mod clocks;
        mod failing_servers;
        mod owner;
        mod requests;
    }
}
#[path = "../support/mod.rs"]
mod support;
