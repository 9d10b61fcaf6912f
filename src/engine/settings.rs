//! The settings of one mailbox account, as on Creatio's page (rules, "Settings"). What is not on the page yet has its default.

use crate::model::{ContainerId, Day, GroupId};
use serde::{Deserialize, Serialize};

/// All settings of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Import meetings: all, or those of chosen calendars.
    pub import_meetings: Block<ContainerId>,
    /// Import tasks: all, or those of chosen lists.
    pub import_tasks: Block<ContainerId>,
    /// Export activities: all, or those of chosen groups.
    pub export: Block<GroupId>,
    /// Run by itself.
    pub automatic: bool,
    /// Items that end before this day are left alone.
    pub from: Day,
    /// What to do in cases that the page does not ask about yet.
    #[serde(default)]
    pub rules: Rules,
}

/// One block of the page: a switch, and all or a choice. Turned off, it keeps its choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block<T> {
    /// The switch.
    pub on: bool,
    /// All or chosen.
    pub scope: Extent,
    /// The chosen ones. An empty choice means nothing, never everything.
    pub chosen: Vec<T>,
}

/// All of them, or a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// All.
    #[default]
    All,
    /// Those chosen.
    Chosen,
}

/// Rules with a choice, beyond the page's blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rules {
    /// Who wins when both sides changed the same field differently.
    pub conflict: Conflict,
    /// What a deletion on Exchange does to the Activity.
    pub creatio_delete: CreatioDelete,
    /// What a deletion in Creatio does to the event or task.
    pub exchange_delete: ExchangeDelete,
    /// What is shown of private items.
    pub private: Private,
}

/// Settles a field that both sides changed differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conflict {
    /// The newer change by the servers' own stamps; not decidable: ask.
    #[default]
    Newest,
    /// Creatio's value.
    Creatio,
    /// Exchange's value.
    Exchange,
    /// Neither, until a person chooses.
    Ask,
}

/// What becomes of an Activity whose counterpart was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreatioDelete {
    /// Its status becomes Canceled.
    #[default]
    Mark,
    /// It is deleted.
    Delete,
    /// Nothing.
    Leave,
}

/// What becomes of an event or task whose Activity was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExchangeDelete {
    /// It goes to Deleted Items.
    #[default]
    Delete,
    /// Nothing.
    Leave,
}

/// What is imported of private items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Private {
    /// Nothing.
    Skip,
    /// A neutral title and the times.
    #[default]
    Busy,
    /// Everything.
    Full,
}

impl<T> Default for Block<T> {
    fn default() -> Self {
        Self { on: false, scope: Extent::All, chosen: Vec::new() }
    }
}

impl<T: PartialEq> Block<T> {
    /// Whether the block takes everything there is.
    #[must_use]
    pub fn takes_all(&self) -> bool {
        self.on && self.scope == Extent::All
    }

    /// Whether the block takes `one` by name.
    #[must_use]
    pub fn names(&self, one: &T) -> bool {
        self.on && self.scope == Extent::Chosen && self.chosen.contains(one)
    }

    /// The chosen ones, if the block is on and takes a choice.
    #[must_use]
    pub fn choice(&self) -> &[T] {
        if self.on && self.scope == Extent::Chosen { &self.chosen } else { &[] }
    }
}

/// Days before today from which a new account syncs.
pub const FIRST_DAYS: u64 = 30;

impl Settings {
    /// The settings of an account that has none yet: everything off, "all" chosen, from 30 days before `today`.
    #[must_use]
    pub fn first(today: Day) -> Self {
        Self {
            import_meetings: Block::default(),
            import_tasks: Block::default(),
            export: Block::default(),
            automatic: false,
            from: today.checked_sub_days(chrono::Days::new(FIRST_DAYS)).unwrap_or(today),
            rules: Rules::default(),
        }
    }
}
