//! The engine: decides what a run does. Pure and synchronous: everything it needs is a parameter, everything it finds is a value.

pub mod link;
pub mod settings;
