//! Where the dialogue of an association stands, as one table (X.225 annex A, X.228 clause 8).

use crate::layers::session::SpduKind;

/// How far the dialogue has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Not known: the capture began later, or misses something.
    #[default]
    Unknown,
    /// CONNECT sent.
    Connecting,
    /// Open, without an activity.
    Idle,
    /// Inside an activity.
    Active,
    /// ACTIVITY END sent.
    Ending,
    /// ACTIVITY INTERRUPT sent.
    Interrupting,
    /// ACTIVITY DISCARD sent.
    Discarding,
    /// GIVE TOKENS CONFIRM sent.
    Giving,
    /// FINISH sent.
    Releasing,
    /// Refused, released or aborted: what still comes has crossed the end on its way.
    Over,
}

impl Phase {
    /// Where an SPDU stands that comes in this phase, in words; `own` says whether its sender began the phase.
    pub const fn words(self, own: bool) -> &'static str {
        match (self, own) {
            (Phase::Unknown, _) => "in a state that is not known",
            (Phase::Connecting, true) => "before its CONNECT is answered",
            (Phase::Connecting, false) => "in answer to the CONNECT",
            (Phase::Idle, _) => "outside of an activity",
            (Phase::Active, true) => "inside its activity",
            (Phase::Active, false) => "inside an activity of the other side",
            (Phase::Ending, true) => "before its ACTIVITY END is acknowledged",
            (Phase::Ending, false) => "where it has to acknowledge an ACTIVITY END",
            (Phase::Interrupting, true) => "before its ACTIVITY INTERRUPT is acknowledged",
            (Phase::Interrupting, false) => "where it has to acknowledge an ACTIVITY INTERRUPT",
            (Phase::Discarding, true) => "before its ACTIVITY DISCARD is acknowledged",
            (Phase::Discarding, false) => "where it has to acknowledge an ACTIVITY DISCARD",
            (Phase::Giving, true) => "before its GIVE TOKENS CONFIRM is acknowledged",
            (Phase::Giving, false) => "where it has to acknowledge a GIVE TOKENS CONFIRM",
            (Phase::Releasing, true) => "before its FINISH is answered",
            (Phase::Releasing, false) => "in answer to the FINISH",
            (Phase::Over, _) => "after the end of the association",
        }
    }

    /// Whether an activity is under way, or its end not acknowledged.
    pub const fn is_in_activity(self) -> bool {
        matches!(self, Phase::Active | Phase::Ending)
    }

    /// Whether one side begins it and the other has to end or answer it.
    pub(super) const fn is_begun_by_one(self) -> bool {
        !matches!(self, Phase::Unknown | Phase::Idle | Phase::Over)
    }

    /// The phase that an SPDU leads to; `None` where it is not allowed. `own` says whether it comes from the side that
    /// began the phase: that called, whose activity it is, that gives the turn, that releases.
    pub(super) fn next(self, kind: SpduKind, own: bool) -> Option<Phase> {
        use Phase::*;
        use SpduKind as K;
        Some(match (self, kind, own) {
            // X.225 7.9: either side may abort at any time; what crosses the end means nothing any more.
            (_, K::Abort | K::AbortAccept, _) => Over,
            (Over, kind, _) if !matches!(kind, K::Connect) => Over,

            // X.225 7.1 to 7.5: only the end that was called answers a CONNECT.
            (Unknown | Over, K::Connect, _) => Connecting,
            (Connecting, K::ConnectDataOverflow, true) | (Connecting, K::OverflowAccept, false) => Connecting,
            (Connecting, K::Accept, false) => Idle,
            (Connecting, K::Refuse, false) => Over,
            (Connecting, _, _) => return None,

            // What an SPDU shows where nothing is known.
            (Unknown, K::Accept, _) => Idle,
            (Unknown, K::Refuse | K::Disconnect, _) => Over,
            (Unknown, K::DataTransfer | K::MinorSyncPoint, _) => Active,
            (Unknown, K::ActivityEndAck | K::ActivityInterruptAck | K::ActivityDiscardAck, _) => Idle,
            (Unknown, K::GiveTokensAck | K::NotFinished, _) => Idle,

            // X.225 7.24, 7.25; X.228 8.2: one activity at a time.
            (Unknown | Idle, K::ActivityStart | K::ActivityResume, _) => Active,
            // X.228 8.2: data and checkpoints only inside an activity, and only of its sender.
            (Active, K::DataTransfer | K::MinorSyncPoint, true) => Active,
            // X.225 7.28: the end is a major synchronization point, and the sender waits for its acknowledgement.
            (Unknown, K::ActivityEnd, _) | (Active, K::ActivityEnd, true) => Ending,
            (Ending, K::ActivityEndAck, false) => Idle,
            // The receiver's answers may be on their way while the sender ends, interrupts or discards.
            (Active | Ending | Interrupting | Discarding, K::MinorSyncAck, false) => self,
            (Interrupting | Discarding, K::ActivityEndAck, false) => self,
            // X.225 7.26, 7.27: also while the end waits for its acknowledgement.
            (Unknown, K::ActivityInterrupt, _) | (Active | Ending, K::ActivityInterrupt, true) => {
                Interrupting
            }
            (Interrupting, K::ActivityInterruptAck, false) => Idle,
            (Unknown, K::ActivityDiscard, _) | (Active | Ending, K::ActivityDiscard, true) => Discarding,
            (Discarding, K::ActivityDiscardAck, false) => Idle,
            // X.225 7.21, 7.22: the receiver reports trouble; what the sender had sent by then still comes.
            (Active | Ending | Interrupting | Discarding, K::ExceptionData | K::ExceptionReport, false) => {
                self
            }

            // X.225 7.14; X.228 8.5: the turn is given between activities.
            (Unknown | Idle, K::GiveTokensConfirm, _) => Giving,
            (Giving, K::GiveTokensAck, false) => Idle,
            // X.225 7.12, 7.13: it may be asked for at any time.
            (_, K::PleaseTokens | K::GiveTokens, _) => self,

            // X.225 7.6, 7.7; X.228 8.1: released between activities.
            (Unknown | Idle, K::Finish, _) => Releasing,
            (Releasing, K::Disconnect, false) => Over,
            (Releasing, K::NotFinished, false) => Idle,

            // Services that RTSE does not use; whether they were agreed is asked elsewhere.
            (
                _,
                K::Expedited
                | K::Prepare
                | K::TypedData
                | K::MajorSyncPoint
                | K::MajorSyncAck
                | K::Resynchronize
                | K::ResynchronizeAck
                | K::CapabilityData
                | K::CapabilityDataAck
                | K::UnitData
                | K::Unknown(_),
                _,
            ) => self,

            (Unknown, _, _) => Unknown,
            _ => return None,
        })
    }
}

/// The functional unit that an SPDU belongs to, as a bit of the session user requirements; 0 where every session
/// connection has it (X.225 table 2).
pub(super) const fn functional_unit(kind: SpduKind) -> u16 {
    use SpduKind::*;
    match kind {
        Expedited => 0x0004,
        MinorSyncPoint | MinorSyncAck => 0x0008,
        MajorSyncPoint | MajorSyncAck => 0x0010,
        Resynchronize | ResynchronizeAck => 0x0020,
        ActivityStart | ActivityResume | ActivityEnd | ActivityEndAck | ActivityInterrupt
        | ActivityInterruptAck | ActivityDiscard | ActivityDiscardAck | GiveTokensConfirm | GiveTokensAck => {
            0x0040
        }
        NotFinished => 0x0080,
        CapabilityData | CapabilityDataAck => 0x0100,
        ExceptionReport | ExceptionData => 0x0200,
        TypedData => 0x0400,
        _ => 0,
    }
}
