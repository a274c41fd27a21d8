//! The presentation protocol: X.226 (ISO 8823), in normal mode and in X.410-1984 mode.

use std::ops::Deref;
use std::sync::Arc;

use super::Name;
use super::session::SpduKind;

/// The mode of a presentation connection (X.226 6.2.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// mode-value 0, x410-1984-mode: no contexts, no ACSE; the RTS parameters stand in the CP itself.
    X410,
    /// mode-value 1, normal-mode.
    Normal,
}

impl Mode {
    /// The name of the mode-value in X.226.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::X410 => "x410-1984-mode",
            Mode::Normal => "normal-mode",
        }
    }
}

/// The kind of a PPDU (X.226 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum PpduKind {
    Cp,
    Cpa,
    Cpr,
    Aru,
    Arp,
    Ac,
    Aca,
    Rs,
    Rsa,
    /// User data: TD, TTD, TE, TC, TCC and the user data of every other session service.
    Td,
}

impl PpduKind {
    /// The abbreviation of X.226.
    pub const fn name(self) -> &'static str {
        match self {
            PpduKind::Cp => "CP",
            PpduKind::Cpa => "CPA",
            PpduKind::Cpr => "CPR",
            PpduKind::Aru => "ARU",
            PpduKind::Arp => "ARP",
            PpduKind::Ac => "AC",
            PpduKind::Aca => "ACA",
            PpduKind::Rs => "RS",
            PpduKind::Rsa => "RSA",
            PpduKind::Td => "TD",
        }
    }

    /// The name, spelled out.
    pub const fn title(self) -> &'static str {
        match self {
            PpduKind::Cp => "Connect Presentation",
            PpduKind::Cpa => "Connect Presentation Accept",
            PpduKind::Cpr => "Connect Presentation Reject",
            PpduKind::Aru => "Abnormal Release User",
            PpduKind::Arp => "Abnormal Release Provider",
            PpduKind::Ac => "Alter Context",
            PpduKind::Aca => "Alter Context Acknowledge",
            PpduKind::Rs => "Resynchronize",
            PpduKind::Rsa => "Resynchronize Acknowledge",
            PpduKind::Td => "User Data",
        }
    }
}

/// Which PPDU the user data of an SPDU is (X.226 8.4: which PPDU is carried by which session service).
///
/// `first` is the first octet, which tells ARU from ARP and the control PPDUs from data. `None`: the octets belong
/// to the RTS of the X.410-1984 mode without any PPDU around them, or to a user of the session layer that we do not
/// know.
pub fn ppdu_of(spdu: SpduKind, first: u8, mode: Option<Mode>) -> Option<PpduKind> {
    use SpduKind as K;
    Some(match (spdu, first) {
        (K::Connect | K::ConnectDataOverflow, 0x31) => PpduKind::Cp,
        (K::Accept, 0x31) => PpduKind::Cpa,
        (K::Refuse, 0x30 | 0x31) => PpduKind::Cpr,
        (K::Abort, 0x30) => PpduKind::Arp,
        (K::Abort, 0xA0 | 0x31) => PpduKind::Aru,
        (K::TypedData, 0xA0) => PpduKind::Ac,
        (K::TypedData, 0xA1) => PpduKind::Aca,
        (K::Resynchronize, 0x30) => PpduKind::Rs,
        (K::ResynchronizeAck, 0x30) => PpduKind::Rsa,
        (_, 0x40 | 0x60 | 0x61) if mode != Some(Mode::X410) => PpduKind::Td,
        _ => return None,
    })
}

/// Result of a proposed context (X.226 8.3.2, Result).
pub const fn context_result(result: i64) -> &'static str {
    match result {
        0 => "acceptance",
        1 => "user rejection",
        2 => "provider rejection",
        _ => "unknown result",
    }
}

/// Why a presentation provider rejects a context (X.226 8.3.2, Provider-reason).
pub const fn context_reason(reason: i64) -> &'static str {
    match reason {
        0 => "reason not specified",
        1 => "abstract syntax not supported",
        2 => "proposed transfer syntaxes not supported",
        3 => "local limit on the defined context set exceeded",
        _ => "unknown reason",
    }
}

/// What an ARP says it was sent for (X.226 8.2, Event-identifier): the PPDUs, then the services of the session layer.
pub fn event(event: i64) -> &'static str {
    const EVENTS: [&str; 33] = [
        "the CP",
        "the CPA",
        "the CPR",
        "an ARU",
        "an ARP",
        "an AC",
        "an ACA",
        "a TD",
        "a TTD",
        "a TE",
        "a TC",
        "a TCC",
        "an RS",
        "an RSA",
        "a release indication",
        "a release confirm",
        "a token-give indication",
        "a token-please indication",
        "a control-give indication",
        "a sync-minor indication",
        "a sync-minor confirm",
        "a sync-major indication",
        "a sync-major confirm",
        "an exception report of the provider",
        "an exception report of the user",
        "an activity-start indication",
        "an activity-resume indication",
        "an activity-interrupt indication",
        "an activity-interrupt confirm",
        "an activity-discard indication",
        "an activity-discard confirm",
        "an activity-end indication",
        "an activity-end confirm",
    ];
    usize::try_from(event).ok().and_then(|event| EVENTS.get(event)).copied().unwrap_or("an unknown event")
}

/// Why a CPR refuses (X.226 8.2, Provider-reason).
pub const fn refuse_reason(reason: i64) -> &'static str {
    match reason {
        0 => "reason not specified",
        1 => "temporary congestion",
        2 => "local limit exceeded",
        3 => "called presentation address unknown",
        4 => "protocol version not supported",
        5 => "default context not supported",
        6 => "user data not readable",
        7 => "no PSAP available",
        _ => "unknown reason",
    }
}

/// Why an ARP aborts (X.226 8.2, Abort-reason).
pub const fn abort_reason(reason: i64) -> &'static str {
    match reason {
        0 => "reason not specified",
        1 => "unrecognized PPDU",
        2 => "unexpected PPDU",
        3 => "unexpected session service primitive",
        4 => "unrecognized PPDU parameter",
        5 => "unexpected PPDU parameter",
        6 => "invalid PPDU parameter value",
        _ => "unknown reason",
    }
}

/// The defined context set: none, or a list that a connection and its association hold together, and others with them
/// that have the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts(Option<Arc<Vec<Context>>>);

impl Contexts {
    /// The list, for those who change it: it becomes one of their own.
    pub fn own(&mut self) -> &mut Vec<Context> {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    /// The list as it is held, for those who may share it.
    pub fn held(&mut self) -> Option<&mut Arc<Vec<Context>>> {
        self.0.as_mut()
    }

    /// How much memory it takes; nothing where others hold it than a connection and its association.
    pub fn footprint(&self) -> usize {
        match &self.0 {
            Some(list) if Arc::strong_count(list) <= 2 => {
                let names: usize = list.iter().map(|context| context.abstract_syntax.footprint()).sum();
                names + list.capacity() * size_of::<Context>()
            }
            _ => 0,
        }
    }
}

impl Deref for Contexts {
    type Target = [Context];

    fn deref(&self) -> &[Context] {
        self.0.as_deref().map_or(&[], |list| list)
    }
}

impl FromIterator<Context> for Contexts {
    fn from_iter<I: IntoIterator<Item = Context>>(contexts: I) -> Contexts {
        Contexts(Some(Arc::new(contexts.into_iter().collect())))
    }
}

/// One entry of the defined context set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Context {
    /// presentation-context-identifier.
    pub id: i64,
    /// abstract-syntax-name: contents octets of the OBJECT IDENTIFIER.
    pub abstract_syntax: Name,
    /// Result of the answer; `None` before it, or where it was not captured.
    pub result: Option<i64>,
    /// provider-reason of a rejection.
    pub reason: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octet_tells_what_is_carried() {
        assert_eq!(ppdu_of(SpduKind::Abort, 0x30, Some(Mode::X410)), Some(PpduKind::Arp));
        assert_eq!(ppdu_of(SpduKind::Abort, 0x31, Some(Mode::X410)), Some(PpduKind::Aru));
        // A raw segment of the X.410 mode may begin with any octet, 61 as well.
        assert_eq!(ppdu_of(SpduKind::DataTransfer, 0x61, Some(Mode::X410)), None);
    }
}
