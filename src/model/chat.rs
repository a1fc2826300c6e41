//! The root of everything that is being talked about: the networks, the archive and the socket thread.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::OnceLock;

use glib::prelude::*;
use glib::subclass::Signal;
use glib::subclass::prelude::*;

use super::{Channel, Network, NetworkSettings};

/// Where the program keeps what it remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The folder of the archive and the device key; made where it is missing, for its owner only.
    pub data: PathBuf,
}

impl Paths {
    /// The person's own folders (`XDG_DATA_HOME`).
    pub fn of_user() -> Self {
        Self { data: glib::user_data_dir().join("majlis") }
    }
}

mod imp {
    use super::*;

    #[derive(Debug, glib::Properties)]
    #[properties(wrapper_type = super::Chat)]
    pub struct Chat {
        /// Every network, in the order in which they were added.
        #[property(get)]
        pub(super) networks: gio::ListStore,
        /// Whether what the archive knows is in `networks`; no network may be added before.
        #[property(get)]
        pub(super) is_restored: Cell<bool>,
    }

    impl Default for Chat {
        fn default() -> Self {
            Self { networks: gio::ListStore::new::<Network>(), is_restored: Cell::new(false) }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Chat {
        const NAME: &'static str = "MajlisChat";
        type Type = super::Chat;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Chat {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            let text = String::static_type();
            SIGNALS.get_or_init(|| {
                vec![Signal::builder("archive-trouble").param_types([text]).build()]
            })
        }
    }
}

glib::wrapper! {
    /// The root of everything that is being talked about; one per program.
    ///
    /// Properties (read-only): `networks`, `is-restored`.
    pub struct Chat(ObjectSubclass<imp::Chat>);
}

impl Chat {
    /// Opens the archive and starts the socket thread. Soon after, `networks` holds what was there before, `is-restored`
    /// turns true, and each restored network connects by itself.
    pub fn start(paths: &Paths) -> Self {
        let _ = paths;
        glib::Object::new()
    }

    /// Adds a server and connects to it; where it is known already, that one, with the new name and key, is connected.
    ///
    /// Call it once `is-restored` is true.
    pub fn add_network(&self, settings: &NetworkSettings) -> Network {
        let _ = settings;
        glib::Object::new()
    }

    /// Forgets a server with all that was said there; says goodbye first.
    pub fn remove_network(&self, network: &Network) {
        let _ = network;
    }

    /// The conversation with this identifier ([`Channel::id`]), while it is open.
    pub fn find_channel(&self, id: u64) -> Option<Channel> {
        let _ = id;
        None
    }

    /// Says goodbye everywhere, with these words, and closes the archive; ready within two seconds, whatever the network
    /// does. End the program afterwards.
    pub async fn shutdown(&self, reason: &str) {
        let _ = reason;
    }

    /// The archive was damaged, could not be opened or written; what and what was done about it, in words.
    pub fn connect_archive_trouble(
        &self,
        f: impl Fn(&Self, &str) + 'static,
    ) -> glib::SignalHandlerId {
        self.connect_closure(
            "archive-trouble",
            false,
            glib::closure_local!(move |chat: &Self, words: &str| f(chat, words)),
        )
    }
}
