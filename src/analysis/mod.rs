//! What the facts add up to: one machine per file.

mod addressing;
mod association;
mod ending;
mod history;
mod machine;
mod message;

pub use addressing::{Addressing, Earlier, Misnamed, lacks_prmd};
pub use association::{Asked, Association, Outcome, PresentationFacts, RtseFacts, SessionFacts};
pub use ending::{Ending, How};
pub use history::{Attempt, History, Loss};
pub use machine::{Event, Machine, State};
pub use message::{Ledger, Message, Status};
