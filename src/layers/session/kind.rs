//! The kinds of SPDUs: codes, names, and where they may stand.

/// The kind of an SPDU (X.225 clause 8). Names that share a code are told apart by their place in the TSDU and
/// by the state of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SpduKind {
    ExceptionReport,
    GiveTokens,
    DataTransfer,
    PleaseTokens,
    Expedited,
    Prepare,
    NotFinished,
    Finish,
    Disconnect,
    Refuse,
    Connect,
    Accept,
    ConnectDataOverflow,
    OverflowAccept,
    GiveTokensConfirm,
    GiveTokensAck,
    Abort,
    AbortAccept,
    ActivityInterrupt,
    ActivityInterruptAck,
    ActivityResume,
    TypedData,
    ResynchronizeAck,
    MajorSyncPoint,
    ActivityEnd,
    MajorSyncAck,
    ActivityEndAck,
    ActivityStart,
    ExceptionData,
    MinorSyncPoint,
    MinorSyncAck,
    Resynchronize,
    ActivityDiscard,
    ActivityDiscardAck,
    CapabilityData,
    CapabilityDataAck,
    UnitData,
    /// A code that X.225 does not define.
    Unknown(u8),
}

/// Where an SPDU may stand in a TSDU (X.225 6.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// Category 0: alone, or in front of those of category 2.
    First,
    /// Category 1: alone.
    Alone,
    /// Category 2: never alone, always behind one of category 0.
    Behind,
}

impl SpduKind {
    /// The code, the abbreviation and the name of the standard. A code that two kinds share is the second one's
    /// behind another SPDU.
    const fn row(self) -> (u8, &'static str, &'static str) {
        match self {
            SpduKind::ExceptionReport => (0, "ER", "EXCEPTION REPORT"),
            SpduKind::GiveTokens => (1, "GT", "GIVE TOKENS"),
            SpduKind::DataTransfer => (1, "DT", "DATA TRANSFER"),
            SpduKind::PleaseTokens => (2, "PT", "PLEASE TOKENS"),
            SpduKind::Expedited => (5, "EX", "EXPEDITED"),
            SpduKind::Prepare => (7, "PR", "PREPARE"),
            SpduKind::NotFinished => (8, "NF", "NOT FINISHED"),
            SpduKind::Finish => (9, "FN", "FINISH"),
            SpduKind::Disconnect => (10, "DN", "DISCONNECT"),
            SpduKind::Refuse => (12, "RF", "REFUSE"),
            SpduKind::Connect => (13, "CN", "CONNECT"),
            SpduKind::Accept => (14, "AC", "ACCEPT"),
            SpduKind::ConnectDataOverflow => (15, "CDO", "CONNECT DATA OVERFLOW"),
            SpduKind::OverflowAccept => (16, "OA", "OVERFLOW ACCEPT"),
            SpduKind::GiveTokensConfirm => (21, "GTC", "GIVE TOKENS CONFIRM"),
            SpduKind::GiveTokensAck => (22, "GTA", "GIVE TOKENS ACK"),
            SpduKind::Abort => (25, "AB", "ABORT"),
            SpduKind::ActivityInterrupt => (25, "AI", "ACTIVITY INTERRUPT"),
            SpduKind::AbortAccept => (26, "AA", "ABORT ACCEPT"),
            SpduKind::ActivityInterruptAck => (26, "AIA", "ACTIVITY INTERRUPT ACK"),
            SpduKind::ActivityResume => (29, "AR", "ACTIVITY RESUME"),
            SpduKind::TypedData => (33, "TD", "TYPED DATA"),
            SpduKind::ResynchronizeAck => (34, "RA", "RESYNCHRONIZE ACK"),
            SpduKind::MajorSyncPoint => (41, "MAP", "MAJOR SYNC POINT"),
            SpduKind::ActivityEnd => (41, "AE", "ACTIVITY END"),
            SpduKind::MajorSyncAck => (42, "MAA", "MAJOR SYNC ACK"),
            SpduKind::ActivityEndAck => (42, "AEA", "ACTIVITY END ACK"),
            SpduKind::ActivityStart => (45, "AS", "ACTIVITY START"),
            SpduKind::ExceptionData => (48, "ED", "EXCEPTION DATA"),
            SpduKind::MinorSyncPoint => (49, "MIP", "MINOR SYNC POINT"),
            SpduKind::MinorSyncAck => (50, "MIA", "MINOR SYNC ACK"),
            SpduKind::Resynchronize => (53, "RS", "RESYNCHRONIZE"),
            SpduKind::ActivityDiscard => (57, "AD", "ACTIVITY DISCARD"),
            SpduKind::ActivityDiscardAck => (58, "ADA", "ACTIVITY DISCARD ACK"),
            SpduKind::CapabilityData => (61, "CD", "CAPABILITY DATA"),
            SpduKind::CapabilityDataAck => (62, "CDA", "CAPABILITY DATA ACK"),
            SpduKind::UnitData => (64, "UD", "UNIT DATA"),
            SpduKind::Unknown(code) => (code, "unknown", "UNKNOWN"),
        }
    }

    /// The SPDU identifier, the first octet.
    pub const fn code(self) -> u8 {
        self.row().0
    }

    /// The standard's abbreviation: `CN`.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// The standard's name in capitals: `ACTIVITY START`.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// The kind of the first SPDU of a TSDU. Code 41 is read as a MAP and 42 as a MAA until more is known.
    pub(in crate::layers) const fn first(code: u8) -> SpduKind {
        if (code as usize) < BY_CODE.len() { BY_CODE[code as usize] } else { SpduKind::Unknown(code) }
    }

    /// The kind of a further SPDU of a TSDU.
    pub(super) const fn later(code: u8) -> SpduKind {
        match SpduKind::first(code) {
            SpduKind::GiveTokens => SpduKind::DataTransfer,
            SpduKind::Abort => SpduKind::ActivityInterrupt,
            SpduKind::AbortAccept => SpduKind::ActivityInterruptAck,
            kind => kind,
        }
    }

    /// Where the SPDU may stand.
    pub(super) const fn category(self) -> Category {
        use SpduKind::*;
        match self {
            GiveTokens | PleaseTokens => Category::First,
            ExceptionReport | DataTransfer | ActivityInterrupt | ActivityInterruptAck | ActivityResume
            | ResynchronizeAck | MajorSyncPoint | ActivityEnd | MajorSyncAck | ActivityEndAck
            | ActivityStart | ExceptionData | MinorSyncPoint | MinorSyncAck | Resynchronize
            | ActivityDiscard | ActivityDiscardAck | CapabilityData | CapabilityDataAck => Category::Behind,
            Expedited | Prepare | NotFinished | Finish | Disconnect | Refuse | Connect | Accept
            | ConnectDataOverflow | OverflowAccept | GiveTokensConfirm | GiveTokensAck | Abort
            | AbortAccept | TypedData | UnitData | Unknown(_) => Category::Alone,
        }
    }

    /// Whether a TSDU may begin with this SPDU.
    pub(in crate::layers) const fn may_stand_first(self) -> bool {
        !matches!(self.category(), Category::Behind) && !matches!(self, SpduKind::Unknown(_))
    }

    /// Whether a user information field follows the parameters, up to the end of the TSDU (X.225 8.2).
    pub(super) const fn has_user_information(self) -> bool {
        matches!(self, SpduKind::DataTransfer | SpduKind::Expedited | SpduKind::TypedData)
    }
}

/// The kinds that a code has where no SPDU stands in front.
pub(super) const FIRST: [SpduKind; 32] = {
    use SpduKind::*;
    [
        ExceptionReport,
        GiveTokens,
        PleaseTokens,
        Expedited,
        Prepare,
        NotFinished,
        Finish,
        Disconnect,
        Refuse,
        Connect,
        Accept,
        ConnectDataOverflow,
        OverflowAccept,
        GiveTokensConfirm,
        GiveTokensAck,
        Abort,
        AbortAccept,
        ActivityResume,
        TypedData,
        ResynchronizeAck,
        MajorSyncPoint,
        MajorSyncAck,
        ActivityStart,
        ExceptionData,
        MinorSyncPoint,
        MinorSyncAck,
        Resynchronize,
        ActivityDiscard,
        ActivityDiscardAck,
        CapabilityData,
        CapabilityDataAck,
        UnitData,
    ]
};

/// The kinds that share a code with one of [`FIRST`].
pub(super) const SECOND: [SpduKind; 5] = [
    SpduKind::DataTransfer,
    SpduKind::ActivityInterrupt,
    SpduKind::ActivityInterruptAck,
    SpduKind::ActivityEnd,
    SpduKind::ActivityEndAck,
];

/// [`FIRST`] by code.
const BY_CODE: [SpduKind; 65] = {
    let mut kinds = [SpduKind::Unknown(0); 65];
    let mut code = 0;
    while code < kinds.len() {
        kinds[code] = SpduKind::Unknown(code as u8);
        code += 1;
    }
    let mut index = 0;
    while index < FIRST.len() {
        kinds[FIRST[index].code() as usize] = FIRST[index];
        index += 1;
    }
    kinds
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_code_and_its_place() {
        for kind in FIRST {
            assert_eq!(SpduKind::first(kind.code()), kind);
        }
        for kind in SECOND {
            assert!(FIRST.iter().any(|first| first.code() == kind.code()), "{}", kind.name());
        }
        assert_eq!((SpduKind::first(1).name(), SpduKind::later(1).name()), ("GT", "DT"));
        assert_eq!((SpduKind::first(25).name(), SpduKind::later(25).name()), ("AB", "AI"));
        assert_eq!((SpduKind::first(26).title(), SpduKind::later(26).name()), ("ABORT ACCEPT", "AIA"));
        assert_eq!(SpduKind::later(45).title(), "ACTIVITY START");
        assert_eq!(SpduKind::first(3), SpduKind::Unknown(3));
        assert_eq!(SpduKind::first(255), SpduKind::Unknown(255));
    }
}
