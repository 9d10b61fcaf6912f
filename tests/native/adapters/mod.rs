//! What speaks the languages of the servers: each replica by itself, and all in one suite.

mod conformance;
mod creatio;
mod ews;
mod graph;
mod second_opinion;
mod world;
