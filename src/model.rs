//! The model: what the product speaks of, on whichever side it lies. Plain values with their normal
//! forms; nothing here decides, reads or writes, and nothing knows how a server spells it.

pub mod body;
pub mod facts;
pub mod field_value;
pub mod html;
pub mod ids;
pub mod item;
pub mod listing;
pub mod lookup;
pub mod meeting;
pub mod membership;
pub mod online;
pub mod op;
pub mod person;
pub mod record;
pub mod scope;
pub mod side;
pub mod task;
pub mod text;
pub mod time;

pub use body::Body;
pub use facts::{Facts, Mark, Occurrence, Original};
pub use field_value::FieldValue;
pub use ids::{Address, ContactId, ContainerId, GroupId, ItemId, SiteId, Uid, Version};
pub use item::Item;
pub use listing::{Container, Cursor, Listing, Malformed, SeriesSet};
pub use meeting::{Importance, Meeting, Reminder, When};
pub use person::{Aliases, Person, Response, Role};
pub use record::{Field, Kind, Patch, Record};
pub use side::{Pair, Side};
pub use task::{Status, Task, TaskWhen};
pub use time::{Day, Instant, Span, Window, Zone};
