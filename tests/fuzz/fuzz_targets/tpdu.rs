//! Reads any octets as a TPDU.
#![no_main]

#[path = "../layers.rs"]
mod layers;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| layers::tpdu(octets));
