//! Puts a case before the engine: builds what a run would have seen of it, and reads from the plan
//! what would be written. Knows the engine's types and decides nothing.

use super::case::{Bond, Case, Clash, Edit, Fate, Made, Notify, Private, Removal, Way};
use crate::support::memory::{CALENDAR, LIST, ME, account, at, everything, item, meeting, task, words};
use crate::support::memory_scenario::guest;
use crate::support::moment::link;
use schedule_sync::engine::account::Account;
use schedule_sync::engine::context::{Context, Elsewhere, Seen};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::planner::plan;
use schedule_sync::engine::settings::{self, Conflict, CreatioDelete, ExchangeDelete, Settings};
use schedule_sync::engine::{identity, scope};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::op::{Op, SendInvitations};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{
    Body, Container, Field, Importance, Item, ItemId, Kind, Occurrence, Original, Pair, Record, Reminder, Response,
    Side, Status, TaskWhen, When, Window,
};

/// What is written to one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Write {
    #[default]
    Nothing,
    Create,
    Update(FlatSet<Field>),
    Mark,
    Delete,
}

/// What the engine would do with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effects {
    pub(crate) writes: Pair<Write>,
    pub(crate) link: Bond,
    pub(crate) held: FlatSet<Reason>,
    /// A write that would mail somebody.
    pub(crate) mails: bool,
}

fn settings(case: &Case) -> Settings {
    let mut settings = everything();
    settings.import_meetings.on = case.import;
    settings.import_tasks.on = case.import;
    settings.export.on = case.export;
    settings.rules.conflict = match case.clash {
        Clash::NewestIsCreatio | Clash::NewestIsExchange | Clash::NewestUnknown => Conflict::Newest,
        Clash::Creatio => Conflict::Creatio,
        Clash::Exchange => Conflict::Exchange,
        Clash::Ask => Conflict::Ask,
    };
    settings.rules.creatio_delete = match case.creatio_rule {
        Removal::Mark => CreatioDelete::Mark,
        Removal::Delete => CreatioDelete::Delete,
        Removal::Leave => CreatioDelete::Leave,
    };
    settings.rules.exchange_delete = match case.exchange_rule {
        Removal::Mark | Removal::Delete => ExchangeDelete::Delete,
        Removal::Leave => ExchangeDelete::Leave,
    };
    settings.rules.private = match case.private {
        Private::No | Private::Busy => settings::Private::Busy,
        Private::Skip => settings::Private::Skip,
        Private::Full => settings::Private::Full,
    };
    settings.rules.notify = match case.notify {
        Notify::Never | Notify::Silently => settings::Notify::Never,
        Notify::Ask => settings::Notify::Ask,
        Notify::Always => settings::Notify::Always,
    };
    settings.rules.only_mine = case.narrowed;
    settings.rules.between = case.between;
    for field in Side::BOTH.into_iter().filter_map(|side| case.changed(side)) {
        *settings.fields.of_mut(field) = match case.way {
            Way::Both => settings::FieldDirection::Both,
            Way::In => settings::FieldDirection::In,
            Way::Out => settings::FieldDirection::Out,
            Way::Off => settings::FieldDirection::Off,
        };
    }
    settings
}

/// The two items as they were when both sides agreed.
fn base(case: &Case, context: &Context<'_>) -> Pair<Item> {
    let day = match (case.in_window, case.past) {
        (true, false) => "2026-03-12",
        (true, true) => "2026-03-09",
        (false, false) => "2028-03-09",
        (false, true) => "2025-03-09",
    };
    let records = match case.kind {
        Kind::Meeting => Pair::of(|_| Record::Meeting(meeting("Base", &format!("{day}T10:00:00Z")))),
        Kind::Task => Pair::of(|side| Record::Task(a_task(case, side, day))),
    };
    let mut items = Pair {
        creatio: item(Side::Creatio, "a", records.creatio),
        exchange: item(Side::Exchange, "e", records.exchange),
    };
    facts(case, &mut items);
    if case.private == Private::Busy {
        let masked = scope::masked(context, &items.exchange);
        items.creatio.record = masked.record;
    }
    join(case, &mut items);
    items
}

fn a_task(case: &Case, side: Side, day: &str) -> schedule_sync::model::Task {
    let mut one = task("Base", day);
    if side == Side::Creatio {
        let (start, due) = (at(&format!("{day}T09:00:00Z")), at(&format!("{day}T18:00:00Z")));
        one.when = TaskWhen::Timed { start, due };
    }
    if case.completed {
        one.status = Status::Completed;
    }
    one
}

fn facts(case: &Case, items: &mut Pair<Item>) {
    let Pair { creatio, exchange } = items;
    creatio.facts.owner = Some(if case.owner { ME.into() } else { "other".into() });
    creatio.facts.status = Some(if case.completed { Status::Completed } else { Status::NotStarted });
    creatio.facts.process = case.process;
    creatio.facts.involves_me = !case.narrowed;
    creatio.facts.answered_by_me = true;
    exchange.facts.private = case.private != Private::No;
    exchange.facts.organized_by_other = !case.organizer;
    if !case.single {
        let original = Original::At(at("2026-03-12T10:00:00Z"));
        exchange.facts.occurrence = Some(Occurrence { master: "master".into(), original });
    }
    if case.attendees {
        exchange.facts.attendees = 2;
        let there = if case.exchange == Fate::Absent { &mut creatio.record } else { &mut exchange.record };
        if let Record::Meeting(meeting) = there {
            meeting.people = ["x@contoso.example", "y@contoso.example"].map(guest).to_vec();
        }
    }
}

/// What tells that the two are one: how the pair was made, or by what it will be matched.
fn join(case: &Case, items: &mut Pair<Item>) {
    let Pair { creatio, exchange } = items;
    let unlinked = case.bond == Bond::None;
    let matched = unlinked && case.creatio != Fate::Absent && case.exchange != Fate::Absent;
    if matched || case.made == Made::Imported {
        creatio.id = identity::activity(exchange, &account(), 0);
    }
    if !unlinked || matched {
        creatio.facts.uid.clone_from(&exchange.facts.uid);
    }
    if case.made == Made::OnExchange {
        exchange.facts.mark = Some(identity::mark(&creatio.id, &account(), 0));
        exchange.facts.transaction =
            identity::knows_transactions(case.kind).then(|| identity::transaction(&creatio.id, &account(), 0));
    }
}

fn linked(case: &Case, items: &Pair<Item>, context: &Context<'_>) -> Option<Link> {
    let state = match case.bond {
        Bond::Alive => LinkState::Alive,
        Bond::Asleep => LinkState::Asleep,
        Bond::Tombstone => LinkState::Tombstone,
        Bond::None => return None,
    };
    let made = match case.made {
        Made::OnExchange => Some(Side::Exchange),
        Made::Imported => Some(Side::Creatio),
        Made::Neither => None,
    };
    let agreed = items.as_ref().map(|item| scope::masked(context, item));
    let mut link = Link { state, ..link(&agreed, made) };
    if case.bond == Bond::Tombstone {
        cancel(&mut link.halves.creatio.facts);
    }
    Some(link)
}

fn cancel(facts: &mut schedule_sync::model::Facts) {
    facts.canceled = true;
    facts.status = Some(Status::Canceled);
}

/// Each side's own value.
fn pick<T>(side: Side, creatio: T, exchange: T) -> T {
    if side == Side::Creatio { creatio } else { exchange }
}

/// Changes one field, on each side to a value of its own.
fn change(field: Field, side: Side, record: &mut Record) {
    let text = format!("from {side}");
    match record {
        Record::Meeting(one) => match field {
            Field::Title => one.title = text,
            Field::Place => one.place = text,
            Field::Body => one.body = Body::from_text(&text),
            Field::Importance => one.importance = pick(side, Importance::High, Importance::Low),
            Field::Reminder => one.reminder = Reminder::Before(pick(side, 5, 10)),
            Field::When => {
                if let When::Timed { start, end } = &mut one.when {
                    let by = chrono::Duration::hours(pick(side, 2, 3));
                    (*start, *end) = (*start + by, *end + by);
                }
            }
            Field::Response => one.response = pick(side, Response::Declined, Response::Confirmed),
            Field::Status | Field::People => panic!("no such edit of a meeting: {field}"),
        },
        Record::Task(one) => match field {
            Field::Title => one.title = text,
            Field::Body => one.body = Body::from_text(&text),
            Field::Importance => one.importance = pick(side, Importance::High, Importance::Low),
            Field::Reminder => one.reminder = Some(at(pick(side, "2026-03-11T08:00:00Z", "2026-03-11T09:00:00Z"))),
            Field::Status => one.status = pick(side, Status::InProgress, Status::Completed),
            Field::When => {
                one.when = match one.when {
                    TaskWhen::Timed { start, due } => TaskWhen::Timed {
                        start: start + chrono::Duration::days(2),
                        due: due + chrono::Duration::days(2),
                    },
                    TaskWhen::Days { start, due } => {
                        TaskWhen::Days { start, due: due.map(|day| day + chrono::Duration::days(3)) }
                    }
                };
            }
            Field::Place | Field::People | Field::Response => panic!("no such edit of a task: {field}"),
        },
    }
}

/// The two items as they are now, before it is asked whether they are there at all.
fn now(case: &Case, mut items: Pair<Item>) -> Pair<Item> {
    let stamps = match case.clash {
        Clash::NewestIsCreatio => Some(("2026-03-10T08:30:00Z", "2026-03-10T08:00:00Z")),
        Clash::NewestIsExchange => Some(("2026-03-10T08:00:00Z", "2026-03-10T08:30:00Z")),
        Clash::NewestUnknown | Clash::Creatio | Clash::Exchange | Clash::Ask => None,
    };
    items.creatio.stamp = stamps.map(|(creatio, _)| at(creatio));
    items.exchange.stamp = stamps.map(|(_, exchange)| at(exchange));
    for side in Side::BOTH {
        let as_if = if case.edit == Edit::Alike { Side::Creatio } else { side };
        if let Some(field) = case.changed(side) {
            change(field, as_if, &mut items[side].record);
        }
    }
    if case.creatio == Fate::Canceled || (case.bond == Bond::Tombstone && case.creatio != Fate::Reopened) {
        cancel(&mut items.creatio.facts);
    }
    items.exchange.facts.canceled = case.exchange == Fate::Canceled;
    items
}

fn seen(case: &Case, link: Option<Link>, items: Pair<Item>) -> Seen {
    let container = |id: &str, kind| Container {
        owner: String::new(),
        id: id.into(),
        kind,
        name: String::new(),
        own: true,
        default: true,
        writable: true,
    };
    let fates = Pair { creatio: case.creatio, exchange: case.exchange };
    let mut seen = Seen { total: usize::from(link.is_some()), links: link.into_iter().collect(), ..Seen::default() };
    for side in Side::BOTH {
        let item = items[side].clone();
        match fates[side] {
            Fate::Absent => {}
            Fate::Same if case.unread => {}
            Fate::Gone => drop(seen.gone[side].insert(item.id)),
            Fate::Same | Fate::Edited | Fate::Canceled | Fate::Reopened | Fate::New => {
                seen.items[side] = FlatMap::from([(item.id.clone(), item)]);
            }
        }
    }
    if case.elsewhere {
        seen.elsewhere = [(
            items.creatio.id.clone(),
            Elsewhere { imported: true, lives: true, first: true, ..Elsewhere::default() },
        )]
        .into();
    }
    if case.container {
        seen.containers = vec![container(CALENDAR, Kind::Meeting), container(LIST, Kind::Task)];
    }
    seen
}

/// What the engine would do with the case.
pub(crate) fn run(case: &Case) -> (Effects, Plan) {
    let account = Account { silent: case.notify == Notify::Silently, ..account() };
    let (settings, words, zone) = (settings(case), words(), Fixed::utc());
    let instant = at("2026-03-10T09:00:00Z");
    let window = Window::at(instant, settings.from, &zone);
    let context = Context { settings: &settings, zone: &zone, now: instant, window, account: &account, words: &words };
    let base = base(case, &context);
    let activity = base.creatio.id.clone();
    let link = linked(case, &base, &context);
    let seen = seen(case, link, now(case, base));
    let plan = plan(&context, &seen);
    (effects(case, &activity, &plan), plan)
}

fn effects(case: &Case, activity: &ItemId, plan: &Plan) -> Effects {
    let mut writes: Pair<Write> = Pair::default();
    let mut mails = false;
    for (side, op) in plan.actions.iter().flat_map(|action| &action.writes) {
        mails |= *side == Side::Exchange && would_mail(case, op);
        if let Some(write) = write(op) {
            assert_eq!(writes[*side], Write::Nothing, "two writes to {side}: {case:?}\n{plan}");
            writes[*side] = write;
        }
    }
    let dropped = plan.drop.contains(activity);
    let after = plan.links.iter().chain(plan.actions.iter().map(|action| &action.after)).next_back();
    let link = match after.map(|link| link.state) {
        Some(LinkState::Alive | LinkState::Pending(_)) => Bond::Alive,
        Some(LinkState::Asleep | LinkState::Undone) => Bond::Asleep,
        Some(LinkState::Tombstone) => Bond::Tombstone,
        None if dropped => Bond::None,
        None => case.bond,
    };
    let held = plan.held.iter().map(|held| held.reason).collect();
    Effects { writes, link, held, mails }
}

/// What a write does to the item; `None` if it only fills in what tells that two items are one.
fn write(op: &Op) -> Option<Write> {
    match op {
        Op::Create(_) => Some(Write::Create),
        Op::Delete { .. } => Some(Write::Delete),
        Op::Update(update) if update.status == Some(Status::Canceled) => Some(Write::Mark),
        Op::Update(update) => {
            let mut fields = update.patch.fields.clone();
            fields.extend(update.status.map(|_| Field::Status));
            (!fields.is_empty()).then_some(Write::Update(fields))
        }
    }
}

/// Whether Exchange would mail somebody unasked because of a write: promise 3.
fn would_mail(case: &Case, op: &Op) -> bool {
    let told = [Field::Title, Field::When, Field::Place, Field::Body, Field::People, Field::Response];
    let always = case.notify == Notify::Always;
    match op {
        Op::Create(create) => match &create.record {
            Record::Meeting(meeting) => !(meeting.people.is_empty() || always && case.owner),
            Record::Task(_) => false,
        },
        Op::Update(update) => {
            let fields = &update.patch.fields;
            let silent = case.notify == Notify::Silently && update.tells == SendInvitations::Nobody;
            let changes = case.attendees && case.organizer && told.iter().any(|field| fields.contains(field));
            let concerns = changes || fields.contains(&Field::People);
            !always && (fields.contains(&Field::Response) || (concerns && !silent))
        }
        Op::Delete { .. } => case.attendees || !case.organizer,
    }
}
