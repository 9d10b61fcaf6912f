//! Writing: every operation is a job that is looked at first where that is needed, written, and
//! after a version conflict looked at and written once more. What the reply leaves open is read
//! right after: what the server made of what it was given, and whether what was removed is gone.
//! Jobs go in step, so that each step is as few batches as Graph allows.

mod job;

use super::alive::{self, UncertainItem, Whereabouts};
use super::{Graph, endpoints};
use crate::http::{Call, PartAnswer, Repeat};
use crate::model::op::{Op, Outcome, Refusal};
use crate::ports::{Clock, Credentials, Http};
use job::GraphJob;

/// See [`crate::ports::Replica::apply`].
pub(super) async fn apply<P: Http + Clock + Credentials>(graph: &Graph<P>, ops: &[Op]) -> Vec<Outcome> {
    let Ok(kinds) = graph.kinds().await else {
        return ops.iter().map(|_| Err(Refusal::NotSent)).collect();
    };
    let mut jobs: Vec<GraphJob<'_>> = ops.iter().map(|op| GraphJob::new(op, &kinds, &graph.mailbox)).collect();
    for last in [false, true] {
        step(graph, &mut jobs, |job| job.look().into(), |job, answers| job.looked(answers)).await;
        settle(graph, &mut jobs).await;
        step(graph, &mut jobs, GraphJob::write, |job, answers| job.wrote(answers, last)).await;
    }
    step(graph, &mut jobs, |job| job.link().into(), |job, answers| job.linked(answers)).await;
    step(graph, &mut jobs, |job| job.check().into(), |job, answers| job.checked(answers)).await;
    settle(graph, &mut jobs).await;
    jobs.into_iter().map(GraphJob::outcome).collect()
}

/// Finds out whether the uncertain items of the jobs live.
async fn settle<P: Http + Clock + Credentials>(graph: &Graph<P>, jobs: &mut [GraphJob<'_>]) {
    let mut doubting: Vec<&mut GraphJob<'_>> = jobs.iter_mut().filter(|job| job.doubt.is_some()).collect();
    let doubts: Vec<UncertainItem> = doubting.iter().filter_map(|job| job.doubt.clone()).collect();
    let unknown = |_| doubts.iter().map(|_| Whereabouts::Unknown(String::new())).collect();
    let found: Vec<Whereabouts> = alive::whereabouts(graph, &doubts).await.unwrap_or_else(unknown);
    for (job, place) in doubting.iter_mut().zip(found) {
        job.settled(&place);
    }
}

/// What a job asks for at once: calls of which each may follow the one before it.
#[derive(Default)]
struct Calls(Vec<Call>);

impl From<Option<Call>> for Calls {
    fn from(call: Option<Call>) -> Self {
        Self(call.into_iter().collect())
    }
}

/// Sends what the jobs have to `ask` and lets each `take` its answers. What may not be sent twice
/// travels apart, so that it costs the others nothing when a whole batch is lost.
async fn step<'a, P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    jobs: &mut [GraphJob<'a>],
    ask: impl Fn(&GraphJob<'a>) -> Calls,
    take: impl Fn(&mut GraphJob<'a>, Vec<PartAnswer>),
) {
    let asked = jobs.iter_mut().map(|job| (ask(job).0, job)).filter(|(calls, _)| !calls.is_empty());
    let is_safe = |calls: &[Call]| calls.iter().all(|call| call.repeat == Repeat::Safe);
    let (safe, never): (Vec<_>, Vec<_>) = asked.partition(|(calls, _)| is_safe(calls));
    for group in [safe, never] {
        let calls: Vec<Call> = group.iter().flat_map(|(calls, _)| calls.clone()).collect();
        let mut answers = graph.caller.batch(&endpoints::envelope(), &calls).await.into_iter();
        for (calls, job) in group {
            take(job, answers.by_ref().take(calls.len()).collect());
        }
    }
}
