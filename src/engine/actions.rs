//! From steps to writes: what is sent for each step, and the link that stands once it is confirmed.
//! Creations and removals have files of their own.

use crate::engine::account::Account;
use crate::engine::action::{Action, Note, Planned, Step, update};
use crate::engine::answer::Choice;
use crate::engine::context::{Context, Seen};
use crate::engine::fate::{Case, Fate};
use crate::engine::field_policy::FieldPolicy;
use crate::engine::held::Reason;
use crate::engine::link::{Half, Link, LinkState, Memory, PutBack};
use crate::engine::merge::{self, ClashRule, Compared, Merge};
use crate::engine::permissions::Permissions;
use crate::engine::settings::{Notify, Settings};
use crate::engine::{claim, decide, identity, kept, original, project, scope};
use crate::flat::FlatSet;
use crate::model::op::{Op, Update};
use crate::model::{
    Address, ContactId, Facts, Field, FieldValue, Instant, Item, Kind, Pair, Patch, Person, Record, Response, Side,
    Status, Uid,
};
use holding::{hold, put_back, waiting};
mod creation;
mod holding;
mod removal;

pub use creation::{convert, create, create_as, late_mark, reunite};
pub use holding::held;
pub use removal::{abandoned, ended, gives_way, orphan, rivalled, second, superseded, surplus};

/// Carries out the step of a linked pair.
#[must_use]
pub fn linked(case: &Case<'_>, step: Step) -> Planned {
    let Case { context, link, fates, .. } = *case;
    let mut planned = carried_out(case, step);
    let after = planned.action.as_ref().map(|action| &action.after).or(planned.links.last()).unwrap_or(link);
    let named = matches!(step, Step::Update(_) | Step::Merge)
        .then(|| kept::named(after, after.halves.creatio.base.title(), context.now));
    planned.held.extend(put_back(context, after, fates).into_iter().chain(named.flatten()));
    planned
}

fn carried_out(case: &Case<'_>, step: Step) -> Planned {
    let Case { context, link, fates, .. } = *case;
    match step {
        Step::Rest => tried(case),
        Step::Sleep => declined(case).unwrap_or_else(|| with_state(link, fates, LinkState::Asleep)),
        Step::Leave => left(link, fates),
        Step::Bury => {
            let late = fates.exchange.item().is_some_and(|item| decide::calls_off_late(context, item));
            let notes = (late && link.state != LinkState::Tombstone).then_some(Note::Ended);
            let mut buried = with_state(link, fates, LinkState::Tombstone);
            for after in &mut buried.links {
                after.memory.vanished = removal::has_vanished(fates);
            }
            Planned { notes: notes.into_iter().collect(), ..buried }
        }
        Step::Update(_) | Step::Merge => merged(case, step),
        Step::Delete(side) => removal::delete(case, side),
        Step::Revive(side) => creation::revive(case, side),
        Step::Convert(side) => creation::convert(case, side),
        Step::Hold(reason) => {
            let mut planned = hold(context, link, fates, reason);
            // as long as it waits, both sides are read whenever one of them is
            let waits = Link { unsettled: true, ..link.clone() };
            planned.links.extend((waits != *link).then_some(waits));
            if reason == Reason::ConvertAsked {
                // what the new kind would be asked about is asked at once
                let new = creation::convert(case, Side::Exchange);
                planned.held.extend(new.held);
            }
            planned
        }
        Step::Create(_) | Step::Adopt => Planned::default(), // steps of unlinked items
    }
}

/// In step: only what was learned of versions and facts is kept, if it is new.
fn rest(link: &Link, fates: Pair<Fate<'_>>) -> Planned {
    if link.state == LinkState::Tombstone {
        return Planned::default();
    }
    let after = Link { unsettled: is_unsettled(link, fates), ..informed(link, fates) };
    if after == *link { Planned::default() } else { Planned::put(after) }
}

/// A pair at rest of which a side did not keep what was written to it: it is named until a person
/// has it tried again, or leaves it.
fn tried(case: &Case<'_>) -> Planned {
    let Case { context, seen, link, fates } = *case;
    let mut planned = rest(link, fates);
    if link.state != LinkState::Alive || Side::BOTH.into_iter().all(|side| link.halves[side].unkept.is_empty()) {
        return planned;
    }
    let mut after = planned.links.pop().unwrap_or_else(|| link.clone());
    match Permissions::of_pair(seen, link).said(Reason::NotKept) {
        Some(Choice::Allow) => {
            let now = Pair::of(|side| case.record(side));
            let shadows = project::shadows(context, seen, now, Some(link.base()));
            planned.action = kept::again(&after, fates, &shadows);
        }
        Some(Choice::Leave | Choice::Take(_)) => {
            Side::BOTH.into_iter().for_each(|side| after.halves[side].unkept.clear());
        }
        None => planned.held.extend(kept::named(&after, link.halves.creatio.base.title(), context.now)),
    }
    if planned.action.is_none() {
        planned.links.extend((after != *link).then_some(after));
    }
    planned
}

fn with_state(link: &Link, fates: Pair<Fate<'_>>, state: LinkState) -> Planned {
    let unsettled = is_unsettled(link, fates);
    if link.state == state && link.unsettled == unsettled {
        return Planned::default();
    }
    Planned::put(Link { state, unsettled, ..informed(link, fates) })
}

/// Somebody else's Activity whose meeting is gone from the user's mailbox: nothing of it is written
/// but that the user does not come (docs/rules.md, "Delete rule"). `None` if that is said, or is
/// nobody's business here.
fn declined(case: &Case<'_>) -> Option<Planned> {
    let Case { context, seen, link, fates } = *case;
    let (Fate::Same(_) | Fate::Edited(_), Fate::Gone(_)) = (fates.creatio, fates.exchange) else { return None };
    // one that no listing told of is as it was
    let (before, facts) = (case.record(Side::Creatio), case.facts(Side::Creatio));
    let Record::Meeting(meeting) = before else { return None };
    let Settings { fields, import_meetings, .. } = context.settings;
    let theirs = facts.owner.as_ref().is_some_and(|owner| *owner != context.account.contact);
    let part = theirs && facts.involves_me && meeting.response != Response::Declined && !facts.canceled;
    let lives = link.state == LinkState::Alive && import_meetings.on && fields.response.lets(Side::Exchange);
    let awake = |side: Side| scope::awake(context, seen, link, side, fates[side].item());
    let inside = Side::BOTH.into_iter().all(awake) && link.kind() == Kind::Meeting;
    let elsewhere = seen.elsewhere.get(link.halves.creatio.id()).is_some_and(|there| there.lives);
    if !part || !lives || !inside || elsewhere || scope::is_past(context, before) {
        return None;
    }
    let mut after = Link { state: LinkState::Asleep, unsettled: is_unsettled(link, fates), ..informed(link, fates) };
    let title = before.title().to_owned();
    let mut record = before.clone();
    if let Record::Meeting(meeting) = &mut record {
        meeting.response = Response::Declined;
    }
    merge::copy(Field::Response, &record, &mut after.halves.creatio.base);
    let patch = Patch { record, fields: [Field::Response].into() };
    let write = (Side::Creatio, Op::Update(Box::new(update(&after, Side::Creatio, before, patch))));
    let action =
        Action { step: Step::Update(Side::Creatio), title, writes: vec![write], before: Some(link.clone()), after };
    Some(Planned { action: Some(action), ..Planned::default() })
}

/// Whether a side differs from the base though nothing is written: a field that is off, an edit of
/// what sleeps.
fn is_unsettled(link: &Link, fates: Pair<Fate<'_>>) -> bool {
    Side::BOTH.into_iter().any(|side| {
        fates[side]
            .item()
            .map_or(link.unsettled, |item| !merge::differences(&link.halves[side].base, &item.record).is_empty())
    })
}

/// Both rest as they are: what differs is no edit any more.
fn left(link: &Link, fates: Pair<Fate<'_>>) -> Planned {
    let mut after = Link { state: LinkState::Undone, ..informed(link, fates) };
    for side in Side::BOTH {
        if let Some(item) = fates[side].item() {
            after.halves[side].base = item.record.clone();
        }
    }
    Planned::put(after)
}

/// The link with the versions and facts of what was read.
fn informed(link: &Link, fates: Pair<Fate<'_>>) -> Link {
    let state = if link.state == LinkState::Undone { LinkState::Undone } else { LinkState::Alive };
    let mut after = Link { state, ..link.clone() };
    for side in Side::BOTH {
        if let Some(item) = fates[side].item() {
            after.halves[side].set_version(item.version.clone());
            after.halves[side].container = item.container.clone();
            after.halves[side].facts = known(&link.halves[side].facts, &item.facts);
        }
    }
    after
}

/// Facts as read, with what only a direct read tells kept from before.
fn known(before: &Facts, read: &Facts) -> Facts {
    Facts {
        mark: read.mark.clone().or_else(|| before.mark.clone()),
        series_mark: None,
        transaction: read.transaction.clone().or_else(|| before.transaction.clone()),
        ..read.clone()
    }
}

fn merged(case: &Case<'_>, step: Step) -> Planned {
    let Case { context, seen, link, fates } = *case;
    let policy = decide::policy(case);
    let now = Pair::of(|side| case.record(side));
    let stamps = Pair::of(|side| fates[side].item().and_then(|item| item.stamp));
    let rule = rule(context, seen, link, stamps);
    let mut merge = merge::merge(context, seen, Compared { base: link.base(), now }, policy, rule);
    leave(seen, link, &mut merge, now);
    let mut memory = remembered(link, &merge, now.creatio);
    let before = context.settings.rules.notify == Notify::Always && policy.notify == Notify::Ask;
    let mailing = |(_, reason): &(Field, Reason)| matches!(reason, Reason::WouldMail | Reason::WouldInvite);
    memory.waited = before && merge.waits.iter().any(mailing);
    let notes = noted(&link.memory, &memory, policy.ended);
    memory.vanished = false;
    // an edit that may not go over wakes no pair that rests: what was taken back is no deletion
    let stays = Side::BOTH.into_iter().all(|side| merge.writes[side].is_empty()) && merge.base != merge.target;
    let state = if stays && link.state == LinkState::Undone { LinkState::Undone } else { LinkState::Alive };
    let mut awake = Link { state, memory, ..informed(link, fates) };
    settle_put_back(seen, &mut awake, &mut merge);
    let mut planned = written(awake, step, Some(link), &merge, now);
    planned.held = waiting(context, link, &merge, now);
    planned.notes = notes;
    planned
}

/// What is remembered of a pair after a merge; `creatio` is the Activity before it.
fn remembered(link: &Link, merge: &Merge, creatio: &Record) -> Memory {
    let addresses =
        |people: &[Person]| people.iter().filter_map(|one| one.addresses.first().cloned()).collect::<FlatSet<_>>();
    let waiting = merge.people.iter().filter(|(reason, _)| *reason == Reason::WouldInvite);
    let waiting: FlatSet<Address> = waiting.flat_map(|(_, people)| addresses(people)).collect();
    let still = link.memory.uninvited.intersection(&waiting).cloned();
    let uninvited = addresses(&merge.uninvited).into_iter().chain(still).collect();
    let text = Side::BOTH.into_iter().find(|side| merge.writes[side.other()].contains(&Field::Body));
    let mut put_back = link.memory.put_back.clone();
    if !merge.put_back.is_empty() {
        let lost = put_back.get_or_insert_with(|| PutBack { record: creatio.clone(), fields: FlatSet::new() });
        for field in &merge.put_back {
            merge::copy(*field, creatio, &mut lost.record);
            lost.fields.insert(*field);
        }
    }
    let text = text.or(link.memory.text);
    Memory { put_back, uninvited, left: merge.left.clone(), text, ..link.memory.clone() }
}

/// What is to be told of what is remembered only now.
fn noted(before: &Memory, after: &Memory, ended: bool) -> FlatSet<Note> {
    let uninvited = !after.carried && !after.uninvited.is_subset(&before.uninvited);
    let left = ended && !after.left.is_subset(&before.left);
    let notes = [uninvited.then_some(Note::Uninvited), left.then_some(Note::Ended)];
    notes.into_iter().flatten().collect()
}

/// Carries out what a person said of an edit that was put back: it is written to the Activity and
/// kept there, or forgotten.
fn settle_put_back(seen: &Seen, link: &mut Link, merge: &mut Merge) {
    let said = Permissions::of_pair(seen, link).said(Reason::PutBack);
    let Some(lost) = link.memory.put_back.take_if(|_| said.is_some()) else { return };
    if said != Some(Choice::Take(Side::Creatio)) {
        return;
    }
    for field in lost.fields {
        merge::copy(field, &lost.record, &mut merge.target.creatio);
        merge::copy(field, &lost.record, &mut merge.base.creatio);
        merge.writes.creatio.insert(field);
    }
}

/// What a person wants left is no edit any more.
fn leave(seen: &Seen, link: &Link, merge: &mut Merge, now: Pair<&Record>) {
    let said = Permissions::of_pair(seen, link);
    let waits = merge.waits.extract_if(.., |(_, reason)| said.leaves(*reason)).map(|(field, _)| field);
    let mut fields: Vec<Field> = waits.collect();
    if said.leaves(Reason::Clash) {
        fields.append(&mut merge.clashes);
    }
    // nor is it asked about for any other reason
    merge.waits.retain(|(field, _)| !fields.contains(field));
    merge.clashes.retain(|field| !fields.contains(field));
    for field in fields {
        for side in Side::BOTH {
            merge::copy(field, now[side], &mut merge.base[side]);
        }
    }
}

/// By what a clash of this pair is settled.
fn rule(context: &Context<'_>, seen: &Seen, link: &Link, stamps: Pair<Option<Instant>>) -> ClashRule {
    let answer = Permissions::of_pair(seen, link).taken(Reason::Clash);
    // since it was asked, other fields of the two were written, by which the stamps no longer tell
    // of this one
    let asked = seen.guarded.contains(&(link.halves.creatio.id().clone(), Reason::Clash));
    let stamps = if asked { Pair::default() } else { stamps };
    ClashRule { answer, conflict: context.settings.rules.conflict, stamps }
}

/// Links two items that were found to be one.
#[must_use]
pub fn adopt(context: &Context<'_>, seen: &Seen, items: Pair<&Item>) -> Planned {
    if !claim::claims(context, items) {
        return adopted(context, seen, items);
    }
    let own = claim::owned(context, items.creatio);
    let mut planned = adopted(context, seen, Pair { creatio: &own, exchange: items.exchange });
    claim::claim(context, &mut planned, items.creatio);
    planned
}

fn adopted(context: &Context<'_>, seen: &Seen, items: Pair<&Item>) -> Planned {
    let link = fresh(context, items);
    let fates = items.map(|item| Fate::Same(Some(item)));
    let policy = decide::policy(&Case { context, seen, link: &link, fates });
    let untouched = link.made == Some(Side::Exchange) && kept::is_untouched(items.exchange);
    let as_sent = untouched && kept::is_as_sent(items);
    let policy = FieldPolicy { made: link.made, untouched, as_sent, ..policy };
    let now = items.map(|item| &item.record);
    if now.creatio.kind() != now.exchange.kind() {
        return Planned::held(context, Side::Exchange, items.exchange, Reason::Ambiguous);
    }
    let rule = rule(context, seen, &link, items.map(|item| item.stamp));
    let mut merge = merge::adopt(context, seen, now, policy, rule);
    let joins = policy.joins && context.settings.fields.response.lets(Side::Exchange);
    if joins && !items.creatio.facts.involves_me && now.creatio.kind() == Kind::Meeting {
        // somebody else's Activity for the same meeting: the user joins it as a participant, with
        // their own answer
        merge::copy(Field::Response, now.exchange, &mut merge.target.creatio);
        merge::copy(Field::Response, now.exchange, &mut merge.base.creatio);
        merge.writes.creatio.insert(Field::Response);
    }
    // an empty value was nobody's edit before the two were one
    merge
        .put_back
        .retain(|field| FieldValue::of(*field, now.creatio).is_some_and(|value| !value.to_string().is_empty()));
    let link = Link { memory: remembered(&link, &merge, now.creatio), ..link };
    let planned = written(link.clone(), Step::Adopt, None, &merge, now);
    let mut planned = creation::labelled(context, seen, items.exchange, planned);
    planned.held = waiting(context, &link, &merge, now);
    let afters = planned.action.iter_mut().map(|action| &mut action.after).chain(&mut planned.links);
    for after in afters {
        after.halves.exchange.unkept.clone_from(&merge.unkept);
        planned.held.extend(kept::named(after, now.creatio.title(), context.now));
    }
    planned.held.extend(put_back(context, &link, fates));
    planned
}

/// A link of two items that both are there, before anything was agreed on.
fn fresh(context: &Context<'_>, items: Pair<&Item>) -> Link {
    let ours = items.exchange.facts.mark.as_ref().is_some_and(|mark| mark.activity == items.creatio.id);
    // one that was imported before its UID was told, and of which this device had no link
    let early = identity::before_its_uid(items.exchange, context.account).contains(&items.creatio.id);
    let theirs = early || identity::activity(items.exchange, context.account, 0) == items.creatio.id;
    let generation = items.exchange.facts.mark.as_ref().map_or(0, |mark| mark.generation);
    let instead = original::first_of(&items.creatio.id, items.exchange, generation, context.account);
    let mut halves = items.map(Half::of);
    halves.exchange.facts.series_mark = None;
    if early && items.creatio.facts.uid.is_none() {
        // as if it were told only now: the next reading of the event writes it into the Activity
        halves.exchange.facts.uid = None;
    }
    Link {
        halves,
        made: if instead.is_some() {
            Some(Side::Creatio)
        } else if ours {
            Some(Side::Exchange)
        } else if theirs {
            Some(Side::Creatio)
        } else {
            None
        },
        generation,
        state: LinkState::Alive,
        unsettled: false,
        former: None,
        memory: Memory { instead, ..Memory::default() },
    }
}

/// The action that writes what a merge says, or just the link if it says nothing.
fn written(link: Link, step: Step, before: Option<&Link>, merge: &Merge, now: Pair<&Record>) -> Planned {
    let unsettled = Side::BOTH.into_iter().any(|side| merge.base[side] != merge.target[side]);
    let unkept = before.map_or_else(Pair::default, |before| kept::left(before, &merge.base));
    let mut after = Link { unsettled, ..link }.with_base(merge.base.clone());
    for side in Side::BOTH {
        after.halves[side].unkept.clone_from(&unkept[side]);
    }
    let writes: Vec<(Side, Op)> = Side::BOTH
        .into_iter()
        .filter(|side| !merge.writes[*side].is_empty())
        .map(|side| {
            let patch = Patch { record: merge.target[side].clone(), fields: merge.writes[side].clone() };
            let update = update(&after, side, now[side], patch);
            (side, Op::Update(Box::new(Update { tells: merge.tells, ..update })))
        })
        .collect();
    if writes.is_empty() {
        return if before == Some(&after) { Planned::default() } else { Planned::put(after) };
    }
    let action =
        Action { step, title: merge.target.creatio.title().to_owned(), writes, before: before.cloned(), after };
    Planned { action: Some(action), ..Planned::default() }
}

/// A meeting that we imported has ended, and nobody touched its status: it becomes Completed.
#[must_use]
pub fn complete(link: &Link, item: &Item) -> Action {
    let mut after = link.clone();
    after.halves.creatio.set_version(item.version.clone());
    let none = Patch { record: link.halves.creatio.base.clone(), fields: FlatSet::new() };
    let update = update(&after, Side::Creatio, &link.halves.creatio.base, none);
    after.halves.creatio.facts.status = Some(Status::Completed);
    Action {
        step: Step::Update(Side::Creatio),
        title: link.halves.creatio.base.title().to_owned(),
        writes: vec![(Side::Creatio, Op::Update(Box::new(Update { status: Some(Status::Completed), ..update })))],
        before: Some(link.clone()),
        after,
    }
}

/// The same creation for an Activity of the user's own, where the one that colleagues share is
/// there and can't be read; `None` if it creates none.
#[must_use]
pub fn own_copy(action: &Action, account: &Account) -> Option<Action> {
    let mut own = action.clone();
    let create = own.writes.iter_mut().find_map(|(side, op)| match op {
        Op::Create(create) if *side == Side::Creatio => Some(create),
        Op::Create(_) | Op::Update(_) | Op::Delete { .. } => None,
    })?;
    let id = identity::own_copy(create.id.as_ref()?, account);
    create.id = Some(id.clone());
    own.after.memory.instead = Some(own.after.halves.creatio.replace_id(id.clone()));
    let site = &account.site;
    for (_, op) in &mut own.writes {
        if let Op::Update(update) = op
            && let Some(mark) = update.mark.as_mut().filter(|mark| mark.site == *site)
        {
            mark.activity = id.clone();
        }
    }
    Some(own)
}

/// The event of a pair got its UID only after the two were linked: it goes into the free
/// `GlobalActivityID` of an Activity of the user's, as [`follow_up`] has it. `before` is the link
/// as it was when the run began, `link` as it is put.
#[must_use]
pub fn late_uid(
    context: &Context<'_>,
    before: &Link,
    link: &Link,
    event: &Item,
    activity: Option<&Item>,
) -> Option<Action> {
    let single = event.facts.occurrence.is_none() && !event.facts.private && link.kind() == Kind::Meeting;
    let is_late = before.made.is_some() && before.halves.exchange.facts.uid.is_none();
    let uid = event.facts.uid.clone().filter(|_| single && is_late)?;
    let known = activity.map_or(&link.halves.creatio.facts, |activity| &activity.facts);
    if known.uid.is_some() || !decide::is_users(context, known) {
        return None;
    }
    let mut after = link.clone();
    after.halves.exchange.facts.uid = Some(uid.clone());
    if let Some(activity) = activity {
        after.halves.creatio.set_version(activity.version.clone());
    }
    let write = uid_write(&after, uid.clone());
    after.halves.creatio.facts.uid = Some(uid);
    Some(Action {
        step: Step::Update(Side::Creatio),
        title: link.halves.creatio.base.title().to_owned(),
        writes: vec![write],
        before: Some(before.clone()),
        after,
    })
}

/// What is still to be written once an export is confirmed: the event's UID goes into the free
/// `GlobalActivityID` of an Activity of the `user`'s, so that colleagues and other devices meet in
/// it. Into somebody else's Activity only its Owner's account writes.
#[must_use]
pub fn follow_up(user: &ContactId, link: &Link) -> Option<(Side, Op)> {
    let uid = link.halves.exchange.facts.uid.clone()?;
    let own = link.halves.creatio.facts.owner.as_ref() == Some(user);
    let free = link.halves.creatio.facts.uid.is_none() && link.made == Some(Side::Exchange) && own;
    free.then(|| uid_write(link, uid))
}

/// The write that gives an Activity the UID of its event, and nothing else.
fn uid_write(link: &Link, uid: Uid) -> (Side, Op) {
    let none = Patch { record: link.halves.creatio.base.clone(), fields: FlatSet::new() };
    let update = Update { uid: Some(uid), ..update(link, Side::Creatio, &link.halves.creatio.base, none) };
    (Side::Creatio, Op::Update(Box::new(update)))
}
