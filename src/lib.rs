//! The GNOME application for chatting with the people on one local network.
//!
//! The layers, lowest first; each may import only those above it in this list:
//!
//! | module | owns |
//! |---|---|
//! | [`irc`] | the protocol: a pure `Session`, and the one socket thread around it |
//! | [`discovery`] | which servers the local network tells of |
//! | [`store`] | the local archive on disk |
//! | [`secrets`] | passwords in the person's keyring |
//! | [`model`] | what is being talked about, as `GObject`s and list models |
//! | [`ui`] | widgets: one `.rs` beside one `.blp` each |
//! | [`notifier`], [`background`], [`surroundings`] | notifications; receiving without a window; network and sleep |
//! | [`application`] | the program's life: options, actions, windows |
//!
//! It is a library with a thin program around it, so that tests can hold each layer by itself.

pub mod application;
pub mod background;
pub mod config;
pub mod discovery;
pub mod i18n;
pub mod irc;
pub mod model;
pub mod notifier;
pub mod secrets;
pub mod settings;
pub mod store;
pub mod surroundings;
pub mod ui;
