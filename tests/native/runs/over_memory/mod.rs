//! Whole runs over two sides in memory.

pub(crate) mod choices;
pub(crate) mod commits;
pub(crate) mod kept;
pub(crate) mod lost;
pub(crate) mod regrets;
pub(crate) mod rules;
pub(crate) mod stopping;
pub(crate) mod turned;
