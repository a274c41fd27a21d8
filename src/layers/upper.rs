//! Presentation, ACSE, RTSE, ROSE and the bind: the facts that the walk of a schema brings.
//!
//! The walker does the reading. Here is what is asked of it, by field name, and what it has to be told: which
//! type the value of a presentation context has.

use super::foreign::{self, Application};
use super::mts::Kind;
use super::note::{Note, What};
use super::presentation::{Context, Mode, PpduKind};
use super::rtse::{self, Activity, ConnectionData};
use super::session::SpduKind;
use super::stack::Output;
use super::{Side, acse, rose, schemas};
use crate::asn1::{Guide, Key, TableId, TypeId, walk};
use crate::capture::Octets;
use crate::tree::{Cause, Damage, Nothing, Sink, Span};

use schemas::Pick;

/// What the walk of one SSDU's user data said. Everything is absent where there was none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The PPDU.
    pub ppdu: Option<PpduKind>,
    /// The mode that the PPDU shows; for user data the mode of the connection.
    pub mode: Option<Mode>,
    /// provider-reason of a CPR or ARP.
    pub provider_reason: Option<i64>,
    /// event-identifier of an ARP.
    pub event: Option<i64>,
    /// calling-presentation-selector.
    pub calling_selector: Option<Vec<u8>>,
    /// called- or responding-presentation-selector.
    pub called_selector: Option<Vec<u8>>,
    /// The ACSE APDU.
    pub acse: Option<acse::Apdu>,
    /// The RTSE APDU.
    pub rtse: Option<rtse::Apdu>,
    /// The ROSE APDU.
    pub rose: Option<rose::Apdu>,
}

/// What is known of a presentation connection and of the association on it.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The mode.
    pub mode: Option<Mode>,
    /// Whether the mode was worked out from what came later, because the CP was not captured.
    pub mode_inferred: bool,
    /// The defined contexts, with the results of their negotiation.
    pub contexts: Vec<Context>,
    /// application-context-name of the AARQ, else of the AARE: contents octets.
    pub application_context: Vec<u8>,
    /// applicationProtocol of the RTORQ in X.410 mode.
    pub application_protocol: Option<i64>,
    /// Whether the CP was seen.
    pub opened: bool,
    /// What uses the association.
    pub application: Option<Application>,
    /// Session user requirements, as last stated.
    pub functional_units: Option<u16>,
}

/// The functional unit that only users of reliable transfer need (X.225 table 2, activity management).
const ACTIVITY_MANAGEMENT: u16 = 0x0040;

impl Knowledge {
    /// Whether RTSE uses the session: the activity functional unit was asked for, or nothing is known of it.
    pub fn reliable(&self) -> bool {
        self.functional_units.is_none_or(|units| units & ACTIVITY_MANAGEMENT != 0)
    }

    /// Which kind of MHS association it is. Without the CP, the kinds of the X.410 mode cannot be told apart.
    pub fn kind(&self) -> Option<Kind> {
        match (self.application?, self.mode?) {
            (Application::P1, Mode::Normal) => Some(Kind::Mts1988Normal),
            (Application::P1, Mode::X410) if self.opened => match self.application_protocol {
                // 256 and 3072 are 1 and 12 from a stack that does not swap the octets.
                None | Some(1 | 256) => Some(Kind::Mts1984),
                Some(12 | 3072) => Some(Kind::Mts1988X410),
                Some(_) => None,
            },
            _ => None,
        }
    }

    /// Works the mode out from user data whose CP was not captured: a PDV list around an RTTR or an ACSE APDU is
    /// normal mode, a bare turn request or the head of an MTS-APDU is X.410 mode (X.228, X.410-1984 4.3).
    pub fn infer_mode(&mut self, kind: SpduKind, data: &[u8]) {
        let mode = match (kind, data) {
            (SpduKind::Connect | SpduKind::Accept | SpduKind::Refuse | SpduKind::Abort, _) => return,
            (_, [0x61, ..]) => Mode::Normal,
            (SpduKind::PleaseTokens, [0x02, ..]) => Mode::X410,
            (SpduKind::DataTransfer, [0xA0..=0xA2, rest @ ..]) if begins_mts_apdu(rest) => Mode::X410,
            _ => return,
        };
        self.mode = Some(mode);
        self.mode_inferred = true;
    }

    /// The abstract syntax of a context, as contents octets of its OBJECT IDENTIFIER.
    fn abstract_syntax(&self, id: i64) -> Option<&[u8]> {
        self.contexts.iter().find(|context| context.id == id).map(|context| &context.abstract_syntax[..])
    }

    /// Which type values of the context `id` have. `first` is the first octet of the value: where the context list
    /// was not captured, or names a syntax that nobody has heard of, the value itself has to tell.
    fn type_of(&self, id: i64, first: Option<u8>) -> Option<TypeId> {
        let schemas = schemas::get();
        let known = self.abstract_syntax(id).and_then(|oid| schemas.schema.lookup(schemas.abstract_syntaxes, Key::Oid(oid)));
        if known.is_some() {
            return known;
        }
        match first? {
            // ACSE is application-tagged, which no other user of these contexts is (X.227 9.1).
            0x60..=0x64 if self.contexts.is_empty() => Some(schemas.acse),
            // RTORQ, RTOAC, RTORJ, RTAB and RTTR; private applications run RTSE under names of their own.
            0xB0..=0xB2 | 0xB6 | 0x36 | 0x04 | 0x24 | 0x02 if self.reliable() => Some(schemas.rtse),
            _ => None,
        }
    }

    /// Names the application, once an opening PDU was read.
    fn settle_application(&mut self, facts: &Facts) {
        match self.mode {
            Some(Mode::Normal) => {
                let by_context = foreign::by_application_context(&self.application_context);
                let syntaxes = self.contexts.iter().filter_map(|context| foreign::by_abstract_syntax(&context.abstract_syntax));
                let found = by_context.or_else(|| syntaxes.into_iter().next());
                self.application = self.application.or(found);
            }
            Some(Mode::X410) if facts.rtse.is_some() && self.opened => {
                self.application = Some(match self.application_protocol {
                    None | Some(1 | 12 | 256 | 3072) => Application::P1,
                    Some(3) => Application::P3,
                    Some(_) => Application::Unknown,
                });
            }
            _ => {}
        }
    }
}

/// Whether the octets behind the first identifier look like an MTS-APDU: a length, then an envelope SET or, in a
/// probe, an MTSIdentifier.
fn begins_mts_apdu(rest: &[u8]) -> bool {
    let behind = match rest.first() {
        Some(0x80) => 1,
        Some(length @ 0x81..=0x84) => 1 + usize::from(length & 0x7F),
        Some(0..=0x7F) => 1,
        _ => return false,
    };
    matches!(rest.get(behind), Some(0x31 | 0x64))
}

/// Reads one PPDU. `segment` is given the pieces of an RTTR, with whether the piece begins one.
#[allow(clippy::too_many_arguments)]
pub fn read<O: Output>(
    ppdu: PpduKind,
    schema_type: TypeId,
    data: Octets<'_>,
    cut: Option<Cause>,
    knowledge: &mut Knowledge,
    facts: &mut Facts,
    out: &mut O,
    side: Side,
    mut segment: impl FnMut(Octets<'_>, bool),
) {
    facts.ppdu = Some(ppdu);
    if ppdu == PpduKind::Cp {
        *knowledge = Knowledge { functional_units: knowledge.functional_units, opened: true, ..Knowledge::default() };
        // The elements of a SET come in any order: mode and application are needed before the rest is read.
        let mut first = Reader::new(data, knowledge, facts);
        walk(schemas::get().schema(), schema_type, data, cut, &mut Nothing, &mut first);
        first.knowledge.settle_application(first.facts);
        let known = std::mem::take(knowledge);
        *facts = Facts { ppdu: Some(ppdu), ..Facts::default() };
        *knowledge = Knowledge { contexts: Vec::new(), ..known };
    }
    let mut reader = Reader::new(data, knowledge, facts);
    reader.segment = Some(&mut segment);
    if O::Sink::KEEPS {
        out.sink().source(data);
    }
    walk(schemas::get().schema(), schema_type, data, cut, out.sink(), &mut reader);
    let damages = std::mem::take(&mut reader.damages);
    facts.mode = facts.mode.or(knowledge.mode);
    knowledge.settle_application(facts);
    report(&damages, data, side, out);
}
