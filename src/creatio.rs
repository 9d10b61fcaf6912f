//! Creatio as a replica: its activities, through OData 4 or the DataService (`client`), whatever
//! times mean there (docs/facts/creatio.md, "Clocks"). One container, `activities`.
//!
//! Creatio has neither etags nor tombstones: a version is `ModifiedOn` as read, compared just
//! before a write; an absence is found by counting. The rows of participants belong to their
//! Activity here, and nothing else of Creatio is written.

mod activity;
pub mod client;
mod contacts;
pub mod groups;
pub mod settings;

pub use groups::Group;
pub use settings::{FirstSettings, Keeper, MailAccount, MailKind, SettingsPlace, StoredSettings};

use crate::creatio::activity::map::{Card, Lookups};
use crate::creatio::activity::own_writes::OwnWrites;
use crate::creatio::client::installation::Installation;
use crate::error::Result;
use crate::flat::FlatMap;
use crate::http::Caller;
use crate::model::lookup::{Found, Lookup};
use crate::model::membership::Membership;
use crate::model::op::{Op, Outcome};
use crate::model::scope::Scope;
use crate::model::{Address, ContactId, Cursor, Field, GroupId, Listing, Side, SiteId, Window, Zone};
use crate::ports::{Clock, Credentials, Directory, Http, Replica};
use chrono::Weekday;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// The one container of the Creatio side.
pub const ACTIVITIES: &str = "activities";

const SIDE: Side = Side::Creatio;

/// An installation of Creatio, and who uses it.
#[derive(Clone)]
pub struct Site {
    /// The absolute address of the workspace, without `/odata` (`https://crm.example/0`, on .NET
    /// hosts without `/0`).
    pub base: String,
    /// Which installation it is.
    pub id: SiteId,
    /// The user's Contact.
    pub contact: ContactId,
    /// The time zone of the user's profile.
    pub zone: Rc<dyn Zone>,
}

/// The Creatio side. Keeps what it learns of lookups as long as it lives, and of people until the
/// next reading.
pub struct Creatio<P> {
    odata: Caller<P>,
    /// The workspace, for DataService.
    service: Caller<P>,
    /// The id of the user (`SysAdminUnit`), if it is known.
    user: Option<String>,
    /// The first day of the user's weeks.
    week: Weekday,
    site: Site,
    installation: Rc<Installation>,
    lookups: RefCell<Option<Rc<Lookups>>>,
    cards: RefCell<FlatMap<ContactId, Card>>,
    /// The sets that the last listing had to do without, and why.
    unread: RefCell<FlatMap<&'static str, String>>,
    /// Whether a listing is being read: only that may do without a set, for it tells so.
    is_listing: Cell<bool>,
    /// What our own writes left since the last listing.
    own_writes: RefCell<OwnWrites>,
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// The side that `site` is, reached through `world`.
    pub fn new(world: Rc<P>, site: Site) -> Self {
        let base = format!("{}/odata", site.base.trim_end_matches('/'));
        // a lost session shall give 401, not a log-in page (docs/facts/creatio.md, "Sessions")
        let caller = |base: &str| {
            Caller::new(Rc::clone(&world), SIDE, base).with("ForceUseSession", "true").judging(client::reply::stop)
        };
        let (odata, service) = (caller(&base), caller(&site.base));
        Self {
            odata,
            service,
            user: None,
            week: Weekday::Mon,
            site,
            installation: Rc::default(),
            lookups: RefCell::default(),
            cards: RefCell::default(),
            unread: RefCell::default(),
            is_listing: Cell::new(false),
            own_writes: RefCell::default(),
        }
    }

    /// The same, for filters that ask for the current user or the current week: the user's id, and
    /// the culture of the profile (`en-US`).
    #[must_use]
    pub fn with_user(mut self, id: &str, culture: &str) -> Self {
        self.user = Some(id.to_owned());
        self.week = groups::first_day(culture);
        self
    }

    /// The same, with what is known of the installation's clocks, and to be found out for all
    /// others too.
    #[must_use]
    pub fn with_installation(mut self, installation: Rc<Installation>) -> Self {
        self.installation = installation;
        self
    }

    /// Finds out by which service rows are read, and what times mean, unless that is known already.
    ///
    /// # Errors
    /// What would stop a run.
    pub async fn look_around(&self) -> Result<()> {
        self.time_source().await.map(|_| ())
    }

    /// The installation and its user.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }
}

impl<P: Http + Clock + Credentials> Replica for Creatio<P> {
    /// The page that hosts us is the installation's own, and its cookies lead nowhere else.
    async fn identify(&self, _known: Option<&str>) -> Result<Option<String>> {
        Ok(None)
    }

    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        self.is_listing.set(true);
        let observed = self.observed(scope, cursor).await;
        self.is_listing.set(false);
        let mut listing = observed?;
        if !listing.complete.is_empty() {
            self.adopt(&mut listing.items).await?;
        }
        Ok(listing)
    }

    async fn find(&self, lookups: &[Lookup]) -> Result<Vec<Found>> {
        self.found(lookups).await
    }

    fn unheld(&self) -> Vec<Field> {
        self.unheld_fields()
    }

    fn moved(&self, cursor: &Cursor) -> Option<Cursor> {
        self.moved_cursor(cursor)
    }

    async fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        self.applied(ops).await
    }
}

impl<P: Http + Clock + Credentials> Directory for Creatio<P> {
    async fn people(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>> {
        self.contacts_of(addresses).await
    }

    async fn members(&self, groups: &[GroupId], window: &Window) -> Result<Membership> {
        self.members_of(groups, window).await
    }

    async fn membership(&self, groups: &[GroupId]) -> Result<Option<String>> {
        self.membership_of(groups).await.map(Some)
    }

    async fn is_readable(&self) -> Result<bool> {
        self.shows_any().await
    }
}
