//! Series whose pattern was changed: the server replaces the occurrences, and the Activities of the old ones go over to the new ones, in order, before
//! anything is created or gone (rules, "Series"). What has no counterpart on either side waits for a person, together.

use super::Seen;
use super::matching::{Match, Matches};
use crate::model::{Day, Item, ItemId, Original};
use std::collections::BTreeMap;

/// One series with occurrences that are gone and others that are new.
#[derive(Default)]
struct Change<'a> {
    /// Activities whose occurrence is gone, by original start.
    gone: Vec<(Original, &'a ItemId)>,
    /// New occurrences, by original start.
    new: Vec<(Original, &'a ItemId)>,
    /// Whether any linked occurrence lives on: then the pattern is as it was.
    living: bool,
}

/// Takes new occurrences for those that they replace.
pub fn rekey(seen: &Seen, unlinked: &[&Item], matches: &mut Matches) {
    for change in changes(seen, unlinked, matches).into_values() {
        let Change { mut gone, mut new, living } = change;
        gone.sort();
        new.sort();
        let mut pairs = same_day(&mut gone, &mut new);
        if !living && !new.is_empty() {
            let both = gone.len().min(new.len());
            pairs.extend(gone.drain(..both).zip(new.drain(..both)).map(|((_, activity), (_, id))| (activity, id)));
            matches.orphaned.extend(gone.into_iter().map(|(_, activity)| activity.clone()));
            let added = new.into_iter().filter(|_| !pairs.is_empty());
            matches.events.extend(added.map(|(_, id)| (id.clone(), Match::Added)));
        }
        matches.events.extend(pairs.into_iter().map(|(activity, id)| (id.clone(), Match::Relink(activity.clone()))));
    }
}

fn changes<'a>(seen: &'a Seen, unlinked: &[&'a Item], matches: &Matches) -> BTreeMap<&'a ItemId, Change<'a>> {
    let mut changes: BTreeMap<&ItemId, Change<'_>> = BTreeMap::new();
    for link in &seen.links {
        let Some(occurrence) = &link.facts.exchange.occurrence else { continue };
        let change = changes.entry(&occurrence.master).or_default();
        if seen.gone.exchange.contains(&link.ids.exchange) {
            change.gone.push((occurrence.original, &link.ids.creatio));
        } else {
            change.living = true;
        }
    }
    for item in unlinked.iter().filter(|item| matches.events.get(&item.id) == Some(&Match::New)) {
        let Some(occurrence) = &item.facts.occurrence else { continue };
        if let Some(change) = changes.get_mut(&occurrence.master) {
            change.new.push((occurrence.original, &item.id));
        }
    }
    changes.retain(|_, change| !change.gone.is_empty());
    changes
}

/// Takes out of both lists what has its original start on the same day.
fn same_day<'a>(
    gone: &mut Vec<(Original, &'a ItemId)>,
    new: &mut Vec<(Original, &'a ItemId)>,
) -> Vec<(&'a ItemId, &'a ItemId)> {
    let mut pairs = Vec::new();
    gone.retain(|(original, activity)| {
        let Some(at) = new.iter().position(|(other, _)| day(*other) == day(*original)) else { return true };
        let (_, id) = new.remove(at);
        pairs.push((*activity, id));
        false
    });
    pairs
}

fn day(original: Original) -> Day {
    match original {
        Original::At(at) => at.date_naive(),
        Original::On(day) => day,
    }
}
