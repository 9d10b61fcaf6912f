//! The field policy of a pair: in which direction each field may go, and what of it waits for a
//! person's word (docs/rules.md, "Scope and direction", "Who writes", "Fields").

use crate::engine::context::{Context, Seen};
use crate::engine::held::Reason;
use crate::engine::link::Memory;
use crate::engine::permissions::{MayMail, Notes};
use crate::engine::settings::{FieldMap, Notify};
use crate::flat::FlatSet;
use crate::model::op::SendInvitations;
use crate::model::{Field, Item, ItemId, Side};

/// The direction in which a field of a pair may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    Both,
    /// From this side only. Edits on the other stay until this side changes the field.
    From(Side),
    /// The field belongs to this side: edits on the other are put back.
    Owned(Side),
    /// From this side only, and never over an edit on the other (a private event's placeholder; the
    /// user's notes of somebody else's meeting).
    Under(Side),
    /// Not at all.
    Off,
}

impl Direction {
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

/// What decides the direction of each field of a pair (docs/rules.md, "Who writes", "Fields").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldPolicy {
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
    /// The two are linked only now, and we made the one on this side for the other.
    pub made: Option<Side>,
    /// The two are linked only now, and the event or task is as we made it.
    pub untouched: bool,
    /// So it is, and the Activity is as it then was: what differs is the server's.
    pub as_sent: bool,
    /// The user's own answer may go to Creatio, where every participant writes their own row.
    pub joins: bool,
    /// The event's or task's body has what an Activity can't carry, and a new body would lose it.
    pub rich: bool,
    /// Writing title, time, place or body would mail somebody (docs/facts/graph.md, "Mail"; for
    /// title and body reports differ, and the promise that nobody is mailed unasked comes first).
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
    pub may_mail: MayMail,
    /// The meeting has ended on both sides: nobody gets mail of it any more, and nobody is asked.
    pub ended: bool,
    /// People are invited from another account of the user, which exported the Activity first.
    pub carried: bool,
    /// The text that stands on the event was written in Creatio.
    pub inside: bool,
    /// Whether the notes of the Activity may go to people who are invited.
    pub notes: Notes,
    /// The user takes over the organizer's text in place of notes of their own.
    pub yields: bool,
}

/// The notify rule as it counts for an Activity, read as `item` if it was: "always" is for what is
/// created or changed after it was chosen; what was there before counts as "ask" (docs/rules.md,
/// "Attendees and notify rule"). Where no server tells when, the rule stands as it was chosen.
#[must_use]
pub fn notify(context: &Context<'_>, seen: &Seen, item: Option<&Item>, memory: Option<&Memory>) -> Notify {
    let rule = context.settings.rules.notify;
    if rule != Notify::Always {
        return rule;
    }
    let is_new = seen.always.is_some_and(|always| always.is_new);
    let asked = |id: &ItemId| {
        [Reason::WouldMail, Reason::WouldInvite].iter().any(|reason| seen.guarded.contains(&(id.clone(), *reason)))
    };
    let asked = is_new && item.is_some_and(|item| asked(&item.id));
    let waited = memory.is_some_and(|memory| memory.waited || !memory.uninvited.is_empty());
    // of a pair that was in step when the rule was chosen, whatever is edited now was edited since
    let since = seen.always.filter(|_| memory.is_none() || is_new).map(|always| always.since);
    let changed = item.and_then(|item| item.stamp.max(item.facts.created));
    let older = since.zip(changed).is_some_and(|(since, changed)| changed < since);
    if asked || waited || older { Notify::Ask } else { Notify::Always }
}

/// What becomes of what would mail somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailing {
    /// It is done.
    Goes,
    /// It waits for a person's word, for this reason.
    Waits(Reason),
    /// It is not done, and nobody is asked.
    Stays,
}

impl FieldPolicy {
    /// The direction in which `field` may go.
    #[must_use]
    pub fn of(self, field: Field) -> Direction {
        if self.adopts && matches!(field, Field::People | Field::Response) {
            return Direction::Off;
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
                // in the user's name people are invited to the user's own meetings, and answers
                // given that the user gave
                Field::People => !self.foreign && self.own,
                Field::Response => self.foreign && self.answered,
                Field::Status => true,
            };
        let owned = self.foreign && matches!(field, Field::Title | Field::When | Field::Place | Field::People);
        // the notes of somebody else's meeting are the user's as soon as they wrote in them
        let noted = self.foreign && field == Field::Body;
        match (inward, outward) {
            (true, true) => Direction::Both,
            (true, false) if self.private || noted => Direction::Under(Side::Exchange),
            (true, false) if owned => Direction::Owned(Side::Exchange),
            (true, false) => Direction::From(Side::Exchange),
            (false, true) => Direction::From(Side::Creatio),
            (false, false) => Direction::Off,
        }
    }

    /// Everything for which a value of `field` waits before it goes to Exchange, if it may go at
    /// all. `crowd`: others are invited to the event, or are with the same write.
    #[must_use]
    pub fn asks(self, field: Field, crowd: bool) -> Vec<Reason> {
        let mail = self.mails_by(field) && !self.ended && !self.mails_freely();
        let notes = field == Field::Body && crowd && self.notes != Notes::Open;
        let rich = self.rich && field == Field::Body;
        let all = [(mail, Reason::WouldMail), (notes, Reason::InsideNotes), (rich, Reason::RichBody)];
        all.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
    }

    /// Whether a value of `field` stays where it is without a question: it would mail somebody of a
    /// meeting that has ended.
    #[must_use]
    pub fn leaves(self, field: Field) -> bool {
        self.ended && self.mails_by(field)
    }

    /// Whether a write of `field` mails somebody.
    fn mails_by(self, field: Field) -> bool {
        // an answer that its organizer does not hear is none
        field == Field::Response || tells_attendees(field) && self.mails && !self.silent
    }

    /// Whether `field` would come from Exchange if a process did not own it.
    pub(super) fn withholds(self, field: Field) -> bool {
        self.process && field == Field::Status && self.inward && self.fields.of(field).lets(Side::Exchange)
    }

    /// Who gets mail of a write of `fields`.
    #[must_use]
    pub fn tells(self, fields: &FlatSet<Field>) -> SendInvitations {
        match () {
            () if self.ended && self.silent => SendInvitations::Nobody,
            () if !self.silent || self.may_mail.change => SendInvitations::All,
            () if self.may_mail.invitation && fields.contains(&Field::People) => SendInvitations::Invited,
            () => SendInvitations::Nobody,
        }
    }

    fn mails_freely(self) -> bool {
        self.notify == Notify::Always || self.may_mail.change
    }

    /// Whether people are invited.
    #[must_use]
    pub fn invites(self) -> Mailing {
        match self.notify {
            _ if self.ended || self.carried => Mailing::Stays,
            Notify::Never => Mailing::Stays,
            Notify::Ask if self.may_mail.invitation => Mailing::Goes,
            Notify::Ask => Mailing::Waits(Reason::WouldInvite),
            Notify::Always => Mailing::Goes,
        }
    }

    /// Whether attendees are taken off; `all` of them never are without a person's word.
    #[must_use]
    pub fn uninvites(self, all: bool) -> Mailing {
        // a write that invites somebody tells those too whom it takes off
        let unnoticed = self.silent && !self.may_mail.invitation;
        let may = if all { self.may_mail.change } else { self.mails_freely() || unnoticed };
        match () {
            () if self.ended => {
                if unnoticed && !all {
                    Mailing::Goes
                } else {
                    Mailing::Stays
                }
            }
            () if may => Mailing::Goes,
            () => Mailing::Waits(Reason::WouldMail),
        }
    }
}

/// Whether the attendees of an event are told by the server if `field` of it is written.
pub(super) const fn tells_attendees(field: Field) -> bool {
    matches!(field, Field::Title | Field::When | Field::Place | Field::Body)
}
