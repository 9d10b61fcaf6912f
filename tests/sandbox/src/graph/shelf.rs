//! The items of a mailbox in their order, found by what names them without looking at all of them.
//! While an item lies here, what names it changes by [`Shelf::replace`] only.

use super::event::Event;
use super::todo::Task;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

/// What an item is found by.
pub(crate) trait Named {
    /// Its names, at most one of each kind.
    fn names(&self) -> [Option<&str>; 2];
}

/// The place of an id among [`Named::names`].
pub(crate) const ID: usize = 0;
/// The place of the transaction by which an event was created.
pub(crate) const TRANSACTION: usize = 1;

impl Named for Event {
    fn names(&self) -> [Option<&str>; 2] {
        [Some(self.id()), self.body.get("transactionId").and_then(Value::as_str)]
    }
}

impl Named for Task {
    fn names(&self) -> [Option<&str>; 2] {
        [self.body.get("id").and_then(Value::as_str), None]
    }
}

/// Items in the order in which they were put in.
#[derive(Clone)]
pub(crate) struct Shelf<T> {
    items: Vec<T>,
    /// Where the first item of each name lies.
    places: [HashMap<String, usize>; 2],
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { items: Vec::new(), places: Default::default() }
    }
}

impl<T: Named> Shelf<T> {
    /// Where the item of that name lies.
    pub(crate) fn position(&self, kind: usize, name: &str) -> Option<usize> {
        self.places.get(kind)?.get(name).copied()
    }

    /// Puts an item at the end.
    pub(crate) fn push(&mut self, item: T) {
        for (places, name) in self.places.iter_mut().zip(item.names()) {
            if let Some(name) = name {
                places.entry(name.to_owned()).or_insert(self.items.len());
            }
        }
        self.items.push(item);
    }

    /// Takes an item out; those after it move up.
    pub(crate) fn remove(&mut self, index: usize) -> T {
        let item = self.items.remove(index);
        self.find_anew();
        item
    }

    /// Puts an item in the place of the one at `index`, if there is one.
    pub(crate) fn replace(&mut self, index: usize, item: T) {
        let Some(own) = self.items.get_mut(index) else { return };
        let is_same = own.names() == item.names();
        *own = item;
        if !is_same {
            self.find_anew();
        }
    }

    fn find_anew(&mut self) {
        let items = std::mem::take(self).items;
        self.extend(items);
    }
}

impl<T: Named> Extend<T> for Shelf<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T> Deref for Shelf<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> DerefMut for Shelf<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}
