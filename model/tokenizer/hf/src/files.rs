//! The files of a model folder, read by the caller.

use std::collections::BTreeMap;

/// Bytes by file name. Borrows the caller's memory.
#[derive(Default)]
pub struct Files<'a>(BTreeMap<&'a str, &'a [u8]>);

impl<'a> Files<'a> {
    pub fn insert(&mut self, name: &'a str, bytes: &'a [u8]) {
        self.0.insert(name, bytes);
    }

    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.0.get(name).copied()
    }

    /// The first of the names that is there.
    pub fn first_of(&self, names: &[&'static str]) -> Option<(&'static str, &'a [u8])> {
        names
            .iter()
            .find_map(|name| self.get(name).map(|bytes| (*name, bytes)))
    }

    pub fn names(&self) -> String {
        self.0.keys().copied().collect::<Vec<_>>().join(", ")
    }
}
