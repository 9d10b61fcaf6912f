//! Removals: by the delete rules, and of what stands twice or for nothing.

use crate::support::memory::title;
use crate::support::moment::{Moment, linked, pair, seen_pair, the_meeting};
use schedule_sync::engine::action::{Action, Step};
use schedule_sync::engine::actions::{orphan, surplus};
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::context::Seen;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::settings::{Conflict, CreatioDelete};
use schedule_sync::model::op::Op;
use schedule_sync::model::{Item, Pair, Side, Status, Version};

/// The removal on `side` after the item on the other is gone, of a pair that `change` changed
/// before, and why something is held.
fn removed(rule: CreatioDelete, side: Side, change: fn(&mut Pair<Item>)) -> (Action, Vec<Reason>) {
    let (mut link, mut items) = linked(Side::Exchange);
    if side == Side::Creatio {
        link.halves.exchange.facts.attendees = 1; // so that no edit brings it back
    }
    change(&mut items);
    items[side].version = Version::new("as read");
    let mut seen = seen_pair(&link, &items);
    seen.items[side.other()].clear();
    seen.gone[side.other()].insert(link.halves[side.other()].id().clone());
    let mut plan = Moment::with(|settings| settings.rules.creatio_delete = rule).plan(&seen);
    assert_eq!(plan.actions.len(), 1, "{plan}");
    (plan.actions.remove(0), plan.held.iter().map(|held| held.reason).collect())
}

/// Whether a write marks the Activity; else it deletes.
fn marks(action: &Action) -> (Side, bool) {
    let [(side, op)] = action.writes.as_slice() else { panic!("{action:?}") };
    match op {
        Op::Update(update) => {
            assert!(update.status == Some(Status::Canceled) && update.patch.fields.is_empty(), "{update:?}");
            assert_eq!((&update.version, update.before.title()), (&Version::new("as read"), action.title.as_str()));
            (*side, true)
        }
        Op::Delete { version, .. } => {
            assert_eq!(version, &Version::new("as read"));
            (*side, false)
        }
        Op::Create(_) => panic!("{op:?}"),
    }
}

#[test]
fn creatio_marks_or_deletes_by_its_rule_and_an_edit_stays_on_the_canceled_activity() {
    let same: fn(&mut Pair<Item>) = |_| {};
    let edited: fn(&mut Pair<Item>) = |items| *title(&mut items.creatio) = "Mine".to_owned();
    for (what, rule, change, mark, held) in [
        ("mark", CreatioDelete::Mark, same, true, vec![]),
        ("delete", CreatioDelete::Delete, same, false, vec![]),
        ("mark, edited", CreatioDelete::Mark, edited, true, vec![Reason::NotRevived]),
        ("delete, edited", CreatioDelete::Delete, edited, true, vec![Reason::NotRevived]),
    ] {
        let (action, reasons) = removed(rule, Side::Creatio, change);
        assert_eq!((marks(&action), reasons), ((Side::Creatio, mark), held), "{what}");
        assert_eq!((action.step, action.after.state), (Step::Delete(Side::Creatio), LinkState::Tombstone), "{what}");
        let before = action.before.unwrap();
        assert_eq!(before.halves.creatio.base.title(), action.title, "{what}: the history tells what was there");
    }
    for rule in [CreatioDelete::Mark, CreatioDelete::Delete, CreatioDelete::Leave] {
        let (action, reasons) = removed(rule, Side::Exchange, same);
        assert_eq!((marks(&action), reasons), ((Side::Exchange, false), vec![]), "{rule:?}: Exchange only deletes");
        assert_eq!((action.step, action.after.state), (Step::Delete(Side::Exchange), LinkState::Tombstone));
    }
}

#[test]
fn what_stands_twice_is_removed_and_the_link_stays_with_the_other() {
    let (link, mut items) = linked(Side::Exchange);
    items.exchange.id = "second".into();
    *title(&mut items.exchange) = "Second".to_owned();
    let action = surplus(&link, &items.exchange);
    let Item { id, container, version, .. } = items.exchange;
    assert_eq!(action.writes, [(Side::Exchange, Op::Delete { id, container, version, cancels: false })]);
    assert_eq!((&action.after, action.step), (&link, Step::Delete(Side::Exchange)));
    assert_eq!(action.before.map(|link| link.halves.exchange.base.title().to_owned()).as_deref(), Some("Second"));
}

/// Others are told of a removal only if the user invited them, and then it is called off for them.
#[test]
fn a_removal_calls_off_what_others_are_invited_to_by_the_user() {
    for (attendees, foreign, cancels) in [(0, false, false), (2, false, true), (2, true, false)] {
        let (link, mut items) = linked(Side::Exchange);
        (items.exchange.facts.attendees, items.exchange.facts.organized_by_other) = (attendees, foreign);
        let told = |action: &Action| match action.writes.as_slice() {
            [(Side::Exchange, Op::Delete { cancels, .. })] => *cancels,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(&surplus(&link, &items.exchange)), cancels, "{attendees} {foreign}, a second one");
        let mut seen = seen_pair(&link, &items);
        seen.items.creatio.clear();
        seen.gone.creatio.insert("a".into());
        let (side, id, reason) = (Side::Exchange, "e".into(), Reason::DeleteAsked);
        seen.answers.add(Answer { side, id, reason, choice: Choice::Allow });
        let plan = Moment::new().plan(&seen);
        assert_eq!(told(&plan.actions[0]), cancels, "{attendees} {foreign}, by a person's word");
    }
}

#[test]
fn an_orphan_is_removed_or_left_and_nothing_is_created_from_it_either_way() {
    let mut event = pair().exchange;
    event.facts.mark = Some(identity::mark(&"gone".into(), &Moment::new().account, 3));
    let check = |link: &Link| {
        assert_eq!(link.ids(), Pair { creatio: &"gone".into(), exchange: &"e".into() });
        assert_eq!((link.state, link.made, link.generation), (LinkState::Tombstone, Some(Side::Exchange), 3));
    };
    let removed = orphan(&"gone".into(), &event, true);
    let action = removed.action.unwrap();
    assert!(matches!(action.writes.as_slice(), [(Side::Exchange, Op::Delete { .. })]) && removed.links.is_empty());
    check(&action.after);
    let left = orphan(&"gone".into(), &event, false);
    assert!(left.action.is_none() && left.links.len() == 1);
    check(&left.links[0]);
}

#[test]
fn an_orphan_that_was_left_is_adopted_once_its_activity_is_there() {
    let mut items = pair();
    items.exchange.facts.mark = Some(identity::mark(&"a".into(), &Moment::new().account, 0));
    the_meeting(&mut items.creatio).title = "Edited".to_owned();
    let link = orphan(&"a".into(), &items.exchange, false).links.remove(0);
    let met = Moment::with(|settings| settings.rules.conflict = Conflict::Ask).plan(&seen_pair(&link, &items));
    let asked: Vec<Reason> = met.held.iter().map(|held| held.reason).collect();
    assert_eq!(asked, [Reason::Clash], "nothing was agreed on: {met}");
    assert!(met.links.iter().all(|link| link.state == LinkState::Alive), "{met}");
    let mut canceled = items.clone();
    canceled.creatio.facts.canceled = true;
    let rests = |seen: &Seen| {
        let plan = Moment::new().plan(seen);
        plan.actions.is_empty() && plan.links.is_empty()
    };
    assert!(rests(&seen_pair(&link, &canceled)), "what is canceled has come to its end");
    let mut alone = seen_pair(&link, &items);
    alone.items.exchange.clear();
    alone.gone.exchange.insert("e".into());
    assert!(rests(&alone), "what a person removed since stays away");
}
