//! The replica of a mailbox on an Exchange Server.

mod examples;
mod failing_server;
mod map;
mod replica;
mod wire;
