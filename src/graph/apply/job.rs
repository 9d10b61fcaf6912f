//! One operation on its way: what it asks of the server at each stage, and what the answers make of
//! it.

use super::super::{
    GraphMailbox,
    alive::{UncertainItem, Whereabouts},
    compose::{self, StoredEventParts},
    endpoints,
    map::{self, GraphReading},
    respond, time,
};
use super::Calls;
use crate::flat::FlatMap;
use crate::http::{
    Call, Fault, NoReply, PartAnswer, Repeat, odata,
    recipients::{blamed, blames_people},
};
use crate::json;
use crate::model::op::{Judgement, Op, Outcome, Refusal, Update, Written};
use crate::model::record::differences;
use crate::model::{ContainerId, Field, Item, ItemId, Kind, Mark, Patch, Person, Record, Version, online};
use crate::ports::HttpResponse;
use serde_json::Value;

/// What is said of a removal after which the item is still there.
const NOTHING_REMOVED: &str = "the server says that it removed it, but it is still there";

/// The code for a creation whose transaction the service has seen before
/// (docs/facts/graph.md, "Transactions").
const SPENT: &str = "ErrorDuplicateTransactionId";

/// How far a job is.
pub(super) enum GraphStage {
    /// The stored item is to be read first.
    Look,
    /// It is to be written.
    Write,
    /// It is written; a task's mark is to be hung on it.
    Link(Box<Written>),
    /// That's it.
    Done(Outcome),
}

/// One operation.
pub(super) struct GraphJob<'a> {
    op: &'a Op,
    mailbox: &'a GraphMailbox,
    kind: Kind,
    stage: GraphStage,
    /// The version that the write expects.
    version: Version,
    kept: StoredEventParts,
    /// The item as it was looked at.
    seen: Option<Box<Item>>,
    /// The item, if it is there by its id and may all the same be deleted.
    pub(super) doubt: Option<UncertainItem>,
    /// The last call answered an invitation, whose reply tells nothing.
    answered: bool,
    /// What was to be removed can't be, as it is with what was removed before.
    already: bool,
    /// What was written over: somebody changed it after it was looked at, and the server does not
    /// mind.
    replaced: Option<Box<Record>>,
    /// New people whom the server refuses: it is written without them.
    unfit: Vec<Person>,
}

impl<'a> GraphJob<'a> {
    pub(super) fn new(op: &'a Op, kinds: &FlatMap<ContainerId, Kind>, mailbox: &'a GraphMailbox) -> Self {
        let zone = mailbox.zone.name();
        let unknown = op.writes_times() && !time::known(zone);
        let (kind, stage, version) = match op {
            Op::Create(create) => (create.record.kind(), GraphStage::Write, Version::from("")),
            Op::Update(update) => {
                let kind = update.patch.record.kind();
                let body = update.facts.online && update.patch.fields.contains(&Field::Body);
                // To Do heeds no etag: what a task is now has to be looked at
                let people = [Field::People, Field::Response].iter().any(|field| update.patch.fields.contains(field));
                let look = kind == Kind::Task || body || people;
                (kind, if look { GraphStage::Look } else { GraphStage::Write }, update.version.clone())
            }
            Op::Delete { container, version, cancels, .. } => {
                let kind = kinds.get(container).copied().unwrap_or(Kind::Meeting);
                // neither To Do nor the action that calls off heeds a version
                let look = kind == Kind::Task || *cancels;
                (kind, if look { GraphStage::Look } else { GraphStage::Write }, version.clone())
            }
        };
        let stage = if unknown { GraphStage::Done(Err(Refusal::zone(zone))) } else { stage };
        Self {
            op,
            mailbox,
            kind,
            stage,
            version,
            kept: StoredEventParts::default(),
            seen: None,
            doubt: None,
            answered: false,
            already: false,
            replaced: None,
            unfit: Vec::new(),
        }
    }

    /// The read of the stored item, if that is what is next.
    pub(super) fn look(&self) -> Option<Call> {
        let (GraphStage::Look, Some(id)) = (&self.stage, self.op.id()) else { return None };
        Some(endpoints::item(self.kind, self.op.container(), id))
    }

    /// Takes in the stored item.
    pub(super) fn looked(&mut self, mut answers: Vec<PartAnswer>) {
        let Some(answer) = answers.pop() else { return };
        self.stage = match (self.judged(answer), self.op.id()) {
            (Ok(stage), _) => stage,
            // a removal without a reply was carried out
            (Err(Refusal::Gone), Some(id)) if self.removes() && self.replaced.is_some() => {
                GraphStage::Link(Box::new(self.written(id.clone(), None)))
            }
            (Err(refusal), _) => GraphStage::Done(Err(refusal)),
        };
    }

    fn judged(&mut self, answer: PartAnswer) -> Result<GraphStage, Refusal> {
        // a read that failed has written nothing
        let response = answer.map_err(|_| Refusal::NotSent)?;
        let value = match response.status().as_u16() {
            200 => odata::body(&response).map_err(|fault| Refusal::Rejected(fault.detail()))?,
            401 | 429 | 500..=599 => return Err(Refusal::NotSent),
            _ => return Err(refusal(&response)),
        };
        let item = match map::read(self.kind, &value, self.mailbox, self.op.container()) {
            GraphReading::Content(item) => item,
            GraphReading::Malformed(malformed) => return Err(Refusal::Rejected(malformed.reason)),
            GraphReading::Master(_) | GraphReading::Skeleton { .. } | GraphReading::Tombstone(_) => {
                return Err(Refusal::Stale);
            }
        };
        let judgement = self.op.judge(&item, &self.version);
        let same = item.version == self.version;
        // what was moved to Deleted Items has another version, and is still found by its id
        let is_called_off = matches!(self.op, Op::Delete { cancels: true, .. });
        self.doubt = (self.kind == Kind::Meeting && (!same || is_called_off)).then(|| UncertainItem::of(&item));
        self.version = item.version.clone();
        self.seen = Some(item.clone());
        match (judgement, self.op) {
            (Judgement::Write, Op::Update(update)) => {
                self.kept = kept(update, &value)?;
                let later = update.mark.is_some() || respond::call(update).is_some();
                Ok(if self.change(update).is_none() && later { self.unchanged(item) } else { GraphStage::Write })
            }
            (Judgement::Write, Op::Create(_) | Op::Delete { .. }) => Ok(GraphStage::Write),
            (Judgement::Written, _) => Ok(self.unchanged(item)),
            (Judgement::Stale, _) => Err(Refusal::Stale),
        }
    }

    /// Takes in whether the uncertain item lives. One that does not needs no removal any more, and
    /// can't be changed.
    pub(super) fn settled(&mut self, place: &Whereabouts) {
        self.doubt = None;
        match (&self.stage, self.op, place) {
            // it was said to be removed, and is there
            (GraphStage::Link(_), Op::Delete { .. }, Whereabouts::In(_)) => {
                self.stage = GraphStage::Done(Err(Refusal::Rejected(NOTHING_REMOVED.to_owned())));
            }
            (GraphStage::Link(_), _, _) | (_, _, Whereabouts::In(_)) => {}
            (_, Op::Update(_) | Op::Delete { .. }, Whereabouts::Nowhere) => {
                self.stage = GraphStage::Done(Err(Refusal::Gone))
            }
            (_, Op::Update(_) | Op::Delete { .. }, Whereabouts::Unknown(_)) => {
                self.stage = GraphStage::Done(Err(Refusal::NotSent))
            }
            (_, Op::Create(_), _) => {}
        }
    }

    /// The read of what the write left, where its reply does not tell it: nothing, an answer to an
    /// invitation, values that are not those written; and of what was removed.
    pub(super) fn check(&self) -> Option<Call> {
        let GraphStage::Link(written) = &self.stage else { return None };
        let item = written.item.as_deref();
        let tells = match self.op {
            Op::Delete { .. } => false,
            Op::Create(create) => {
                item.is_some_and(|item| Patch::whole(&create.record).agree(&item.record, &create.record))
            }
            Op::Update(update) => {
                let patch = Patch { fields: update.patch.writable(&update.facts), ..update.patch.clone() };
                !self.answered && item.is_some_and(|item| patch.agree(&item.record, &patch.record))
            }
        };
        (!tells).then(|| endpoints::item(self.kind, self.op.container(), &written.id))
    }

    /// Takes in that read. One that fails takes nothing from what the server said.
    pub(super) fn checked(&mut self, mut answers: Vec<PartAnswer>) {
        let (Some(Ok(response)), GraphStage::Link(written)) = (answers.pop(), &self.stage) else { return };
        let Ok(value) = odata::body(&response) else { return };
        let GraphReading::Content(item) = map::read(self.kind, &value, self.mailbox, self.op.container()) else {
            return;
        };
        // another version than the reply told is somebody's who was faster than this read, unless
        // it is that of our own next step
        let alone = !self.answered && self.mark_to_hang().is_none();
        let version =
            written.item.as_ref().map(|version| &version.version).filter(|version| **version != self.version && alone);
        let item = match version {
            Some(version) if *version != item.version => Box::new(self.op.as_written(&item, version.clone())),
            Some(_) | None => item,
        };
        match self.op {
            Op::Delete { .. } => self.doubt = Some(UncertainItem::of(&item)),
            Op::Create(_) | Op::Update(_) => {
                self.stage = GraphStage::Link(Box::new(self.written(written.id.clone(), Some(item))));
            }
        }
    }

    /// The stage after an item that needs no write of its own.
    fn unchanged(&self, item: Box<Item>) -> GraphStage {
        GraphStage::Link(Box::new(self.written(item.id.clone(), Some(item))))
    }

    /// The write, if that is what is next and there is anything to write. To Do heeds no etag, so a
    /// task is looked at once more right before: what a person wrote in between is written over,
    /// but not without a trace. After a write that may have been carried out that look would show
    /// our own.
    pub(super) fn write(&self) -> Calls {
        let Some(write) = self.writes() else { return Calls::default() };
        match (self.kind, self.op.id()) {
            (Kind::Task, Some(id)) => {
                let write = Call { repeat: Repeat::Never, ..write.following() };
                Calls(vec![endpoints::item(self.kind, self.op.container(), id), write])
            }
            (Kind::Task, None) | (Kind::Meeting, _) => Some(write).into(),
        }
    }

    fn writes(&self) -> Option<Call> {
        let GraphStage::Write = self.stage else { return None };
        match self.op {
            Op::Create(create) => {
                let record = create.record.without(&self.unfit);
                let body = compose::creation(&record, &create.facts, self.mailbox);
                Some(endpoints::create(self.kind, &create.container, body))
            }
            Op::Update(update) => {
                let body = self.change(update)?;
                Some(endpoints::change(self.kind, &update.container, &update.id, &self.version, body))
            }
            Op::Delete { id, cancels: true, .. } => Some(endpoints::cancel(id)),
            Op::Delete { id, container, .. } => Some(endpoints::removal(self.kind, container, id, &self.version)),
        }
    }

    /// The body of an update; `None` if no member of the item itself is written.
    fn change(&self, update: &Update) -> Option<Value> {
        let mut patch = update.patch.clone();
        patch.record = patch.record.without(&self.unfit);
        patch.fields = patch.writable(&update.facts);
        let mut members = compose::members(&patch, &self.kept, self.mailbox);
        if let (Kind::Meeting, Some(mark)) = (self.kind, &update.mark) {
            members.insert("singleValueExtendedProperties".to_owned(), compose::properties(mark));
        }
        (!members.is_empty()).then_some(Value::Object(members))
    }

    /// Takes in the answer to the write; after the `last` attempt a version conflict is final.
    pub(super) fn wrote(&mut self, mut answers: Vec<PartAnswer>, last: bool) {
        let Some(answer) = answers.pop() else { return };
        let before = answers.pop();
        if let Some(Ok(before)) = &before {
            self.replaced = self.written_over(before);
        }
        // it is not sent again without a look, which shows whether it was carried out
        let looks_again = before.is_some() && !last;
        let response = match answer {
            Ok(response) => response,
            Err(NoReply { maybe: true, .. }) if looks_again => {
                self.stage = GraphStage::Look;
                return;
            }
            Err(silence) => {
                let refusal = if silence.maybe { Refusal::Unknown } else { Refusal::NotSent };
                self.stage = GraphStage::Done(Err(refusal));
                return;
            }
        };
        self.stage = match (response.status().as_u16(), self.op.id()) {
            (200..=299, _) => match self.confirmed(&response) {
                Some(written) => GraphStage::Link(Box::new(written)),
                None => GraphStage::Done(Err(Refusal::Unknown)),
            },
            // what was looked at right before is not there, or could not be read
            (424, Some(_)) => GraphStage::Done(Err(match before {
                Some(Ok(before)) if matches!(before.status().as_u16(), 404 | 410) => Refusal::Gone,
                Some(Ok(_) | Err(_)) | None => Refusal::NotSent,
            })),
            // what is in Deleted Items can't be deleted once more (docs/facts/graph.md, "Deleted
            // Items"); whether it is, is seen right after
            (403, Some(id)) if self.removes() && is_undeletable(&response) => {
                self.already = true;
                GraphStage::Link(Box::new(self.written(id.clone(), None)))
            }
            (412, Some(_)) if !last => GraphStage::Look,
            (500.., Some(_)) if looks_again => GraphStage::Look,
            (412, Some(_)) => GraphStage::Done(Err(Refusal::Stale)),
            _ => match (refusal(&response), self.op.newcomers()) {
                (Refusal::Rejected(code), new) if !last && blames_people(&code) && !new.is_empty() => {
                    self.unfit = blamed(&String::from_utf8_lossy(response.body()), new);
                    GraphStage::Write
                }
                (Refusal::Rejected(code), _) if code == SPENT && matches!(self.op, Op::Create(_)) => {
                    GraphStage::Done(Err(Refusal::Spent))
                }
                (refusal, _) => GraphStage::Done(Err(refusal)),
            },
        };
    }

    /// What a write goes over, by the `response` of the look right before it, if that is neither
    /// what was looked at before nor what is written.
    fn written_over(&self, response: &HttpResponse) -> Option<Box<Record>> {
        let value = odata::body(response).ok()?;
        let (GraphReading::Content(now), Some(seen)) =
            (map::read(self.kind, &value, self.mailbox, self.op.container()), &self.seen)
        else {
            return None;
        };
        let lost = match self.op {
            Op::Update(update) => {
                let patch = &update.patch;
                !patch.agree(&now.record, &seen.record) && !patch.agree(&now.record, &patch.record)
            }
            Op::Delete { .. } => !differences(&now.record, &seen.record).is_empty(),
            Op::Create(_) => false,
        };
        lost.then(|| Box::new(now.record))
    }

    /// What the reply to a successful write tells; `None` if it does not even tell an id.
    fn confirmed(&self, response: &HttpResponse) -> Option<Written> {
        let value = json::value(response.body()).unwrap_or_default();
        let item = match map::read(self.kind, &value, self.mailbox, self.op.container()) {
            GraphReading::Content(item) => Some(item),
            GraphReading::Master(_)
            | GraphReading::Skeleton { .. }
            | GraphReading::Tombstone(_)
            | GraphReading::Malformed(_) => None,
        };
        let id = value.get("id").and_then(Value::as_str).map(ItemId::from);
        Some(self.written(id.or_else(|| self.op.id().cloned())?, item))
    }

    /// A confirmed write. Replies leave our mark out, so it is put in as written.
    fn written(&self, id: ItemId, mut item: Option<Box<Item>>) -> Written {
        let mark = match self.op {
            Op::Create(create) => create.facts.mark.as_ref(),
            Op::Update(update) => update.mark.as_ref(),
            Op::Delete { .. } => None,
        };
        if let (Some(item), Some(mark)) = (&mut item, mark) {
            item.facts.mark = Some(mark.clone());
        }
        let version = item.as_ref().map_or_else(|| self.version.clone(), |item| item.version.clone());
        Written { item, replaced: self.replaced.clone(), ..Written::bare(id, self.op.container().clone(), version) }
    }

    /// Whether it removes something.
    const fn removes(&self) -> bool {
        matches!(self.op, Op::Delete { .. })
    }

    /// What is left once the item itself is written: the hanging of a mark on a task that does not
    /// carry it yet, the answer to an invitation that has not been given.
    pub(super) fn link(&self) -> Option<Call> {
        let GraphStage::Link(_) = self.stage else { return None };
        if let (Op::Update(update), false) = (self.op, self.has_answered()) {
            let answer = respond::call(update);
            if answer.is_some() {
                return answer;
            }
        }
        let (update, mark) = self.mark_to_hang()?;
        Some(endpoints::link(&update.container, &update.id, compose::resource(mark, self.mailbox)))
    }

    /// Whether the answer was found to be given already, in Outlook or by a write whose reply was
    /// lost.
    fn has_answered(&self) -> bool {
        let (Op::Update(update), Some(seen)) = (self.op, &self.seen) else { return false };
        let (Record::Meeting(there), Record::Meeting(here)) = (&seen.record, &update.patch.record) else {
            return false;
        };
        there.response == here.response
    }

    /// Takes in the answer to that.
    pub(super) fn linked(&mut self, mut answers: Vec<PartAnswer>) {
        let Some(answer) = answers.pop() else { return };
        self.answered =
            matches!(self.op, Op::Update(update) if respond::call(update).is_some() && !self.has_answered());
        match answer {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => self.stage = GraphStage::Done(Err(refusal(&response))),
            Err(_) => self.stage = GraphStage::Done(Err(Refusal::Unknown)),
        }
    }

    fn mark_to_hang(&self) -> Option<(&'a Update, &'a Mark)> {
        let Op::Update(update) = self.op else { return None };
        let mark = update.mark.as_ref().filter(|_| self.kind == Kind::Task)?;
        let there = self.seen.as_ref().is_some_and(|item| item.facts.mark.as_ref() == Some(mark));
        (!there).then_some((update, mark))
    }

    /// What became of it.
    pub(super) fn outcome(self) -> Outcome {
        match (self.stage, self.op) {
            (GraphStage::Done(outcome), _) => outcome,
            (GraphStage::Link(_), Op::Delete { .. }) if self.already => Err(Refusal::Gone),
            (GraphStage::Link(written), _) => Ok(*written),
            (GraphStage::Write, Op::Update(_)) => Err(Refusal::nothing_writable()),
            (GraphStage::Look | GraphStage::Write, _) => Err(Refusal::NotSent),
        }
    }
}

/// What the write of `update` must leave intact of the stored item `value`.
fn kept(update: &Update, value: &Value) -> Result<StoredEventParts, Refusal> {
    let attendees = value.get("attendees").and_then(Value::as_array).cloned().unwrap_or_default();
    let Record::Meeting(meeting) = &update.patch.record else { return Ok(StoredEventParts { body: None, attendees }) };
    let stored = value.pointer("/body/content").and_then(Value::as_str).unwrap_or_default();
    let online = value.get("isOnlineMeeting").and_then(Value::as_bool).unwrap_or_default();
    let body = online::splice(&meeting.body.html, stored, online);
    if body.is_none() && update.patch.fields.contains(&Field::Body) {
        return Err(Refusal::Rejected("the online-meeting block can't be told from the text".to_owned()));
    }
    Ok(StoredEventParts { body, attendees })
}

/// Whether a reply says that what was to be deleted can't be.
fn is_undeletable(response: &HttpResponse) -> bool {
    let code = match odata::refusal(response) {
        Fault::Refused { code, .. } => code,
        Fault::SignedOut | Fault::Forbidden(_) | Fault::CursorLost | Fault::Unreadable(_) => String::new(),
    };
    code.eq_ignore_ascii_case("ErrorCannotDeleteObject")
}

/// What a reply that is no success means for a write.
fn refusal(response: &HttpResponse) -> Refusal {
    match (response.status().as_u16(), odata::refusal(response)) {
        (404 | 410, _) => Refusal::Gone,
        (401 | 429, _) => Refusal::NotSent,
        (500.., _) => Refusal::Unknown,
        (_, Fault::Refused { code, .. }) if !code.is_empty() => Refusal::Rejected(code),
        (status, _) => Refusal::Rejected(format!("status {status}")),
    }
}
