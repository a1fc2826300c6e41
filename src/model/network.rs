//! One server: how the connection to it stands, who we are there, and its conversations.

use std::cell::{Cell, RefCell};
use std::sync::OnceLock;

use glib::prelude::*;
use glib::subclass::Signal;
use glib::subclass::prelude::*;

use super::{Channel, ConnectionState};

mod imp {
    use super::*;

    #[derive(Debug, glib::Properties)]
    #[properties(wrapper_type = super::Network)]
    pub struct Network {
        /// What the network calls itself; its host where it does not.
        #[property(get)]
        pub(super) name: RefCell<String>,
        /// `host:port` as people write it.
        #[property(get)]
        pub(super) address: RefCell<String>,
        /// Our nick there.
        #[property(get)]
        pub(super) nick: RefCell<String>,
        /// What we call ourselves there.
        #[property(get)]
        pub(super) display_name: RefCell<String>,
        /// How the connection stands.
        #[property(get, builder(ConnectionState::Offline))]
        pub(super) state: Cell<ConnectionState>,
        /// The state in words for a banner; empty when online.
        #[property(get)]
        pub(super) state_text: RefCell<String>,
        /// Whether TLS is asked for.
        #[property(get)]
        pub(super) encrypted: Cell<bool>,
        /// Rooms and people, in the order in which they were opened.
        #[property(get)]
        pub(super) channels: gio::ListStore,
    }

    impl Default for Network {
        fn default() -> Self {
            Self {
                name: RefCell::default(),
                address: RefCell::default(),
                nick: RefCell::default(),
                display_name: RefCell::default(),
                state: Cell::default(),
                state_text: RefCell::default(),
                encrypted: Cell::default(),
                channels: gio::ListStore::new::<Channel>(),
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Network {
        const NAME: &'static str = "MajlisNetwork";
        type Type = super::Network;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Network {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            let text = String::static_type();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("trust-needed").param_types([text, text]).build(),
                    Signal::builder("key-changed").param_types([text; 4]).build(),
                    Signal::builder("failed").param_types([text]).build(),
                    Signal::builder("server-text").param_types([text]).build(),
                    Signal::builder("open-requested").param_types([Channel::static_type()]).build(),
                    Signal::builder("quit-requested").param_types([text]).build(),
                ]
            })
        }
    }
}

glib::wrapper! {
    /// One server: how the connection to it stands, who we are there, and its conversations.
    ///
    /// Properties (read-only): `name`, `address`, `nick`, `display-name`, `state`, `state-text`, `encrypted`, `channels`.
    pub struct Network(ObjectSubclass<imp::Network>);
}

impl Network {
    /// Comes online and stays; while it waits to try again, it tries at once.
    pub fn go_online(&self) {}

    /// Says goodbye with these words and stays offline.
    pub fn go_offline(&self, reason: &str) {
        let _ = reason;
    }

    /// Pins the key with this fingerprint (as the signals gave it) and connects. Other text than a fingerprint does nothing.
    pub fn trust(&self, fingerprint: &str) {
        let _ = fingerprint;
    }

    /// Goes into a room, now and after each restart; `open-requested` follows once we are in.
    pub fn join(&self, name: &str) {
        let _ = name;
    }

    /// The conversation with one person, made where there was none.
    pub fn open_private(&self, nick: &str) -> Channel {
        let _ = nick;
        glib::Object::new()
    }

    /// What the composer holds, said in a channel: a slash command is carried out, everything else is sent.
    ///
    /// `//x` sends `/x`. The error is a translated sentence; the text is then the composer's to keep.
    pub fn run_command(&self, channel: &Channel, text: &str) -> Result<(), String> {
        channel.send_text(text);
        Ok(())
    }

    /// The server's key is unknown; `(words, fingerprint)`. Nothing was sent; [`trust`](Self::trust) goes on.
    pub fn connect_trust_needed(
        &self,
        f: impl Fn(&Self, &str, &str) + 'static,
    ) -> glib::SignalHandlerId {
        self.connect_closure(
            "trust-needed",
            false,
            glib::closure_local!(move |network: &Self, words: &str, fingerprint: &str| {
                f(network, words, fingerprint);
            }),
        )
    }

    /// The server shows another key than the pinned one; nothing was sent.
    pub fn connect_key_changed(
        &self,
        f: impl Fn(&Self, &KeyChange) + 'static,
    ) -> glib::SignalHandlerId {
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

    /// The connection was given up; why, in words.
    pub fn connect_failed(&self, f: impl Fn(&Self, &str) + 'static) -> glib::SignalHandlerId {
        self.connect_words("failed", f)
    }

    /// The server (or this program on its behalf) has something to say that belongs to no conversation.
    pub fn connect_server_text(&self, f: impl Fn(&Self, &str) + 'static) -> glib::SignalHandlerId {
        self.connect_words("server-text", f)
    }

    /// A conversation was asked for (`/join`, `/msg`) and is to be shown.
    pub fn connect_open_requested(
        &self,
        f: impl Fn(&Self, &Channel) + 'static,
    ) -> glib::SignalHandlerId {
        self.connect_closure(
            "open-requested",
            false,
            glib::closure_local!(move |network: &Self, channel: &Channel| f(network, channel)),
        )
    }

    /// `/quit` or `/shutdown` was typed, perhaps with farewell words: leave the chat and end the program.
    pub fn connect_quit_requested(
        &self,
        f: impl Fn(&Self, &str) + 'static,
    ) -> glib::SignalHandlerId {
        self.connect_words("quit-requested", f)
    }

    fn connect_words(
        &self,
        name: &str,
        f: impl Fn(&Self, &str) + 'static,
    ) -> glib::SignalHandlerId {
        self.connect_closure(
            name,
            false,
            glib::closure_local!(move |network: &Self, words: &str| f(network, words)),
        )
    }
}

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
