//! Which rooms and people there are, open and closed.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::i18n::gettext;
use crate::irc::{Command, HistoryMark, fold};
use crate::model::channel::as_room;
use crate::model::services::Turn;
use crate::model::{Channel, ConnectionState};
use crate::store::{ConversationKey, RestoredConversation};

use super::Network;

/// With more people than this, whoever else writes opens no conversation: one person can have any number of names.
pub(super) const PEOPLE_MAX: usize = 500;

/// Whom we write to from another device has one all the same, up to so many: what the server says of us may be made up, too.
const WRITTEN_TO_MAX: usize = 2 * PEOPLE_MAX;

/// Every conversation of a network: the open ones in a list for the widgets, all by name.
#[derive(Debug)]
pub(super) struct Conversations {
    pub(super) open: gio::ListStore,
    by_name: RefCell<HashMap<String, Channel>>,
    /// Whether it was said that there are too many.
    is_crowd_told: Cell<bool>,
}

impl Default for Conversations {
    fn default() -> Self {
        Self {
            open: gio::ListStore::new::<Channel>(),
            by_name: RefCell::default(),
            is_crowd_told: Cell::default(),
        }
    }
}

impl Network {
    /// Goes into a room, now and after each restart; `open-requested` follows once we are in, or at
    /// once where there is no connection yet.
    pub fn join(&self, name: &str) {
        let name = as_room(name);
        if let Some(channel) = self.find_open(&name).filter(Channel::joined) {
            self.emit_open_requested(&channel);
            return;
        }
        let known = self.find(&name).and_then(|channel| channel.newest());
        match self.state() {
            // Every open room is joined with the next connection.
            ConnectionState::Offline | ConnectionState::Failed => {}
            ConnectionState::Registering | ConnectionState::Online => {
                self.imp().opening.borrow_mut().insert(fold(&name));
                self.ask(Command::Join { room: name, known });
                return;
            }
            // The next connection is prepared already, and has to be told.
            ConnectionState::Waiting | ConnectionState::Connecting | ConnectionState::Securing => {
                self.ask(Command::Join { room: name.clone(), known });
            }
        }
        let channel = self.ensure(&name);
        channel.set_left(false);
        self.emit_open_requested(&channel);
    }

    /// The conversation with one person, made where there was none.
    pub fn open_private(&self, nick: &str) -> Channel {
        let channel = self.ensure(nick);
        // Who never spoke to us is known from the rooms.
        if let Some(member) = self.open_channels().iter().find_map(|room| room.find_member(nick)) {
            channel.set_title(&member.display_name());
        }
        channel
    }

    /// The conversation of this name, made or opened again where it has to be.
    pub(super) fn ensure(&self, name: &str) -> Channel {
        if let Some(channel) = self.find(name) {
            if !channel.is_open() {
                channel.reopen();
                self.show_channel(&channel);
            }
            return channel;
        }
        let channel = Channel::new(self, self.key(), name);
        self.imp().conversations.by_name.borrow_mut().insert(fold(name), channel.clone());
        self.show_channel(&channel);
        if self.state() == ConnectionState::Online {
            channel.ask_read_mark();
        }
        channel
    }

    /// The conversation with somebody who writes to us, or whom the server says that we write to; none where there are too
    /// many others, which is said once.
    pub(super) fn ensure_for_stranger(&self, nick: &str, is_written_to: bool) -> Option<Channel> {
        let most = if is_written_to { WRITTEN_TO_MAX } else { PEOPLE_MAX };
        let is_person = |channel: &Channel| !channel.is_room();
        let open = self.find_open(nick);
        if open.is_some() || self.open_channels().into_iter().filter(is_person).count() < most {
            return Some(open.unwrap_or_else(|| self.ensure(nick)));
        }
        if !self.imp().conversations.is_crowd_told.replace(true) {
            self.emit_server_text(&gettext(
                "Too many conversations with people are open. Close some to see what others write to you.",
            ));
        }
        None
    }

    /// The conversation of this name, open or closed.
    pub(super) fn find(&self, name: &str) -> Option<Channel> {
        self.imp().conversations.by_name.borrow().get(&fold(name)).cloned()
    }

    /// The conversation of this name, if it is open.
    pub(in crate::model) fn find_open(&self, name: &str) -> Option<Channel> {
        self.find(name).filter(Channel::is_open)
    }

    pub(super) fn find_by_key(&self, key: ConversationKey) -> Option<Channel> {
        let by_name = self.imp().conversations.by_name.borrow();
        by_name.values().find(|channel| channel.key() == key).cloned()
    }

    /// Every open conversation.
    pub(in crate::model) fn open_channels(&self) -> Vec<Channel> {
        self.channels().iter().map_while(Result::ok).collect()
    }

    /// No page of history is to come that was asked for before.
    pub(in crate::model) fn forget_fetches(&self) {
        for channel in self.imp().conversations.by_name.borrow().values() {
            channel.forget_fetches();
        }
    }

    /// No longer shows a conversation.
    pub(in crate::model) fn close(&self, channel: &Channel) {
        if let Some(position) = self.channels().find(channel) {
            self.channels().remove(position);
            self.imp().conversations.is_crowd_told.set(false);
            self.watch_people();
        }
    }

    /// Somebody has another nick, and so has the conversation with them, unless there is one already
    /// with the new nick.
    pub(super) fn rename_conversation(&self, old: &str, new: &str, turn: &mut Turn) {
        let by_name = &self.imp().conversations.by_name;
        if fold(old) != fold(new) && by_name.borrow().contains_key(&fold(new)) {
            return;
        }
        let renamed = by_name.borrow_mut().remove(&fold(old));
        if let Some(channel) = renamed {
            by_name.borrow_mut().insert(fold(new), channel.clone());
            channel.rename(new, turn);
            turn.note_renaming(self);
        }
    }

    /// A room has another name. The name can be free only of a room that we left or were not let into: what is known of that
    /// one is kept under the name that nobody bears now.
    pub(super) fn rename_room(&self, old: &str, new: &str, turn: &mut Turn) {
        let by_name = &self.imp().conversations.by_name;
        let renamed = by_name.borrow_mut().remove(&fold(old));
        let Some(channel) = renamed else { return };
        let other = by_name.borrow_mut().insert(fold(new), channel.clone());
        if let Some(other) = other {
            by_name.borrow_mut().insert(fold(old), other.clone());
            other.rename(old, turn);
        }
        channel.rename(new, turn);
    }

    pub(super) fn restore_conversations(&self, restored: Vec<RestoredConversation>) {
        let channels: Vec<_> =
            restored.into_iter().map(|one| Channel::restore(self, one)).collect();
        for channel in &channels {
            let name = fold(&channel.name());
            self.imp().conversations.by_name.borrow_mut().insert(name, channel.clone());
        }
        let open: Vec<_> = channels.into_iter().filter(Channel::is_open).collect();
        self.channels().splice(0, 0, &open);
    }

    /// The rooms to be in, and the newest message known of each.
    pub(super) fn rooms(&self) -> Vec<(String, Option<HistoryMark>)> {
        let is_wanted = |channel: &Channel| channel.is_room() && !channel.is_left();
        let rooms = self.open_channels().into_iter().filter(is_wanted);
        rooms.map(|room| (room.name(), room.newest())).collect()
    }

    /// The same with the password that the room wants from whoever comes in.
    pub fn join_with_key(&self, name: &str, key: &str) {
        let name = as_room(name);
        self.imp().offered_keys.borrow_mut().insert(fold(&name), key.to_owned());
        self.ask(Command::SetRoomKey { room: name.clone(), key: key.to_owned() });
        self.join(&name);
    }

    /// The passwords of rooms, as far as they were given.
    pub(super) fn room_keys(&self) -> Vec<(String, String)> {
        let rooms = self.open_channels().into_iter();
        let kept = rooms.filter_map(|room| Some((room.name(), room.room_key()?)));
        let offered = self.imp().offered_keys.borrow().clone();
        kept.chain(offered).collect()
    }

    /// The people talked with, also those whose conversations are closed, and the newest message known of each.
    pub(super) fn people(&self) -> Vec<(String, HistoryMark)> {
        let by_name = self.imp().conversations.by_name.borrow();
        let people = by_name.values().filter(|channel| !channel.is_room());
        people.filter_map(|person| Some((person.name(), person.newest()?))).collect()
    }

    /// With people one is together as soon as one is online; rooms tell it themselves. Older pages can be had again.
    pub(super) fn show_presence(&self) {
        let is_online = self.state() == ConnectionState::Online;
        let is_connected = self.has_session();
        for channel in self.open_channels() {
            if !channel.is_room() {
                channel.set_joined(is_online);
            } else if !is_connected {
                channel.set_joined(false);
            }
            if is_online {
                channel.retry_older();
            }
        }
    }

    fn show_channel(&self, channel: &Channel) {
        channel.set_joined(!channel.is_room() && self.state() == ConnectionState::Online);
        channel.show_ignored();
        self.channels().append(channel);
        if !channel.is_room() {
            self.watch_people();
        }
    }
}
