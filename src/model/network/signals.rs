//! What a network tells the widgets besides its properties.

use std::sync::OnceLock;

use glib::SignalHandlerId;
use glib::prelude::*;
use glib::subclass::Signal;

use crate::irc::Fingerprint;
use crate::model::Channel;

use super::Network;

/// An old and a new key, side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Six words of the pinned key.
    pub old_words: String,
    /// Six words of the key that the server shows now.
    pub new_words: String,
    /// The pinned key's fingerprint in hexadecimal.
    pub old_fingerprint: String,
    /// The new key's fingerprint in hexadecimal.
    pub new_fingerprint: String,
}

pub(super) fn list() -> &'static [Signal] {
    static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
    let text = String::static_type();
    SIGNALS.get_or_init(|| {
        vec![
            Signal::builder("trust-needed").param_types([text; 2]).build(),
            Signal::builder("key-changed").param_types([text; 4]).build(),
            Signal::builder("reached").build(),
            Signal::builder("failed").param_types([text]).build(),
            Signal::builder("server-text").param_types([text]).build(),
            Signal::builder("open-requested").param_types([Channel::static_type()]).build(),
            Signal::builder("quit-requested").param_types([text]).build(),
            Signal::builder("invited").param_types([text; 2]).build(),
            Signal::builder("key-needed").param_types([text, bool::static_type()]).build(),
            Signal::builder("ignored-changed").build(),
            Signal::builder("name-taken").param_types([text]).build(),
            Signal::builder("profile-requested").param_types([text]).build(),
            Signal::builder("directory-requested").build(),
        ]
    })
}

impl Network {
    /// The server's key is unknown; `(words, fingerprint)`. Nothing was sent;
    /// [`trust`](Self::trust) goes on.
    pub fn connect_trust_needed(&self, f: impl Fn(&Self, &str, &str) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "trust-needed",
            false,
            glib::closure_local!(move |network: &Self, words: &str, fingerprint: &str| {
                f(network, words, fingerprint);
            }),
        )
    }

    /// The server shows another key than the pinned one; nothing was sent.
    pub fn connect_key_changed(&self, f: impl Fn(&Self, &KeyChange) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "key-changed",
            false,
            glib::closure_local!(move |network: &Self,
                                       old_words: String,
                                       new_words: String,
                                       old_fingerprint: String,
                                       new_fingerprint: String| {
                f(network, &KeyChange { old_words, new_words, old_fingerprint, new_fingerprint });
            }),
        )
    }

    /// A probe found a server that is there and trusted.
    pub fn connect_reached(&self, f: impl Fn(&Self) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "reached",
            false,
            glib::closure_local!(move |network: &Self| f(network)),
        )
    }

    /// The connection was given up; why, in words.
    pub fn connect_failed(&self, f: impl Fn(&Self, &str) + 'static) -> SignalHandlerId {
        self.connect_words("failed", f)
    }

    /// The server (or this program on its behalf) has something to say that belongs to no
    /// conversation.
    pub fn connect_server_text(&self, f: impl Fn(&Self, &str) + 'static) -> SignalHandlerId {
        self.connect_words("server-text", f)
    }

    /// A conversation was asked for (`/join`, `/msg`) and is to be shown.
    pub fn connect_open_requested(&self, f: impl Fn(&Self, &Channel) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "open-requested",
            false,
            glib::closure_local!(move |network: &Self, channel: &Channel| f(network, channel)),
        )
    }

    /// `/quit` or `/shutdown` was typed, perhaps with farewell words: leave the chat and end the
    /// program.
    pub fn connect_quit_requested(&self, f: impl Fn(&Self, &str) + 'static) -> SignalHandlerId {
        self.connect_words("quit-requested", f)
    }

    /// Somebody asks us into a room; `(room, by)`. [`join`](Self::join) follows them.
    pub fn connect_invited(&self, f: impl Fn(&Self, &str, &str) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "invited",
            false,
            glib::closure_local!(move |network: &Self, room: &str, by: &str| f(network, room, by)),
        )
    }

    /// A room that we asked for wants a password; `(room, was_given)`, the latter where one was given and was wrong.
    /// [`join_with_key`](Self::join_with_key) goes on.
    pub fn connect_key_needed(&self, f: impl Fn(&Self, &str, bool) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "key-needed",
            false,
            glib::closure_local!(move |network: &Self, room: &str, was_given: bool| {
                f(network, room, was_given);
            }),
        )
    }

    /// `/whois` was typed: who this nick is, is to be shown.
    pub fn connect_profile_requested(&self, f: impl Fn(&Self, &str) + 'static) -> SignalHandlerId {
        self.connect_words("profile-requested", f)
    }

    /// `/list` was typed: all rooms are to be shown.
    pub fn connect_directory_requested(&self, f: impl Fn(&Self) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "directory-requested",
            false,
            glib::closure_local!(move |network: &Self| f(network)),
        )
    }

    /// Somebody else is called what we wanted to be called, and we have this nick instead.
    pub fn connect_name_taken(&self, f: impl Fn(&Self, &str) + 'static) -> SignalHandlerId {
        self.connect_words("name-taken", f)
    }

    /// We do not hear somebody any more, or hear them again.
    pub fn connect_ignored_changed(&self, f: impl Fn(&Self) + 'static) -> SignalHandlerId {
        self.connect_closure(
            "ignored-changed",
            false,
            glib::closure_local!(move |network: &Self| f(network)),
        )
    }

    pub(super) fn emit_trust_needed(&self, found: Fingerprint) {
        self.emit_by_name::<()>("trust-needed", &[&words(found), &found.to_string()]);
    }

    pub(super) fn emit_key_changed(&self, expected: Fingerprint, found: Fingerprint) {
        let (old, new) = (expected.to_string(), found.to_string());
        self.emit_by_name::<()>("key-changed", &[&words(expected), &words(found), &old, &new]);
    }

    pub(super) fn emit_name_taken(&self, nick: &str) {
        self.emit_by_name::<()>("name-taken", &[&nick]);
    }

    pub(super) fn emit_reached(&self) {
        self.emit_by_name::<()>("reached", &[]);
    }

    pub(super) fn emit_failed(&self, why: &str) {
        self.emit_by_name::<()>("failed", &[&why]);
    }

    pub(super) fn emit_server_text(&self, text: &str) {
        self.emit_by_name::<()>("server-text", &[&text]);
    }

    pub(super) fn emit_open_requested(&self, channel: &Channel) {
        self.emit_by_name::<()>("open-requested", &[channel]);
    }

    pub(super) fn emit_quit_requested(&self, reason: &str) {
        self.emit_by_name::<()>("quit-requested", &[&reason]);
    }

    fn connect_words(&self, name: &str, f: impl Fn(&Self, &str) + 'static) -> SignalHandlerId {
        self.connect_closure(
            name,
            false,
            glib::closure_local!(move |network: &Self, words: &str| f(network, words)),
        )
    }
}

/// Six words for people to compare.
pub(super) fn words(fingerprint: Fingerprint) -> String {
    fingerprint.words().join(" ")
}
