//! What speaks the languages of the servers: each replica by itself, and all in one suite.

pub(crate) mod conformance;
pub(crate) mod creatio;
pub(crate) mod ews;
pub(crate) mod graph;
pub(crate) mod second_opinion;
