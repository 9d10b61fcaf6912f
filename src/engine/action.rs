//! Steps, and the writes that they come to: what one pair or item contributes to a plan.

use crate::engine::context::Context;
use crate::engine::held::{Held, Reason};
use crate::engine::link::Link;
use crate::flat::FlatSet;
use crate::model::op::{Op, SendInvitations, Update};
use crate::model::{ContainerId, Item, ItemId, Patch, Record, Side};
use serde::{Deserialize, Serialize};

/// What is done with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Rest,
    /// Create on this side.
    Create(Side),
    /// Write to this side what the other changed.
    Update(Side),
    /// Apply this side's delete rule.
    Delete(Side),
    /// Create again on this side what was deleted there and edited on the other.
    Revive(Side),
    /// Both changed: merge field by field.
    Merge,
    /// Link two unlinked items.
    Adopt,
    /// The kind changed on the other side: create the new kind here and remove the old.
    Convert(Side),
    /// Out of scope: keep the link, do nothing.
    Sleep,
    /// Both are gone, or one is and the other shall stay: keep a tombstone.
    Bury,
    /// A person wants it left: both rest as they are, until one is edited.
    Leave,
    /// Wait for a person.
    Hold(Reason),
}

/// One step with its writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it is.
    pub step: Step,
    /// The title, for the page only.
    pub title: String,
    /// The writes, in order; one that is not confirmed ends the action.
    pub writes: Vec<(Side, Op)>,
    /// The link before; `None` for a new pair.
    pub before: Option<Link>,
    /// The link once every write is confirmed; ids and versions of what is written come from the
    /// servers' replies.
    pub after: Link,
}

/// Creatio's one container.
pub const ACTIVITIES: &str = "activities";

/// What one pair or item contributes to a plan.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// The step with writes, if it has any.
    pub action: Option<Action>,
    /// Links to put without a write.
    pub links: Vec<Link>,
    /// Links to drop.
    pub drop: Vec<ItemId>,
    /// What waits for a person.
    pub held: Vec<Held>,
    /// What a person is told without being asked.
    pub notes: FlatSet<Note>,
    /// An item of Exchange that only the next run can see to, which no listing may tell of then.
    pub next: Option<Postponed>,
}

/// An item of Exchange that the next run reads again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postponed {
    /// The item.
    pub id: ItemId,
    /// Where it lies.
    pub container: ContainerId,
}

/// What a run tells a person without asking: it is not held, and is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Note {
    /// A meeting went over, or is there already, without its participants, who would have been
    /// mailed.
    Uninvited,
    /// A meeting has ended: what would have mailed its people was left as it is.
    Ended,
}

impl Planned {
    /// Nothing but a link to put.
    #[must_use]
    pub fn put(link: Link) -> Self {
        Self { links: vec![link], ..Self::default() }
    }

    /// Nothing but a link to drop.
    #[must_use]
    pub fn dropped(link: &Link) -> Self {
        Self { drop: vec![link.halves.creatio.id().clone()], ..Self::default() }
    }

    /// The action of an adoption, made of the bare link where nothing was to be written.
    pub fn adopting(&mut self, title: &str) -> Option<&mut Action> {
        if self.action.is_none() {
            let (after, title) = (self.links.pop()?, title.to_owned());
            self.action = Some(Action { step: Step::Adopt, title, writes: Vec::new(), before: None, after });
        }
        self.action.as_mut()
    }

    /// The same, with what is held told to be so for `detail`.
    #[must_use]
    pub fn because(mut self, detail: &str) -> Self {
        for held in &mut self.held {
            detail.clone_into(&mut held.detail);
        }
        self
    }

    /// Nothing but an item that is held.
    #[must_use]
    pub fn held(context: &Context<'_>, side: Side, item: &Item, reason: Reason) -> Self {
        let held = Held::whole(side, item.id.clone(), item.record.title(), reason, context.now);
        Self { held: vec![held], ..Self::default() }
    }
}

/// An update of the item of `link` on `side`, as it was read.
pub(super) fn update(link: &Link, side: Side, before: &Record, patch: Patch) -> Update {
    Update {
        id: link.halves[side].id().clone(),
        container: link.halves[side].container.clone(),
        version: link.halves[side].spelled_version(),
        before: before.clone(),
        patch,
        uid: None,
        owner: None,
        status: None,
        mark: None,
        facts: link.halves[side].facts.clone(),
        tells: SendInvitations::All,
    }
}
