//! Whole runs over two sides in memory.

mod choices;
mod commits;
mod kept;
mod lost;
mod regrets;
mod rules;
mod stopping;
mod turned;
