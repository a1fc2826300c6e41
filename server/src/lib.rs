//! The Majlis server: one port, four kinds of guest, one order for all.

pub mod event;
