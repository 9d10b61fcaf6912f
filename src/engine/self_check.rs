//! The planner's look at its own work: whether every item that was seen has been decided on. An
//! item that the planner forgets would neither be synchronized nor be named, so that nobody would
//! ever notice. Decides nothing itself.

use crate::engine::context::{Context, Seen};
use crate::engine::held::{Held, Reason};
use crate::engine::link::Link;
use crate::flat::FlatSet;
use crate::model::{ItemId, Pair, Side};

/// The items that the planner has decided on, be it to leave them alone.
#[derive(Debug, Default)]
pub struct Accounted<'a>(Pair<FlatSet<&'a ItemId>>);

impl<'a> Accounted<'a> {
    /// An item has been decided on.
    pub fn add(&mut self, side: Side, id: &'a ItemId) {
        self.0[side].insert(id);
    }

    /// A pair has been decided on, with those that a conversion left behind.
    pub fn add_pair(&mut self, link: &'a Link) {
        for pair in std::iter::once(link).chain(link.formers()) {
            Side::BOTH.into_iter().for_each(|side| self.add(side, pair.halves[side].id()));
        }
    }
}

/// What was seen and not decided on, for a person to know of: that is a fault of this program.
#[must_use]
pub fn overlooked(context: &Context<'_>, seen: &Seen, accounted: &Accounted<'_>) -> Vec<Held> {
    let forgotten = |side: Side| {
        let items = seen.items[side].values().filter(move |item| !accounted.0[side].contains(&item.id));
        items.map(move |item| Held::whole(side, item.id.clone(), item.record.title(), Reason::Overlooked, context.now))
    };
    Side::BOTH.into_iter().flat_map(forgotten).collect()
}
