//! The remote operations protocol: X.229 (ISO 9072-2), and the remote operations of X.410-1984.

/// The kind of a ROSE APDU (X.229 9.1) or of the bind operations around it (X.219 macros).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ApduKind {
    Invoke,
    ReturnResult,
    ReturnError,
    Reject,
    Bind,
    BindResult,
    BindError,
    Unbind,
    UnbindResult,
    UnbindError,
}

impl ApduKind {
    /// The abbreviation of X.229, or the name of the macro's value.
    pub const fn name(self) -> &'static str {
        match self {
            ApduKind::Invoke => "ROIV",
            ApduKind::ReturnResult => "RORS",
            ApduKind::ReturnError => "ROER",
            ApduKind::Reject => "RORJ",
            ApduKind::Bind => "BIND",
            ApduKind::BindResult => "BIND-RESULT",
            ApduKind::BindError => "BIND-ERROR",
            ApduKind::Unbind => "UNBIND",
            ApduKind::UnbindResult => "UNBIND-RESULT",
            ApduKind::UnbindError => "UNBIND-ERROR",
        }
    }

    /// What it does.
    pub const fn title(self) -> &'static str {
        match self {
            ApduKind::Invoke => "Invoke",
            ApduKind::ReturnResult => "Return Result",
            ApduKind::ReturnError => "Return Error",
            ApduKind::Reject => "Reject",
            ApduKind::Bind => "Bind",
            ApduKind::BindResult => "Bind Result",
            ApduKind::BindError => "Bind Error",
            ApduKind::Unbind => "Unbind",
            ApduKind::UnbindResult => "Unbind Result",
            ApduKind::UnbindError => "Unbind Error",
        }
    }
}

/// The fact about one APDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apdu {
    /// The kind.
    pub kind: ApduKind,
    /// invokeID.
    pub invoke_id: Option<i64>,
    /// The local operation or error code.
    pub code: Option<i64>,
}
