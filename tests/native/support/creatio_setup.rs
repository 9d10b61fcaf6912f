//! What the tests of Creatio's replica begin with: a sandbox, the replica of its user, Activities.

use crate::support::world::{CREATIO, World};
use sandbox::Seed;
use schedule_sync::creatio::{Creatio, Site};
use schedule_sync::model::scope::{ContainerChoice, Scope};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Cursor, ItemId, Listing, Side, Window};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::rc::Rc;

pub(crate) const NOW: &str = "2026-03-02T09:00:00Z";

/// A sandbox without items, and the replica of its user.
pub(crate) fn start(seed: Seed) -> (Rc<World>, Creatio<World>) {
    let world = Rc::new(World::new(seed, NOW));
    let contact = world.contact();
    (Rc::clone(&world), replica(world, &contact))
}

/// The replica of the user with this Contact, who knows nothing of the installation yet.
pub(crate) fn replica(world: Rc<World>, contact: &str) -> Creatio<World> {
    let site = Site {
        base: CREATIO.trim_end_matches("/odata").to_owned(),
        id: "site".into(),
        contact: contact.into(),
        zone: Rc::new(Fixed::utc()),
    };
    Creatio::new(world, site)
}

pub(crate) fn scope() -> Scope {
    let at = |text: &str| text.parse().unwrap();
    let window = Window {
        from: at("2026-02-01T00:00:00Z"),
        to: at("2027-03-01T00:00:00Z"),
        series_to: at("2026-06-01T00:00:00Z"),
    };
    Scope { window, calendars: ContainerChoice::default(), lists: ContainerChoice::default() }
}

pub(crate) fn id(n: u32) -> ItemId {
    ItemId::new(format!("aaaaaaaa-0000-4000-8000-{n:012}"))
}

/// An hour on the day `day` of March.
pub(crate) fn row(n: u32, title: &str, day: u32) -> Value {
    json!({"Id": id(n), "Title": title, "ShowInScheduler": true,
        "StartDate": format!("2026-03-{day:02}T10:00:00Z"), "DueDate": format!("2026-03-{day:02}T11:00:00Z")})
}

pub(crate) fn post(world: &World, row: Value) {
    let (status, body) = world.by_hand(Side::Creatio, "POST", "Activity", Some(row));
    assert_eq!(status, 201, "{body}");
}

pub(crate) fn switch(world: &World, switches: Value) {
    world.sandbox.borrow_mut().creatio.switch(serde_json::from_value(switches).unwrap()).unwrap();
}

pub(crate) fn observe(creatio: &Creatio<World>, cursor: Option<&Cursor>) -> Listing {
    pollster::block_on(creatio.observe(&scope(), cursor)).unwrap()
}
