//! The sandbox behind its sockets: Creatio with the page on one port, Graph and Exchange on others,
//! on loopback only.
//!
//! Settings come from the environment: `CREATIO_PORT` (8080), `GRAPH_PORT` (8081), `EXCHANGE_PORT`
//! (8082), 0 for any free port; `SANDBOX_SEED` (`demo` or `empty`); `SANDBOX_WWW`, the folder of
//! the built page (`www/dist`); `SANDBOX_DESCRIPTION`, Microsoft's description of Graph, against
//! which all that is said is then checked (`GET /sandbox/findings`). Once it listens it prints one
//! line per address to the standard output. It ends on SIGTERM and SIGINT.

mod page;
mod server;

use sandbox::{Sandbox, Seed, Server, openapi};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// One server's addresses: the same port on 127.0.0.1 and, where there is one, on [::1], because
/// browsers try either for `localhost`.
struct Door {
    port: u16,
    listeners: Vec<TcpListener>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "sandbox: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let seed = seed()?;
    let creatio = open("CREATIO_PORT", 8080).await?;
    let graph = open("GRAPH_PORT", 8081).await?;
    let exchange = open("EXCHANGE_PORT", 8082).await?;
    let www = std::env::var_os("SANDBOX_WWW").map_or_else(|| PathBuf::from("www/dist"), PathBuf::from);
    let mut sandbox = Sandbox::new(seed, None);
    if let Some(file) = std::env::var_os("SANDBOX_DESCRIPTION") {
        openapi::watch(&mut sandbox, &Arc::new(openapi::Description::load(Path::new(&file))?));
    }
    let shared = Arc::new(server::Shared { sandbox: Mutex::new(sandbox), page: page::Page::new(www, graph.port) });
    let mut stop = Stop::new()?;
    let lines = [("creatio", creatio.port), ("graph", graph.port), ("exchange", exchange.port)];
    for (door, server) in [(creatio, Server::Creatio), (graph, Server::Graph), (exchange, Server::Exchange)] {
        for listener in door.listeners {
            tokio::spawn(server::listen(listener, server, Arc::clone(&shared)));
        }
    }
    let mut out = std::io::stdout();
    for (name, port) in lines {
        writeln!(out, "sandbox: {name} http://localhost:{port}").map_err(|error| error.to_string())?;
    }
    out.flush().map_err(|error| error.to_string())?;
    stop.wait().await;
    Ok(())
}

/// The signals that end the sandbox, heard from before it says that it is ready.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> Result<Self, String> {
        let on = |kind| signal(kind).map_err(|error| format!("can't listen to signals: {error}"));
        Ok(Self { terminate: on(SignalKind::terminate())?, interrupt: on(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn seed() -> Result<Seed, String> {
    match std::env::var("SANDBOX_SEED").as_deref() {
        Err(_) | Ok("demo") => Ok(Seed::Demo),
        Ok("empty") => Ok(Seed::Empty),
        Ok(other) => Err(format!("SANDBOX_SEED is \"{other}\"; it can be \"demo\" or \"empty\"")),
    }
}

async fn open(variable: &str, usual: u16) -> Result<Door, String> {
    let wanted = match std::env::var(variable) {
        Err(_) => usual,
        Ok(text) => text.parse().map_err(|_| format!("{variable} is \"{text}\"; it must be a port number"))?,
    };
    // A free port of 127.0.0.1 may be taken on [::1]: then another one is tried.
    for _ in 0..20 {
        match bind(wanted).await {
            Ok(door) => return Ok(door),
            Err(error) if wanted == 0 && error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                return Err(format!("port {wanted} is busy; set {variable} to a free one"));
            }
            Err(error) => return Err(format!("can't listen on port {wanted} ({variable}): {error}")),
        }
    }
    Err(format!("found no port that is free on both loopback addresses; set {variable}"))
}

async fn bind(wanted: u16) -> std::io::Result<Door> {
    let first = TcpListener::bind(("127.0.0.1", wanted)).await?;
    let port = first.local_addr()?.port();
    let mut listeners = vec![first];
    match TcpListener::bind(("::1", port)).await {
        Ok(second) => listeners.push(second),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => return Err(error),
        Err(_) => {} // a machine without IPv6
    }
    Ok(Door { port, listeners })
}
