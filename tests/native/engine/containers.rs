//! Containers whose ids change: a missing one is found by what else it is known by, and what named
//! it names it still.

use crate::support::memory::everything;
use crate::support::moment::{Moment, linked};
use schedule_sync::engine::change::StateChange;
use schedule_sync::engine::containers::{named, remembered, rename, rename_in_links, rename_in_settings, renamed};
use schedule_sync::engine::settings::{Extent, Settings, Targets};
use schedule_sync::engine::state::State;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::{Container, ContainerId, Kind, Side};

fn container(id: &str, name: &str, owner: &str) -> Container {
    let default = name == "Calendar";
    let (name, owner) = (name.to_owned(), owner.to_owned());
    Container { id: id.into(), kind: Kind::Meeting, name, owner, own: true, default, writable: true }
}

#[test]
fn a_missing_container_is_found_by_what_else_it_is_known_by() {
    let (calendar, work) = (|id: &str| container(id, "Calendar", "me"), |id: &str| container(id, "Work", "me"));
    let theirs = |id: &str| container(id, "Work", "them");
    let task = |id: &str| Container { kind: Kind::Task, ..calendar(id) };
    for (known, present, found) in [
        (vec![calendar("a")], vec![calendar("a")], vec![]),
        (vec![calendar("a")], vec![calendar("b")], vec![("a", "b")]),
        (vec![calendar("a")], vec![Container { name: "Календарь".to_owned(), ..calendar("b") }], vec![("a", "b")]),
        (vec![work("a")], vec![work("b"), calendar("c")], vec![("a", "b")]),
        (vec![work("a")], vec![theirs("b")], vec![]),
        (vec![work("a"), theirs("b")], vec![work("c"), theirs("d")], vec![("a", "c"), ("b", "d")]),
        (vec![work("a")], vec![work("b"), work("c")], vec![]),
        (vec![work("a"), work("b")], vec![work("c")], vec![]),
        (vec![work("a"), work("b")], vec![work("a"), work("c")], vec![("b", "c")]),
        (vec![calendar("a")], vec![task("b")], vec![]),
        (vec![work("a")], vec![], vec![]),
        (vec![], vec![work("a")], vec![]),
    ] {
        let found: Vec<_> = found.into_iter().map(|(old, new)| (old.into(), new.into())).collect();
        assert_eq!(renamed(&known, &present), found, "{known:?} {present:?}");
    }
}

#[test]
fn what_is_missing_is_remembered_as_long_as_it_is_needed() {
    let (a, b) = (container("a", "A", ""), container("b", "B", ""));
    let needed: FlatSet<&ContainerId> = [&a.id].into();
    let known = [a.clone(), container("c", "C", "")];
    assert_eq!(remembered(&known, std::slice::from_ref(&b), &needed), [b.clone(), a.clone()]);
    assert_eq!(remembered(&known, std::slice::from_ref(&a), &needed), [a]);
}

#[test]
fn what_named_a_container_names_it_by_its_new_id() {
    let names: [(ContainerId, ContainerId); 2] = [("a".into(), "b".into()), ("x".into(), "y".into())];
    let ids = |list: [&str; 3]| list.map(ContainerId::from).to_vec();
    let mut settings = everything();
    settings.import_meetings.chosen = ids(["a", "c", "x"]);
    (settings.import_tasks.scope, settings.import_tasks.chosen) = (Extent::Chosen, ids(["y", "x", "b"]));
    (settings.targets.calendar, settings.targets.list) = (Some("a".into()), Some("z".into()));
    rename_in_settings(&mut settings, &names);
    assert_eq!(settings.import_meetings.chosen, ids(["b", "c", "y"]));
    assert_eq!(settings.import_tasks.chosen, ids(["y", "y", "b"]));
    assert_eq!(
        named(&settings).cloned().collect::<Vec<_>>(),
        [ids(["b", "c", "y"]), ids(["y", "y", "b"]), vec!["b".into(), "z".into()]].concat()
    );

    let lies_in = |id: &str| {
        let (mut link, _) = linked(Side::Exchange);
        link.halves.exchange.container = id.into();
        link
    };
    let moved = rename_in_links(vec![lies_in("a"), lies_in("c"), lies_in("x")], &names);
    assert_eq!(moved, [lies_in("b"), lies_in("y")], "only those that moved are put");

    let mut state = State::new(&Moment::new().account);
    state.containers = vec![container("a", "Calendar", "me"), container("c", "Work", "me")];
    state.settings =
        Some(Settings { targets: Targets { calendar: Some("a".into()), ..Targets::default() }, ..everything() });
    state.holding = ids(["a", "c", "x"]).into_iter().collect();
    state.again.exchange = [("e".into(), "x".into())].into();
    let state = StateChange::Renamed(names.to_vec()).made_to(Some(state)).unwrap();
    assert_eq!(state.containers, [container("b", "Calendar", "me"), container("c", "Work", "me")]);
    assert_eq!(state.settings.unwrap().targets.calendar, Some("b".into()));
    assert_eq!(state.holding, ids(["b", "c", "y"]).into_iter().collect());
    assert_eq!(state.again.exchange, [("e".into(), "y".into())].into());
    assert_eq!(StateChange::Renamed(names.to_vec()).made_to(None), None, "an account that has never run");

    let mut one = ContainerId::from("c");
    rename(&mut one, &names);
    assert_eq!(one.as_str(), "c", "it has no other id");
}
