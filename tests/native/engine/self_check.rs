//! The planner's look at its own work: what it forgets is named, and it forgets nothing.

use crate::support::moment::{Moment, linked, seen};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::self_check::{Accounted, overlooked};
use schedule_sync::model::Side;

/// What is named of a pair and its two items if `count` is decided on.
fn named<'a>(count: impl FnOnce(&mut Accounted<'a>)) -> Vec<(Side, Reason)> {
    let moment = Moment::new();
    let (link, items) = linked(Side::Exchange);
    let mut seen = seen([], []);
    for side in Side::BOTH {
        seen.items[side].insert(items[side].id.clone(), items[side].clone());
    }
    let mut accounted = Accounted::default();
    count(&mut accounted);
    let held = overlooked(&moment.context(), &seen, &accounted);
    assert!(held.iter().all(|held| held.id.as_ref() == Some(link.halves[held.side].id())));
    held.into_iter().map(|held| (held.side, held.reason)).collect()
}

#[test]
fn what_no_rule_decided_on_is_named() {
    let (link, items) = linked(Side::Exchange);
    assert_eq!(named(|_| {}), Side::BOTH.map(|side| (side, Reason::Overlooked)));
    assert_eq!(
        named(|accounted| accounted.add(Side::Creatio, &items.creatio.id)),
        [(Side::Exchange, Reason::Overlooked)]
    );
    assert_eq!(named(|accounted| accounted.add_pair(&link)), []);
}
