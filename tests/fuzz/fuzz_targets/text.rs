//! Reads any octets as character strings, times and object identifiers.
#![no_main]

#[path = "../layers.rs"]
mod layers;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| layers::text(octets));
