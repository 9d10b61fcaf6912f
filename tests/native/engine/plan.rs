//! The plan of a run: what becomes of items that matching found, in which order writes go out, and
//! what it says of itself.

use crate::support::memory::{at, item, meeting, task, title};
use crate::support::moment::{Moment, linked, pair, seen, seen_pair, the_meeting};
use schedule_sync::engine::action::{Action, Step};
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::context::Seen;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete, FieldDirection};
use schedule_sync::model::op::Op;
use schedule_sync::model::{
    Item, ItemId, Malformed, Mark, Occurrence, Original, Pair, Record, Side, Status, Task, TaskWhen, When,
};

fn mark(activity: &str, generation: u32) -> Mark {
    identity::mark(&activity.into(), &Moment::new().account, generation)
}

fn said(seen: &mut Seen, id: &str, reason: Reason, choice: Choice) {
    seen.answers.add(Answer { side: Side::Exchange, id: id.into(), reason, choice });
}

fn reasons(plan: &Plan) -> Vec<Reason> {
    plan.held.iter().map(|held| held.reason).collect()
}

/// Another device made a new Activity for the event, and marked it.
#[test]
fn a_link_goes_over_to_the_activity_that_a_later_mark_names() {
    type Change = fn(&mut Seen, &mut Mark);
    let rows: [(&str, Change, bool); 6] = [
        ("it does", |_, _| {}, true),
        ("another site's mark", |_, mark| mark.site = "another".into(), false),
        ("of the same generation", |_, mark| mark.generation = 2, false),
        ("of an earlier one", |_, mark| mark.generation = 1, false),
        ("the new Activity is not there", |seen, _| drop(seen.items.creatio.remove(&ItemId::from("b"))), false),
        (
            "the new Activity has another event",
            |seen, _| {
                let ids = Pair { creatio: "b".into(), exchange: "f".into() };
                seen.links.push(linked(Side::Creatio).0.with_ids(ids));
            },
            false,
        ),
    ];
    for (what, change, goes) in rows {
        let (link, items) = linked(Side::Creatio);
        let link = Link { generation: 2, ..link };
        let new = Item { id: "b".into(), ..items.creatio.clone() };
        let mut seen = Seen { links: vec![link], ..seen([&new], []) };
        let mut mark = mark("b", 3);
        change(&mut seen, &mut mark);
        let mut event = items.exchange.clone();
        event.facts.mark = Some(mark);
        seen.items.exchange.insert("e".into(), event);
        seen.gone.creatio.insert("a".into());
        let plan = Moment::new().plan(&seen);
        assert_eq!(plan.drop.contains(&"a".into()), goes, "{what}");
        let over = plan
            .links
            .iter()
            .any(|link| *link.halves.creatio.id() == "b".into() && *link.halves.exchange.id() == "e".into());
        assert_eq!(over, goes, "{what}");
    }
}

/// A new occurrence beyond those that took an old one's place: the Activity of the old one goes
/// over to another.
fn added() -> Seen {
    let on = |id: &str, day: &str| {
        let mut one = Item { id: id.into(), ..pair().exchange };
        one.facts.uid = Some(format!("uid-{id}").as_str().into());
        one.facts.occurrence = Some(Occurrence { master: "m".into(), original: Original::On(day.parse().unwrap()) });
        *title(&mut one) = id.to_owned();
        one
    };
    let old = on("old", "2026-03-12");
    let (mut link, items) = linked(Side::Creatio);
    link.halves.exchange.replace_id(old.id);
    link.halves.exchange.facts = old.facts;
    let [first, second] = [on("first", "2026-03-13"), on("second", "2026-03-20")];
    let mut seen = Seen { links: vec![link], total: 1, ..seen([&items.creatio], [&first, &second]) };
    seen.gone.exchange.insert("old".into());
    seen
}

#[test]
fn an_added_occurrence_waits_for_a_word_where_it_would_be_imported() {
    let created = |plan: &Plan| plan.actions.iter().filter(|action| matches!(action.step, Step::Create(_))).count();
    let moment = Moment::new();
    let plan = moment.plan(&added());
    assert_eq!((reasons(&plan), created(&plan)), (vec![Reason::Series], 0));
    let mut allowed = added();
    said(&mut allowed, "second", Reason::Series, Choice::Allow);
    let plan = moment.plan(&allowed);
    assert_eq!((reasons(&plan), created(&plan)), (vec![], 1));
    let mut off = Moment::new();
    off.settings.import_meetings.on = false;
    for seen in [added(), allowed] {
        let plan = off.plan(&seen);
        assert_eq!((reasons(&plan), created(&plan)), (vec![], 0), "what is not imported is not asked about");
    }
}

#[test]
fn what_could_be_several_is_asked_about_where_it_would_be_imported() {
    let activities = ["a", "b"].map(|id| Item { id: id.into(), ..pair().creatio });
    for (import, allowed, held, created) in
        [(true, false, vec![Reason::Ambiguous], 0), (true, true, vec![], 1), (false, false, vec![], 0)]
    {
        let mut moment = Moment::with(|settings| settings.export.on = false);
        moment.settings.import_meetings.on = import;
        let mut seen = seen([&activities[0], &activities[1]], [&pair().exchange]);
        if allowed {
            said(&mut seen, "e", Reason::Ambiguous, Choice::Allow);
        }
        let plan = moment.plan(&seen);
        assert_eq!((reasons(&plan), plan.writes()), (held, created), "{import} {allowed}");
    }
}

#[test]
fn what_nobody_answered_waits_on_beside_what_was_answered() {
    let orphan = |id: &str, start: &str| {
        let mut event = item(Side::Exchange, id, Record::Meeting(meeting(id, start)));
        event.facts.mark = Some(mark(&format!("activity of {id}"), 0));
        event.facts.transaction =
            Some(identity::transaction(&format!("activity of {id}").as_str().into(), &Moment::new().account, 0));
        event
    };
    let [one, other] = [orphan("one", "2026-03-12T10:00:00Z"), orphan("other", "2026-03-13T10:00:00Z")];
    let mut seen = seen([], [&one, &other]);
    said(&mut seen, "one", Reason::DeleteAsked, Choice::Allow);
    let plan = Moment::new().plan(&seen);
    let held: Vec<_> = plan.held.iter().map(|held| (held.id.clone(), held.reason)).collect();
    assert_eq!((held, plan.writes()), (vec![(Some(other.id.clone()), Reason::DeleteAsked)], 1));
}

#[test]
fn what_is_at_its_end_is_not_linked_by_its_mark() {
    for canceled in [false, true] {
        let mut items = pair();
        items.exchange.facts.mark = Some(mark("a", 0));
        items.exchange.facts.canceled = canceled;
        let plan = Moment::new().plan(&seen([&items.creatio], [&items.exchange]));
        assert_eq!((plan.links.len(), plan.is_quiet()), (usize::from(!canceled), true), "{canceled}");
    }
}

#[test]
fn an_event_of_ours_without_its_activity_is_asked_about_as_long_as_it_is_looked_at() {
    for (start, held) in [("2026-03-12T10:00:00Z", vec![Reason::DeleteAsked]), ("2025-03-12T10:00:00Z", vec![])] {
        let mut event = item(Side::Exchange, "e", Record::Meeting(meeting("Call", start)));
        event.facts.mark = Some(mark("gone", 0));
        event.facts.transaction = Some(identity::transaction(&"gone".into(), &Moment::new().account, 0));
        let mut seen = seen([], [&event]);
        let plan = Moment::new().plan(&seen);
        let asked = !held.is_empty();
        assert_eq!((reasons(&plan), plan.is_quiet()), (held, true), "{start}");
        said(&mut seen, "e", Reason::DeleteAsked, Choice::Allow);
        let plan = Moment::new().plan(&seen);
        let steps: Vec<_> = plan.actions.iter().map(|action| (action.step, action.after.state)).collect();
        let removed = [(Step::Delete(Side::Exchange), LinkState::Tombstone)];
        assert_eq!(
            steps,
            removed.into_iter().filter(|_| asked).collect::<Vec<_>>(),
            "{start}: only what is asked is done"
        );
    }
}

/// Nobody knows the pair any more that would have ended with the Activity: two tasks that devices
/// made for it at the same time would stay for ever.
#[test]
fn a_task_of_ours_whose_activity_was_canceled_is_asked_about_and_a_second_one_after_it() {
    let task = Record::Task(task("Offer", "2026-03-12"));
    let mut activity = item(Side::Creatio, "a", task.clone());
    activity.facts.canceled = true;
    let mut first = item(Side::Exchange, "1", task);
    first.facts.mark = Some(mark("a", 0));
    let second = Item { id: "2".into(), ..first.clone() };
    let both = || seen([&activity], [&first, &second]);
    let plan = Moment::new().plan(&both());
    assert_eq!((reasons(&plan), plan.is_quiet(), plan.links.len()), (vec![Reason::DeleteAsked], true, 0));

    let mut heard = both();
    said(&mut heard, "1", Reason::DeleteAsked, Choice::Allow);
    let plan = Moment::new().plan(&heard);
    let steps: Vec<_> = plan.actions.iter().map(|action| (action.step, action.after.state)).collect();
    assert_eq!((reasons(&plan), steps), (vec![], vec![(Step::Delete(Side::Exchange), LinkState::Tombstone)]));

    let mut heard = both();
    said(&mut heard, "1", Reason::DeleteAsked, Choice::Leave);
    let plan = Moment::new().plan(&heard);
    assert_eq!((reasons(&plan), plan.is_quiet(), plan.links.len()), (vec![], true, 1));
    let known = Seen { links: plan.links, ..both() };
    assert_eq!(Moment::new().plan(&known).writes(), 1, "the second one goes, being as the first");

    let leaves = Moment::with(|settings| settings.rules.exchange_delete = ExchangeDelete::Leave);
    let plan = leaves.plan(&both());
    assert_eq!((reasons(&plan), plan.is_quiet(), plan.links.len()), (vec![], true, 1), "nothing is ever deleted");
}

/// Removing it would call off a meeting that is over.
#[test]
fn an_event_of_ours_that_has_ended_and_to_which_others_were_invited_is_left_without_a_question() {
    for (start, attendees, asked) in
        [("2026-03-09T10:00:00Z", 1, false), ("2026-03-09T10:00:00Z", 0, true), ("2026-03-12T10:00:00Z", 1, true)]
    {
        let mut event = item(Side::Exchange, "e", Record::Meeting(meeting("Call", start)));
        event.facts.mark = Some(mark("gone", 0));
        event.facts.transaction = Some(identity::transaction(&"gone".into(), &Moment::new().account, 0));
        event.facts.attendees = attendees;
        let plan = Moment::new().plan(&seen([], [&event]));
        let held = if asked { vec![Reason::DeleteAsked] } else { vec![] };
        assert_eq!((reasons(&plan), plan.is_quiet()), (held, true), "{start}, {attendees}");
    }
}

/// An Activity whose export was never confirmed.
fn pending() -> (Link, Pair<Item>) {
    let (link, items) = linked(Side::Exchange);
    let ids = Pair { creatio: "a".into(), exchange: Link::foreseen(&"a".into()) };
    (Link { state: LinkState::Pending(Side::Exchange), generation: 3, ..link }.with_ids(ids), items)
}

#[test]
fn a_creation_is_tried_again_only_as_long_as_it_is_wanted() {
    type Change = fn(&mut Moment, &mut Item);
    let rows: [(&str, Change, bool); 4] = [
        ("as before", |_, _| {}, true),
        ("canceled since", |_, item| item.facts.canceled = true, false),
        ("export is off since", |moment, _| moment.settings.export.on = false, false),
        ("nowhere to put it", |moment, _| moment.settings.targets.calendar = Some("missing".into()), false),
    ];
    for (what, change, again) in rows {
        let ((link, items), mut moment) = (pending(), Moment::new());
        let mut activity = items.creatio;
        change(&mut moment, &mut activity);
        let unsure = Seen { links: vec![link.clone()], total: 1, ..seen([&activity], []) };
        let plan = moment.plan(&unsure);
        assert!(plan.is_quiet() && plan.drop.is_empty(), "{what}: it may still be found");
        let mut absent = unsure;
        absent.gone.exchange.insert(link.halves.exchange.id().clone());
        let plan = moment.plan(&absent);
        let steps: Vec<_> = plan.actions.iter().map(|action| (action.step, action.after.generation)).collect();
        let expected = again.then_some((Step::Create(Side::Exchange), 3));
        assert_eq!(steps, expected.into_iter().collect::<Vec<_>>(), "{what}");
        assert_eq!(plan.drop.is_empty(), again, "{what}: there is nothing left to link");
    }
}

#[test]
fn a_creation_found_again_lives_and_what_was_written_since_is_an_edit() {
    for edited in [false, true] {
        let (mut link, mut items) = pending();
        link.halves.exchange.replace_id("e".into());
        if edited {
            *title(&mut items.creatio) = "Visit".to_owned();
        }
        let plan = Moment::new().plan(&seen_pair(&link, &items));
        assert_eq!((plan.links.len(), plan.writes()), if edited { (0, 1) } else { (1, 0) }, "{edited}");
        let after = plan.links.iter().chain(plan.actions.iter().map(|action| &action.after));
        assert!(after.into_iter().all(|link| link.state == LinkState::Alive));
    }
}

/// What was made before a run was cut off, and edited since, is merged without a base. Where that
/// asks, what differs is on neither side an edit that would bring back what somebody deletes then.
#[test]
fn what_was_never_in_step_comes_back_for_an_edit_only() {
    for made in Side::BOTH {
        let (link, mut items) = linked(made);
        let kept = made.other();
        *title(&mut items[made]) = "Visit".to_owned();
        let moment = Moment::with(|settings| settings.rules.conflict = Conflict::Ask);
        let waiting = Link { state: LinkState::Pending(made), ..link };
        let plan = moment.plan(&seen_pair(&waiting, &items));
        assert_eq!((plan.writes(), reasons(&plan)), (0, vec![Reason::Clash]), "{made}");
        let link = plan.links.last().unwrap().clone();
        for edited in [false, true] {
            if edited {
                *title(&mut items[kept]) = "Lunch".to_owned();
            }
            let mut seen = seen_pair(&link, &items);
            seen.items[made].clear();
            seen.gone[made].insert(items[made].id.clone());
            let plan = moment.plan(&seen);
            let steps: Vec<Step> = plan.actions.iter().map(|action| action.step).collect();
            let (expected, asked) = match (edited, kept) {
                (true, _) => (vec![Step::Revive(made)], vec![]),
                (false, Side::Creatio) => (vec![Step::Delete(kept)], vec![Reason::NotRevived]),
                (false, Side::Exchange) => (vec![], vec![Reason::DeleteAsked]),
            };
            assert_eq!((steps, reasons(&plan)), (expected, asked), "{made} {edited}");
        }
    }
}

/// Updates first, so that a plan that is cut off has lost nothing; deletions last, so that nothing
/// goes before its successor is there.
#[test]
fn writes_go_out_updates_first_and_deletions_last() {
    let named = |prefix: &str| {
        let items = pair();
        Pair::of(|side| {
            let mut one = Item { id: format!("{prefix}-{side}").as_str().into(), ..items[side].clone() };
            *title(&mut one) = prefix.to_owned();
            one
        })
    };
    // named so that the order of names is not the order wanted
    let (deleted, created, updated) = (named("1"), named("2"), named("3"));
    let mut seen = seen([&created.creatio, &updated.creatio], [&updated.exchange]);
    for items in [&deleted, &updated] {
        seen.links.push(crate::support::moment::link(items, Some(Side::Exchange)));
    }
    seen.gone.exchange.insert(deleted.exchange.id.clone());
    *title(seen.items.creatio.get_mut(&updated.creatio.id).unwrap()) = "Visit".to_owned();
    let plan = Moment::new().plan(&seen);
    let steps: Vec<Step> = plan.actions.iter().map(|action| action.step).collect();
    assert_eq!(steps, [Step::Update(Side::Exchange), Step::Create(Side::Exchange), Step::Delete(Side::Creatio)]);
    assert_eq!((plan.writes(), plan.is_quiet(), Plan::default().is_quiet()), (3, false, true));
    assert_eq!(
        plan.to_string(),
        "Update(Exchange) 3-creatio\n  exchange: update 3-exchange (title)\n\
         Create(Exchange) 2-creatio\n  exchange: create in calendar\n\
         Delete(Creatio) 1-creatio\n  creatio: update 1-creatio (status=Canceled)\n",
        "the dry run names items by id, never by title"
    );
}

#[test]
fn what_could_not_be_understood_is_shown_with_the_reason() {
    let mut seen = seen([], []);
    let bad =
        |id: Option<&str>| Malformed { id: id.map(Into::into), container: None, reason: "$.start: no date".to_owned() };
    (seen.malformed.creatio, seen.malformed.exchange) = (vec![bad(Some("a"))], vec![bad(None)]);
    let plan = Moment::new().plan(&seen);
    let told: Vec<_> =
        plan.held.iter().map(|held| (held.side, held.id.clone(), held.reason, held.detail.as_str())).collect();
    let why = "$.start: no date";
    // without a container it is one that can't be read
    let (item, container) = (Reason::Malformed, Reason::Unreadable);
    assert_eq!(told, [(Side::Creatio, Some("a".into()), item, why), (Side::Exchange, None, container, why)]);
    assert_eq!(plan.to_string(), "Hold Malformed creatio a\nHold Unreadable exchange ?\n");
}

#[test]
fn a_meeting_that_ended_is_completed_unless_somebody_touched_it_or_that_is_off() {
    type Change = fn(&mut Moment, &mut Seen, &mut Item);
    let later = |item: &mut Item| {
        if let When::Timed { start, end } = &mut the_meeting(item).when {
            (*start, *end) = (*start + chrono::Duration::days(7), *end + chrono::Duration::days(7));
        }
    };
    let rows: [(&str, Change, bool); 13] = [
        ("due", |_, _, _| {}, true),
        ("not due", |_, seen, _| seen.due.clear(), false),
        ("begun", |_, _, item| item.facts.status = Some(Status::InProgress), false),
        ("of a process", |_, _, item| item.facts.process = true, false),
        ("moved to next week, and that stays there", |m, _, _| m.settings.fields.when = FieldDirection::Off, false),
        ("a colleague's", |_, _, item| item.facts.owner = Some("boss".into()), false),
        ("nobody's", |_, _, item| item.facts.owner = None, false),
        ("import is off", |m, _, _| m.settings.import_meetings.on = false, false),
        ("export is off", |m, _, _| m.settings.export.on = false, true),
        ("not wanted", |m, _, _| m.settings.rules.completes = false, false),
        ("its status goes out only", |m, _, _| m.settings.fields.status = FieldDirection::Out, false),
        ("its status is off", |m, _, _| m.settings.fields.status = FieldDirection::Off, false),
        ("its status comes in only", |m, _, _| m.settings.fields.status = FieldDirection::In, true),
    ];
    for (what, change, completed) in rows {
        let (mut link, mut items) = linked(Side::Creatio);
        for side in Side::BOTH {
            the_meeting(&mut items[side]).when = meeting("", "2026-03-09T10:00:00Z").when;
        }
        link = link.with_base(items.as_ref().map(|item| item.record.clone()));
        let (mut moment, mut activity) = (Moment::new(), items.creatio);
        let mut seen = Seen { links: vec![link], due: ["a".into()].into(), ..seen([], []) };
        if what.starts_with("moved") {
            later(&mut activity);
        }
        change(&mut moment, &mut seen, &mut activity);
        seen.items.creatio.insert("a".into(), activity);
        assert_eq!(moment.plan(&seen).to_string().contains("status=Completed"), completed, "{what}");
    }
    let (link, mut items) = linked(Side::Creatio);
    the_meeting(&mut items.exchange).place = "Here".to_owned();
    let seen = Seen { due: ["a".into()].into(), ..seen_pair(&link, &items) };
    let plan = Moment::new().plan(&seen);
    assert_eq!(plan.actions.len(), 1, "what is written otherwise is completed by the next run: {plan}");
}

#[test]
fn a_second_event_to_which_others_are_invited_is_asked_about() {
    let (mut link, items) = linked(Side::Exchange);
    let transaction = Some(identity::transaction(&"a".into(), &Moment::new().account, 0));
    let ours = |id: &str, attendees| {
        let mut one = Item { id: id.into(), ..items.exchange.clone() };
        (one.facts.mark, one.facts.transaction) = (Some(mark("a", 0)), transaction.clone());
        (one.facts.attendees, one.facts.created) = (attendees, Some(at("2026-03-01T09:00:00Z")));
        one
    };
    for (attendees, held, removed) in [(0, vec![], 1), (2, vec![Reason::SecondTask], 0)] {
        let (first, second) = (ours("e", 0), ours("f", attendees));
        link.halves.exchange.facts = first.facts.clone();
        let mut seen = Seen { links: vec![link.clone()], ..seen([&items.creatio], [&first, &second]) };
        let plan = Moment::new().plan(&seen);
        assert_eq!((reasons(&plan), plan.writes()), (held, removed), "{attendees}");
        // the pair is written to: of what stands twice the next run decides
        if let Some(activity) = seen.items.creatio.get_mut(&ItemId::from("a")) {
            *title(activity) = "Renamed".to_owned();
        }
        let plan = Moment::new().plan(&seen);
        assert_eq!(plan.actions.iter().map(|action| action.step).collect::<Vec<_>>(), [Step::Update(Side::Exchange)]);
    }
}

/// Two devices at work at the same time: one revived the Activity under another id, the other
/// imported the event.
#[test]
fn the_activity_in_whose_place_another_was_created_goes_if_it_is_as_we_made_it() {
    type Change = fn(&mut Link, &mut Item);
    let superseded = |rule: CreatioDelete, change: Change| {
        let (mut link, items) = linked(Side::Creatio);
        let mut old = items.creatio.clone();
        change(&mut link, &mut old);
        let new = Item { id: "b".into(), ..items.creatio.clone() };
        let mut event = items.exchange.clone();
        event.facts.mark = Some(mark("b", 1));
        let seen = Seen { links: vec![link], ..seen([&old, &new], [&event]) };
        Moment::with(|settings| settings.rules.creatio_delete = rule).plan(&seen)
    };
    for (rule, canceled) in [(CreatioDelete::Mark, true), (CreatioDelete::Leave, true), (CreatioDelete::Delete, false)]
    {
        let plan = superseded(rule, |_, _| {});
        let removals: Vec<_> =
            plan.actions.iter().filter(|action| action.step == Step::Delete(Side::Creatio)).collect();
        let [removal] = removals.as_slice() else { panic!("{plan}") };
        let ids = Pair { creatio: "a".into(), exchange: Link::foreseen(&"a".into()) };
        assert_eq!((removal.after.ids(), removal.after.state), (ids.as_ref(), LinkState::Tombstone), "{rule:?}");
        let (side, op) = &removal.writes[0];
        assert_eq!(
            (*side, matches!(op, Op::Update(update) if update.status == Some(Status::Canceled))),
            (Side::Creatio, canceled)
        );
        assert!(plan.links.iter().any(|link| *link.halves.creatio.id() == "b".into()), "{rule:?}: the link goes over");
        assert!(!plan.links.iter().any(|link| *link.halves.creatio.id() == "a".into()), "{rule:?}: and does not stay");
    }
    let rows: [(&str, Change, Vec<Reason>); 4] = [
        ("edited", |_, old| *title(old) = "Mine".to_owned(), vec![Reason::Ambiguous]),
        ("not ours", |link, _| link.made = None, vec![Reason::Ambiguous]),
        ("a process's", |_, old| old.facts.process = true, vec![Reason::Ambiguous]),
        ("canceled", |_, old| old.facts.canceled = true, vec![]),
    ];
    for (what, change, held) in rows {
        let plan = superseded(CreatioDelete::Mark, change);
        assert!(plan.actions.iter().all(|action| action.step != Step::Delete(Side::Creatio)), "{what}: {plan}");
        assert_eq!(reasons(&plan), held, "{what}");
    }
}

/// A device that could read no Activity made a second one for a day of a series that had got
/// another time: which names there are, only a full comparison tells.
#[test]
fn of_two_activities_for_one_day_of_a_series_the_older_one_stays() {
    let moment = Moment::new();
    let (link, items) = linked(Side::Creatio);
    let on_its_day = |start: &str| {
        let mut event = items.exchange.clone();
        event.facts.uid = Some("uid".into());
        event.facts.occurrence = Some(Occurrence { master: "m".into(), original: Original::At(at(start)) });
        event
    };
    let event = on_its_day("2026-03-12T10:00:00Z");
    let made = |event: &Item, created: &str| {
        let mut one = Item { id: identity::activity(event, &moment.account, 0), ..items.creatio.clone() };
        (one.facts.uid, one.facts.created) = (event.facts.uid.clone(), Some(at(created)));
        one
    };
    let first = made(&on_its_day("2026-03-12T08:00:00Z"), "2026-03-01T00:00:00Z");
    let second = made(&event, "2026-03-02T00:00:00Z");
    for (what, full, edited, goes, held) in [
        ("as made", true, false, true, vec![]),
        ("edited", true, true, false, vec![Reason::SecondActivity]),
        ("between two full comparisons", false, false, false, vec![]),
    ] {
        let mut own = second.clone();
        if edited {
            *title(&mut own) = "Mine".to_owned();
        }
        let mut link = link.clone();
        link.halves.creatio.replace_id(own.id.clone());
        link.halves.exchange.facts = event.facts.clone();
        let mut seen = Seen { links: vec![link], total: 1, full, ..seen([&own, &first], [&event]) };
        (seen.named, seen.occurring) = ([first.id.clone()].into(), [first.id.clone()].into());
        let plan = moment.plan(&seen);
        assert_eq!(reasons(&plan), held, "{what}");
        assert_eq!(plan.links.iter().any(|link| *link.halves.creatio.id() == first.id), goes, "{what}");
    }
}

/// A device that could read no Activity made a second one for an event that had become a series, or
/// a single one again.
#[test]
fn of_two_activities_for_one_event_the_older_one_stays() {
    type Change = fn(&mut Link, &mut Item);
    /// What it is about, how the second one is, what a person says; whether the link goes over, the
    /// second one is canceled, the first one is left; and what is held.
    type Row = (&'static str, Change, Option<Choice>, [bool; 3], Vec<Reason>);
    let moment = Moment::new();
    let event = pair().exchange;
    let names = [
        identity::activity(&event, &moment.account, 0),
        identity::aliases(&moment.zone, &moment.account, &event)[0].clone(),
    ];
    let rows: [Row; 8] = [
        ("as made", |_, _| {}, None, [true, true, false], vec![]),
        ("edited", |_, own| *title(own) = "Mine".to_owned(), None, [false; 3], vec![Reason::SecondActivity]),
        ("given up", |_, own| *title(own) = "Mine".to_owned(), Some(Choice::Allow), [true, true, false], vec![]),
        ("kept", |_, own| *title(own) = "Mine".to_owned(), Some(Choice::Leave), [false, false, true], vec![]),
        ("not ours", |link, _| link.made = None, None, [false; 3], vec![Reason::SecondActivity]),
        ("canceled", |_, own| own.facts.canceled = true, None, [true, false, false], vec![]),
        (
            "a process's",
            |_, own| own.facts.process = true,
            Some(Choice::Allow),
            [true, false, false],
            vec![Reason::Process],
        ),
        (
            "the older one",
            |_, own| own.facts.created = Some(at("2026-02-01T00:00:00Z")),
            None,
            [false; 3],
            vec![Reason::SecondActivity],
        ),
    ];
    for (what, change, choice, [goes, canceled, left], held) in rows {
        let (mut link, items) = linked(Side::Creatio);
        let mut first = Item { id: names[1].clone(), ..items.creatio.clone() };
        first.facts.created = Some(at("2026-03-01T00:00:00Z"));
        let mut own = Item { id: names[0].clone(), ..items.creatio };
        own.facts.created = Some(at("2026-03-02T00:00:00Z"));
        link.halves.creatio.replace_id(own.id.clone());
        change(&mut link, &mut own);
        let mut seen = Seen { links: vec![link], total: 1, full: true, ..seen([&own, &first], [&event]) };
        seen.named.insert(names[1].clone());
        if let Some(choice) = choice {
            said(&mut seen, "e", Reason::SecondActivity, choice);
        }
        let plan = moment.plan(&seen);
        assert_eq!(reasons(&plan), held, "{what}");
        let of = |id: &ItemId| {
            plan.links
                .iter()
                .chain(plan.actions.iter().map(|action| &action.after))
                .find(|link| *link.halves.creatio.id() == *id)
        };
        assert_eq!(of(&names[1]).is_some_and(|link| *link.halves.exchange.id() == "e".into()), goes, "{what}: {plan}");
        assert_eq!(plan.drop.contains(&names[0]), goes, "{what}");
        let removal = |action: &&Action| action.step == Step::Delete(Side::Creatio);
        assert_eq!(
            plan.actions.iter().find(removal).is_some_and(|action| *action.after.halves.creatio.id() == names[0]),
            canceled,
            "{what}: {plan}"
        );
        assert_eq!(of(&names[1]).is_some_and(|link| link.state == LinkState::Tombstone), left, "{what}: {plan}");
    }
}

/// Two mailboxes of one user had an Activity that is gone; one has made it again.
#[test]
fn what_another_account_made_again_is_made_once() {
    for (what, there, title_of_event, goes) in [
        ("made again", true, "Edited", true),
        ("and not edited here", true, "Call", true),
        ("that can't be read", false, "Edited", false),
    ] {
        let (link, items) = linked(Side::Exchange);
        let again = Item { id: "b".into(), ..items.creatio };
        let mut event = items.exchange;
        *title(&mut event) = title_of_event.to_owned();
        event.facts.mark = Some(mark("a", 0));
        let mut seen = Seen { links: vec![link], total: 1, ..seen([], [&event]) };
        if there {
            seen.items.creatio.insert("b".into(), again);
        }
        seen.gone.creatio.insert("a".into());
        seen.elsewhere.entry("a".into()).or_default().instead = Some("b".into());
        let plan = Moment::new().plan(&seen);
        let after: Vec<&Link> = plan.links.iter().chain(plan.actions.iter().map(|action| &action.after)).collect();
        let moved = after
            .iter()
            .find(|link| *link.halves.creatio.id() == "b".into() && *link.halves.exchange.id() == "e".into());
        assert_eq!(moved.is_some(), goes, "{what}: {plan}");
        assert!(plan.drop.contains(&"a".into()), "{what}: {plan}");
        assert_eq!(moved.and_then(|link| link.memory.instead.clone()), goes.then(|| "a".into()), "{what}");
        let creates = |action: &&Action| matches!(action.step, Step::Revive(_) | Step::Create(_));
        assert_eq!(plan.actions.iter().find(creates).is_some(), !goes, "{what}: {plan}");
    }
}

/// Two mailboxes of one user had an Activity that is gone; the pair of this one was buried before
/// the other one made it again.
#[test]
fn what_was_left_goes_on_with_what_another_account_made_again() {
    for (what, vanished, is_left, goes) in [
        ("its Activity was not found", true, true, true),
        ("it was deleted on Exchange", false, true, false),
        ("nothing was left", true, false, false),
    ] {
        let (mut link, items) = linked(Side::Exchange);
        (link.state, link.memory.vanished) = (LinkState::Tombstone, vanished);
        let again = Item { id: "b".into(), ..items.creatio };
        let mut seen = Seen { links: vec![link], total: 1, ..seen([&again], [&items.exchange]) };
        seen.gone.creatio.insert("a".into());
        if is_left {
            seen.elsewhere.entry("a".into()).or_default().instead = Some("b".into());
        } else {
            seen.items.exchange.clear();
        }
        let plan = Moment::new().plan(&seen);
        let mut after = plan.links.iter().chain(plan.actions.iter().map(|action| &action.after));
        let is_moved = |link: &Link| link.ids() == Pair { creatio: &"b".into(), exchange: &"e".into() };
        assert_eq!(after.any(|link| is_moved(link) && link.state == LinkState::Alive), goes, "{what}: {plan}");
        assert_eq!(plan.drop, if goes { vec!["a".into()] } else { Vec::new() }, "{what}");
    }
}

/// A task whose Activity a late reading left out was marked for the one that another device made in
/// its place.
#[test]
fn a_task_stays_with_its_activity_where_another_stands_in_for_that() {
    let when = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let activity = item(Side::Creatio, "a", Record::Task(Task { when, ..task("Offer", "2026-03-12") }));
    for (what, id, stays) in [("in its place", identity::again(&"a".into()), true), ("another", "b".into(), false)] {
        let mut one = item(Side::Exchange, "1", Record::Task(task("Offer", "2026-03-12")));
        let link = crate::support::moment::link(
            &Pair { creatio: activity.clone(), exchange: one.clone() },
            Some(Side::Exchange),
        );
        one.facts.mark = Some(mark(id.as_str(), 1));
        let again = Item { id: id.clone(), ..activity.clone() };
        let plan = Moment::new().plan(&Seen { links: vec![link], total: 1, ..seen([&activity, &again], [&one]) });
        assert_eq!(plan.drop.contains(&"a".into()), !stays, "{what}: {plan}");
        let marked = plan.actions.iter().find(|action| *action.after.halves.creatio.id() == "a".into());
        let marks = marked.iter().flat_map(|action| &action.writes).any(|(side, _)| *side == Side::Exchange);
        assert_eq!(marks, stays, "{what}: it is marked for its own again: {plan}");
    }
}

#[test]
fn a_uid_that_is_told_late_goes_to_no_activity_that_is_gone() {
    for gone in [false, true] {
        let (mut link, items) = linked(Side::Creatio);
        Side::BOTH.into_iter().for_each(|side| link.halves[side].facts.uid = None);
        let mut seen = Seen { links: vec![link], total: 1, ..seen([], [&items.exchange]) };
        seen.gone.creatio.extend(gone.then(|| "a".into()));
        let plan = Moment::new().plan(&seen);
        let tells = |(_, op): &(Side, Op)| matches!(op, Op::Update(update) if update.uid.is_some());
        assert_eq!(plan.actions.iter().flat_map(|action| &action.writes).any(tells), !gone, "{plan}");
    }
}

/// A link that moved over to another event, whose Activity is created again under another id.
#[test]
fn what_is_dropped_is_not_put_in_the_same_plan() {
    let (mut link, items) = linked(Side::Exchange);
    link.halves.exchange.replace_id("gone".into());
    let mut event = items.exchange.clone();
    event.facts.mark = Some(mark("a", 0));
    event.facts.transaction = Some(identity::transaction(&"a".into(), &Moment::new().account, 0));
    *title(&mut event) = "Edited".to_owned();
    let mut seen = Seen { links: vec![link], ..seen([], [&event]) };
    seen.gone = Pair { creatio: ["a".into()].into(), exchange: ["gone".into()].into() };
    let plan = Moment::new().plan(&seen);
    assert_eq!(plan.actions.iter().map(|action| action.step).collect::<Vec<_>>(), [Step::Revive(Side::Creatio)]);
    assert_eq!((plan.drop, plan.links), (vec!["a".into()], vec![]));
}

#[test]
fn a_second_task_is_removed_where_it_is_as_agreed_on_or_a_person_says_so() {
    let due = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let activity = item(Side::Creatio, "a", Record::Task(Task { when: due, ..task("Offer", "2026-03-12") }));
    let first = item(Side::Exchange, "1", Record::Task(task("Offer", "2026-03-12")));
    let mut link = crate::support::moment::link(
        &Pair { creatio: activity.clone(), exchange: first.clone() },
        Some(Side::Exchange),
    );
    link.halves.exchange.facts.mark = Some(mark("a", 0));
    for (edited, allowed, held, removed) in
        [(false, false, vec![], 1), (true, false, vec![Reason::SecondTask], 0), (true, true, vec![], 1)]
    {
        let mut second = Item { id: "2".into(), ..first.clone() };
        second.facts.mark = Some(mark("a", 0));
        if edited {
            *title(&mut second) = "Edited".to_owned();
        }
        let other = crate::support::moment::link(&pair(), None);
        let mut seen = Seen { links: vec![other, link.clone()], ..seen([&activity], [&first, &second]) };
        seen.links[0] = seen.links[0].clone().with_ids(Pair { creatio: "0".into(), exchange: "0".into() });
        if allowed {
            said(&mut seen, "2", Reason::SecondTask, Choice::Allow);
        }
        let plan = Moment::new().plan(&seen);
        assert_eq!((reasons(&plan), plan.writes()), (held, removed), "{edited} {allowed}");
        assert!(plan.actions.iter().all(|action| action.after.ids() == link.ids()), "for its own Activity");
    }
}

/// No listing tells of the second one again.
#[test]
fn a_second_task_is_left_to_the_next_run_where_the_first_one_is_linked_in_this() {
    let due = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let activity = item(Side::Creatio, "a", Record::Task(Task { when: due, ..task("Offer", "2026-03-12") }));
    let marked = |id: &str| {
        let mut one = item(Side::Exchange, id, Record::Task(task("Offer", "2026-03-12")));
        one.facts.mark = Some(mark("a", 0));
        one
    };
    let plan = Moment::new().plan(&seen([&activity], [&marked("1"), &marked("2")]));
    assert_eq!(plan.links.iter().map(|link| link.halves.exchange.id().as_str()).collect::<Vec<_>>(), ["1"]);
    assert_eq!(plan.next.iter().map(|next| next.id.as_str()).collect::<Vec<_>>(), ["2"]);
    assert!(plan.is_quiet() && plan.held.is_empty(), "{plan}");
}

/// A side of a pair that is not in step holds something else than its base: while it can't be
/// understood, the other side's edit must not be written over it unseen.
#[test]
fn an_edit_waits_while_the_other_side_of_an_unsettled_pair_is_not_understood() {
    for side in Side::BOTH {
        for (unsettled, written) in [(true, 0), (false, 1)] {
            let (link, mut items) = linked(Side::Creatio);
            *title(&mut items[side.other()]) = "Edited".to_owned();
            let link = Link { unsettled, ..link };
            let (id, container) = (Some(link.halves[side].id().clone()), Some(link.halves[side].container.clone()));
            let mut seen = Seen { links: vec![link], total: 1, ..Seen::default() };
            seen.items[side.other()].insert(items[side.other()].id.clone(), items[side.other()].clone());
            let bad = Malformed { id, container, reason: "pages without end".to_owned() };
            seen.malformed[side].push(bad);
            seen.containers = self::seen([], []).containers;
            let plan = Moment::new().plan(&seen);
            assert_eq!((plan.writes(), reasons(&plan)), (written, vec![Reason::Malformed]), "{side} {unsettled}");
        }
    }
}
