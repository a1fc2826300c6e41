//! What a person types: words, or a slash command that is carried out.

use std::future::Future;

use glib::prelude::*;
use glib::subclass::prelude::*;

use crate::i18n::gettext;
use crate::irc::event::Refusal;
use crate::irc::{Command, nick_from_display_name};
use crate::model::settings::{check_nick, check_room_name};
use crate::model::slash::{self, Typed};
use crate::model::{Channel, ConnectionState};

use super::{Network, words};

impl Network {
    /// What the composer holds, said in a channel: a slash command is carried out, everything else is
    /// sent.
    ///
    /// `//x` sends `/x`. The error is a translated sentence; the text is then the composer's to keep.
    pub fn run_command(&self, channel: &Channel, text: &str) -> Result<(), String> {
        match slash::read(text)? {
            Typed::Say(text) => channel.send_text(text),
            Typed::Act(text) => channel.act(text),
            Typed::Join(name, key) => self.join_checked(name, key)?,
            Typed::Message(nick, text) => self.say_to(nick, text)?,
            Typed::Nick(name) => self.ask_name(name)?,
            Typed::Topic(topic) => self.ask_topic(channel, topic)?,
            Typed::Whois(nick) => self.emit_by_name::<()>("profile-requested", &[&nick]),
            Typed::Invite(nick) => {
                let (room, nick) = (room_of(channel)?, nick.to_owned());
                self.tell_refusal(async move { room.invite(&nick).await });
            }
            Typed::Kick(nick, reason) => {
                let (room, nick, reason) = (room_of(channel)?, nick.to_owned(), reason.to_owned());
                self.tell_refusal(async move { room.remove_person(&nick, &reason).await });
            }
            Typed::Ban(nick) => {
                let (room, nick) = (room_of(channel)?, nick.to_owned());
                self.tell_refusal(async move { room.ban(&nick).await.map(drop) });
            }
            Typed::Ignore(nick) => self.set_ignored(nick, !self.ignores(nick)),
            Typed::Away("") => self.come_back(),
            Typed::Away(words) => self.go_away(words),
            Typed::List => self.emit_by_name::<()>("directory-requested", &[]),
            Typed::Quit(reason) => self.emit_quit_requested(reason),
        }
        Ok(())
    }

    /// Does something that the server may refuse, and then says why.
    fn tell_refusal(&self, deed: impl Future<Output = Result<(), String>> + 'static) {
        let network = self.downgrade();
        glib::spawn_future_local(async move {
            let done = deed.await;
            if let (Some(network), Err(words)) = (network.upgrade(), done) {
                network.emit_server_text(&words);
            }
        });
    }

    fn join_checked(&self, name: &str, key: &str) -> Result<(), String> {
        let name = if name.starts_with('#') { name.to_owned() } else { format!("#{name}") };
        check_room_name(&name)?;
        match key {
            "" => self.join(&name),
            _ => self.join_with_key(&name, key),
        }
        Ok(())
    }

    fn say_to(&self, nick: &str, text: &str) -> Result<(), String> {
        check_nick(nick)?;
        let person = self.open_private(nick);
        person.send_text(text);
        self.emit_open_requested(&person);
        Ok(())
    }

    /// The name is ours once the server says so; where there is nobody to ask, it is what to be called from the next
    /// connection on.
    pub(super) fn ask_name(&self, name: &str) -> Result<(), String> {
        let nick = nick_from_display_name(name)
            .ok_or_else(|| gettext("A name needs at least one letter."))?;
        let has_session = self.has_session();
        if has_session && nick != self.nick() {
            self.imp().asked_name.replace(Some(name.to_owned()));
        } else {
            self.take_name(name);
            self.keep();
        }
        if has_session {
            self.ask(Command::SetName { nick, display_name: name.to_owned() });
        } else if self.state() != ConnectionState::Offline {
            // A connection that is under way says the former name.
            self.connect_anew();
        }
        Ok(())
    }

    fn ask_topic(&self, channel: &Channel, topic: &str) -> Result<(), String> {
        if !channel.is_room() {
            return Err(gettext("Only rooms have a topic."));
        }
        if !self.has_session() {
            return Err(words::refusal(&Refusal::NotConnected));
        }
        // A topic is one line.
        let topic = topic.lines().collect::<Vec<_>>().join(" ");
        self.ask(Command::SetTopic { room: channel.name(), topic });
        Ok(())
    }
}

/// The room that a command is about.
fn room_of(channel: &Channel) -> Result<Channel, String> {
    let room = Some(channel.clone()).filter(Channel::is_room);
    room.ok_or_else(|| gettext("This is for rooms."))
}
