//! Writing: every operation is a job that is looked at first where that is needed, written, and after a version conflict looked at and
//! written once more. Jobs go in step, so that each step is as few batches as Graph allows.

mod job;

use super::{Graph, endpoints};
use crate::http::{Answer, Call, Repeat};
use crate::ports::{Clock, Http, Keys, Op, Outcome, Refusal};
use job::Job;

/// See [`crate::ports::Replica::apply`].
pub(super) async fn apply<P: Http + Clock + Keys>(graph: &Graph<P>, ops: &[Op]) -> Vec<Outcome> {
    let Ok(kinds) = graph.kinds().await else {
        return ops.iter().map(|_| Err(Refusal::NotSent)).collect();
    };
    let mut jobs: Vec<Job<'_>> = ops.iter().map(|op| Job::new(op, &kinds, &graph.mailbox)).collect();
    for last in [false, true] {
        step(graph, &mut jobs, Job::look, |job, answer| job.looked(answer)).await;
        step(graph, &mut jobs, Job::write, |job, answer| job.wrote(answer, last)).await;
    }
    step(graph, &mut jobs, Job::link, |job, answer| job.linked(answer)).await;
    jobs.into_iter().map(Job::outcome).collect()
}

/// Sends what the jobs have to `ask` and lets each `take` its answer. What may not be sent twice travels apart, so that it costs the others
/// nothing when a whole batch is lost.
async fn step<'a, P: Http + Clock + Keys>(
    graph: &Graph<P>,
    jobs: &mut [Job<'a>],
    ask: impl Fn(&Job<'a>) -> Option<Call>,
    take: impl Fn(&mut Job<'a>, Answer),
) {
    let asked: Vec<(&mut Job<'a>, Call)> = jobs.iter_mut().filter_map(|job| ask(job).map(|call| (job, call))).collect();
    let (safe, never): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(_, call)| call.repeat == Repeat::Safe);
    for group in [safe, never] {
        let calls: Vec<Call> = group.iter().map(|(_, call)| call.clone()).collect();
        let answers = graph.caller.batch(&endpoints::envelope(), &calls).await;
        for ((job, _), answer) in group.into_iter().zip(answers) {
            take(job, answer);
        }
    }
}
