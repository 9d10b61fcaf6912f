//! What tests begin with: sides, stores and servers, people at work, and choices that repeat.

pub(crate) mod ews_setup;
pub(crate) mod graph_setup;
pub(crate) mod joined;
pub(crate) mod memory;
pub(crate) mod moment;
pub(crate) mod random;
pub(crate) mod world;
