//! Session (X.225): SPDUs with their parameters.

use super::rtse::SessionConnectionIdentifier;

/// The functional units of RTSE: half-duplex, minor synchronize, activity management, exceptions.
pub(crate) const RTSE_UNITS: u16 = 0x0249;

/// One SPDU or parameter group: code, length indicator, value.
fn unit(code: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![code];
    match u8::try_from(value.len()) {
        Ok(length) if length < 0xFF => out.push(length),
        _ => {
            let length = u16::try_from(value.len()).expect("an SPDU has at most 65535 octets");
            out.push(0xFF);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(value);
    out
}

fn spdu(code: u8, parameters: &[Vec<u8>]) -> Vec<u8> {
    unit(code, &parameters.concat())
}

fn user_data(value: Option<Vec<u8>>) -> Vec<u8> {
    value.map_or_else(Vec::new, |value| unit(193, &value))
}

fn selector(code: u8, value: Option<&[u8]>) -> Vec<u8> {
    value.map_or_else(Vec::new, |value| unit(code, value))
}

/// PGI 1. The user reference is PI 10 in a CONNECT and PI 9 in its answers.
fn connection_identifier(user_code: u8, references: &SessionConnectionIdentifier) -> Vec<u8> {
    let user = unit(user_code, &references.user_reference);
    unit(1, &[user, unit(11, &references.common_reference)].concat())
}

/// What CONNECT and ACCEPT carry.
pub(crate) struct Connect<'a> {
    pub(crate) references: &'a SessionConnectionIdentifier,
    /// The bits of PI 22: 1 version 1, 2 version 2.
    pub(crate) versions: u8,
    /// PI 26: `00` all tokens at the initiator, `15` at the responder.
    pub(crate) token_setting: u8,
    pub(crate) requirements: u16,
    pub(crate) calling_selector: Option<&'a [u8]>,
    /// In ACCEPT the responding selector.
    pub(crate) called_selector: Option<&'a [u8]>,
    pub(crate) user_data: Vec<u8>,
}

impl Connect<'_> {
    /// CONNECT.
    pub(crate) fn cn(&self) -> Vec<u8> {
        let unlimited = unit(21, &[0, 0, 0, 0]);
        self.encode(
            13,
            10,
            &[unit(19, &[0]), unlimited, unit(22, &[self.versions]), unit(26, &[self.token_setting])],
        )
    }

    /// ACCEPT.
    pub(crate) fn ac(&self) -> Vec<u8> {
        self.encode(14, 9, &[unit(19, &[0]), unit(22, &[self.versions]), unit(26, &[self.token_setting])])
    }

    fn encode(&self, code: u8, user_code: u8, item: &[Vec<u8>]) -> Vec<u8> {
        let parameters = [
            connection_identifier(user_code, self.references),
            unit(5, &item.concat()),
            unit(20, &self.requirements.to_be_bytes()),
            selector(51, self.calling_selector),
            selector(52, self.called_selector),
            unit(193, &self.user_data),
        ];
        spdu(code, &parameters)
    }
}

/// REFUSE by the session provider: the transport connection is released.
pub(crate) fn rf_provider(reason: u8) -> Vec<u8> {
    spdu(12, &[unit(17, &[1]), unit(50, &[reason])])
}

/// REFUSE by the session user with a PPDU: reason 2.
pub(crate) fn rf_user(references: &SessionConnectionIdentifier, version: u8, ppdu: &[u8]) -> Vec<u8> {
    let parameters = [
        connection_identifier(9, references),
        unit(17, &[1]),
        unit(20, &RTSE_UNITS.to_be_bytes()),
        unit(22, &[version]),
        unit(50, &[&[2], ppdu].concat()),
    ];
    spdu(12, &parameters)
}

/// FINISH.
pub(crate) fn fn_(data: Option<Vec<u8>>) -> Vec<u8> {
    spdu(9, &[unit(17, &[1]), user_data(data)])
}

/// DISCONNECT.
pub(crate) fn dn(data: Option<Vec<u8>>) -> Vec<u8> {
    spdu(10, &[user_data(data)])
}

/// ABORT. `disconnect` is PI 17: 3 is an abort by the user that releases the transport connection.
pub(crate) fn ab(disconnect: u8, data: Option<Vec<u8>>) -> Vec<u8> {
    spdu(25, &[unit(17, &[disconnect]), user_data(data)])
}

/// PLEASE TOKENS for the data token, with the user data of RTSE.
pub(crate) fn pt(data: Vec<u8>) -> Vec<u8> {
    spdu(2, &[unit(16, &[1]), user_data(Some(data))])
}

/// GIVE TOKENS CONFIRM: all tokens pass.
pub(crate) fn gtc() -> Vec<u8> {
    spdu(21, &[])
}

/// GIVE TOKENS ACK.
pub(crate) fn gta() -> Vec<u8> {
    spdu(22, &[])
}

/// The holder of the tokens speaks: an empty GIVE TOKENS comes before every SPDU of category 2.
pub(crate) fn give(spdu: Vec<u8>) -> Vec<u8> {
    [vec![1, 0], spdu].concat()
}

/// The other side speaks: an empty PLEASE TOKENS comes before every SPDU of category 2.
pub(crate) fn please(spdu: Vec<u8>) -> Vec<u8> {
    [vec![2, 0], spdu].concat()
}

/// DATA TRANSFER: user information follows the SPDU's empty parameter field.
pub(crate) fn dt(information: &[u8]) -> Vec<u8> {
    [&[1, 0], information].concat()
}

fn serial(number: u32) -> Vec<u8> {
    unit(42, number.to_string().as_bytes())
}

/// ACTIVITY START.
pub(crate) fn as_(activity: &[u8]) -> Vec<u8> {
    spdu(45, &[unit(41, activity)])
}

/// ACTIVITY RESUME. `lost` names the session connection of the old activity when it was another one.
pub(crate) fn ar(
    new: &[u8],
    old: &[u8],
    at: u32,
    lost: Option<(&[u8], &SessionConnectionIdentifier)>,
) -> Vec<u8> {
    let mut linking = Vec::new();
    if let Some((called_reference, references)) = lost {
        linking.push(unit(9, called_reference));
        linking.push(unit(10, &references.user_reference));
        linking.push(unit(11, &references.common_reference));
    }
    linking.push(unit(41, old));
    linking.push(serial(at));
    spdu(29, &[unit(33, &linking.concat()), unit(41, new)])
}

/// MINOR SYNC POINT, confirmation wanted.
pub(crate) fn mip(number: u32) -> Vec<u8> {
    spdu(49, &[serial(number)])
}

/// MINOR SYNC ACK.
pub(crate) fn mia(number: u32) -> Vec<u8> {
    spdu(50, &[serial(number)])
}

/// ACTIVITY END.
pub(crate) fn ae(number: u32) -> Vec<u8> {
    spdu(41, &[serial(number)])
}

/// ACTIVITY END ACK.
pub(crate) fn aea(number: u32) -> Vec<u8> {
    spdu(42, &[serial(number)])
}

/// EXCEPTION DATA: the receiver reports a problem.
pub(crate) fn ed(reason: u8) -> Vec<u8> {
    spdu(48, &[unit(50, &[reason])])
}

/// ACTIVITY INTERRUPT.
pub(crate) fn ai(reason: u8) -> Vec<u8> {
    spdu(25, &[unit(50, &[reason])])
}

/// ACTIVITY INTERRUPT ACK.
pub(crate) fn aia() -> Vec<u8> {
    spdu(26, &[])
}

/// ACTIVITY DISCARD.
pub(crate) fn ad(reason: u8) -> Vec<u8> {
    spdu(57, &[unit(50, &[reason])])
}

/// ACTIVITY DISCARD ACK.
pub(crate) fn ada() -> Vec<u8> {
    spdu(58, &[])
}
