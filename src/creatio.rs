//! Creatio as a replica: its activities through OData 4, in the mode where all times are true UTC (creatio.md §1.5). One container, `activities`.
//!
//! Creatio has neither etags nor tombstones: a version is `ModifiedOn` as read, compared just before a write; an absence is found by counting.
//! The rows of participants belong to their Activity here, and nothing else of Creatio is written.

mod apply;
mod directory;
mod find;
mod map;
mod observe;
mod people;
mod query;
mod read;
mod settings;
mod stock;
mod wire;
mod write;

pub use settings::{FirstSettings, Group, MailAccount, MailKind};

use crate::error::Result;
use crate::http::Caller;
use crate::model::{Address, ContactId, Cursor, GroupId, Listing, Side, SiteId, Zone};
use crate::ports::{Clock, Clue, Directory, Found, Http, Keys, Membership, Op, Outcome, Replica, Scope};
use map::{Card, Lookups};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The one container of the Creatio side.
pub const ACTIVITIES: &str = "activities";

const SIDE: Side = Side::Creatio;

/// An installation of Creatio, and who uses it.
#[derive(Clone)]
pub struct Site {
    /// The absolute address of the workspace, without `/odata` (`https://crm.example/0`, on .NET hosts without `/0`).
    pub base: String,
    /// Which installation it is.
    pub id: SiteId,
    /// The user's Contact.
    pub contact: ContactId,
    /// The time zone of the user's profile.
    pub zone: Rc<dyn Zone>,
}

/// The Creatio side. Keeps what it learns of lookups as long as it lives, and of people until the next reading.
pub struct Creatio<P> {
    odata: Caller<P>,
    site: Site,
    lookups: RefCell<Option<Rc<Lookups>>>,
    cards: RefCell<BTreeMap<ContactId, Card>>,
}

impl<P: Http + Clock + Keys> Creatio<P> {
    /// The side that `site` is, reached through `world`.
    pub fn new(world: Rc<P>, site: Site) -> Self {
        let base = format!("{}/odata", site.base.trim_end_matches('/'));
        // a lost session shall give 401, not a log-in page (creatio.md §1.2)
        let odata = Caller::new(world, SIDE, &base).with("ForceUseSession", "true");
        Self { odata, site, lookups: RefCell::default(), cards: RefCell::default() }
    }

    /// The installation and its user.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }
}

impl<P: Http + Clock + Keys> Replica for Creatio<P> {
    /// The page that hosts us is the installation's own, and its cookies lead nowhere else.
    async fn identify(&self, _known: Option<&str>) -> Result<Option<String>> {
        Ok(None)
    }

    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        self.observed(scope, cursor).await
    }

    async fn find(&self, clues: &[Clue]) -> Result<Vec<Found>> {
        self.found(clues).await
    }

    async fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        self.applied(ops).await
    }
}

impl<P: Http + Clock + Keys> Directory for Creatio<P> {
    async fn people(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>> {
        self.contacts_of(addresses).await
    }

    async fn members(&self, groups: &[GroupId]) -> Result<Membership> {
        self.members_of(groups).await
    }
}
