//! What happens in a simulation, told aloud (`SIMULATE_TRACE=1`, or `all`): each move, the writes
//! with their bodies and the reads without, and the links that every device then has. Only the
//! shrunk history of a failure is told, unless all are to be; nothing here is judged.
#![allow(clippy::print_stderr)] // that is what it is for

use crate::simulation::device::Device;
use crate::support::world::World;
use std::cell::Cell;

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
}

/// Has `play` told aloud if all of every history is wanted: for one that does not end, or is no
/// failure of a seed.
pub(crate) fn whole<T>(play: impl FnOnce() -> T) -> T {
    if std::env::var_os("SIMULATE_TRACE").is_some_and(|how| how == "all") { on(play) } else { play() }
}

/// Has `play` told aloud, if that is wanted.
pub(crate) fn on<T>(play: impl FnOnce() -> T) -> T {
    ON.set(std::env::var_os("SIMULATE_TRACE").is_some());
    let played = play();
    ON.set(false);
    played
}

/// Tells `what` in any case.
pub(crate) fn tell(what: &str) {
    eprintln!("{what}\n");
}

/// Tells `what`.
pub(crate) fn say(what: impl FnOnce() -> String) {
    if ON.get() {
        eprintln!("{}", what());
    }
}

/// From now on what is asked of the servers of `world` is told.
pub(crate) fn begin(world: &World) {
    if !ON.get() {
        return;
    }
    world.sandbox.borrow_mut().environment.watch(Box::new(|_, request, response| {
        let (method, path) = (request.method(), request.uri());
        let body = String::from_utf8_lossy(request.body());
        let is_batch = path.path().ends_with("$batch");
        let said = if method == "GET" || is_batch { String::new() } else { body.chars().take(400).collect() };
        let path: String = path.to_string().chars().take(200).collect();
        eprintln!("  {} {method} {path} {said}", response.status().as_u16());
    }));
}

/// The links that each device has.
pub(crate) fn links(devices: &[Device]) {
    for (n, device) in devices.iter().enumerate() {
        for link in device.links() {
            say(|| {
                let (ids, mark) = (&link.ids(), link.halves.exchange.facts.mark.as_ref());
                let marked = mark.map(|mark| (mark.activity.as_str().to_owned(), mark.generation));
                let titles = link.base().map(|record| record.title().to_owned());
                format!(
                    "  [{n}] {} – {} {:?} generation {} made {:?} base {titles:?} mark {marked:?}",
                    ids.creatio, ids.exchange, link.state, link.generation, link.made
                )
            });
        }
    }
}
