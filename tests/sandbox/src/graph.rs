//! Graph.

use crate::desk::{Desk, Request, Response, Seed};
use chrono::{DateTime, Utc};

/// A Microsoft 365 tenant's mailboxes in memory.
pub struct Graph {}

impl Graph {
    /// Mailboxes filled with `seed`.
    #[must_use]
    pub fn new(_seed: Seed, _now: DateTime<Utc>) -> Self {
        Self {}
    }

    /// Empties them and fills them with `seed`.
    pub fn reset(&mut self, _seed: Seed, _now: DateTime<Utc>) {}

    /// Puts one event in as it is, read-only members included.
    ///
    /// # Errors
    /// The reason why the event can't be held.
    pub fn load_event(&mut self, _event: serde_json::Value, _desk: &mut Desk) -> Result<(), String> {
        Ok(())
    }

    /// Puts one task in as it is, read-only members included.
    ///
    /// # Errors
    /// The reason why the task can't be held.
    pub fn load_task(&mut self, _task: serde_json::Value, _desk: &mut Desk) -> Result<(), String> {
        Ok(())
    }

    /// Answers one request.
    pub fn handle(&mut self, _request: &Request, _desk: &mut Desk) -> Response {
        Response::new(Vec::new())
    }
}
