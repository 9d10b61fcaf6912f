//! A world for the unit tests of this module: it plays back replies and writes down what was sent.

use crate::error::Result;
use crate::model::{Instant, Side};
use crate::ports::{Clock, Credentials, Http, HttpResponse, NoResponse, Request, Secret};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

/// The world.
#[derive(Default)]
pub(crate) struct Script {
    replies: RefCell<VecDeque<Option<HttpResponse>>>,
    /// What was sent.
    pub(crate) sent: RefCell<Vec<Request>>,
    /// Milliseconds slept in all.
    pub(crate) waited: Cell<u64>,
    /// How often new credentials were asked for.
    pub(crate) renewed: Cell<u64>,
}

impl Script {
    /// A world that gives these replies, one after the other, and none after the last.
    pub(crate) fn new(replies: Vec<Option<HttpResponse>>) -> Self {
        Self { replies: RefCell::new(replies.into()), ..Self::default() }
    }
}

/// A reply of the script.
pub(crate) fn reply(status: u16, body: &str, headers: &[(&str, &str)]) -> Option<HttpResponse> {
    let start = ::http::Response::builder().status(status);
    let response = headers.iter().fold(start, |response, (name, value)| response.header(*name, *value));
    response.body(body.as_bytes().to_vec()).ok()
}

impl Http for Script {
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse> {
        self.sent.borrow_mut().push(request);
        self.replies.borrow_mut().pop_front().flatten().ok_or(NoResponse)
    }
}

impl Clock for Script {
    fn now(&self) -> Instant {
        Instant::default()
    }

    async fn sleep(&self, ms: u64) {
        self.waited.set(self.waited.get() + ms);
    }
}

impl Credentials for Script {
    async fn headers(&self, _side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        self.renewed.set(self.renewed.get() + u64::from(renew));
        Ok(vec![("BPMCSRF".to_owned(), Secret("key".to_owned()))])
    }
}
