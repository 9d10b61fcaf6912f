//! Creatio's replica, and what is read and written beside it.

pub(crate) mod apply;
pub(crate) mod directory;
pub(crate) mod filters;
pub(crate) mod observe;
pub(crate) mod servers;
pub(crate) mod settings;
