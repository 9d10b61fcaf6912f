//! The replica of a mailbox in Microsoft 365.

pub(crate) mod deleted;
pub(crate) mod examples;
pub(crate) mod failing_containers;
pub(crate) mod limits;
pub(crate) mod map;
pub(crate) mod reading;
pub(crate) mod replica;
pub(crate) mod respond;
pub(crate) mod series;
pub(crate) mod storing;
pub(crate) mod tasks;
pub(crate) mod writes;
