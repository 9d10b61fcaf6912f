//! The JSON `$batch` envelope, alike for Creatio's OData (docs/facts/creatio.md, "Batches") and
//! Graph (docs/facts/graph.md, "Batches"): calls are put into as few requests as the service takes,
//! answers are matched by id, and the parts that were throttled are sent again alone, or with those
//! that they go together with.

use super::retry::{self, CallFailure};
use super::{Call, Caller, Payload, Repeat, odata};
use crate::error::Error;
use crate::flat::{self, FlatMap};
use crate::ports::{Clock, Credentials, Http, HttpResponse};
use futures_util::future;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::cell::RefCell;

/// How a service takes batches.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The most parts of one batch.
    pub max: usize,
    /// Headers of the outer request.
    pub headers: Vec<(&'static str, String)>,
    /// What the addresses of parts begin with: `/` for Graph, nothing for OData.
    pub root: &'static str,
    /// Whether the service is told which part follows which (`dependsOn`).
    pub tells_order: bool,
}

/// No answer to a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoReply {
    /// Why.
    pub error: Error,
    /// Whether the part may have been carried out all the same.
    pub maybe: bool,
}

/// What became of a part: a reply as if it had been sent by itself, which may be a refusal.
pub type PartAnswer = Result<HttpResponse, NoReply>;

impl<P: Http + Clock + Credentials> Caller<P> {
    /// Sends `calls` in batches, as many at the same time as the caller may; one answer for each,
    /// in order. After a batch without a reply no further one is begun. A call that follows another
    /// is in one batch with it.
    pub async fn batch(&self, envelope: &Envelope, calls: &[Call]) -> Vec<PartAnswer> {
        let chunks = chunks(calls, envelope.max);
        let waiting = RefCell::new(chunks.iter().enumerate());
        let broken: RefCell<Option<Error>> = RefCell::default();
        let lane = || async {
            let mut done = Vec::new();
            loop {
                let next = waiting.borrow_mut().next();
                let Some((nth, chunk)) = next else { return done };
                let error = broken.borrow().clone();
                let answers = match error {
                    Some(error) => chunk.iter().map(|_| Err(NoReply { error: error.clone(), maybe: false })).collect(),
                    None => {
                        let (answers, error) = self.one(envelope, chunk).await;
                        broken.replace_with(|known| known.take().or(error));
                        answers
                    }
                };
                done.push((nth, answers));
            }
        };
        let lanes = (0..self.lanes().clamp(1, chunks.len().max(1))).map(|_| lane());
        let mut done: Vec<(usize, Vec<PartAnswer>)> = future::join_all(lanes).await.into_iter().flatten().collect();
        flat::sort_by_key(&mut done, |(nth, _)| *nth);
        done.into_iter().flat_map(|(_, answers)| answers).collect()
    }

    /// Sends one batch, and its failed parts again as long as that is safe and may help.
    async fn one(&self, envelope: &Envelope, calls: &[Call]) -> (Vec<PartAnswer>, Option<Error>) {
        let side = self.side();
        let missing = NoReply {
            error: Error::Server { side, status: 200, detail: "no answer to a part of a batch".to_owned() },
            maybe: true,
        };
        let mut answers: Vec<PartAnswer> = calls.iter().map(|_| Err(missing.clone())).collect();
        let mut open: Vec<usize> = (0..calls.len()).collect();
        for attempt in 1.. {
            let mut replies = match self.exchange(envelope, calls, &open).await {
                Ok(replies) => replies,
                // one part may have spoilt it for all
                Err(NoReply { error: Error::Unreadable { .. }, .. })
                    if open.iter().any(|at| calls.get(*at).is_some_and(is_safe)) =>
                {
                    let broken = self.apart(envelope, calls, &open, &mut answers).await;
                    return (answers, broken);
                }
                Err(silence) => {
                    for at in open {
                        if let Some(answer) = answers.get_mut(at) {
                            *answer = Err(silence.clone());
                        }
                    }
                    return (answers, Some(silence.error));
                }
            };
            let mut wait = 0;
            let mut rest = Vec::new();
            for chain in chains(calls, &open) {
                let parts: Vec<_> = chain.iter().filter_map(|at| Some((calls.get(*at)?, replies.get(at)))).collect();
                let again = self.again(attempt, &parts);
                wait = wait.max(again.unwrap_or(0));
                rest.extend(chain.iter().filter(|_| again.is_some()));
                for at in chain {
                    if let Some(answer) = answers.get_mut(*at) {
                        *answer = replies.remove(at).ok_or_else(|| missing.clone());
                    }
                }
            }
            open = rest;
            if open.is_empty() {
                break;
            }
            self.pause(wait).await;
        }
        (answers, None)
    }

    /// The milliseconds to wait before calls that go together, each with its reply, are sent again;
    /// `None`: they are not. Each of them goes again, since what the first one told is old by then;
    /// so none does if one was carried out, or may have been, that may not be sent twice.
    fn again(&self, attempt: u32, chain: &[(&Call, Option<&HttpResponse>)]) -> Option<u64> {
        let mut again = None;
        for (call, reply) in chain {
            let failure = reply.map_or(CallFailure::Lost, |reply| self.failure(reply));
            let is_doubted = attempt == 1 && reply.is_some_and(|reply| self.doubt(reply));
            let wait = if is_doubted { Some(0) } else { retry::again(attempt, call.repeat, failure, self.jitter()) };
            let is_unasked = reply.is_some_and(|reply| reply.status().as_u16() == FAILED_DEPENDENCY);
            if wait.is_none() && !is_unasked && !is_safe(call) {
                return None;
            }
            again = again.max(wait);
        }
        again
    }

    /// Asks the parts `open`, whose batch can't be read, in smaller batches, and the last one by
    /// itself: then it is told what is wrong with it, and the others go on. What may not be sent
    /// twice is not, nor what goes together with it: it may have been carried out.
    async fn apart(
        &self,
        envelope: &Envelope,
        calls: &[Call],
        open: &[usize],
        answers: &mut [PartAnswer],
    ) -> Option<Error> {
        let spoilt = Error::Unreadable { side: self.side(), detail: "a batch is no JSON".to_owned() };
        let all_safe = |chain: &&[usize]| chain.iter().all(|at| calls.get(*at).is_some_and(is_safe));
        let indices: Vec<usize> = chains(calls, open).filter(all_safe).flatten().copied().collect();
        let safe: Vec<Call> = indices.iter().filter_map(|at| calls.get(*at)).cloned().collect();
        let mut answers_apart: Vec<PartAnswer> = Vec::with_capacity(safe.len());
        let mut broken = None;
        if let [call] = safe.as_slice() {
            answers_apart.push(self.send(call).await.map_err(|error| NoReply { error, maybe: true }));
        } else {
            let parts = chunks(&safe, safe.len().div_ceil(2));
            for part in parts.iter().filter(|_| parts.len() > 1) {
                let (some, error) = Box::pin(self.one(envelope, part)).await;
                answers_apart.extend(some);
                broken = broken.or(error);
            }
        }
        for at in open {
            if let Some(answer) = answers.get_mut(*at) {
                *answer = Err(NoReply { error: spoilt.clone(), maybe: true });
            }
        }
        for (at, answer_apart) in indices.into_iter().zip(answers_apart) {
            if let Some(answer) = answers.get_mut(at) {
                *answer = answer_apart;
            }
        }
        broken
    }

    /// One outer request for the parts `open` of `calls`; the replies by place.
    async fn exchange(
        &self,
        envelope: &Envelope,
        calls: &[Call],
        open: &[usize],
    ) -> Result<FlatMap<usize, HttpResponse>, NoReply> {
        let parts = open.iter().filter_map(|&at| Some((at, calls.get(at)?)));
        let safe = parts.clone().all(|(_, call)| is_safe(call));
        let before = |at: usize| at.checked_sub(1).filter(|_| envelope.tells_order);
        let requests: Vec<Value> = parts.map(|(at, call)| part(envelope.root, at, before(at), call)).collect();
        let repeat = if safe { Repeat::Safe } else { Repeat::Never };
        let mut outer = Call::post("$batch", json!({ "requests": requests }), repeat);
        outer.headers.clone_from(&envelope.headers);
        let silence = |error: Error, status: Option<u16>| {
            // a gateway says 504 of what the server behind it goes on with
            let is_throttled = matches!(error, Error::Busy(_)) && status == Some(429);
            let maybe = !(is_throttled || matches!(error, Error::SignedOut(_) | Error::Forbidden { .. }));
            NoReply { error, maybe }
        };
        let count = u32::try_from(open.len()).unwrap_or(u32::MAX);
        let response = self.send_all(&outer, count).await.map_err(|error| silence(error, None))?;
        let status = Some(response.status().as_u16());
        let response = self.settled(response).map_err(|error| silence(error, status))?;
        let replies: Replies = odata::read(&response).map_err(|fault| silence(fault.error(self.side()), status))?;
        Ok(replies.responses.into_iter().filter_map(|reply| Some((reply.index()?, reply.response()?))).collect())
    }
}

/// The status of a part that was not asked, since the one before it failed.
const FAILED_DEPENDENCY: u16 = 424;

fn is_safe(call: &Call) -> bool {
    call.repeat == Repeat::Safe
}

/// The places `open` in `calls`, by what goes together.
fn chains<'a>(calls: &'a [Call], open: &'a [usize]) -> impl Iterator<Item = &'a [usize]> {
    open.chunk_by(|_, next| calls.get(*next).is_some_and(|call| call.follows))
}

/// What goes together: at most so many calls, and none is parted from the one that it follows.
fn chunks(calls: &[Call], max: usize) -> Vec<&[Call]> {
    let mut chunks = Vec::new();
    let mut rest = calls;
    while !rest.is_empty() {
        let mut end = max.clamp(1, rest.len());
        while end > 1 && rest.get(end).is_some_and(|call| call.follows) {
            end -= 1;
        }
        let (chunk, later) = rest.split_at(end);
        chunks.push(chunk);
        rest = later;
    }
    chunks
}

/// A part as the envelope carries it. Its id is its place; `before` is the place of the one before
/// it, if the service is told of it.
fn part(root: &str, at: usize, before: Option<usize>, call: &Call) -> Value {
    let mut headers: Map<String, Value> =
        call.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let mut part = json!({
        "id": at.to_string(),
        "method": call.method.as_str(),
        "url": format!("{root}{}", call.path.trim_start_matches('/')),
    });
    if let Some(before) = before.filter(|_| call.follows) {
        insert(&mut part, "dependsOn", json!([before.to_string()]));
    }
    let body = match &call.body {
        Payload::Empty => None,
        Payload::Json(value) => Some(("application/json", value.clone())),
        Payload::Text { mime, text } => Some((*mime, json!(text))),
    };
    if let Some((mime, body)) = body {
        headers.insert("Content-Type".to_owned(), json!(mime));
        insert(&mut part, "body", body);
    }
    if !headers.is_empty() {
        insert(&mut part, "headers", Value::Object(headers));
    }
    part
}

fn insert(part: &mut Value, name: &str, value: Value) {
    if let Some(members) = part.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

#[derive(Deserialize)]
struct Replies {
    responses: Vec<BatchPartReply>,
}

#[derive(Deserialize)]
struct BatchPartReply {
    /// A text; some servers give a number back.
    id: Value,
    status: u16,
    #[serde(default)]
    headers: Option<FlatMap<String, Value>>,
    #[serde(default)]
    body: Value,
}

impl BatchPartReply {
    fn index(&self) -> Option<usize> {
        match self.id.as_str() {
            Some(text) => text.parse().ok(),
            None => usize::try_from(self.id.as_u64()?).ok(),
        }
    }

    /// The part's reply as if it had been sent by itself.
    fn response(self) -> Option<HttpResponse> {
        let mut response = ::http::Response::builder().status(self.status);
        for (name, value) in self.headers.iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if let (Ok(name), Ok(value)) = (::http::HeaderName::try_from(name), ::http::HeaderValue::try_from(value)) {
                response = response.header(name, value);
            }
        }
        let body = match self.body.as_str() {
            Some(text) => text.to_owned(),
            None if self.body.is_null() => String::new(),
            None => self.body.to_string(),
        };
        response.body(body.into_bytes()).ok()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::http::test_double::{Script, reply};
    use crate::json;
    use crate::model::Side;
    use std::rc::Rc;

    /// For each call: its status, or whether it may have been carried out; and the ids sent, batch
    /// by batch.
    fn run(calls: &[Call], replies: &[Option<&str>]) -> (Vec<Result<u16, bool>>, Vec<String>) {
        let server = Rc::new(Script::new(replies.iter().map(|body| reply(200, (*body)?, &[])).collect()));
        let caller = Caller::new(Rc::clone(&server), Side::Creatio, "https://crm.example/0/odata");
        let envelope = Envelope { max: 2, headers: Vec::new(), root: "", tells_order: true };
        let answers = pollster::block_on(caller.batch(&envelope, calls));
        let outcomes = answers.into_iter().map(|a| a.map(|r| r.status().as_u16()).map_err(|s| s.maybe)).collect();
        let ids = |request: &crate::ports::Request| {
            let body = json::value(request.body()).unwrap_or_default();
            let parts = body.pointer("/requests").and_then(Value::as_array).into_iter().flatten();
            let ids = parts.map(|part| part.get("id").and_then(Value::as_str).unwrap_or("?"));
            ids.collect::<Vec<_>>().join(" ")
        };
        let sent = server.sent.borrow().iter().map(ids).collect();
        (outcomes, sent)
    }

    #[test]
    fn answers_find_their_calls_and_only_failed_parts_are_sent_again() {
        let get = || Call::get("A");
        let post = || Call::post("A", json!({}), Repeat::Never);
        let both = Some(r#"{"responses":[{"id":1,"status":204},{"id":"0","status":404,"body":{"x":1}}]}"#);
        let first = Some(r#"{"responses":[{"id":"0","status":200}]}"#);
        let second = Some(r#"{"responses":[{"id":"1","status":200}]}"#);
        let busy =
            Some(r#"{"responses":[{"id":"0","status":200},{"id":"1","status":429,"headers":{"Retry-After":"1"}}]}"#);
        for (calls, replies, outcomes, sent) in [
            (vec![get(), get()], vec![both], vec![Ok(404), Ok(204)], vec!["0 1"]),
            (vec![get(), get()], vec![first, second], vec![Ok(200), Ok(200)], vec!["0 1", "1"]),
            (vec![post(), post()], vec![first], vec![Ok(200), Err(true)], vec!["0 1"]),
            (vec![post(), post()], vec![busy, second], vec![Ok(200), Ok(200)], vec!["0 1", "1"]),
            (vec![post(), get(), get()], vec![None], vec![Err(true), Err(true), Err(false)], vec!["0 1"]),
            (
                vec![get(), get(), get()],
                vec![None, both, first],
                vec![Ok(404), Ok(204), Ok(200)],
                vec!["0 1", "0 1", "0"],
            ),
        ] {
            let (got, ids) = run(&calls, &replies);
            assert_eq!((got, ids), (outcomes, sent.into_iter().map(str::to_owned).collect()), "{replies:?}");
        }
    }

    #[test]
    fn a_call_that_follows_another_goes_with_it_and_is_sent_again_with_it() {
        let (get, last) = (|| Call::get("A"), || Call::delete("A").following());
        let once = || Call { repeat: Repeat::Never, ..last() };
        let done = |at: usize| format!(r#"{{"id":"{at}","status":200}}"#);
        let busy = |at: usize| format!(r#"{{"id":"{at}","status":429,"headers":{{"Retry-After":"1"}}}}"#);
        let behind = |at: usize| format!(r#"{{"id":"{at}","status":424}}"#);
        let missing = |at: usize| format!(r#"{{"id":"{at}","status":404}}"#);
        let all = |parts: &[String]| format!(r#"{{"responses":[{}]}}"#, parts.join(","));
        for (calls, replies, outcomes, sent) in [
            (
                vec![get(), get(), last()],
                vec![all(&[done(0)]), all(&[done(0), done(1)])],
                vec![Ok(200), Ok(200), Ok(200)],
                vec!["0", "0 1"],
            ),
            (
                vec![get(), last()],
                vec![all(&[busy(0), behind(1)]), all(&[done(0), done(1)])],
                vec![Ok(200), Ok(200)],
                vec!["0 1", "0 1"],
            ),
            (
                vec![get(), last()],
                vec![all(&[done(0), busy(1)]), all(&[missing(0), done(1)])],
                vec![Ok(404), Ok(200)],
                vec!["0 1", "0 1"],
            ),
            (
                vec![get(), once()],
                vec![all(&[done(0), busy(1)]), all(&[missing(0), done(1)])],
                vec![Ok(404), Ok(200)],
                vec!["0 1", "0 1"],
            ),
            // it was carried out, or may have been
            (vec![get(), once()], vec![all(&[busy(0), done(1)])], vec![Ok(429), Ok(200)], vec!["0 1"]),
            (vec![get(), once()], vec![all(&[done(0)])], vec![Ok(200), Err(true)], vec!["0 1"]),
            (vec![get(), once()], vec!["{".to_owned()], vec![Err(true), Err(true)], vec!["0 1"]),
            (vec![get(), last()], vec![all(&[missing(0), behind(1)])], vec![Ok(404), Ok(424)], vec!["0 1"]),
        ] {
            let replies: Vec<Option<&str>> = replies.iter().map(|reply| Some(reply.as_str())).collect();
            let (got, ids) = run(&calls, &replies);
            assert_eq!((got, ids), (outcomes, sent.into_iter().map(str::to_owned).collect()), "{replies:?}");
        }
        let depends = |before| part("/", 3, before, &last()).get("dependsOn").cloned();
        assert_eq!((depends(Some(2)), depends(None)), (Some(json!(["2"])), None));
        assert_eq!(part("/", 3, Some(2), &get()).get("dependsOn"), None);
    }

    #[test]
    fn a_batch_that_cannot_be_read_is_asked_in_parts_down_to_the_one_at_fault() {
        let done = |at: usize| format!(r#"{{"id":"{at}","status":200}}"#);
        let html = || "<html>".to_owned();
        let all = |parts: &[String]| format!(r#"{{"responses":[{}]}}"#, parts.join(","));
        let (get, post) = (|| Call::get("A"), || Call::post("A", json!({}), Repeat::Never));
        let server = |replies: Vec<String>, calls: &[Call]| {
            let replies = replies.iter().map(|body| reply(200, body, &[])).collect();
            let server = Rc::new(Script::new(replies));
            let caller = Caller::new(Rc::clone(&server), Side::Exchange, "https://graph.example/v1.0");
            let envelope = Envelope { max: 20, headers: Vec::new(), root: "/", tells_order: true };
            let answers = pollster::block_on(caller.batch(&envelope, calls));
            let shown = |answer: PartAnswer| match answer {
                Ok(reply) => Ok(String::from_utf8_lossy(reply.body()).into_owned()),
                Err(silence) => Err(silence.maybe),
            };
            let sent = server.sent.borrow().len();
            (answers.into_iter().map(shown).collect::<Vec<_>>(), sent)
        };
        let ok = || Ok(String::new());
        // three parts, of which the second spoils its batch: both of the first half, each of them,
        // the second by itself, the other half
        let replies = vec![html(), html(), all(&[done(0)]), html(), html(), all(&[done(0)])];
        // a part alone that can't be read in a batch is asked without one
        let lone = vec![html(), html()];
        assert_eq!(server(lone, &[get()]), (vec![Ok(html())], 2));
        assert_eq!(server(replies, &[get(), get(), get()]), (vec![ok(), Ok(html()), ok()], 6));
        // what may not be sent twice is not
        assert_eq!(server(vec![html(), html()], &[post(), get()]), (vec![Err(true), Ok(html())], 2));
        assert_eq!(server(vec![html()], &[post()]), (vec![Err(true)], 1));
    }

    #[test]
    fn a_part_carries_its_body_with_its_type() {
        let call = Call::patch("/A(1)", json!({"x": 1})).with("If-Match", "v");
        let whole = json!({"id": "3", "method": "PATCH", "url": "/A(1)", "body": {"x": 1},
            "headers": {"If-Match": "v", "Content-Type": "application/json"}});
        assert_eq!(part("/", 3, None, &call), whole);
    }
}
