//! How each field of a pair may flow, and what of it waits for a person's word (rules, "Scope and direction", "Who writes", "Fields").

use super::link::Reason;
use super::settings::{FieldMap, Notify};
use crate::model::{Field, Side};
use crate::ports::Tells;
use std::collections::BTreeSet;

/// How a field of a pair may flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Both ways.
    Both,
    /// From this side only. Edits on the other stay until this side changes the field.
    From(Side),
    /// The field belongs to this side: edits on the other are put back.
    Owned(Side),
    /// From this side only, and never over an edit on the other (a private event's placeholder).
    Under(Side),
    /// Not at all.
    Off,
}

impl Flow {
    /// Whether a value of `side` may go to the other.
    #[must_use]
    pub fn lets(self, side: Side) -> bool {
        match self {
            Self::Both => true,
            Self::From(source) | Self::Owned(source) | Self::Under(source) => source == side,
            Self::Off => false,
        }
    }
}

/// The flow of each field of a pair (rules, "Who writes", "Fields").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flows {
    /// Exchange's values may go to Creatio.
    pub inward: bool,
    /// Creatio's values may go to Exchange.
    pub outward: bool,
    /// Somebody else organizes the event.
    pub foreign: bool,
    /// A recurring task.
    pub recurring: bool,
    /// A business process owns the Activity.
    pub process: bool,
    /// The event or task is private: its placeholder in Creatio says nothing back.
    pub private: bool,
    /// The Activity's Owner is the user.
    pub own: bool,
    /// The two are linked only now: people and responses are never written by that.
    pub adopts: bool,
    /// The user's own answer may go to Creatio, where every participant writes their own row.
    pub joins: bool,
    /// The event's or task's body has what an Activity can't carry, and a new body would lose it.
    pub rich: bool,
    /// Writing title, time, place or body would mail somebody (graph/facts.md §3; for title and body reports differ, and the
    /// promise that nobody is mailed unasked comes first).
    pub mails: bool,
    /// Changes of an event mail nobody: the server does without, and that is the setting.
    pub silent: bool,
    /// The user has given the answer that stands in Creatio.
    pub answered: bool,
    /// Which way each field goes, by setting.
    pub fields: FieldMap,
    /// What is done that would mail somebody, by setting.
    pub notify: Notify,
    /// What a person has allowed for this pair.
    pub word: Word,
}

/// What a person has allowed for a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// That people get mail of a change.
    pub mail: bool,
    /// That people are invited.
    pub invite: bool,
}

impl Flows {
    /// How `field` may flow.
    #[must_use]
    pub fn of(self, field: Field) -> Flow {
        if self.adopts && matches!(field, Field::People | Field::Response) {
            return Flow::Off;
        }
        let way = self.fields.of(field);
        let inward = way.lets(Side::Exchange)
            && match field {
                Field::Response => self.joins,
                Field::Status => self.inward && !self.process,
                Field::Title
                | Field::When
                | Field::Place
                | Field::Body
                | Field::Importance
                | Field::Reminder
                | Field::People => self.inward,
            };
        let outward = way.lets(Side::Creatio)
            && self.outward
            && !self.private
            && match field {
                Field::Title | Field::When | Field::Place | Field::Body | Field::Importance => {
                    !self.foreign && !self.recurring
                }
                // what somebody else's Activity reminds of is theirs
                Field::Reminder => !self.recurring && self.own,
                // in the user's name people are invited to the user's own meetings, and answers given that the user gave
                Field::People => !self.foreign && self.own,
                Field::Response => self.foreign && self.answered,
                Field::Status => true,
            };
        let owned =
            self.foreign && matches!(field, Field::Title | Field::When | Field::Place | Field::Body | Field::People);
        match (inward, outward) {
            (true, true) => Flow::Both,
            (true, false) if self.private => Flow::Under(Side::Exchange),
            (true, false) if owned => Flow::Owned(Side::Exchange),
            (true, false) => Flow::From(Side::Exchange),
            (false, true) => Flow::From(Side::Creatio),
            (false, false) => Flow::Off,
        }
    }

    /// Why a value of `field` would not go to Exchange without a person's word, if it may go at all.
    #[must_use]
    pub fn asks(self, field: Field) -> Option<Reason> {
        let mails = match field {
            Field::Title | Field::When | Field::Place | Field::Body => self.mails && !self.silent,
            Field::Response => true, // the organizer: an answer that nobody hears is none
            Field::Importance | Field::Reminder | Field::Status | Field::People => false,
        };
        match () {
            () if mails && !self.may_mail() => Some(Reason::WouldMail),
            () if self.rich && field == Field::Body => Some(Reason::RichBody),
            () => None,
        }
    }

    /// Whether `field` would come from Exchange if a process did not own it.
    pub(super) fn withholds(self, field: Field) -> bool {
        self.process && field == Field::Status && self.inward && self.fields.of(field).lets(Side::Exchange)
    }

    /// Who gets mail of a write of `fields`.
    #[must_use]
    pub fn tells(self, fields: &BTreeSet<Field>) -> Tells {
        match () {
            () if !self.silent || self.word.mail => Tells::All,
            () if self.word.invite && fields.contains(&Field::People) => Tells::Invited,
            () => Tells::Nobody,
        }
    }

    fn may_mail(self) -> bool {
        self.notify == Notify::Always || self.word.mail
    }

    /// Why nobody is invited without a person's word, if so.
    #[must_use]
    pub fn invites(self) -> Option<Reason> {
        match self.notify {
            Notify::Never | Notify::Ask if self.word.invite => None,
            Notify::Never => Some(Reason::NotInvited),
            Notify::Ask => Some(Reason::WouldInvite),
            Notify::Always => None,
        }
    }

    /// Why no attendees are taken off without a person's word, if so; `all` of them never are.
    #[must_use]
    pub fn uninvites(self, all: bool) -> Option<Reason> {
        // a write that invites somebody tells those too whom it takes off
        let unnoticed = self.silent && !self.word.invite;
        let may = if all { self.word.mail } else { self.may_mail() || unnoticed };
        (!may).then_some(Reason::WouldMail)
    }
}
