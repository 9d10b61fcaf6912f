//! Part of the third phase: the Activities of the chosen groups, where export is limited to groups.

use super::{Gather, activity};
use crate::engine::held::{Held, Reason};
use crate::engine::link::LinkKey;
use crate::engine::settings::Extent;
use crate::engine::state::State;
use crate::error::Result;
use crate::flat::FlatSet;
use crate::model::lookup::Lookup;
use crate::model::time::local;
use crate::model::{ItemId, Side};
use crate::ports::{Directory, Store};
use crate::run::World;

impl<W: World> Gather<'_, W> {
    /// The Activities of the chosen groups that touch the window; those that no listing told of are
    /// read, since joining a group changes no Activity. They are asked for in a full comparison, on
    /// a new day, when the groups changed, and when an unlinked Activity did: which may be in one
    /// now. How the groups stood, for the next run.
    pub(super) async fn members(&mut self, state: &State) -> Result<Option<String>> {
        let settings = self.context.settings;
        if !settings.export.on || settings.export.scope != Extent::Chosen {
            return Ok(None);
        }
        let groups = settings.export.choice();
        let today = local(self.context.zone, self.context.now).date();
        let stamp = self.world.creatio().membership(groups).await?.map(|stamp| format!("{today} {stamp}"));
        let unlinked = self.seen.items.creatio.keys().any(|id| !self.links.contains_key(id));
        if !self.seen.full && !unlinked && stamp.is_some() && stamp == state.membership {
            self.held.extend(state.held.iter().filter(|held| held.reason == Reason::Group).cloned());
            self.seen.members = Some(FlatSet::new());
            return Ok(stamp);
        }
        let membership = self.world.creatio().members(groups, &self.context.window).await?;
        self.held.extend(membership.failed.into_iter().map(|(group, detail)| Held {
            id: Some(ItemId::new(group.as_str())),
            detail,
            ..Held::nameless(Side::Creatio, Reason::Group, self.context.now)
        }));
        let unseen: Vec<LinkKey> = membership
            .members
            .iter()
            .filter(|id| !self.seen.items.creatio.contains_key(id) && !self.links.contains_key(id))
            .map(|id| LinkKey::Item(Side::Creatio, id.clone()))
            .collect();
        let linked: FlatSet<ItemId> =
            self.world.store().links(&unseen).await?.into_iter().map(|link| link.halves.creatio.id().clone()).collect();
        let lookups: Vec<Lookup> = unseen
            .into_iter()
            .filter_map(|key| match key {
                LinkKey::Item(_, id) if !linked.contains(&id) => Some(activity(id)),
                LinkKey::Item(..) | LinkKey::Series(_) | LinkKey::Due(_) => None,
            })
            .collect();
        self.read(Side::Creatio, &lookups).await?;
        self.seen.members = Some(membership.members);
        Ok(stamp)
    }
}
