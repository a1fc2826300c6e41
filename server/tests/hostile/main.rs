//! What nobody well-meaning sends, over real sockets: each ends in a clear answer or a reasoned close, within bounds of memory
//! and time, while two people go on talking (see [`siege`]).
//!
//! | module | what comes |
//! |---|---|
//! | `beginnings` | silence, trickles, half-closed and half-open connections, broken TLS |
//! | `web` | smuggled requests, rebound names, foreign pages, broken frames |
//! | `lines` | lines at and over their limits, endless ones, bytes that do not belong, forged tags |
//! | `negotiation` | abuse of CAP, labels, batches and SASL |
//! | `names` | names made to be mistaken for others, and races for one |
//! | `commands` | floods of every command, masks made to backtrack, history of others' rooms |
//! | `words` | escapes for terminals, in the log and in the plain room |
//! | `machine` | no descriptors left, and clocks that jump |

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, unused_imports, reason = "it is shared with the other tests over sockets")]
#[path = "../sockets/common/mod.rs"]
mod common;

mod raw;
mod siege;

mod beginnings;
mod commands;
mod lines;
mod machine;
mod names;
mod negotiation;
mod web;
mod words;
