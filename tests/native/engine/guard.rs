//! The guard, at its very limits: what is too much is held by name, the rest of the plan goes on.

use crate::support::memory::at;
use crate::support::moment::{Moment, linked, pair};
use schedule_sync::engine::action::{Action, Step};
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::context::{Context, Seen};
use schedule_sync::engine::guard::{CREATIONS, OTHERS, check, limit};
use schedule_sync::engine::held::{Held, Reason};
use schedule_sync::engine::link::Link;
use schedule_sync::engine::plan::Plan;
use schedule_sync::model::op::{Create, Op, Update};
use schedule_sync::model::{Body, Facts, Field, Pair, Patch, Record, Side, Version};

#[test]
fn a_tenth_of_the_links_may_go_within_bounds() {
    for (links, expected) in [(0, 10), (99, 10), (100, 10), (119, 11), (250, 25), (500, 50), (5_000, 50)] {
        assert_eq!(limit(links), expected, "{links}");
    }
}

/// The `n`th action of a step, whose pair is named by it.
fn action(n: usize, (step, side): (Step, Side), op: &Op) -> Action {
    let (link, _) = linked(Side::Exchange);
    let after = link.with_ids(Pair::of(|side| format!("{side}{n:03}").as_str().into()));
    Action { step, title: String::new(), writes: vec![(side, op.clone())], before: None, after }
}

fn delete() -> Op {
    delete_of("x")
}

fn delete_of(id: &str) -> Op {
    Op::Delete { id: id.into(), container: "x".into(), version: Version::new(""), cancels: false }
}

/// The removal of the event of the `n`th pair.
fn removal(n: usize) -> Action {
    action(n, (Step::Delete(Side::Exchange), Side::Exchange), &delete_of(&format!("exchange{n:03}")))
}

fn update(fields: &[Field]) -> Op {
    let item = pair().creatio;
    let patch = Patch { record: item.record.clone(), fields: fields.iter().copied().collect() };
    Op::Update(Box::new(Update::of(&item, patch)))
}

/// A change of what is on `side` that says the texts of `after` where those of `before` stand, and
/// writes `fields` of them.
fn rewritten(side: Side, [before, after]: [(&str, &str); 2], fields: &[Field]) -> Action {
    let texts = |record: &mut Record, (place, body): (&str, &str)| {
        if let Record::Meeting(meeting) = record {
            (meeting.place, meeting.body) = (place.to_owned(), Body::from_text(body));
        }
    };
    let mut op = update(fields);
    if let Op::Update(update) = &mut op {
        texts(&mut update.before, before);
        texts(&mut update.patch.record, after);
    }
    action(0, (Step::Update(side), side), &op)
}

/// So many actions like `one`, each of another pair.
fn times(count: usize, one: &Action) -> Vec<Action> {
    let named = |n| {
        let ids = Pair::of(|side| format!("{side}{n:03}").as_str().into());
        Action { after: one.after.clone().with_ids(ids), ..one.clone() }
    };
    (0..count).map(named).collect()
}

fn create() -> Op {
    let record = pair().creatio.record;
    Op::Create(Box::new(Create { id: None, container: "x".into(), record, facts: Facts::default() }))
}

fn deletions(count: usize) -> Vec<Action> {
    (0..count).map(|n| action(n, (Step::Delete(Side::Creatio), Side::Creatio), &delete())).collect()
}

/// What is held of `actions`, and how many go on.
fn judge(seen: &Seen, actions: Vec<Action>) -> (Vec<(Reason, Side)>, usize) {
    let moment = Moment::new();
    let context: Context<'_> = moment.context();
    let mut plan = Plan { actions, ..Plan::default() };
    check(&context, seen, &mut plan);
    for held in &plan.held {
        assert!(held.id.as_ref().is_some_and(|id| id.as_str().starts_with(&held.side.to_string())), "{held:?}");
    }
    assert!(plan.held.iter().all(|held| held.since == at("2026-03-10T09:00:00Z")));
    (plan.held.iter().map(|held| (held.reason, held.side)).collect(), plan.actions.len())
}

/// So many are held for `reason`, where a person finds them, or all go on.
fn all(held: Option<(Reason, Side)>, count: usize) -> (Vec<(Reason, Side)>, usize) {
    held.map_or((vec![], count), |held| (vec![held; count], 0))
}

#[test]
fn each_question_has_its_limit() {
    let others = |mine: bool| {
        let mut one = action(0, (Step::Create(Side::Exchange), Side::Exchange), &create());
        one.after.halves.exchange.facts.involves_me = mine;
        one
    };
    let new = |side: Side| action(0, (Step::Create(side), side), &create());
    let changed = |fields: &[Field]| action(0, (Step::Update(Side::Exchange), Side::Exchange), &update(fields));
    let shown = Seen { previewed: true, ..Seen::default() };
    let full = Seen { full: true, ..Seen::default() };
    let some = Seen::default();
    let (creatio, exchange) = (Side::Creatio, Side::Exchange);
    for (what, one, seen, count, reason) in [
        ("deletions", deletions(1).remove(0), &some, 10, None),
        ("deletions", deletions(1).remove(0), &some, 11, Some((Reason::ManyDeletions, creatio))),
        ("moves", changed(&[Field::When, Field::Title]), &some, 10, None),
        ("moves", changed(&[Field::When, Field::Title]), &some, 11, Some((Reason::ManyMoves, creatio))),
        ("other changes", changed(&[Field::Title]), &some, 200, None),
        ("exports of others", others(false), &full, OTHERS, None),
        ("exports of others", others(false), &full, OTHERS + 1, Some((Reason::ManyOfOthers, creatio))),
        ("exports of one's own", others(true), &shown, 200, None),
        ("imports", new(creatio), &some, CREATIONS, None),
        ("imports", new(creatio), &some, CREATIONS + 1, Some((Reason::ManyCreations, exchange))),
        ("imports of a full comparison", new(creatio), &full, CREATIONS + 1, Some((Reason::ManyCreations, exchange))),
        ("imports that a person has seen", new(creatio), &shown, 300, None),
        ("revivals of others", action(0, (Step::Revive(exchange), exchange), &create()), &full, 200, None),
    ] {
        assert_eq!(judge(seen, times(count, &one)), all(reason, count), "{count} {what}");
    }
}

#[test]
fn many_texts_that_are_suddenly_empty_are_held_as_a_side_that_is() {
    let (creatio, exchange) = (Side::Creatio, Side::Exchange);
    let (full, no_place, no_body) = (("Room", "notes"), ("", "notes"), ("Room", ""));
    for (what, one, held) in [
        ("places", rewritten(exchange, [full, no_place], &[Field::Place]), true),
        ("bodies", rewritten(exchange, [full, no_body], &[Field::Title, Field::Body]), true),
        ("places in Creatio", rewritten(creatio, [full, no_place], &[Field::Place]), false),
        ("places that are not written", rewritten(exchange, [full, no_place], &[Field::Body]), false),
        ("bodies that are not written", rewritten(exchange, [full, no_body], &[Field::Place]), false),
        ("places that were empty", rewritten(exchange, [no_place, no_place], &[Field::Place]), false),
        ("bodies that were empty", rewritten(exchange, [no_body, no_body], &[Field::Body]), false),
        ("places that are others now", rewritten(exchange, [full, ("Hall", "notes")], &[Field::Place]), false),
    ] {
        let reason = held.then_some((Reason::SideEmpty, creatio));
        assert_eq!(judge(&Seen::default(), times(10, &one)), all(None, 10), "{what}");
        assert_eq!(judge(&Seen::default(), times(11, &one)), all(reason, 11), "{what}");
    }
}

#[test]
fn a_deletion_that_was_allowed_by_name_is_not_asked_about_again() {
    let mut seen = Seen::default();
    for (side, id) in [(Side::Creatio, "creatio000"), (Side::Exchange, "exchange001")] {
        let reason = Reason::DeleteAsked;
        seen.answers.add(Answer { side, id: id.into(), reason, choice: Choice::Allow });
    }
    assert_eq!(judge(&seen, deletions(12)).1, 12, "two are allowed, and ten may go");
    assert_eq!(judge(&seen, deletions(13)), (vec![(Reason::ManyDeletions, Side::Creatio); 11], 2));
    let empty = Seen { total: 100, empty: Pair::of(|side| side == Side::Creatio), ..seen.clone() };
    assert_eq!(judge(&empty, deletions(3)), (vec![(Reason::SideEmpty, Side::Creatio)], 2));
    let moved = times(12, &action(0, (Step::Update(Side::Exchange), Side::Exchange), &update(&[Field::When])));
    assert_eq!(judge(&seen, moved).0.len(), 12, "that was another question");
}

#[test]
fn deletions_of_the_day_count_together_and_a_side_suddenly_empty_holds_every_one() {
    let (many, empty) = (Reason::ManyDeletions, Reason::SideEmpty);
    let one_side = |side: Side| Pair::of(|other| other == side);
    for (what, deleted, total, emptied, count, reason) in [
        ("a busy day", 8, 0, Pair::default(), 2, None),
        ("a busy day", 8, 0, Pair::default(), 3, Some(many)),
        ("more than a day's", 60, 0, Pair::default(), 1, Some(many)),
        ("few links", 0, 3, one_side(Side::Exchange), 3, None),
        ("few links", 0, 4, one_side(Side::Exchange), 1, Some(empty)),
        ("many links", 0, 100, one_side(Side::Creatio), 1, Some(empty)),
        ("neither side is empty", 0, 100, Pair::default(), 1, None),
    ] {
        let seen = Seen { deletions: deleted, total, empty: emptied, ..Seen::default() };
        let expected = all(reason.map(|reason| (reason, Side::Creatio)), count);
        assert_eq!(judge(&seen, deletions(count)), expected, "{what}: {count}");
    }
}

/// Lost rights are no reason to create again what seems to be gone.
#[test]
fn nothing_comes_back_to_a_side_that_is_suddenly_empty() {
    let revivals = || times(2, &action(0, (Step::Revive(Side::Creatio), Side::Creatio), &update(&[Field::Title])));
    for (total, emptied, held) in [(100, true, 2), (3, true, 0), (100, false, 0)] {
        let seen = Seen { total, empty: Pair { creatio: emptied, exchange: false }, ..Seen::default() };
        let (asked, done) = judge(&seen, revivals());
        assert_eq!((asked.len(), done), (held, 2 - held), "{total} {emptied}: {asked:?}");
        assert!(asked.iter().all(|one| *one == (Reason::SideEmpty, Side::Exchange)));
    }
}

/// Where nothing of Creatio can be read, a pair is asked about however few there are, and nothing
/// else is done; what is allowed by name is done all the same.
#[test]
fn of_a_creatio_without_a_readable_activity_nothing_is_believed() {
    let pairs = |count: usize| (0..count).map(removal);
    for (what, unreadable, count, allowed, held, done) in [
        ("others can be read", false, 2, None, 0, 3),
        ("the only one", true, 1, None, 1, 0),
        ("the only one, allowed on either side", true, 1, Some("exchange000"), 0, 2),
        ("one of two is allowed", true, 2, Some("creatio000"), 1, 1),
    ] {
        let mut actions: Vec<Action> =
            pairs(count).map(|one| Action { before: Some(one.after.clone()), ..one }).collect();
        let links: Vec<Link> = actions.iter().map(|one| one.after.clone()).collect();
        actions.push(action(9, (Step::Create(Side::Creatio), Side::Creatio), &create()));
        let gone =
            Pair { creatio: links.iter().map(|link| link.halves.creatio.id().clone()).collect(), ..Pair::default() };
        let mut seen = Seen { links: links.clone(), gone, unreadable, total: count, ..Seen::default() };
        if let Some(id) = allowed {
            let side = if id.starts_with("creatio") { Side::Creatio } else { Side::Exchange };
            let reason = Reason::SideEmpty;
            seen.answers.add(Answer { side, id: id.into(), reason, choice: Choice::Allow });
        }
        let moment = Moment::new();
        let mut plan = Plan { actions, links, ..Plan::default() };
        check(&moment.context(), &seen, &mut plan);
        assert_eq!((plan.held.len(), plan.actions.len(), plan.disbelieves), (held, done, held > 0), "{what}");
        let named = |one: &Held| (one.side, one.reason) == (Side::Exchange, Reason::SideEmpty);
        assert!(plan.held.iter().all(named), "{what}: {:?}", plan.held);
        let put = if held == 0 { count } else { count - held };
        assert_eq!(plan.links.len(), put, "{what}: no other link is put");
    }
}

/// What stands a second time for an Activity is no part of its pair: what waits of the pair does
/// not hold it, and what was said of the pair does not let it go.
#[test]
fn a_second_item_goes_by_its_own_name() {
    let second = |n: usize| {
        action(n, (Step::Delete(Side::Exchange), Side::Exchange), &delete_of(&format!("exchange of {n:03}")))
    };
    for (named, one, held) in [
        ("exchange000", removal(0), 1),
        ("creatio000", removal(0), 1),
        ("exchange000", second(0), 0),
        ("creatio000", second(0), 0),
        ("exchange of 000", second(0), 1),
    ] {
        let guarded = [(named.into(), Reason::SideEmpty)].into();
        let (asked, done) = judge(&Seen { guarded, ..Seen::default() }, vec![one.clone()]);
        assert_eq!((asked.len(), done), (held, 1 - held), "{named} waits, {:?}", one.writes);
        let mut seen = Seen { deletions: 60, ..Seen::default() };
        let side = if named.starts_with("creatio") { Side::Creatio } else { Side::Exchange };
        seen.answers.add(Answer { side, id: named.into(), reason: Reason::ManyDeletions, choice: Choice::Allow });
        let (asked, done) = judge(&seen, vec![one.clone()]);
        assert_eq!((asked.len(), done), (1 - held, held), "{named} is allowed, {:?}", one.writes);
    }
    let many = judge(&Seen { deletions: 60, ..Seen::default() }, vec![second(0)]);
    assert_eq!(many, (vec![(Reason::ManyDeletions, Side::Exchange)], 0), "it is shown where it is");
}

#[test]
fn what_is_allowed_is_neither_held_nor_counted_and_what_was_held_stays_held() {
    let mut seen = Seen::default();
    for (id, reason) in [("creatio000", Reason::ManyDeletions), ("exchange001", Reason::SideEmpty)] {
        let side = if id.starts_with("creatio") { Side::Creatio } else { Side::Exchange };
        seen.answers.add(Answer { side, id: id.into(), reason, choice: Choice::Allow });
    }
    assert_eq!(judge(&seen, deletions(12)).1, 12, "twelve, of which two are allowed");
    assert_eq!(judge(&seen, deletions(13)), (vec![(Reason::ManyDeletions, Side::Creatio); 11], 2));
    seen.answers.add(Answer {
        side: Side::Creatio,
        id: "creatio002".into(),
        reason: Reason::ManyDeletions,
        choice: Choice::Leave,
    });
    assert_eq!(judge(&seen, deletions(13)).1, 2, "only a yes allows");

    let guarded = Seen {
        guarded: [("creatio001".into(), Reason::ManyDeletions), ("creatio000".into(), Reason::ManyMoves)].into(),
        ..seen
    };
    assert_eq!(judge(&guarded, deletions(3)), (vec![], 3), "allowed since");
    let guarded = Seen { answers: schedule_sync::engine::answer::Answers::default(), ..guarded };
    assert_eq!(judge(&guarded, deletions(3)), (vec![(Reason::ManyDeletions, Side::Creatio)], 2), "by name");
}
