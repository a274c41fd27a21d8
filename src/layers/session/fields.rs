//! What the fields of an SPDU are called, and the names of their values.

use super::kind::{FIRST, SECOND};
use super::parameters::*;
use super::{BEGINS_SSDU, ENDS_SSDU, SpduKind};
use crate::tree::{Bits, Charset, Display, FieldDef, Names, Tag};

/// The names of the kinds by code.
const fn titles<const N: usize>(kinds: [SpduKind; N]) -> [(i64, &'static str); N] {
    let mut names = [(0, ""); N];
    let mut index = 0;
    while index < N {
        names[index] = (kinds[index].code() as i64, kinds[index].title());
        index += 1;
    }
    names
}

const FIRST_TITLES: Names = &titles(FIRST);
const SECOND_TITLES: Names = &titles(SECOND);

/// PGIs and PIs (X.225 8.3).
pub(super) const PARAMETERS: Names = &[
    (CONNECTION_IDENTIFIER as i64, "Connection Identifier"),
    (CONNECT_ACCEPT_ITEM as i64, "Connect/Accept Item"),
    (CALLED_SS_USER_REFERENCE as i64, "Called SS-user Reference"),
    (CALLING_SS_USER_REFERENCE as i64, "Calling SS-user Reference"),
    (COMMON_REFERENCE as i64, "Common Reference"),
    (ADDITIONAL_REFERENCE as i64, "Additional Reference Information"),
    (SYNC_TYPE_ITEM as i64, "Sync Type Item"),
    (TOKEN_ITEM as i64, "Token Item"),
    (TRANSPORT_DISCONNECT as i64, "Transport Disconnect"),
    (PROTOCOL_OPTIONS as i64, "Protocol Options"),
    (SESSION_USER_REQUIREMENTS as i64, "Session User Requirements"),
    (TSDU_MAXIMUM_SIZE as i64, "TSDU Maximum Size"),
    (VERSION_NUMBER as i64, "Version Number"),
    (INITIAL_SERIAL_NUMBER as i64, "Initial Serial Number"),
    (PREPARE_TYPE as i64, "Prepare Type"),
    (ENCLOSURE_ITEM as i64, "Enclosure Item"),
    (TOKEN_SETTING_ITEM as i64, "Token Setting Item"),
    (RESYNC_TYPE as i64, "Resync Type"),
    (LINKING_INFORMATION as i64, "Linking Information"),
    (ACTIVITY_IDENTIFIER as i64, "Activity Identifier"),
    (SERIAL_NUMBER as i64, "Serial Number"),
    (MIA_USER_DATA as i64, "User Data"),
    (REFLECT_PARAMETER_VALUES as i64, "Reflect Parameter Values"),
    (REASON_CODE as i64, "Reason Code"),
    (CALLING_SESSION_SELECTOR as i64, "Calling Session Selector"),
    (CALLED_SESSION_SELECTOR as i64, "Called/Responding Session Selector"),
    (SECOND_RESYNC_TYPE as i64, "Second Resync Type"),
    (SECOND_SERIAL_NUMBER as i64, "Second Serial Number"),
    (SECOND_INITIAL_SERIAL_NUMBER as i64, "Second Initial Serial Number"),
    (UPPER_LIMIT_SERIAL_NUMBER as i64, "Upper Limit Serial Number"),
    (LARGE_INITIAL_SERIAL_NUMBER as i64, "Large Initial Serial Number"),
    (LARGE_SECOND_INITIAL_SERIAL_NUMBER as i64, "Large Second Initial Serial Number"),
    (DATA_OVERFLOW as i64, "Data Overflow"),
    (USER_DATA as i64, "User Data"),
    (EXTENDED_USER_DATA as i64, "Extended User Data"),
];

/// Session user requirements (X.225 8.3, CONNECT).
const FUNCTIONAL_UNITS: Bits = &[
    (0x0001, "half-duplex"),
    (0x0002, "duplex"),
    (0x0004, "expedited data"),
    (0x0008, "minor synchronize"),
    (0x0010, "major synchronize"),
    (0x0020, "resynchronize"),
    (0x0040, "activity management"),
    (0x0080, "negotiated release"),
    (0x0100, "capability data"),
    (0x0200, "exceptions"),
    (0x0400, "typed data"),
    (0x0800, "symmetric synchronize"),
    (0x1000, "data separation"),
];

/// Reason code (X.225 8.3, REFUSE).
const REFUSE_REASONS: Names = &[
    (0, "rejection by called SS-user; reason not specified"),
    (1, "rejection by called SS-user due to temporary congestion"),
    (2, "rejection by called SS-user, user data may follow"),
    (129, "session selector unknown"),
    (130, "SS-user not attached to SSAP"),
    (131, "SPM congestion at connect time"),
    (132, "proposed protocol versions not supported"),
    (133, "rejection by the SPM; reason not specified"),
    (134, "rejection by the SPM; implementation restriction"),
];

/// Reason code (X.225 8.3, EXCEPTION DATA), the same for the interruption and the discarding of an activity.
const EXCEPTION_REASONS: Names = &[
    (0, "non-specific error"),
    (1, "SS-user receiving ability jeopardized"),
    (3, "SS-user sequence error"),
    (5, "local SS-user error"),
    (6, "unrecoverable procedural error"),
    (128, "demand data token"),
];

/// Transport disconnect (X.225 8.3, ABORT): what an AB says besides whether the transport connection is kept.
const ABORT_REASONS: Bits = &[
    (0x02, "user abort"),
    (0x04, "protocol error"),
    (0x08, "no reason"),
    (0x10, "implementation restriction"),
];
const ABORT_FLAGS: Bits = &[
    (0x01, "transport connection is released"),
    ABORT_REASONS[0],
    ABORT_REASONS[1],
    ABORT_REASONS[2],
    ABORT_REASONS[3],
];
const RELEASE_FLAGS: Bits = &[(0x01, "transport connection is released")];

const TOKENS: Bits = &[
    (0x40, "release token"),
    (0x10, "major/activity token"),
    (0x04, "synchronize-minor token"),
    (0x01, "data token"),
];
/// Whose a token is, in two bits of the token setting item.
const TOKEN_OWNERS: Names =
    &[(0, "initiator's side"), (1, "responder's side"), (2, "called SS-user's choice"), (3, "reserved")];
const RESYNC_TYPES: Names = &[(0, "restart"), (1, "abandon"), (2, "set")];
const PREPARE_TYPES: Names =
    &[(1, "MAJOR SYNC ACK"), (2, "RESYNCHRONIZE"), (3, "RESYNCHRONIZE ACK"), (4, "ABORT")];

pub(super) static LAYER: FieldDef = FieldDef::layer("ses", "Session protocol data unit", Tag::Spdu);
pub(super) static TYPE: FieldDef = FieldDef::new("ses.type", "SPDU type", Display::Named(FIRST_TITLES));
pub(super) static SECOND_TYPE: FieldDef =
    FieldDef::new("ses.type", "SPDU type", Display::Named(SECOND_TITLES));
pub(super) static LENGTH: FieldDef = FieldDef::new("ses.length", "Length", Display::Number);

pub(super) static PARAMETER: FieldDef = FieldDef::new("ses.parameter", "Parameter", Display::Structure);
pub(super) static PARAMETER_TYPE: FieldDef =
    FieldDef::new("ses.parameter_type", "Parameter type", Display::Named(PARAMETERS));
pub(super) static PARAMETER_LENGTH: FieldDef =
    FieldDef::new("ses.parameter_length", "Parameter length", Display::Number);
pub(super) static PARAMETER_VALUE: FieldDef =
    FieldDef::new("ses.parameter_value", "Parameter value", Display::Octets);

pub(super) static CALLED_REFERENCE: Reference =
    Reference::new("ses.called_ss_user_reference", "Called SS-user reference");
pub(super) static CALLING_REFERENCE: Reference =
    Reference::new("ses.calling_ss_user_reference", "Calling SS-user reference");
pub(super) static COMMON: Reference = Reference::new("ses.common_reference", "Common reference");
pub(super) static ADDITIONAL: Reference =
    Reference::new("ses.additional_reference_information", "Additional reference information");

pub(super) static MINOR_SYNC_TYPE: FieldDef = FieldDef::new(
    "ses.sync_type",
    "Sync type",
    Display::Flags(2, &[(0x01, "explicit confirmation not required"), (0x02, "data separation")]),
);
pub(super) static MAJOR_SYNC_TYPE: FieldDef =
    FieldDef::new("ses.sync_type", "Sync type", Display::Flags(2, &[(0x01, "not the end of the activity")]));
pub(super) static TOKEN_FLAGS: FieldDef =
    FieldDef::new("ses.tken_item.flags", "Tokens", Display::Flags(2, TOKENS));
pub(super) static ABORT_DISCONNECT: FieldDef =
    FieldDef::new("ses.transport_flags", "Transport disconnect", Display::Flags(2, ABORT_FLAGS));
pub(super) static RELEASE_DISCONNECT: FieldDef =
    FieldDef::new("ses.transport_flags", "Transport disconnect", Display::Flags(2, RELEASE_FLAGS));
pub(super) static OPTION_FLAGS: FieldDef = FieldDef::new(
    "ses.connect.flags",
    "Protocol options",
    Display::Flags(2, &[(0x01, "able to receive extended concatenated SPDUs")]),
);
pub(super) static REQUIREMENTS: FieldDef =
    FieldDef::new("ses.req.flags", "Functional units", Display::Flags(4, FUNCTIONAL_UNITS));
pub(super) static TSDU_SIZE_TO_RESPONDER: FieldDef = FieldDef::new(
    "ses.proposed_tsdu_maximum_size_i2r",
    "TSDU maximum size, initiator to responder",
    Display::Number,
);
pub(super) static TSDU_SIZE_TO_INITIATOR: FieldDef = FieldDef::new(
    "ses.proposed_tsdu_maximum_size_r2i",
    "TSDU maximum size, responder to initiator",
    Display::Number,
);
pub(super) static VERSIONS: FieldDef = FieldDef::new(
    "ses.version.flags",
    "Protocol versions",
    Display::Flags(2, &[(0x01, "version 1"), (0x02, "version 2")]),
);
pub(super) static PREPARE: FieldDef =
    FieldDef::new("ses.prepare_type", "Prepare type", Display::Named(PREPARE_TYPES));
pub(super) static ENCLOSURE: FieldDef = FieldDef::new(
    "ses.enclosure.flags",
    "Enclosure",
    Display::Flags(2, &[(BEGINS_SSDU as u32, "beginning of SSDU"), (ENDS_SSDU as u32, "end of SSDU")]),
);
/// The settings of the four tokens, from the high bits of the token setting item down.
pub(super) static TOKEN_SETTINGS: [FieldDef; 4] = [
    token_setting("ses.release_token_setting", "Release token"),
    token_setting("ses.major_activity_token_setting", "Major/activity token"),
    token_setting("ses.synchronize_minor_token_setting", "Synchronize-minor token"),
    token_setting("ses.data_token_setting", "Data token"),
];
pub(super) static RESYNC: FieldDef =
    FieldDef::new("ses.resync_type", "Resync type", Display::Named(RESYNC_TYPES));
pub(super) static SECOND_RESYNC: FieldDef =
    FieldDef::new("ses.second_resync_type", "Second resync type", Display::Named(RESYNC_TYPES));
pub(super) static ACTIVITY: FieldDef =
    FieldDef::new("ses.activity_identifier", "Activity identifier", Display::Octets);
pub(super) static OLD_ACTIVITY: FieldDef =
    FieldDef::new("ses.old_activity_identifier", "Old activity identifier", Display::Octets);
pub(super) static REFUSE_REASON: FieldDef =
    FieldDef::new("ses.reason_code", "Reason", Display::Named(REFUSE_REASONS));
pub(super) static EXCEPTION_REASON: FieldDef =
    FieldDef::new("ses.reason_code", "Reason", Display::Named(EXCEPTION_REASONS));
pub(super) static CALLING_SELECTOR: FieldDef =
    FieldDef::new("ses.calling_session_selector", "Calling session selector", Display::Selector);
pub(super) static CALLED_SELECTOR: FieldDef =
    FieldDef::new("ses.called_session_selector", "Called session selector", Display::Selector);
pub(super) static RESPONDING_SELECTOR: FieldDef =
    FieldDef::new("ses.called_session_selector", "Responding session selector", Display::Selector);
pub(super) static UPPER_LIMIT: FieldDef =
    FieldDef::new("ses.upper_limit_serial_number", "Upper limit serial number", Display::Number);
pub(super) static OVERFLOW: FieldDef =
    FieldDef::new("ses.data_overflow", "More user data follows", Display::Boolean);
pub(super) static REFLECTED: FieldDef =
    FieldDef::new("ses.reflect_parameter_values", "Reflected octets", Display::Octets);
pub(super) static DATA: FieldDef = FieldDef::new("ses.user_data", "User data", Display::Remaining);
pub(super) static TRAILING: FieldDef =
    FieldDef::new("ses.trailing", "Octets behind the SPDU", Display::Octets);

pub(super) static SERIAL: FieldDef = serial("ses.serial_number", "Serial number");
pub(super) static INITIAL_SERIAL: FieldDef = serial("ses.initial_serial_number", "Initial serial number");
pub(super) static SECOND_SERIAL: FieldDef = serial("ses.second_serial_number", "Second serial number");
pub(super) static SECOND_INITIAL_SERIAL: FieldDef =
    serial("ses.second_initial_serial_number", "Second initial serial number");
pub(super) static LARGE_INITIAL_SERIAL: FieldDef =
    serial("ses.large_initial_serial_number", "Large initial serial number");
pub(super) static LARGE_SECOND_INITIAL_SERIAL: FieldDef =
    serial("ses.large_second_initial_serial_number", "Large second initial serial number");

const fn serial(name: &'static str, label: &'static str) -> FieldDef {
    FieldDef::new(name, label, Display::Text(Charset::Ascii))
}

const fn token_setting(name: &'static str, label: &'static str) -> FieldDef {
    FieldDef::new(name, label, Display::Named(TOKEN_OWNERS))
}

/// A reference of the SS-users. X.225 calls it octets; the users of RTSE put a BER value in.
pub(super) struct Reference {
    pub(super) octets: FieldDef,
    pub(super) teletex: FieldDef,
    pub(super) utc_time: FieldDef,
    pub(super) generalized_time: FieldDef,
}

impl Reference {
    const fn new(name: &'static str, label: &'static str) -> Reference {
        Reference {
            octets: FieldDef::new(name, label, Display::Selector),
            teletex: FieldDef::new(name, label, Display::Text(Charset::T61)),
            utc_time: FieldDef::new(name, label, Display::UtcTime),
            generalized_time: FieldDef::new(name, label, Display::GeneralizedTime),
        }
    }
}

/// The words for the reason code of a REFUSE (X.225 8.3).
pub fn refuse_reason(reason: u8) -> &'static str {
    named(REFUSE_REASONS, reason)
}

/// The words for the reason code of an EXCEPTION DATA, ACTIVITY INTERRUPT or ACTIVITY DISCARD (X.225 8.3).
pub fn exception_reason(reason: u8) -> &'static str {
    named(EXCEPTION_REASONS, reason)
}

/// Why an ABORT was sent, by its transport disconnect parameter (X.225 8.3).
pub fn abort_reason(transport_disconnect: u8) -> &'static str {
    ABORT_REASONS
        .iter()
        .find(|(mask, _)| u32::from(transport_disconnect) & mask != 0)
        .map_or("reason not specified", |(_, name)| name)
}

/// The names of the functional units in a session user requirements parameter (X.225 8.3).
pub fn functional_units(requirements: u16) -> impl Iterator<Item = &'static str> {
    FUNCTIONAL_UNITS
        .iter()
        .filter(move |(mask, _)| u32::from(requirements) & mask != 0)
        .map(|(_, name)| *name)
}

/// The name of a number.
pub(super) fn named(names: Names, number: u8) -> &'static str {
    names.iter().find(|(n, _)| *n == i64::from(number)).map_or("unknown", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::session::DEFAULT_FUNCTIONAL_UNITS;

    #[test]
    fn reasons_and_functional_units_have_the_names_of_the_standard() {
        assert_eq!(refuse_reason(129), "session selector unknown");
        assert_eq!(refuse_reason(7), "unknown");
        assert_eq!(exception_reason(5), "local SS-user error");
        assert_eq!(abort_reason(0x05), "protocol error");
        assert_eq!(abort_reason(0x03), "user abort");
        assert_eq!(abort_reason(0x01), "reason not specified");
        let units: Vec<_> = functional_units(DEFAULT_FUNCTIONAL_UNITS).collect();
        assert_eq!(
            units,
            ["half-duplex", "minor synchronize", "activity management", "capability data", "exceptions"]
        );
    }
}
