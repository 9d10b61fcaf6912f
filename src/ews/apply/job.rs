//! One operation on its way: what it asks of the server at each stage, and what the answers make of
//! it.

use super::super::{
    EwsMailbox,
    compose::{self, ItemChange, Member, StoredItemParts},
    endpoints::{self, Mail},
    fetch::Got,
    map::{self, EventTimes, EwsReading},
    time, uid,
    wire::{Message, Verdict},
    xml::XmlElement,
};
use super::{RequestGroup, refusal};
use crate::flat::FlatMap;
use crate::http::{
    Call,
    recipients::{blamed, blames_people},
};
use crate::model::op::{Judgement, Op, Outcome, Refusal, SendInvitations, Update, Written};
use crate::model::{ContainerId, Field, Item, ItemId, Kind, Mark, Person, Record, Response, Version, online};

/// How far a job is.
enum EwsStage {
    /// The stored item is to be read first.
    Look,
    /// It is to be written.
    Write,
    /// It is to be written once more, without some of its people.
    Again,
    /// It is written, under this id and with this version.
    Written(ItemId, Version),
    /// The server says that it is removed.
    Removed(Written),
    /// That's it.
    Done(Outcome),
}

/// One operation.
pub(super) struct EwsJob<'a> {
    op: &'a Op,
    mailbox: &'a EwsMailbox,
    /// Where items live; those in Deleted Items don't.
    kinds: &'a FlatMap<ContainerId, Kind>,
    kind: Kind,
    stage: EwsStage,
    /// The version that the write expects.
    version: Version,
    kept: StoredItemParts,
    /// The item as it was looked at, or read back.
    seen: Option<Box<Item>>,
    /// The reply to the write told the version that it left.
    confirmed: bool,
    /// New people whom the server refuses: it is written without them.
    unfit: Vec<Person>,
}

impl<'a> EwsJob<'a> {
    pub(super) fn new(op: &'a Op, kinds: &'a FlatMap<ContainerId, Kind>, mailbox: &'a EwsMailbox) -> Self {
        let (kind, stage, version) = match op {
            Op::Create(create) => (create.record.kind(), EwsStage::Write, Version::from("")),
            Op::Update(update) => (update.patch.record.kind(), EwsStage::Look, update.version.clone()),
            // a removal heeds no version: what is removed has to be looked at
            Op::Delete { container, version, .. } => {
                (kinds.get(container).copied().unwrap_or(Kind::Meeting), EwsStage::Look, version.clone())
            }
        };
        let unknown = op.writes_times() && time::windows(mailbox.zone.as_ref()).is_none();
        let stage = if unknown { EwsStage::Done(Err(Refusal::zone(mailbox.zone.name()))) } else { stage };
        Self {
            op,
            mailbox,
            kinds,
            kind,
            stage,
            version,
            kept: StoredItemParts::default(),
            seen: None,
            confirmed: false,
            unfit: Vec::new(),
        }
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    /// The item that the operation is about, if it is there already.
    pub(super) const fn id(&self) -> Option<&'a ItemId> {
        self.op.id()
    }

    /// The series to which the item belongs.
    pub(super) fn series(&self) -> Option<ItemId> {
        let Op::Update(update) = self.op else { return None };
        update.facts.occurrence.as_ref().map(|occurrence| occurrence.master.clone())
    }

    /// Where a creation that is still to be made goes, and by what it is recognised, if it was made
    /// already.
    pub(super) fn repeatable(&self) -> Option<(&'a ContainerId, &'a str)> {
        let (EwsStage::Write, Op::Create(create), Kind::Meeting) = (&self.stage, self.op, self.kind) else {
            return None;
        };
        create.facts.transaction.as_deref().map(|transaction| (&create.container, transaction))
    }

    /// What the mark of a creation is found by.
    pub(super) fn fingerprint(&self) -> Option<String> {
        let Op::Create(create) = self.op else { return None };
        create.facts.mark.as_ref().map(Mark::fingerprint)
    }

    /// Takes in the events that were found for creations; an own one is not made again.
    pub(super) fn know(&mut self, found: &[XmlElement]) {
        let Some((_, transaction)) = self.repeatable() else { return };
        let wanted = uid::read(&uid::of(transaction));
        let own = found.iter().find(|node| node.say("UID").and_then(uid::read) == wanted);
        if let Some((node, id)) = own.and_then(|node| Some((node, map::id(node)?))) {
            self.stage = EwsStage::Written(id, map::version(node));
        }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.stage = EwsStage::Done(Err(refusal));
    }

    /// What is to be written once more is to be written now.
    pub(super) fn resume(&mut self) {
        if matches!(self.stage, EwsStage::Again) {
            self.stage = EwsStage::Write;
        }
    }

    /// Whether the stored item is what is next.
    pub(super) const fn looks(&self) -> bool {
        matches!(self.stage, EwsStage::Look)
    }

    /// Takes in the stored item.
    pub(super) fn looked(&mut self, got: Got) {
        self.stage = self.judged(got).unwrap_or_else(|refusal| EwsStage::Done(Err(refusal)));
    }

    fn judged(&mut self, got: Got) -> Result<EwsStage, Refusal> {
        let node = match got {
            Got::Item(node) => node,
            Got::Gone => return Err(Refusal::Gone),
            Got::Bad(reason) => return Err(Refusal::Rejected(reason)),
        };
        let folder = lies_in(&node).filter(|folder| folder != self.op.container());
        if let Some(folder) = folder {
            // somebody moved it, and it kept its id: what is decided rests on where it lay; in
            // Deleted Items it is gone
            return Err(if self.kinds.contains_key(&folder) { Refusal::Stale } else { Refusal::Gone });
        }
        let item = match map::read(self.kind, &node, self.mailbox, self.op.container()) {
            EwsReading::Content(item) => item,
            EwsReading::Malformed(malformed) => return Err(Refusal::Rejected(malformed.reason)),
            EwsReading::Master(..) => return Err(Refusal::Stale),
        };
        let judgement = self.op.judge(&item, &self.version);
        self.version = item.version.clone();
        self.seen = Some(item.clone());
        match (judgement, self.op) {
            (Judgement::Write, Op::Update(update)) => {
                self.kept = kept(update, &item, node)?;
                let later = update.patch.fields.contains(&Field::Response);
                Ok(if self.members(update).is_empty() && later { self.unchanged(&item) } else { EwsStage::Write })
            }
            (Judgement::Write, Op::Create(_) | Op::Delete { .. }) => Ok(EwsStage::Write),
            (Judgement::Written, _) => Ok(self.unchanged(&item)),
            (Judgement::Stale, _) => Err(Refusal::Stale),
        }
    }

    fn unchanged(&self, item: &Item) -> EwsStage {
        EwsStage::Written(item.id.clone(), item.version.clone())
    }

    /// With what a write goes together; `None` if there is none to be made.
    pub(super) fn group(&self) -> Option<RequestGroup> {
        let EwsStage::Write = self.stage else { return None };
        let of = |rank, folder| RequestGroup { rank, kind: self.kind, mail: self.mail(), folder };
        match self.op {
            Op::Create(create) => Some(of(0, Some(create.container.clone()))),
            Op::Update(update) if self.members(update).is_empty() => None,
            Op::Update(_) => Some(of(1, None)),
            Op::Delete { .. } => Some(of(2, None)),
        }
    }

    /// Who gets mail of the write: whoever is told of it by the engine's word, if it concerns them.
    fn mail(&self) -> Mail {
        let invited =
            self.seen.as_ref().filter(|item| !item.facts.organized_by_other).map_or(0, |item| item.facts.attendees);
        match (self.op, self.kind) {
            (_, Kind::Task) => Mail::Nobody,
            (Op::Create(create), Kind::Meeting) => match &create.record {
                Record::Meeting(meeting) if !meeting.people.is_empty() => Mail::All,
                Record::Meeting(_) | Record::Task(_) => Mail::Nobody,
            },
            (Op::Update(update), Kind::Meeting) => {
                let touches = |fields: &[Field]| fields.iter().any(|field| update.patch.fields.contains(field));
                if update.tells == SendInvitations::Nobody {
                    Mail::Nobody
                } else if update.tells == SendInvitations::All
                    && invited > 0
                    && touches(&[Field::Title, Field::When, Field::Place, Field::Body])
                {
                    Mail::All
                } else if touches(&[Field::People]) {
                    Mail::Changed
                } else {
                    Mail::Nobody
                }
            }
            (Op::Delete { cancels: true, .. }, Kind::Meeting) if invited > 0 => Mail::All,
            (Op::Delete { .. }, Kind::Meeting) => Mail::Nobody,
        }
    }

    /// The properties of a creation.
    pub(super) fn creation(&self) -> Vec<Member> {
        match self.op {
            Op::Create(create) => compose::creation(&create.record.without(&self.unfit), &create.facts, self.mailbox),
            Op::Update(_) | Op::Delete { .. } => Vec::new(),
        }
    }

    /// The change that an update makes.
    pub(super) fn change(&self) -> Option<ItemChange<'_>> {
        let Op::Update(update) = self.op else { return None };
        Some(ItemChange { id: &update.id, version: &self.version, members: self.members(update) })
    }

    fn members(&self, update: &Update) -> Vec<Member> {
        let mut patch = update.patch.clone();
        patch.record = patch.record.without(&self.unfit);
        patch.fields = patch.writable(&update.facts);
        let mut members = compose::members(&patch, &self.kept, self.mailbox);
        members.extend(update.mark.iter().flat_map(compose::marks));
        compose::stepwise(members)
    }

    /// Takes in the answer to the write; after the `last` attempt a version conflict is final. What
    /// the server left for another's sake is still to be written.
    pub(super) fn wrote(&mut self, message: Message, last: bool) {
        if message.verdict() == Verdict::Skipped {
            return;
        }
        let new = self.op.newcomers();
        if !last && blames_people(&message.code) && !new.is_empty() {
            self.unfit = blamed(message.body.say("MessageText").unwrap_or_default(), new);
            self.stage = EwsStage::Again;
            return;
        }
        self.stage = match (refusal(&message), self.op) {
            (None, Op::Delete { id, version, .. }) => EwsStage::Removed(self.written_as(id.clone(), version.clone())),
            (None, Op::Create(_) | Op::Update(_)) => {
                let item = message.body.at("Items").and_then(|items| items.children.first());
                let identity = item.and_then(|item| Some((map::id(item)?, map::version(item))));
                self.confirmed = identity.as_ref().is_some_and(|(_, version)| !version.as_str().is_empty());
                match identity.or_else(|| Some((self.id()?.clone(), self.version.clone()))) {
                    Some((id, version)) => EwsStage::Written(id, version),
                    None => EwsStage::Done(Err(Refusal::Unknown)),
                }
            }
            (Some(Refusal::Stale), Op::Update(_)) if !last => EwsStage::Look,
            // of a creation it is the folder that is gone
            (Some(Refusal::Gone), Op::Create(_)) => EwsStage::Done(Err(Refusal::Rejected(message.code))),
            (Some(refusal), _) => EwsStage::Done(Err(refusal)),
        };
    }

    /// The user's answer that is to be given.
    fn response(&self) -> Option<Response> {
        match self.op {
            Op::Update(update) if update.patch.fields.contains(&Field::Response) => match &update.patch.record {
                Record::Meeting(meeting) => Some(meeting.response),
                Record::Task(_) => None,
            },
            Op::Create(_) | Op::Update(_) | Op::Delete { .. } => None,
        }
    }

    /// The answer to an invitation that is still to be given: an action of its own, which mails the
    /// organizer.
    pub(super) fn answer(&self) -> Option<Call> {
        let EwsStage::Written(id, version) = &self.stage else { return None };
        let wanted = self.response()?;
        let word = match wanted {
            Response::Confirmed => "AcceptItem",
            Response::Declined => "DeclineItem",
            Response::InDoubt => "TentativelyAcceptItem",
        };
        // in Outlook, or by a write whose reply was lost
        let given = self.seen.as_ref().is_some_and(|item| match &item.record {
            Record::Meeting(there) => there.response == wanted,
            Record::Task(_) => false,
        });
        (!given).then(|| endpoints::respond(id, version, word))
    }

    /// Takes in the answer to that. The meeting may have been made anew for it, under another id
    /// (Microsoft's EWS Managed API 2.0, "Responding to meeting invitations"); what is declined is
    /// on its way to Deleted Items.
    pub(super) fn answered(&mut self, message: Message) {
        if let Some(refusal) = refusal(&message) {
            self.stage = EwsStage::Done(Err(refusal));
            return;
        }
        self.confirmed = false;
        let meeting = message.body.at("Items/CalendarItem").filter(|_| self.response() != Some(Response::Declined));
        if let Some((id, version)) = meeting.and_then(|item| Some((map::id(item)?, map::version(item)))) {
            self.stage = EwsStage::Written(id, version);
        }
    }

    /// What was written or removed and is to be read back.
    pub(super) const fn written(&self) -> Option<&ItemId> {
        match &self.stage {
            EwsStage::Written(id, _) => Some(id),
            EwsStage::Removed(written) => Some(&written.id),
            EwsStage::Look | EwsStage::Write | EwsStage::Again | EwsStage::Done(_) => None,
        }
    }

    /// Takes in the item as it is now.
    pub(super) fn read_back(&mut self, got: Got) {
        if let EwsStage::Removed(written) = &self.stage {
            // a server may say so and leave it where it was
            let stays =
                matches!(&got, Got::Item(node) if lies_in(node).is_none_or(|folder| folder == written.container));
            let refusal = || Refusal::Rejected("NoError, but nothing was removed".to_owned());
            self.stage = EwsStage::Done(if stays { Err(refusal()) } else { Ok(written.clone()) });
            return;
        }
        let EwsStage::Written(id, version) = &self.stage else { return };
        let mut written = self.written_as(id.clone(), version.clone());
        if let Got::Item(node) = got
            && let EwsReading::Content(mut item) = map::read(self.kind, &node, self.mailbox, self.op.container())
        {
            if let (Some(occurrence), Some(series)) = (&mut item.facts.occurrence, self.series()) {
                occurrence.master = series;
            }
            if self.confirmed && item.version != *version {
                // somebody was faster than this read
                item = Box::new(self.op.as_written(&item, version.clone()));
            }
            written.version = item.version.clone();
            written.item = Some(item);
        }
        self.stage = EwsStage::Done(Ok(written));
    }

    fn written_as(&self, id: ItemId, version: Version) -> Written {
        Written::bare(id, self.op.container().clone(), version)
    }

    /// What became of it.
    pub(super) fn outcome(self) -> Outcome {
        match (self.stage, self.op) {
            (EwsStage::Done(outcome), _) => outcome,
            (EwsStage::Written(id, version), op) => Ok(Written::bare(id, op.container().clone(), version)),
            (EwsStage::Removed(written), _) => Ok(written),
            (EwsStage::Write, Op::Update(_)) => Err(Refusal::nothing_writable()),
            (EwsStage::Look | EwsStage::Write | EwsStage::Again, _) => Err(Refusal::NotSent),
        }
    }
}

/// The folder in which an item lies.
fn lies_in(node: &XmlElement) -> Option<ContainerId> {
    node.at("ParentFolderId").and_then(|folder| folder.attribute("Id")).map(ContainerId::from)
}

/// What the write of `update` must leave intact of the stored item `node`, which is read as `item`.
fn kept(update: &Update, item: &Item, node: XmlElement) -> Result<StoredItemParts, Refusal> {
    let markup = match &update.patch.record {
        Record::Meeting(meeting) => &meeting.body.html,
        Record::Task(task) => &task.body.html,
    };
    let stored = node.at("Body").map(|body| body.text.as_str()).unwrap_or_default();
    let body = online::splice(markup, stored, node.is("IsOnlineMeeting") == Some(true));
    if body.is_none() && update.patch.fields.contains(&Field::Body) {
        return Err(Refusal::Rejected("the online-meeting block can't be told from the text".to_owned()));
    }
    let ahead = EventTimes::of(&node).ok().and_then(|clocks| clocks.ahead);
    Ok(StoredItemParts { body, ahead, occurrence: item.facts.occurrence.is_some(), item: node })
}
