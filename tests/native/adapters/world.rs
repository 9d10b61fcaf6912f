//! The world that the adapters are tested in: as a browser signs in, for each user of a sandbox.

use crate::support::world::{COLLEAGUE, MAILBOX, World};
use chrono::TimeDelta;
use sandbox::Seed;
use schedule_sync::model::Side;
use schedule_sync::ports::Clock;
use serde_json::json;

#[test]
fn two_users_share_a_sandbox() {
    let mine = World::new(Seed::Empty, "2026-03-02T09:00:00Z");
    let theirs = mine.beside(COLLEAGUE);
    assert_ne!(mine.contact(), theirs.contact());
    let (status, row) = theirs.by_hand(Side::Creatio, "POST", "Activity", Some(json!({"Title": "x"})));
    assert_eq!((status, row["OwnerId"].as_str()), (201, Some(theirs.contact().as_str())));
    assert_eq!(mine.by_hand(Side::Creatio, "GET", "Activity", None).1["value"][0]["Id"], row["Id"]);
    for (world, mailbox) in [(&mine, MAILBOX), (&theirs, COLLEAGUE.1)] {
        assert_eq!(world.by_hand(Side::Exchange, "GET", "me", None).1["mail"], mailbox);
    }
    mine.pass(TimeDelta::hours(1));
    assert_eq!(mine.now(), theirs.now());
}

#[test]
fn the_world_signs_in_and_writes_by_hand() {
    let world = World::new(Seed::Empty, "2026-03-02T09:00:00Z");
    let (status, row) = world.by_hand(Side::Creatio, "POST", "Activity", Some(json!({"Title": "x"})));
    assert_eq!((status, row["Title"].as_str()), (201, Some("x")));
    assert_eq!(world.log(0).last().map(String::as_str), Some("POST /0/odata/Activity"));
    assert_eq!((world.requests(), world.slept.get()), (2, 0));
}
