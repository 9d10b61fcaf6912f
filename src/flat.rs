//! Maps and sets that are sorted lists, and the one sort for them and for all lists. They do what
//! those of the standard library do, and have the same methods; but a tree costs kilobytes of code
//! for each pair of types that it holds, and collecting one a sort of its own, while these share
//! one. Of a thousand entries they are as fast.
//!
//! Inserting in the middle moves what comes after it. What is many is better collected, or added
//! by `extend`: that sorts once.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::ops::{BitAnd, Index, Sub};
use std::{mem, slice, vec};

/// The places of `count` things in their order, those that are alike as they came: the one sort.
fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|one, other| compare(*one, *other));
    places
}

/// Puts a list in order; what is alike stays as it came.
fn sort_by<E>(list: &mut Vec<E>, compare: impl Fn(&E, &E) -> Ordering) {
    let rises = |pair: &[E]| matches!(pair, [one, next] if compare(one, next) != Ordering::Greater);
    if list.windows(2).all(rises) {
        return;
    }
    let places = order(list.len(), &|one, other| match (list.get(one), list.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        (_, _) => Ordering::Equal,
    });
    let mut slots: Vec<Option<E>> = mem::take(list).into_iter().map(Some).collect();
    for place in places {
        list.extend(slots.get_mut(place).and_then(Option::take));
    }
}

/// Puts a list in order, as that of the standard library does, by the one sort of all types.
pub fn sort<E: Ord>(list: &mut Vec<E>) {
    sort_by(list, E::cmp);
}

/// Puts a list in the order of a key, as [`sort`].
pub fn sort_by_key<E, K: Ord>(list: &mut Vec<E>, key: impl Fn(&E) -> K) {
    sort_by(list, |one, other| key(one).cmp(&key(other)));
}

/// Puts `entries` in order; of those that are alike the last one stays.
fn sort_out<E>(entries: &mut Vec<E>, compare: impl Fn(&E, &E) -> Ordering) {
    sort_by(entries, &compare);
    entries.dedup_by(|next, kept| {
        let is_alike = compare(next, kept) == Ordering::Equal;
        if is_alike {
            mem::swap(next, kept);
        }
        is_alike
    });
}

/// Sets in order what was pushed to a sorted list from `before` on. Little is put in one by one,
/// so that adding in a loop costs no sort each time.
fn merge<E>(entries: &mut Vec<E>, before: usize, compare: impl Fn(&E, &E) -> Ordering) {
    const FEW: usize = 16;
    if entries.len() - before > FEW || before <= FEW {
        return sort_out(entries, compare);
    }
    for added in entries.split_off(before) {
        match place(entries, |other| compare(other, &added)) {
            Ok(place) => {
                if let Some(slot) = entries.get_mut(place) {
                    *slot = added;
                }
            }
            Err(place) => entries.insert(place, added),
        }
    }
}

/// Where in a sorted list the entry stands that `compare` finds equal, or where it would.
fn place<E>(entries: &[E], compare: impl Fn(&E) -> Ordering) -> Result<usize, usize> {
    // what comes in order is put at the end
    match entries.last() {
        Some(last) if compare(last) == Ordering::Less => Err(entries.len()),
        Some(_) | None => entries.binary_search_by(compare),
    }
}

/// A map, sorted by its keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlatMap<K, V> {
    /// Values in boxes: moving an entry moves little, whatever it holds.
    entries: Vec<(K, Box<V>)>,
}

type Entries<'a, K, V> = std::iter::Map<slice::Iter<'a, (K, Box<V>)>, fn(&'a (K, Box<V>)) -> (&'a K, &'a V)>;
type EntriesMut<'a, K, V> =
    std::iter::Map<slice::IterMut<'a, (K, Box<V>)>, fn(&'a mut (K, Box<V>)) -> (&'a K, &'a mut V)>;
type IntoEntries<K, V> = std::iter::Map<vec::IntoIter<(K, Box<V>)>, fn((K, Box<V>)) -> (K, V)>;

impl<K, V> FlatMap<K, V> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// The number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Entries<'_, K, V> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The same, to change the values.
    pub fn iter_mut(&mut self) -> EntriesMut<'_, K, V> {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(_, value)| &**value)
    }

    /// The same, to change them.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.entries.iter_mut().map(|(_, value)| &mut **value)
    }

    /// Only the values, in the order of their keys.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.entries.into_iter().map(|(_, value)| *value)
    }

    /// Keeps the entries for which `keeps` says so.
    pub fn retain(&mut self, mut keeps: impl FnMut(&K, &mut V) -> bool) {
        self.entries.retain_mut(|(key, value)| keeps(key, value));
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

impl<K: Ord, V> FlatMap<K, V> {
    /// Where `key` stands, or where it would.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        place(&self.entries, |(other, _)| other.borrow().cmp(key))
    }

    fn merge(&mut self, before: usize) {
        merge(&mut self.entries, before, |(one, _), (other, _)| one.cmp(other));
    }

    /// The value of `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(self.place(key).ok()?).map(|(_, value)| &**value)
    }

    /// The same, to change it.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        self.entries.get_mut(place).map(|(_, value)| &mut **value)
    }

    /// Whether there is a value of `key`.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Gives `key` a value; the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.place(&key);
        match place.map(|place| self.entries.get_mut(place)) {
            Ok(Some((_, old))) => Some(mem::replace(old, value)),
            Ok(None) => None,
            Err(place) => {
                self.entries.insert(place, (key, Box::new(value)));
                None
            }
        }
    }

    /// Takes out the value of `key`.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(*self.entries.remove(place).1)
    }

    /// The place of `key`, to look at it and fill it at once.
    pub fn entry(&mut self, key: K) -> MapEntry<'_, K, V> {
        let place = self.place(&key);
        MapEntry { map: self, key, place }
    }

    /// Moves all of `other` into it.
    pub fn append(&mut self, other: &mut Self) {
        self.extend(mem::take(other));
    }
}

/// As of a map of the standard library, for tests.
///
/// # Panics
/// `key` has no value.
impl<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized> Index<&Q> for FlatMap<K, V> {
    type Output = V;

    #[allow(clippy::expect_used)]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

/// The place of a key in a map.
pub struct MapEntry<'a, K, V> {
    map: &'a mut FlatMap<K, V>,
    key: K,
    place: Result<usize, usize>,
}

impl<'a, K: Ord, V> MapEntry<'a, K, V> {
    /// The value, which is `value()` if there was none.
    // the place was found in this very list, or is filled right before
    #[allow(clippy::indexing_slicing)]
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'a mut V {
        let place = match self.place {
            Ok(place) => place,
            Err(place) => {
                self.map.entries.insert(place, (self.key, Box::new(value())));
                place
            }
        };
        &mut self.map.entries[place].1
    }

    /// The value, which is `value` if there was none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value, which is the default one if there was none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K, V> Default for FlatMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Debug, V: Debug> Debug for FlatMap<K, V> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord, V> Extend<(K, V)> for FlatMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, more: I) {
        let before = self.entries.len();
        for (key, value) in more {
            self.entries.push((key, Box::new(value)));
        }
        self.merge(before);
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for FlatMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for FlatMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for FlatMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoEntries<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter().map(|(key, value)| (key, *value))
    }
}

impl<'a, K, V> IntoIterator for &'a FlatMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Entries<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut FlatMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = EntriesMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<K: Serialize, V: Serialize> Serialize for FlatMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for FlatMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapReader<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for MapReader<K, V> {
            type Value = FlatMap<K, V>;

            fn expecting(&self, to: &mut Formatter<'_>) -> fmt::Result {
                to.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut map = FlatMap::new();
                while let Some((key, value)) = access.next_entry()? {
                    map.entries.push((key, Box::new(value)));
                }
                map.merge(0);
                Ok(map)
            }
        }
        deserializer.deserialize_map(MapReader(PhantomData))
    }
}

/// A set, sorted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlatSet<K> {
    entries: Vec<K>,
}

impl<K> FlatSet<K> {
    /// An empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// The number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no element.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The elements in their order.
    pub fn iter(&self) -> slice::Iter<'_, K> {
        self.entries.iter()
    }

    /// The least element.
    #[must_use]
    pub fn first(&self) -> Option<&K> {
        self.entries.first()
    }

    /// The greatest element.
    #[must_use]
    pub fn last(&self) -> Option<&K> {
        self.entries.last()
    }

    /// Keeps the elements for which `keeps` says so.
    pub fn retain(&mut self, keeps: impl FnMut(&K) -> bool) {
        self.entries.retain(keeps);
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

impl<K: Ord> FlatSet<K> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        place(&self.entries, |other| other.borrow().cmp(key))
    }

    fn merge(&mut self, before: usize) {
        merge(&mut self.entries, before, K::cmp);
    }

    /// Whether `key` is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// The element that is equal to `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&K>
    where
        K: Borrow<Q>,
    {
        self.entries.get(self.place(key).ok()?)
    }

    /// Puts `key` in; whether it was not there.
    pub fn insert(&mut self, key: K) -> bool {
        let place = self.place(&key);
        if let Err(place) = place {
            self.entries.insert(place, key);
        }
        place.is_err()
    }

    /// Takes `key` out; whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.take(key).is_some()
    }

    /// Takes out the element that is equal to `key`.
    pub fn take<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<K>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(self.entries.remove(place))
    }

    /// Whether no element is in both.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        !self.iter().any(|one| other.contains(one))
    }

    /// Whether each element is in `other` too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|one| other.contains(one))
    }

    /// The elements that are not in `other`.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl DoubleEndedIterator<Item = &'a K> + Clone {
        self.iter().filter(|one| !other.contains(*one))
    }

    /// The elements that are in both.
    pub fn intersection<'a>(&'a self, other: &'a Self) -> impl DoubleEndedIterator<Item = &'a K> + Clone {
        self.iter().filter(|one| other.contains(*one))
    }

    /// Moves all of `other` into it.
    pub fn append(&mut self, other: &mut Self) {
        self.extend(mem::take(other));
    }
}

impl<K: Ord + Clone> BitAnd for &FlatSet<K> {
    type Output = FlatSet<K>;

    fn bitand(self, other: Self) -> FlatSet<K> {
        FlatSet { entries: self.intersection(other).cloned().collect() }
    }
}

impl<K: Ord + Clone> Sub for &FlatSet<K> {
    type Output = FlatSet<K>;

    fn sub(self, other: Self) -> FlatSet<K> {
        FlatSet { entries: self.difference(other).cloned().collect() }
    }
}

impl<K> Default for FlatSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Debug> Debug for FlatSet<K> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.debug_set().entries(self.iter()).finish()
    }
}

impl<K: Ord> Extend<K> for FlatSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, more: I) {
        let before = self.entries.len();
        for key in more {
            self.entries.push(key);
        }
        self.merge(before);
    }
}

impl<'a, K: Ord + Copy> Extend<&'a K> for FlatSet<K> {
    fn extend<I: IntoIterator<Item = &'a K>>(&mut self, more: I) {
        self.extend(more.into_iter().copied());
    }
}

impl<K: Ord> FromIterator<K> for FlatSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(elements: I) -> Self {
        let mut set = Self::new();
        set.extend(elements);
        set
    }
}

impl<K: Ord, const N: usize> From<[K; N]> for FlatSet<K> {
    fn from(elements: [K; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl<K> IntoIterator for FlatSet<K> {
    type Item = K;
    type IntoIter = vec::IntoIter<K>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a, K> IntoIterator for &'a FlatSet<K> {
    type Item = &'a K;
    type IntoIter = slice::Iter<'a, K>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Serialize> Serialize for FlatSet<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, K: Deserialize<'de> + Ord> Deserialize<'de> for FlatSet<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SetReader<K>(PhantomData<K>);
        impl<'de, K: Deserialize<'de> + Ord> Visitor<'de> for SetReader<K> {
            type Value = FlatSet<K>;

            fn expecting(&self, to: &mut Formatter<'_>) -> fmt::Result {
                to.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut set = FlatSet::new();
                while let Some(key) = access.next_element()? {
                    set.entries.push(key);
                }
                set.merge(0);
                Ok(set)
            }
        }
        deserializer.deserialize_seq(SetReader(PhantomData))
    }
}

// proptest is there natively only
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        /// Whatever is done to a map and to a set, they hold what those of the standard library do.
        #[test]
        fn they_do_as_the_standard_librarys(deeds in prop::collection::vec((0..6u8, 0..40u8, any::<u8>()), 0..120)) {
            let (mut map, mut tree) = (FlatMap::new(), BTreeMap::new());
            let (mut set, mut tree_set) = (FlatSet::new(), BTreeSet::new());
            for (deed, key, value) in deeds {
                let many = (0..value % 40).map(|n| key.wrapping_mul(n) % 50);
                match deed {
                    0 => {
                        prop_assert_eq!(map.insert(key, value), tree.insert(key, value));
                        prop_assert_eq!(set.insert(key), tree_set.insert(key));
                    }
                    1 => {
                        prop_assert_eq!(map.remove(&key), tree.remove(&key));
                        prop_assert_eq!(set.remove(&key), tree_set.remove(&key));
                    }
                    2 => {
                        *map.entry(key).or_insert(value) |= 2;
                        *tree.entry(key).or_insert(value) |= 2;
                    }
                    3 => {
                        map.retain(|other, _| *other != key);
                        tree.retain(|other, _| *other != key);
                        set.retain(|other| *other > key);
                        tree_set.retain(|other| *other > key);
                    }
                    4 => {
                        map.extend(many.clone().zip(0..));
                        tree.extend(many.clone().zip(0..));
                        set.extend(many.clone());
                        tree_set.extend(many);
                    }
                    _ => {
                        let (mut list, mut same): (Vec<u8>, Vec<u8>) = (many.clone().collect(), many.clone().collect());
                        sort_by_key(&mut list, |one| one % 4);
                        same.sort_by_key(|one| one % 4);
                        prop_assert_eq!(list, same);
                        let (other, other_tree): (FlatSet<u8>, BTreeSet<u8>) = (many.clone().collect(), many.collect());
                        prop_assert!((&set & &other).iter().eq((&tree_set & &other_tree).iter()));
                        prop_assert!((&set - &other).iter().eq((&tree_set - &other_tree).iter()));
                        prop_assert_eq!(set.is_subset(&other), tree_set.is_subset(&other_tree));
                        prop_assert_eq!(set.is_disjoint(&other), tree_set.is_disjoint(&other_tree));
                    }
                }
                prop_assert!(map.iter().eq(tree.iter()) && set.iter().eq(tree_set.iter()));
                prop_assert_eq!((map.get(&key), set.get(&key)), (tree.get(&key), tree_set.get(&key)));
            }
            let text = serde_json::to_string(&(&map, &set)).unwrap_or_default();
            prop_assert_eq!(&text, &serde_json::to_string(&(&tree, &tree_set)).unwrap_or_default());
            prop_assert_eq!(serde_json::from_str(&text).ok(), Some((map, set)));
        }
    }
}
