//! A world in process: answers the ports from a sandbox, with the sandbox's clock, as a browser
//! would: it signs in once, keeps the cookies, and copies `BPMCSRF` into its header.

use chrono::{DateTime, Duration, TimeDelta, Utc};
use futures_util::future;
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_TYPE, COOKIE, DATE, HOST, HeaderName, SET_COOKIE};
use sandbox::{Sandbox, Seed, Server};
use schedule_sync::error::{Error, Result};
use schedule_sync::flat::FlatMap;
use schedule_sync::http::budget::Budget;
use schedule_sync::model::{Instant, Side};
use schedule_sync::ports::{Clock, Credentials, Http, HttpResponse, NoResponse, Request, Secret};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;

/// The root of Creatio's OData.
pub(crate) const CREATIO: &str = "http://crm.example/0/odata";
/// The root of Graph.
pub(crate) const GRAPH: &str = "http://graph.example/v1.0";
/// The address of EWS.
pub(crate) const EXCHANGE: &str = "http://exchange.example/EWS/Exchange.asmx";
/// The mailbox of the sandbox's first user.
pub(crate) const MAILBOX: &str = "demo@contoso.example";
/// The sandbox's first user, as Creatio names her, and her mailbox.
pub(crate) const ME: (&str, &str) = ("Supervisor", MAILBOX);
/// The sandbox's first user with her mailbox on the Exchange Server.
pub(crate) const ME_THERE: (&str, &str) = ("Supervisor", sandbox::exchange::ACCOUNT);
/// The sandbox's second user with his mailbox on the Exchange Server.
pub(crate) const COLLEAGUE_THERE: (&str, &str) = ("Дмитрий Волков", sandbox::exchange::COLLEAGUE);
/// The sandbox's second user, as Creatio names him, and his mailbox.
pub(crate) const COLLEAGUE: (&str, &str) = ("Дмитрий Волков", "dmitry.volkov@contoso.example");

/// The type of Activities that are e-mails.
const EMAIL: &str = "e2831dec-cfc0-df11-b00f-001d60e938c6";

/// A sandbox and one user's credentials for it.
pub(crate) struct World {
    /// The two servers; other users' worlds may share them.
    pub(crate) sandbox: Rc<RefCell<Sandbox>>,
    /// The name, which is the password too, in Creatio.
    user: &'static str,
    /// The address of the mailbox.
    pub(crate) mailbox: &'static str,
    cookies: RefCell<FlatMap<String, String>>,
    token: RefCell<Option<String>>,
    /// Milliseconds that the product slept.
    pub(crate) slept: Cell<u64>,
    /// Requests to Graph, parts of batches counted, as the product booked them.
    pub(crate) budget: RefCell<Budget>,
    /// Claims that challenges asked for.
    pub(crate) challenges: RefCell<Vec<String>>,
    /// Requests to Graph that are under way, and the most that ever were.
    pub(crate) under_way: Cell<(usize, usize)>,
    /// Whether a request to Graph lets whoever else is ready go on first, as the network does.
    pub(crate) breathes: Cell<bool>,
    /// Who does something right before the next request that holds one of these words in its
    /// address or body.
    intervention: RefCell<Option<Intervention>>,
}

/// See [`World::intervene`].
type Intervention = (&'static [&'static str], Box<dyn FnOnce()>);

impl World {
    /// A world that begins at `now`.
    pub(crate) fn new(seed: Seed, now: &str) -> Self {
        let now: DateTime<Utc> = now.parse().unwrap();
        Self::over(Rc::new(RefCell::new(Sandbox::new(seed, Some(now)))), ME)
    }

    /// The world of a user of a sandbox that others may use too: signed in by name, with the
    /// mailbox of that address.
    pub(crate) fn over(sandbox: Rc<RefCell<Sandbox>>, (user, mailbox): (&'static str, &'static str)) -> Self {
        Self {
            sandbox,
            user,
            mailbox,
            cookies: RefCell::default(),
            token: RefCell::default(),
            slept: Cell::new(0),
            budget: RefCell::default(),
            challenges: RefCell::default(),
            under_way: Cell::default(),
            breathes: Cell::default(),
            intervention: RefCell::default(),
        }
    }

    /// Another world over the same sandbox: [`COLLEAGUE`]'s, or [`ME`] on a second device.
    pub(crate) fn beside(&self, who: (&'static str, &'static str)) -> Self {
        Self::over(Rc::clone(&self.sandbox), who)
    }

    /// The id of the user's contact in Creatio.
    pub(crate) fn contact(&self) -> String {
        let user = self.user;
        let (_, found) = self.by_hand(Side::Creatio, "GET", &format!("SysAdminUnit?$filter=Name eq '{user}'"), None);
        found["value"][0]["ContactId"].as_str().unwrap().to_owned()
    }

    /// Creatio has an e-mail of somebody else's, as every installation has Activities that are
    /// never synchronised: where not even that can be read, rights were lost.
    pub(crate) fn with_letter(&self) {
        let mut sandbox = self.sandbox.borrow_mut();
        let Sandbox { creatio, environment, .. } = &mut *sandbox;
        let units = creatio.rows("SysAdminUnit");
        let colleague = units.iter().find(|unit| unit["Name"] == COLLEAGUE.0).unwrap();
        let letter = json!({"Title": "a letter", "TypeId": EMAIL, "OwnerId": colleague["ContactId"]});
        creatio.save_row(("Activity", uuid::Uuid::from_u128(1)), &letter, environment).unwrap();
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: TimeDelta) {
        self.sandbox.borrow_mut().environment.pass(time);
    }

    /// Has `act` happen right before the next request that holds one of `words`: somebody is faster
    /// by a moment.
    pub(crate) fn intervene(&self, words: &'static [&'static str], act: impl FnOnce() + 'static) {
        *self.intervention.borrow_mut() = Some((words, Box::new(act)));
    }

    /// Replaces the faults; spelled as for `POST /sandbox/faults`.
    pub(crate) fn faults(&self, faults: Value) {
        self.sandbox.borrow_mut().environment.set_faults(serde_json::from_value(faults).unwrap());
    }

    /// Requests since the beginning or the last reset, batches' parts not counted.
    pub(crate) fn requests(&self) -> usize {
        self.sandbox.borrow().environment.log().iter().filter(|row| row.batch.is_none()).count()
    }

    /// Log rows from the `from`th on as `METHOD path`, parts of batches included.
    pub(crate) fn log(&self, from: usize) -> Vec<String> {
        let sandbox = self.sandbox.borrow();
        let reads = |operation: &str| ["Find", "Get", "Sync"].iter().any(|verb| operation.starts_with(verb));
        let told = |row: &sandbox::environment::Row| match &row.operation {
            // all that is asked of EWS is a POST to one path
            Some(operation) if reads(operation) => format!("GET {}#{operation}", row.path),
            Some(operation) => format!("POST {}#{operation}", row.path),
            None => format!("{} {}", row.method, row.path),
        };
        sandbox.environment.log().iter().skip(from).map(told).collect()
    }

    /// The log rows since `from` that write, batches themselves left out.
    pub(crate) fn writes(&self, from: usize) -> Vec<String> {
        self.log(from).into_iter().filter(|row| !reads(row)).collect()
    }

    /// One request of a person or another program, past the product: the status and the JSON of the
    /// reply.
    pub(crate) fn by_hand(&self, side: Side, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        if side == Side::Exchange && self.is_served_there() {
            return self.sandbox.borrow_mut().by_hand(self.mailbox, (method, path), body.as_ref());
        }
        let base = if side == Side::Creatio { CREATIO } else { GRAPH };
        let mut request = http::Request::builder().method(method).uri(escaped(&format!("{base}/{path}")));
        request = request.header("Content-Type", "application/json").header("ForceUseSession", "true");
        for (name, secret) in pollster::block_on(self.headers(side, false)).unwrap() {
            request = request.header(name, secret.0);
        }
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let response = pollster::block_on(self.send(request.body(body).unwrap())).unwrap();
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or(Value::Null))
    }

    /// Whether the mailbox is on the Exchange Server.
    pub(crate) fn is_served_there(&self) -> bool {
        self.sandbox.borrow().exchange.has(self.mailbox)
    }

    /// The page forgets its session; the next request signs in anew.
    pub(crate) fn sign_out(&self) {
        self.cookies.borrow_mut().clear();
    }

    fn sign_in(&self) -> Result<()> {
        let body = json!({"UserName": self.user, "UserPassword": self.user}).to_string().into_bytes();
        let request =
            http::Request::post("/ServiceModel/AuthService.svc/Login").header("Content-Type", "application/json");
        let reply = self.sandbox.borrow_mut().handle(Server::Creatio, &request.body(body).unwrap());
        let response = reply.response.ok_or(Error::Network(Side::Creatio))?;
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }
}

impl Http for World {
    async fn book(&self, side: Side, requests: u32) -> u64 {
        if side == Side::Creatio { 0 } else { self.budget.borrow_mut().book(self.now(), requests) }
    }

    async fn send(&self, mut request: Request) -> Result<HttpResponse, NoResponse> {
        let text = format!("{} {} {}", request.method(), request.uri(), String::from_utf8_lossy(request.body()));
        let is_next = |(words, _): &mut Intervention| words.iter().any(|word| text.contains(word));
        let intervention = self.intervention.borrow_mut().take_if(|intervention| is_next(intervention));
        if let Some((_, act)) = intervention {
            act();
        }
        let server = match request.uri().host() {
            Some("crm.example") => Server::Creatio,
            Some("exchange.example") => Server::Exchange,
            Some("graph.example") => Server::Graph,
            host => panic!("no server of the sandbox is at {host:?}"),
        };
        let _under_way = (server != Server::Creatio).then(|| UnderWay::begin(&self.under_way));
        if server != Server::Creatio && self.breathes.get() {
            breath().await;
        }
        if server == Server::Creatio {
            let cookies = self.cookies.borrow();
            let line = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            request.headers_mut().insert(COOKIE, line.parse().unwrap());
        }
        let host = request.uri().authority().unwrap().as_str().parse().unwrap();
        request.headers_mut().insert(HOST, host);
        *request.uri_mut() = request.uri().path_and_query().unwrap().as_str().parse().unwrap();
        let reply = self.sandbox.borrow_mut().handle(server, &request);
        self.pass(Duration::milliseconds(i64::try_from(reply.delay_ms).unwrap()));
        match reply.response {
            Some(mut response) if !reply.cut => {
                match server {
                    Server::Creatio => {
                        // the server in front of the emulator tells its clock
                        let date = self.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
                        response.headers_mut().insert(DATE, date.parse().unwrap());
                    }
                    Server::Graph => hide(&mut response),
                    // of a page's own origin all is seen
                    Server::Exchange => {}
                }
                Ok(response)
            }
            Some(_) | None => Err(NoResponse),
        }
    }
}

/// Whether a row of the log only reads, or is a batch, whose parts have rows of their own.
pub(crate) fn reads(row: &str) -> bool {
    row.starts_with("GET ") || ["$batch", "BatchQuery", "SelectQuery"].iter().any(|kind| row.contains(kind))
}

/// One request to Graph under way, until it is dropped.
struct UnderWay<'a>(&'a Cell<(usize, usize)>);

impl<'a> UnderWay<'a> {
    fn begin(count: &'a Cell<(usize, usize)>) -> Self {
        let (now, most) = count.get();
        count.set((now + 1, most.max(now + 1)));
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let (now, most) = self.0.get();
        self.0.set((now - 1, most));
    }
}

/// Lets whoever else is ready go on first.
pub(crate) async fn breath() {
    let mut waited = false;
    future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Takes away the headers that a page of another origin may not read.
fn hide(response: &mut HttpResponse) {
    let exposed = response.headers().get(ACCESS_CONTROL_EXPOSE_HEADERS).and_then(|names| names.to_str().ok());
    let exposed: Vec<String> = exposed.unwrap_or_default().split(',').map(|name| name.trim().to_lowercase()).collect();
    let seen = |name: &HeaderName| exposed.iter().any(|one| one == name.as_str()) || *name == CONTENT_TYPE;
    let headers = std::mem::take(response.headers_mut());
    *response.headers_mut() =
        headers.into_iter().filter_map(|(name, value)| Some((name.filter(seen)?, value))).collect();
}

impl Clock for World {
    fn now(&self) -> Instant {
        self.sandbox.borrow().environment.now()
    }

    async fn sleep(&self, ms: u64) {
        self.slept.set(self.slept.get() + ms);
        self.pass(Duration::milliseconds(i64::try_from(ms).unwrap()));
    }
}

impl Credentials for World {
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        match side {
            Side::Creatio => {
                if self.cookies.borrow().is_empty() {
                    self.sign_in()?;
                }
                let key = self.cookies.borrow().get("BPMCSRF").cloned().ok_or(Error::SignedOut(side))?;
                Ok(vec![("BPMCSRF".to_owned(), Secret(key))])
            }
            Side::Exchange => {
                if renew || self.token.borrow().is_none() {
                    *self.token.borrow_mut() = Some(self.sandbox.borrow_mut().environment.issue_token(self.mailbox));
                }
                let token = self.token.borrow().clone().unwrap();
                Ok(vec![("Authorization".to_owned(), Secret(format!("Bearer {token}")))])
            }
        }
    }

    async fn challenged(&self, side: Side, claims: &str) -> Result<Vec<(String, Secret)>> {
        self.challenges.borrow_mut().push(claims.to_owned());
        let token = self.sandbox.borrow_mut().environment.issue_token_with(self.mailbox, Some(claims.to_owned()));
        *self.token.borrow_mut() = Some(token);
        self.headers(side, false).await
    }

    async fn holder(&self, side: Side) -> Option<String> {
        self.token.borrow().clone().filter(|_| side == Side::Exchange)
    }
}

/// An address with spaces and letters beyond ASCII escaped.
fn escaped(address: &str) -> String {
    const LEFT: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b' ');
    percent_encoding::utf8_percent_encode(address, LEFT).to_string()
}
