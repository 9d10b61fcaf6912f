//! Bugs to plant into whole runs: one for each promise of the simulation, which that promise must
//! notice. They sit between the engine and a side, or in the store; a promise that no bug can break
//! proves nothing.

use schedule_sync::error::{Error, Result};
use schedule_sync::flat::FlatSet;
use schedule_sync::model::lookup::{Found, Lookup};
use schedule_sync::model::membership::Membership;
use schedule_sync::model::op::{Op, Outcome, Refusal, Written};
use schedule_sync::model::scope::Scope;
use schedule_sync::model::{
    Address, ContactId, Cursor, Field, GroupId, Listing, Person, Record, Response, Role, Side, Window,
};
use schedule_sync::ports::{Directory, Replica};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// What is created on Exchange is created twice.
    Doubles,
    /// What is changed on Exchange is then deleted there.
    Deletes,
    /// Somebody is invited to whatever is created on Exchange.
    Invites,
    /// Each reading writes something.
    Fidgets,
    /// Changes are told to be written, and are not.
    Omits,
    /// Changes are never sent.
    Delays,
    /// Nothing can be read.
    Fails,
    /// The private is imported as if it were not.
    Tells,
    /// It panics.
    Panics,
    /// It goes on waiting.
    Waits,
    /// The store keeps no tombstones.
    ForgetsTombstones,
    /// The store keeps no answers.
    ForgetsAnswers,
    /// The store keeps no history.
    ForgetsHistory,
}

/// A side that is reached through a bug.
pub(crate) struct Saboteur<'a, R> {
    inner: &'a R,
    side: Side,
    bug: Bug,
}

impl<'a, R> Saboteur<'a, R> {
    pub(crate) const fn new(inner: &'a R, side: Side, bug: Bug) -> Self {
        Self { inner, side, bug }
    }

    fn is(&self, side: Side, bug: Bug) -> bool {
        self.side == side && self.bug == bug
    }

    /// The write, with the bug.
    fn spoilt(&self, op: &Op) -> Op {
        let mut op = op.clone();
        match &mut op {
            Op::Create(create) if self.is(Side::Exchange, Bug::Invites) => {
                if let Record::Meeting(meeting) = &mut create.record {
                    meeting.people.push(Person {
                        addresses: Address::parse("guest@fabrikam.example").into_iter().collect(),
                        contact: None,
                        name: String::new(),
                        role: Role::Required,
                        response: Response::InDoubt,
                    });
                }
            }
            Op::Create(_) | Op::Update(_) | Op::Delete { .. } => {}
        }
        op
    }

    /// What a write that is left out is told to have come to.
    fn left_out(&self, op: &Op) -> Option<Outcome> {
        let Op::Update(update) = op else { return None };
        if update.patch.fields.is_empty() {
            return None;
        }
        match self.bug {
            Bug::Omits => Some(Ok(Written {
                id: update.id.clone(),
                container: update.container.clone(),
                version: update.version.clone(),
                item: None,
                replaced: None,
                missing: None,
            })),
            Bug::Delays => Some(Err(Refusal::NotSent)),
            _ => None,
        }
    }
}

impl<R: Replica> Replica for Saboteur<'_, R> {
    async fn identify(&self, known: Option<&str>) -> Result<Option<String>> {
        self.inner.identify(known).await
    }

    async fn own(&self, known: FlatSet<Address>) -> Result<FlatSet<Address>> {
        self.inner.own(known).await
    }

    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        match self.bug {
            Bug::Fails => return Err(Error::Busy(self.side)),
            Bug::Panics => panic!("planted"),
            Bug::Waits => std::future::pending::<()>().await,
            _ => {}
        }
        let mut listing = self.inner.observe(scope, if self.bug == Bug::Fidgets { None } else { cursor }).await?;
        if self.is(Side::Exchange, Bug::Tells) {
            listing.items.iter_mut().for_each(|item| item.facts.private = false);
        }
        if let (true, Some(item)) = (self.is(Side::Creatio, Bug::Fidgets), listing.items.first()) {
            let patch = schedule_sync::model::Patch { record: item.record.clone(), fields: [Field::Importance].into() };
            let op = Op::Update(Box::new(schedule_sync::model::op::Update::of(item, patch)));
            self.inner.apply(std::slice::from_ref(&op)).await;
        }
        Ok(listing)
    }

    async fn find(&self, clues: &[Lookup]) -> Result<Vec<Found>> {
        let mut found = self.inner.find(clues).await?;
        if self.is(Side::Exchange, Bug::Tells) {
            found.iter_mut().flat_map(|found| &mut found.items).for_each(|item| item.facts.private = false);
        }
        Ok(found)
    }

    fn unheld(&self) -> Vec<Field> {
        self.inner.unheld()
    }

    async fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for op in ops {
            if let Some(outcome) = self.left_out(op) {
                outcomes.push(outcome);
                continue;
            }
            let outcome = self.inner.apply(&[self.spoilt(op)]).await.remove(0);
            match (op, &outcome) {
                (Op::Create(create), Ok(_)) if self.is(Side::Exchange, Bug::Doubles) => {
                    let mut again = create.clone();
                    (again.facts.transaction, again.facts.mark, again.facts.uid) = (None, None, None);
                    self.inner.apply(&[Op::Create(again)]).await;
                }
                (Op::Update(_), Ok(written)) if self.is(Side::Exchange, Bug::Deletes) => {
                    let (id, container) = (written.id.clone(), written.container.clone());
                    let version = written.version.clone();
                    self.inner.apply(&[Op::Delete { id, container, version, cancels: false }]).await;
                }
                _ => {}
            }
            outcomes.push(outcome);
        }
        outcomes
    }
}

impl<R: Directory> Directory for Saboteur<'_, R> {
    async fn people(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>> {
        self.inner.people(addresses).await
    }

    async fn members(&self, groups: &[GroupId], window: &Window) -> Result<Membership> {
        self.inner.members(groups, window).await
    }

    async fn membership(&self, groups: &[GroupId]) -> Result<Option<String>> {
        self.inner.membership(groups).await
    }

    async fn is_readable(&self) -> Result<bool> {
        self.inner.is_readable().await
    }
}
