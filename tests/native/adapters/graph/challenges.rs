//! A token that is refused: renewed, asked for anew with the claims of a challenge, or given up.

use crate::support::graph_setup::{checked, quirks, scope};
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::error::Error;
use schedule_sync::model::Side;
use schedule_sync::ports::Replica;
use serde_json::json;

#[test]
fn tokens_and_claims_of_a_challenge() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let whole = |world: &World| {
        let listing = block_on(graph.observe(&scope(), None)).unwrap();
        (listing.items.len(), world.challenges.borrow().clone())
    };
    let (items, none) = whole(&world);
    assert!(none.is_empty());
    // all tokens of this mailbox are challenged: the outer request of a batch first
    quirks(&world, json!({"claims": "{\"access_token\":{\"nbf\":1}}"}));
    let from = world.requests();
    assert_eq!(whole(&world), (items, vec!["{\"access_token\":{\"nbf\":1}}".to_owned()]), "asked once");
    assert_eq!(world.requests() - from, 3, "one request is repeated");
    // a part of a batch can be challenged by itself
    let challenge = "Bearer error=\"insufficient_claims\", claims=\"e30=\"";
    world.faults(json!([{"server": "graph", "path": "me/calendars\\?",
        "then": {"status": 401, "headers": {"WWW-Authenticate": challenge}, "body": {"error": {"code": "x", "message": "m"}}}}]));
    quirks(&world, json!({}));
    assert_eq!(whole(&world).1.last().map(String::as_str), Some("{}"));
    // a token that just ran out is renewed without claims
    world.sandbox.borrow_mut().environment.revoke_tokens();
    assert_eq!((whole(&world).0, world.challenges.borrow().len()), (items, 2));
    // a challenge that is never satisfied asks the user to sign in, and does not go round in
    // circles
    world.faults(json!([{"server": "graph", "times": 99,
        "then": {"status": 401, "headers": {"WWW-Authenticate": challenge}}}]));
    let from = world.requests();
    let error = block_on(graph.me()).err();
    assert_eq!((error, world.requests() - from), (Some(Error::SignedOut(Side::Exchange)), 2));
}
