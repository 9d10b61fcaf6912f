//! The sandbox: stands in for a Creatio installation and a Microsoft 365 mailbox.
//!
//! It is one value with one function from request to reply ([`Sandbox::handle`]). In process it serves the native tests,
//! with a clock that they set; behind two sockets (`main.rs`) it serves the page, the end-to-end tests and people.
//!
//! It shares no types with the engine, on purpose: it spells the servers' JSON itself, so that a misunderstanding that the
//! engine has of a server is not repeated here. It is no product code and keeps everything in memory.

pub mod control;
pub mod creatio;
pub mod desk;
pub mod graph;
pub mod openapi;

pub use desk::{Desk, Reply, Request, Response, Seed, Server};

use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex};

/// Both servers and the desk between them and the caller.
pub struct Sandbox {
    /// The Creatio installation.
    pub creatio: creatio::Creatio,
    /// The Microsoft 365 mailbox, behind Graph.
    pub graph: graph::Graph,
    /// Clock, log, faults, tokens: what is common to both.
    pub desk: Desk,
    /// What does not fit Microsoft's description, if that is watched ([`openapi::watch`]).
    pub findings: Option<Arc<Mutex<openapi::Findings>>>,
}

impl Sandbox {
    /// A sandbox filled with `seed`. `now` fixes its clock for tests; `None` is the machine's clock.
    #[must_use]
    pub fn new(seed: Seed, now: Option<DateTime<Utc>>) -> Self {
        let desk = Desk::new(now);
        let at = desk.now();
        Self { creatio: creatio::Creatio::new(seed, at), graph: graph::Graph::new(seed, at), desk, findings: None }
    }

    /// Empties both servers and fills them with `seed`; clears log and faults, keeps sessions and tokens, and changes the
    /// instance id, by which a page knows that its local store belongs to another life of the sandbox.
    pub fn reset(&mut self, seed: Seed) {
        self.desk.reset();
        let at = self.desk.now();
        self.creatio.reset(seed, at);
        self.graph.reset(seed, at);
    }

    /// Answers one request to one of the servers: `/sandbox/*` is the control, everything else goes to the emulator,
    /// through the log and the faults.
    pub fn handle(&mut self, server: Server, request: &Request) -> Reply {
        if request.uri().path().starts_with("/sandbox/") {
            return Reply::whole(control::handle(self, request));
        }
        let Self { creatio, graph, desk, .. } = self;
        let mut reply = desk.serve(server, None, request, |desk| match server {
            Server::Creatio => creatio.handle(request, desk),
            Server::Graph => graph.handle(request, desk),
        });
        if let (Server::Graph, Some(response)) = (server, &mut reply.response) {
            graph::answer::allow(response.headers_mut());
        }
        reply
    }
}
