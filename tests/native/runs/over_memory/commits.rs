//! What is kept of a run: whoever writes to the store meanwhile loses nothing, and neither does a
//! store without room.

use crate::support::memory::{Deed, MemoryStore, at, everything, item, meeting, title};
use crate::support::memory_scenario::{MemoryScenario, activity, event, linked};
use pollster::block_on;
use schedule_sync::engine::answer::{Answer, Answers, Choice};
use schedule_sync::engine::change::StateChange;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::history::Entry;
use schedule_sync::engine::settings::{Conflict, CreatioDelete};
use schedule_sync::engine::state::State;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::{Instant, Record, Side};
use schedule_sync::ports::Store;
use schedule_sync::run;
use std::rc::Rc;

fn answer(id: &str, reason: Reason, choice: Choice) -> Answer {
    Answer { side: Side::Creatio, id: id.into(), reason, choice }
}

fn answers(all: &[&Answer]) -> Answers {
    let mut answers = Answers::default();
    all.iter().for_each(|answer| answers.add((*answer).clone()));
    answers
}

#[test]
fn what_was_answered_while_a_run_went_on_stays() {
    let old = answer("a", Reason::Clash, Choice::Leave);
    let changed = answer("a", Reason::Clash, Choice::Take(Side::Creatio));
    let other = answer("b", Reason::Clash, Choice::Leave);
    // what is stored at the end, what the run had read, what it leaves, what stays
    for (stored, known, left, stays) in [
        (vec![&old], vec![&old], vec![], vec![]),
        (vec![&old], vec![&old], vec![&old], vec![&old]),
        (vec![&old, &other], vec![&old], vec![], vec![&other]),
        (vec![&changed], vec![&old], vec![], vec![&changed]),
        (vec![&changed], vec![&old], vec![&old], vec![&changed]),
        (vec![&other], vec![], vec![], vec![&other]),
        (vec![], vec![], vec![&other], vec![&other]),
        (vec![&changed], vec![], vec![&old], vec![&changed]),
        (vec![], vec![&old], vec![&old], vec![]),
    ] {
        let merged = answers(&stored).merged(&answers(&known), &answers(&left));
        assert_eq!(merged, answers(&stays), "{stored:?} {known:?} {left:?}");
    }
}

/// A pair whose title both sides changed, and a rule that asks: the clash was told by a run.
fn clashing() -> MemoryScenario {
    let scenario = linked(Side::Exchange);
    let mut asking = everything();
    asking.rules.conflict = Conflict::Ask;
    block_on(scenario.store.save_settings(&asking)).unwrap();
    let id = scenario.only(Side::Creatio).id;
    scenario.creatio.edit(&id, |item| *title(item) = "Ours".to_owned());
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Theirs".to_owned());
    let report = scenario.run();
    assert_eq!(report.held.iter().map(|held| held.reason).collect::<Vec<_>>(), [Reason::Clash]);
    scenario
}

fn cursors(store: &MemoryStore) -> Vec<Option<String>> {
    let state = store.state.borrow().clone().unwrap();
    Side::BOTH.map(|side| state.cursors[side].as_ref().map(|cursor| cursor.0.clone())).to_vec()
}

#[test]
fn an_answer_and_a_run_at_the_same_time_lose_neither_answer_nor_cursors() {
    let scenario = clashing();
    let id = scenario.only(Side::Creatio).id;
    scenario.exchange.put(event("new", "Lunch"));
    let before = cursors(&scenario.store);
    scenario.with(|parts| {
        let planned = block_on(run::plan(parts)).unwrap();
        let choice = answer(id.as_str(), Reason::Clash, Choice::Take(Side::Creatio));
        block_on(run::answer::answer(&scenario.store, vec![choice])).unwrap();
        assert_eq!(cursors(&scenario.store), before, "an answer moves no cursor");
        block_on(run::apply::apply(parts, planned)).unwrap();
    });
    assert_ne!(cursors(&scenario.store), before, "the run has moved them");
    let report = scenario.settle();
    assert!(report.held.is_empty(), "{:?}", report.held);
    assert_eq!(scenario.exchange.items.borrow()[&"e".into()].record.title(), "Ours", "the answer was carried out");
}

#[test]
fn an_installation_that_moved_keeps_all_else_and_nobody_answers_to_what_never_ran() {
    let state = State::new(&crate::support::memory::account());
    let moved = StateChange::Moved("elsewhere".into());
    assert_eq!(moved.made_to(Some(state.clone())), Some(State { site: "elsewhere".into(), ..state }));
    let answered = StateChange::Answered(vec![answer("a", Reason::Clash, Choice::Leave)]);
    assert_eq!((moved.made_to(None), answered.made_to(None)), (None, None));
}

/// The runs of the history, newest first.
fn runs(scenario: &MemoryScenario) -> Vec<Instant> {
    let mut runs: Vec<_> = block_on(scenario.store.history()).unwrap().into_iter().map(|entry| entry.run).collect();
    runs.dedup();
    runs
}

#[test]
fn two_runs_that_begin_at_the_same_time_have_a_history_each_and_each_can_be_undone() {
    let scenario = linked(Side::Exchange);
    for name in ["Visit", "Lunch"] {
        scenario.exchange.edit(&"e".into(), |item| *title(item) = name.to_owned());
        scenario.run();
    }
    let all = runs(&scenario);
    assert_eq!(all.len(), 3, "the clock stands, and yet there are three runs: {all:?}");
    let before = |run: Instant| {
        let entries = block_on(scenario.store.entries(run)).unwrap();
        entries.iter().map(|entry| entry.before.as_ref().map(|r| r.title().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(before(all[0]), [Some("Visit".to_owned())]);
    assert_eq!(before(all[1]), [Some("Call".to_owned())]);
    scenario.with(|parts| assert_eq!(block_on(run::undo::undo(parts, all[0])).unwrap(), (1, 0)));
    assert_eq!(scenario.only(Side::Creatio).record.title(), "Visit");
}

#[test]
fn runs_that_go_on_at_the_same_time_have_a_history_each() {
    let (scenario, names) = (linked(Side::Exchange), ["Visit", "Lunch"]);
    let planned = names.map(|name| {
        scenario.exchange.put(event(name, name));
        scenario.with(|parts| block_on(run::plan(parts)).unwrap())
    });
    for planned in planned {
        scenario.with(|parts| block_on(run::apply::apply(parts, planned)).unwrap());
    }
    assert_eq!(runs(&scenario).len(), 3);
}

#[test]
fn a_store_names_no_two_runs_alike_even_if_the_clock_is_put_back() {
    let store = MemoryStore::default();
    let name = |now: &str| block_on(store.name_run(at(now))).unwrap();
    let first = name("2026-03-10T09:00:00Z");
    assert_eq!(first, at("2026-03-10T09:00:00Z"));
    let names: FlatSet<Instant> =
        ["2026-03-10T09:00:00Z", "2026-03-10T08:00:00Z", "2026-03-10T09:00:00Z"].map(name).into();
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|later| *later > first));
}

#[test]
fn the_newest_part_of_a_history_is_whole_runs() {
    let scenario = linked(Side::Exchange);
    for run in 1..4 {
        for one in 0..run {
            scenario.exchange.put(event(&format!("{run}-{one}"), &format!("{run}-{one}")));
        }
        scenario.run();
    }
    for (least, many) in [(0, 0), (1, 3), (3, 3), (4, 5), (6, 6), (7, 7), (100, 7)] {
        assert_eq!(block_on(scenario.store.recent(least)).unwrap().len(), many, "{least}");
    }
}

#[test]
fn a_store_without_room_gives_up_old_history_and_no_link() {
    // entries there are from a year of days, room for so many, and the days of what stays beside
    // what is written anew
    let days = [20, 9, 6, 1];
    for (room, stay) in [(6, vec![20, 9, 6, 1]), (4, vec![6, 1]), (2, vec![]), (0, vec![])] {
        let scenario = linked(Side::Exchange);
        let old = block_on(scenario.store.history()).unwrap().remove(0);
        let now = at("2026-03-10T09:00:00Z");
        let ago = |days: i64| now - chrono::Duration::days(days);
        let history = days.iter().map(|day| Entry { run: ago(*day), ..old.clone() });
        *scenario.store.history.borrow_mut() = history.collect();
        scenario.store.room.set(Some(room));
        for name in ["Visit", "Lunch"] {
            scenario.exchange.put(event(name, name));
        }
        let report = scenario.run();
        assert_eq!((report.counts.creatio.created, report.unfinished), (2, 0), "{room}");
        assert_eq!(scenario.store.links.borrow().len(), 3, "{room}: what was written is linked");
        let kept = block_on(scenario.store.history()).unwrap();
        let left: Vec<i64> = days.into_iter().filter(|day| kept.iter().any(|entry| entry.run == ago(*day))).collect();
        assert_eq!(left, stay, "{room}");
        let before = scenario.creatio.writes.get();
        scenario.run();
        assert_eq!(scenario.creatio.writes.get(), before, "{room}: the next run finds nothing to do");
    }
}

#[test]
fn nothing_is_removed_before_all_else_of_the_plan_is_written() {
    let mut settings = everything();
    settings.rules.creatio_delete = CreatioDelete::Delete;
    // with 45 new ones the last batch of those has room for the deletions, too
    for side in Side::BOTH {
        let mut scenario = MemoryScenario::new(&settings);
        scenario.exchange.log = Rc::clone(&scenario.creatio.log);
        for one in 0..30 {
            let old = meeting(&format!("Old {one}"), "2026-03-12T10:00:00Z");
            scenario.side(side).put(item(side, &format!("old-{one}"), Record::Meeting(old)));
        }
        scenario.settle();
        scenario.creatio.log.borrow_mut().clear();
        for one in 0..8 {
            scenario.side(side).remove(&format!("old-{one}").as_str().into());
        }
        for one in 0..45 {
            let new = meeting(&format!("New {one}"), "2026-03-14T10:00:00Z");
            scenario.side(side.other()).put(item(side.other(), &format!("new-{one}"), Record::Meeting(new)));
        }
        scenario.run();
        let log = scenario.creatio.log.borrow();
        let first = log.iter().position(|deed| *deed == Deed::Removes).unwrap();
        assert_eq!(log.iter().filter(|deed| **deed == Deed::Removes).count(), 8, "gone on {side}");
        assert!(log[first..].iter().all(|deed| *deed == Deed::Removes), "gone on {side}: {log:?}");
    }
}

#[test]
fn where_exports_go_is_followed_when_its_id_changes() {
    let mut settings = everything();
    settings.targets.calendar = Some("work-1".into());
    let scenario = MemoryScenario::new(&settings);
    let work = |id: &str| {
        *scenario.exchange.more.borrow_mut() = vec![id.into()];
        scenario.exchange.names.borrow_mut().insert(id.into(), "Work".to_owned());
    };
    work("work-1");
    scenario.run();
    work("work-2");
    scenario.creatio.put(activity("a", "Call"));
    let report = scenario.settle();
    assert!(report.held.is_empty(), "{:?}", report.held);
    assert_eq!(scenario.only(Side::Exchange).container, "work-2".into());
    let kept = scenario.store.settings.borrow().clone().unwrap();
    assert_eq!(kept.targets.calendar, Some("work-2".into()));
}
