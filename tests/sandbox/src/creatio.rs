//! Creatio.

use crate::desk::{Desk, Request, Response, Seed};
use chrono::{DateTime, Utc};

/// A Creatio installation in memory.
pub struct Creatio {}

impl Creatio {
    /// An installation filled with `seed`.
    #[must_use]
    pub fn new(_seed: Seed, _now: DateTime<Utc>) -> Self {
        Self {}
    }

    /// Empties it and fills it with `seed`; sessions stay.
    pub fn reset(&mut self, _seed: Seed, _now: DateTime<Utc>) {}

    /// Puts one Activity row in as it is.
    ///
    /// # Errors
    /// The reason why the row can't be held.
    pub fn load_activity(&mut self, _row: serde_json::Value, _desk: &mut Desk) -> Result<(), String> {
        Ok(())
    }

    /// Answers one request.
    pub fn handle(&mut self, _request: &Request, _desk: &mut Desk) -> Response {
        Response::new(Vec::new())
    }
}
