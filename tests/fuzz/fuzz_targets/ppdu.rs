//! Reads any octets as a PPDU with all that is in it.
#![no_main]

#[path = "../layers.rs"]
mod layers;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| layers::ppdu(octets));
