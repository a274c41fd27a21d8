//! What the facts add up to: one machine per file.

mod association;
mod ending;
mod history;
mod machine;
mod memory;
mod message;

pub use association::{Asked, Association, Outcome, PresentationFacts, RtseFacts, SessionFacts};
pub use ending::{Ending, How};
pub use history::{Attempt, History, Loss};
pub use machine::{Event, Machine, State};
pub use memory::{Again, Repeat, Subject};
pub use message::{Ledger, Message, Status};
