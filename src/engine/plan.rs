//! The plan of a run, as a value: every write with the reason for it, what is linked without a
//! write, and what waits for a person. Its `Display` is the dry run; it names items by id, never by
//! title.

use crate::engine::action::{Action, Note, Postponed};
use crate::engine::answer::{Answers, Question};
use crate::engine::held::Held;
use crate::engine::link::Link;
use crate::flat::{FlatMap, FlatSet};
use crate::model::ItemId;
use crate::model::op::Op;
use std::fmt;

/// What a run will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Steps with writes, in the order in which they are carried out: links and updates, creates,
    /// deletes last.
    pub actions: Vec<Action>,
    /// Links to put without a write.
    pub links: Vec<Link>,
    /// Links to drop, by Activity: their place is taken by another, or there is nothing left to
    /// link.
    pub drop: Vec<ItemId>,
    /// What waits for a person, or can't be done.
    pub held: Vec<Held>,
    /// What is asked, whether it is answered or not.
    pub questions: Vec<Question>,
    /// The answers that count: the question still stands as it was answered.
    pub answers: Answers,
    /// What a person is told without being asked, of which Activities.
    pub notes: FlatMap<Note, FlatSet<ItemId>>,
    /// Items of Exchange that only the next run can see to: it reads them again.
    pub next: Vec<Postponed>,
    /// What goes although nobody was asked: the items whose removal the guard counts.
    pub unasked: FlatSet<ItemId>,
    /// Nothing that was seen of Creatio counts, but what a person answered about: the rest is read
    /// again.
    pub disbelieves: bool,
}

impl Plan {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.actions.is_empty()
    }

    /// How many writes there are.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.actions.iter().map(|action| action.writes.len()).sum()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for action in &self.actions {
            writeln!(f, "{:?} {}", action.step, *action.after.halves.creatio.id())?;
            for (side, op) in &action.writes {
                match op {
                    Op::Create(create) => writeln!(f, "  {side}: create in {}", create.container)?,
                    Op::Update(update) => {
                        let mut fields: Vec<String> = update.patch.fields.iter().map(ToString::to_string).collect();
                        fields.extend(update.status.map(|status| format!("status={status:?}")));
                        fields.extend(update.uid.as_ref().map(|_| "uid".to_owned()));
                        writeln!(f, "  {side}: update {} ({})", update.id, fields.join(", "))?;
                    }
                    Op::Delete { id, .. } => writeln!(f, "  {side}: delete {id}")?,
                }
            }
        }
        for held in &self.held {
            let id = held.id.as_ref().map_or("?", ItemId::as_str);
            writeln!(f, "Hold {:?} {} {id}", held.reason, held.side)?;
        }
        Ok(())
    }
}
