//! The promises of the rules, as far as a person can check them on both servers once everything is quiet. Written from the rules, not from the engine.

use crate::laws::shown;
use crate::simulate::history::{Direction, Options};
use crate::simulate::people::{Kind, Known, People, What};
use crate::simulate::row::Row;
use schedule_sync::engine::history::Entry;
use schedule_sync::engine::link::Reason;
use schedule_sync::engine::settings::Conflict;
use schedule_sync::model::{Field, Pair, Side};
use schedule_sync::run::Report;
use std::collections::BTreeMap;

/// What a simulation came to.
pub(crate) struct Outcome<'a> {
    pub(crate) options: &'a Options,
    pub(crate) people: &'a People,
    /// What both sides show in the end.
    pub(crate) rows: Pair<Vec<Row>>,
    /// What the last run of each device said.
    pub(crate) reports: &'a [Report],
    /// Writes of the last, quiet runs.
    pub(crate) late: Vec<String>,
    /// Mails sent in all.
    pub(crate) mails: usize,
    /// What the devices wrote down.
    pub(crate) history: Vec<Entry>,
    /// What lies in Deleted Items of the Exchange Server, where a person finds it again: there no deletion can depend on what it finds.
    pub(crate) deleted: Vec<String>,
    /// Somebody began without a base: a store was lost, or there are two of them.
    pub(crate) forgetful: bool,
}

impl Outcome<'_> {
    /// Promises that were broken, in words.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for report in self.reports.iter().filter(|report| report.unfinished > 0) {
            broken.push(format!("not finished after quiet: {report:?}"));
        }
        if !self.late.is_empty() {
            broken.push(format!("a quiet run writes: {:?}", self.late));
        }
        if self.mails != self.people.mails {
            broken.push(format!("{} mails that nobody asked for", self.mails - self.people.mails));
        }
        for (tag, known) in &self.people.known {
            let rows = Pair::of(|side| self.of(*tag, side));
            self.twice(*tag, &rows, &mut broken);
            self.lost(*tag, (known, &rows), &mut broken);
            self.deleted(*tag, (known, &rows), &mut broken);
            self.apart(*tag, (known, &rows), &mut broken);
        }
        broken
    }

    fn of(&self, tag: usize, side: Side) -> Vec<&Row> {
        self.rows[side].iter().filter(|row| row.tag == Some(tag)).collect()
    }

    /// No duplicates.
    fn twice(&self, tag: usize, rows: &Pair<Vec<&Row>>, broken: &mut Vec<String>) {
        for side in Side::BOTH {
            let alive: Vec<_> = rows[side].iter().filter(|row| !row.canceled).map(|row| &row.id).collect();
            // a second task that a person edited, or whose Activity is gone, is not removed unasked
            let asked = |id: &String| {
                let mut held = self.reports.iter().flat_map(|report| &report.held);
                held.any(|held| {
                    matches!(held.reason, Reason::SecondTask | Reason::DeleteAsked)
                        && held.id.as_ref().is_some_and(|named| named.as_str() == id)
                })
            };
            if alive.iter().filter(|id| !asked(id)).count() > 1 {
                broken.push(format!("tag {tag} is there {} times on {side}: {alive:?}", alive.len()));
            }
        }
    }

    /// Nothing that a person wrote is lost.
    fn lost(&self, tag: usize, (known, rows): (&Known, &Pair<Vec<&Row>>), broken: &mut Vec<String>) {
        for (what, live) in &known.live {
            let shown = |value: &String| {
                Side::BOTH.into_iter().any(|side| rows[side].iter().any(|row| row.value(*what) == value))
            };
            let missing: Vec<_> = live.iter().filter(|value| !shown(value)).collect();
            // a value may give way to the rule, to the source of a one-way sync, to the organizer or to a deletion, if the history names it
            let may = self.options.conflict != Conflict::Ask
                || self.options.direction != Direction::Both
                || (known.kind == Kind::Shared && self.options.colleague)
                || known.removed;
            let kept = |value: &str| self.is_recorded(*what, value) || self.is_deleted(value);
            let excused = may && missing.iter().all(|value| kept(value));
            if !missing.is_empty() && !excused {
                broken.push(format!("tag {tag}: {what:?} {missing:?} is lost; shown {:?}", self.shown(rows, *what)));
            }
        }
    }

    /// Whether the value lies in Deleted Items.
    fn is_deleted(&self, value: &str) -> bool {
        // of the time of an event its start, as JSON spells it
        let value = match value.get(..19).filter(|start| start.get(10..11) == Some(" ")) {
            Some(start) => start.replacen(' ', "T", 1),
            None => value.to_owned(),
        };
        self.deleted.iter().any(|item| item.contains(&value))
    }

    fn is_recorded(&self, what: What, value: &str) -> bool {
        let field = match what {
            What::Title => Field::Title,
            What::When => Field::When,
            What::Place => Field::Place,
            What::Body => Field::Body,
        };
        let mut records = self.history.iter().flat_map(|entry| entry.before.iter().chain(&entry.after));
        records.any(|record| shown(record, field).replace(" UTC", "") == value)
    }

    fn shown(&self, rows: &Pair<Vec<&Row>>, what: What) -> Vec<String> {
        let all = Side::BOTH.into_iter().flat_map(|side| rows[side].iter().map(move |row| (side, row)));
        all.map(|(side, row)| format!("{side}{} {}", if row.canceled { " (canceled)" } else { "" }, row.value(what)))
            .collect()
    }

    /// Nothing is deleted unless a person deleted it; what somebody deleted, knowing it, stays away.
    fn deleted(&self, tag: usize, (known, rows): (&Known, &Pair<Vec<&Row>>), broken: &mut Vec<String>) {
        let alive = |side: Side| rows[side].iter().any(|row| !row.canceled);
        if !known.removed && !alive(known.side) {
            broken.push(format!("tag {tag} is gone from {} although nobody deleted it", known.side));
        }
        for side in Side::BOTH {
            // a colleague who is invited may import it after it was removed
            let forgetful = self.forgetful || (known.kind == Kind::Shared && self.options.colleague);
            if known.dead[side] && alive(side) && !forgetful {
                broken.push(format!("tag {tag} came back on {side}"));
            }
        }
    }

    /// Both sides are in step, but for what is held.
    fn apart(&self, tag: usize, (known, rows): (&Known, &Pair<Vec<&Row>>), broken: &mut Vec<String>) {
        let target = match self.options.direction {
            Direction::Both => None,
            Direction::Import => Some(Side::Creatio),
            Direction::Export => Some(Side::Exchange),
        };
        let one_way = target.is_some_and(|target| known.side == target || known.edited[target]);
        if known.removed || one_way || self.is_held(rows) {
            return;
        }
        let first = |side: Side| rows[side].iter().find(|row| !row.canceled);
        match (first(Side::Creatio), first(Side::Exchange)) {
            (Some(creatio), Some(exchange)) => {
                let fields = creatio.fields().filter(|what| creatio.value(*what) != exchange.value(*what));
                for what in fields {
                    broken
                        .push(format!("tag {tag}: {what:?} differs and nobody is asked: {:?}", self.shown(rows, what)));
                }
            }
            (None, None) => {}
            (creatio, _) => {
                let side = if creatio.is_some() { Side::Exchange } else { Side::Creatio };
                broken.push(format!("tag {tag} ({:?}) is missing on {side} and nobody is asked", known.kind));
            }
        }
    }

    fn is_held(&self, rows: &Pair<Vec<&Row>>) -> bool {
        let ids: Vec<&str> =
            Side::BOTH.into_iter().flat_map(|side| rows[side].iter().map(|row| row.id.as_str())).collect();
        let mut held = self.reports.iter().flat_map(|report| &report.held);
        held.any(|held| held.id.as_ref().is_some_and(|id| ids.contains(&id.as_str())))
    }

    /// How many of which kind were looked at, so that no promise holds for want of items.
    pub(crate) fn census(&self) -> BTreeMap<String, usize> {
        let mut census = BTreeMap::new();
        for known in self.people.known.values() {
            let kind = match known.kind {
                Kind::Meeting => "meetings",
                Kind::AllDay => "all-day",
                Kind::Invited => "invited",
                Kind::Shared => "shared",
                Kind::Series => "occurrences",
                Kind::Task => "tasks",
            };
            *census.entry(kind.to_owned()).or_default() += 1;
            *census.entry("removed".to_owned()).or_default() += usize::from(known.removed);
        }
        for held in self.reports.iter().flat_map(|report| &report.held) {
            *census.entry(format!("held {:?}", held.reason)).or_default() += 1;
        }
        census
    }
}
