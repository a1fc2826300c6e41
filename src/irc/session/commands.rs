//! What the person asks.

use majlis_protocol::{Encoder, fold};

use super::conversation::Stage;
use super::outbox::Progress;
use super::{AskedName, Now, Phase, Session};
use crate::irc::event::{Event, Refusal};
use crate::irc::{Command, HistoryMark};

impl Session {
    /// Does what is asked, now or when there is a connection.
    ///
    /// Connecting is not the session's: for [`Command::ConnectNow`] it asks whether the server is still there, and of
    /// [`Command::Disconnect`] and [`Command::SignOut`] it says the goodbye only.
    pub fn handle_command(&mut self, command: Command, now: Now) {
        match command {
            Command::Connect(_) | Command::Probe(_) => {}
            Command::ConnectNow => self.ask_for_sign_of_life(now),
            Command::Disconnect { reason } => self.say_goodbye(&reason),
            Command::SignOut => {
                self.sign_out();
                self.say_goodbye("");
            }
            Command::Send(outgoing) if outgoing.is_noted => {
                self.add_to_outbox(outgoing, Progress::Waiting);
            }
            Command::Send(outgoing) => self.add_to_outbox(outgoing, Progress::UNNOTED),
            Command::Noted { ids } => self.outbox.note(&ids),
            Command::CancelSend { id } => {
                self.outbox.remove(id);
            }
            Command::Join { room, known } => self.want_room(&room, known),
            Command::SetRoomKey { room, key } => self.set_room_key(&room, key),
            Command::Part { room, reason } => self.part(&room, &reason),
            Command::SetName { nick, display_name } => self.set_name(nick, display_name),
            Command::SetTopic { room, topic } => self.set_topic(&room, &topic),
            Command::Typing { target, state } => self.tell_typing(&target, state),
            Command::MarkRead { target, time_ms } => self.mark_read(&target, time_ms),
            Command::AskReadMark { target } => self.ask_read_mark(&target),
            Command::React { target, msgid, sign, is_set } => {
                self.react(&target, &msgid, &sign, is_set);
            }
            Command::Delete { target, msgid, reason } => self.delete(&target, &msgid, &reason),
            Command::Ask { number, question } => self.ask(number, question),
            Command::SetAway { words } => self.set_away(words.as_deref()),
            Command::Watch { nicks } => self.watch(nicks),
            Command::FetchBefore { room, before, limit } => match self.live.phase {
                Phase::Registered => self.fetch_older(room, before, limit),
                _ => self.refuse_fetch(room),
            },
        }
        self.go_on(now);
    }

    /// The network has changed: what was there may be gone, and is not waited for as long as else.
    fn ask_for_sign_of_life(&mut self, now: Now) {
        if self.live.phase != Phase::Closed {
            self.live.liveness.handle_doubt(now.mono_ms);
            self.send_ping();
        }
    }

    fn say_goodbye(&mut self, reason: &str) {
        if self.live.phase != Phase::Closed
            && !self.live.output.send(&Encoder::new("QUIT").trailing(reason))
        {
            self.live.output.send(&Encoder::new("QUIT"));
        }
    }

    fn want_room(&mut self, name: &str, known: Option<HistoryMark>) {
        let Some((key, room)) = self.conversations.ensure(name) else {
            let reason = Refusal::TooManyConversations;
            self.tell(Event::JoinFailed { room: name.to_owned(), reason });
            return;
        };
        room.is_wanted = true;
        room.mark = room.mark.take().or(known);
        if self.lobby.as_ref() == Some(&key) {
            self.wants_lobby = true;
        }
        if self.live.phase == Phase::Registered && !self.live.roster.is_in(&key) {
            self.send_join(&key, name);
        }
    }

    fn part(&mut self, name: &str, reason: &str) {
        let key = fold(name);
        if self.lobby.as_ref() == Some(&key) {
            self.wants_lobby = false;
        }
        let mut is_joining = false;
        if let Some(room) = self.conversations.get_mut(&key) {
            room.is_wanted = false;
            is_joining = matches!(room.stage, Stage::Joining);
        }
        if !is_joining && !self.live.roster.is_in(&key) {
            self.tell(Event::Left { room: name.to_owned(), reason: String::new() });
            return;
        }
        let line = Encoder::new("PART").param(name);
        if !self.live.output.send(&line.clone().trailing(reason)) {
            self.live.output.send(&line);
        }
    }

    fn set_name(&mut self, nick: String, display_name: String) {
        if self.live.phase != Phase::Registered {
            self.wanted_nick = Some(nick);
            self.display_name = display_name;
        } else if self.live.nick == nick {
            self.take_display_name(display_name);
        } else if self.live.output.send(&Encoder::new("NICK").param(&nick)) {
            self.live.asked_name = Some(AskedName { nick, display_name });
        } else {
            self.tell(Event::Refused(Refusal::NotANick(nick)));
        }
    }

    fn set_topic(&mut self, room: &str, topic: &str) {
        let is_sent = self.live.phase == Phase::Registered
            && self.live.output.send(&Encoder::new("TOPIC").param(room).trailing(topic));
        if !is_sent {
            self.tell(Event::Refused(Refusal::TopicNotSet));
        }
    }
}
