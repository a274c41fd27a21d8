//! The association control protocol: X.227 (ISO 8650-1).

use super::Name;

/// The kind of an ACSE APDU (X.227 9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ApduKind {
    Aarq,
    Aare,
    Rlrq,
    Rlre,
    Abrt,
    Adt,
    Acrq,
    Acrp,
}

impl ApduKind {
    /// The abbreviation of X.227.
    pub const fn name(self) -> &'static str {
        match self {
            ApduKind::Aarq => "AARQ",
            ApduKind::Aare => "AARE",
            ApduKind::Rlrq => "RLRQ",
            ApduKind::Rlre => "RLRE",
            ApduKind::Abrt => "ABRT",
            ApduKind::Adt => "A-DT",
            ApduKind::Acrq => "ACRQ",
            ApduKind::Acrp => "ACRP",
        }
    }

    /// What it does.
    pub const fn title(self) -> &'static str {
        match self {
            ApduKind::Aarq => "Associate Request",
            ApduKind::Aare => "Associate Response",
            ApduKind::Rlrq => "Release Request",
            ApduKind::Rlre => "Release Response",
            ApduKind::Abrt => "Abort",
            ApduKind::Adt => "Data",
            ApduKind::Acrq => "Context Definition Request",
            ApduKind::Acrp => "Context Definition Response",
        }
    }
}

/// The fact about one APDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apdu {
    /// The kind.
    pub kind: ApduKind,
    /// application-context-name: contents octets of the OBJECT IDENTIFIER, empty where absent.
    pub application_context: Name,
    /// AARE: result.
    pub result: Option<i64>,
    /// AARE: result-source-diagnostic of the acse-service-user.
    pub user_diagnostic: Option<i64>,
    /// AARE: result-source-diagnostic of the acse-service-provider.
    pub provider_diagnostic: Option<i64>,
    /// RLRQ and RLRE: reason.
    pub reason: Option<i64>,
    /// ABRT: abort-source.
    pub abort_source: Option<i64>,
    /// ABRT: abort-diagnostic.
    pub abort_diagnostic: Option<i64>,
}

impl Apdu {
    /// An APDU that says nothing yet.
    pub fn new(kind: ApduKind) -> Apdu {
        Apdu {
            kind,
            application_context: Name::default(),
            result: None,
            user_diagnostic: None,
            provider_diagnostic: None,
            reason: None,
            abort_source: None,
            abort_diagnostic: None,
        }
    }
}

/// The result of an AARE (X.227 9.1, Associate-result).
pub const fn result(result: i64) -> &'static str {
    match result {
        0 => "accepted",
        1 => "rejected-permanent",
        2 => "rejected-transient",
        _ => "unknown result",
    }
}

/// A diagnostic of the acse-service-user.
pub const fn user_diagnostic(code: i64) -> &'static str {
    match code {
        0 => "null",
        1 => "no reason given",
        2 => "application context name not supported",
        3 => "calling AP title not recognized",
        4 => "calling AP invocation identifier not recognized",
        5 => "calling AE qualifier not recognized",
        6 => "calling AE invocation identifier not recognized",
        7 => "called AP title not recognized",
        8 => "called AP invocation identifier not recognized",
        9 => "called AE qualifier not recognized",
        10 => "called AE invocation identifier not recognized",
        11 => "authentication mechanism name not recognized",
        12 => "authentication mechanism name required",
        13 => "authentication failure",
        14 => "authentication required",
        _ => "unknown diagnostic",
    }
}

/// A diagnostic of the acse-service-provider.
pub const fn provider_diagnostic(code: i64) -> &'static str {
    match code {
        0 => "null",
        1 => "no reason given",
        2 => "no common ACSE version",
        _ => "unknown diagnostic",
    }
}

/// The diagnostic of an ABRT.
pub const fn abort_diagnostic(code: i64) -> &'static str {
    match code {
        1 => "no reason given",
        2 => "protocol error",
        3 => "authentication mechanism name not recognized",
        4 => "authentication mechanism name required",
        5 => "authentication failure",
        6 => "authentication required",
        _ => "unknown diagnostic",
    }
}
