//! Schedule Sync: keeps Creatio's activities and an Exchange mailbox in step.

/// The version of this engine, as in `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
