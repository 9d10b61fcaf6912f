//! From steps to writes: the link that stands afterwards, and what two items that are linked write
//! to each other.

use crate::support::memory::{ME, at, item, task, title};
use crate::support::memory_scenario::{self, said};
use crate::support::moment::{Moment, linked, pair, seen, seen_pair, the_meeting};
use schedule_sync::engine::action::Planned;
use schedule_sync::engine::actions::{self, follow_up};
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::settings::{Conflict, FieldDirection};
use schedule_sync::model::op::Op;
use schedule_sync::model::{Body, Field, Item, Pair, Record, Response, Side, TaskWhen};

/// The one link that a plan leaves, whether or not it is written for.
fn after(plan: &Plan) -> &Link {
    let all: Vec<&Link> = plan.links.iter().chain(plan.actions.iter().map(|action| &action.after)).collect();
    assert_eq!(all.len(), 1, "{plan}");
    all[0]
}

#[test]
fn a_creation_that_was_never_confirmed_and_has_no_source_any_more_leaves_no_link() {
    let (link, _) = linked(Side::Exchange);
    let pending = Link { state: LinkState::Pending(Side::Exchange), ..link };
    let mut seen = schedule_sync::engine::context::Seen { links: vec![pending.clone()], ..seen([], []) };
    assert!(Moment::new().plan(&seen).drop.is_empty(), "not as long as it may be there");
    seen.gone.exchange.insert(pending.halves.exchange.id().clone());
    assert_eq!(Moment::new().plan(&seen).drop, [pending.halves.creatio.id().clone()]);
}

#[test]
fn what_is_not_agreed_on_is_noted_in_the_link_as_long_as_it_lasts() {
    let off = Moment::with(|settings| settings.fields.body = FieldDirection::Off);
    let ask = Moment::with(|settings| settings.rules.conflict = Conflict::Ask);
    type Change = fn(&mut Pair<Item>);
    let body: Change = |items| the_meeting(&mut items.creatio).body = Body::from_text("mine");
    let clash: Change = |items| Side::BOTH.into_iter().for_each(|side| *title(&mut items[side]) = side.to_string());
    let process: Change = |items| {
        items.exchange.facts.canceled = true;
        items.creatio.facts.process = true;
    };
    for (what, moment, change) in
        [("a field that is off", &off, body), ("a clash", &ask, clash), ("what is held whole", &ask, process)]
    {
        let (link, mut items) = linked(Side::Exchange);
        let agreed = items.clone();
        change(&mut items);
        let unsettled = after(&moment.plan(&seen_pair(&link, &items))).clone();
        assert!(unsettled.unsettled, "{what}");
        let again = moment.plan(&seen_pair(&unsettled, &items));
        assert!(again.links.is_empty() && again.is_quiet(), "{what}: nothing new");
        assert!(!after(&moment.plan(&seen_pair(&unsettled, &agreed))).unsettled, "{what}, until both are alike again");
    }
}

#[test]
fn what_a_reading_does_not_tell_is_kept_from_before() {
    let (mut link, mut items) = linked(Side::Exchange);
    let mark = identity::mark(&"a".into(), &Moment::new().account, 0);
    (link.halves.exchange.facts.mark, link.halves.exchange.facts.transaction) =
        (Some(mark), Some("transaction".to_owned()));
    let known = link.halves.exchange.facts.clone();
    items.exchange.version = schedule_sync::model::Version::new("next");
    let plan = Moment::new().plan(&seen_pair(&link, &items));
    assert_eq!(after(&plan).halves.exchange.facts, known);
    items.exchange.facts.mark = Some(identity::mark(&"b".into(), &Moment::new().account, 0));
    items.exchange.facts.transaction = Some("another".to_owned());
    let plan = Moment::new().plan(&seen_pair(&link, &items));
    assert_eq!(after(&plan).halves.exchange.facts, items.exchange.facts, "what it tells is newer");
}

#[test]
fn a_pair_falls_asleep_wakes_and_is_buried_once() {
    type Change = fn(&mut schedule_sync::engine::context::Seen);
    let none: Change = |_| {};
    let gone: Change = |seen| {
        seen.items = Pair::default();
        seen.gone = Pair { creatio: ["a".into()].into(), exchange: ["e".into()].into() };
    };
    for (what, from, change, to) in [
        ("no calendar is looked at", LinkState::Alive, (|seen| seen.containers.clear()) as Change, LinkState::Asleep),
        ("it is looked at again", LinkState::Asleep, none, LinkState::Alive),
        ("both are gone", LinkState::Alive, gone, LinkState::Tombstone),
    ] {
        let (link, items) = linked(Side::Exchange);
        let mut seen = seen_pair(&Link { state: from, ..link }, &items);
        change(&mut seen);
        let put = after(&Moment::new().plan(&seen)).clone();
        assert_eq!(put.state, to, "{what}");
        seen.links = vec![put];
        let again = Moment::new().plan(&seen);
        assert!(again.links.is_empty() && again.is_quiet(), "{what}: nothing new");
    }
}

#[test]
fn what_was_edited_when_it_fell_asleep_is_read_again_when_it_wakes() {
    for (edited, unsettled) in [(None, false), (Some(Side::Creatio), true), (Some(Side::Exchange), true)] {
        let (link, mut items) = linked(Side::Exchange);
        if let Some(side) = edited {
            *title(&mut items[side]) = "Visit".to_owned();
        }
        let mut seen = seen_pair(&link, &items);
        seen.containers.clear();
        let asleep = after(&Moment::new().plan(&seen)).clone();
        assert_eq!((asleep.state, asleep.unsettled), (LinkState::Asleep, unsettled), "{edited:?}");
        // nothing is read of it: what is known of it stays
        let unread =
            schedule_sync::engine::context::Seen { items: Pair::default(), links: vec![asleep], ..seen.clone() };
        assert!(Moment::new().plan(&unread).links.is_empty(), "{edited:?}");
        // edited since it sleeps
        let sleeping = Link { state: LinkState::Asleep, ..link };
        seen.links = vec![sleeping];
        let puts = Moment::new().plan(&seen).links.iter().map(|link| link.unsettled).collect::<Vec<_>>();
        assert_eq!(puts, vec![true; usize::from(unsettled)], "{edited:?}");
    }
}

#[test]
fn an_edit_wakes_what_was_undone() {
    let (link, mut items) = linked(Side::Exchange);
    let undone = Link { state: LinkState::Undone, ..link };
    items.creatio.version = schedule_sync::model::Version::new("next");
    let rests = Moment::new().plan(&seen_pair(&undone, &items));
    assert_eq!((after(&rests).state, rests.is_quiet()), (LinkState::Undone, true), "another version is no edit");
    *title(&mut items.creatio) = "Visit".to_owned();
    assert_eq!(after(&Moment::new().plan(&seen_pair(&undone, &items))).state, LinkState::Alive);
}

#[test]
fn an_edit_of_what_was_undone_that_brings_nothing_back_deletes_nothing() {
    for there in Side::BOTH {
        // made on either side, and edited in a field that only the other one may write
        for (made, goes) in [(there, false), (there.other(), false), (there.other(), true)] {
            let moment = Moment::with(|settings| {
                let way = if there == Side::Creatio { FieldDirection::In } else { FieldDirection::Out };
                settings.fields.title = if goes { FieldDirection::Both } else { way };
            });
            let (link, mut items) = linked(made);
            let undone = Link { state: LinkState::Undone, ..link };
            *title(&mut items[there]) = "Visit".to_owned();
            let mut seen = seen_pair(&undone, &items);
            let gone = there.other();
            seen.items[gone].clear();
            seen.gone[gone].insert(items[gone].id.clone());
            let plan = moment.plan(&seen);
            assert_eq!(plan.is_quiet(), !goes, "{there} {made} {goes}: {plan}");
            assert!(plan.held.is_empty(), "{there} {made}: {plan}");
            let state = if goes { LinkState::Pending(gone) } else { LinkState::Undone };
            assert_eq!(after(&plan).state, state, "{there} {made}");
        }
    }
}

#[test]
fn what_is_left_on_a_persons_word_is_asked_about_no_more_when_all_is_compared() {
    let scenario = memory_scenario::linked(Side::Exchange);
    scenario.creatio.remove(&scenario.only(Side::Creatio).id);
    let report = scenario.settle();
    said(&scenario, &report, Reason::DeleteAsked, Choice::Leave);
    scenario.settle();
    scenario.clock.0.set(at("2026-03-11T10:00:00Z"));
    assert!(scenario.settle().held.is_empty());
    assert!(scenario.store.links.borrow().values().all(|link| link.state == LinkState::Undone));
}

/// Fields that are written, by side.
type Written = Vec<(Side, Vec<Field>)>;

/// What adopting writes.
fn written(planned: &Planned) -> Written {
    let fields = |op: &Op| match op {
        Op::Update(update) => update.patch.fields.iter().copied().collect(),
        Op::Create(_) | Op::Delete { .. } => panic!("an adoption only updates: {op:?}"),
    };
    planned.action.iter().flat_map(|action| &action.writes).map(|(side, op)| (*side, fields(op))).collect()
}

#[test]
fn adopting_a_colleagues_meeting_writes_the_users_own_answer_where_it_may() {
    type Change = fn(&mut Moment, &mut Pair<Item>);
    let answer = vec![(Side::Creatio, vec![Field::Response])];
    let rows: [(&str, Change, Written); 5] = [
        ("a colleague's", |_, _| {}, answer.clone()),
        ("the user's", |_, items| items.creatio.facts.involves_me = true, vec![]),
        ("not imported", |moment, _| moment.settings.import_meetings.on = false, vec![]),
        ("answers are off", |moment, _| moment.settings.fields.response = FieldDirection::Off, vec![]),
        ("answers only go out", |moment, _| moment.settings.fields.response = FieldDirection::Out, vec![]),
    ];
    for (what, change, expected) in rows {
        let (mut moment, mut items) = (Moment::new(), pair());
        (items.creatio.facts.involves_me, items.creatio.facts.owner) = (false, Some("colleague".into()));
        the_meeting(&mut items.exchange).response = Response::Confirmed;
        change(&mut moment, &mut items);
        let seen = seen([&items.creatio], [&items.exchange]);
        assert_eq!(written(&actions::adopt(&moment.context(), &seen, items.as_ref())), expected, "{what}");
    }
    let due = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let mut here =
        item(Side::Creatio, "a", Record::Task(schedule_sync::model::Task { when: due, ..task("Offer", "2026-03-12") }));
    here.facts.involves_me = false;
    let there = item(Side::Exchange, "e", Record::Task(task("Offer", "2026-03-12")));
    let adopted =
        actions::adopt(&Moment::new().context(), &seen([&here], [&there]), Pair { creatio: &here, exchange: &there });
    assert_eq!(written(&adopted), [(Side::Exchange, vec![])], "a task is marked, but has no answer");
}

#[test]
fn items_of_two_kinds_are_not_linked_but_reported() {
    let mut items = pair();
    items.exchange.record = Record::Task(task("Call", "2026-03-12"));
    let seen = seen([&items.creatio], [&items.exchange]);
    let planned = actions::adopt(&Moment::new().context(), &seen, items.as_ref());
    assert!(planned.links.is_empty() && planned.action.is_none());
    let held: Vec<_> = planned.held.iter().map(|held| (held.side, held.reason)).collect();
    assert_eq!(held, [(Side::Exchange, Reason::Ambiguous)]);
}

#[test]
fn the_link_of_two_items_knows_which_of_them_was_made_for_the_other() {
    let moment = Moment::new();
    let ours = identity::activity(&pair().exchange, &moment.account, 0);
    for (marked, id, made, generation) in [
        (Some("a"), "a", Some(Side::Exchange), 3),
        (Some("b"), "a", None, 3),
        (None, ours.as_str(), Some(Side::Creatio), 0),
        (None, "a", None, 0),
    ] {
        let mut items = pair();
        items.creatio.id = id.into();
        items.exchange.facts.mark = marked.map(|activity| identity::mark(&activity.into(), &moment.account, 3));
        let seen = seen([&items.creatio], [&items.exchange]);
        let planned = actions::adopt(&moment.context(), &seen, items.as_ref());
        let link = &planned.links[0];
        assert_eq!((link.made, link.generation, link.unsettled), (made, generation, false), "{marked:?} {id}");
    }
}

#[test]
fn what_a_server_made_of_an_export_is_named_by_a_device_that_adopts_it() {
    let (made, later) = ("2026-03-10T08:00:00Z", "2026-03-10T08:30:00Z");
    for (changed, touched, unkept) in [(made, made, true), (later, made, false), (made, later, false)] {
        let (moment, mut items) = (Moment::with(|settings| settings.rules.conflict = Conflict::Ask), pair());
        items.exchange.facts.mark = Some(identity::mark(&"a".into(), &moment.account, 0));
        (items.exchange.facts.created, items.exchange.stamp) = (Some(at(made)), Some(at(changed)));
        items.creatio.stamp = Some(at(touched));
        *title(&mut items.exchange) = "[External] Call".to_owned();
        let seen = seen([&items.creatio], [&items.exchange]);
        let planned = actions::adopt(&moment.context(), &seen, items.as_ref());
        let [link] = planned.links.as_slice() else { panic!("nothing is written: {planned:?}") };
        let fields: Vec<Field> = link.halves.exchange.unkept.iter().copied().collect();
        assert_eq!(fields, vec![Field::Title; usize::from(unkept)], "{changed} {touched}");
        let held: Vec<Reason> = planned.held.iter().map(|held| held.reason).collect();
        assert_eq!(held, [if unkept { Reason::NotKept } else { Reason::Clash }], "{changed} {touched}");
    }
}

#[test]
fn the_uid_of_an_export_goes_into_the_users_own_activity_where_it_is_free() {
    type Change = fn(&mut Link);
    let rows: [(&str, Change, bool); 5] = [
        ("an export", |_| {}, true),
        ("an import", |link| link.made = Some(Side::Creatio), false),
        ("neither", |link| link.made = None, false),
        ("it has one", |link| link.halves.creatio.facts.uid = Some("uid-of-old".into()), false),
        (
            "somebody else's, in which the user takes part",
            |link| link.halves.creatio.facts.owner = Some("boss".into()),
            false,
        ),
    ];
    for (what, change, goes) in rows {
        let (mut link, _) = linked(Side::Exchange);
        change(&mut link);
        let found = follow_up(&ME.into(), &link).map(|(side, op)| match op {
            Op::Update(update) => (side, update.id.clone(), update.uid.clone(), update.patch.fields.len()),
            Op::Create(_) | Op::Delete { .. } => panic!("{op:?}"),
        });
        assert_eq!(found, goes.then(|| (Side::Creatio, "a".into(), Some("uid-e".into()), 0)), "{what}");
    }
    let (mut link, _) = linked(Side::Exchange);
    link.halves.exchange.facts.uid = None;
    assert_eq!(follow_up(&ME.into(), &link), None, "an event whose UID is not known");
}
