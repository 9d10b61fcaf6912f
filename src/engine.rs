//! The engine: decides what a run does. Pure and synchronous: everything it needs is a parameter,
//! everything it finds is a value.
//!
//! It reads as the algorithm: [`scope`] says what is looked at, [`matching`] which unlinked items
//! are one, [`decide`] what is done with each pair, [`field_policy`] in which direction its fields
//! may go, [`merge`] which values do, [`project`] what a value is on the other side, [`actions`]
//! what is written for it, [`guard`] what is too much. [`planner`] puts it together, [`pairs`] for
//! one linked pair. [`fold`] takes in what the servers answered, [`kept`] what they made of it.
//!
//! What these pass to each other are values with files of their own: [`context`] and [`account`],
//! [`matches`], [`fate`], [`action`], [`held`], [`plan`], [`folded`]; and what is stored: [`link`],
//! [`state`], [`change`], [`commit`], [`history`].
//!
//! Other rules have files of their own: [`identity`], [`original`], [`series`] and `twins` say
//! which Activity an item belongs to, [`people`] merges people, [`claim`] gives an Activity its
//! Owner, [`containers`] finds a calendar or list whose id has changed, [`asking`] and [`answer`]
//! hold questions and answers, [`undo`] takes a run back.

pub mod account;
pub mod action;
pub mod actions;
pub mod answer;
pub mod asking;
pub mod change;
pub mod claim;
pub mod commit;
pub mod containers;
pub mod context;
pub mod decide;
pub mod fate;
pub mod field_policy;
pub mod fold;
pub mod folded;
pub mod guard;
pub mod held;
pub mod history;
pub mod identity;
pub mod kept;
pub mod link;
pub mod matches;
pub mod matching;
pub mod merge;
pub mod original;
pub mod pairs;
pub mod people;
pub mod permissions;
pub mod plan;
pub mod planner;
pub mod preview;
pub mod project;
pub mod scope;
pub mod self_check;
pub mod series;
pub mod settings;
pub mod state;
mod twins;
pub mod undo;
