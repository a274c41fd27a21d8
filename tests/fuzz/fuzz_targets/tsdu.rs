//! Reads any octets as a TSDU of the session protocol.
#![no_main]

#[path = "../layers.rs"]
mod layers;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| layers::tsdu(octets));
