//! Whole runs through both replicas, against the sandbox in process.

pub(crate) mod attendees;
pub(crate) mod bad_input;
pub(crate) mod both_ways;
pub(crate) mod clocks;
pub(crate) mod days;
pub(crate) mod failing_servers;
pub(crate) mod identity;
pub(crate) mod invite;
pub(crate) mod owner;
pub(crate) mod scripted_year;
pub(crate) mod two_mailboxes;
