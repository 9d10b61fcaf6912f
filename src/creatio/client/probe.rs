//! Finds out what OData's times mean (docs/facts/creatio.md, "Clocks") without writing: the
//! DataService tells the stamps of a Contact by the wall clock of the user's profile, whatever the
//! version; OData tells the same stamps either so or as UTC. Filters are asked for that stamp in
//! both ways. Bodies are taken to be like replies until a write shows otherwise (`apply`).

use crate::creatio::activity::wire::{Guid, Stamp};
use crate::creatio::client::gateway::envelope;
use crate::creatio::client::installation::Findings;
use crate::creatio::client::query::{Condition, Query, Sign};
use crate::creatio::client::refusal::refused;
use crate::creatio::client::rows::understood;
use crate::creatio::client::times::{TimeSemantics, TimesByDirection};
use crate::creatio::client::{data_service, odata, reply};
use crate::creatio::{Creatio, SIDE};
use crate::error::{Error, Result};
use crate::model::time::{Fixed, instant, local};
use crate::model::{Instant, Zone};
use crate::ports::{Clock, Credentials, Http};
use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;

/// How far two readings of one stamp may be apart: the DataService tells milliseconds, or whole
/// seconds.
const ALIKE: TimeDelta = TimeDelta::seconds(2);

/// The stamps of a row.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stamps {
    id: Guid,
    created_on: Stamp,
    modified_on: Stamp,
}

/// The sets whose newest stamps are looked at.
const SETS: [&str; 3] = ["Contact", "Activity", "ActivityParticipant"];
/// How far the clock that stamps rows may be from the one that dates replies.
const NOW: TimeDelta = TimeDelta::minutes(2);
/// How old the newest stamp may be that still tells which of two clocks it is by: nobody saves
/// anything for exactly as long as the zone is away from UTC, and then somebody does.
const JUST: TimeDelta = TimeDelta::minutes(10);

/// One stamp as OData tells it.
struct Sample {
    set: &'static str,
    id: String,
    column: &'static str,
    shown: Instant,
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// Finds out what times mean. Where the wall clock is UTC for the time being, that can't be
    /// found out, and is taken for UTC.
    ///
    /// # Errors
    /// What stops a run; `Settings` where nothing tells.
    pub(in crate::creatio) async fn probe(&self) -> Result<Findings> {
        let half_year = TimeDelta::days(182);
        let zone = &*self.site.zone;
        if [-half_year, TimeDelta::zero(), half_year].iter().all(|away| zone.offset(self.now() + *away) == 0) {
            // the wall clock is UTC
            return Ok(Findings { clocks: TimesByDirection::default(), sure: true });
        }
        self.probed(zone).await
    }

    async fn probed(&self, zone: &dyn Zone) -> Result<Findings> {
        let calls = SETS.map(|set| {
            let (select, order) = ("Id,CreatedOn,ModifiedOn", "ModifiedOn desc");
            odata::call(&Query { set, select, order, top: 20, ..Query::default() })
        });
        let mut samples = Vec::new();
        let mut open = false;
        for (set, answer) in SETS.into_iter().zip(self.odata.batch(&envelope(), &calls).await) {
            let page = answer.map_err(|silence| silence.error).and_then(|response| {
                let page = reply::page(&response);
                page.map_err(|fault| fault.error(SIDE))
            });
            open |= page.is_ok();
            match page {
                Ok(page) => samples.extend(sampled(set, understood::<Stamps>(page.value, "Id", "").0)),
                // one set that is kept from the user leaves the others
                Err(error) if refused(&error).is_some() => {}
                Err(error) => return Err(error),
            }
        }
        if !open {
            // OData tells nothing, and thus no times
            return Ok(Findings::default());
        }
        let now = self.now();
        // where the wall clock is UTC for the time being, both look alike
        let telling = samples.iter().find(|sample| zone.offset(sample.shown) != 0);
        let Some(sample) = telling else { return Ok(Findings::default()) };
        let wall = match self.wall(sample).await {
            Ok(wall) => wall,
            Err(error) if refused(&error).is_some() => None,
            Err(error) => return Err(error),
        };
        let Some(wall) = wall else {
            // nobody tells the wall clock: the server's own clock has to
            let read = by_date(zone, &samples, now).ok_or_else(|| Error::Settings(UNTOLD.to_owned()))?;
            return Ok(Findings { sure: true, clocks: self.with_filter(zone, &samples, read).await? });
        };
        let is_wall = (sample.shown.naive_utc() - wall).abs() < ALIKE;
        let read = if is_wall { TimeSemantics::Local } else { TimeSemantics::Utc };
        Ok(Findings { sure: true, clocks: self.with_filter(zone, &samples, read).await? })
    }

    /// A stamp by the wall clock of the user's profile.
    async fn wall(&self, sample: &Sample) -> Result<Option<NaiveDateTime>> {
        let filter = Condition::id(&sample.id);
        let query = Query { set: sample.set, select: sample.column, filter, top: 1, ..Query::default() };
        // in a zone without offset the wall clock is told as it is
        let ask = data_service::select(&query, &Fixed::utc());
        let page = data_service::page(&self.service.send(&ask.call()).await?, &Fixed::utc());
        let rows = page.map_err(|fault| fault.error(SIDE))?.value;
        let at = rows.first().and_then(|row| row.get(sample.column)?.as_str()?.parse::<Instant>().ok());
        Ok(at.map(|at| at.naive_utc()))
    }

    /// All directions, if replies mean `read`: which way a filter finds one of the rows that were
    /// read.
    async fn with_filter(&self, zone: &dyn Zone, samples: &[Sample], read: TimeSemantics) -> Result<TimesByDirection> {
        let meant = |sample: &Sample| match read {
            TimeSemantics::Utc => sample.shown,
            TimeSemantics::Local => instant(zone, sample.shown.naive_utc()),
        };
        let telling = samples.iter().map(|sample| (sample, meant(sample))).find(|(_, at)| zone.offset(*at) != 0);
        let Some((sample, at)) = telling else { return Ok(TimesByDirection::all(read)) };
        let call = |at: Instant| {
            let Sample { set, id, column, .. } = sample;
            let since = Condition::at(column, Sign::Ge, at - ALIKE);
            let filter = Condition::id(id).and(since).and(Condition::at(column, Sign::Lt, at + ALIKE));
            odata::call(&Query { set, select: "Id", filter, ..Query::default() })
        };
        let calls = [call(at), call(local(zone, at).and_utc())];
        let mut found = [false; 2];
        for (found, answer) in found.iter_mut().zip(self.odata.batch(&envelope(), &calls).await) {
            let page = reply::page(&answer.map_err(|silence| silence.error)?);
            *found = page.map_err(|fault| fault.error(SIDE))?.value.len() == 1;
        }
        let filter = match found {
            [true, false] => TimeSemantics::Utc,
            [false, true] => TimeSemantics::Local,
            [true, true] | [false, false] => read,
        };
        Ok(TimesByDirection { filter, ..TimesByDirection::all(read) })
    }
}

/// What is said where nothing tells what times mean.
const UNTOLD: &str = "clock: nothing tells what this installation's times mean; save any record in Creatio and run again, or say it in the policy";

/// What replies mean by the server's own clock, at which it told these stamps; `None` where that
/// tells nothing. Nothing is saved in the future: what looks so by one reading is told by the
/// other. Else what was saved just now by one reading, and is the newest, is told by that.
fn by_date(zone: &dyn Zone, samples: &[Sample], now: Instant) -> Option<TimeSemantics> {
    let ahead = TimeDelta::seconds(i64::from(zone.offset(now)));
    let (utc, local) = (now, now + ahead);
    // an import may leave stamps that lie in the future by any reading
    let shown = || samples.iter().map(|sample| sample.shown).filter(|at| *at <= utc.max(local) + NOW);
    let (early, late) = if ahead < TimeDelta::zero() { (local, utc) } else { (utc, local) };
    let (by_early, by_late) = if ahead < TimeDelta::zero() {
        (TimeSemantics::Local, TimeSemantics::Utc)
    } else {
        (TimeSemantics::Utc, TimeSemantics::Local)
    };
    let newest = shown().max()?;
    if newest > early + NOW {
        return Some(by_late).filter(|_| newest <= late + NOW);
    }
    (newest >= early - JUST).then_some(by_early)
}

fn sampled(set: &'static str, rows: Vec<Stamps>) -> Vec<Sample> {
    let both = rows.into_iter().flat_map(|row| {
        let Stamps { id, created_on, modified_on } = row;
        [("ModifiedOn", modified_on), ("CreatedOn", created_on)].map(|(column, stamp)| {
            let id = id.0.clone()?;
            stamp.at.map(|shown| Sample { set, id, column, shown })
        })
    });
    both.flatten().collect()
}
