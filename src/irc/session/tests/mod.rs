//! The session against a model of a server, over a line that delays, cuts, repeats and loses.

mod about;
mod accounts;
mod foreign;
mod gaps;
mod hostile;
mod losses;
mod multiline;
mod presence;
mod questions;
mod server;
mod sessions;
mod sign_in;
mod tags;
mod talks;
mod typing;
mod world;
