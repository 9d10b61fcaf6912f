//! Creatio's replica, and what is read and written beside it.

mod apply;
mod directory;
mod filters;
mod observe;
mod servers;
mod settings;
