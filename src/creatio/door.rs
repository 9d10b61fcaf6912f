//! The one door to OData: calls go out and replies come in with their times as this installation spells them, so that everything behind it is
//! true UTC. A stored filter's bytes don't pass here: they are no rows.

use super::Creatio;
use super::clock::{Clocks, asked, heard, said};
use super::read::envelope;
use crate::error::Result;
use crate::http::odata::parse;
use crate::http::{Answer, Call, Payload, Silence};
use crate::ports::{Clock, Http, Keys, Response};
use serde_json::Value;

impl<P: Http + Clock + Keys> Creatio<P> {
    /// Sends one call.
    pub(super) async fn send(&self, call: &Call) -> Result<Response> {
        let clocks = self.clocks().await?;
        Ok(self.taken(clocks, self.odata.send(&self.told(clocks, call)).await?))
    }

    /// Asks for the page that a link of the server leads to, which spells times the server's way already.
    pub(super) async fn next(&self, link: &str) -> Result<Response> {
        let clocks = self.clocks().await?;
        Ok(self.taken(clocks, self.odata.send(&Call::get(link)).await?))
    }

    /// Sends calls in batches; one answer for each, in order.
    pub(super) async fn batch(&self, calls: &[Call]) -> Vec<Answer> {
        if calls.is_empty() {
            return Vec::new();
        }
        let clocks = match self.clocks().await {
            Ok(clocks) => clocks,
            Err(error) => {
                let unsent = |_| Err(Silence { error: error.clone(), maybe: false });
                return calls.iter().map(unsent).collect();
            }
        };
        let calls: Vec<Call> = calls.iter().map(|call| self.told(clocks, call)).collect();
        let answers = self.odata.batch(&envelope(), &calls).await;
        answers.into_iter().map(|answer| answer.map(|response| self.taken(clocks, response))).collect()
    }

    /// A call as the server has to be told it.
    fn told(&self, clocks: Clocks, call: &Call) -> Call {
        let mut call = call.clone();
        call.path = asked(clocks.filter, &*self.site.zone, &call.path);
        if let Payload::Json(body) = &mut call.body {
            said(clocks.write, &*self.site.zone, body);
        }
        call
    }

    /// A reply as it is meant; one that is no JSON stays as it is.
    fn taken(&self, clocks: Clocks, response: Response) -> Response {
        if clocks.read == super::clock::Clock::Utc {
            return response;
        }
        match parse::<Value>(response.body()) {
            Ok(mut body) => {
                heard(clocks.read, &*self.site.zone, &mut body);
                response.map(|_| body.to_string().into_bytes())
            }
            Err(_) => response,
        }
    }

    /// What times mean in this installation, found out the first time that it matters.
    pub(super) async fn clocks(&self) -> Result<Clocks> {
        if let Some(found) = self.lore.findings() {
            return Ok(found.clocks);
        }
        let found = self.probe().await?;
        self.lore.learn(found);
        Ok(self.lore.findings().unwrap_or(found).clocks)
    }
}
