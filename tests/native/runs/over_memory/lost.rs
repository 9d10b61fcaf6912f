//! What a device without its links, a server that tells less, and copies make of pairs: nothing is
//! made twice, and nothing comes back unasked.

use crate::support::memory::{LIST, at, everything, item, task, title};
use crate::support::memory_scenario::{MemoryScenario, activity, another_browser, event, linked, said};
use crate::support::moment::{link, pair};
use pollster::block_on;
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::identity;
use schedule_sync::model::{ContainerId, Item, Pair, Record, Side, Status, Task, TaskWhen};
use schedule_sync::ports::Store;

/// A pair in step that began on `from`, whose event a person then deleted, as another browser sees
/// it.
fn deleted_behind_its_back(from: Side) -> MemoryScenario {
    let scenario = linked(from);
    scenario.exchange.remove(&scenario.only(Side::Exchange).id);
    another_browser(scenario)
}

#[test]
fn what_a_person_deleted_is_asked_about_by_a_browser_without_links_and_never_exported_again() {
    for (from, reason) in [(Side::Creatio, Reason::LostCounterpart), (Side::Exchange, Reason::LostOrigin)] {
        let scenario = deleted_behind_its_back(from);
        let report = scenario.settle();
        let reasons: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
        assert_eq!((reasons, scenario.exchange.ids().len()), (vec![reason], 0), "{from}");
        assert!(!scenario.only(Side::Creatio).facts.canceled);
        let report = another_browser(scenario).settle();
        assert_eq!(report.held.len(), 1, "and by the next one too");
    }
}

#[test]
fn an_answer_about_a_lost_counterpart_is_carried_out_once_and_for_good() {
    for (from, choice, events, canceled) in [
        (Side::Creatio, Choice::Allow, 1, false),
        (Side::Creatio, Choice::Take(Side::Exchange), 0, true),
        (Side::Creatio, Choice::Leave, 0, false),
        (Side::Exchange, Choice::Take(Side::Exchange), 0, true),
        (Side::Exchange, Choice::Leave, 0, false),
    ] {
        let scenario = deleted_behind_its_back(from);
        let reason = if from == Side::Creatio { Reason::LostCounterpart } else { Reason::LostOrigin };
        said(&scenario, &scenario.settle(), reason, choice);
        let report = scenario.settle();
        let left = (scenario.exchange.ids().len(), scenario.only(Side::Creatio).facts.status == Some(Status::Canceled));
        assert_eq!(left, (events, canceled), "{from} {choice:?}");
        assert!(report.held.is_empty(), "{from} {choice:?}: {:?}", report.held);
        scenario.store.state.borrow_mut().as_mut().unwrap().compared = None;
        assert!(scenario.settle().held.is_empty(), "a full comparison asks nothing either");
        assert_eq!(scenario.exchange.ids().len(), events);
    }
}

/// No question offers it, and an answer that says so all the same is not heeded.
#[test]
fn what_was_imported_is_never_made_the_users_own() {
    let scenario = deleted_behind_its_back(Side::Exchange);
    said(&scenario, &scenario.settle(), Reason::LostOrigin, Choice::Allow);
    scenario.settle();
    assert!(scenario.exchange.ids().is_empty());
}

/// What is somebody else's, or has ended, is neither exported nor asked about.
#[test]
fn somebody_elses_meeting_and_one_that_has_ended_are_left_alone() {
    type Change = fn(&mut Item);
    let rows: [(&str, Change); 3] = [
        ("somebody else's", |item| item.facts.owner = Some("colleague".into())),
        ("nobody's", |item| item.facts.owner = None),
        ("ended", |item| {
            let ended = crate::support::memory::meeting("Call", "2026-03-09T10:00:00Z");
            item.record = Record::Meeting(ended);
        }),
    ];
    for (what, change) in rows {
        for from in Side::BOTH {
            let scenario = deleted_behind_its_back(from);
            scenario.creatio.edit(&scenario.only(Side::Creatio).id, change);
            let report = scenario.settle();
            assert!(
                scenario.exchange.ids().is_empty() && report.held.is_empty(),
                "{what}, from {from}: {:?}",
                report.held
            );
        }
    }
}

/// An Activity that the user's other account exported has the UID of that account's event, and one
/// that it imported was never here. What it exported after it had been imported here is gone here.
#[test]
fn what_another_account_of_the_user_has_is_no_loss_in_this_one() {
    for (from, made, theirs, asked) in [
        (Side::Creatio, Side::Exchange, true, None),
        (Side::Creatio, Side::Exchange, false, Some(Reason::LostCounterpart)),
        (Side::Exchange, Side::Creatio, false, None),
        (Side::Exchange, Side::Exchange, false, Some(Reason::LostOrigin)),
    ] {
        let scenario = deleted_behind_its_back(from);
        let activity = scenario.only(Side::Creatio);
        let mut settings = everything();
        settings.rules.between = true;
        block_on(scenario.store.save_settings(&settings)).unwrap();
        let mut there = link(&pair(), Some(made));
        there.halves.creatio.replace_id(activity.id);
        there.halves.exchange.facts.uid = if theirs { activity.facts.uid } else { Some("another".into()) };
        scenario.store.elsewhere.borrow_mut().push(there);
        let report = scenario.settle();
        let reasons: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
        let what = format!("from {from}, made on {made}, the same UID {theirs}");
        assert_eq!(reasons, asked.into_iter().collect::<Vec<_>>(), "{what}");
        assert_eq!(scenario.exchange.ids().len(), usize::from(asked.is_none()), "{what}");
    }
}

/// A copy carries our mark along, and may carry the transaction: its own UID tells.
#[test]
fn a_copy_is_an_event_in_its_own_right_whatever_it_carries_along() {
    for (store, original) in [(true, true), (true, false), (false, true), (false, false)] {
        let scenario = linked(Side::Creatio);
        let exported = scenario.only(Side::Exchange);
        let mut copy = Item { id: "copy".into(), ..exported.clone() };
        copy.facts.uid = Some("uid-copy".into());
        copy.facts.created = Some(at("2026-03-10T08:00:00Z"));
        scenario.exchange.edit(&exported.id, |item| item.facts.created = Some(at("2026-03-10T07:59:00Z")));
        scenario.exchange.put(copy);
        if !original {
            scenario.exchange.remove(&exported.id);
        }
        let scenario = if store { scenario } else { another_browser(scenario) };
        scenario.settle();
        let what = format!("store {store}, original {original}");
        assert!(scenario.exchange.ids().contains(&"copy".into()), "{what}: the copy is never removed");
        assert_eq!(scenario.creatio.ids().len(), 2, "{what}: the copy has an Activity of its own");
        let links = scenario.store.links.borrow();
        let of_copy = links.values().find(|link| *link.halves.exchange.id() == "copy".into()).unwrap();
        assert_ne!(*of_copy.halves.creatio.id(), "a".into(), "{what}");
    }
}

#[test]
fn one_meeting_in_two_calendars_is_one_activity() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.more.borrow_mut().push(ContainerId::from("second"));
    for (id, container, created) in [("e1", crate::support::memory::CALENDAR, "08:00"), ("e2", "second", "08:30")] {
        let mut event = event(id, "Call");
        event.container = container.into();
        event.facts.uid = Some("shared".into());
        event.facts.created = Some(at(&format!("2026-03-01T{created}:00Z")));
        scenario.exchange.put(event);
    }
    let report = scenario.settle();
    assert!(report.held.is_empty(), "{:?}", report.held);
    scenario.only(Side::Creatio);
    assert_eq!(*scenario.store.links.borrow().values().next().unwrap().halves.exchange.id(), "e1".into());
}

#[test]
fn a_uid_that_comes_later_goes_into_the_activity_when_it_is_told() {
    for from in Side::BOTH {
        let scenario = MemoryScenario::new(&everything());
        scenario.exchange.late_uids.set(true);
        match from {
            Side::Creatio => scenario.creatio.put(activity("a", "Call")),
            Side::Exchange => {
                let mut event = event("e", "Call");
                event.facts.uid = None;
                scenario.exchange.put(event);
            }
        }
        scenario.settle();
        assert_eq!(scenario.only(Side::Creatio).facts.uid, None);
        scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| item.facts.uid = Some("late".into()));
        let report = scenario.settle();
        assert_eq!(scenario.only(Side::Creatio).facts.uid, Some("late".into()), "{from}");
        assert_eq!(report.counts.creatio.updated, 0, "nothing that a person would see as a change");
        let scenario = another_browser(scenario);
        scenario.settle();
        scenario.only(Side::Creatio);
        scenario.only(Side::Exchange);
    }
}

/// Its id follows from the event alone as long as there is no UID: a device that has no link, and
/// sees the event with its UID, looks for that too, whatever the title of the Activity is by then.
#[test]
fn an_activity_that_was_imported_before_the_uid_was_told_is_met_and_gets_it() {
    let scenario = MemoryScenario::new(&everything());
    let mut event = event("e", "Call");
    event.facts.uid = None;
    scenario.exchange.put(event);
    scenario.settle();
    let id = scenario.only(Side::Creatio).id;
    scenario.creatio.edit(&id, |item| *title(item) = "Call (checked)".to_owned());
    scenario.exchange.edit(&"e".into(), |item| item.facts.uid = Some("late".into()));
    let scenario = another_browser(scenario);
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).id, id);
    assert_eq!(scenario.store.links.borrow().get(&id).unwrap().made, Some(Side::Creatio));
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Call again".to_owned());
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).facts.uid, Some("late".into()));
}

/// Another browser, of whose links this one knows nothing, made it for an edit in the user's other
/// mailbox.
#[test]
fn what_was_made_in_place_of_a_tasks_activity_takes_its_place() {
    let when = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    for from in Side::BOTH {
        let scenario = MemoryScenario::new(&everything());
        let offer = task("Offer", "2026-03-12");
        let offer = if from == Side::Creatio { Task { when, ..offer } } else { offer };
        scenario.side(from).put(item(from, "t", Record::Task(offer)));
        scenario.settle();
        let (first, mailed) = (scenario.only(Side::Creatio), scenario.only(Side::Exchange).id);
        let again = Item { id: identity::again(&first.id), ..first.clone() };
        scenario.creatio.remove(&first.id);
        scenario.creatio.put(again.clone());
        let report = scenario.settle();
        assert_eq!((report.held, scenario.only(Side::Exchange).id), (Vec::new(), mailed.clone()), "{from}");
        let links = scenario.store.links.borrow();
        let pairs: Vec<_> = links.values().map(|link| (link.ids(), link.memory.instead.as_ref())).collect();
        assert_eq!(pairs, [(Pair { creatio: &again.id, exchange: &mailed }, Some(&first.id))], "{from}");
    }
}

/// An Activity that a person wrote on Monday, while the invitation to the same call comes on
/// Tuesday: no listing tells of it then.
#[test]
fn an_invitation_meets_the_activity_that_was_written_for_it_before() {
    let mut import_only = everything();
    import_only.export.on = false;
    for (others, expected) in [(0, 1), (1, 3)] {
        let scenario = MemoryScenario::new(&import_only);
        scenario.creatio.put(activity("a", "Call"));
        for n in 0..others {
            let mut other = activity(&format!("other{n}"), "Call");
            (other.facts.involves_me, other.facts.owner) = (false, Some("colleague".into()));
            scenario.creatio.put(other);
        }
        scenario.settle();
        let mut invitation = event("e", "CALL");
        invitation.facts.organized_by_other = true;
        scenario.exchange.put(invitation);
        let report = scenario.settle();
        let is_one = scenario.store.links.borrow().contains_key(&"a".into());
        assert_eq!(is_one, others == 0, "unique is judged on all that can be read");
        let asked = report.held.iter().filter(|held| held.reason == Reason::Ambiguous).count();
        assert_eq!((scenario.creatio.ids().len() + asked, asked), (expected, others), "{:?}", report.held);
    }
}

/// Into somebody else's Activity only its Owner's account writes, a participant's does not.
#[test]
fn a_uid_that_comes_later_is_not_written_into_somebody_elses_activity() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.late_uids.set(true);
    scenario.creatio.put(activity("a", "Call"));
    scenario.settle();
    scenario.creatio.edit(&"a".into(), |item| item.facts.owner = Some("colleague".into()));
    scenario.settle();
    scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| item.facts.uid = Some("late".into()));
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).facts.uid, None);
}

fn dated_task() -> Record {
    let due = TaskWhen::Days { start: Some("2026-03-12".parse().unwrap()), due: Some("2026-03-12".parse().unwrap()) };
    Record::Task(schedule_sync::model::Task { when: due, ..task("Offer", "2026-03-12") })
}

/// A task imported while nothing was exported: without a mark, and in a pair.
fn unmarked_task() -> MemoryScenario {
    let mut import_only = everything();
    import_only.export.on = false;
    let scenario = MemoryScenario::new(&import_only);
    scenario.exchange.put(item(Side::Exchange, "t", dated_task()));
    scenario.settle();
    assert_eq!(scenario.only(Side::Exchange).facts.mark, None);
    scenario
}

fn moved(scenario: &MemoryScenario, to: &str) {
    let before = scenario.only(Side::Exchange);
    scenario.exchange.remove(&before.id);
    scenario.exchange.put(Item { id: to.into(), ..before });
}

#[test]
fn a_task_imported_without_a_mark_gets_it_once_the_user_exports() {
    let scenario = unmarked_task();
    block_on(scenario.store.save_settings(&everything())).unwrap();
    let report = scenario.settle();
    assert_eq!(scenario.only(Side::Exchange).facts.mark.unwrap().activity, scenario.only(Side::Creatio).id);
    assert_eq!(report.counts.exchange.updated, 0);
    moved(&scenario, "t2");
    scenario.settle();
    scenario.only(Side::Creatio);
}

#[test]
fn an_unmarked_task_that_was_moved_to_another_list_keeps_its_activity() {
    let scenario = unmarked_task();
    let before = scenario.only(Side::Creatio).id;
    moved(&scenario, "t2");
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).id, before);
    assert!(!scenario.only(Side::Creatio).facts.canceled);
    // two that look alike are not told apart: nothing is guessed
    let scenario = unmarked_task();
    moved(&scenario, "t2");
    scenario.exchange.put(Item { id: "t3".into(), container: LIST.into(), ..scenario.only(Side::Exchange) });
    scenario.settle();
    assert!(scenario.store.links.borrow().len() >= 2);
}

#[test]
fn a_private_copy_takes_nothing_from_the_colleague_whose_meeting_is_open() {
    let mut settings = everything();
    settings.rules.private = schedule_sync::engine::settings::Private::Busy;
    let scenario = MemoryScenario::new(&settings);
    let mut private = event("mine", "Call");
    private.facts.uid = Some("shared".into());
    private.facts.private = true;
    scenario.exchange.put(private.clone());
    scenario.settle();
    let placeholder = scenario.only(Side::Creatio);
    assert_eq!(placeholder.facts.uid, None, "nobody meets in a placeholder");
    let colleague = MemoryScenario::new(&everything());
    colleague.creatio.put(placeholder);
    let mut open = event("theirs", "Call");
    open.facts.uid = Some("shared".into());
    colleague.exchange.put(open);
    colleague.settle();
    assert_eq!(colleague.creatio.ids().len(), 2, "the colleague's meeting has an Activity of its own");
    let mut titles: Vec<String> =
        colleague.creatio.items.borrow().values().map(|item| item.record.title().to_owned()).collect();
    titles.sort();
    assert!(titles.contains(&"Call".to_owned()), "{titles:?}");
    // nor does the private one take the colleague's, where that was first
    let later = MemoryScenario::new(&settings);
    let mut theirs = activity("theirs", "Something else");
    theirs.facts.uid = Some("shared".into());
    later.creatio.put(theirs);
    later.exchange.put(private);
    later.settle();
    assert_eq!(later.creatio.ids().len(), 2, "the private one has a placeholder of its own");
    assert_eq!(*title(&mut later.creatio.items.borrow().get(&"theirs".into()).unwrap().clone()), "Something else");
}

/// Whoever only imports is asked about what was imported before the store was lost, too.
#[test]
fn what_an_import_left_behind_is_asked_about_where_nothing_is_exported() {
    let scenario = deleted_behind_its_back(Side::Exchange);
    let mut settings = everything();
    settings.export.on = false;
    block_on(scenario.store.save_settings(&settings)).unwrap();
    let report = scenario.settle();
    let reasons: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
    assert_eq!(reasons, [Reason::LostOrigin]);
    said(&scenario, &report, Reason::LostOrigin, Choice::Take(Side::Exchange));
    let report = scenario.settle();
    assert!(report.held.is_empty(), "{:?}", report.held);
    assert!(scenario.only(Side::Creatio).facts.canceled);
}
