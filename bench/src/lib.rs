//! A load generator for any IRC server, plain and TLS, and the frame in which Majlis is measured beside others.
//!
//! The generator shares the machine with the server that it measures, so it keeps out of the way:
//!
//! - It is one thread, so that on two processors one is left for the server.
//! - A delivery is known by a [mark](mark) at the end of its line; nothing before it is parsed, and what is counted are the
//!   server's [processor time and memory](process), never the time on the clock but where a figure says so.
//! - The [books](ledger) need one number for each pair of receiver and sender, and a few instructions for each delivery.
//! - Sockets are read into one buffer, once for each readiness; nothing is kept of what was read.
//!
//! Every delivery is checked all the same: one that is lost, doubled or astray fails the run.
//!
//! | module | what it knows |
//! |---|---|
//! | `crowd`, `client`, `talk` | many clients at once, each of them, and a single one that waits for answers |
//! | `traffic`, `ledger`, `mark`, `histogram` | who speaks when, and what arrives |
//! | `process` | what the server costs, from `/proc` |
//! | `contestant`, `floor` | the servers that are measured |
//! | `measure`, `compare` | one figure at a time; all of them, in turn, several times |
//! | `report` | table, JSON and plot |

#![allow(
    clippy::cast_precision_loss,
    reason = "figures are shown with three digits, and none comes near 2^52"
)]

pub mod client;
pub mod compare;
pub mod contestant;
pub mod crowd;
pub mod floor;
pub mod histogram;
pub mod ledger;
pub mod mark;
pub mod measure;
pub mod process;
pub mod report;
pub mod talk;
pub mod traffic;
