//! Any try to sign in, by any mechanism, of somebody who does not know the password.
//!
//! `./dev fuzz sign_in`; how bytes are read is in `hub/fuzzing.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| majlis_server::hub::fuzzing::sign_in(script));
