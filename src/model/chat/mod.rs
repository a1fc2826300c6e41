//! The root of everything that is being talked about: the networks, the archive and the socket thread.
//!
//! `life` is how it begins, goes on and ends; `intake` how what comes is taken in; `words` is what it tells of the archive.

mod intake;
mod life;
mod words;

use std::path::PathBuf;

use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::config::data_folder_name;
use crate::irc::{Command, NetworkId};
use crate::secrets::SystemKeyring;
use crate::store::Place;

use super::{Channel, ConnectionState, Network, NetworkSettings};

#[cfg(test)]
pub(in crate::model) use self::life::Link;

/// Where the program keeps what it remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The folder of the archive and the device key; made where it is missing, for its owner only.
    pub data: PathBuf,
}

impl Paths {
    /// The person's own folders (`XDG_DATA_HOME`).
    pub fn of_user() -> Self {
        Self { data: glib::user_data_dir().join(data_folder_name()) }
    }
}

mod imp {
    use std::cell::{Cell, OnceCell, RefCell};
    use std::rc::Rc;
    use std::sync::OnceLock;

    use glib::prelude::*;
    use glib::subclass::Signal;
    use glib::subclass::prelude::*;

    use super::Network;
    use super::life::End;
    use crate::model::services::Services;

    #[derive(Debug, glib::Properties)]
    #[properties(wrapper_type = super::Chat)]
    pub struct Chat {
        /// Every network, in the order in which they were added.
        #[property(get)]
        pub(super) networks: gio::ListStore,
        /// Whether what the archive knows is in `networks`; no network may be added before.
        #[property(get)]
        pub(super) is_restored: Cell<bool>,
        /// Whether others may be told that we are writing.
        #[property(name = "sends-typing", get = Self::sends_typing, set = Self::set_sends_typing, type = bool)]
        pub(super) services: OnceCell<Rc<Services>>,
        pub(super) last_id: Cell<u32>,
        /// What was forgotten and may still be taken back.
        pub(super) set_aside: RefCell<Vec<Network>>,
        pub(super) end: OnceCell<End>,
        /// Whether something came that is not kept and shown yet.
        pub(super) is_taking: Cell<bool>,
    }

    impl Default for Chat {
        fn default() -> Self {
            Self {
                networks: gio::ListStore::new::<Network>(),
                is_restored: Cell::new(false),
                services: OnceCell::new(),
                last_id: Cell::new(0),
                set_aside: RefCell::default(),
                end: OnceCell::new(),
                is_taking: Cell::new(false),
            }
        }
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Chat {
        const NAME: &'static str = "MajlisChat";
        type Type = super::Chat;
    }

    impl Chat {
        fn sends_typing(&self) -> bool {
            self.services.get().is_some_and(|services| services.sends_typing.get())
        }

        fn set_sends_typing(&self, sends_typing: bool) {
            if let Some(services) = self.services.get() {
                services.sends_typing.set(sends_typing);
            }
        }
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
    /// Properties: `networks` and `is-restored` (read-only), and `sends-typing`, which the preferences set.
    pub struct Chat(ObjectSubclass<imp::Chat>);
}

impl Chat {
    /// Opens the archive and starts the socket thread. Soon after, `networks` holds what was there
    /// before, `is-restored` turns true, and each restored network connects by itself.
    pub fn start(paths: &Paths) -> Self {
        let place = Place::new(paths.data.clone());
        Self::start_with(place, Box::new(SystemKeyring), life::start_link)
    }

    /// A server to be joined: where it is known already, that one; otherwise a new one, kept from now on. A key that it is
    /// trusted by already stays. Nothing is connected yet: [`Network::probe`] looks who is there, [`Network::join_as`] goes in.
    ///
    /// Call it once `is-restored` is true.
    pub fn prepare_network(&self, settings: &NetworkSettings) -> Network {
        if let Some(network) = self.find_known(settings) {
            network.apply_settings(settings);
            return network;
        }
        let network = Network::new(self.services(), self.next_id(), settings);
        self.networks().append(&network);
        network
    }

    /// The server at this address, if it is known.
    pub fn find_known(&self, settings: &NetworkSettings) -> Option<Network> {
        let mut networks = self.all_networks().into_iter();
        networks.find(|network| network.is_at(&settings.host, settings.port))
    }

    /// The network around this computer changed, or it slept: who waits tries at once, who is connected looks whether that
    /// is still so. Where something has to be mended first, nothing happens.
    pub fn look_after_connections(&self) {
        for network in self.all_networks() {
            if !matches!(network.state(), ConnectionState::Offline | ConnectionState::Failed) {
                network.ask(Command::ConnectNow);
            }
        }
    }

    /// Forgets a server with all that was said there and its password; says goodbye first.
    pub fn remove_network(&self, network: &Network) {
        self.set_network_aside(network);
        self.drop_network(network);
    }

    /// Takes a server off the list, offline, with all of it still kept; gives its place, for
    /// [`take_network_back`](Self::take_network_back). [`drop_network`](Self::drop_network) ends it.
    pub fn set_network_aside(&self, network: &Network) -> Option<u32> {
        let position = self.networks().find(network)?;
        network.hang_up("");
        self.networks().remove(position);
        self.imp().set_aside.borrow_mut().push(network.clone());
        Some(position)
    }

    /// Puts a server that was set aside back where it was, and goes online.
    pub fn take_network_back(&self, network: &Network, position: u32) {
        if self.forget_set_aside(network) {
            let position = position.min(self.networks().n_items());
            network.forget_fetches();
            self.networks().insert(position, network);
            network.connect_anew();
        }
    }

    /// Forgets a server that was set aside, for good.
    pub fn drop_network(&self, network: &Network) {
        if self.forget_set_aside(network) {
            // Who was never signed in has none there, and is not asked to open their keyring.
            if !network.account().is_empty() {
                network.forget_password();
            }
            // A failure is told by the archive itself.
            drop(self.services().archive.remove_network(network.key()));
        }
    }

    fn forget_set_aside(&self, network: &Network) -> bool {
        let mut set_aside = self.imp().set_aside.borrow_mut();
        let position = set_aside.iter().position(|one| one == network);
        position.map(|position| set_aside.remove(position)).is_some()
    }

    /// The conversation with this identifier (`Channel::id`), while it is open.
    pub fn find_channel(&self, id: u64) -> Option<Channel> {
        let mut channels = self.all_networks().into_iter().flat_map(|one| one.open_channels());
        channels.find(|channel| channel.id() == id)
    }

    /// The archive was damaged, could not be opened or written; what and what was done about it, in
    /// words.
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

    fn all_networks(&self) -> Vec<Network> {
        self.networks().iter().map_while(Result::ok).collect()
    }

    fn find_network(&self, id: NetworkId) -> Option<Network> {
        self.networks().iter().map_while(Result::ok).find(|network: &Network| network.id() == id)
    }

    fn next_id(&self) -> NetworkId {
        let id = self.imp().last_id.get() + 1;
        self.imp().last_id.set(id);
        NetworkId(id)
    }
}
