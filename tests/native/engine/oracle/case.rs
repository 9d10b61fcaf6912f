//! One case of the decision table: everything that the rules make a decision depend on, in the
//! rules' own words. Not the engine's types: the oracle must not inherit the engine's way of seeing
//! a case.

use schedule_sync::model::{Field, Kind, Side};

/// The link of the pair, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bond {
    Alive,
    Asleep,
    Tombstone,
    None,
}

/// What became of one side since the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Same,
    Edited,
    /// Not there any more, confirmed.
    Gone,
    /// Creatio: a person set the status Canceled. Exchange: the organizer cancelled the event.
    Canceled,
    /// Creatio only: a person took the status Canceled back (the base says Canceled).
    Reopened,
    /// There, and without a link.
    New,
    /// Never was there.
    Absent,
}

/// Who made the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// We created the item on Exchange.
    OnExchange,
    /// We created the Activity from Exchange.
    Imported,
    /// Neither: both were there and we adopted them.
    Neither,
}

/// Is the event private, and what is the setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Private {
    No,
    Skip,
    Busy,
    Full,
}

/// The conflict rule; for "newest" also which side's stamp is the newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clash {
    NewestIsCreatio,
    NewestIsExchange,
    NewestUnknown,
    Creatio,
    Exchange,
    Ask,
}

/// The delete rule of Creatio; that of Exchange knows no `Mark`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    Mark,
    Delete,
    Leave,
}

/// What is done that would mail people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notify {
    /// And the server mails whomever it concerns (Microsoft 365).
    Never,
    /// Never, and the server leaves it to the writer who gets mail (Exchange Server).
    Silently,
    Ask,
    Always,
}

/// Which way the edited fields go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Both,
    In,
    Out,
    Off,
}

impl Way {
    /// Whether a value of `side` may go to the other.
    pub(crate) fn lets(self, side: Side) -> bool {
        match self {
            Self::Both => true,
            Self::In => side == Side::Exchange,
            Self::Out => side == Side::Creatio,
            Self::Off => false,
        }
    }
}

/// What an edited side edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// One field; two edited sides wrote different values.
    One(Field),
    /// The title; two edited sides wrote the same.
    Alike,
    /// Creatio the title, Exchange the body.
    Apart,
}

/// A case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) bond: Bond,
    pub(crate) creatio: Fate,
    pub(crate) exchange: Fate,
    pub(crate) made: Made,
    pub(crate) kind: Kind,
    pub(crate) import: bool,
    pub(crate) export: bool,
    pub(crate) clash: Clash,
    pub(crate) creatio_rule: Removal,
    pub(crate) exchange_rule: Removal,
    pub(crate) private: Private,
    /// The user organizes the event (always so for a task).
    pub(crate) organizer: bool,
    /// The event has attendees (two).
    pub(crate) attendees: bool,
    /// The Activity's Owner is the user (the last known one, if it is gone).
    pub(crate) owner: bool,
    /// A single item, not an occurrence of a series.
    pub(crate) single: bool,
    pub(crate) past: bool,
    pub(crate) in_window: bool,
    /// The calendar or list can be read.
    pub(crate) container: bool,
    pub(crate) process: bool,
    pub(crate) completed: bool,
    pub(crate) edit: Edit,
    /// A side that is the same was not read at all: no delta told of it.
    pub(crate) unread: bool,
    pub(crate) notify: Notify,
    /// Which way the edited fields go, by the field map.
    pub(crate) way: Way,
    /// The Activity was imported from another mailbox of the user, where its counterpart lives.
    pub(crate) elsewhere: bool,
    /// What was imported from one mailbox is exported to another.
    pub(crate) between: bool,
    /// Only what the user takes part in is exported, and the user does not take part.
    pub(crate) narrowed: bool,
}

impl Case {
    /// The field that a side has changed, if it has.
    pub(crate) fn changed(&self, side: Side) -> Option<Field> {
        let fate = match side {
            Side::Creatio => self.creatio,
            Side::Exchange => self.exchange,
        };
        (matches!(fate, Fate::Edited) || self.adopts()).then_some(match (self.edit, side) {
            (Edit::One(field), _) => field,
            (Edit::Alike, _) | (Edit::Apart, Side::Creatio) => Field::Title,
            (Edit::Apart, Side::Exchange) => Field::Body,
        })
    }

    /// Whether the edit of the side that is still there may go over, and is more than an answer to
    /// an invitation.
    pub(crate) fn goes(&self) -> bool {
        let side = if self.creatio == Fate::Edited { Side::Creatio } else { Side::Exchange };
        let answer = self.changed(side) == Some(Field::Response);
        self.changed(side).is_none() || (self.way.lets(side) && !answer)
    }

    /// Both are there and unlinked: their values are compared without a base.
    pub(crate) fn adopts(&self) -> bool {
        self.creatio == Fate::New && self.exchange == Fate::New
    }
}
