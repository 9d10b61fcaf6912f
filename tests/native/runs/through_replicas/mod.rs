//! Whole runs through both replicas, against the sandbox in process.

mod attendees;
mod bad_input;
mod both_ways;
mod clocks;
mod failing_servers;
mod identity;
mod invite;
mod owner;
mod requests;
mod scripted_year;
mod shared_days;
mod two_mailboxes;
