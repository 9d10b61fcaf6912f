//! The replica of a mailbox in Microsoft 365.

mod challenges;
mod deleted;
mod examples;
mod failing_containers;
mod limits;
mod map;
mod marks;
mod reading;
mod replica;
mod respond;
mod series;
mod storing;
mod tasks;
mod writes;
