//! Creations: what is created of an item on the other side, with which link, and what comes back or
//! is made anew in the other kind.

use crate::support::memory::{CALENDAR, LIST, ME, at, concerned, item, meeting, task, title};
use crate::support::memory_scenario::guest;
use crate::support::moment::{Moment, linked, pair, seen, seen_pair, the_meeting, the_task};
use schedule_sync::engine::action::{Action, Planned, Step};
use schedule_sync::engine::actions::{adopt, create};
use schedule_sync::engine::context::Seen;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::settings::{Conflict, FieldDirection, Notify};
use schedule_sync::model::op::{Create, Op};
use schedule_sync::model::{
    Body, Facts, Field, Importance, Item, ItemId, Mark, Pair, Person, Record, Reminder, Response, Side, Status, Task,
    TaskWhen,
};

/// What is created of `item`, which lies on side `from`.
fn created(moment: &Moment, from: Side, item: &Item, generation: u32) -> (Create, Action, Planned) {
    let planned = create(&moment.context(), &seen([], []), from, item, generation);
    let action = planned.action.clone().unwrap_or_else(|| panic!("{planned:?}"));
    let made = action.writes.iter().find_map(|(side, op)| match op {
        Op::Create(create) if *side == from.other() => Some((**create).clone()),
        Op::Create(_) | Op::Update(_) | Op::Delete { .. } => None,
    });
    (made.unwrap(), action, planned)
}

/// A record with a value in every field.
fn whole(side: Side) -> Item {
    let mut item = pair()[side].clone();
    let one = the_meeting(&mut item);
    (one.place, one.body, one.importance) = ("Here".to_owned(), Body::from_text("notes"), Importance::High);
    (one.reminder, one.response) = (Reminder::Before(15), Response::Confirmed);
    item
}

#[test]
fn an_import_is_the_users_with_the_uid_and_the_id_that_follow_from_the_event() {
    let (moment, event) = (Moment::new(), whole(Side::Exchange));
    for generation in [0, 2] {
        let (made, action, _) = created(&moment, Side::Exchange, &event, generation);
        let id = identity::activity(&event, &moment.account, generation);
        assert_eq!((made.id.as_ref(), made.container.as_str()), (Some(&id), "activities"));
        let facts = Facts {
            uid: event.facts.uid.clone(),
            status: Some(Status::NotStarted),
            owner: Some(ME.into()),
            involves_me: true,
            ..Facts::default()
        };
        assert_eq!((&made.facts, &made.record), (&facts, &event.record));
        // an Activity of a later generation does not follow from its event: that is marked with it,
        // before anything is created
        let marks: Vec<_> = action.writes.iter().map(|(side, op)| (*side, marking(op))).collect();
        let mark = (Side::Exchange, Some(identity::mark(&id, &moment.account, generation)));
        let mut expected = vec![(Side::Creatio, None)];
        expected.splice(0..0, (generation > 0).then_some(mark));
        assert_eq!(marks, expected, "{generation}");
        assert_eq!(action.after.ids(), Pair { creatio: &id, exchange: &"e".into() });
    }
}

#[test]
fn an_export_carries_our_mark_and_a_transaction_where_its_kind_knows_one() {
    let moment = Moment::new();
    let due = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let a_task = item(Side::Creatio, "a", Record::Task(Task { when: due, ..task("Offer", "2026-03-12") }));
    for (activity, container, knows) in [(whole(Side::Creatio), CALENDAR, true), (a_task, LIST, false)] {
        let (made, action, _) = created(&moment, Side::Creatio, &activity, 1);
        let facts = Facts {
            mark: Some(identity::mark(&"a".into(), &moment.account, 1)),
            transaction: knows.then(|| identity::transaction(&"a".into(), &moment.account, 1)),
            involves_me: true,
            ..Facts::default()
        };
        assert_eq!((made.id, made.container.as_str(), &made.facts), (None, container, &facts));
        assert_eq!(action.writes.len(), 1, "an Activity bears no mark");
        assert_eq!(*action.after.halves.exchange.id(), Link::foreseen(&"a".into()));
    }
}

#[test]
fn an_imported_task_is_marked_once_its_activity_is_there() {
    type Change = fn(&mut Moment, &mut Seen, &mut Item);
    let rows: [(&str, Change, bool); 6] = [
        ("a task of the user's list", |_, _, _| {}, true),
        ("no export", |moment, _, _| moment.settings.export.on = false, false),
        ("what others see in their list", |_, seen, _| seen.containers[1].own = false, false),
        ("of another list", |_, _, item| item.container = "elsewhere".into(), false),
        ("recurring", |_, _, item| item.facts.recurring = true, false),
        ("a meeting", |_, _, item| *item = pair().exchange, false),
    ];
    for (what, change, marked) in rows {
        let (mut moment, mut seen) = (Moment::new(), seen([], []));
        let mut task = item(Side::Exchange, "t", Record::Task(task("Offer", "2026-03-12")));
        change(&mut moment, &mut seen, &mut task);
        let action = create(&moment.context(), &seen, Side::Exchange, &task, 0).action.unwrap();
        let mark = identity::mark(action.after.halves.creatio.id(), &moment.account, 0);
        let marks: Vec<_> = action.writes.iter().map(|(side, op)| (*side, marking(op))).collect();
        let expected = marked.then_some((Side::Exchange, Some(mark)));
        assert_eq!(marks, [vec![(Side::Creatio, None)], expected.into_iter().collect()].concat(), "{what}");
        // of a later generation it is marked before
        let later = create(&moment.context(), &seen, Side::Exchange, &task, 1).action.unwrap();
        let sides: Vec<Side> = later.writes.iter().map(|(side, _)| *side).collect();
        assert_eq!(sides, [Side::Exchange, Side::Creatio], "{what}");
    }
    let due = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let mut ours = item(Side::Creatio, "a", Record::Task(Task { when: due, ..task("Offer", "2026-03-12") }));
    ours.container = LIST.into();
    let (_, action, _) = created(&Moment::new(), Side::Creatio, &ours, 0);
    assert_eq!(action.writes.len(), 1, "an export carries its mark");
}

#[test]
fn a_task_that_both_sides_had_is_marked_when_they_are_linked() {
    type Change = fn(&mut Moment, &mut Item);
    fn mark(activity: &str) -> Option<Mark> {
        Some(identity::mark(&activity.into(), &Moment::new().account, 0))
    }
    // whether it is marked, and what else is written to it
    let rows: [(&str, Change, bool, &[Field]); 6] = [
        ("alike", |_, _| {}, true, &[]),
        ("of another status", |_, task| the_task(task).status = Status::InProgress, true, &[Field::Status]),
        ("no export", |moment, _| moment.settings.export.on = false, false, &[]),
        ("recurring", |_, task| task.facts.recurring = true, false, &[]),
        ("that bears its mark already", |_, task| task.facts.mark = mark("a"), false, &[]),
        ("a copy of another", |_, task| task.facts.mark = mark("other"), false, &[]),
    ];
    for (what, change, marked, fields) in rows {
        let mut moment = Moment::with(|settings| settings.rules.conflict = Conflict::Creatio);
        let due = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
        let ours = item(Side::Creatio, "a", Record::Task(Task { when: due, ..task("Offer", "2026-03-12") }));
        let there = Task {
            when: TaskWhen::Days { start: "2026-03-12".parse().ok(), due: "2026-03-12".parse().ok() },
            ..task("Offer", "2026-03-12")
        };
        let mut theirs = item(Side::Exchange, "t", Record::Task(there));
        change(&mut moment, &mut theirs);
        let seen = seen([&ours], [&theirs]);
        let planned = adopt(&moment.context(), &seen, Pair { creatio: &ours, exchange: &theirs });
        let link = planned.links.first().or(planned.action.as_ref().map(|action| &action.after)).unwrap();
        assert_eq!(link.ids(), Pair { creatio: &"a".into(), exchange: &"t".into() }, "{what}");
        let writes = planned.action.map(|action| action.writes).unwrap_or_default();
        let expected = mark("a").filter(|_| marked);
        let updates: Vec<_> = writes
            .iter()
            .map(|(side, op)| match op {
                Op::Update(update) => {
                    (*side, update.mark.clone(), update.patch.fields.iter().copied().collect::<Vec<_>>())
                }
                Op::Create(_) | Op::Delete { .. } => panic!("{op:?}"),
            })
            .collect();
        let written = (marked || !fields.is_empty()).then(|| (Side::Exchange, expected, fields.to_vec()));
        assert_eq!(updates, written.into_iter().collect::<Vec<_>>(), "{what}");
    }
}

/// The mark that a write sets.
fn marking(op: &Op) -> Option<Mark> {
    match op {
        Op::Update(update) => {
            assert!(update.patch.fields.is_empty(), "{update:?}");
            update.mark.clone()
        }
        Op::Create(_) | Op::Delete { .. } => None,
    }
}

#[test]
fn the_link_of_a_creation_waits_for_its_confirmation() {
    for from in Side::BOTH {
        let (moment, source) = (Moment::new(), whole(from));
        let (made, action, planned) = created(&moment, from, &source, 0);
        let link = &action.after;
        let side = from.other();
        assert_eq!((action.step, &action.before), (Step::Create(side), &None));
        assert_eq!((link.state, link.made, link.unsettled), (LinkState::Pending(side), Some(side), false));
        assert_eq!(
            (link.halves[from].id(), link.halves[from].version(), &link.halves[from].container),
            (&source.id, Some(&source.version), &source.container)
        );
        assert_eq!((&link.halves[from].base, &link.halves[from].facts), (&source.record, &source.facts));
        assert_eq!((&link.halves[side].base, &link.halves[side].facts), (&made.record, &made.facts));
        assert_eq!((&link.halves[side].container, link.halves[side].version()), (&made.container, None));
        assert!(planned.held.is_empty() && planned.links.is_empty() && planned.drop.is_empty());
    }
}

/// What may not cross is no part of what is agreed on: it goes over once it may.
#[test]
fn fields_that_may_not_cross_are_empty_on_both_ends_of_the_link() {
    for from in Side::BOTH {
        let against = if from == Side::Creatio { FieldDirection::In } else { FieldDirection::Out };
        for way in [FieldDirection::Off, against] {
            let moment = Moment::with(|settings| {
                let map = &mut settings.fields;
                (map.title, map.place, map.body, map.importance) = (way, way, way, way);
                (map.reminder, map.response) = (way, way);
            });
            let (made, action, _) = created(&moment, from, &whole(from), 0);
            let mut bare = pair()[from].clone();
            title(&mut bare).clear();
            assert_eq!(action.after.halves[from].base, bare.record, "{from} {way:?}");
            assert!(action.after.unsettled, "{from} {way:?}");
            let mut expected = bare;
            if from == Side::Exchange {
                *title(&mut expected) = "(no subject)".to_owned();
            }
            assert_eq!(made.record, expected.record, "{from} {way:?}");
        }
    }
    let moment = Moment::with(|settings| {
        let map = &mut settings.fields;
        (map.title, map.body, map.importance) = (FieldDirection::Off, FieldDirection::Off, FieldDirection::Off);
        (map.reminder, map.status) = (FieldDirection::Off, FieldDirection::Off);
    });
    let mut full = item(Side::Exchange, "t", Record::Task(task("Offer", "2026-03-12")));
    let one = the_task(&mut full);
    (one.body, one.importance, one.status) = (Body::from_text("notes"), Importance::High, Status::InProgress);
    one.reminder = Some(at("2026-03-11T09:00:00Z"));
    let (_, action, _) = created(&moment, Side::Exchange, &full, 0);
    assert_eq!(action.after.halves.exchange.base, Record::Task(task("", "2026-03-12")));
}

fn known(letter: &str) -> Person {
    Person { contact: Some(letter.into()), name: letter.to_owned(), ..guest(&format!("{letter}@fabrikam.example")) }
}

#[test]
fn who_may_not_be_invited_is_neither_there_nor_agreed_on_and_is_named() {
    let (names, ask) = ("2: anna, boris", Reason::WouldInvite);
    for (what, notify, owner, way, invited, held) in [
        ("never", Notify::Never, ME, FieldDirection::Both, 0, None),
        ("ask", Notify::Ask, ME, FieldDirection::Both, 0, Some((ask, names))),
        ("always", Notify::Always, ME, FieldDirection::Both, 2, None),
        ("somebody else's", Notify::Always, "boss", FieldDirection::Both, 0, None),
        ("somebody else's, ask", Notify::Ask, "boss", FieldDirection::Both, 0, None),
        ("people come in only", Notify::Never, ME, FieldDirection::In, 0, None),
        ("people are off", Notify::Always, ME, FieldDirection::Off, 0, None),
    ] {
        let mut moment = Moment::with(|settings| settings.rules.notify = notify);
        moment.settings.fields.people = way;
        let mut activity = pair().creatio;
        activity.facts.owner = Some(owner.into());
        let nowhere = Person { addresses: vec![], ..known("carol") };
        the_meeting(&mut activity).people = vec![known("anna"), known("boris"), nowhere];
        let (made, action, planned) = created(&moment, Side::Creatio, &activity, 0);
        let count = |record: &Record| match record {
            Record::Meeting(one) => one.people.len(),
            Record::Task(_) => panic!("a task"),
        };
        assert_eq!((count(&made.record), count(&action.after.halves.creatio.base)), (invited, invited), "{what}");
        let told: Vec<_> = planned.held.iter().map(|held| (held.reason, concerned(held))).collect();
        let expected: Vec<_> = held.iter().map(|(reason, whom)| (*reason, (*whom).to_owned())).collect();
        assert_eq!(told, expected, "{what}");
    }
    let mut nobody = pair().creatio;
    nobody.facts.owner = None;
    the_meeting(&mut nobody).people = vec![known("anna")];
    let ask = Moment::with(|settings| settings.rules.notify = Notify::Ask);
    let (_, _, planned) = created(&ask, Side::Creatio, &nobody, 0);
    assert!(planned.held.is_empty(), "an Activity without an Owner is somebody else's");
    let mut invited = pair().exchange;
    the_meeting(&mut invited).people = vec![guest("anna@fabrikam.example")];
    let (_, _, planned) = created(&Moment::new(), Side::Exchange, &invited, 0);
    assert!(planned.held.is_empty(), "nobody is invited by an import");
}

#[test]
fn activities_of_others_go_out_as_free_and_without_a_reminder() {
    let due = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let reminder = Some(at("2026-03-11T09:00:00Z"));
    let tasks = item(Side::Creatio, "a", Record::Task(Task { when: due, reminder, ..task("Offer", "2026-03-12") }));
    for (owner, takes_part, mine) in [
        (Some(ME.into()), false, false),
        (Some(ME.into()), true, true),
        (Some("boss".into()), true, true),
        (None, true, false),
    ] {
        for mut activity in [whole(Side::Creatio), tasks.clone()] {
            (activity.facts.owner, activity.facts.involves_me) = (owner.clone(), takes_part);
            let (made, ..) = created(&Moment::new(), Side::Creatio, &activity, 0);
            let reminds = match &made.record {
                Record::Meeting(one) => one.reminder != Reminder::Off,
                Record::Task(one) => one.reminder.is_some(),
            };
            assert_eq!((reminds, made.facts.involves_me, made.facts.free), (mine, mine, !mine));
        }
    }
}

#[test]
fn what_comes_back_is_of_the_next_generation_and_in_creatio_another_activity() {
    for side in Side::BOTH {
        let (link, mut items) = linked(Side::Exchange);
        let link = Link { generation: 4, ..link };
        *title(&mut items[side.other()]) = "Visit".to_owned();
        let mut seen = seen_pair(&link, &items);
        seen.items[side].clear();
        seen.gone[side].insert(link.halves[side].id().clone());
        let moment = Moment::new();
        let plan = moment.plan(&seen);
        let [action] = plan.actions.as_slice() else { panic!("{plan}") };
        assert_eq!(
            (action.step, action.after.generation, &action.before),
            (Step::Revive(side), 5, &Some(link.clone()))
        );
        let dropped: &[ItemId] = if side == Side::Creatio { &["a".into()] } else { &[] };
        assert_eq!(plan.drop, dropped, "{side}");
        assert_eq!(*action.after.halves.creatio.id() == *link.halves.creatio.id(), side == Side::Exchange);
    }
}

/// A task of the user's has nothing in two of their mailboxes by which it is known but its
/// Activity.
#[test]
fn what_is_made_in_place_of_a_tasks_activity_follows_from_that() {
    let when = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let activity = item(Side::Creatio, "a", Record::Task(Task { when, ..task("Offer", "2026-03-12") }));
    let expected = identity::again(&"a".into());
    for (mailbox, generation) in [("1", 0), ("2", 4)] {
        let one = item(Side::Exchange, mailbox, Record::Task(task("Offer", "2026-03-12")));
        let mut items = Pair { creatio: activity.clone(), exchange: one };
        let link = Link { generation, ..crate::support::moment::link(&items, Some(Side::Exchange)) };
        *title(&mut items.exchange) = "Edited".to_owned();
        let mut seen = Seen { links: vec![link], total: 1, ..seen([], [&items.exchange]) };
        seen.gone.creatio.insert("a".into());
        let plan = Moment::new().plan(&seen);
        let [action] = plan.actions.as_slice() else { panic!("{plan}") };
        assert_eq!((action.step, action.after.memory.instead.clone()), (Step::Revive(Side::Creatio), Some("a".into())));
        let ids = |action: &Action| {
            let named = action.writes.iter().map(|(_, op)| match op {
                Op::Create(create) => create.id.clone(),
                Op::Update(update) => update.mark.as_ref().map(|mark| mark.activity.clone()),
                Op::Delete { .. } => None,
            });
            named.chain([Some(action.after.halves.creatio.id().clone())]).collect::<Vec<_>>()
        };
        assert_eq!(ids(action), vec![Some(expected.clone()); 3], "{mailbox}: the mark, the Activity, the link");
        // nobody has confirmed it: it is tried again as the same
        let pending = Link { state: LinkState::Pending(Side::Creatio), ..action.after.clone() };
        let mut seen = Seen { links: vec![pending], ..seen };
        seen.gone.creatio = [expected.clone()].into();
        let plan = Moment::new().plan(&seen);
        let [action] = plan.actions.as_slice() else { panic!("{plan}") };
        assert_eq!(ids(action), vec![Some(expected.clone()); 3], "{mailbox}, again");
    }
}

/// What was sent may be there and hidden: under another id there would be two.
#[test]
fn what_nobody_has_confirmed_is_created_again_under_its_id() {
    let mut items = pair();
    items.exchange.facts.uid = None;
    let (_, action, _) = created(&Moment::new(), Side::Exchange, &items.exchange, 0);
    let id = action.after.halves.creatio.id().clone();
    items.exchange.facts.uid = Some("told since".into());
    let mut seen = Seen { links: vec![action.after], total: 1, ..seen([], [&items.exchange]) };
    seen.gone.creatio.insert(id.clone());
    let plan = Moment::new().plan(&seen);
    let [action] = plan.actions.as_slice() else { panic!("{plan}") };
    let sent = action.writes.iter().find_map(|(_, op)| match op {
        Op::Create(create) => create.id.clone(),
        Op::Update(_) | Op::Delete { .. } => None,
    });
    assert_eq!((sent, action.after.halves.creatio.id()), (Some(id.clone()), &id));
    assert_eq!(plan.drop, []);
    // found at last, it gets the UID, which was not sent with it
    let made = Item { id, ..items.creatio };
    let plan = Moment::new()
        .plan(&Seen { links: vec![action.after.clone()], ..crate::support::moment::seen([&made], [&items.exchange]) });
    let [action] = plan.actions.as_slice() else { panic!("{plan}") };
    let [(Side::Creatio, Op::Update(update))] = action.writes.as_slice() else { panic!("{plan}") };
    assert_eq!(update.uid, items.exchange.facts.uid);
}

#[test]
fn a_conversion_creates_the_new_kind_before_it_removes_the_old_item() {
    let (link, mut items) = linked(Side::Exchange);
    let link = Link { generation: 4, ..link };
    let due = TaskWhen::Timed { start: at("2026-03-12T10:00:00Z"), due: at("2026-03-12T11:00:00Z") };
    items.creatio.record = Record::Task(Task { when: due, ..task("Call", "2026-03-12") });
    items.exchange.version = schedule_sync::model::Version::new("as read");
    let plan = Moment::new().plan(&seen_pair(&link, &items));
    let [action] = plan.actions.as_slice() else { panic!("{plan}") };
    assert_eq!((action.step, action.after.generation), (Step::Convert(Side::Exchange), 5));
    let Item { id, container, version, .. } = items.exchange;
    let removed = (Side::Exchange, Op::Delete { id, container, version, cancels: false });
    assert!(matches!(action.writes.as_slice(), [(Side::Exchange, Op::Create(_)), last] if *last == removed), "{plan}");
    let expected = meeting("Call", "2026-03-12T10:00:00Z");
    assert_eq!(action.before.as_ref().map(|link| &link.halves.exchange.base), Some(&Record::Meeting(expected)));
}
