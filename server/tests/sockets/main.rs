//! The whole server as its guests and its operator meet it: a process, sockets, and nothing of its insides.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

mod accounts;
mod crash;
mod guests;
mod history;
mod kept;
mod limits;
mod multiline;
mod program;
mod tls;
