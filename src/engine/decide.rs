//! What is done with a pair: the table of the rules and what goes before it. One function reads as
//! the table.

use crate::engine::action::Step;
use crate::engine::answer::Choice;
use crate::engine::context::{Context, Seen};
use crate::engine::fate::{Case, Fate};
use crate::engine::field_policy::{self, FieldPolicy};
use crate::engine::held::Reason;
use crate::engine::link::{Link, LinkState};
use crate::engine::merge::differences;
use crate::engine::permissions::Permissions;
use crate::engine::settings::{CreatioDelete, ExchangeDelete, FieldDirection};
use crate::engine::{project, scope};
use crate::flat::FlatSet;
use crate::model::{Body, Facts, Field, Item, Kind, Pair, Record, Side, Status};

/// A linked pair with the fates of its two items, from what was seen. `items` are the readings as
/// the rules see them (private ones masked).
#[must_use]
pub fn case<'a>(context: &'a Context<'a>, seen: &'a Seen, link: &'a Link, items: Pair<Option<&'a Item>>) -> Case<'a> {
    let off = |field: &Field| context.settings.fields.of(*field) == FieldDirection::Off;
    let fates = Pair::of(|side| {
        let Some(item) = items[side] else {
            return if seen.gone[side].contains(link.halves[side].id()) { Fate::Gone(None) } else { Fate::Same(None) };
        };
        if item.facts.canceled {
            Fate::Gone(Some(item))
        } else if differences(&link.halves[side].base, &item.record).iter().all(off) {
            Fate::Same(Some(item))
        } else {
            Fate::Edited(item)
        }
    });
    Case { context, seen, link, fates }
}

/// The field policy of a linked pair.
#[must_use]
pub fn policy(case: &Case<'_>) -> FieldPolicy {
    let Case { context, seen, link, fates } = *case;
    let said = Permissions::of_pair(seen, link);
    let (creatio, exchange) = (case.facts(Side::Creatio), case.facts(Side::Exchange));
    let owner_is_user = is_users(context, creatio);
    let ended = has_ended(case);
    let notify = field_policy::notify(context, seen, fates.creatio.item(), Some(&link.memory));
    let there = seen.elsewhere.get(link.halves.creatio.id());
    FieldPolicy {
        inward: scope::import(context.settings, link.kind()).on && owner_is_user,
        own: owner_is_user,
        adopts: false,
        made: None,
        untouched: false,
        as_sent: false,
        joins: scope::import(context.settings, link.kind()).on,
        outward: context.settings.export.on,
        private: exchange.private,
        foreign: exchange.organized_by_other,
        recurring: exchange.recurring,
        process: creatio.process,
        rich: body(case.record(Side::Exchange)).rich && !said.allows(Reason::RichBody),
        mails: exchange.attendees > 0 && !exchange.organized_by_other,
        silent: context.is_silent() || context.account.silent && ended,
        answered: creatio.answered_by_me,
        fields: context.settings.fields,
        notify,
        may_mail: said.mail(),
        ended,
        carried: link.memory.carried || there.is_some_and(|there| there.first),
        inside: link.memory.text.map_or(link.made == Some(Side::Exchange), |side| side == Side::Creatio),
        notes: said.notes(context),
        yields: said.taken(Reason::OwnNotes) == Some(Side::Exchange),
    }
}

/// Whether the Activity is the user's: its Owner is. One without an Owner is somebody else's.
#[must_use]
pub fn is_users(context: &Context<'_>, facts: &Facts) -> bool {
    facts.owner.as_ref() == Some(&context.account.contact)
}

/// Whether the meeting has ended on both sides, so that nobody is to get mail of it any more.
fn has_ended(case: &Case<'_>) -> bool {
    let is_past = |record: &Record| record.kind() == Kind::Meeting && scope::is_past(case.context, record);
    Side::BOTH.into_iter().all(|side| is_past(case.record(side)))
}

/// Whether a removal of the event would call off a meeting that has ended: nobody is asked about
/// that, and the event stays.
#[must_use]
pub fn calls_off_late(context: &Context<'_>, item: &Item) -> bool {
    item.record.kind() == Kind::Meeting && item.facts.calls_off() && scope::is_past(context, &item.record)
}

/// Whether something was edited on `side` that counts: a value that may go over, and mails nobody.
#[must_use]
pub fn has_counting_edit(case: &Case<'_>, side: Side) -> bool {
    !counting_edits(case, side).is_empty()
}

/// The fields of which such a value was edited.
fn counting_edits(case: &Case<'_>, side: Side) -> FlatSet<Field> {
    let Case { context, link, fates, .. } = *case;
    let fate = fates[side];
    let Fate::Edited(item) = fate else { return FlatSet::new() };
    let goes = |field: &Field| {
        context.settings.fields.of(*field).lets(side) && !matches!(field, Field::People | Field::Response)
    };
    differences(&link.halves[side].base, &item.record).into_iter().filter(goes).collect()
}

/// Whether what was edited on `side` is a reason to create the item again on the other side. Of two
/// that were linked without a base, and differ since then, the base of each is what the other had:
/// what still is that was there before somebody deleted the counterpart, and no edit came after.
fn justifies_revival(case: &Case<'_>, side: Side) -> bool {
    let Case { context, seen, link, fates } = *case;
    let fate = fates[side];
    let Some(item) = fate.item() else { return false };
    let agreed = &link.halves[side.other()].base;
    let shadow = project::project(context, seen, side, &item.record, Some(agreed));
    !counting_edits(case, side).is_disjoint(&differences(agreed, &shadow))
}

const fn body(record: &Record) -> &Body {
    match record {
        Record::Meeting(meeting) => &meeting.body,
        Record::Task(task) => &task.body,
    }
}

/// The step for a linked pair: scope and sleep, direction, then the table.
#[must_use]
pub fn linked(case: &Case<'_>) -> Step {
    let Case { context, seen, link, fates } = *case;
    match link.state {
        // with nothing agreed on there is nothing to compare: the two are adopted, or rest
        LinkState::Tombstone if link.is_unmet() || !reopened(link, fates.creatio.item()) => return Step::Rest,
        LinkState::Undone if link.memory.declined || !is_edited(fates) => return Step::Rest,
        LinkState::Asleep if Side::BOTH.into_iter().any(|side| matches!(fates[side], Fate::Gone(_))) => {
            return Step::Sleep;
        }
        LinkState::Tombstone | LinkState::Undone | LinkState::Alive | LinkState::Asleep | LinkState::Pending(_) => {}
    }
    // a conversion that a person wants left: two kinds have nothing to tell each other
    if link.state == LinkState::Undone && is_of_two_kinds(case) {
        return Step::Rest;
    }
    if Side::BOTH.into_iter().any(|side| !scope::awake(context, seen, link, side, fates[side].item())) {
        return Step::Sleep;
    }
    let (step, allowed) = table(case);
    let step = asked(seen, link, step, allowed);
    if step == Step::Rest && is_settled(seen, link) { Step::Merge } else { step }
}

/// Whether a person edited one of the two.
fn is_edited(fates: Pair<Fate<'_>>) -> bool {
    Side::BOTH.into_iter().any(|side| matches!(fates[side], Fate::Edited(_)))
}

/// Whether a person has said what becomes of an edit that was put back.
#[must_use]
pub fn is_settled(seen: &Seen, link: &Link) -> bool {
    link.memory.put_back.is_some() && Permissions::of_pair(seen, link).said(Reason::PutBack).is_some()
}

/// Whether the two items of a pair are of two kinds, and the Activity still is of the one that it
/// had when that was left.
fn is_of_two_kinds(case: &Case<'_>) -> bool {
    let Case { link, fates, .. } = *case;
    let unchanged = fates.creatio.item().is_none_or(|item| item.record.kind() == link.kind());
    let there = !matches!(fates.exchange, Fate::Gone(_)) && !matches!(fates.creatio, Fate::Gone(_));
    link.kind() != link.halves.exchange.base.kind() && unchanged && there
}

/// What a person said of a step that waits: it is done, or left.
fn asked(seen: &Seen, link: &Link, step: Step, allowed: Step) -> Step {
    let Step::Hold(reason) = step else { return step };
    match Permissions::of_pair(seen, link).said(reason) {
        Some(Choice::Allow) => allowed,
        Some(Choice::Leave) => Step::Leave,
        Some(Choice::Take(_)) | None => step,
    }
}

/// Whether a person took the status Canceled back from a linked Activity, read as `item`, or it is
/// seen again after it was not found: its pair wakes, once its counterpart was read.
#[must_use]
pub fn reopened(link: &Link, item: Option<&Item>) -> bool {
    let ended = link.halves.creatio.facts.canceled || link.memory.vanished || link.is_unmet();
    ended && item.is_some_and(|item| !item.facts.canceled)
}

/// The step by the table, and the step that a person's word makes of it if it waits for one.
fn table(case: &Case<'_>) -> (Step, Step) {
    let Case { context, link, fates, .. } = *case;
    if let Some(step) = converted(case) {
        let late = fates.exchange.item().is_some_and(|item| calls_off_late(context, item));
        return (if late { Step::Sleep } else { step }, Step::Convert(Side::Exchange));
    }
    let policy = policy(case);
    let step = if link.state == LinkState::Tombstone { awoken(case, policy) } else { by_fates(case, policy) };
    // what waits for another reason, only a person can do
    let deletes = step == Step::Hold(Reason::DeleteAsked);
    (step, if deletes { Step::Delete(Side::Exchange) } else { step })
}

/// A reopened Activity: its counterpart comes back, if it may; one that is still there is in step
/// with it again.
fn awoken(case: &Case<'_>, policy: FieldPolicy) -> Step {
    let Case { link, fates, .. } = *case;
    match fates.exchange {
        Fate::Gone(_) if returns(case, policy) => Step::Revive(Side::Exchange),
        // nobody has deleted it there: it went with an Activity that never was gone
        Fate::Gone(_) if link.memory.vanished && goes_back(case, policy) => Step::Revive(Side::Exchange),
        Fate::Gone(_) | Fate::Same(None) => Step::Rest,
        Fate::Same(Some(_)) | Fate::Edited(_) => Step::Merge,
    }
}

fn by_fates(case: &Case<'_>, policy: FieldPolicy) -> Step {
    let Case { link, fates, .. } = *case;
    match (fates.creatio, fates.exchange) {
        (Fate::Same(_), Fate::Same(_)) => Step::Rest,
        (Fate::Same(_), Fate::Edited(_)) => Step::Update(Side::Creatio),
        (Fate::Edited(_), Fate::Same(_)) => Step::Update(Side::Exchange),
        (Fate::Edited(_), Fate::Edited(_)) => Step::Merge,
        (Fate::Edited(_), Fate::Gone(_)) if justifies_revival(case, Side::Creatio) && returns(case, policy) => {
            Step::Revive(Side::Exchange)
        }
        (Fate::Gone(None), Fate::Edited(_)) if comes_back(case, policy) => Step::Revive(Side::Creatio),
        // what was taken back or left is no deletion: an edit that brings nothing back does nothing
        (Fate::Edited(_), Fate::Gone(None)) | (Fate::Gone(None), Fate::Edited(_))
            if link.state == LinkState::Undone =>
        {
            Step::Rest
        }
        (Fate::Same(_) | Fate::Edited(_), Fate::Gone(_)) => gone_on_exchange(case, policy),
        (Fate::Gone(_), Fate::Same(_)) => gone_in_creatio(case, policy),
        (Fate::Gone(_), Fate::Edited(_)) => gone_in_creatio(case, policy),
        (Fate::Gone(_), Fate::Gone(_)) => Step::Bury,
    }
}

/// `ShowInScheduler` changed on a linked Activity.
fn converted(case: &Case<'_>) -> Option<Step> {
    let Case { link, fates, .. } = *case;
    let item = fates.creatio.item()?;
    if item.record.kind() == link.kind() || item.facts.canceled {
        return None;
    }
    let exchange = case.facts(Side::Exchange);
    let ours = link.made == Some(Side::Exchange);
    let light = exchange.attendees == 0
        && !exchange.has_unmapped_content
        && !exchange.recurring
        && exchange.occurrence.is_none();
    // what a person wrote there would go with the old item, whether it flows or not
    let edited =
        fates.exchange.item().is_some_and(|item| !differences(&link.halves.exchange.base, &item.record).is_empty());
    Some(if ours && light && !edited { Step::Convert(Side::Exchange) } else { Step::Hold(Reason::ConvertAsked) })
}

/// Only single items that the user organizes, without attendees, come back from a deletion.
fn revivable(case: &Case<'_>) -> bool {
    let exchange = case.facts(Side::Exchange);
    !exchange.organized_by_other
        && exchange.attendees == 0
        && exchange.occurrence.is_none()
        && !exchange.private
        && !exchange.recurring
}

/// Whether what is gone on Exchange is created there again for an edit in Creatio. A deletion on a
/// target, and of what somebody else's account writes, is no call to create; nor is retention.
fn returns(case: &Case<'_>, policy: FieldPolicy) -> bool {
    let Case { context, .. } = *case;
    let crosses = scope::crosses(context.settings, Side::Creatio);
    crosses && policy.inward && policy.outward && !archived(case) && revivable(case)
}

/// Whether what we removed on Exchange may be created there again.
fn goes_back(case: &Case<'_>, policy: FieldPolicy) -> bool {
    let Case { context, .. } = *case;
    let crosses = scope::crosses(context.settings, Side::Creatio);
    crosses && policy.outward && !scope::is_past(context, case.record(Side::Creatio)) && revivable(case)
}

/// Whether what is gone in Creatio is created there again for an edit on Exchange.
fn comes_back(case: &Case<'_>, policy: FieldPolicy) -> bool {
    let Case { context, .. } = *case;
    let crosses = scope::crosses(context.settings, Side::Exchange);
    let edited = justifies_revival(case, Side::Exchange);
    crosses && edited && policy.inward && policy.outward && revivable(case)
}

/// Whether the event may have gone by retention or archive: it ended in the past, and was not
/// canceled.
fn archived(case: &Case<'_>) -> bool {
    let Case { context, link, fates, .. } = *case;
    scope::is_past(context, &link.halves.exchange.base) && fates.exchange.item().is_none()
}

/// The delete rule for Creatio: not as long as another account of the user has the meeting.
fn gone_on_exchange(case: &Case<'_>, policy: FieldPolicy) -> Step {
    let Case { context, seen, link, .. } = *case;
    let creatio = case.facts(Side::Creatio);
    let edited = has_counting_edit(case, Side::Creatio);
    if !policy.inward || archived(case) {
        return Step::Sleep;
    }
    if seen.elsewhere.get(link.halves.creatio.id()).is_some_and(|there| there.lives) {
        return Step::Bury;
    }
    match context.settings.rules.creatio_delete {
        CreatioDelete::Leave => Step::Bury,
        CreatioDelete::Mark | CreatioDelete::Delete if creatio.process => Step::Hold(Reason::Process),
        // an edited Activity is marked under either rule; a completed one never
        CreatioDelete::Mark if creatio.status == Some(Status::Completed) => Step::Bury,
        CreatioDelete::Delete if edited && creatio.status == Some(Status::Completed) => Step::Bury,
        CreatioDelete::Mark | CreatioDelete::Delete => Step::Delete(Side::Creatio),
    }
}

/// The delete rule for Exchange: without asking only what we created, without attendees, of an
/// Activity whose Owner was the user.
fn gone_in_creatio(case: &Case<'_>, policy: FieldPolicy) -> Step {
    let Case { context, link, fates, .. } = *case;
    let exchange = case.facts(Side::Exchange);
    let owner_was_user = is_users(context, &link.halves.creatio.facts);
    // an edit that nobody has seen yet must not go with the item
    let edited =
        fates.exchange.item().is_some_and(|item| !differences(&link.halves.exchange.base, &item.record).is_empty());
    let ours = link.made == Some(Side::Exchange) && owner_was_user && !edited;
    let last = case.record(Side::Exchange);
    let late = exchange.calls_off() && scope::is_past(context, last);
    if !policy.outward || policy.private {
        return Step::Sleep;
    }
    match context.settings.rules.exchange_delete {
        ExchangeDelete::Leave => Step::Bury,
        // nobody gets a mail of a meeting that has ended, and nobody is asked: the event stays
        ExchangeDelete::Delete if late => Step::Bury,
        ExchangeDelete::Delete if ours && exchange.attendees == 0 && !exchange.organized_by_other => {
            Step::Delete(Side::Exchange)
        }
        ExchangeDelete::Delete => Step::Hold(Reason::DeleteAsked),
    }
}

/// The step for an unlinked item of `side` that has no counterpart.
#[must_use]
pub fn alone(context: &Context<'_>, seen: &Seen, side: Side, item: &Item) -> Step {
    let wanted = match side {
        Side::Creatio => scope::exports(context, seen, item),
        Side::Exchange => scope::imports(context, seen, item),
    };
    match (wanted, side) {
        (false, _) => Step::Rest,
        (true, Side::Creatio) if scope::target(context, seen, item.record.kind()).is_none() => {
            Step::Hold(Reason::NoTarget)
        }
        (true, side) => Step::Create(side.other()),
    }
}

/// The status that a meeting gets when it is created in Creatio.
#[must_use]
pub fn first_status(context: &Context<'_>, item: &Item) -> Status {
    match &item.record {
        _ if !context.settings.fields.status.lets(Side::Exchange) => Status::NotStarted,
        Record::Task(task) => task.status,
        record @ Record::Meeting(_) if scope::is_past(context, record) => Status::Completed,
        Record::Meeting(_) => Status::NotStarted,
    }
}
