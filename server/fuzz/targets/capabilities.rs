//! Any negotiation of capabilities by a newcomer, with every invariant of the hub verified after each line.
//!
//! `./dev fuzz capabilities`; how bytes are read is in `hub/fuzzing.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| majlis_server::hub::fuzzing::negotiate(script));
