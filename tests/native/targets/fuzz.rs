//! Histories that a fuzzer spells: libFuzzer writes bytes, they choose what the generator of the
//! simulation chooses, and what they reach in the engine decides what is tried next. The crate is
//! `tests/fuzz`; its corpus is played by `prove.rs` without a fuzzer.
#![no_main]
// what the modules offer to tests
#![allow(dead_code, unused_imports, unused_macros, unreachable_pub)]

#[path = "../engine"]
mod engine {
    pub(crate) mod laws;
}
#[path = "../simulation/mod.rs"]
mod simulation;
#[path = "../support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // what is known to be wrong is no news
    match simulation::spelled("fuzzed", bytes) {
        Err(failure) if failure.known.is_none() => panic!("{}", failure.told),
        Ok(_) | Err(_) => {}
    }
});
