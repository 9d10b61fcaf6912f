//! The replica of a mailbox on an Exchange Server.

pub(crate) mod examples;
pub(crate) mod failing_server;
pub(crate) mod map;
pub(crate) mod replica;
pub(crate) mod wire;
