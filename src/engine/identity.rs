//! Ids that follow from what an item is: the same meeting gets the same Activity from every colleague, device and repeated run
//! (rules, "Idempotence by construction").

use super::{Account, Seen};
use crate::model::{Item, ItemId, Kind, Mark, Original, Record, Side, SiteId, Uid};
use uuid::Uuid;

/// The namespace of our ids; never change it: every installation's Activities are named by it.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c1d_9d0e_52a6_5f0b_9a57_4a6c_7d35_c0de);
/// How a global object id begins that Outlook made (graph/facts.md §2; MS-OXOCAL).
const GLOBAL_OBJECT: &str = "040000008200E00074C5B7101A82E008";

/// The Activity id of `item`, which lies on Exchange and is imported for the first time (`generation` 0) or revived.
#[must_use]
pub fn activity(item: &Item, account: &Account, generation: u32) -> ItemId {
    let mut name = match (&item.record, &item.facts.uid) {
        (Record::Meeting(_), Some(uid)) if !item.facts.private => shared(uid, item),
        (Record::Meeting(_) | Record::Task(_), _) => format!("own\n{}\n{}", account.mailbox, item.id),
    };
    if generation > 0 {
        name.push_str(&format!("\n{generation}"));
    }
    ItemId::new(Uuid::new_v5(&NAMESPACE, name.as_bytes()).hyphenated().to_string())
}

/// The id of the Activity that a user gets instead of `activity`, which follows from a meeting of several people, is there, and can't be read by this
/// user: it has the mailbox in its name.
#[must_use]
pub fn own_copy(activity: &ItemId, account: &Account) -> ItemId {
    let name = format!("copy\n{}\n{activity}", account.mailbox);
    ItemId::new(Uuid::new_v5(&NAMESPACE, name.as_bytes()).hyphenated().to_string())
}

fn shared(uid: &Uid, item: &Item) -> String {
    let series = series_wide(uid);
    match &item.facts.occurrence {
        None => format!("meeting\n{series}"),
        Some(occurrence) => match occurrence.original {
            Original::At(at) => format!("meeting\n{series}\n{}", at.format("%Y%m%dT%H%M%SZ")),
            Original::On(day) => format!("meeting\n{series}\n{}", day.format("%Y%m%d")),
        },
    }
}

/// Whether an Activity bears an id that we gave: Creatio's own are random (version 4), ours follow from a name (version 5).
#[must_use]
pub fn is_ours(activity: &ItemId) -> bool {
    Uuid::parse_str(activity.as_str()).is_ok_and(|id| id.get_version_num() == 5)
}

/// The generation with which an unlinked item of `side` is created on the other. An Activity that we made, or that has the UID of an event, had
/// a counterpart once: a device without its link creates it again in the same generation as one that knows of the loss, and thus only once.
#[must_use]
pub fn first_generation(side: Side, item: &Item) -> u32 {
    match side {
        Side::Creatio => u32::from(is_ours(&item.id) || item.facts.uid.is_some()),
        Side::Exchange => 0,
    }
}

/// The installation of which this one is a copy, or the other way round: an item bears its mark, for an Activity that is here too. Only ids that
/// Creatio gave tell that: ours are the same everywhere.
#[must_use]
pub fn copied<'a>(account: &Account, seen: &'a Seen) -> Option<&'a SiteId> {
    let marks = seen.items.exchange.values().filter_map(|item| item.facts.mark.as_ref());
    let mut foreign = marks.filter(|mark| mark.site != account.site && !is_ours(&mark.activity));
    foreign.find(|mark| seen.items.creatio.contains_key(&mark.activity)).map(|mark| &mark.site)
}

/// The UID of the whole series: in a global object id the four bytes of the instance's date are zero there.
#[must_use]
pub fn series_wide(uid: &Uid) -> String {
    let text = uid.as_str().to_ascii_uppercase();
    match (text.get(..32), text.get(40..)) {
        (Some(GLOBAL_OBJECT), Some(rest)) => format!("{GLOBAL_OBJECT}00000000{rest}"),
        (Some(_) | None, _) => uid.as_str().to_owned(),
    }
}

/// The `transactionId` with which an Activity is exported: the same for a repeated try, another after a confirmed loss.
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

/// Whether items of `kind` know a transaction id: To Do knows no idempotence.
#[must_use]
pub const fn knows_transactions(kind: Kind) -> bool {
    match kind {
        Kind::Meeting => true,
        Kind::Task => false,
    }
}
