//! What the tests of the Graph replica begin with: a mailbox, zones with real offsets, a replica in
//! a world.
#![allow(clippy::print_stdout)] // counts and skips are to be seen

use crate::support::world::{GRAPH, MAILBOX, World};
use chrono::Offset;
use chrono_tz::Tz;
use sandbox::{
    Seed,
    openapi::{self, Description, Findings},
};
use schedule_sync::graph::{Graph, GraphMailbox};
use schedule_sync::model::scope::{ContainerChoice, Scope};
use schedule_sync::model::time::Zone;
use schedule_sync::model::{Address, Container, Instant, Item, Kind, Listing, Meeting, Record, Task, Window};
use serde_json::Value;
use std::{
    path::Path,
    rc::Rc,
    sync::{Arc, Mutex, OnceLock},
};

/// The moment at which the worlds of these tests begin: a Monday.
pub(crate) const NOW: &str = "2026-03-02T09:00:00Z";
/// What our links on tasks begin with.
pub(crate) const LINK: &str = "https://crm.example/0/Nui/ViewModule.aspx#CardModuleV2/ActivityPageV2/edit/";

/// A zone of the IANA database under a name of Windows.
pub(crate) struct Known(pub(crate) Tz, pub(crate) &'static str);

impl Zone for Known {
    fn offset(&self, at: Instant) -> i32 {
        use chrono::TimeZone;
        self.0.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
    }

    fn name(&self) -> &str {
        self.1
    }
}

/// The sandbox's mailbox, of a user in Berlin.
pub(crate) fn mailbox() -> GraphMailbox {
    GraphMailbox {
        base: GRAPH.to_owned(),
        address: Address::parse(MAILBOX).unwrap(),
        aliases: Default::default(),
        site: "site".into(),
        deep_link: LINK.to_owned(),
        zone: Rc::new(Known(Tz::Europe__Berlin, "W. Europe Standard Time")),
    }
}

/// Requests and replies, checked against Microsoft's description; what does not fit fails the test
/// when this is dropped.
pub(crate) struct Checked(Option<Arc<Mutex<Findings>>>);

impl Checked {
    /// No check of its own: another one watches the same world.
    pub(crate) const fn none() -> Self {
        Self(None)
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        let Some(findings) = self.0.as_ref().filter(|_| !std::thread::panicking()) else { return };
        let findings = findings.lock().unwrap();
        assert!(findings.violations.is_empty(), "against Microsoft's description: {:#?}", findings.violations);
        assert!(findings.checked > 0, "nothing was checked");
        if !findings.missing.is_empty() {
            println!("not in Microsoft's description: {:?}", findings.missing);
        }
    }
}

/// A world with `seed`, a replica of its mailbox, and the check of all that they say to each other.
pub(crate) fn checked(seed: Seed) -> (Rc<World>, Graph<World>, Checked) {
    let world = Rc::new(World::new(seed, NOW));
    let findings = watch(&world);
    let graph = Graph::new(world.clone(), mailbox());
    (world, graph, findings)
}

/// The check of all that is said to Graph in `world` from now on.
pub(crate) fn watch(world: &World) -> Checked {
    Checked(description().map(|description| openapi::watch(&mut world.sandbox.borrow_mut(), &description)))
}

/// Microsoft's description, read once; nothing, said aloud, where it isn't there.
pub(crate) fn description() -> Option<Arc<Description>> {
    static DESCRIPTION: OnceLock<Option<Arc<Description>>> = OnceLock::new();
    let description = DESCRIPTION.get_or_init(|| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/graph/openapi.yaml");
        if file.is_file() {
            return Some(Arc::new(Description::load(&file).unwrap()));
        }
        println!("SKIPPED: no {} here, so requests and replies are not checked against it", file.display());
        None
    });
    description.clone()
}

/// Switches of the sandbox, spelled as for `POST /sandbox/graph`.
pub(crate) fn quirks(world: &World, quirks: Value) {
    world.sandbox.borrow_mut().graph.set_quirks(&serde_json::from_value(quirks).unwrap());
}

/// Everything that the mailbox owns, in the usual window of [`NOW`].
pub(crate) fn scope() -> Scope {
    let own = ContainerChoice { own: true, ..ContainerChoice::default() };
    let zone = mailbox().zone;
    let window = Window::at(NOW.parse().unwrap(), "2026-01-31".parse().unwrap(), zone.as_ref());
    Scope { window, calendars: own.clone(), lists: own }
}

/// The default calendar or list of `containers`.
pub(crate) fn default(containers: &[Container], kind: Kind) -> Container {
    containers.iter().find(|container| container.kind == kind && container.default).unwrap().clone()
}

/// The titles of a listing's items, sorted.
pub(crate) fn titles(listing: &Listing) -> Vec<&str> {
    let mut titles: Vec<&str> = listing.items.iter().map(|item| item.record.title()).collect();
    titles.sort_unstable();
    titles
}

/// The meeting that `item` is.
pub(crate) fn meeting(item: &Item) -> &Meeting {
    match &item.record {
        Record::Meeting(meeting) => meeting,
        Record::Task(_) => panic!("a task"),
    }
}

/// The task that `item` is.
pub(crate) fn task(item: &Item) -> &Task {
    match &item.record {
        Record::Task(task) => task,
        Record::Meeting(_) => panic!("a meeting"),
    }
}
