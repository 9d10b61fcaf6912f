//! An item as a side holds it: its mapped record, and the facts about it that rules ask for but
//! nobody merges.

use super::time::midnight;
use super::{ContainerId, Facts, Instant, ItemId, Record, Version, When, Window, Zone};

/// One item of one side, read and understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id on its side.
    pub id: ItemId,
    /// The version read.
    pub version: Version,
    /// The calendar or list that holds it.
    pub container: ContainerId,
    /// When the server says that it was last changed.
    pub stamp: Option<Instant>,
    /// The mapped fields.
    pub record: Record,
    /// What else the rules ask for.
    pub facts: Facts,
}

impl Item {
    /// By what the older of two items of one side is told: when it was created, or else its id.
    #[must_use]
    pub const fn age(&self) -> (Option<Instant>, &ItemId) {
        (self.facts.created, &self.id)
    }

    /// Adds whom another reading of the same version tells besides: a server may tell fewer in one
    /// of its answers, and who is missing in one has not left.
    pub fn complete_people(&mut self, other: &Self) {
        if self.version == other.version {
            self.facts.attendees = self.facts.attendees.max(other.facts.attendees);
            self.record.complete_people(&other.record);
        }
    }
}

impl Window {
    /// Whether it holds `item`; days begin in `zone`. Tasks have no place in time of which a server
    /// would know: it holds them all.
    #[must_use]
    pub fn takes(&self, item: &Item, zone: &dyn Zone) -> bool {
        let series = item.facts.occurrence.is_some();
        match &item.record {
            Record::Task(_) => true,
            Record::Meeting(meeting) => match meeting.when {
                When::Timed { start, end } => self.holds(start, end, series),
                When::AllDay { first, end } => self.holds(midnight(zone, first), midnight(zone, end), series),
            },
        }
    }
}
