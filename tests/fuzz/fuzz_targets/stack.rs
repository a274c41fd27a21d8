//! Reads any octets as both streams of a connection, with holes.
#![no_main]

#[path = "../layers.rs"]
mod layers;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| layers::stack(octets));
