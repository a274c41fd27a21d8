//! The other fields of the envelope: what they say is wrong for the association, or known to upset a product.

use super::{
    Certainty, Check, Collector, Message, Rule, Scene, Scope, Severity, draft, id_of, named_first, oddity,
    quoting, says,
};
use crate::asn1::Oid;
use crate::findings::collector::Draft;
use crate::findings::rules::has_newer_elements;
use crate::layers::note::Note;
use crate::layers::p1::{ApduKind, ContentType};
use crate::layers::p1_oddities::Oddity;
use crate::layers::p1_words;

pub(in super::super) static RULES: &[Rule] = &[
    Rule {
        id: "p1-content-type-unexpected",
        severity: Severity::Warning,
        certainty: Certainty::Certain,
        title: "a content type that 1984 does not have",
        why: "On an association of the 1984 kind every content is P2 (type 2). A 1984 receiver does not know the type: it \
              returns the message (diagnostic 15, content-type-not-supported), aborts, or takes the content for P2 and \
              fails on what P22 added.",
        told_by: "The association was opened in X.410 mode with applicationProtocol 1 or none, and the content-type of \
                  a message or probe is a number other than 2 or an object identifier. Nothing is said of the content \
                  itself, which may well be readable as P2.",
        remedy: "The sending MTA has to relabel or downgrade P22 to P2 for this neighbour (X.419 annex B), or both ends \
                 are set to a 1988 kind: in Exchange the MTA conformance on the Advanced tab of the X.400 connector. \
                 Allow MS Exchange contents has to be off towards 1984 systems.",
        references: &["X.419 annex B", "X.411 (1984) clause 3", "X.411 clause 8.2.1.1.1.34", "KB Q135063"],
        check: Check::Note(content_type),
    },
    Rule {
        id: "p1-content-type-mdbef",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a content that only Exchange can read",
        why: "The content is of the private type MDBEF of Exchange, which is not P2 or P22. Its recipients may have \
              directory names where other MTAs want O/R addresses; sent to another organization or through another \
              MTA, replies fail and addresses get lost.",
        told_by: "The content-type is 1.2.840.113556.5.1.",
        remedy: "If the neighbour is not an Exchange server of the same organization, switch Allow MS Exchange contents \
                 off on the Advanced tab of the X.400 connector (Q175499, Q275631).",
        references: &["X.411 clause 8.2.1.1.1.34", "KB Q162430", "KB Q175499"],
        check: Check::Message(private_content),
    },
    Rule {
        id: "p1-eit-bodypart-mismatch",
        severity: Severity::Note,
        certainty: Certainty::Strong,
        title: "a body part whose type the envelope does not name",
        why: "MTAs decide by the encoded information types of the envelope whether a recipient can get the message and \
              whether to convert it. A type that is not named there is not converted, or the user agent refuses the \
              body part.",
        told_by: "A text, fax, teletex, videotex, voice or mixed-mode body part of the content has neither its bit nor \
                  its object identifier in original-encoded-information-types, although these are sent. Messages that \
                  were converted on the way are left out, and so are other body parts.",
        remedy: "Correct the originating user agent or gateway. For text as ISO 6937 from Exchange see Q194854.",
        references: &["X.411 figure 2", "KB Q194854"],
        check: Check::Message(body_types),
    },
    Rule {
        id: "p1-bilateral-info-present",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "per-domain bilateral information",
        why: "It is allowed, for two domains that agreed on it, and others relay it. MTAs of the ISODE family refuse \
              what Exchange writes there, and a 1984 service was seen to drop such messages silently.",
        told_by: "The element per-domain-bilateral-information [1] in the envelope of a message or probe.",
        remedy: "If messages to this neighbour vanish or come back, let Exchange leave it out: registry value Do not \
                 generate Bilateral Info (Q157358), or bit 0x400 of the connector's Heuristics attribute (Q177374).",
        references: &["X.411 clause 12.2.1.1.1.2", "KB Q157358", "KB Q168137", "KB Q177374"],
        check: Check::Note(bilateral),
    },
    Rule {
        id: "p1-content-identifier-empty",
        severity: Severity::Error,
        certainty: Certainty::Certain,
        title: "a content identifier without characters",
        why: "One that is not there has to be left out. The MTA of Exchange stops on it with event 2050.",
        told_by: "content-identifier (UAContentID in 1984) of length 0; X.411 has 1 to 16 characters.",
        remedy: "Correct the user agent or gateway that made it. Where Exchange takes part, see that it has the \
                 correction of Q183014.",
        references: &["X.411 annex B (ub-content-id-length)", "KB Q183014", "KB Q177464"],
        check: Check::Note(content_identifier),
    },
    Rule {
        id: "p1-content-return-requested",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "the originator wants the content back",
        why: "A non-delivery report on the message brings the whole content back: with large messages the load doubles. \
              Exchange and the MS Mail gateway always ask for it.",
        told_by: "Bit 3 of per-message-indicators, content-return-request, is set.",
        remedy: "None is needed. Exchange leaves the bit off with bit 0x40 of the connector's Heuristics attribute \
                 (Q151413).",
        references: &["X.411 clause 8.2.1.1.1.23", "KB Q151413", "KB Q260343"],
        check: Check::Note(content_return),
    },
    Rule {
        id: "p1-probe-present",
        severity: Severity::Note,
        certainty: Certainty::Certain,
        title: "a probe",
        why: "Every MTA has to accept probes, but the MS Mail gateway to X.400 does not know them.",
        told_by: "The MTS-APDU is a probe [2].",
        remedy: "None is needed, unless the receiver is an MS Mail gateway: do not send probes to its users.",
        references: &["X.411 clause 12.2.1.2", "KB Q134954"],
        check: Check::Note(probe),
    },
];

/// 1.2.840.113556.5.1, the contents octets.
const MDBEF: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x05, 0x01];

/// Whether a content type is the private one of Exchange.
pub(super) fn is_mdbef(message: &Message) -> bool {
    matches!(&message.apdu.content_type, Some(ContentType::Extended(oid)) if oid == MDBEF)
}

fn content_type(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    let Some(Oddity::ContentType(number)) = oddity(note) else { return };
    let symptom = scene.association.is_some_and(|a| has_newer_elements(a.number, out));
    let draft = Draft { symptom, ..draft(note, rule, number) };
    out.raise(draft, scene, || {
        let kind = match number {
            Some(number) => match p1_words::content_type(number) {
                Some(name) => format!("{number} ({name})"),
                None => number.to_string(),
            },
            None => format!("the object identifier {}", Oid(note.octets.bytes())),
        };
        format!(
            "On an association of the 1984 kind the {} transfers a message with the content type {kind}. X.411-1984 \
             knows 2 (P2) alone; the receiver may return the message or abort.",
            note.side.word()
        )
    });
}

fn private_content(message: &Message, rule: &'static Rule, out: &mut Collector) {
    if message.apdu.kind == ApduKind::Report || !is_mdbef(message) {
        return;
    }
    out.raise_on(message, quoting(rule, id_of(message)), || {
        format!(
            "{} has the content type 1.2.840.113556.5.1 (MDBEF), which only Exchange servers can read.",
            named_first(message)
        )
    });
}

/// The types with a body part of their own, by bit.
const BODY_TYPES: [(u16, &str); 7] = [
    (2, "ia5-text"),
    (3, "g3-facsimile"),
    (4, "g4-class-1"),
    (5, "teletex"),
    (6, "videotex"),
    (7, "voice"),
    (9, "mixed-mode"),
];

fn body_types(message: &Message, rule: &'static Rule, out: &mut Collector) {
    let apdu = &message.apdu;
    let (Some(declared), Some(ipm)) = (apdu.encoded_information_types, &apdu.ipm) else { return };
    // Where nothing is known of the types (bit 0), the body parts may be any.
    let unnamed = ipm.bodies & !declared;
    if unnamed == 0 || declared & 1 != 0 || apdu.trace.iter().any(|element| element.converted) {
        return;
    }
    out.raise_on(message, quoting(rule, id_of(message)), || {
        let names: Vec<_> =
            BODY_TYPES.iter().filter(|(bit, _)| unnamed & 1 << bit != 0).map(|(_, name)| *name).collect();
        format!(
            "The content of {} has body parts of the type {}, which original-encoded-information-types of the envelope \
             does not name. MTAs that look there may not convert them, or deliver them to one who cannot read them.",
            super::named(message),
            names.join(", ")
        )
    });
}

fn bilateral(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::BilateralInformation) {
        out.raise(draft(note, rule, None), &scene.once_in(Scope::Hosts), || {
            format!(
                "{}the envelope has per-domain-bilateral-information. That is allowed, but MTAs of the ISODE family and \
                 some 1984 services refuse or drop such messages from Exchange.",
                says(note)
            )
        });
    }
}

fn content_identifier(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::EmptyContentIdentifier) {
        out.raise(draft(note, rule, Some(0)), scene, || {
            format!(
                "{}the content-identifier has no characters; 1 to 16 are allowed. The MTA of Exchange stops on it (event \
                 2050).",
                says(note)
            )
        });
    }
}

fn content_return(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::ContentReturn) {
        out.raise(draft(note, rule, None), &scene.once_in(Scope::Hosts), || {
            format!(
                "{}content-return-request is set: a non-delivery report brings the whole content back. Exchange always \
                 asks for it.",
                says(note)
            )
        });
    }
}

fn probe(note: &Note<'_>, scene: &Scene<'_>, rule: &'static Rule, out: &mut Collector) {
    if oddity(note) == Some(Oddity::Probe) {
        out.raise(draft(note, rule, None), &scene.once_in(Scope::Hosts), || {
            format!(
                "The {} transfers a probe. The MS Mail gateway to X.400 does not know probes.",
                note.side.word()
            )
        });
    }
}
