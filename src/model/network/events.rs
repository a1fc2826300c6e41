//! What the session tells, carried into the conversations.

use glib::prelude::*;
use glib::subclass::prelude::*;
use uuid::Uuid;

use crate::i18n::{gettext_f, isolate};
use crate::irc::event::{Denial, Event, Failure, Message, Origin, Refusal, State};
use crate::irc::{KnownServer, fold, nick_from_display_name};
use crate::model::Channel;
use crate::model::channel::{is_room, title};
use crate::model::services::Turn;

use super::{Network, words};

impl Network {
    /// Carries one event. What it changes in lists is told when the turn is over.
    pub(in crate::model) fn handle_event(&self, event: Event, turn: &mut Turn) {
        match event {
            Event::State(state) => self.handle_state(&state),
            Event::TrustNeeded { found } => self.emit_trust_needed(found),
            Event::KeyChanged { expected, found } => self.emit_key_changed(expected, found),
            Event::Reached => self.emit_reached(),
            Event::Registered { nick, network_name, lobby } => {
                self.set_nick(&nick);
                self.learn(|known| known.is_majlis |= lobby.is_some());
                self.set_told_name(&network_name.unwrap_or_default());
                self.tell_new_connection();
                self.tell_taken_name(&nick);
            }
            Event::ScramOffered => self.learn(|known| known.has_scram = true),
            Event::SignedIn { account, is_new } => self.handle_signed_in(&account, is_new),
            Event::DeviceAdded => self.handle_device_added(),
            Event::Nick { old, new } => self.handle_nick(&old, &new, turn),
            Event::Joined { room } => self.handle_joined(&room, turn),
            Event::Left { room, reason } => self.handle_left(&room, &reason),
            Event::JoinFailed { room, reason } => self.handle_join_failed(&room, &reason),
            Event::Messages { conversation, origin, messages, happened } => {
                let channel = match origin {
                    // Whoever asked for it waits for it, even if they closed the conversation meanwhile.
                    Origin::Older { .. } => self.find(&conversation),
                    _ => self.channel_of(&conversation, &messages),
                };
                if let Some(channel) = channel {
                    channel.receive(origin, messages, happened, turn);
                }
            }
            Event::ToBeNoted { ids } => self.note_outgoing(ids),
            Event::SendFailed { id, reason } => {
                self.handle_send_failed(id, &words::refusal(&reason), turn);
            }
            Event::Refused(reason) => self.emit_server_text(&words::refusal(&reason)),
            Event::ServerText { text } => self.emit_server_text(&text),
            Event::Answer { number, answer } => self.handle_answer(number, answer),
            event => self.handle_person_event(event, turn),
        }
    }

    /// What is told of people and of ourselves, wherever they are.
    fn handle_person_event(&self, event: Event, turn: &mut Turn) {
        match event {
            Event::Abilities(abilities) => drop(self.imp().abilities.replace(*abilities)),
            Event::Presence { nick, presence } => self.handle_presence(&nick, presence),
            Event::OwnAway { is_away } => self.handle_own_away(is_away),
            Event::AwayWords { nick, words, time_ms } => {
                if let Some(person) = self.find_open(&nick).filter(|one| !one.is_room()) {
                    person.show_away(&words, time_ms);
                    turn.touch(&person);
                }
            }
            Event::Invited { room, nick, by } => {
                if !self.ignores(&nick) {
                    self.emit_by_name::<()>("invited", &[&room, &by]);
                }
            }
            Event::Renamed { old, new } => self.rename_room(&old, &new, turn),
            event => self.handle_room_event(event, turn),
        }
    }

    /// What happens in rooms that we are in.
    fn handle_room_event(&self, event: Event, turn: &mut Turn) {
        match event {
            Event::Members { room, members, more } => {
                self.in_room(&room, |room| {
                    room.set_members(&members, more, &self.nick());
                    if !more {
                        self.set_up_if_new(room);
                    }
                });
            }
            Event::MemberJoined { room, member } => {
                self.in_room(&room, |room| room.add_member(&member));
            }
            Event::MemberLeft { room, nick } => {
                self.in_room(&room, |room| room.remove_member(&nick));
            }
            Event::Role { room, nick, role } => {
                self.in_room(&room, |room| room.set_role(&nick, role.into()));
            }
            Event::Happened { room, occurrence } => {
                self.in_room(&room, |room| room.take_happened(vec![occurrence], turn));
            }
            Event::Typing { conversation, nick, display_name, state } => {
                let name = display_name.as_deref();
                self.in_room(&conversation, |room| room.hear_typing(&nick, name, state));
            }
            Event::ReadUpTo { conversation, time_ms } => {
                self.in_room(&conversation, |room| room.handle_read_up_to(time_ms));
            }
            Event::Reactions { conversation, reactions } => {
                self.in_room(&conversation, |room| room.take_reactions(reactions, turn));
            }
            Event::Deleted { conversation, deletions } => {
                self.in_room(&conversation, |room| room.take_deletions(deletions, turn));
            }
            Event::NotDeleted { conversation, msgid } => {
                self.in_room(&conversation, |room| room.keep_refused(&msgid, turn));
            }
            Event::Topic { room, topic } => {
                self.in_room(&room, |room| room.set_topic(&topic, turn));
            }
            Event::Person { nick, display_name, is_away, is_registered } => {
                for channel in self.open_channels() {
                    channel.set_person(&nick, display_name.as_deref(), is_away, is_registered);
                }
            }
            _ => unreachable!("every other event is the network's own"),
        }
    }

    /// Once for each time that the person connects: a guest came in under another nick than they wanted.
    fn tell_taken_name(&self, nick: &str) {
        let wanted = nick_from_display_name(&self.display_name()).unwrap_or_default();
        // A server may only have cut it.
        let is_own = fold(&wanted).starts_with(&fold(nick));
        if !is_own && self.account().is_empty() && !self.imp().was_online.get() {
            self.emit_name_taken(nick);
        }
    }

    fn in_room(&self, name: &str, change: impl FnOnce(&Channel)) {
        if let Some(room) = self.find_open(name) {
            change(&room);
        }
    }

    fn handle_state(&self, state: &State) {
        self.set_state(state);
        self.show_presence();
        if *state == State::Online {
            self.open_channels().iter().for_each(Channel::ask_read_mark);
        }
        self.tell_unkept_password();
        self.drop_questions();
        if let State::Failed(failure) = state {
            self.emit_failed(&self.failure_text());
            if let Failure::SignIn(failure) = failure {
                self.handle_sign_in_failure(failure);
            }
        }
    }

    /// Keeps what a connection has shown of the server.
    fn learn(&self, lesson: impl FnOnce(&mut KnownServer)) {
        let mut known = self.imp().known.get();
        lesson(&mut known);
        if self.imp().known.replace(known) != known {
            self.keep();
        }
    }

    fn handle_nick(&self, old: &str, new: &str, turn: &mut Turn) {
        for channel in self.open_channels() {
            channel.rename_member(old, new);
        }
        if fold(old) == fold(&self.nick()) {
            self.handle_own_nick(new);
        } else {
            self.rename_ignored(old, new, turn);
            self.rename_conversation(old, new, turn);
        }
    }

    /// We are called otherwise: by what we asked for, or by the server's will, which does not change what we call ourselves.
    fn handle_own_nick(&self, new: &str) {
        self.set_nick(new);
        let is_it = |name: &mut String| {
            nick_from_display_name(name).is_some_and(|nick| fold(&nick) == fold(new))
        };
        let asked = self.imp().asked_name.borrow_mut().take_if(is_it);
        if let Some(name) = asked {
            self.set_display_name(&name);
            self.keep();
        }
    }

    fn handle_joined(&self, name: &str, turn: &mut Turn) {
        let room = self.ensure(name);
        room.rename(name, turn);
        room.set_joined(true);
        if let Some(key) = self.imp().offered_keys.borrow_mut().remove(&fold(name)) {
            room.set_room_key(&key);
        }
        room.set_left(false);
        if self.imp().opening.borrow_mut().remove(&fold(name)) {
            self.emit_open_requested(&room);
        }
    }

    fn handle_left(&self, name: &str, reason: &str) {
        let Some(room) = self.find_open(name) else { return };
        room.set_joined(false);
        room.set_left(true);
        if !reason.is_empty() {
            let values = [("room", &*isolate(&room.title())), ("reason", &isolate(reason))];
            // Translators: somebody put us out; {reason} is in the server's words.
            self.emit_server_text(&gettext_f("You are no longer in {room}: {reason}", &values));
        }
    }

    fn handle_join_failed(&self, name: &str, reason: &Refusal) {
        let was_asked_for = self.imp().opening.borrow_mut().remove(&fold(name));
        let was_given = self.imp().offered_keys.borrow_mut().remove(&fold(name)).is_some();
        self.forget_founding(name);
        if was_asked_for && *reason == Refusal::Denied(Denial::WrongKey) {
            self.emit_by_name::<()>("key-needed", &[&name, &was_given]);
            return;
        }
        let reason = words::refusal(reason);
        let values = [("room", &*isolate(title(name))), ("reason", &isolate(&reason))];
        // Translators: {reason} is a sentence, often in the server's words.
        self.emit_server_text(&gettext_f("{room} cannot be entered: {reason}", &values));
    }

    /// Where messages belong.
    fn channel_of(&self, conversation: &str, messages: &[Message]) -> Option<Channel> {
        // A person may speak to us at any time. A room that is not open is one that we have left.
        // Whom we do not hear opens none.
        if is_room(conversation) || messages.is_empty() || self.ignores(conversation) {
            self.find_open(conversation)
        } else {
            let is_written_to = messages.iter().any(|message| message.is_own);
            self.ensure_for_stranger(conversation, is_written_to)
        }
    }

    fn handle_send_failed(&self, id: Uuid, reason: &str, turn: &mut Turn) {
        self.forget_outgoing(id);
        if let Some(channel) = self.open_channels().into_iter().find(|one| one.fail(id, reason)) {
            turn.touch(&channel);
        }
    }
}
