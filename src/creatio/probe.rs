//! Finds out what OData's times mean (creatio.md §1.5) without writing: the DataService tells the stamps of a Contact by the wall clock of the user's
//! profile, whatever the version; OData tells the same stamps either so or as UTC. Filters are asked for that stamp in both ways. Bodies are taken to
//! be like replies until a write shows otherwise (`apply`).

use super::clock::{Clock as Mode, Clocks};
use super::door::envelope;
use super::groups::refused;
use super::lore::Findings;
use super::query::{Query, Sign, Test};
use super::read::understood;
use super::wire::{Guid, Stamp};
use super::{Creatio, SIDE, odata, reply, service};
use crate::error::Result;
use crate::model::time::{Fixed, instant, local};
use crate::model::{Instant, Zone};
use crate::ports::{Clock, Http, Keys};
use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

/// How far two readings of one stamp may be apart: the DataService tells milliseconds, or whole seconds.
const ALIKE: TimeDelta = TimeDelta::seconds(2);
/// A stamp that is this far ahead of the server's clock is none of its clock.
const AHEAD: TimeDelta = TimeDelta::minutes(10);

/// The stamps of a row.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stamps {
    id: Guid,
    created_on: Stamp,
    modified_on: Stamp,
}

/// One stamp as OData tells it.
struct Sample {
    id: String,
    column: &'static str,
    shown: Instant,
}

impl<P: Http + Clock + Keys> Creatio<P> {
    /// Finds out what times mean. What can't be found out is taken for UTC.
    pub(super) async fn probe(&self) -> Result<Findings> {
        let half_year = TimeDelta::days(182);
        let zone = &*self.site.zone;
        if [-half_year, TimeDelta::zero(), half_year].iter().all(|away| zone.offset(self.odata.now() + *away) == 0) {
            // the wall clock is UTC
            return Ok(Findings { clocks: Clocks::default(), sure: true });
        }
        match self.probed(zone).await {
            Err(error) if refused(&error).is_some() => Ok(Findings::default()),
            found => found,
        }
    }

    async fn probed(&self, zone: &dyn Zone) -> Result<Findings> {
        let query = Query {
            set: "Contact",
            select: "Id,CreatedOn,ModifiedOn",
            order: "ModifiedOn desc",
            top: 20,
            ..Query::default()
        };
        let page = reply::page(&self.odata.send(&odata::call(&query)).await?).map_err(|fault| fault.error(SIDE))?;
        let samples = samples(understood::<Stamps>(page.value, "Id", "Contact.").0);
        let now = self.odata.now();
        if samples.iter().any(|sample| sample.shown > now + AHEAD) {
            // no stamp lies in the future
            return Ok(Findings { sure: true, clocks: self.with_filter(zone, &samples, Mode::Local).await? });
        }
        // where the wall clock is UTC for the time being, both look alike
        let telling = samples.iter().find(|sample| zone.offset(sample.shown) != 0);
        let Some(sample) = telling else { return Ok(Findings::default()) };
        let wall = match self.wall(sample).await {
            Ok(wall) => wall,
            Err(error) if refused(&error).is_some() => None,
            Err(error) => return Err(error),
        };
        let Some(wall) = wall else {
            // whatever replies mean, filters have to mean the same
            return Ok(Findings { sure: false, clocks: self.with_filter(zone, &samples, Mode::Utc).await? });
        };
        let is_wall = (sample.shown.naive_utc() - wall).abs() < ALIKE;
        let read = if is_wall { Mode::Local } else { Mode::Utc };
        Ok(Findings { sure: true, clocks: self.with_filter(zone, &samples, read).await? })
    }

    /// A stamp by the wall clock of the user's profile.
    async fn wall(&self, sample: &Sample) -> Result<Option<NaiveDateTime>> {
        let filter = Test::id(&sample.id);
        let query = Query { set: "Contact", select: sample.column, filter, top: 1, ..Query::default() };
        // in a zone without offset the wall clock is told as it is
        let ask = service::select(&query, &Fixed::utc());
        let page = service::page(&self.service.send(&ask.call()).await?, &Fixed::utc());
        let rows = page.map_err(|fault| fault.error(SIDE))?.value;
        let at = rows.first().and_then(|row| row.get(sample.column)?.as_str()?.parse::<Instant>().ok());
        Ok(at.map(|at| at.naive_utc()))
    }

    /// All directions, if replies mean `read`: which way a filter finds one of the rows that were read.
    async fn with_filter(&self, zone: &dyn Zone, samples: &[Sample], read: Mode) -> Result<Clocks> {
        let meant = |sample: &Sample| match read {
            Mode::Utc => sample.shown,
            Mode::Local => instant(zone, sample.shown.naive_utc()),
        };
        let telling = samples.iter().map(|sample| (sample, meant(sample))).find(|(_, at)| zone.offset(*at) != 0);
        let Some((sample, at)) = telling else { return Ok(Clocks::all(read)) };
        let call = |at: Instant| {
            let Sample { id, column, .. } = sample;
            let since = Test::at(column, Sign::Ge, at - ALIKE);
            let filter = Test::id(id).and(since).and(Test::at(column, Sign::Lt, at + ALIKE));
            odata::call(&Query { set: "Contact", select: "Id", filter, ..Query::default() })
        };
        let calls = [call(at), call(local(zone, at).and_utc())];
        let mut found = [false; 2];
        for (found, answer) in found.iter_mut().zip(self.odata.batch(&envelope(), &calls).await) {
            let page = reply::page::<Value>(&answer.map_err(|silence| silence.error)?);
            *found = page.map_err(|fault| fault.error(SIDE))?.value.len() == 1;
        }
        let filter = match found {
            [true, false] => Mode::Utc,
            [false, true] => Mode::Local,
            [true, true] | [false, false] => read,
        };
        Ok(Clocks { filter, ..Clocks::all(read) })
    }
}

fn samples(rows: Vec<Stamps>) -> Vec<Sample> {
    let both = rows.into_iter().flat_map(|row| {
        let Stamps { id, created_on, modified_on } = row;
        [("ModifiedOn", modified_on), ("CreatedOn", created_on)].map(|(column, stamp)| {
            let id = id.0.clone()?;
            stamp.at.map(|shown| Sample { id, column, shown })
        })
    });
    both.flatten().collect()
}
