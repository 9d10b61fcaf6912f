//! Ids that follow from what an item is: the same meeting gets the same Activity from every
//! colleague, device and repeated run (docs/rules.md, "Idempotence by construction").

use crate::engine::account::Account;
use crate::engine::context::Seen;
use crate::model::time::local;
use crate::model::{Day, Facts, Instant, Item, ItemId, Kind, Mark, Original, Record, Side, SiteId, Uid, When, Zone};
use uuid::Uuid;

/// The namespace of our ids; never change it: every installation's Activities are named by it.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c1d_9d0e_52a6_5f0b_9a57_4a6c_7d35_c0de);
/// How a global object id begins that Outlook made (docs/facts/graph.md, "Ids"; MS-OXOCAL).
pub const GLOBAL_OBJECT: &str = "040000008200E00074C5B7101A82E008";
/// What follows in one that we give: no instance, no time of creation, nothing, the size of what
/// comes then.
pub const GIVEN: &str = "000000000000000000000000000000000000000010000000";

/// The Activity id of `item`, which lies on Exchange and is imported for the first time
/// (`generation` 0) or revived.
#[must_use]
pub fn activity(item: &Item, account: &Account, generation: u32) -> ItemId {
    let mut name = match public(item) {
        Some((_, uid)) => shared(uid, original(item)),
        None => own(account, item),
    };
    if generation > 0 {
        name.push_str(&format!("\n{generation}"));
    }
    named(&name)
}

/// The ids that the Activity of `item` may have got if it was imported before its server told the
/// UID, which Microsoft 365 may do late: as what it is now, and as what it was before it became a
/// series or a single event. None where these are the ids that it gets now.
#[must_use]
pub fn before_its_uid(item: &Item, account: &Account) -> Vec<ItemId> {
    if public(item).is_none() {
        return Vec::new();
    }
    let facts = Facts { uid: None, ..item.facts.clone() };
    let nameless = Item { facts, ..item.clone() };
    // the second one is of versions that named an occurrence by its own id
    let before = own_aliases(account, &nameless).into_iter().next();
    std::iter::once(activity(&nameless, account, 0)).chain(before).collect()
}

/// The name of what nobody else meets in. An occurrence has that of its series and its original
/// start: by these it is known again if the series becomes a single event, or was one.
fn own(account: &Account, item: &Item) -> String {
    match &item.facts.occurrence {
        Some(occurrence) => own_day(account, &occurrence.master, occurrence.original),
        None => own_item(account, &item.id),
    }
}

fn own_item(account: &Account, id: &ItemId) -> String {
    format!("own\n{}\n{id}", account.mailbox)
}

fn own_day(account: &Account, master: &ItemId, original: Original) -> String {
    format!("{}\n{}", own_item(account, master), spelled(original))
}

fn named(name: &str) -> ItemId {
    ItemId::new(Uuid::new_v5(&NAMESPACE, name.as_bytes()).hyphenated().to_string())
}

/// The id of the Activity that a user gets instead of `activity`, which follows from a meeting of
/// several people, is there, and can't be read by this user: it has the mailbox in its name.
#[must_use]
pub fn own_copy(activity: &ItemId, account: &Account) -> ItemId {
    named(&format!("copy\n{}\n{activity}", account.mailbox))
}

/// The id of the Activity that is made in place of the task `gone`, for an edit on Exchange: it is
/// the same in each mailbox of the user, whose tasks have nothing else in common.
#[must_use]
pub fn again(gone: &ItemId) -> ItemId {
    named(&format!("again\n{gone}"))
}

/// When the meeting is that `item` shares with others, and its UID.
fn public(item: &Item) -> Option<(When, &Uid)> {
    match (&item.record, &item.facts.uid) {
        (Record::Meeting(meeting), Some(uid)) if !item.facts.private => Some((meeting.when, uid)),
        (Record::Meeting(_) | Record::Task(_), _) => None,
    }
}

fn shared(uid: &Uid, original: Option<Original>) -> String {
    let series = series_wide(uid);
    match original {
        None => format!("meeting\n{series}"),
        Some(original) => format!("meeting\n{series}\n{}", spelled(original)),
    }
}

/// As it stands in the names of ids.
fn spelled(original: Original) -> String {
    match original {
        Original::At(at) => at.format("%Y%m%dT%H%M%SZ").to_string(),
        Original::On(day) => day.format("%Y%m%d").to_string(),
    }
}

/// Which one of somebody's series `item` is, as far as its server tells.
fn original(item: &Item) -> Option<Original> {
    match &item.facts.occurrence {
        Some(occurrence) => Some(occurrence.original),
        None => single_day(item).map(Original::On),
    }
}

/// The day of somebody's series that `item` is, though it is no occurrence here: the user was asked
/// to that day alone.
#[must_use]
pub fn single_day(item: &Item) -> Option<Day> {
    let day = || item.facts.day.or_else(|| instance_day(item.facts.uid.as_ref()?));
    if item.facts.occurrence.is_some() { None } else { day() }
}

/// The start that the pattern gives a meeting which is as `when` says, if it was not moved.
#[must_use]
pub const fn start(when: When) -> Original {
    match when {
        When::Timed { start, .. } => Original::At(start),
        When::AllDay { first, .. } => Original::On(first),
    }
}

/// The ids under which a colleague, another device or an earlier run may have made the Activity of
/// the same meeting, when the server showed it as something else there: a single day of a series
/// for one is an occurrence for another, and a single event may become a series and a series a
/// single event.
#[must_use]
pub fn aliases(zone: &dyn Zone, account: &Account, item: &Item) -> Vec<ItemId> {
    let Some((when, uid)) = public(item) else { return own_aliases(account, item) };
    let days = |at: Instant| [local(zone, at).date(), at.date_naive()];
    let originals: Vec<Option<Original>> = match (&item.facts.occurrence, single_day(item)) {
        (Some(occurrence), _) => match occurrence.original {
            Original::At(at) => {
                let days = instance_day(uid).into_iter().chain(days(at));
                days.map(|day| Some(Original::On(day))).chain([None]).collect()
            }
            Original::On(_) => vec![None],
        },
        (None, Some(day)) => match when {
            When::Timed { start, .. } if days(start).contains(&day) => vec![Some(Original::At(start))],
            When::Timed { .. } | When::AllDay { .. } => Vec::new(),
        },
        (None, None) => vec![Some(start(when))],
    };
    let mut ids: Vec<ItemId> = originals.into_iter().map(|original| named(&shared(uid, original))).collect();
    ids.dedup();
    ids
}

/// The same of what nobody else meets in.
fn own_aliases(account: &Account, item: &Item) -> Vec<ItemId> {
    let names = match (&item.facts.occurrence, &item.record) {
        // what bears the occurrence's own id was made by versions that named it so
        (Some(occurrence), _) => vec![own_item(account, &occurrence.master), own_item(account, &item.id)],
        (None, Record::Meeting(meeting)) => vec![own_day(account, &item.id, start(meeting.when))],
        (None, Record::Task(_)) => Vec::new(),
    };
    names.iter().map(|name| named(name)).collect()
}

/// Whether an Activity bears an id that we gave: Creatio's own are random (version 4), ours follow
/// from a name (version 5).
#[must_use]
pub fn is_ours(activity: &ItemId) -> bool {
    Uuid::parse_str(activity.as_str()).is_ok_and(|id| id.get_version_num() == 5)
}

/// The generation with which an unlinked item of `side` is created on the other. An Activity that
/// we made, or that has the UID of an event, had a counterpart once: a device without its link
/// creates it again in the same generation as one that knows of the loss, and thus only once.
#[must_use]
pub fn first_generation(side: Side, item: &Item) -> u32 {
    match side {
        Side::Creatio => u32::from(is_ours(&item.id) || item.facts.uid.is_some()),
        Side::Exchange => 0,
    }
}

/// The installation of which this one is a copy, or the other way round: an item bears its mark,
/// for an Activity that is here too. Only ids that Creatio gave tell that: ours are the same
/// everywhere.
#[must_use]
pub fn copied<'a>(account: &Account, seen: &'a Seen) -> Option<&'a SiteId> {
    let marks = seen.items.exchange.values().filter_map(|item| item.facts.mark.as_ref());
    let mut foreign = marks.filter(|mark| mark.site != account.site && !is_ours(&mark.activity));
    foreign.find(|mark| seen.items.creatio.contains_key(&mark.activity)).map(|mark| &mark.site)
}

/// The UID of the whole series: in a global object id the four bytes of the instance's date are
/// zero there.
#[must_use]
pub fn series_wide(uid: &Uid) -> String {
    let text = uid.as_str().to_ascii_uppercase();
    match (text.get(..32), text.get(40..)) {
        (Some(GLOBAL_OBJECT), Some(rest)) => format!("{GLOBAL_OBJECT}00000000{rest}"),
        (Some(_) | None, _) => uid.as_str().to_owned(),
    }
}

/// The transaction that created the event with this UID, if we gave it: on an Exchange Server it
/// spells the transaction (ADR 0005).
#[must_use]
pub fn transaction_in(uid: &Uid) -> Option<String> {
    let id = uid.as_str().strip_prefix(GLOBAL_OBJECT)?.strip_prefix(GIVEN)?;
    Some(Uuid::parse_str(id).ok()?.hyphenated().to_string())
}

/// The day in the date bytes of a UID; `None` for that of a whole series, or of another form.
fn instance_day(uid: &Uid) -> Option<Day> {
    let text = uid.as_str().to_ascii_uppercase();
    if text.get(..32) != Some(GLOBAL_OBJECT) {
        return None;
    }
    let number = |from: usize, to: usize| u32::from_str_radix(text.get(from..to)?, 16).ok();
    let year = i32::try_from(number(32, 36)?).ok()?;
    Day::from_ymd_opt(year, number(36, 38)?, number(38, 40)?)
}

/// The `transactionId` with which an Activity is exported: the same for a repeated try, another
/// after a confirmed loss.
#[must_use]
pub fn transaction(activity: &ItemId, account: &Account, generation: u32) -> String {
    let name = format!("export\n{}\n{activity}\n{}\n{generation}", account.site, account.mailbox);
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).hyphenated().to_string()
}

/// The mark that an exported item carries.
#[must_use]
pub fn mark(activity: &ItemId, account: &Account, generation: u32) -> Mark {
    Mark { site: account.site.clone(), activity: activity.clone(), generation }
}

/// The mark of this installation that the series of an occurrence bears.
#[must_use]
pub fn series_mark<'a>(account: &Account, item: &'a Item) -> Option<&'a Mark> {
    item.facts.series_mark.as_ref().filter(|mark| mark.site == account.site)
}

/// Whether items of `kind` know a transaction id: To Do knows no idempotence.
#[must_use]
pub const fn knows_transactions(kind: Kind) -> bool {
    match kind {
        Kind::Meeting => true,
        Kind::Task => false,
    }
}
