//! Ring 3: answers the ports in a browser (`fetch`, IndexedDB, the host page's callbacks) and gives
//! JavaScript one class, [`facade::ScheduleSync`]. It works in a worker as in a page. Nothing here
//! decides anything about a sync.
#![cfg(target_arch = "wasm32")]

pub mod clock;
pub mod dto;
pub mod error;
pub mod facade;
pub mod fetch;
pub mod host;
mod javascript;
pub mod lock;
pub mod request_counter;
pub mod store;
pub mod zone;
