//! The tests of the Graph replica alone, quicker to build than `main.rs`, which has all of them
//! too.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code, unused_imports)] // what the modules offer to those that are not here

#[path = "../adapters"]
mod adapters {
    mod conformance;
    mod creatio {
        mod observe;
    }
    mod graph;
    mod world;
}
#[path = "../runs"]
mod runs {
    mod through_replicas {
        mod both_ways;
    }
}
#[path = "../support/mod.rs"]
mod support;
