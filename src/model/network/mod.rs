//! One server: how the connection to it stands, who we are there, and its conversations.
//!
//! | module | owns |
//! |---|---|
//! | `account` | signing in and out, the password in the keyring |
//! | `events` | what the session tells |
//! | `conversations` | which rooms and people there are, open and closed |
//! | `sending` | the way out: first to the disk, then to the socket thread |
//! | `typed` | slash commands |
//! | `people` | who others are, whether they are here, whom we do not hear; our being away |
//! | `questions` | what is asked of the server and answered |
//! | `rooms` | finding rooms and making them, and how others find the server |
//! | `signals` | what the widgets are told besides properties |
//! | `words` | the state in words |

mod account;
mod conversations;
mod events;
mod people;
mod questions;
mod rooms;
mod sending;
mod signals;
mod typed;
mod words;

use std::rc::Rc;

use glib::subclass::prelude::*;

use crate::i18n::gettext;
use crate::irc::event::State;
use crate::irc::{
    Command, Fingerprint, KnownServer, NetworkConfig, NetworkId, nick_from_display_name, shown_name,
};
use crate::store::{NetworkKey, NetworkRow, RestoredNetwork};

use super::services::Services;
use super::settings::address_words;
use super::timeline::Sender;
use super::{ConnectionState, NetworkSettings, mention};

pub use self::account::{Blame, Device};
pub use self::people::Profile;
pub use self::rooms::{NewRoom, ServerInvitation};
pub use self::signals::KeyChange;

mod imp {
    use std::cell::{Cell, OnceCell, RefCell};
    use std::collections::{BTreeSet, HashMap, HashSet};
    use std::rc::Rc;

    use glib::prelude::*;
    use glib::subclass::Signal;
    use glib::subclass::prelude::*;

    use crate::irc::{Abilities, Fingerprint, KnownServer, NetworkId, Registration, Secret};
    use crate::store::NetworkKey;

    use super::account::Blame;
    use super::conversations::Conversations;
    use super::questions::Questions;
    use super::rooms::NewRoom;
    use super::sending::Outbox;
    use super::{ConnectionState, Services};

    #[derive(Debug, Default, glib::Properties)]
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
        /// Why there is no connection, in words; empty where nothing went wrong.
        #[property(get)]
        pub(super) failure_text: RefCell<String>,
        /// Whether TLS is asked for.
        #[property(get)]
        pub(super) encrypted: Cell<bool>,
        /// The account that we sign in to; empty for a guest.
        #[property(get)]
        pub(super) account: RefCell<String>,
        /// Why the person has to type their password before anything goes on; empty where they need not.
        #[property(get)]
        pub(super) password_text: RefCell<String>,
        /// Whether the server knows us as away.
        #[property(get)]
        pub(super) away: Cell<bool>,
        /// The words with which we went away; empty where we did not.
        #[property(get)]
        pub(super) away_words: RefCell<String>,
        /// Rooms and people, in the order in which they were opened.
        #[property(name = "channels", get = Self::channels, type = gio::ListStore)]
        pub(super) conversations: Conversations,
        pub(super) services: OnceCell<Rc<Services>>,
        /// Whether we were online since a person last asked to connect.
        pub(super) was_online: Cell<bool>,
        pub(super) id: OnceCell<NetworkId>,
        pub(super) key: Cell<NetworkKey>,
        pub(super) host: RefCell<String>,
        pub(super) port: Cell<u16>,
        pub(super) pin: Cell<Option<Fingerprint>>,
        /// Whether a person or their link vouched for the pinned key.
        pub(super) is_checked: Cell<bool>,
        pub(super) known: Cell<KnownServer>,
        /// Whether the server knows this device's key as one of the account's.
        pub(super) has_device: Cell<bool>,
        /// Whether the person wants to be away from it until they say otherwise.
        pub(super) stays_offline: Cell<bool>,
        /// The password, as far as it was typed or found.
        pub(super) password: RefCell<Option<Secret>>,
        /// The keyring is being looked into for the password, before anything is connected.
        pub(super) keyring_look: RefCell<Option<glib::JoinHandle<()>>>,
        /// An account is to be made, where nobody has the name.
        pub(super) registration: RefCell<Option<Registration>>,
        /// The password could not be kept, and the person does not know yet.
        pub(super) is_password_unkept: Cell<bool>,
        pub(super) blame: Cell<Blame>,
        /// Whether it is only looked at so far.
        pub(super) is_probing: Cell<bool>,
        /// How the connection stands, in words.
        pub(super) connection_text: RefCell<String>,
        /// What the network told that it is called.
        pub(super) told_name: RefCell<String>,
        /// What we asked to be called by `/nick`.
        pub(super) asked_name: RefCell<Option<String>>,
        /// Rooms to be shown once we are in.
        pub(super) opening: RefCell<HashSet<String>>,
        /// Passwords of rooms that we are not in yet, by folded name.
        pub(super) offered_keys: RefCell<HashMap<String, String>>,
        /// Rooms to be set up once we are in, by their folded names.
        pub(super) founding: RefCell<HashMap<String, NewRoom>>,
        pub(super) outbox: Outbox,
        /// What the server can do, as far as it was ever told; what is typed offline goes by it, too.
        pub(super) abilities: RefCell<Abilities>,
        pub(super) questions: Questions,
        /// The people whom this connection was told to watch.
        pub(super) watched: RefCell<Vec<String>>,
        /// Whom we do not hear, by their folded nicks.
        pub(super) ignored: RefCell<BTreeSet<String>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Network {
        const NAME: &'static str = "MajlisNetwork";
        type Type = super::Network;
    }

    #[glib::derived_properties]
    impl ObjectImpl for Network {
        fn signals() -> &'static [Signal] {
            super::signals::list()
        }
    }

    impl Network {
        fn channels(&self) -> gio::ListStore {
            self.conversations.open.clone()
        }
    }
}

glib::wrapper! {
    /// One server: how the connection to it stands, who we are there, and its conversations.
    ///
    /// Properties (read-only): `name`, `address`, `nick`, `display-name`, `state`, `state-text`,
    /// `failure-text`, `encrypted`, `account`, `password-text`, `away`, `away-words`, `channels`.
    pub struct Network(ObjectSubclass<imp::Network>);
}

impl Network {
    /// A server that nothing is known of, and that is kept from now on.
    pub(super) fn new(services: Rc<Services>, id: NetworkId, settings: &NetworkSettings) -> Self {
        let row = NetworkRow {
            key: NetworkKey::draw(),
            host: settings.host.clone(),
            port: settings.port,
            encrypt: settings.encrypt,
            pin: None,
            display_name: String::new(),
            name: String::new(),
            account: None,
            has_device: false,
            is_checked: false,
            known: KnownServer::default(),
            stays_offline: false,
        };
        let network = Self::with_row(services, id, row);
        network.apply_settings(settings);
        network
    }

    /// A server as it was left.
    pub(super) fn restore(
        services: Rc<Services>,
        id: NetworkId,
        restored: RestoredNetwork,
    ) -> Self {
        let network = Self::with_row(services, id, restored.row);
        network.restore_ignored(restored.ignored);
        network.restore_conversations(restored.conversations);
        network.restore_outbox(restored.outbox);
        network
    }

    fn with_row(services: Rc<Services>, id: NetworkId, row: NetworkRow) -> Self {
        let network: Self = glib::Object::new();
        let imp = network.imp();
        imp.services.set(services).expect("the object is new");
        imp.id.set(id).expect("the object is new");
        imp.key.set(row.key);
        imp.address.replace(address_words(&row.host, row.port));
        imp.name.replace(if row.name.is_empty() { row.host.clone() } else { row.name.clone() });
        imp.told_name.replace(row.name);
        imp.host.replace(row.host);
        imp.port.set(row.port);
        imp.encrypted.set(row.encrypt);
        imp.pin.set(row.pin);
        imp.is_checked.set(row.is_checked);
        imp.known.set(row.known);
        imp.account.replace(row.account.unwrap_or_default());
        imp.has_device.set(row.has_device);
        imp.stays_offline.set(row.stays_offline);
        network.set_display_name(&row.display_name);
        // Until the server says which one it is.
        network.set_nick(&nick_from_display_name(&row.display_name).unwrap_or_default());
        network.set_state(&State::Offline);
        network.start_sending();
        network
    }

    /// Comes online and stays; while it waits to try again, it tries at once.
    pub fn go_online(&self) {
        match self.state() {
            ConnectionState::Offline | ConnectionState::Failed => self.connect_anew(),
            ConnectionState::Waiting => self.ask(Command::ConnectNow),
            ConnectionState::Connecting
            | ConnectionState::Securing
            | ConnectionState::Registering
            | ConnectionState::Online => {}
        }
    }

    /// Says goodbye with these words and stays offline, also after a restart, until the person says otherwise.
    pub fn go_offline(&self, reason: &str) {
        self.imp().stays_offline.set(true);
        self.keep();
        self.hang_up(reason);
    }

    /// Whether the person wants to be away until they say otherwise.
    pub fn stays_offline(&self) -> bool {
        self.imp().stays_offline.get()
    }

    /// Pins the key with this fingerprint (as the signals gave it). `is_checked` says that the person knows it to be the
    /// server's own. Other text than a fingerprint does nothing. What was under way is to be begun again.
    pub fn trust(&self, fingerprint: &str, is_checked: bool) {
        if let Ok(pin) = fingerprint.parse::<Fingerprint>() {
            self.imp().pin.set(Some(pin));
            self.imp().is_checked.set(is_checked);
            self.keep();
        }
    }

    /// The pinned key as six words for people to compare; `None` where there is none to pin.
    pub fn key_words(&self) -> Option<String> {
        self.imp().pin.get().map(signals::words)
    }

    /// Whether a person, their link or an authority vouched for the server's key.
    pub fn is_key_checked(&self) -> bool {
        self.imp().pin.get().is_none() || self.imp().is_checked.get()
    }

    /// The person has compared the server's words.
    pub fn vouch_for_key(&self) {
        self.imp().is_checked.set(true);
        self.keep();
    }

    /// What the person has to mend, where the server did not take them in.
    pub fn blame(&self) -> Blame {
        self.imp().blame.get()
    }

    /// Takes over what a person filled in, for the next connection.
    pub(super) fn apply_settings(&self, settings: &NetworkSettings) {
        let imp = self.imp();
        if imp.encrypted.replace(settings.encrypt) != settings.encrypt {
            self.notify_encrypted();
        }
        // A link is whoever's; only the person, asked with both keys in sight, puts another key in the trusted one's place.
        if imp.pin.get().is_none() {
            let pin = settings.fingerprint.as_ref().and_then(|text| text.parse().ok());
            imp.pin.set(pin);
            imp.is_checked.set(pin.is_some());
        }
        self.take_name(&settings.display_name);
        self.keep();
    }

    /// What to be called from the next connection on.
    pub(super) fn take_name(&self, display_name: &str) {
        self.set_display_name(display_name.trim());
        self.set_nick(&nick_from_display_name(display_name).unwrap_or_default());
    }

    /// Connects with everything that is known now, whatever was before.
    pub(super) fn connect_anew(&self) {
        self.imp().is_probing.set(false);
        if !self.services().has_link() {
            return;
        }
        self.imp().was_online.set(false);
        if self.imp().stays_offline.replace(false) {
            self.keep();
        }
        self.set_state(&State::Connecting);
        self.connect_with_password();
    }

    pub(super) fn id(&self) -> NetworkId {
        *self.imp().id.get().expect("set when the network was made")
    }

    pub(super) fn key(&self) -> NetworkKey {
        self.imp().key.get()
    }

    /// Whether it is the server at this address.
    pub(super) fn is_at(&self, host: &str, port: u16) -> bool {
        self.imp().host.borrow().eq_ignore_ascii_case(host) && self.imp().port.get() == port
    }

    pub(super) fn services(&self) -> Rc<Services> {
        Rc::clone(self.imp().services.get().expect("set when the network was made"))
    }

    pub(super) fn ask(&self, command: Command) {
        self.services().ask(self.id(), command);
    }

    /// Who we are, beside a message that waits.
    pub(super) fn sender(&self) -> Sender {
        let nick = self.nick();
        let display_name = shown_name(&self.display_name(), &nick);
        Sender { nick, display_name }
    }

    /// Whether words name us.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        mention::names(text, &[&self.imp().nick.borrow(), &self.imp().display_name.borrow()])
    }

    fn config(&self) -> NetworkConfig {
        let imp = self.imp();
        NetworkConfig {
            host: imp.host.borrow().clone(),
            port: imp.port.get(),
            encrypt: imp.encrypted.get(),
            pin: imp.pin.get(),
            display_name: self.display_name(),
            sign_in: self.sign_in_config(),
            known: imp.known.get(),
            rooms: self.rooms(),
            room_keys: self.room_keys(),
            people: self.people(),
            pending: self.pending(),
        }
    }

    fn row(&self) -> NetworkRow {
        let imp = self.imp();
        NetworkRow {
            key: imp.key.get(),
            host: imp.host.borrow().clone(),
            port: imp.port.get(),
            encrypt: imp.encrypted.get(),
            pin: imp.pin.get(),
            display_name: self.display_name(),
            name: imp.told_name.borrow().clone(),
            account: Some(self.account()).filter(|account| !account.is_empty()),
            has_device: imp.has_device.get(),
            is_checked: imp.is_checked.get(),
            known: imp.known.get(),
            stays_offline: imp.stays_offline.get(),
        }
    }

    fn keep(&self) {
        // A failure is told by the archive itself.
        drop(self.services().archive.put_network(self.row()));
    }

    fn set_state(&self, state: &State) {
        let imp = self.imp();
        imp.was_online.set(imp.was_online.get() || *state == State::Online);
        let failure = match state {
            State::Waiting { failure, .. } | State::Failed(failure) => words::failure(failure),
            _ => String::new(),
        };
        if imp.failure_text.replace(failure) != self.failure_text() {
            self.notify_failure_text();
        }
        imp.blame.set(Blame::of(state));
        let (state, text) = words::state(state, imp.was_online.get());
        imp.connection_text.replace(text);
        self.show_state_text();
        if imp.state.replace(state) != state {
            self.notify_state();
        }
    }

    /// That a password is missing matters more than that nothing is connected.
    fn show_state_text(&self) {
        let imp = self.imp();
        let text = if imp.password_text.borrow().is_empty() {
            imp.connection_text.borrow().clone()
        } else {
            // Translators: how the connection stands: the person has to sign in.
            gettext("Your password is needed")
        };
        if imp.state_text.replace(text) != self.state_text() {
            self.notify_state_text();
        }
    }

    fn set_nick(&self, nick: &str) {
        if *self.imp().nick.borrow() != nick {
            self.imp().nick.replace(nick.to_owned());
            self.notify_nick();
        }
    }

    fn set_display_name(&self, name: &str) {
        if *self.imp().display_name.borrow() != name {
            self.imp().display_name.replace(name.to_owned());
            self.notify_display_name();
        }
    }

    fn set_told_name(&self, name: &str) {
        if *self.imp().told_name.borrow() != name && !name.is_empty() {
            self.imp().told_name.replace(name.to_owned());
            self.imp().name.replace(name.to_owned());
            self.notify_name();
            self.keep();
        }
    }
}
