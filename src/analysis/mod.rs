//! What the facts add up to: one machine per file.

mod association;
mod ending;
mod history;
mod machine;
mod message;
mod pace;
mod transport;

pub use association::{
    Asked, Association, OpenActivity, Outcome, PresentationFacts, RtseFacts, SessionFacts,
};
pub use ending::{Ending, How};
pub use history::{Attempt, History, Loss, Run};
pub use machine::{Event, Machine, State};
pub use message::{Ledger, Message, Status};
pub use pace::{Pace, Stall};
pub use transport::{Request, Reserved, TransportFacts};
