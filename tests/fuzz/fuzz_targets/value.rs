//! Reads any octets as a value of a type of P1, P2, P3, P7 or EDI messaging.
#![no_main]

#[path = "../layers.rs"]
mod layers;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| layers::value(octets));
