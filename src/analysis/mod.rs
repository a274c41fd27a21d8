//! What the facts add up to: one machine per file.

mod activity;
mod association;
mod breach;
mod ending;
mod history;
mod machine;
mod message;
mod phase;
mod tokens;

pub use activity::{Activities, Agreed, Dialogue, Exception, Longest, Timers, Wanted};
pub use association::{Asked, Association, Outcome, PresentationFacts, RtseFacts, SessionFacts};
pub use breach::Breach;
pub use ending::{Ending, How};
pub use history::{Attempt, History, Loss};
pub use machine::{Event, Machine, State};
pub use message::{Ledger, Message, Status};
pub use phase::Phase;
pub use tokens::Token;
