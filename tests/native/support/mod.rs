//! What tests begin with: sides, stores and servers, people at work, and choices that repeat.

pub(crate) mod creatio_setup;
pub(crate) mod ews_setup;
pub(crate) mod graph_setup;
pub(crate) mod joined;
pub(crate) mod memory;
pub(crate) mod memory_scenario;
pub(crate) mod moment;
pub(crate) mod office;
pub(crate) mod random;
pub(crate) mod records;
pub(crate) mod runs;
pub(crate) mod sandbox_scenario;
pub(crate) mod served_mailbox;
pub(crate) mod world;
