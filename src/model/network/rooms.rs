//! Rooms that we are not in: finding them, and making new ones; and how others find the server.

use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::i18n::{gettext_f, isolate};
use crate::irc::event::Refusal;
use crate::irc::{Answer, Question, ServerAddress, fold};
use crate::model::pace::Share;
use crate::model::{Access, Channel, RoomListing, RoomSetup};

use super::{Network, words};

/// A room as the person wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRoom {
    /// Its name with its `#`.
    pub name: String,
    /// Possibly empty.
    pub topic: String,
    /// Who may enter.
    pub access: Access,
}

/// How somebody finds this server, to be handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInvitation {
    /// A `majlis://` link; it carries the key's fingerprint where one is trusted.
    pub link: String,
    /// The six words of the key.
    pub words: Option<String>,
    /// Whether the address means this computer alone.
    pub is_local: bool,
}

impl Network {
    /// Puts all rooms into a list, as they come; only those whose names hold these letters, where some are given. Gives
    /// whether there are more. The error is a translated sentence.
    pub async fn list_rooms(&self, matching: &str, into: &gio::ListStore) -> Result<bool, String> {
        let answers = self.question(Question::Rooms { matching: matching.to_owned() });
        let mut share = Share::begin();
        loop {
            match answers.recv().await.unwrap_or(Answer::Refused(Refusal::NotConnected)) {
                Answer::Rooms { rooms, is_last, is_cut } => {
                    let listings: Vec<_> = rooms.into_iter().map(RoomListing::new).collect();
                    into.extend_from_slice(&listings);
                    if is_last {
                        return Ok(is_cut);
                    }
                    share.rest_if_over().await;
                }
                Answer::Refused(refusal) => return Err(words::refusal(&refusal)),
                answer => unreachable!("the session answers what was asked, not {answer:?}"),
            }
        }
    }

    /// Goes into a room that is to be a new one, and sets it up once we are inside. Where others are there already, it is
    /// theirs, and that is said.
    pub fn create_room(&self, room: NewRoom) {
        let name = room.name.clone();
        self.imp().founding.borrow_mut().insert(fold(&name), room);
        self.join(&name);
    }

    /// The list of who is in a room came: whether it is one that we wanted to make.
    pub(super) fn set_up_if_new(&self, room: &Channel) {
        let Some(wanted) = self.imp().founding.borrow_mut().remove(&fold(&room.name())) else {
            return;
        };
        if room.members().n_items() > 1 || !room.is_operator() {
            self.emit_server_text(&gettext_f(
                // Translators: somebody wanted to make a room, and came into one of the same name.
                "There is a room {room} already; you are in it now.",
                &[("room", &isolate(&room.title()))],
            ));
            return;
        }
        let (network, room) = (self.clone(), room.clone());
        glib::spawn_future_local(async move {
            if let Err(refusal) = network.set_up(&room, &wanted).await {
                network.emit_server_text(&refusal);
            }
        });
    }

    async fn set_up(&self, room: &Channel, wanted: &NewRoom) -> Result<(), String> {
        let before = RoomSetup::default();
        room.change_setup(&before, &RoomSetup { access: wanted.access, ..before.clone() }).await?;
        if wanted.topic.is_empty() { Ok(()) } else { room.change_topic(&wanted.topic).await }
    }

    pub(super) fn forget_founding(&self, name: &str) {
        self.imp().founding.borrow_mut().remove(&fold(name));
    }

    /// How somebody else finds this server, and a room in it.
    pub fn invitation(&self, room: Option<&Channel>) -> ServerInvitation {
        let address = self.link_address(room.map(Channel::name));
        ServerInvitation {
            link: address.to_string(),
            words: self.key_words(),
            is_local: is_local(&address.host),
        }
    }

    /// A `majlis://` link to a room here.
    pub fn room_link(&self, room: &Channel) -> String {
        self.link_address(Some(room.name())).to_string()
    }

    fn link_address(&self, room: Option<String>) -> ServerAddress {
        let imp = self.imp();
        ServerAddress {
            host: imp.host.borrow().clone(),
            port: imp.port.get(),
            encrypt: imp.encrypted.get(),
            spki: imp.pin.get().map(|pin| *pin.as_bytes()),
            invite: None,
            room,
        }
    }

    /// Whether rooms can be given another name.
    pub fn can_rename_rooms(&self) -> bool {
        self.imp().abilities.borrow().has_rename
    }

    /// Whether the server knows this kind of access.
    pub fn knows_access(&self, access: Access) -> bool {
        let is_possible = access != Access::SignedIn || self.offers_accounts();
        is_possible && access.letter().is_none_or(|letter| self.knows_flag(letter))
    }

    /// Whether rooms have this mode that is on or off.
    pub(in crate::model) fn knows_flag(&self, letter: char) -> bool {
        self.imp().abilities.borrow().flags.contains(letter)
    }
}

/// Whether a host is this computer, whatever computer it is.
fn is_local(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
