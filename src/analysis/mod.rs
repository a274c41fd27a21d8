//! What the facts add up to: one machine per file.

mod association;
mod machine;

pub use association::{Asked, Association, Outcome, PresentationFacts, RtseFacts, SessionFacts};
pub use machine::{Event, Machine, State};
