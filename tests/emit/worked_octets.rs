//! The emitters against octets worked out by hand from the Recommendations.

use crate::emit::ber::{Lengths, oid};
use crate::emit::ipm::Ipm;
use crate::emit::or_address::OrAddress;
use crate::emit::p1::Message;
use crate::emit::rtse::{ConnectionData, Open, SessionConnectionIdentifier};
use crate::emit::script::hexadecimal;
use crate::emit::{Kind, acse, bind, cotp, presentation, rtse, session, time, tpkt};

fn octets(digits: &str) -> Vec<u8> {
    hexadecimal(digits).expect("the test's own octets")
}
