//! Calendars and lists whose ids change (docs/facts/graph.md, "Calendars"): a missing one is looked
//! for by what else it is known by, before it counts as gone. Nothing here says what becomes of the
//! items in a container that is gone.

use crate::engine::link::Link;
use crate::engine::scope;
use crate::engine::settings::{Block, Extent, Settings};
use crate::engine::state::State;
use crate::flat::FlatSet;
use crate::model::{Container, ContainerId, Kind, Side};

/// Old and new ids of containers.
pub type Renamed = [(ContainerId, ContainerId)];

/// Containers of `known` that are `present` under another id: the default one of its kind, or the
/// one with the same name and owner. Where several could be it, none is.
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

/// What to keep of containers for the next run: those `present`, and of those `known` before the
/// missing ones that are still `needed`.
#[must_use]
pub fn remembered(known: &[Container], present: &[Container], needed: &FlatSet<&ContainerId>) -> Vec<Container> {
    let missing = known.iter().filter(|old| needed.contains(&old.id) && !present.iter().any(|new| new.id == old.id));
    present.iter().chain(missing).cloned().collect()
}

/// The containers that settings name, whether or not their block is on.
pub fn named(settings: &Settings) -> impl Iterator<Item = &ContainerId> {
    let targets = settings.targets.calendar.iter().chain(&settings.targets.list);
    settings.import_meetings.chosen.iter().chain(&settings.import_tasks.chosen).chain(targets)
}

/// Takes the containers `left_out` out of what settings import, which names the others from then
/// on; `all`: those of the mailbox.
pub fn leave_out(settings: &mut Settings, left_out: &FlatSet<ContainerId>, all: &[Container]) {
    for kind in [Kind::Meeting, Kind::Task] {
        let covered = |container: &&Container| container.kind == kind && scope::imports_from(settings, container);
        let (out, rest): (Vec<&Container>, Vec<&Container>) =
            all.iter().filter(covered).partition(|container| left_out.contains(&container.id));
        if out.is_empty() {
            continue;
        }
        let chosen = rest.into_iter().map(|container| container.id.clone()).collect();
        let block = match kind {
            Kind::Meeting => &mut settings.import_meetings,
            Kind::Task => &mut settings.import_tasks,
        };
        *block = Block { scope: Extent::Chosen, chosen, ..block.clone() };
    }
}

/// Puts the new ids in the place of the old ones in settings.
pub fn rename_in_settings(settings: &mut Settings, renamed: &Renamed) {
    let rename = |block: &mut Block<ContainerId>| block.chosen.iter_mut().for_each(|id| rename(id, renamed));
    rename(&mut settings.import_meetings);
    rename(&mut settings.import_tasks);
    let targets = [&mut settings.targets.calendar, &mut settings.targets.list];
    targets.into_iter().flatten().for_each(|id| self::rename(id, renamed));
}

/// The same in what a state remembers of containers, and of items in them.
pub fn rename_in_state(state: &mut State, renamed: &Renamed) {
    state.containers.iter_mut().for_each(|container| rename(&mut container.id, renamed));
    if let Some(settings) = &mut state.settings {
        rename_in_settings(settings, renamed);
    }
    let new = |mut id: ContainerId| {
        rename(&mut id, renamed);
        id
    };
    state.holding = std::mem::take(&mut state.holding).into_iter().map(new).collect();
    let again = std::mem::take(&mut state.again[Side::Exchange]);
    state.again[Side::Exchange] = again.into_iter().map(|(id, at)| (id, new(at))).collect();
}

/// The links in containers that were renamed, as they are then.
#[must_use]
pub fn rename_in_links(links: Vec<Link>, renamed: &Renamed) -> Vec<Link> {
    let mut moved = Vec::new();
    for mut link in links {
        let before = link.halves.exchange.container.clone();
        rename(&mut link.halves.exchange.container, renamed);
        if link.halves.exchange.container != before {
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
