//! Calendars and lists whose ids change (graph/facts.md §1.1): a missing one is looked for by what else it is known by, before it counts as gone.
//! Nothing here says what becomes of the items in a container that is gone.

use super::link::Link;
use super::settings::{Block, Settings};
use crate::model::{Container, ContainerId};
use std::collections::BTreeSet;

/// Old and new ids of containers.
pub type Renamed = [(ContainerId, ContainerId)];

/// Containers of `known` that are `present` under another id: the default one of its kind, or the one with the same name and owner. Where
/// several could be it, none is.
#[must_use]
pub fn renamed(known: &[Container], present: &[Container]) -> Vec<(ContainerId, ContainerId)> {
    let is_in = |all: &[Container], id: &ContainerId| all.iter().any(|container| container.id == *id);
    let missing = || known.iter().filter(|old| !is_in(present, &old.id));
    let new = || present.iter().filter(|new| !is_in(known, &new.id));
    let only = |old: &Container| {
        let mut found = new().filter(|new| is_same(old, new));
        let first = found.next()?;
        let is_only = found.next().is_none() && missing().filter(|other| is_same(other, first)).count() == 1;
        is_only.then(|| (old.id.clone(), first.id.clone()))
    };
    missing().filter_map(only).collect()
}

/// Whether two containers are one, by all but their ids.
fn is_same(old: &Container, new: &Container) -> bool {
    old.kind == new.kind
        && old.default == new.default
        && (old.default || (old.own == new.own && old.name == new.name && old.owner == new.owner))
}

/// What to keep of containers for the next run: those `present`, and of those `known` before the missing ones that are still `needed`.
#[must_use]
pub fn remembered(known: &[Container], present: &[Container], needed: &BTreeSet<&ContainerId>) -> Vec<Container> {
    let missing = known.iter().filter(|old| needed.contains(&old.id) && !present.iter().any(|new| new.id == old.id));
    present.iter().chain(missing).cloned().collect()
}

/// The containers that settings name, whether or not their block is on.
pub fn named(settings: &Settings) -> impl Iterator<Item = &ContainerId> {
    settings.import_meetings.chosen.iter().chain(&settings.import_tasks.chosen)
}

/// Puts the new ids in the place of the old ones in settings.
pub fn rename_in_settings(settings: &mut Settings, renamed: &Renamed) {
    let rename = |block: &mut Block<ContainerId>| block.chosen.iter_mut().for_each(|id| rename(id, renamed));
    rename(&mut settings.import_meetings);
    rename(&mut settings.import_tasks);
}

/// The links in containers that were renamed, as they are then.
#[must_use]
pub fn rename_in_links(links: Vec<Link>, renamed: &Renamed) -> Vec<Link> {
    let mut moved = Vec::new();
    for mut link in links {
        let before = link.containers.exchange.clone();
        rename(&mut link.containers.exchange, renamed);
        if link.containers.exchange != before {
            moved.push(link);
        }
    }
    moved
}

/// The new id of a container, if it has one.
pub fn rename(id: &mut ContainerId, renamed: &Renamed) {
    if let Some((_, new)) = renamed.iter().find(|(old, _)| old == id) {
        id.clone_from(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

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
        let needed: BTreeSet<&ContainerId> = [&a.id].into();
        let known = [a.clone(), container("c", "C", "")];
        assert_eq!(remembered(&known, std::slice::from_ref(&b), &needed), [b.clone(), a.clone()]);
        assert_eq!(remembered(&known, std::slice::from_ref(&a), &needed), [a]);
    }
}
