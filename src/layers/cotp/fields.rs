//! What the fields of a TPDU are called, and the names of their values.

use super::header;
use crate::tree::{Bits, Charset, Display, FieldDef, Names, Tag};

/// Codes as the high half of the second octet.
pub(super) const TYPES: Names = &[
    (0x1, "Expedited Data"),
    (0x2, "Expedited Data Acknowledgement"),
    (0x4, "Unit Data"),
    (0x5, "Reject"),
    (0x6, "Data Acknowledgement"),
    (0x7, "TPDU Error"),
    (0x8, "Disconnect Request"),
    (0xC, "Disconnect Confirm"),
    (0xD, "Connection Confirm"),
    (0xE, "Connection Request"),
    (0xF, "Data"),
];

/// X.224 13.5.
pub(super) const DISCONNECT_REASONS: Names = &[
    (0, "reason not specified"),
    (1, "congestion at TSAP"),
    (2, "session entity not attached to TSAP"),
    (3, "address unknown"),
    (128, "normal disconnect initiated by session entity"),
    (129, "remote transport entity congestion at connect request time"),
    (130, "connection negotiation failed"),
    (131, "duplicate source reference detected"),
    (132, "mismatched references"),
    (133, "protocol error"),
    (135, "reference overflow"),
    (136, "connection request refused on this network connection"),
    (138, "header or parameter length invalid"),
];

/// X.224 13.12.
pub(super) const REJECT_CAUSES: Names = &[
    (0, "reason not specified"),
    (1, "invalid parameter code"),
    (2, "invalid TPDU type"),
    (3, "invalid parameter value"),
];

pub(super) const PARAMETERS: Names = &[
    (header::ACKNOWLEDGE_TIME as i64, "acknowledge time"),
    (header::RESIDUAL_ERROR_RATE as i64, "residual error rate"),
    (header::PRIORITY as i64, "priority"),
    (header::TRANSIT_DELAY as i64, "transit delay"),
    (header::THROUGHPUT as i64, "throughput"),
    (header::SUBSEQUENCE_NUMBER as i64, "subsequence number"),
    (header::REASSIGNMENT_TIME as i64, "reassignment time"),
    (header::FLOW_CONTROL_CONFIRMATION as i64, "flow control confirmation"),
    (header::SELECTIVE_ACKNOWLEDGEMENT as i64, "selective acknowledgement"),
    (header::ED_TPDU_NUMBER as i64, "ED-TPDU number"),
    (header::TPDU_SIZE as i64, "TPDU size"),
    (header::CALLING_TSAP as i64, "calling TSAP-ID"),
    (header::CALLED_TSAP as i64, "called TSAP-ID"),
    (header::CHECKSUM as i64, "checksum"),
    (header::VERSION as i64, "version number"),
    (header::PROTECTION as i64, "protection"),
    (header::ADDITIONAL_OPTIONS as i64, "additional option selection"),
    (header::ALTERNATIVE_CLASSES as i64, "alternative protocol classes"),
    (header::ADDITIONAL_INFORMATION as i64, "additional information"),
    (header::PREFERRED_TPDU_SIZE as i64, "preferred maximum TPDU size"),
    (header::INACTIVITY_TIMER as i64, "inactivity timer"),
];

/// The codes whose meaning is another in an ER.
pub(super) const ER_PARAMETERS: Names =
    &[(header::INVALID_TPDU as i64, "invalid TPDU"), (header::CHECKSUM as i64, "checksum")];

/// X.224 13.3.
pub(super) const ADDITIONAL_OPTIONS: Bits = &[
    (0x40, "non-blocking expedited data"),
    (0x20, "request acknowledgement"),
    (0x10, "selective acknowledgement"),
    (0x08, "network expedited data"),
    (0x04, "receipt confirmation"),
    (0x02, "no checksum"),
    (0x01, "transport expedited data"),
];

pub(super) static LAYER: FieldDef = FieldDef::layer("cotp", "Transport protocol data unit", Tag::Tpdu);
pub(super) static PART: FieldDef = FieldDef::layer("cotp.tsdu_part", "Part of a TSDU", Tag::Tpdu);
pub(super) static PART_DATA: FieldDef =
    FieldDef::new("cotp.tsdu_part_data", "Data", Display::Octets).secret();
pub(super) static LENGTH_INDICATOR: FieldDef = FieldDef::new("cotp.li", "Length indicator", Display::Number);
pub(super) static TYPE: FieldDef = FieldDef::new("cotp.type", "Type", Display::Named(TYPES));
pub(super) static CREDIT: FieldDef = FieldDef::new("cotp.credit", "Credit", Display::Number);
pub(super) static ROA: FieldDef = FieldDef::new("cotp.roa", "Request of acknowledgement", Display::Boolean);
pub(super) static DESTINATION: FieldDef =
    FieldDef::new("cotp.destref", "Destination reference", Display::PaddedNumber(4));
pub(super) static SOURCE: FieldDef =
    FieldDef::new("cotp.srcref", "Source reference", Display::PaddedNumber(4));
pub(super) static CLASS: FieldDef = FieldDef::new("cotp.class", "Class", Display::Number);
pub(super) static EXTENDED_FORMATS: FieldDef =
    FieldDef::new("cotp.opts.extended_formats", "Extended formats", Display::Boolean);
pub(super) static NO_FLOW_CONTROL: FieldDef =
    FieldDef::new("cotp.opts.no_explicit_flow_control", "No explicit flow control", Display::Boolean);
pub(super) static NUMBER: FieldDef = FieldDef::new("cotp.tpdu-number", "TPDU number", Display::Number);
pub(super) static NEXT_NUMBER: FieldDef =
    FieldDef::new("cotp.next-tpdu-number", "Your TPDU number", Display::Number);
pub(super) static END_OF_TSDU: FieldDef = FieldDef::new("cotp.eot", "End of TSDU", Display::Boolean);
pub(super) static REASON: FieldDef =
    FieldDef::new("cotp.cause", "Reason", Display::Named(DISCONNECT_REASONS));
pub(super) static REJECT_CAUSE: FieldDef =
    FieldDef::new("cotp.reject_cause", "Reject cause", Display::Named(REJECT_CAUSES));

pub(super) static PARAMETER: FieldDef = FieldDef::new("cotp.parameter", "Parameter", Display::Structure);
pub(super) static PARAMETER_CODE: FieldDef =
    FieldDef::new("cotp.parameter_code", "Parameter code", Display::Named(PARAMETERS));
pub(super) static ER_PARAMETER_CODE: FieldDef =
    FieldDef::new("cotp.parameter_code", "Parameter code", Display::Named(ER_PARAMETERS));
pub(super) static PARAMETER_LENGTH: FieldDef =
    FieldDef::new("cotp.parameter_length", "Parameter length", Display::Number);
pub(super) static PARAMETER_VALUE: FieldDef =
    FieldDef::new("cotp.parameter_value", "Parameter value", Display::Octets);
pub(super) static PADDING: FieldDef = FieldDef::new("cotp.padding", "Padding", Display::Octets);

pub(super) static CALLING_TSAP: FieldDef =
    FieldDef::new("cotp.src-tsap", "Calling TSAP-ID", Display::Selector);
pub(super) static CALLED_TSAP: FieldDef = FieldDef::new("cotp.dst-tsap", "Called TSAP-ID", Display::Selector);
pub(super) static RESPONDING_TSAP: FieldDef =
    FieldDef::new("cotp.dst-tsap", "Responding TSAP-ID", Display::Selector);
pub(super) static SIZE: FieldDef = FieldDef::new("cotp.tpdu_size", "TPDU size", Display::Number);
pub(super) static PREFERRED_SIZE: FieldDef =
    FieldDef::new("cotp.preferred_maximum_tpdu_size", "Preferred maximum TPDU size", Display::Number);
pub(super) static CHECKSUM: FieldDef = FieldDef::new("cotp.checksum", "Checksum", Display::Hex(4));
pub(super) static VERSION: FieldDef = FieldDef::new("cotp.vp_version_nr", "Version", Display::Number);
pub(super) static OPTIONS: FieldDef = FieldDef::new(
    "cotp.additional_options",
    "Additional option selection",
    Display::Flags(2, ADDITIONAL_OPTIONS),
);
pub(super) static ALTERNATIVE_CLASS: FieldDef =
    FieldDef::new("cotp.alternative_class", "Alternative class", Display::Number);
pub(super) static INVALID_TPDU: FieldDef =
    FieldDef::new("cotp.invalid_tpdu", "Invalid TPDU", Display::Octets);
pub(super) static SELECTIVE_LOWER: FieldDef =
    FieldDef::new("cotp.selective_ack.lower", "Lower edge of the numbers received", Display::Number);
pub(super) static SELECTIVE_UPPER: FieldDef =
    FieldDef::new("cotp.selective_ack.upper", "Upper edge of the numbers received", Display::Number);
pub(super) static INFORMATION: FieldDef =
    FieldDef::new("cotp.additional_information", "Additional information", Display::Octets);
pub(super) static INFORMATION_TEXT: FieldDef =
    FieldDef::new("cotp.additional_information", "Additional information", Display::Text(Charset::Ascii));
pub(super) static DISCONNECT_DATA: FieldDef = FieldDef::new("cotp.user_data", "User data", Display::Octets);
pub(super) static DISCONNECT_TEXT: FieldDef =
    FieldDef::new("cotp.user_data", "User data", Display::Text(Charset::Ascii));
pub(super) static DATA: FieldDef =
    FieldDef::new("cotp.data", "Data: Number of data bytes remaining", Display::Remaining);

pub(super) static COOKIE: FieldDef =
    FieldDef::new("rdp.rt_cookie", "Routing token or cookie", Display::Text(Charset::Ascii));
pub(super) static NEGOTIATION_TYPE: FieldDef = FieldDef::new(
    "rdp.neg_type",
    "RDP negotiation",
    Display::Named(&[(1, "request"), (2, "response"), (3, "failure")]),
);
pub(super) static NEGOTIATION_FLAGS: FieldDef = FieldDef::new("rdp.negReq.flags", "Flags", Display::Hex(2));
pub(super) static NEGOTIATION_LENGTH: FieldDef = FieldDef::new("rdp.neg_length", "Length", Display::Number);
/// MS-RDPBCGR 2.2.1.1.1; no bit set is standard RDP security.
pub(super) const RDP_PROTOCOLS: Bits =
    &[(1, "TLS"), (2, "CredSSP"), (4, "RDSTLS"), (8, "CredSSP with early result")];
pub(super) static REQUESTED_PROTOCOLS: FieldDef =
    FieldDef::new("rdp.negReq.requestedProtocols", "Requested protocols", Display::Flags(8, RDP_PROTOCOLS));
pub(super) static SELECTED_PROTOCOL: FieldDef =
    FieldDef::new("rdp.negReq.selectedProtocol", "Selected protocol", Display::Flags(8, RDP_PROTOCOLS));
pub(super) static FAILURE_CODE: FieldDef =
    FieldDef::new("rdp.negFailure.failureCode", "Failure code", Display::Number);

/// A number in a parameter of several: where it stands in the value, how many octets it has, what it is.
pub(super) type Part = (usize, usize, &'static FieldDef);

/// The values that are a fixed row of numbers: parameter code, length of the value, numbers. A longer form of
/// the same parameter stands in a row of its own.
pub(super) const NUMBERS: &[(u8, usize, &[Part])] = &[
    (header::ACKNOWLEDGE_TIME, 2, &[(0, 2, &number("cotp.ack_time", "Acknowledge time (ms)"))]),
    (
        header::RESIDUAL_ERROR_RATE,
        3,
        &[
            (0, 1, &number("cotp.res_error_rate.target_value", "Target value, power of 10")),
            (1, 1, &number("cotp.res_error_rate.min_accept", "Minimum acceptable, power of 10")),
            (2, 1, &number("cotp.res_error_rate.tdsu", "TSDU size of interest, power of 2")),
        ],
    ),
    (header::PRIORITY, 2, &[(0, 2, &number("cotp.vp_priority", "Priority"))]),
    (
        header::TRANSIT_DELAY,
        8,
        &[
            (0, 2, &number("cotp.transit_delay.targ_calling_called", "Target, calling to called (ms)")),
            (
                2,
                2,
                &number("cotp.transit_delay.max_accept_calling_called", "Maximum, calling to called (ms)"),
            ),
            (4, 2, &number("cotp.transit_delay.targ_called_calling", "Target, called to calling (ms)")),
            (
                6,
                2,
                &number("cotp.transit_delay.max_accept_called_calling", "Maximum, called to calling (ms)"),
            ),
        ],
    ),
    (header::THROUGHPUT, 12, MAXIMUM_THROUGHPUT),
    (header::THROUGHPUT, 24, MAXIMUM_THROUGHPUT),
    (header::SUBSEQUENCE_NUMBER, 2, &[(0, 2, &number("cotp.sequence_number", "Subsequence number"))]),
    (header::REASSIGNMENT_TIME, 2, &[(0, 2, &number("cotp.reassignment_time", "Reassignment time (s)"))]),
    (
        header::FLOW_CONTROL_CONFIRMATION,
        8,
        &[
            (0, 4, &number("cotp.lower_window_edge", "Lower window edge")),
            (4, 2, &number("cotp.sequence_number", "Your subsequence number")),
            (6, 2, &number("cotp.credit", "Your credit")),
        ],
    ),
    (header::ED_TPDU_NUMBER, 2, &[(0, 2, &number("cotp.ed_tpdu_number", "ED-TPDU number"))]),
    (header::ED_TPDU_NUMBER, 4, &[(0, 4, &number("cotp.ed_tpdu_number", "ED-TPDU number"))]),
    (header::VERSION, 1, &[(0, 1, &VERSION)]),
    (header::INACTIVITY_TIMER, 4, &[(0, 4, &number("cotp.inactivity_timer", "Inactivity timer (ms)"))]),
];

/// The second half of the parts is the average throughput, which may be absent (X.224 13.3).
pub(super) const MAXIMUM_THROUGHPUT: &[Part] = &[
    (
        0,
        3,
        &number("cotp.max_throughput.targ_calling_called", "Maximum, target, calling to called (octet/s)"),
    ),
    (
        3,
        3,
        &number(
            "cotp.max_throughput.min_accept_calling_called",
            "Maximum, minimum, calling to called (octet/s)",
        ),
    ),
    (
        6,
        3,
        &number("cotp.max_throughput.targ_called_calling", "Maximum, target, called to calling (octet/s)"),
    ),
    (
        9,
        3,
        &number(
            "cotp.max_throughput.min_accept_called_calling",
            "Maximum, minimum, called to calling (octet/s)",
        ),
    ),
    (
        12,
        3,
        &number("cotp.avg_throughput.targ_calling_called", "Average, target, calling to called (octet/s)"),
    ),
    (
        15,
        3,
        &number(
            "cotp.avg_throughput.min_accept_calling_called",
            "Average, minimum, calling to called (octet/s)",
        ),
    ),
    (
        18,
        3,
        &number("cotp.avg_throughput.targ_called_calling", "Average, target, called to calling (octet/s)"),
    ),
    (
        21,
        3,
        &number(
            "cotp.avg_throughput.min_accept_called_calling",
            "Average, minimum, called to calling (octet/s)",
        ),
    ),
];

const fn number(name: &'static str, label: &'static str) -> FieldDef {
    FieldDef::new(name, label, Display::Number)
}
