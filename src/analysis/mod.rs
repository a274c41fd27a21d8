//! What the facts add up to: one machine per file.

mod association;
mod machine;
mod message;

pub use association::{Asked, Association, Outcome, PresentationFacts, RtseFacts, SessionFacts};
pub use machine::{Event, Machine, State};
pub use message::{Ledger, Message, Status};
