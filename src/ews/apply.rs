//! Writing: every operation is a job that is looked at first, written, after a version conflict
//! looked at and written once more, and read back, since EWS's replies tell no more than a version.
//! Jobs go in step, so that each step is as few requests as possible. Occurrences of one series
//! share its version: of each series one is written at a time.

mod job;

use super::compose::ItemChange;
use super::endpoints::{self, Mail};
use super::fetch::{BATCH, Got};
use super::properties::Path;
use super::search::{SearchWay, Sought};
use super::wire::{Message, Verdict};
use super::{Ews, time, uid};
use crate::error::Error;
use crate::flat::FlatMap;
use crate::http::Call;
use crate::model::op::{Op, Outcome, Refusal};
use crate::model::{ContainerId, ItemId, Kind, Uid};
use crate::ports::{Clock, Credentials, Http};
use job::EwsJob;

/// See [`crate::ports::Replica::apply`].
pub(super) async fn apply<P: Http + Clock + Credentials>(ews: &Ews<P>, ops: &[Op]) -> Vec<Outcome> {
    let Ok(kinds) = ews.kinds().await else {
        return ops.iter().map(|_| Err(Refusal::NotSent)).collect();
    };
    let mut jobs: Vec<EwsJob<'_>> = ops.iter().map(|op| EwsJob::new(op, &kinds, &ews.mailbox)).collect();
    for mut wave in waves(&mut jobs) {
        known(ews, &mut wave).await;
        for last in [false, true] {
            wave.iter_mut().for_each(|job| job.resume());
            look(ews, &mut wave).await;
            write(ews, &mut wave, last).await;
        }
        respond(ews, &mut wave).await;
        tell(ews, &mut wave).await;
    }
    jobs.into_iter().map(EwsJob::outcome).collect()
}

/// The jobs in groups that may be written at once: of each series one.
fn waves<'j, 'a>(jobs: &'j mut [EwsJob<'a>]) -> Vec<Vec<&'j mut EwsJob<'a>>> {
    let mut waves: Vec<Vec<&mut EwsJob<'a>>> = vec![Vec::new()];
    let mut used: FlatMap<ItemId, usize> = FlatMap::new();
    for job in jobs {
        let nth = match job.series() {
            Some(series) => {
                let next = used.entry(series).or_default();
                *next += 1;
                *next - 1
            }
            None => 0,
        };
        waves.resize_with(waves.len().max(nth + 1), Vec::new);
        if let Some(wave) = waves.get_mut(nth) {
            wave.push(job);
        }
    }
    waves
}

/// Finds the events that a creation whose reply was lost has made already: they bear the UID that
/// follows from it. Where no UID can be searched for, our mark leads to them and to their copies.
async fn known<P: Http + Clock + Credentials>(ews: &Ews<P>, jobs: &mut [&mut EwsJob<'_>]) {
    let mut wanted: FlatMap<ContainerId, [Vec<String>; 2]> = FlatMap::new();
    for job in jobs.iter() {
        if let Some((folder, transaction)) = job.repeatable() {
            let [globals, marks] = wanted.entry(folder.clone()).or_default();
            globals.extend(uid::global(&Uid::new(uid::of(transaction))));
            marks.extend(job.fingerprint());
        }
    }
    let mut found: Vec<ItemId> = Vec::new();
    for (folder, [globals, marks]) in wanted {
        let of_folder = |job: &&mut &mut EwsJob<'_>| job.repeatable().is_some_and(|(own, _)| *own == folder);
        // marks tell all of them, or they are no way
        let marks = if marks.len() == globals.len() { marks } else { Vec::new() };
        let ways = [
            SearchWay { path: Path::GlobalObject, values: globals },
            SearchWay { path: Path::Fingerprint, values: marks },
        ];
        let refusal = match ews.sought(std::slice::from_ref(&folder), &ways).await {
            Ok(Sought { found: there, refused: None }) => {
                found.extend(there.into_iter().map(|(_, id)| id));
                continue;
            }
            Ok(Sought { refused: Some(code), .. }) => Refusal::Rejected(code),
            Err(_) => Refusal::NotSent,
        };
        jobs.iter_mut().filter(of_folder).for_each(|job| job.refuse(refusal.clone()));
    }
    let Ok(items) = ews.items(Kind::Meeting, &found).await else {
        for job in jobs.iter_mut().filter(|job| job.repeatable().is_some()) {
            job.refuse(Refusal::NotSent);
        }
        return;
    };
    let nodes: Vec<_> =
        items.into_iter().filter_map(|got| if let Got::Item(node) = got { Some(node) } else { None }).collect();
    for job in jobs.iter_mut() {
        job.know(&nodes);
    }
}

/// Reads the items that jobs have to look at.
async fn look<P: Http + Clock + Credentials>(ews: &Ews<P>, jobs: &mut [&mut EwsJob<'_>]) {
    for kind in [Kind::Meeting, Kind::Task] {
        let mut asked: Vec<&mut &mut EwsJob<'_>> =
            jobs.iter_mut().filter(|job| job.looks() && job.kind() == kind).collect();
        let ids: Vec<ItemId> = asked.iter().filter_map(|job| job.id().cloned()).collect();
        match ews.items(kind, &ids).await {
            Ok(got) => asked.iter_mut().zip(got).for_each(|(job, got)| job.looked(got)),
            // a read that failed has written nothing
            Err(_) => asked.iter_mut().for_each(|job| job.refuse(Refusal::NotSent)),
        }
    }
}

/// What is written in one request: operations of one sort on one kind of item, with one word about
/// mail; creations in one folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RequestGroup {
    /// Creations first, deletions last.
    rank: u8,
    kind: Kind,
    mail: Mail,
    /// Of creations: where.
    folder: Option<ContainerId>,
}

/// Sends what jobs have to write; after the `last` attempt a version conflict is final.
async fn write<P: Http + Clock + Credentials>(ews: &Ews<P>, jobs: &mut [&mut EwsJob<'_>], last: bool) {
    let mut groups: FlatMap<RequestGroup, Vec<&mut &mut EwsJob<'_>>> = FlatMap::new();
    for job in jobs.iter_mut() {
        if let Some(group) = job.group() {
            groups.entry(group).or_default().push(job);
        }
    }
    for (group, mut jobs) in groups {
        while !jobs.is_empty() {
            let rest = jobs.split_off(jobs.len().min(BATCH));
            let mut part = std::mem::replace(&mut jobs, rest);
            let sent = part.len();
            let result = ews.ask(&request(ews, &group, &part)).await;
            if sent > 1 && result.as_ref().is_err_and(is_unfit) {
                // one of them is at fault, and nothing was carried out
                for job in part.chunks_mut(1) {
                    let result = ews.ask(&request(ews, &group, job)).await;
                    judge(job, result, |job, message| job.wrote(message, last));
                }
                continue;
            }
            judge(&mut part, result, |job, message| job.wrote(message, last));
            // what the server left of a batch was not begun
            let mut left: Vec<_> = part.into_iter().filter(|job| job.group().is_some()).collect();
            if left.len() < sent {
                left.append(&mut jobs);
                jobs = left;
            } else {
                left.iter_mut().for_each(|job| job.refuse(Refusal::NotSent));
            }
        }
    }
}

/// The request for the jobs of a group.
fn request<P>(ews: &Ews<P>, group: &RequestGroup, jobs: &[&mut &mut EwsJob<'_>]) -> Call {
    let RequestGroup { kind, mail, folder, .. } = group;
    // a task has no zone of its own (docs/facts/ews.md, "Tasks")
    let zone = time::windows(ews.mailbox.zone.as_ref()).filter(|_| *kind == Kind::Task);
    if let Some(folder) = folder {
        let items: Vec<_> = jobs.iter().map(|job| job.creation()).collect();
        return endpoints::create(*kind, folder, &items, *mail, zone);
    }
    let changes: Vec<ItemChange<'_>> = jobs.iter().filter_map(|job| job.change()).collect();
    if changes.is_empty() {
        return endpoints::delete(jobs.iter().filter_map(|job| job.id()), *mail);
    }
    endpoints::update(*kind, &changes, *mail, zone)
}

/// Gives the answers that jobs have to give.
async fn respond<P: Http + Clock + Credentials>(ews: &Ews<P>, jobs: &mut [&mut EwsJob<'_>]) {
    for job in jobs.iter_mut() {
        if let Some(call) = job.answer() {
            let result = ews.ask(&call).await;
            judge(&mut [job], result, |job, message| job.answered(message));
        }
    }
}

/// Reads back what was written, so that the next run need not.
async fn tell<P: Http + Clock + Credentials>(ews: &Ews<P>, jobs: &mut [&mut EwsJob<'_>]) {
    for kind in [Kind::Meeting, Kind::Task] {
        let mut asked: Vec<&mut &mut EwsJob<'_>> =
            jobs.iter_mut().filter(|job| job.kind() == kind && job.written().is_some()).collect();
        let ids: Vec<ItemId> = asked.iter().filter_map(|job| job.written().cloned()).collect();
        // what can't be read back is written all the same
        if let Ok(got) = ews.items(kind, &ids).await {
            asked.iter_mut().zip(got).for_each(|(job, got)| job.read_back(got));
        }
    }
}

/// Hands each job its message; where there is none, what its absence means.
fn judge(
    jobs: &mut [&mut &mut EwsJob<'_>],
    result: Result<Vec<Message>, Error>,
    take: impl Fn(&mut EwsJob<'_>, Message),
) {
    match result {
        Ok(messages) => {
            let mut messages = messages.into_iter();
            for job in jobs {
                match messages.next() {
                    Some(message) => take(job, message),
                    None => job.refuse(Refusal::Unknown),
                }
            }
        }
        Err(error) => {
            for job in jobs {
                job.refuse(unsent(&error));
            }
        }
    }
}

/// What a request without an answer means for a write in it.
fn unsent(error: &Error) -> Refusal {
    match error {
        Error::SignedOut(_) | Error::Forbidden { .. } | Error::ForeignLink(_) | Error::Settings(_) => Refusal::NotSent,
        Error::Server { detail, .. } if is_unfit(error) => Refusal::Rejected(detail.clone()),
        Error::Network(_)
        | Error::Busy(_)
        | Error::Server { .. }
        | Error::Unreadable { .. }
        | Error::CursorLost(_)
        | Error::Store(_)
        | Error::Elsewhere { .. }
        | Error::Stopped
        | Error::StoreFull
        | Error::Zone
        | Error::Running
        | Error::Outdated => Refusal::Unknown,
    }
}

/// Whether a server refused to read a request, so that nothing of it was carried out.
fn is_unfit(error: &Error) -> bool {
    let codes = ["ErrorSchemaValidation", "ErrorInvalidRequest", "ErrorIncorrectSchemaVersion"];
    matches!(error, Error::Server { detail, .. } if codes.contains(&detail.as_str()))
}

/// What a server's word about one write means, if it is no success.
fn refusal(message: &Message) -> Option<Refusal> {
    Some(match message.verdict() {
        Verdict::Fine => return None,
        Verdict::Gone => Refusal::Gone,
        Verdict::Stale => Refusal::Stale,
        Verdict::Busy | Verdict::Skipped => Refusal::NotSent,
        Verdict::Later => Refusal::Unknown,
        Verdict::CursorLost | Verdict::Forbidden | Verdict::NoMailbox | Verdict::Refused => {
            Refusal::Rejected(message.code.clone())
        }
    })
}
