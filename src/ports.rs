//! The ports: the questions that ring 2 asks of the world. Ring 3 answers them in a browser, the
//! tests natively. No answer here decides anything. What they speak of are values of the model and
//! the engine.
// the crate is single-threaded in the browser; no future of ours has to be `Send`
#![allow(async_fn_in_trait)]

use crate::engine::commit::Commit;
use crate::engine::containers::Renamed;
use crate::engine::history::Entry;
use crate::engine::link::{Link, LinkKey};
use crate::engine::settings::Settings;
use crate::engine::state::State;
use crate::error::Result;
use crate::flat::FlatSet;
use crate::model::lookup::{Found, Lookup};
use crate::model::membership::Membership;
use crate::model::op::{Op, Outcome};
use crate::model::scope::Scope;
use crate::model::{Address, ContactId, Cursor, Field, GroupId, Instant, Item, ItemId, Listing, Side, Window};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A request with its whole body. The address is absolute.
pub type Request = http::Request<Vec<u8>>;
/// A response with its whole body.
pub type HttpResponse = http::Response<Vec<u8>>;

/// No response came, or only a part of one. Whether the server acted on the request is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoResponse;

/// Sends requests.
pub trait Http {
    /// Sends one request and waits for the whole response.
    ///
    /// # Errors
    /// [`NoResponse`] if none came.
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse>;

    /// Counts `requests` that are about to go to `side`, over all runs and tabs of the user; the
    /// milliseconds that they have to wait to stay within what its server takes (see
    /// [`Budget`](crate::http::budget::Budget)). A world that keeps no count lets all of them go.
    async fn book(&self, side: Side, requests: u32) -> u64 {
        let _ = (side, requests);
        0
    }
}

/// Tells and spends time.
pub trait Clock {
    /// This device's clock, which may be wrong.
    fn now(&self) -> Instant;

    /// Waits so many milliseconds.
    async fn sleep(&self, ms: u64);
}

/// A text that never shows in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Signs requests. Asked for every request, so that a rotated token or cookie is used at once.
pub trait Credentials {
    /// The headers that let the user in at `side` (`Authorization`; `BPMCSRF`). `renew`: those
    /// given last were refused.
    ///
    /// # Errors
    /// `SignedOut` if the user has to sign in first.
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>>;

    /// New headers after the server challenged those given last: the token has to be asked for with
    /// `claims`, a JSON text (continuous access evaluation, docs/facts/graph.md, "Challenges"). A
    /// world whose tokens know no claims just renews them.
    ///
    /// # Errors
    /// As above.
    async fn challenged(&self, side: Side, claims: &str) -> Result<Vec<(String, Secret)>> {
        let _ = claims;
        self.headers(side, true).await
    }

    /// Whose sign-in the credentials for `side` come from: an opaque name that is another after
    /// every sign-in, told without asking the server. `None`: it can't be told.
    async fn holder(&self, _side: Side) -> Option<String> {
        None
    }
}

/// One side: everything that can be asked of it and done to it.
pub trait Replica {
    /// Makes sure that the credentials lead to the end that is meant, before anything is read.
    /// `known` is what the last call gave: the server is asked only if the sign-in is another
    /// since, or can't be told.
    ///
    /// # Errors
    /// `Elsewhere` with both names; what else stops a run.
    async fn identify(&self, known: Option<&str>) -> Result<Option<String>>;

    /// The user's own addresses there. `known` is what the last call gave: the server is asked only
    /// if that is nothing. A side whose people are Contacts has none.
    ///
    /// # Errors
    /// What stops a run.
    async fn own(&self, known: FlatSet<Address>) -> Result<FlatSet<Address>> {
        Ok(known)
    }

    /// Reads the side: in full, or what changed since `cursor`. A cursor that the server no longer
    /// knows, or that was made for another scope, costs a full reading, never an error.
    ///
    /// # Errors
    /// What stops a run; malformed items don't.
    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing>;

    /// Reads particular items directly, marks included, whatever the window: for each lookup, in
    /// order, what answers it. Nothing is a sure sign of absence (as far as the user may see).
    ///
    /// # Errors
    /// What stops a run: a lookup that can't be answered must not look like an absent item.
    async fn find(&self, lookups: &[Lookup]) -> Result<Vec<Found>>;

    /// What `items`, as a listing told them, bear that it leaves out: each with its marks, or what
    /// else [`Replica::find`] says of it by its id.
    ///
    /// # Errors
    /// What stops a run.
    async fn marks(&self, items: &[&Item]) -> Result<Vec<Found>> {
        let by_id = items.iter().map(|item| Lookup::Id { id: item.id.clone(), container: item.container.clone() });
        self.find(&by_id.collect::<Vec<_>>()).await
    }

    /// The fields of which, by what was read last, no item of the side tells anything: no column
    /// holds them, or the rows that do can't be read at present.
    fn unheld(&self) -> Vec<Field> {
        Vec::new()
    }

    /// The `cursor` of the last listing, moved past what was written since and confirmed: the next
    /// listing tells of it only if somebody has changed it again, or removed it. `None`: the side
    /// can't.
    fn moved(&self, cursor: &Cursor) -> Option<Cursor> {
        let _ = cursor;
        None
    }

    /// Carries out writes, batched; one outcome for each, in order. Never repeats what is not safe
    /// to repeat.
    async fn apply(&self, ops: &[Op]) -> Vec<Outcome>;
}

/// What Creatio knows of people and groups, beside its activities.
pub trait Directory {
    /// The Contacts that have these addresses; an address nobody has is left out. Of several
    /// Contacts with one address, one is chosen, always the same.
    ///
    /// # Errors
    /// What stops a run.
    async fn people(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>>;

    /// The Activities that are in these groups and touch `window`.
    ///
    /// # Errors
    /// What stops a run; a group that can't be evaluated is named in the answer.
    async fn members(&self, groups: &[GroupId], window: &Window) -> Result<Membership>;

    /// A text that is another once somebody has put Activities into these groups, taken some out,
    /// or changed what a group selects; asked for by every run, it must be cheap. That an Activity
    /// joins a group because it was edited itself, or because a day has passed, it does not tell.
    /// `None`: it can't be told, and the members have to be asked for.
    ///
    /// # Errors
    /// What stops a run.
    async fn membership(&self, groups: &[GroupId]) -> Result<Option<String>> {
        let _ = groups;
        Ok(None)
    }

    /// Whether the user can read any Activity at all, whosever it is and whenever. Asked where a
    /// listing has none although pairs live. A world in which rights can't be lost says yes.
    ///
    /// # Errors
    /// What stops a run.
    async fn is_readable(&self) -> Result<bool> {
        Ok(true)
    }
}

/// Keeps settings, links and the state of one account, by key: a run with no changes must not read
/// all links.
pub trait Store {
    /// The account's settings, if any were saved.
    ///
    /// # Errors
    /// `Store` if it fails or belongs to a newer engine.
    async fn settings(&self) -> Result<Option<Settings>>;

    /// Saves the account's settings.
    ///
    /// # Errors
    /// As above.
    async fn save_settings(&self, settings: &Settings) -> Result<()>;

    /// Has the settings name containers by their new ids, wherever they are kept, as they are there
    /// now.
    ///
    /// # Errors
    /// As above; what else the place where they are kept refuses.
    async fn rename_in_settings(&self, renamed: &Renamed) -> Result<()>;

    /// The account's state, if it has ever run.
    ///
    /// # Errors
    /// As above.
    async fn state(&self) -> Result<Option<State>>;

    /// The links that any of `keys` names, each once, in no particular order.
    ///
    /// # Errors
    /// As above.
    async fn links(&self, keys: &[LinkKey]) -> Result<Vec<Link>>;

    /// The links that other accounts of the same user have to these Activities. An account whose
    /// store can't be read has none.
    ///
    /// # Errors
    /// As above.
    async fn elsewhere(&self, activities: &[ItemId]) -> Result<Vec<Link>>;

    /// Links of other accounts of the same user to what was made in place of these Activities when
    /// they were gone. Asked seldom: no index is needed.
    ///
    /// # Errors
    /// As above.
    async fn successors(&self, activities: &[ItemId]) -> Result<Vec<Link>>;

    /// All links.
    ///
    /// # Errors
    /// As above.
    async fn all(&self) -> Result<Vec<Link>>;

    /// A name for a run that begins at `now`: `now`, or just after the last name given. No two runs
    /// of an account get the same one, in whatever tabs they begin.
    ///
    /// # Errors
    /// As above.
    async fn name_run(&self, now: Instant) -> Result<Instant>;

    /// The history of one run, in the order in which it was written.
    ///
    /// # Errors
    /// As above.
    async fn entries(&self, run: Instant) -> Result<Vec<Entry>>;

    /// The newest part of the history: whole runs, newest first, each in the order in which it was
    /// written, until there are `least` entries.
    ///
    /// # Errors
    /// As above.
    async fn recent(&self, least: usize) -> Result<Vec<Entry>>;

    /// Writes a change, all of it or nothing. A link is kept under its Activity's id.
    ///
    /// # Errors
    /// As above; `StoreFull` if there is no room for it.
    async fn commit(&self, commit: &Commit) -> Result<()>;
}

/// Hears how a run goes on.
pub trait Events {
    /// A run has come so far.
    fn progress(&self, progress: Progress);

    /// Whether the user wants the run to stop; asked between batches.
    fn stop(&self) -> bool;

    /// Ends once the user wants the run to stop. A world in which nobody can never ends it.
    async fn stopped(&self) {
        std::future::pending().await
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Steps done in this phase.
    pub done: usize,
    /// Steps there are in this phase; 0 while it is not known.
    pub total: usize,
}

/// The phases of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Phase {
    /// Both sides are read.
    Reading,
    /// The plan is made.
    Planning,
    /// Writes go out.
    Writing,
}
