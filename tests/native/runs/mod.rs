//! Whole runs of the engine.

pub(crate) mod over_memory;
pub(crate) mod through_replicas;
