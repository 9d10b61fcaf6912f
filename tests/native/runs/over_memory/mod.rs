//! Whole runs over two sides in memory.

mod choices;
mod commits;
mod kept;
mod lost;
mod preview;
mod records;
mod regrets;
mod rules;
mod stopping;
mod turned;
