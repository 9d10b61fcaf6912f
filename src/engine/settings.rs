//! The settings of one mailbox account, as on Creatio's page (docs/rules.md, "Settings"). What the
//! page does not show has its default.

use crate::model::time::{HORIZON_MONTHS, SERIES_HORIZON_MONTHS};
use crate::model::{ContainerId, Day, Field, GroupId, Instant, Kind, Side, Window, Zone};
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
    /// Rules with a choice.
    #[serde(default)]
    pub rules: Rules,
    /// Where exports go.
    #[serde(default)]
    pub targets: Targets,
    /// Which way each field goes.
    #[serde(default)]
    pub fields: FieldMap,
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
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Extent {
    /// All.
    #[default]
    All,
    /// Those chosen.
    Chosen,
}

/// Rules with a choice, beyond the page's blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether what would mail people is done.
    pub notify: Notify,
    /// Export only Activities of which the user is Owner or participant.
    pub only_mine: bool,
    /// Export to this mailbox what was imported from another one of the same user.
    pub between: bool,
    /// An imported meeting whose status nobody changed becomes Completed after its end.
    pub completes: bool,
    /// Months ahead that single items are looked at.
    pub months: u32,
    /// Months ahead that occurrences of a series are looked at.
    pub series_months: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            conflict: Conflict::default(),
            creatio_delete: CreatioDelete::default(),
            exchange_delete: ExchangeDelete::default(),
            private: Private::default(),
            notify: Notify::default(),
            only_mine: false,
            between: false,
            completes: true,
            months: HORIZON_MONTHS,
            series_months: SERIES_HORIZON_MONTHS,
        }
    }
}

/// Whether what would mail people is done: attendees invited or told of a change, the organizer
/// answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Notify {
    /// Nobody is invited, and no other mail goes out without a person's word for the item.
    #[default]
    Never,
    /// Every time it is asked.
    Ask,
    /// Of what is created or changed after this was chosen; of what was there before it is asked.
    Always,
}

/// The calendar and the list that exports go to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Targets {
    /// For meetings; `None`: the mailbox's default calendar.
    pub calendar: Option<ContainerId>,
    /// For tasks; `None`: the mailbox's default list.
    pub list: Option<ContainerId>,
}

impl Targets {
    /// The container chosen for `kind`.
    #[must_use]
    pub const fn of(&self, kind: Kind) -> Option<&ContainerId> {
        match kind {
            Kind::Meeting => self.calendar.as_ref(),
            Kind::Task => self.list.as_ref(),
        }
    }
}

/// Which way a field goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum FieldDirection {
    /// Both ways.
    #[default]
    Both,
    /// Both ways, and a body also to people who are invited: the notes of an Activity go out
    /// without a question.
    Open,
    /// From Exchange to Creatio only.
    In,
    /// From Creatio to Exchange only.
    Out,
    /// Not at all: it is neither written nor counted as an edit.
    Off,
}

impl FieldDirection {
    /// Whether a value of `side` may go to the other.
    #[must_use]
    pub const fn lets(self, side: Side) -> bool {
        match (self, side) {
            (Self::Both | Self::Open, _) | (Self::In, Side::Exchange) | (Self::Out, Side::Creatio) => true,
            (Self::In, Side::Creatio) | (Self::Out, Side::Exchange) | (Self::Off, _) => false,
        }
    }
}

/// Which way each field goes: what an administrator's policy sets. A field that it doesn't name
/// goes both ways, so `{"body": "off"}` is a whole map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // each is the model's Field of the same name
pub struct FieldMap {
    pub title: FieldDirection,
    pub when: FieldDirection,
    pub place: FieldDirection,
    pub body: FieldDirection,
    pub importance: FieldDirection,
    pub reminder: FieldDirection,
    pub status: FieldDirection,
    pub people: FieldDirection,
    pub response: FieldDirection,
}

impl FieldMap {
    /// The same, but for `fields`, which no longer go any way.
    #[must_use]
    pub fn without(mut self, fields: &[Field]) -> Self {
        for field in fields {
            *self.of_mut(*field) = FieldDirection::Off;
        }
        self
    }

    /// The way of `field`, to be changed.
    pub const fn of_mut(&mut self, field: Field) -> &mut FieldDirection {
        match field {
            Field::Title => &mut self.title,
            Field::When => &mut self.when,
            Field::Place => &mut self.place,
            Field::Body => &mut self.body,
            Field::Importance => &mut self.importance,
            Field::Reminder => &mut self.reminder,
            Field::Status => &mut self.status,
            Field::People => &mut self.people,
            Field::Response => &mut self.response,
        }
    }

    /// The way of `field`.
    #[must_use]
    pub const fn of(&self, field: Field) -> FieldDirection {
        match field {
            Field::Title => self.title,
            Field::When => self.when,
            Field::Place => self.place,
            Field::Body => self.body,
            Field::Importance => self.importance,
            Field::Reminder => self.reminder,
            Field::Status => self.status,
            Field::People => self.people,
            Field::Response => self.response,
        }
    }
}

/// Settles a field that both sides changed differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
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
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
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
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
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
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
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
    /// The settings of an account that has none yet: everything off, "all" chosen, from 30 days
    /// before `today`.
    #[must_use]
    pub fn first(today: Day) -> Self {
        Self {
            import_meetings: Block::default(),
            import_tasks: Block::default(),
            export: Block::default(),
            automatic: false,
            from: today.checked_sub_days(chrono::Days::new(FIRST_DAYS)).unwrap_or(today),
            rules: Rules::default(),
            targets: Targets::default(),
            fields: FieldMap::default(),
        }
    }

    /// Whether anything is synchronized at all.
    #[must_use]
    pub const fn does_anything(&self) -> bool {
        self.import_meetings.on || self.import_tasks.on || self.export.on
    }

    /// The window of a run at `now` by a user in `zone`.
    #[must_use]
    pub fn window(&self, now: Instant, zone: &dyn Zone) -> Window {
        Window::ahead(now, self.from, self.rules.months, self.rules.series_months, zone)
    }
}
