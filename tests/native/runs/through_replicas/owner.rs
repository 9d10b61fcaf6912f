//! Who owns a shared meeting: the organizer's own account, once, unless a person has set the Owner;
//! colleagues who import it are participants.

use crate::support::memory::everything;
use crate::support::memory_scenario::{MemoryScenario, event};
use crate::support::office::Office;
use schedule_sync::engine::identity;
use schedule_sync::model::{ContactId, Item, Side};
use serde_json::json;

#[test]
fn the_organizers_own_account_becomes_owner_once() {
    let office = Office::new();
    let mails = office.invite();
    office.run(1);
    assert_eq!(office.activity()["OwnerId"], office.contact(1), "the first importer owns it");
    office.run(0);
    assert_eq!(office.activity()["OwnerId"], office.contact(0), "the organizer's own account takes it over");
    for whose in [0, 1] {
        assert!(office.participants().contains(&office.contact(whose)), "{whose} takes part");
    }
    for whose in [1, 0, 1, 0] {
        assert_eq!(office.run(whose), Vec::<String>::new(), "{whose} has nothing to do");
    }
    let path = format!("Activity({})", office.activity()["Id"].as_str().unwrap());
    office.world.by_hand(Side::Creatio, "PATCH", &path, Some(json!({"OwnerId": office.contact(1)})));
    for whose in [0, 1, 0, 1] {
        office.run(whose);
    }
    assert_eq!(office.activity()["OwnerId"], office.contact(1), "what a person has set stays");
    assert_eq!(office.mails(), mails, "nobody is mailed");
}

#[test]
fn a_colleague_who_imports_the_same_meeting_takes_part() {
    let office = Office::new();
    office.invite();
    office.run(0);
    office.run(1);
    assert_eq!(office.activity()["OwnerId"], office.contact(0));
    assert!(office.participants().contains(&office.contact(1)));
    for whose in [0, 1, 0, 1] {
        assert_eq!(office.run(whose), Vec::<String>::new(), "{whose} has nothing to do");
    }
}

#[test]
fn only_an_owner_that_nobody_has_set_gives_way() {
    let me = || Some(ContactId::from(crate::support::memory::ME));
    let other = |name: &str| Some(ContactId::from(name));
    type Change = fn(&mut Item, &mut Item);
    let nothing: Change = |_, _| {};
    for (what, owner, author, change, after) in [
        ("as the importer made it", other("colleague"), other("colleague"), nothing, me()),
        ("a person has set another", other("boss"), other("colleague"), nothing, other("boss")),
        ("nobody knows who made it", other("colleague"), None, nothing, other("colleague")),
        (
            "somebody else's meeting",
            other("colleague"),
            other("colleague"),
            |_, event| event.facts.organized_by_other = true,
            other("colleague"),
        ),
        (
            "a process owns it",
            other("colleague"),
            other("colleague"),
            |activity, _| activity.facts.process = true,
            other("colleague"),
        ),
        (
            "a person made the Activity",
            other("colleague"),
            other("colleague"),
            |activity, event| {
                activity.id = "11111111-1111-4111-8111-111111111111".into();
                activity.facts.uid.clone_from(&event.facts.uid);
            },
            other("colleague"),
        ),
    ] {
        let scenario = MemoryScenario::new(&everything());
        let mut shared = event("e", "Call");
        let mut activity = event("a", "Call");
        activity.id = identity::activity(&shared, &crate::support::memory::account(), 0);
        (activity.facts.owner, activity.facts.author, activity.facts.involves_me) = (owner, author, false);
        change(&mut activity, &mut shared);
        let id = activity.id.clone();
        scenario.creatio.put(activity);
        scenario.exchange.put(shared);
        scenario.run();
        scenario.run();
        assert_eq!(scenario.creatio.items.borrow()[&id].facts.owner, after, "{what}");
    }
}
