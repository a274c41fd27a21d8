//! The schemas, read once at the first use, and the fields that the layers ask the walker for.

use std::sync::OnceLock;

use crate::asn1::{Schema, TableId, TypeId};

/// Declares the picks: what the layers call a field, and its name in the schemas.
macro_rules! picks {
    ($($(#[$doc:meta])* $pick:ident = $name:literal,)*) => {
        /// A field that the layers want to be told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Pick { $($(#[$doc])* $pick,)* }

        const ALL: &[Pick] = &[$(Pick::$pick,)*];
        const NAMES: &[&str] = &[$($name,)*];
    };
}

picks! {
    ModeValue = "pres.mode_value",
    CallingPsel = "pres.calling_presentation_selector",
    CalledPsel = "pres.called_presentation_selector",
    RespondingPsel = "pres.responding_presentation_selector",
    ContextId = "pres.Context-item.presentation_context_identifier",
    AbstractSyntax = "pres.abstract_syntax_name",
    ContextResult = "pres.result",
    ContextReason = "pres.context_provider_reason",
    ProviderReason = "pres.provider_reason",
    AbortReason = "pres.abort_reason",
    Event = "pres.event_identifier",
}

impl Pick {
    /// The pick with this number; the walker counts from 1.
    pub(super) fn from_number(number: u16) -> Option<Pick> {
        ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}
