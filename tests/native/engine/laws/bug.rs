//! Bugs to plant: one for each law, which that law must notice. A law that no bug can break proves
//! nothing.

use schedule_sync::engine::action::{Action, Step};
use schedule_sync::engine::context::Seen;
use schedule_sync::engine::merge;
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::settings::{Conflict, FieldMap, Notify, Private, Settings};
use schedule_sync::model::op::{Op, Update};
use schedule_sync::model::{Field, Item, Patch, Record, Side};

/// What is wrong with the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// Links of what was done are not kept.
    Forgets,
    /// Titles are not written, but noted as if they were.
    OmitsTitles,
    /// The edited side gets its old values back.
    PutsBack,
    /// Something that nobody deleted is deleted.
    Deletes,
    /// What is created is created twice.
    Doubles,
    /// One-way settings are taken as both ways.
    BothWays,
    /// Whoever comes first among the links is left out.
    MindsOrder,
    /// The guard believes that there are many links.
    Unguarded,
    /// Events with attendees are moved to another place.
    Mails,
    /// What would mail is asked about where nobody gets mail.
    Asks,
    /// Something that nobody touched is written anew.
    Busy,
    /// Conflicts always go by Creatio.
    Biased,
    /// Private items are imported in full.
    Tells,
    /// Fields that are off go over.
    Unmapped,
}

impl Bug {
    /// What the engine is told wrong.
    pub(crate) fn mislead(self, settings: &mut Settings, seen: &mut Seen) {
        match self {
            Self::BothWays => {
                settings.import_meetings.on = true;
                settings.import_tasks.on = true;
                settings.export.on = true;
            }
            Self::Unguarded => seen.total = 10_000,
            Self::Biased => settings.rules.conflict = Conflict::Creatio,
            Self::Tells => settings.rules.private = Private::Full,
            Self::Unmapped => settings.fields = FieldMap::default(),
            Self::Asks => settings.rules.notify = Notify::Ask,
            Self::Forgets
            | Self::OmitsTitles
            | Self::PutsBack
            | Self::Deletes
            | Self::Doubles
            | Self::MindsOrder
            | Self::Mails
            | Self::Busy => {}
        }
    }

    /// What the engine decides wrong.
    pub(crate) fn spoil(self, plan: &mut Plan, seen: &Seen) {
        match self {
            Self::OmitsTitles => {
                for (_, op) in plan.actions.iter_mut().flat_map(|action| &mut action.writes) {
                    if let Op::Update(update) = op {
                        update.patch.fields.remove(&Field::Title);
                    }
                }
            }
            Self::PutsBack => plan.actions.iter_mut().for_each(put_back),
            Self::Doubles => {
                let again = plan.actions.iter().filter(|action| action.step == Step::Create(Side::Exchange)).cloned();
                let again: Vec<Action> = again.map(anew).collect();
                plan.actions.extend(again);
            }
            Self::MindsOrder => {
                if let Some(first) = seen.links.first() {
                    plan.actions.retain(|action| *action.after.halves.creatio.id() != *first.halves.creatio.id());
                }
            }
            Self::Deletes => {
                plan.actions.extend(linked(seen, |_| true).map(|(item, base)| Action {
                    writes: vec![(
                        Side::Exchange,
                        Op::Delete {
                            id: item.id.clone(),
                            container: item.container.clone(),
                            version: item.version.clone(),
                            cancels: false,
                        },
                    )],
                    ..base
                }));
            }
            Self::Mails => {
                plan.actions.extend(linked(seen, |item| item.facts.attendees > 0).map(rewritten));
            }
            Self::Busy => plan.actions.extend(linked(seen, |item| item.facts.attendees == 0).map(rewritten)),
            Self::Forgets
            | Self::BothWays
            | Self::Unguarded
            | Self::Biased
            | Self::Tells
            | Self::Unmapped
            | Self::Asks => {}
        }
    }
}

/// The first linked event or task that is `such`, with an action on it that has no writes yet.
fn linked(seen: &Seen, such: impl Fn(&Item) -> bool) -> impl Iterator<Item = (&Item, Action)> {
    let mut all = seen.links.iter().filter_map(move |link| {
        let item = seen.items.exchange.get(link.halves.exchange.id()).filter(|item| such(item))?;
        let action = Action {
            step: Step::Update(Side::Exchange),
            title: String::new(),
            writes: Vec::new(),
            before: Some(link.clone()),
            after: link.clone(),
        };
        Some((item, action))
    });
    all.next().into_iter()
}

fn rewritten((item, action): (&Item, Action)) -> Action {
    let update = Update::of(item, Patch { record: item.record.clone(), fields: [Field::Title].into() });
    Action { writes: vec![(Side::Exchange, Op::Update(Box::new(update)))], ..action }
}

/// The same creation as that of something else.
fn anew(mut action: Action) -> Action {
    for (_, op) in &mut action.writes {
        if let Op::Create(create) = op {
            create.facts.transaction = None;
        }
    }
    action
}

/// An update of one side, turned into writing the old values to the other.
fn put_back(action: &mut Action) {
    let (Step::Update(side), Some(before)) = (action.step, &action.before) else { return };
    let source = side.other();
    let Some((_, Op::Update(update))) = action.writes.first_mut() else { return };
    let mut old: Record = action.after.halves[source].base.clone();
    for field in &update.patch.fields {
        merge::copy(*field, &before.halves[source].base, &mut old);
    }
    update.id = before.halves[source].id().clone();
    update.version = action.after.halves[source].spelled_version();
    update.before = action.after.halves[source].base.clone();
    update.patch.record = old;
    action.after = action.after.clone().with_base(before.base().map(Clone::clone));
    if let Some((to, _)) = action.writes.first_mut() {
        *to = source;
    }
}
