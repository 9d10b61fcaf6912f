//! A mailbox of the sandbox's Exchange Server as its owner uses it: people work in it as in the
//! other, but a task that is moved is still the same but for its id.

use super::microsoft365::Microsoft365;
use super::{Calendar, Entry};
use crate::support::ews_setup::enveloped;
use crate::support::world::EXCHANGE;
use pollster::block_on;
use schedule_sync::model::Side;
use schedule_sync::ports::{Credentials, Http};

/// The mailbox of a world's user.
pub(super) struct ExchangeServer<'a>(pub(super) Microsoft365<'a>);

impl Calendar for ExchangeServer<'_> {
    fn make(&self, entry: Entry) -> String {
        self.0.make(entry)
    }

    fn occurrences(&self, series: &str) -> Vec<(String, String)> {
        self.0.occurrences(series)
    }

    fn rename(&self, id: &str, title: &str) {
        self.0.rename(id, title);
    }

    fn shift(&self, id: &str, start: &str, end: &str) {
        self.0.shift(id, start, end);
    }

    fn delete(&self, id: &str) {
        self.0.delete(id);
    }

    fn call_off(&self, id: &str) {
        self.0.call_off(id);
    }

    fn repeat(&self, id: &str, day: &str, last: &str) {
        self.0.repeat(id, day, last);
    }

    fn stop_repeating(&self, series: &str) {
        self.0.stop_repeating(series);
    }

    fn cut(&self, series: &str, last: &str) {
        self.0.cut(series, last);
    }

    fn text(&self, title: &str) -> (String, String) {
        self.0.text(title)
    }

    fn move_task(&self, title: &str) {
        let (from, task) = self.0.task(title);
        let to = self.0.lists().into_iter().find(|list| *list != from).unwrap();
        let world = self.0.world;
        let body = format!(
            "<m:MoveItem><m:ToFolderId><t:FolderId Id=\"{to}\"/></m:ToFolderId><m:ItemIds><t:ItemId Id=\"{}\"/></m:ItemIds></m:MoveItem>",
            task["id"].as_str().unwrap()
        );
        let mut request = http::Request::post(EXCHANGE).header("Content-Type", "text/xml; charset=utf-8");
        for (name, secret) in block_on(world.headers(Side::Exchange, false)).unwrap() {
            request = request.header(name, secret.0);
        }
        let response = block_on(world.send(request.body(enveloped(&body).into_bytes()).unwrap())).unwrap();
        let text = String::from_utf8(response.into_body()).unwrap();
        assert!(text.contains("NoError"), "{text}");
    }

    fn rename_task(&self, title: &str, to: &str) {
        self.0.rename_task(title, to);
    }

    fn all(&self) -> Vec<(String, String)> {
        self.0.all()
    }

    fn mailed(&self) -> Vec<String> {
        self.0.mailed()
    }
}
