//! Activities of Creatio as items: reads them, finds them, applies writes. The files are named as
//! those of `graph` and `ews` are. How a request is spelled and sent is `client`'s.

mod apply;
mod built_in_sync;
mod compose;
pub(in crate::creatio) mod fetch;
mod find;
pub(in crate::creatio) mod lookups;
pub(in crate::creatio) mod map;
mod observe;
pub(in crate::creatio) mod own_writes;
mod participants;
pub(in crate::creatio) mod wire;
