//! The whole server as its guests and its operator meet it: a process, sockets, and nothing of its insides.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

mod accounts;
mod crash;
mod disk;
mod failures;
mod guests;
mod history;
mod kept;
mod limits;
mod metrics;
mod multiline;
mod newcomers;
mod operated;
mod program;
mod remembered;
mod service;
mod tls;
