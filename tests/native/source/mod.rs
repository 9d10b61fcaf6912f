//! What holds of the source itself: its arrows, its names, its comments and pages.

mod names;
mod prose;
mod rings;
