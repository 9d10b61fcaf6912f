//! Whole runs of the engine.

mod over_memory;
mod through_replicas;
