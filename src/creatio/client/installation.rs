//! What is known of one installation: how it is reached ([`ServiceAccess`]), and its clocks, found
//! out by `probe` or by a write, and shared by all that talk to it as long as the page lives. What
//! an administrator says comes before what was found. Nothing here sends.

use crate::creatio::client::access::ServiceAccess;
use crate::creatio::client::times::{TimeSemantics, TimesByDirection};
use crate::flat::FlatMap;
use crate::model::{Instant, ItemId};
use chrono::TimeDelta;
use serde::Deserialize;
use std::cell::{Cell, RefCell};

/// How far a copy of the database may be behind from which reads are answered.
const LATELY: TimeDelta = TimeDelta::minutes(1);

/// What the administrator says of the installation's times (docs/facts/creatio.md, "Left open");
/// what is not said is probed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    /// In replies.
    pub read: Option<TimeSemantics>,
    /// In filters.
    pub filter: Option<TimeSemantics>,
    /// In bodies.
    pub write: Option<TimeSemantics>,
}

impl From<TimesByDirection> for Overrides {
    fn from(clocks: TimesByDirection) -> Self {
        Self { read: Some(clocks.read), filter: Some(clocks.filter), write: Some(clocks.write) }
    }
}

impl Overrides {
    /// All that a probe would find out, if all is said.
    fn whole(self) -> Option<TimesByDirection> {
        Some(TimesByDirection { read: self.read?, filter: self.filter?, write: self.write? })
    }

    /// `found`, but for what is said.
    fn over(self, found: TimesByDirection) -> TimesByDirection {
        TimesByDirection {
            read: self.read.unwrap_or(found.read),
            filter: self.filter.unwrap_or(found.filter),
            write: self.write.unwrap_or(found.write),
        }
    }
}

/// What a probe found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What times mean.
    pub clocks: TimesByDirection,
    /// Whether that was seen, or only assumed.
    pub sure: bool,
}

/// What is known of one installation.
#[derive(Debug, Default)]
pub struct Installation {
    overrides: Cell<Overrides>,
    found: Cell<Option<Findings>>,
    /// How it is reached.
    pub access: ServiceAccess,
    /// The Activities that were created lately and that no read has shown yet, and when: one that
    /// lacks them may be behind.
    written: RefCell<FlatMap<ItemId, Instant>>,
}

impl Installation {
    /// Notes what the administrator says, in place of what was said before.
    pub fn override_with(&self, overrides: Overrides) {
        self.overrides.set(overrides);
    }

    /// What is known, for diagnostics too; `None`: nobody has asked yet.
    #[must_use]
    pub fn findings(&self) -> Option<Findings> {
        let said = self.overrides.get();
        let whole = said.whole().map(|clocks| Findings { clocks, sure: true });
        whole.or_else(|| self.found.get().map(|found| Findings { clocks: said.over(found.clocks), ..found }))
    }

    /// Notes what a probe found.
    pub(in crate::creatio) fn learn(&self, found: Findings) {
        self.found.set(Some(found));
    }

    /// Forgets what was only assumed: it is to be probed again.
    pub(in crate::creatio) fn doubt(&self) {
        self.found.set(self.found.get().filter(|found| found.sure));
    }

    /// Notes that an Activity was created, and that no read shows it yet.
    pub(in crate::creatio) fn wrote(&self, id: &ItemId, now: Instant) {
        let mut written = self.written.borrow_mut();
        written.retain(|_, at| now - *at < LATELY);
        written.insert(id.clone(), now);
    }

    /// Notes that an Activity was removed, or that a read has shown it: from here on its absence is
    /// believed.
    pub(in crate::creatio) fn removed(&self, id: &ItemId) {
        self.written.borrow_mut().remove(id);
    }

    /// Whether an Activity was created so lately, and never seen since, that a read which lacks it
    /// may be behind.
    pub(in crate::creatio) fn is_recent(&self, id: &ItemId, now: Instant) -> bool {
        self.written.borrow().get(id).is_some_and(|at| (now - *at).abs() < LATELY)
    }

    /// Notes what times in bodies mean, which only a write tells; whether that is news.
    pub(in crate::creatio) fn correct(&self, write: TimeSemantics) -> bool {
        let Some(known) = self.found.get() else { return false };
        let is_open = self.overrides.get().write.is_none() && known.clocks.write != write;
        if is_open {
            self.learn(Findings { clocks: TimesByDirection { write, ..known.clocks }, ..known });
        }
        is_open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_comes_before_what_was_found() {
        let installation = Installation::default();
        assert_eq!(installation.findings(), None);
        installation.learn(Findings { clocks: TimesByDirection::all(TimeSemantics::Local), sure: true });
        assert!(installation.correct(TimeSemantics::Utc) && !installation.correct(TimeSemantics::Utc));
        let clocks = || installation.findings().map(|found| found.clocks);
        assert_eq!(
            clocks(),
            Some(TimesByDirection { write: TimeSemantics::Utc, ..TimesByDirection::all(TimeSemantics::Local) })
        );
        installation.override_with(Overrides { filter: Some(TimeSemantics::Utc), ..Overrides::default() });
        assert_eq!(clocks(), Some(TimesByDirection { read: TimeSemantics::Local, ..TimesByDirection::default() }));
        installation.override_with(TimesByDirection::all(TimeSemantics::Local).into());
        assert!(
            clocks() == Some(TimesByDirection::all(TimeSemantics::Local))
                && !installation.correct(TimeSemantics::Local)
        );
        installation.doubt();
        assert!(installation.findings().is_some());
    }
}
