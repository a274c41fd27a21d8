//! Which application uses a connection: the users of RFC 1006 besides message handling, told by what they send.
//!
//! A port proves nothing, and a T-selector little. The signs are asked for as they come: the connection request,
//! the first user data, then the object identifiers of the association.

mod s7comm;

pub use s7comm::{S7Name, describe_s7comm, s7comm_name};

use std::fmt;

use super::cotp::Connect;
use super::session::SpduKind;
use crate::tree::{Display, FieldDef, Sink, Span, Tag, Value};

/// The application that a connection serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Application {
    /// Message transfer (X.411).
    P1,
    /// Message transfer system access (X.411).
    P3,
    /// Message store access (X.413).
    P7,
    /// Manufacturing message specification (ISO 9506), which IEC 61850 uses too.
    Mms,
    /// Inter-control centre communications (IEC 60870-6, TASE.2), a user of MMS.
    Iccp,
    /// Siemens S7 controllers, the older protocol.
    S7comm,
    /// Siemens S7 controllers, the newer protocol.
    S7commPlus,
    /// File transfer, access and management (ISO 8571).
    Ftam,
    /// Directory access (X.519).
    Dap,
    /// Directory system (X.519).
    Dsp,
    /// Directory operational binding management (X.519).
    Dop,
    /// Directory information shadowing (X.519).
    Disp,
    /// Common management information (X.711).
    Cmip,
    /// Virtual terminal (ISO 9041).
    Vt,
    /// Remote desktop (MS-RDPBCGR).
    Rdp,
    /// Multipoint communication (T.125).
    T125,
    /// Call signalling (H.225.0): Q.931 on TPKT without a transport protocol.
    H225,
    /// Internet mail (RFC 5321).
    Smtp,
    /// Transport layer security.
    Tls,
    /// None that is known.
    Unknown,
}

impl Application {
    /// The name in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Application::P1 => "P1",
            Application::P3 => "P3",
            Application::P7 => "P7",
            Application::Mms => "MMS",
            Application::Iccp => "ICCP",
            Application::S7comm => "S7comm",
            Application::S7commPlus => "S7comm-plus",
            Application::Ftam => "FTAM",
            Application::Dap => "X.500 DAP",
            Application::Dsp => "X.500 DSP",
            Application::Dop => "X.500 DOP",
            Application::Disp => "X.500 DISP",
            Application::Cmip => "CMIP",
            Application::Vt => "VT",
            Application::Rdp => "RDP",
            Application::T125 => "T.125",
            Application::H225 => "H.225",
            Application::Smtp => "SMTP",
            Application::Tls => "TLS",
            Application::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a connection request says about the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The application.
    pub application: Application,
    /// Whether this proves it. T-selectors do not: anyone may choose them.
    pub certain: bool,
}

/// What the first user data of a transport connection says about the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The session protocol: the association will tell the application.
    Session,
    /// An application straight on the transport connection.
    Foreign(Application),
    /// None that is known.
    Private,
}

/// Selectors of S7comm-plus; controllers and stations have names that begin so.
const S7COMM_PLUS_SELECTORS: [&[u8]; 2] = [b"SIMATIC-ROOT-", b"WINCCRT-SCS-"];

/// The object names that every TASE.2 server has (IEC 60870-6-503), and MMS without it has not.
const ICCP_NAMES: [&[u8]; 5] = [
    b"TASE2_Version",
    b"Supported_Features",
    b"Bilateral_Table_ID",
    b"Transfer_Set_Name",
    b"Next_DSTransfer_Set",
];

/// How many octets of an MMS PDU are searched for [`ICCP_NAMES`]. The names stand in short requests.
const ICCP_SEARCH: usize = 1024;

/// What a CR or CC says about the application.
pub fn by_connect(connect: &Connect) -> Option<Hint> {
    if connect.rdp {
        return Some(Hint { application: Application::Rdp, certain: true });
    }
    let calling = connect.calling_tsap.as_deref().unwrap_or_default();
    let called = connect.called_tsap.as_deref().unwrap_or_default();
    let hint = |application| Some(Hint { application, certain: false });
    match (calling, called) {
        _ if S7COMM_PLUS_SELECTORS.iter().any(|selector| called.starts_with(selector)) => {
            hint(Application::S7commPlus)
        }
        // Programming device, operator panel or other, then rack and slot. 00 01 is a favourite of all others.
        ([1..=3, _], [1..=3, _]) if connect.class == 0 => hint(Application::S7comm),
        _ => None,
    }
}

/// What the user data of the first DT of a connection says about the application. Its first octets are enough.
pub fn by_tsdu(tsdu: &[u8]) -> Verdict {
    match *tsdu {
        [s7comm::IDENTIFIER, 1 | 2 | 3 | 7, ..] => Verdict::Foreign(Application::S7comm),
        [s7comm::PLUS_IDENTIFIER, 1..=3 | 0xFE, ..] => Verdict::Foreign(Application::S7commPlus),
        // A record of TLS: change cipher spec to application data, version 3.x. GIVE TOKENS CONFIRM and ACK have
        // two of these codes, but never a length of 3.
        [20..=23, 3, 0..=4, ..] => Verdict::Foreign(Application::Tls),
        // MCS Connect-Initial and -Response: APPLICATION 101 and 102.
        [0x7F, 0x65 | 0x66, ..] => Verdict::Foreign(Application::T125),
        // Confirmed request and response, initiate request and response.
        [0xA0 | 0xA1 | 0xA8 | 0xA9, ..] => Verdict::Foreign(Application::Mms),
        _ if is_session(tsdu) => Verdict::Session,
        _ => Verdict::Private,
    }
}

/// Whether the octets of a TPKT packet behind its header are a Q.931 message of H.225.0 and not a TPDU.
pub fn is_q931(octets: &[u8]) -> bool {
    // Protocol discriminator, length of the call reference, call reference, message type of call control. As a
    // TPDU, a length indicator and a code that X.224 does not have.
    matches!(octets, [8, 2, _, _, 0x01..=0x7D, ..])
}

/// Whether a TSDU may begin so: a code that stands first, and for CN and AC, which text may resemble, a parameter
/// that they have.
fn is_session(tsdu: &[u8]) -> bool {
    let Some(&code) = tsdu.first() else { return false };
    match SpduKind::first(code) {
        SpduKind::Connect | SpduKind::Accept => {
            let parameter = if tsdu.get(1) == Some(&0xFF) { tsdu.get(4) } else { tsdu.get(2) };
            parameter.is_none_or(|code| matches!(code, 1 | 5 | 16 | 20 | 25 | 51 | 52 | 60 | 193 | 194))
        }
        kind => kind.may_stand_first(),
    }
}

/// The application of an application context name (contents octets of the OBJECT IDENTIFIER).
pub fn by_application_context(oid: &[u8]) -> Option<Application> {
    match *oid {
        // 2.6.0.1: message handling, X.419 (1988) and (1994).
        [0x56, 0, 1, context] => match context {
            0..=3 | 7..=10 => Some(Application::P3),
            4 | 5 | 11 | 12 => Some(Application::P7),
            6 => Some(Application::P1),
            _ => None,
        },
        // 2.5.3: the directory, X.519.
        [0x55, 3, context] => match context {
            1 => Some(Application::Dap),
            2 => Some(Application::Dsp),
            3 => Some(Application::Dop),
            4..=9 => Some(Application::Disp),
            _ => None,
        },
        _ => by_arc(oid),
    }
}

/// The application of an abstract syntax name. Those of ACSE, RTSE and ROSE say nothing: every application has
/// them.
pub fn by_abstract_syntax(oid: &[u8]) -> Option<Application> {
    match *oid {
        // 2.6.0.2: message handling. Submission (1) and administration (6, 16) are parts of P3 and of P7 alike.
        [0x56, 0, 2, syntax] => match syntax {
            7 | 12 => Some(Application::P1),
            2 | 8 | 11 | 14 => Some(Application::P3),
            5 | 9 | 10 | 13 | 15 | 17 => Some(Application::P7),
            _ => None,
        },
        // 2.5.9: the directory.
        [0x55, 9, syntax] => match syntax {
            1 => Some(Application::Dap),
            2 => Some(Application::Dsp),
            4 => Some(Application::Dop),
            3 | 5 | 6 => Some(Application::Disp),
            _ => None,
        },
        _ => by_arc(oid),
    }
}

/// The applications that have an arc of their own, for application contexts and abstract syntaxes alike.
fn by_arc(oid: &[u8]) -> Option<Application> {
    match *oid {
        // 1.0.9506: MMS.
        [0x28, 0xCA, 0x22, ..] => Some(Application::Mms),
        // 1.0.8571: FTAM.
        [0x28, 0xC2, 0x7B, ..] => Some(Application::Ftam),
        // 2.9: systems management.
        [0x59, 0, 0, 2] | [0x59, 1, 1, 4] => Some(Application::Cmip),
        // 2.11, 1.0.9041: virtual terminal.
        [0x5B, ..] | [0x28, 0xC6, 0x51, ..] => Some(Application::Vt),
        _ => None,
    }
}

/// Whether an MMS PDU (the contents of a presentation data value) names objects that only ICCP has.
pub fn names_iccp_objects(pdv: &[u8]) -> bool {
    let searched = &pdv[..pdv.len().min(ICCP_SEARCH)];
    (0..searched.len()).any(|at| ICCP_NAMES.iter().any(|name| searched[at..].starts_with(name)))
}

static ROOT: FieldDef = FieldDef::layer("data", "Data", Tag::Tpdu);
static DATA: FieldDef = FieldDef::new("data.data", "Data", Display::Octets);

/// The name of a PDU of another application straight on transport, for a summary line.
pub fn pdu_name(application: Application, tsdu: &[u8]) -> String {
    match s7comm_name(tsdu) {
        Some(name) if matches!(application, Application::S7comm | Application::S7commPlus) => {
            name.to_string()
        }
        _ => "Data".to_owned(),
    }
}

/// Describes a TSDU of another application; its octets are the sink's current source.
pub fn describe<S: Sink>(application: Application, tsdu: &[u8], sink: &mut S) {
    match application {
        Application::S7comm | Application::S7commPlus => describe_s7comm(tsdu, sink),
        _ => {
            let at = Span::new(0, tsdu.len());
            sink.open(&ROOT, at, Value::Octets);
            sink.text(format_args!("{application}, not decoded, Len: {}", tsdu.len()));
            sink.leaf(&DATA, at, Value::Octets);
            sink.close(at.end);
        }
    }
}

/// Describes the rest of a TSDU whose beginning was not captured; its octets are the sink's current source.
pub fn describe_rest<S: Sink>(tsdu: &[u8], sink: &mut S) {
    let at = Span::new(0, tsdu.len());
    sink.open(&ROOT, at, Value::Octets);
    sink.text(format_args!("[{} octets of a TSDU whose beginning was not captured]", tsdu.len()));
    sink.leaf(&DATA, at, Value::Octets);
    sink.close(at.end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::cotp;
    use proptest::prelude::*;

    fn hint(tpdu: &[u8]) -> Option<Hint> {
        by_connect(&cotp::parse(tpdu).connect.expect("a CR or CC"))
    }

    #[test]
    fn a_connection_request_hints_at_its_user() {
        let rdp = [0x0E, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0x0B, 0, 0, 0];
        assert_eq!(hint(&rdp), Some(Hint { application: Application::Rdp, certain: true }));
        // From a capture of a controller.
        let s7 = [0x11, 0xE0, 0, 0, 0, 7, 0, 0xC1, 2, 1, 0, 0xC2, 2, 1, 2, 0xC0, 1, 0x0A];
        assert_eq!(hint(&s7), Some(Hint { application: Application::S7comm, certain: false }));
        let plus =
            [&[0x1B, 0xE0, 0, 0, 0, 7, 0, 0xC1, 2, 6, 0, 0xC2, 0x10][..], b"SIMATIC-ROOT-HMI"].concat();
        let plus = [&[plus.len() as u8 - 1], &plus[1..]].concat();
        assert_eq!(hint(&plus), Some(Hint { application: Application::S7commPlus, certain: false }));
        // From a capture of MMS: the selectors say nothing.
        assert_eq!(hint(&[0x11, 0xE0, 0, 0, 7, 0x78, 0, 0xC1, 2, 0, 1, 0xC2, 2, 0, 1, 0xC0, 1, 0x0D]), None);
        assert_eq!(hint(&[6, 0xE0, 0, 0, 0, 1, 0]), None);
    }

    #[test]
    fn the_first_user_data_tells_who_uses_the_connection() {
        let foreign = |octets: &[u8]| match by_tsdu(octets) {
            Verdict::Foreign(application) => application.name(),
            Verdict::Session => "session",
            Verdict::Private => "private",
        };
        assert_eq!(foreign(&[0x32, 1, 0, 0, 2, 0, 0, 8, 0, 0, 0xF0]), "S7comm");
        assert_eq!(foreign(&[0x72, 1, 0, 0x20, 0x31]), "S7comm-plus");
        assert_eq!(foreign(&[0x16, 3, 1, 0, 0xA8, 1]), "TLS");
        assert_eq!(foreign(&[0x7F, 0x65, 0x82]), "T.125");
        assert_eq!(foreign(&[0xA8, 0x26]), "MMS");
        assert_eq!(foreign(b"STATUS?"), "private");
        assert_eq!(foreign(b"\r\nready\r\n"), "private");
        assert_eq!(foreign(&[]), "private");
        assert_eq!(foreign(&[0x0D, 0x9E, 5, 6]), "session");
        assert_eq!(foreign(&[0x0D, 0xFF, 5, 0xD6, 1, 0x1F]), "session");
        assert_eq!(foreign(&[1, 0, 1, 0, 0x61]), "session");
        assert_eq!(foreign(&[0x15, 0]), "session");
        assert_eq!(foreign(&[0x19, 3, 0x11, 1, 5]), "session");
        assert_eq!(foreign(&[0x31, 3]), "private", "a MINOR SYNC POINT never stands first");
    }

    #[test]
    fn call_signalling_is_told_from_a_tpdu() {
        assert!(is_q931(&[0x08, 2, 0, 1, 5, 4, 3]));
        assert!(!is_q931(&[0x08, 0xE0, 0, 0, 0, 1, 0, 0, 0]));
        assert!(!is_q931(&[0x02, 0xF0, 0x80]));
    }

    #[test]
    fn object_identifiers_tell_the_application() {
        let context = |oid: &[u8]| by_application_context(oid).map(Application::name);
        assert_eq!(context(&[0x56, 0, 1, 6]), Some("P1"));
        assert_eq!(context(&[0x56, 0, 1, 2]), Some("P3"));
        assert_eq!(context(&[0x56, 0, 1, 8]), Some("P3"));
        assert_eq!(context(&[0x56, 0, 1, 5]), Some("P7"));
        assert_eq!(context(&[0x56, 0, 1, 12]), Some("P7"));
        assert_eq!(context(&[0x55, 3, 1]), Some("X.500 DAP"));
        assert_eq!(context(&[0x55, 3, 8]), Some("X.500 DISP"));
        assert_eq!(context(&[0x28, 0xCA, 0x22, 2, 3]), Some("MMS"));
        assert_eq!(context(&[0x28, 0xC2, 0x7B, 1, 1]), Some("FTAM"));
        assert_eq!(context(&[0x59, 0, 0, 2]), Some("CMIP"));
        assert_eq!(context(&[0x2B, 6, 1, 4, 1]), None);
        let syntax = |oid: &[u8]| by_abstract_syntax(oid).map(Application::name);
        assert_eq!(syntax(&[0x52, 1, 0, 1]), None, "ACSE");
        assert_eq!(syntax(&[0x56, 0, 2, 12]), Some("P1"));
        assert_eq!(syntax(&[0x56, 0, 2, 7]), Some("P1"));
        assert_eq!(syntax(&[0x56, 0, 2, 1]), None, "submission belongs to P3 and P7");
        assert_eq!(syntax(&[0x55, 9, 2]), Some("X.500 DSP"));
        assert_eq!(syntax(&[0x28, 0xCA, 0x22, 2, 1]), Some("MMS"));
    }

    #[test]
    fn iccp_is_told_from_mms_by_its_objects() {
        let read =
            [&[0xA0, 0x1E, 2, 1, 1, 0xA4, 0x19, 0xA1, 0x17, 0x1A, 0x0D][..], b"TASE2_Version"].concat();
        assert!(names_iccp_objects(&read));
        assert!(!names_iccp_objects(b"\xA0\x10AA1C1Q01A2LD0/LLN0$BR$rcb_B02"));
        assert!(!names_iccp_objects(&[]));
    }

    proptest! {
        #[test]
        fn any_octets_give_a_verdict(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
            by_tsdu(&octets);
            by_application_context(&octets);
            by_abstract_syntax(&octets);
            names_iccp_objects(&octets);
        }
    }
}
