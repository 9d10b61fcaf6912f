//! HTTP as the replicas use it: requests and replies as values, one caller that signs, sends and
//! repeats, and the `$batch` envelope. Knows no entity of any server; what a status means for an
//! item is the replica's to say.

pub mod batch;
pub mod budget;
pub mod call;
pub mod claims;
pub mod endpoint;
pub mod odata;
pub mod pages;
pub mod recipients;
pub mod repair_json;
pub mod retry;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod test_double;

pub use batch::{Envelope, NoReply, PartAnswer};
pub use call::Caller;
pub use endpoint::{Call, Endpoint, Fault, Payload, Repeat};
pub use pages::{Endless, Pages};
pub use retry::CallFailure;
