//! Shows any octets, taken for a capture, in every view.
#![no_main]

#[path = "../bodies.rs"]
mod bodies;
#[path = "../mutate.rs"]
mod mutate;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|octets: &[u8]| bodies::pipeline(octets));

// Mutations that keep the layers below whole reach the layers above; the fuzzer's own do the rest.
fuzz_mutator!(|octets: &mut [u8], size: usize, room: usize, seed: u32| {
    if seed % 4 == 0 {
        return fuzzer_mutate(octets, size, room);
    }
    let mutant = mutate::mutate(&octets[..size], &[], u64::from(seed));
    let length = mutant.len().min(room);
    octets[..length].copy_from_slice(&mutant[..length]);
    length
});
