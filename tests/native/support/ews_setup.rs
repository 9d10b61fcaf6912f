//! What the tests of the EWS replica begin with: a mailbox, a line whose other end is a function of
//! the request, envelopes around bodies, and the check of requests against Microsoft's schema.
#![allow(clippy::print_stdout)] // counts and skips are to be seen

use crate::support::graph_setup::Known;
use crate::support::world::{EXCHANGE as ENDPOINT, World};
use chrono::TimeDelta;
use chrono_tz::Tz;
use sandbox::exchange::schema::{self, Payloads};
use sandbox::exchange::{ACCOUNT, Quirks};
use schedule_sync::error::Result;
use schedule_sync::ews::wire::{self, Message};
use schedule_sync::ews::xml::XmlElement;
use schedule_sync::ews::{Ews, EwsMailbox};
use schedule_sync::model::{Address, Instant, Side};
use schedule_sync::ports::{Clock, Credentials, Http, HttpResponse, NoResponse, Request, Secret};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The sandbox's mailbox, of a user in Berlin.
pub(crate) fn mailbox() -> EwsMailbox {
    of(ACCOUNT)
}

/// The mailbox of `account`, of a user in Berlin.
pub(crate) fn of(account: &str) -> EwsMailbox {
    EwsMailbox {
        endpoint: ENDPOINT.to_owned(),
        address: Address::parse(account).unwrap(),
        aliases: Default::default(),
        site: "site".into(),
        zone: Rc::new(Known(Tz::Europe__Berlin, "W. Europe Standard Time")),
    }
}

/// Has the server behave like this.
pub(crate) fn quirks(world: &World, switches: Value) {
    let quirks: Quirks = serde_json::from_value(switches).unwrap();
    world.sandbox.borrow_mut().exchange.set_quirks(&quirks);
}

/// The body of a reply, or the reply itself.
pub(crate) enum Reply {
    /// 200 with this in the body of an envelope.
    Body(String),
    /// Exactly this.
    Whole(HttpResponse),
    /// None.
    Lost,
}

/// What stands at the other end: what it says to a request's body.
type Server = dyn Fn(&str) -> Reply;

/// A line to a server that is a function.
pub(crate) struct Line {
    server: Box<Server>,
    /// The bodies that were sent.
    pub(crate) sent: RefCell<Vec<String>>,
    /// The headers of the last request.
    pub(crate) headers: RefCell<Vec<(String, String)>>,
    /// Milliseconds that were waited.
    pub(crate) slept: Cell<u64>,
    /// How often credentials were renewed.
    pub(crate) renewed: Cell<usize>,
}

impl Line {
    pub(crate) fn new(server: impl Fn(&str) -> Reply + 'static) -> Rc<Self> {
        Rc::new(Self {
            server: Box::new(server),
            sent: RefCell::default(),
            headers: RefCell::default(),
            slept: Cell::default(),
            renewed: Cell::default(),
        })
    }
}

/// The replica behind a line.
pub(crate) fn ews(line: &Rc<Line>) -> Ews<Line> {
    Ews::new(Rc::clone(line), mailbox())
}

impl Http for Line {
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse> {
        assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("POST", ENDPOINT));
        let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.as_str().to_owned(), value.to_str().unwrap().to_owned())
        };
        *self.headers.borrow_mut() = request.headers().iter().map(text).collect();
        let body = String::from_utf8(request.into_body()).unwrap();
        self.sent.borrow_mut().push(body.clone());
        match (self.server)(&body) {
            Reply::Body(body) => Ok(whole(200, "text/xml; charset=utf-8", &enveloped(&body))),
            Reply::Whole(response) => Ok(response),
            Reply::Lost => Err(NoResponse),
        }
    }
}

impl Clock for Line {
    fn now(&self) -> Instant {
        "2026-03-02T09:00:00Z".parse::<Instant>().unwrap()
            + TimeDelta::milliseconds(i64::try_from(self.slept.get()).unwrap())
    }

    async fn sleep(&self, ms: u64) {
        self.slept.set(self.slept.get() + ms);
    }
}

impl Credentials for Line {
    async fn headers(&self, _side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        self.renewed.set(self.renewed.get() + usize::from(renew));
        Ok(vec![("Authorization".to_owned(), Secret("Basic eDp5".to_owned()))])
    }
}

/// A reply.
pub(crate) fn whole(status: u16, kind: &str, body: &str) -> HttpResponse {
    http::Response::builder().status(status).header("Content-Type", kind).body(body.as_bytes().to_vec()).unwrap()
}

/// `body` in an envelope, with the namespaces that bodies of tests name.
pub(crate) fn enveloped(body: &str) -> String {
    let types = "xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"";
    let messages = "xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\"";
    let soap = "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"";
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope {soap} {messages} {types}><s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// The reply of `operation` with one message for each of `messages`: its code and content.
pub(crate) fn reply(operation: &str, messages: &[(&str, &str)]) -> Reply {
    let message = |(code, content): &(&str, &str)| {
        let class = if *code == "NoError" { "Success" } else { "Error" };
        format!(
            "<m:{operation}ResponseMessage ResponseClass=\"{class}\"><m:ResponseCode>{code}</m:ResponseCode>{content}</m:{operation}ResponseMessage>"
        )
    };
    let all: String = messages.iter().map(message).collect();
    Reply::Body(format!(
        "<m:{operation}Response><m:ResponseMessages>{all}</m:ResponseMessages></m:{operation}Response>"
    ))
}

/// A fault of the whole request.
pub(crate) fn fault(code: &str, more: &str) -> HttpResponse {
    let detail = format!(
        "<detail><e:ResponseCode xmlns:e=\"http://schemas.microsoft.com/exchange/services/2006/errors\">{code}</e:ResponseCode>{more}</detail>"
    );
    let fault = format!("<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring>{detail}</s:Fault>");
    whole(500, "text/xml; charset=utf-8", &enveloped(&fault))
}

/// What is asked in a request: the name of its operation.
pub(crate) fn operation(request: &str) -> String {
    let root = XmlElement::parse(request.as_bytes()).unwrap();
    root.at("Body").unwrap().children[0].name.clone()
}

/// The messages of a reply's body.
pub(crate) fn messages(body: &str) -> Vec<Message> {
    wire::messages(&whole(200, "text/xml", &enveloped(body))).unwrap()
}

/// A folder of `../shared/ews`, if it is here; said loudly if not.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/ews").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("SKIPPED: no {} here", path.display());
    None
}

/// What was said to and by Exchange in a world: what does not fit Microsoft's schema fails the test
/// when this is dropped.
pub(crate) struct Valid(Payloads);

impl Valid {
    /// Of all that is said in `world` from now on.
    pub(crate) fn watch(world: &World) -> Self {
        Self(schema::watch(&mut world.sandbox.borrow_mut()))
    }
}

impl Drop for Valid {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let Some(schemas) = shared("ews-all.xsd") else { return };
        match self.0.check(schemas.parent().unwrap()) {
            Ok(report) => assert!(report.is_clean(), "against Microsoft's schema: {report:#?}"),
            Err(why) => println!("SKIPPED: {why}, so nothing is checked against Microsoft's schema"),
        }
    }
}
