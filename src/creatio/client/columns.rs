//! Which columns of `Activity` this installation has: `Location` comes with a package, and older
//! versions lack others (docs/facts/creatio.md, "Activity"). All are asked for until a question is
//! refused; then the installation is asked once which there are, and only what it names is left
//! out.

use crate::creatio::activity::wire::Activity;
use crate::creatio::client::access::{PROBE_ENTITY, Transport};
use crate::creatio::client::data_service;
use crate::creatio::client::query::{Query, RowBody};
use crate::creatio::{Creatio, SIDE};
use crate::error::{Error, Result};
use crate::http::Call;
use crate::model::Field;
use crate::ports::{Clock, Credentials, Http};

/// Columns that activities can be read without.
const OPTIONAL: [&str; 5] = ["Location", "AuthorId", "GlobalActivityID", "ProcessElementId", "AllowedResult"];

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// The columns to select of activities.
    pub(in crate::creatio) fn columns(&self) -> String {
        let there = Activity::COLUMNS.split(',').filter(|column| !self.installation.access.is_lacking(column));
        there.collect::<Vec<_>>().join(",")
    }

    /// `body` without the columns that are not there.
    pub(in crate::creatio) fn fitted(&self, body: RowBody) -> RowBody {
        body.into_iter().filter(|(column, _)| !self.installation.access.is_lacking(column)).collect()
    }

    /// The fields that no column holds here, or whose rows can't be read at present.
    pub(in crate::creatio) fn unheld_fields(&self) -> Vec<Field> {
        let place = self.installation.access.is_lacking("Location").then_some(Field::Place);
        let unread = self.unread.borrow();
        // without the Contacts nobody knows who the participants are, but the user's own answer is
        // known
        let people = (!unread.is_empty()).then_some(Field::People);
        let response = unread.contains_key("ActivityParticipant").then_some(Field::Response);
        place.into_iter().chain(people).chain(response).collect()
    }

    /// Whether a refusal came from columns that are not there, so that the question is worth asking
    /// again without them.
    pub(in crate::creatio) async fn explained(&self, error: &Error) -> Result<bool> {
        let access = &self.installation.access;
        if !matches!(error, Error::Server { status: 400 | 500, .. }) || !access.list_columns() {
            return Ok(false);
        }
        let absent = match access.way(PROBE_ENTITY) {
            Transport::Odata => self.absent_in_metadata().await?,
            Transport::DataService => self.absent_in_rows().await?,
        };
        Ok(absent.iter().filter(|column| access.lacks(column)).count() > 0)
    }

    /// By `$metadata`, the only place that says it for sure (docs/facts/creatio.md, "Addresses").
    async fn absent_in_metadata(&self) -> Result<Vec<String>> {
        let call = Call::get("$metadata").with("Accept", "application/xml");
        let response = match self.odata.send(&call).await {
            Ok(response) if response.status().is_success() => response,
            // without it nothing is known to be absent
            Ok(_) | Err(Error::Server { .. } | Error::Forbidden { .. } | Error::Unreadable { .. }) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        let text = String::from_utf8_lossy(response.body());
        let own = text.split_once("<EntityType Name=\"Activity\"").and_then(|(_, own)| own.split_once("</EntityType>"));
        let Some((own, _)) = own else { return Ok(Vec::new()) };
        let is_absent = |column: &&str| !own.contains(&format!("<Property Name=\"{column}\""));
        Ok(OPTIONAL.into_iter().filter(is_absent).map(str::to_owned).collect())
    }

    /// By what the DataService says of a question for them.
    async fn absent_in_rows(&self) -> Result<Vec<String>> {
        let select = OPTIONAL.join(",");
        let query = Query { set: PROBE_ENTITY, select: &select, top: 1, ..Query::default() };
        let response = self.service.send(&data_service::select(&query, &*self.site.zone).call()).await?;
        data_service::not_found(&response).map_err(|fault| fault.error(SIDE))
    }
}
