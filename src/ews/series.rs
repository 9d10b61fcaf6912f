//! Which series an occurrence belongs to. EWS tells it by the UID that both have; where that is not
//! enough it is asked by the occurrence's id. And which series a server keeps to itself: one that
//! does not expand them shows in a view their masters alone, and those only that began in it
//! (docs/facts/ews.md, "Views").

use super::fetch::{Got, refused};
use super::xml::XmlElement;
use super::{Ews, endpoints, map, time};
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::model::{ContainerId, Day, Item, ItemId, Malformed, Span, Uid};
use crate::ports::{Clock, Credentials, Http};
use chrono::{Days, Duration, NaiveTime};

/// Masters by UID. `None`: several have it.
pub(super) type MastersByUid = FlatMap<Uid, Option<ItemId>>;

/// Notes the master of a UID.
pub(super) fn note(masters: &mut MastersByUid, uid: &Uid, master: &ItemId) {
    let known = masters.entry(uid.clone()).or_insert_with(|| Some(master.clone()));
    if known.as_ref().is_some_and(|other| other != master) {
        *known = None;
    }
}

/// Fills in the masters of the occurrences among `items`, as far as `known` does not tell them;
/// those whose series can't be told.
pub(super) async fn fill<P: Http + Clock + Credentials>(
    ews: &Ews<P>,
    items: &mut Vec<Item>,
    mut known: MastersByUid,
) -> Result<Vec<Malformed>> {
    let mut asked: FlatMap<Option<Uid>, Vec<ItemId>> = FlatMap::new();
    for item in items.iter().filter(|item| item.facts.occurrence.is_some()) {
        let uid = item.facts.uid.clone();
        match uid.as_ref().and_then(|uid| known.get(uid)) {
            Some(Some(_)) => {}
            // one of them tells for all
            None if uid.is_some() => drop(asked.entry(uid).or_insert_with(|| vec![item.id.clone()])),
            Some(None) | None => asked.entry(None).or_default().push(item.id.clone()),
        }
    }
    let ids: Vec<ItemId> = asked.values().flatten().cloned().collect();
    let mut own: FlatMap<ItemId, ItemId> = FlatMap::new();
    for (id, got) in ids.iter().zip(ews.each(&ids, |ids| endpoints::masters(ids)).await?) {
        if let Got::Item(node) = got {
            own.extend(map::id(&node).map(|master| (id.clone(), master)));
        }
    }
    for (uid, ids) in asked {
        if let (Some(uid), Some(master)) = (uid, ids.first().and_then(|id| own.get(id))) {
            known.insert(uid, Some(master.clone()));
        }
    }
    let mut lost = Vec::new();
    items.retain_mut(|item| {
        let Some(occurrence) = &mut item.facts.occurrence else { return true };
        let by_uid = item.facts.uid.as_ref().and_then(|uid| known.get(uid).cloned().flatten());
        let Some(master) = own.get(&item.id).cloned().or(by_uid) else {
            let (id, container) = (Some(item.id.clone()), Some(item.container.clone()));
            lost.push(Malformed { id, container, reason: "an occurrence of no series".to_owned() });
            return false;
        };
        occurrence.master = master;
        true
    });
    Ok(lost)
}

/// So many series are asked for by themselves to find out whether a server expands them.
const PROBES: usize = 3;

/// Those of `masters`, of which the view of a calendar over `span` shows nothing at all,
/// that may have occurrences in it and are not told: of a server that expands no series. `folds`:
/// it has shown a master where there ought to be occurrences.
///
/// # Errors
/// What stops a run.
pub(super) async fn untold<P: Http + Clock + Credentials>(
    ews: &Ews<P>,
    folder: &ContainerId,
    span: Span,
    masters: &[ItemId],
    folds: bool,
) -> Result<FlatSet<ItemId>> {
    let mut untold = FlatSet::new();
    let mut firsts = Vec::new();
    for (id, got) in masters.iter().zip(ews.each(masters, |ids| endpoints::rules(ids)).await?) {
        // of one that can't be read nothing is known
        let Got::Item(node) = got else { continue };
        let at = |name: &str| node.say(name).and_then(time::instant);
        let Some((start, end)) = at("Start").zip(at("End")) else { continue };
        if start < span.to && last(&node).is_none_or(|day| day.and_time(NaiveTime::MIN).and_utc() >= span.from - SLACK)
        {
            untold.insert(id.clone());
            firsts.push((start, end));
        }
    }
    let mut folds = folds;
    for (start, end) in firsts.into_iter().take(PROBES).take_while(|_| !untold.is_empty()) {
        if folds {
            break;
        }
        // where a series begins it shows an occurrence, or itself; nothing, if the first one was
        // removed
        let view = match ews.view(folder, Span { from: start, to: end.max(start + Duration::minutes(1)) }).await {
            Ok(view) => view,
            // it does not tell
            Err(error) if refused(&error).is_some() => continue,
            Err(error) => return Err(error),
        };
        let kinds: FlatSet<&str> = view.shown.iter().filter_map(|node| node.say("CalendarItemType")).collect();
        if kinds.contains("Occurrence") || kinds.contains("Exception") {
            break;
        }
        folds = kinds.contains("RecurringMaster");
    }
    Ok(if folds { untold } else { FlatSet::new() })
}

/// How far the last day of a series may be from the window's beginning: it is a day of another
/// zone, and its occurrence may be long.
const SLACK: Duration = Duration::days(2);

/// The last day that a series can have by its rule, if it has one; by a number of occurrences no
/// earlier than that.
fn last(master: &XmlElement) -> Option<Day> {
    let day = |text: &str| text.get(..10)?.parse::<Day>().ok();
    let rule = master.at("Recurrence")?;
    if let Some(text) = rule.say("EndDateRecurrence/EndDate") {
        return day(text);
    }
    let first = day(rule.say("NumberedRecurrence/StartDate")?)?;
    let count: u64 = rule.say("NumberedRecurrence/NumberOfOccurrences")?.parse().ok()?;
    let pattern = rule.children.first()?;
    let interval: u64 = pattern.say("Interval").and_then(|text| text.parse().ok()).unwrap_or(1);
    let unit = match pattern.name.as_str() {
        "DailyRecurrence" => 1,
        "WeeklyRecurrence" => 7,
        "AbsoluteMonthlyRecurrence" | "RelativeMonthlyRecurrence" => 31,
        _ => 366,
    };
    first.checked_add_days(Days::new(count.checked_mul(interval)?.checked_mul(unit)?))
}
