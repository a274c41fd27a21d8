//! Who has the tokens of a session connection (X.225 clauses 5.3 and 7.12 to 7.14).

use crate::layers::Side;
use crate::layers::session::SpduKind;

/// A token of a session connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// The right to send data.
    Data,
    /// The right to set minor synchronization points.
    SynchronizeMinor,
    /// The right to begin, end, interrupt and discard activities.
    MajorActivity,
}

/// The tokens, with their bits in the token item (PI 16), the place of their two bits in the token setting item
/// (PI 26), and the functional units that make them available (X.225 8.3.1, table 3).
const TOKENS: [(Token, u8, u8, u16); 3] = [
    (Token::Data, DATA, 0, 0x0001),
    (Token::SynchronizeMinor, MINOR, 2, 0x0008),
    (Token::MajorActivity, MAJOR, 4, 0x0050),
];
const DATA: u8 = 0x01;
const MINOR: u8 = 0x04;
const MAJOR: u8 = 0x10;
const ALL: u8 = DATA | MINOR | MAJOR;

impl Token {
    /// The name of the standard.
    pub const fn name(self) -> &'static str {
        match self {
            Token::Data => "data token",
            Token::SynchronizeMinor => "synchronize-minor token",
            Token::MajorActivity => "major/activity token",
        }
    }
}

/// The tokens that an SPDU needs, as bits of a token item (X.225 annex A, table A.5); `item` is its own token item.
pub(super) const fn is_needed(kind: SpduKind, item: u8) -> u8 {
    match kind {
        SpduKind::DataTransfer => DATA,
        SpduKind::MinorSyncPoint => DATA | MINOR,
        SpduKind::ActivityInterrupt | SpduKind::ActivityDiscard => MAJOR,
        SpduKind::ActivityStart
        | SpduKind::ActivityResume
        | SpduKind::ActivityEnd
        | SpduKind::CapabilityData
        | SpduKind::GiveTokensConfirm
        | SpduKind::Finish => ALL,
        SpduKind::GiveTokens => item & ALL,
        _ => 0,
    }
}

/// Who has each token; `None` where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holders([Option<Side>; 3]);

impl Holders {
    /// One side has them all.
    pub(super) const fn all(side: Side) -> Holders {
        Holders([Some(side); 3])
    }

    /// What the token setting items of CONNECT and ACCEPT say: 0 the initiator's, 1 the responder's, 2 as the
    /// ACCEPT says.
    pub(super) fn agreed(offered: u8, answered: Option<u8>) -> Holders {
        let mut holders = Holders::default();
        for (holder, (_, _, place, _)) in holders.0.iter_mut().zip(TOKENS) {
            let setting = |item: u8| item >> place & 3;
            *holder = match (setting(offered), answered.map(setting)) {
                (0, None | Some(0)) | (2, Some(0)) => Some(Side::Initiator),
                (1, None | Some(1)) | (2, Some(1)) => Some(Side::Responder),
                _ => None,
            };
        }
        holders
    }

    /// Who has the data token.
    pub(super) const fn data(&self) -> Option<Side> {
        self.0[0]
    }

    /// Tokens pass to a side.
    pub(super) fn pass(&mut self, item: u8, to: Side) {
        for (holder, (_, bit, _, _)) in self.0.iter_mut().zip(TOKENS) {
            if item & bit != 0 {
                *holder = Some(to);
            }
        }
    }

    /// A side uses tokens, as far as the functional units make them available: gives the first one that it does not
    /// have. After that it is taken to have them.
    pub(super) fn use_by(&mut self, side: Side, item: u8, units: u16) -> Option<Token> {
        let mut lacking = None;
        for (holder, (token, bit, _, unit)) in self.0.iter_mut().zip(TOKENS) {
            let used = item & bit != 0 && units & unit != 0;
            if used && holder.replace(side).is_some_and(|holder| holder != side) {
                lacking = lacking.or(Some(token));
            }
        }
        lacking
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Initiator as I, Responder as R};

    #[test]
    fn the_token_setting_says_who_has_what() {
        assert_eq!(Holders::agreed(0, None), Holders::all(I));
        assert_eq!(Holders::agreed(0x15, Some(0x15)), Holders::all(R));
        // 10: the called user's choice. It keeps the data token and leaves the others.
        assert_eq!(Holders::agreed(0x2A, Some(0x01)), Holders([Some(R), Some(I), Some(I)]));
        assert_eq!(Holders::agreed(0x2A, None), Holders::default());
    }

    #[test]
    fn only_who_has_the_token_may_use_it() {
        let mut holders = Holders::all(I);
        assert_eq!(holders.use_by(I, is_needed(SpduKind::ActivityStart, 0), 0x0249), None);
        assert_eq!(holders.use_by(R, is_needed(SpduKind::DataTransfer, 0), 0x0249), Some(Token::Data));
        assert_eq!(
            holders.use_by(R, is_needed(SpduKind::ActivityDiscard, 0), 0x0249),
            Some(Token::MajorActivity)
        );
        // In duplex there is no data token.
        assert_eq!(Holders::all(I).use_by(R, DATA, 0x0002), None);
        let mut given = Holders::all(I);
        given.pass(0x55, R);
        assert_eq!(given, Holders::all(R));
    }
}
