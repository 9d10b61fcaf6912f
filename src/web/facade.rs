//! The one class that JavaScript sees. Each method takes its own hold of what it needs before it
//! awaits, so that calls may overlap.
#![cfg(target_arch = "wasm32")]

use crate::creatio::client::installation::Installation;
use crate::creatio::settings::policy::Moved;
use crate::creatio::{Creatio, Keeper, MailAccount, MailKind, SettingsPlace, Site, StoredSettings};
use crate::engine::containers::{self, Renamed};
use crate::engine::settings::Settings;
use crate::engine::undo::Undo;
use crate::engine::{account::Account, context::Words};
use crate::error::{Error, Result};
#[cfg(feature = "ews")]
use crate::ews::{self, Ews};
use crate::exchange::Exchange;
use crate::flat::{FlatMap, FlatSet};
use crate::graph::cloud::Cloud;
use crate::graph::{self, Graph};
use crate::model::time::local;
use crate::model::{Address, Aliases, ContainerId, Instant, ItemId, SiteId, Zone};
use crate::ports::Store as _;
use crate::run::record::{Cause, RunRecord};
use crate::run::world::Parts;
use crate::run::{self, Ended, PreparedRun};
use crate::web::clock::now;
use crate::web::dto;
use crate::web::error::{invalid_input, to_js};
use crate::web::fetch::Fetch;
use crate::web::host::{BrowserHost, Host, Stop};
use crate::web::javascript::{taken, told};
use crate::web::lock;
use crate::web::request_counter::SharedDatabase;
use crate::web::store::{self, IdbStore, Outside, Rename};
use crate::web::zone::IntlZone;
use std::cell::RefCell;
use std::rc::Rc;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// The engine in a page: keeps one user's Creatio activities and mailboxes in step.
#[wasm_bindgen]
pub struct ScheduleSync {
    inner: Rc<Inner>,
}

struct Inner {
    context: dto::PageContext,
    host: Host,
    fetch: Fetch,
    zone: Rc<IntlZone>,
    database: SharedDatabase,
    stop: Rc<Stop>,
    /// What times mean in this Creatio, and how it is reached: found out once for as long as the
    /// page lives.
    installation: Rc<Installation>,
    /// Which installation it is: the page's own address, unless the policy says that it has moved
    /// there.
    site: RefCell<SiteId>,
    /// Which kind of mailbox each account has, once Creatio was asked.
    kinds: RefCell<FlatMap<String, MailKind>>,
    /// Plans that a person has seen, by account, until they are carried out.
    previewed: RefCell<FlatMap<String, PreparedRun>>,
}

#[wasm_bindgen]
impl ScheduleSync {
    /// An engine for the user of `context`, whose page answers by `host`. It throws with the code
    /// `zone` if the browser does not know the zone of the user's profile.
    #[wasm_bindgen(constructor)]
    pub fn new(context: Ts<dto::PageContext>, host: Host) -> Result<ScheduleSync, JsValue> {
        let context = taken(&context)?;
        let zone = IntlZone::new(&context.time_zone).ok_or_else(|| to_js(&Error::Zone))?;
        let inner = Inner {
            site: RefCell::new(context.instance.as_str().into()),
            fetch: Fetch::new(&context.base),
            zone: Rc::new(zone),
            host,
            context,
            database: SharedDatabase::default(),
            stop: Rc::default(),
            installation: Rc::default(),
            kinds: RefCell::default(),
            previewed: RefCell::default(),
        };
        Ok(Self { inner: Rc::new(inner) })
    }

    /// The IANA name of the zone of the user's profile.
    #[must_use]
    pub fn zone(&self) -> String {
        self.inner.zone.iana().to_owned()
    }

    /// The user's mailboxes that can be synchronized, as Creatio knows them.
    pub async fn accounts(&self) -> Result<Vec<Ts<dto::MailboxAccount>>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let accounts = inner.accounts().await.map_err(|error| to_js(&error))?;
        accounts.iter().filter_map(dto::MailboxAccount::of).map(|account| told(&account)).collect()
    }

    /// The settings of an account; the first ones, if none were saved.
    pub async fn settings(&self, account: String) -> Result<Ts<dto::AccountSettings>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let kept = inner.kept(&account).await.map_err(|error| to_js(&error))?;
        told(&dto::AccountSettings::from(kept.settings))
    }

    /// The same, with where they are kept and what of them the administrator has fixed.
    #[wasm_bindgen(js_name = keptSettings)]
    pub async fn kept_settings(&self, account: String) -> Result<Ts<dto::Kept>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let kept = inner.kept(&account).await.map_err(|error| to_js(&error))?;
        told(&dto::Kept::from(kept))
    }

    /// Saves the settings of an account; tells where they are kept.
    #[wasm_bindgen(js_name = saveSettings)]
    pub async fn save_settings(
        &self,
        account: String,
        settings: Ts<dto::AccountSettings>,
    ) -> Result<Ts<SettingsPlace>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let settings = taken(&settings)?;
        let place = inner.save_settings(&account, settings).await.map_err(|error| to_js(&error))?;
        told(&place)
    }

    /// The calendars, then the task lists of an account's mailbox.
    pub async fn containers(&self, account: String) -> Result<Vec<Ts<dto::ContainerInfo>>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let read = async {
            // its requests are counted in the store
            inner.store(&account).await?;
            inner.exchange(&account).await?.containers().await
        };
        let containers = read.await.map_err(|error| to_js(&error))?;
        containers.into_iter().map(|container| told(&dto::ContainerInfo::of(container, &account))).collect()
    }

    /// The groups of activities.
    pub async fn groups(&self) -> Result<Vec<Ts<dto::GroupInfo>>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let groups = inner.creatio("").groups().await.map_err(|error| to_js(&error))?;
        groups.into_iter().map(|group| told(&dto::GroupInfo::from(group))).collect()
    }

    /// How this Creatio is reached and what its times mean, as found out or set by the
    /// administrator.
    pub async fn found(&self) -> Result<Ts<dto::InstallationInfo>, JsValue> {
        let inner = Rc::clone(&self.inner);
        inner.creatio("").look_around().await.map_err(|error| to_js(&error))?;
        told(&dto::InstallationInfo::from(&*inner.installation))
    }

    /// Synchronizes an account once. One run at a time per user, in all tabs: else it rejects with
    /// `running`. An account of which nobody has seen a preview gets one, as by [`Self::preview`].
    pub async fn run(&self, account: String, cause: Ts<Cause>) -> Result<Ts<dto::RunEnd>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let ended = inner.run(&account, taken(&cause)?).await.map_err(|error| to_js(&error))?;
        told(&match ended {
            Ended::Written(report) => dto::RunEnd::Report(report.into()),
            Ended::Unseen(planned) => dto::RunEnd::Preview(inner.show(account, *planned)),
        })
    }

    /// What synchronizing an account would write: kept for [`Self::apply_previewed`], which carries
    /// out this and nothing else.
    pub async fn preview(&self, account: String) -> Result<Ts<dto::Preview>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let planned = inner.preview(&account).await.map_err(|error| to_js(&error))?;
        told(&inner.show(account, planned))
    }

    /// Carries out what the last preview of an account showed, once, without the rows of the
    /// Activities `resting`, which rest from then on, and without what would be imported from
    /// `containers`, which the settings no longer cover from then on, if they may be changed. What
    /// changed since is left for the next run. It rejects with `outdated` if there is no preview,
    /// or something else was done since it was made.
    #[wasm_bindgen(js_name = applyPreviewed)]
    pub async fn apply_previewed(
        &self,
        account: String,
        resting: Vec<String>,
        containers: Vec<String>,
    ) -> Result<Ts<dto::RunReport>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let resting = resting.into_iter().map(ItemId::new).collect();
        let containers = containers.iter().map(|id| ContainerId::from(id.as_str())).collect();
        let report = inner.apply_previewed(&account, resting, &containers).await.map_err(|error| to_js(&error))?;
        told(&dto::RunReport::from(report))
    }

    /// The pairs of an account that rest: undone, or left by a person.
    pub async fn resting(&self, account: String) -> Result<Vec<Ts<dto::RestingPair>>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let read = async { run::answer::resting(&inner.store(&account).await?).await };
        let resting = read.await.map_err(|error| to_js(&error))?;
        resting.into_iter().map(|one| told(&dto::RestingPair::from(one))).collect()
    }

    /// Wakes pairs that rest, by the ids of their Activities: the next run decides on them as if
    /// they were new. How many there were.
    pub async fn wake(&self, account: String, activities: Vec<String>) -> Result<usize, JsValue> {
        let inner = Rc::clone(&self.inner);
        let ids = activities.iter().map(|id| ItemId::new(id.as_str())).collect();
        let woken = inner.alone(&account, async |parts| run::answer::wake(parts.store, ids).await).await;
        woken.map_err(|error| to_js(&error))
    }

    /// Notes answers to what was held; the next run carries them out.
    pub async fn answer(&self, account: String, replies: Vec<Ts<dto::Reply>>) -> Result<(), JsValue> {
        let inner = Rc::clone(&self.inner);
        let replies: Vec<dto::Reply> = replies.iter().map(taken).collect::<Result<_, JsValue>>()?;
        let answers = replies.into_iter().map(Into::into).collect();
        let noted = async { run::answer::answer(&inner.store(&account).await?, answers).await };
        noted.await.map_err(|error| to_js(&error))
    }

    /// The last runs that wrote something in the last 30 days, newest first: until there are
    /// `least` writes in them.
    pub async fn history(&self, account: String, least: u32) -> Result<Vec<Ts<dto::Run>>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let least = usize::try_from(least).unwrap_or(usize::MAX);
        let read = async { inner.store(&account).await?.recent(least).await };
        let entries = read.await.map_err(|error| to_js(&error))?;
        dto::runs(&entries).iter().map(told).collect()
    }

    /// How an account stands, as its store tells.
    pub async fn standing(&self, account: String) -> Result<Ts<dto::AccountStanding>, JsValue> {
        let inner = Rc::clone(&self.inner);
        told(&inner.standing(&account).await.map_err(|error| to_js(&error))?)
    }

    /// What is held of an account, as its last run left it.
    pub async fn held(&self, account: String) -> Result<Vec<Ts<dto::HeldItem>>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let read = async { inner.store(&account).await?.state().await };
        let state = read.await.map_err(|error| to_js(&error))?;
        let held = state.map(|state| state.held).unwrap_or_default();
        held.into_iter().map(|held| told(&dto::HeldItem::from(held))).collect()
    }

    /// What undoing the run of that name would do.
    #[wasm_bindgen(js_name = undoPlan)]
    pub async fn undo_plan(&self, account: String, run: String) -> Result<Ts<dto::UndoPlan>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let plan = inner.undo_plan(&account, &run).await.map_err(|error| to_js(&error))?;
        told(&dto::UndoPlan::from(plan))
    }

    /// Undoes the run of that name, as far as its plan says.
    pub async fn undo(&self, account: String, run: String) -> Result<Ts<dto::Undone>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let (done, stays) = inner.undo(&account, &run).await.map_err(|error| to_js(&error))?;
        told(&dto::Undone { done, stays })
    }

    /// Asks the run that is going on to stop: at once while it reads, after its current batch while
    /// it writes.
    pub fn stop(&self) {
        self.inner.stop.set(true);
    }
}

impl Inner {
    fn world(&self, account: &str) -> Rc<BrowserHost> {
        let (fetch, host) = (self.fetch.clone(), self.host.clone());
        Rc::new(BrowserHost::new(fetch, host, account, &self.database, Rc::clone(&self.stop)))
    }

    fn creatio(&self, account: &str) -> Creatio<BrowserHost> {
        let site = Site {
            base: self.context.base.clone(),
            id: self.site.borrow().clone(),
            contact: self.context.contact.id.as_str().into(),
            zone: Rc::clone(&self.zone) as Rc<dyn Zone>,
        };
        let user = &self.context.user.id;
        let creatio = Creatio::new(self.world(account), site).with_installation(Rc::clone(&self.installation));
        creatio.with_user(user, &self.context.culture)
    }

    async fn accounts(&self) -> Result<Vec<MailAccount>> {
        let accounts = self.creatio("").accounts().await?;
        *self.kinds.borrow_mut() =
            accounts.iter().map(|account| (account.address.as_str().to_owned(), account.kind)).collect();
        Ok(accounts)
    }

    /// The mailbox of an account; one that Creatio does not know is in Microsoft 365.
    async fn exchange(&self, account: &str) -> Result<Exchange<BrowserHost>> {
        let address = Address::parse(account).ok_or_else(|| invalid_input(&"the account is no e-mail address"))?;
        let known = self.kinds.borrow().get(account).copied();
        if known.is_none() {
            self.accounts().await?;
        }
        let kind = self.kinds.borrow().get(account).copied();
        match kind {
            #[cfg(feature = "ews")]
            Some(MailKind::Exchange) => self.ews(account, address).map(Exchange::Server),
            #[cfg(not(feature = "ews"))]
            Some(MailKind::Exchange) => {
                Err(Error::Settings("mailboxes on an Exchange Server are not part of this build".to_owned()))
            }
            Some(MailKind::Microsoft365 | MailKind::Imap) | None => self.graph(account, address).map(Exchange::Cloud),
        }
    }

    #[cfg(feature = "ews")]
    fn ews(&self, account: &str, address: Address) -> Result<Ews<BrowserHost>> {
        let missing = || Error::Settings("exchange: no address of the service was given to this page".to_owned());
        let mailbox = ews::EwsMailbox {
            endpoint: self.context.exchange.clone().ok_or_else(missing)?,
            address,
            aliases: Aliases::default(),
            site: self.site.borrow().clone(),
            zone: Rc::clone(&self.zone) as Rc<dyn Zone>,
        };
        Ok(Ews::new(self.world(account), mailbox))
    }

    fn graph(&self, account: &str, address: Address) -> Result<Graph<BrowserHost>> {
        let mailbox = graph::GraphMailbox {
            base: Cloud::named(&self.context.graph)?.base(),
            address,
            aliases: Aliases::default(),
            site: self.site.borrow().clone(),
            deep_link: format!("{}/Nui/ViewModule.aspx#CardModuleV2/ActivityPageV2/edit/", self.context.base),
            zone: Rc::clone(&self.zone) as Rc<dyn Zone>,
        };
        Ok(Graph::new(self.world(account), mailbox))
    }

    async fn store(&self, account: &str) -> Result<IdbStore> {
        let open = self.database.borrow().clone();
        let database = match open {
            Some(database) => database,
            None => store::open(&self.context.instance).await?,
        };
        *self.database.borrow_mut() = Some(Rc::clone(&database));
        Ok(IdbStore::new(&database, account))
    }

    async fn kept(&self, account: &str) -> Result<StoredSettings> {
        let (creatio, store) = (self.creatio(account), self.store(account).await?);
        let kept = self.keeper(account, &creatio, &store).read().await?;
        self.installation.override_with(kept.clock);
        self.installation.access.direct(kept.connection);
        *self.site.borrow_mut() = Moved::name(kept.moved.as_ref(), &self.context.instance).into();
        Ok(kept)
    }

    fn keeper<'a>(
        &self,
        mailbox: &'a str,
        creatio: &'a Creatio<BrowserHost>,
        store: &'a IdbStore,
    ) -> Keeper<'a, BrowserHost, IdbStore> {
        Keeper { creatio, store, mailbox, today: local(&*self.zone, now()).date() }
    }

    async fn save_settings(&self, account: &str, settings: dto::AccountSettings) -> Result<SettingsPlace> {
        let (creatio, store) = (self.creatio(account), self.store(account).await?);
        let keeper = self.keeper(account, &creatio, &store);
        let fields = keeper.read().await?.own.fields;
        let settings = settings.into_engine(fields).map_err(|error| invalid_input(&error))?;
        keeper.save(&settings).await
    }

    /// Has the settings of an account name containers by their new ids, where they are kept.
    async fn rename_in_settings(&self, account: &str, renamed: &Renamed) -> Result<()> {
        let (creatio, store) = (self.creatio(account), self.store(account).await?);
        let keeper = self.keeper(account, &creatio, &store);
        let mut own = keeper.read().await?.own;
        containers::rename_in_settings(&mut own, renamed);
        keeper.save(&own).await.map(drop)
    }

    /// The store of an account with the settings that count, and its mailbox.
    async fn prepared(self: &Rc<Self>, account: &str) -> Result<(IdbStore, Exchange<BrowserHost>)> {
        let settings = self.kept(account).await?.settings;
        let (inner, whose) = (Rc::clone(self), account.to_owned());
        let rename: Rename = Rc::new(move |renamed| {
            let (inner, whose) = (Rc::clone(&inner), whose.clone());
            Box::pin(async move { inner.rename_in_settings(&whose, &renamed).await })
        });
        let exchange = self.exchange(account).await?;
        let others = self.kinds.borrow().keys().filter(|other| *other != account).cloned().collect();
        let store = self.store(account).await?.with_settings(Outside { settings, rename }).beside(others);
        let site = self.site.borrow().clone();
        run::trust::moved(&store, &self.context.instance.as_str().into(), &site).await?;
        Ok((store, exchange))
    }

    /// Has `act` work on both ends of an account, alone among all tabs.
    async fn alone<T>(self: &Rc<Self>, account: &str, act: impl AsyncFnOnce(&Joined<'_>) -> Result<T>) -> Result<T> {
        let _held = lock::take(&format!("schedule-sync/{}/{}", self.context.instance, self.context.user.id)).await?;
        self.stop.set(false);
        let world = self.world(account);
        let (store, exchange) = run::unless_stopped(&*world, self.prepared(account)).await?;
        let parts = Parts {
            creatio: &self.creatio(account),
            exchange: &exchange,
            store: &store,
            clock: &*world,
            events: &*world,
            zone: &*self.zone,
            account: &self.account(account, exchange.is_silent()),
            words: &words(&self.context.culture),
        };
        act(&parts).await
    }

    /// Keeps a plan for [`ScheduleSync::apply_previewed`]; what a person sees of it.
    fn show(&self, account: String, planned: PreparedRun) -> dto::Preview {
        let shown = dto::Preview::of(&planned, &account);
        self.previewed.borrow_mut().insert(account, planned);
        shown
    }

    async fn run(self: &Rc<Self>, account: &str, cause: Cause) -> Result<Ended> {
        let began = now();
        let ended = self.alone(account, async |parts| run::run(parts).await).await;
        let told = ended.as_ref().map(|ended| match ended {
            Ended::Written(report) => Some(report),
            Ended::Unseen(_) => None,
        });
        if !matches!(told, Err(Error::Running)) {
            self.remember(account, RunRecord::of(cause, began, now(), told)).await;
        }
        ended
    }

    /// Remembers a run of which a person may want to know. What can't be remembered is no reason to
    /// say that the run failed.
    async fn remember(&self, account: &str, record: RunRecord) {
        if let Ok(store) = self.store(account).await {
            let _ = store.remember(record).await;
        }
    }

    async fn standing(&self, account: &str) -> Result<dto::AccountStanding> {
        let store = self.store(account).await?;
        let (records, state) = (store.records().await?, store.state().await?);
        Ok(dto::AccountStanding {
            runs: records.into_iter().rev().map(dto::RunInfo::from).collect(),
            approved: state.as_ref().is_some_and(|state| state.approved),
            resting: state.map_or(0, |state| state.resting.len()),
        })
    }

    async fn preview(self: &Rc<Self>, account: &str) -> Result<PreparedRun> {
        self.alone(account, async |parts| run::plan(parts).await).await
    }

    async fn apply_previewed(
        self: &Rc<Self>,
        account: &str,
        resting: FlatSet<ItemId>,
        containers: &FlatSet<ContainerId>,
    ) -> Result<run::Report> {
        let began = now();
        let applied = self.alone(account, async |parts| {
            let seen = self.previewed.borrow_mut().remove(account);
            let planned = seen.ok_or(Error::Outdated)?;
            run::stands(parts, &planned).await?;
            let settings = self.without_containers(account, &planned, containers).await?;
            let left_out = planned.left_out(resting, containers, &settings);
            run::apply::apply(parts, planned.without(&left_out).approved()).await
        });
        let report = applied.await;
        if !matches!(report, Err(Error::Running | Error::Outdated)) {
            self.remember(account, RunRecord::of(Cause::Preview, began, now(), report.as_ref().map(Some))).await;
        }
        report
    }

    /// Takes `containers` out of what the settings of an account import; the settings that count
    /// then, which an administrator may have fixed.
    async fn without_containers(
        &self,
        account: &str,
        planned: &PreparedRun,
        containers: &FlatSet<ContainerId>,
    ) -> Result<Settings> {
        let (creatio, store) = (self.creatio(account), self.store(account).await?);
        let keeper = self.keeper(account, &creatio, &store);
        if !containers.is_empty() {
            let mut own = keeper.read().await?.own;
            containers::leave_out(&mut own, containers, planned.containers());
            keeper.save(&own).await?;
        }
        Ok(keeper.read().await?.settings)
    }

    async fn undo_plan(self: &Rc<Self>, account: &str, run: &str) -> Result<Undo> {
        let run = named(run)?;
        self.alone(account, async |parts| run::undo::preview(parts, run).await).await
    }

    async fn undo(self: &Rc<Self>, account: &str, run: &str) -> Result<(usize, usize)> {
        let run = named(run)?;
        self.alone(account, async |parts| run::undo::undo(parts, run).await).await
    }

    fn account(&self, account: &str, silent: bool) -> Account {
        Account {
            site: self.site.borrow().clone(),
            mailbox: account.to_owned(),
            contact: self.context.contact.id.as_str().into(),
            silent,
        }
    }
}

/// Both ends of an account, as a browser joins them.
type Joined<'a> = Parts<'a, Creatio<BrowserHost>, Exchange<BrowserHost>, IdbStore, BrowserHost, BrowserHost>;

/// The beginning of a run, by which it is named.
fn named(run: &str) -> Result<Instant> {
    run.parse().map_err(|error| invalid_input(&error))
}

/// The texts that the engine puts into items, in the language of `culture`.
fn words(culture: &str) -> Words {
    let (no_subject, private) =
        if culture.starts_with("ru") { ("(без темы)", "Личное") } else { ("(no subject)", "Private") };
    Words { no_subject: no_subject.to_owned(), private: private.to_owned() }
}
