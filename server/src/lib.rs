//! The Majlis server: one port, four kinds of guest, one order for all.
//!
//! ```text
//! listener ──socket──▶ reactor(s) ──batch──▶ hub ──output──▶ committer ──released──▶ reactor(s)
//!                                             ▲                  │
//!                                             └──── readers ◀────┘   (history)
//! ```
//!
//! - [`config`]: arguments, and the validated settings made of them
//! - [`run`]: puts the parts together
//! - [`announce`]: tells the local network that the server is there
//! - [`listener`]: accepts sockets
//! - [`reactor`]: owns sockets, tells guests apart, frames and fans out
//! - [`hub`]: every chat rule, as a state machine without I/O
//! - [`hub_thread`]: inbox → hub → store → reactors, in one order
//! - [`store`]: SQLite: the writer, and the readers of history
//! - [`workers`]: hash passwords
//! - [`disk`]: watches how much room there is
//! - [`metrics`]: what all of those count
//! - [`control`]: the socket that the operator's subcommands ask
//! - [`operator`]: those subcommands
//! - [`log`]: how the log is written
//! - [`service`]: what systemd is told
//! - [`generate`]: manual pages and completions
//! - [`event`]: the few types that those exchange
//! - [`welcome`]: what the operator reads at the start
//!
//! Who imports whom: `hub` only `event`; `reactor` only `event`; `store` only `event`; `run`, `listener` and `hub_thread` wire
//! them together. The test `tests/layers.rs` holds this.

pub mod announce;
pub mod config;
pub mod control;
pub mod disk;
pub mod event;
pub mod generate;
pub mod hub;
pub mod hub_thread;
pub mod listener;
pub mod log;
pub mod metrics;
pub mod operator;
pub mod reactor;
pub mod run;
pub mod service;
pub mod store;
pub mod welcome;
pub mod workers;
