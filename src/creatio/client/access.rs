//! How an installation is reached, as far as that is known: which entities OData keeps from this
//! user, whether the DataService takes writes that depend on a stamp, which columns are not there.
//! Found out by what is asked anyway, and shared by all that talk to the installation as long as
//! the page lives. What an administrator says comes before what was found. Nothing here sends.

use crate::flat::{FlatMap, FlatSet};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};

/// A service of Creatio by which rows are read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Transport {
    /// OData 4 (docs/facts/creatio.md, from "Addresses" to "Access").
    #[default]
    Odata,
    /// The DataService of Creatio's own pages (docs/facts/creatio.md, "DataService").
    DataService,
}

/// What the administrator says of how the installation is reached (docs/facts/creatio.md, "Left
/// open"); what is not said is found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct ServiceSetting {
    /// By which service rows are read and written.
    pub transport: Option<Transport>,
    /// Whether changes and deletions may go through the DataService, which alone can make them
    /// depend on what was seen.
    pub conditional: Option<bool>,
}

/// What was found out of one entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntityService {
    /// OData refuses it, the DataService gives it.
    Service,
    /// Both refuse it.
    Closed,
}

/// What is known of how one installation is reached.
#[derive(Debug, Default)]
pub struct ServiceAccess {
    said: Cell<ServiceSetting>,
    ways: RefCell<FlatMap<String, EntityService>>,
    /// Whether the DataService takes conditional writes; `None`: nobody has tried yet.
    conditional: Cell<Option<bool>>,
    lacking: RefCell<FlatSet<String>>,
    /// Whether it was asked which columns there are.
    listed: Cell<bool>,
    /// Whether anything was asked yet.
    tried: Cell<bool>,
}

/// The entity by which it is decided how an installation is reached at all.
pub(in crate::creatio) const PROBE_ENTITY: &str = "Activity";

impl ServiceAccess {
    /// Notes what the administrator says, in place of what was said before.
    pub fn direct(&self, connection: ServiceSetting) {
        self.said.set(connection);
    }

    /// By which service activities are reached, and with them everything but what OData alone
    /// refuses; `None`: nobody has asked yet.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        self.said.get().transport.or_else(|| self.tried.get().then(|| self.way(PROBE_ENTITY)))
    }

    /// Whether changes and deletions depend on what was seen; `None`: nobody has tried yet.
    #[must_use]
    pub fn conditional(&self) -> Option<bool> {
        match (self.said.get().conditional, self.transport()) {
            (Some(said), _) => Some(said),
            (None, Some(Transport::DataService)) => Some(true),
            (None, Some(Transport::Odata) | None) => self.conditional.get(),
        }
    }

    /// The entities that OData keeps from this user, though activities can be reached by it.
    #[must_use]
    pub fn detours(&self) -> Vec<String> {
        let ways = self.ways.borrow();
        ways.iter().filter(|(_, way)| **way == EntityService::Service).map(|(set, _)| set.clone()).collect()
    }

    /// The columns of activities that the installation does not have.
    #[must_use]
    pub fn lacking(&self) -> Vec<String> {
        self.lacking.borrow().iter().cloned().collect()
    }

    /// The service to ask for rows of `set`.
    pub(in crate::creatio) fn way(&self, set: &str) -> Transport {
        let ways = self.ways.borrow();
        let by_service = |set: &str| ways.get(set) == Some(&EntityService::Service);
        let found = if by_service(PROBE_ENTITY) || by_service(set) { Transport::DataService } else { Transport::Odata };
        self.said.get().transport.unwrap_or(found)
    }

    /// Whether it is of use to ask the DataService for what OData refused.
    pub(in crate::creatio) fn has_detour(&self, set: &str) -> bool {
        self.said.get().transport.is_none() && !self.ways.borrow().contains_key(set)
    }

    /// Notes whether the DataService gives what OData refused.
    pub(in crate::creatio) fn detour(&self, set: &str, open: bool) {
        self.ways
            .borrow_mut()
            .insert(set.to_owned(), if open { EntityService::Service } else { EntityService::Closed });
    }

    /// Notes that an answer came, by whatever service; whether it is the first one.
    pub(in crate::creatio) fn try_first(&self) -> bool {
        !self.tried.replace(true)
    }

    /// Notes whether the DataService took a write that depends on a stamp.
    pub(in crate::creatio) fn found_conditional(&self, allowed: bool) {
        self.conditional.set(Some(allowed));
    }

    /// Whether it is still to be asked which columns there are.
    pub(in crate::creatio) fn list_columns(&self) -> bool {
        !self.listed.replace(true)
    }

    /// Notes a column of activities that is not there; whether that is news.
    pub(in crate::creatio) fn lacks(&self, column: &str) -> bool {
        self.lacking.borrow_mut().insert(column.to_owned())
    }

    /// Whether a column of activities is known not to be there.
    pub(in crate::creatio) fn is_lacking(&self, column: &str) -> bool {
        self.lacking.borrow().contains(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_activities_are_reached_by_goes_for_everything_and_what_is_said_comes_first() {
        let access = ServiceAccess::default();
        assert_eq!((access.transport(), access.conditional(), access.try_first()), (None, None, true));
        access.detour("SysSyncMetaData", true);
        access.detour("FolderTree", false);
        assert_eq!(["Activity", "SysSyncMetaData", "FolderTree"].map(|set| access.way(set)), {
            [Transport::Odata, Transport::DataService, Transport::Odata]
        });
        assert!(access.has_detour("Activity") && !access.has_detour("FolderTree"));
        assert_eq!(
            (access.transport(), access.detours()),
            (Some(Transport::Odata), vec!["SysSyncMetaData".to_owned()])
        );
        access.detour("Activity", true);
        assert_eq!(access.way("Contact"), Transport::DataService);
        assert_eq!(access.conditional(), Some(true));
        access.direct(ServiceSetting { transport: Some(Transport::Odata), conditional: Some(false) });
        assert_eq!((access.way("Contact"), access.conditional()), (Transport::Odata, Some(false)));
        assert!(!access.has_detour("Contact"));
    }
}
