//! The sandbox: stands in for a Creatio installation, a Microsoft 365 mailbox and an Exchange
//! Server.
//!
//! It is one value with one function from request to reply ([`Sandbox::handle`]). In process it
//! serves the native tests, with a clock that they set; behind three sockets (`main.rs`) it serves
//! the page, the end-to-end tests and people.
//!
//! It shares no types with the engine, on purpose: it spells the servers' JSON itself, so that a
//! misunderstanding that the engine has of a server is not repeated here. It is no product code and
//! keeps everything in memory.

pub mod control;
pub mod creatio;
pub mod environment;
pub mod exchange;
pub mod graph;
pub mod openapi;
mod proxy;

pub use environment::{Environment, Reply, Request, Response, Seed, Server};

use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex};

/// The servers and the environment between them and the caller.
pub struct Sandbox {
    /// The Creatio installation.
    pub creatio: creatio::Creatio,
    /// The Microsoft 365 mailbox, behind Graph.
    pub graph: graph::Graph,
    /// The Exchange Server, behind EWS.
    pub exchange: exchange::Exchange,
    /// Clock, log, faults, tokens: what is common to all.
    pub environment: Environment,
    /// What does not fit Microsoft's description, if that is watched ([`openapi::watch`]).
    pub findings: Option<Arc<Mutex<openapi::Findings>>>,
}

impl Sandbox {
    /// A sandbox filled with `seed`. `now` fixes its clock for tests; `None` is the machine's
    /// clock.
    #[must_use]
    pub fn new(seed: Seed, now: Option<DateTime<Utc>>) -> Self {
        let environment = Environment::new(now);
        let at = environment.now();
        let (creatio, graph) = (creatio::Creatio::new(seed, at), graph::Graph::new(seed, at));
        Self { creatio, graph, exchange: exchange::Exchange::new(seed, at), environment, findings: None }
    }

    /// Empties the servers and fills them with `seed`; clears log and faults, keeps sessions and
    /// tokens, and changes the instance id, by which a page knows that its local store belongs to
    /// another life of the sandbox.
    pub fn reset(&mut self, seed: Seed) {
        self.environment.reset();
        let at = self.environment.now();
        self.creatio.reset(seed, at);
        self.graph.reset(seed, at);
        self.exchange.reset(seed, at);
    }

    /// Answers one request to one of the servers: `/sandbox/*` is the control, everything else goes
    /// to the emulator, through the log and the faults.
    pub fn handle(&mut self, server: Server, request: &Request) -> Reply {
        if request.uri().path().starts_with("/sandbox/") {
            return Reply::whole(control::handle(self, request));
        }
        if server == Server::Creatio && request.uri().path().starts_with(proxy::BEFORE) {
            return match proxy::forwarded(request) {
                Ok(request) => proxy::returned(self.handle(Server::Exchange, &request)),
                Err(status) => proxy::refused(status),
            };
        }
        let Self { creatio, graph, exchange, environment, .. } = self;
        let mut reply = environment.serve(server, None, request, |environment| match server {
            Server::Creatio => creatio.handle(request, environment),
            Server::Graph => graph.handle(request, environment),
            Server::Exchange => exchange.handle(request, environment),
        });
        if let (Server::Graph, Some(response)) = (server, &mut reply.response) {
            graph::answer::allow(response.headers_mut());
        }
        self.forward();
        reply
    }

    /// A request of a person or another program to the mailbox of `account`, on either server, past
    /// sign-in and log; see [`exchange::Exchange::by_hand`]. 404 where nobody has it.
    pub fn by_hand(
        &mut self,
        account: &str,
        request: (&str, &str),
        body: Option<&serde_json::Value>,
    ) -> (u16, serde_json::Value) {
        let Self { graph, exchange, environment, .. } = self;
        let of_graph = graph.has(account);
        let mailboxes = if of_graph { graph } else { exchange.post() };
        let told = mailboxes.by_hand(account, request, body, environment);
        self.forward();
        told
    }

    /// Carries mails from one mail server to the other.
    fn forward(&mut self) {
        let Self { graph, exchange, environment, .. } = self;
        graph.take_abroad().iter().for_each(|letter| exchange.post().receive(letter, environment));
        exchange.post().take_abroad().iter().for_each(|letter| graph.receive(letter, environment));
    }
}
