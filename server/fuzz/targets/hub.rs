//! Any script of several people at once through the hub, with every invariant verified after each step.
//!
//! `./dev fuzz hub`; how bytes are read is in `hub/fuzzing.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| majlis_server::hub::fuzzing::play(script));
