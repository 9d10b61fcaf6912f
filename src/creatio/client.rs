//! Speaks to Creatio: questions and writes as values, and how OData 4 and the DataService spell
//! them, with times in true UTC. Knows no item: what rows mean is for `activity`, `groups`,
//! `contacts` and `settings`.

pub mod access;
pub(in crate::creatio) mod columns;
pub(in crate::creatio) mod data_service;
pub(in crate::creatio) mod gateway;
pub mod installation;
pub(in crate::creatio) mod odata;
mod probe;
pub(in crate::creatio) mod query;
pub(in crate::creatio) mod refusal;
pub(in crate::creatio) mod reply;
pub(in crate::creatio) mod rows;
pub mod times;
