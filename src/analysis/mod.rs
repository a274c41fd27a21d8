//! What the facts add up to: one machine per file.

mod activity;
mod addressing;
mod association;
mod breach;
mod ending;
mod history;
mod latest;
mod machine;
mod memory;
mod message;
mod pace;
mod phase;
mod timers;
mod tokens;
mod transport;

pub use activity::{Activities, Agreed, Dialogue, Exception, Wanted};
pub use addressing::{Addressing, Earlier, Misnamed, lacks_prmd};
pub use association::{
    Asked, Association, OpenActivity, Outcome, PresentationFacts, RtseFacts, SessionFacts,
};
pub use breach::Breach;
pub use ending::{Ending, How};
pub use history::{Attempt, History, Loss, Run};
pub use machine::{Event, Machine, State};
pub use memory::{Again, Repeat, Subject};
pub use message::{Ledger, Message, Status};
pub use pace::{Pace, Sent, Stall};
pub use phase::Phase;
pub use timers::Timers;
pub use tokens::Token;
pub use transport::{Request, Reserved, TransportFacts};
