//! Saying something: PRIVMSG, NOTICE and TAGMSG, to rooms and to people, and both of the first in many lines.
//!
//! Owns who may speak where, that what is said arrives whole, and that a device's message is taken once (identity.md,
//! "Send once"). What is said, and whether it fits on a line, is [`speech`](super::speech)'s; what a receiver's bytes look
//! like, the relay's.

use std::sync::Arc;

use majlis_protocol::numeric::RPL_AWAY;
use majlis_protocol::{Capability, Message, Timestamp, WireLine, fold, is_multiline, wire_lines};

use super::away::reply_away;
use super::speech::{Manner, Speech, line_bytes};
use super::{Outcome, Turn, list_items};
use crate::event::{
    AccountId, Audience, ConnId, Conversation, MsgId, Outbound, Relay, RoomId, SendRecord, Write,
};
use crate::hub::Hub;
use crate::hub::channel::Rank;
use crate::hub::connection::Connection;
use crate::hub::refusal::Refusal;
use crate::hub::reply::LINE_BYTES;
use crate::hub::sent::Sent;
use crate::hub::user::UserId;

/// To whom.
enum Recipient {
    /// Everybody in it, or from this rank on (ISUPPORT `STATUSMSG`).
    Room(RoomId, Rank),
    User(UserId),
    /// An account under whose name nobody is here; its person may be under other nicks.
    Account(AccountId),
}

pub(super) fn handle_privmsg(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    speak(hub, turn, user, message, Manner::Privmsg)
}

/// A notice is never answered with an error (modern.ircdocs.horse, "NOTICE message"), unless a label asks for the answer.
pub(super) fn handle_notice(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let outcome = speak(hub, turn, user, message, Manner::Notice);
    if Manner::Notice.is_answered(&turn.response) { outcome } else { Ok(()) }
}

/// The command comes with message-tags and is unknown without.
pub(super) fn handle_tagmsg(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    if !hub.is_enabled(turn.conn, Capability::MessageTags) {
        return Err(Refusal::unknown_command(message.command()));
    }
    speak(hub, turn, user, message, Manner::Tagmsg)
}

fn speak(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
    manner: Manner,
) -> Outcome {
    let list = message.param(0).unwrap_or_default();
    let targets: Vec<&str> = list_items(list).collect();
    if targets.is_empty() {
        return Err(Refusal::no_recipient(manner.command()));
    }
    if targets.len() > hub.settings.limits.targets {
        return Err(Refusal::too_many_targets(list));
    }
    let text = message.param(1).filter(|_| manner != Manner::Tagmsg).unwrap_or_default();
    if text.is_empty() && manner != Manner::Tagmsg {
        return Err(Refusal::no_text());
    }
    let speech = hub.speech(turn.conn, message, manner, text, targets.len());
    hub.users[user].spoke_ms = hub.now.monotonic_ms;
    for target in targets {
        let outcome = hub.deliver(turn, user, target, &speech);
        if let (Err(refusal), true) = (outcome, manner.is_answered(&turn.response)) {
            turn.response.refuse(&refusal);
        }
    }
    Ok(())
}

impl Hub {
    pub(in crate::hub) fn is_enabled(&self, conn: ConnId, capability: Capability) -> bool {
        self.connections[&conn].enabled.contains(capability)
    }

    /// Delivers to one target, or answers with the earlier echo what was delivered before.
    pub(super) fn deliver(
        &mut self,
        turn: &mut Turn,
        user: UserId,
        target: &str,
        speech: &Speech,
    ) -> Outcome {
        let recipient = self.recipient(user, target);
        let name = match &recipient {
            Ok(Recipient::Room(room, rank)) => {
                format!("{}{}", rank.prefix(), self.channels[*room].name.as_str()).into()
            }
            Ok(Recipient::User(other)) => Arc::clone(&self.users[*other].source().nick),
            Ok(Recipient::Account(account)) => self.account_name(*account),
            Err(_) if target.starts_with(':') => "*".into(),
            Err(_) => target.into(),
        };
        self.check_length(user, speech, &name)?;
        for other in self.people_under_other_nicks(&recipient) {
            self.check_length(user, speech, &self.users[other].source().nick)?;
        }
        let earlier = self.earlier(speech);
        if let Some(&Sent { msgid, time, .. }) = earlier.filter(|earlier| earlier.is_for(&name)) {
            self.echo(turn, &self.spoken(user, speech, name, msgid, time));
            return Ok(());
        }
        let is_elsewhere = earlier.is_some();
        let recipient = recipient?;
        if is_elsewhere {
            return Err(Refusal::sent_elsewhere(speech.manner.command(), &name));
        }
        self.check_rights(user, &recipient, speech)?;
        if self.is_kept(user, &recipient, speech) {
            self.check_space(speech.manner.command(), &name)?;
        }
        let (msgid, time) = (self.ids.message(self.now.wall), self.now.wall);
        self.remember(speech, &name, msgid, time);
        let relay = self.spoken(user, speech, name, msgid, time);
        self.publish(turn.conn, user, &recipient, speech, &relay);
        self.echo(turn, &relay);
        if speech.manner == Manner::Privmsg {
            self.reply_absence(turn, &recipient);
        }
        Ok(())
    }

    /// Tells who wrote to somebody that they are away, or not here at all.
    fn reply_absence(&self, turn: &mut Turn, recipient: &Recipient) {
        match *recipient {
            Recipient::Room(..) => {}
            Recipient::User(other) => reply_away(self, turn, other),
            Recipient::Account(account) => match self.users.of_account(account) {
                [] => {
                    let text = "Not here now, and will read it at the next sign-in";
                    turn.response.numeric(RPL_AWAY, &[&self.account_name(account)], text);
                }
                people => people.iter().for_each(|&other| reply_away(self, turn, other)),
            },
        }
    }

    /// Whom something for an account's name reaches under other nicks.
    fn people_under_other_nicks(&self, recipient: &Result<Recipient, Refusal>) -> Vec<UserId> {
        match recipient {
            Ok(Recipient::Account(account)) => self.users.of_account(*account).to_vec(),
            _ => Vec::new(),
        }
    }

    /// Somebody with an account can also write to an account under whose name nobody is here.
    fn recipient(&self, speaker: UserId, target: &str) -> Result<Recipient, Refusal> {
        let room = target.trim_start_matches(|c| Rank::from_prefix(c).is_some());
        let prefixes = target.strip_suffix(room).unwrap_or_default();
        // Of several the lowest counts: it takes in those above.
        let rank = prefixes.chars().filter_map(Rank::from_prefix).min().unwrap_or(Rank::Member);
        if room.starts_with('#') {
            let found = self.channels.find(room);
            let found = found.map(|room| Recipient::Room(room, rank));
            found.ok_or_else(|| Refusal::no_such_channel(target))
        } else {
            let present = self.users.find(target).map(Recipient::User);
            let absent = || {
                let is_kept = self.users[speaker].account_id.is_some();
                self.accounts.find(target).filter(|_| is_kept).map(Recipient::Account)
            };
            present.or_else(absent).ok_or_else(|| Refusal::no_such_nick(target))
        }
    }

    /// A text arrives whole or not at all: nothing is ever cut to fit.
    fn check_length(&self, user: UserId, speech: &Speech, target: &str) -> Outcome {
        let source = self.users[user].source();
        let fits =
            |line: WireLine<'_>| line_bytes(source, speech.manner, target, line.text) <= LINE_BYTES;
        if wire_lines(&speech.text).all(fits) {
            Ok(())
        } else if is_multiline(&speech.text) {
            Err(Refusal::of_multiline(
                "A line of the batch is too long beside your name and the target",
            ))
        } else {
            Err(Refusal::too_long())
        }
    }

    fn check_rights(&self, user: UserId, recipient: &Recipient, speech: &Speech) -> Outcome {
        let Recipient::Room(room, rank) = *recipient else { return Ok(()) };
        if rank != Rank::Member && !self.channels[room].has_rank(user, Rank::Voice) {
            return Err(Refusal::not_operator(self.channels[room].name.as_str()));
        }
        let is_slowed = speech.manner != Manner::Tagmsg;
        self.check_speech(user, room, &speech.text, is_slowed)
    }

    /// Whether what is said so goes into a history.
    fn is_kept(&self, user: UserId, recipient: &Recipient, speech: &Speech) -> bool {
        let has_account = |user: UserId| self.users[user].account_id.is_some();
        let has_history = match *recipient {
            Recipient::Room(_, rank) => rank == Rank::Member,
            Recipient::User(other) => has_account(user) && has_account(other),
            Recipient::Account(_) => true,
        };
        has_history && speech.is_kept()
    }

    fn earlier(&self, speech: &Speech) -> Option<&Sent> {
        let (device_key, send_id) = speech.send_once.as_ref()?;
        self.sent.find(*device_key, send_id)
    }

    fn remember(&mut self, speech: &Speech, target: &str, msgid: MsgId, time: Timestamp) {
        if let Some((device_key, send_id)) = speech.send_once.clone() {
            let target = Some(fold(target));
            let record = SendRecord { device_key, send_id, msgid, time, target };
            self.sent.insert(&record);
            self.store(Write::Sent(record));
        }
    }

    fn spoken(
        &self,
        user: UserId,
        speech: &Speech,
        target: Arc<str>,
        msgid: MsgId,
        time: Timestamp,
    ) -> Arc<Relay> {
        Arc::new(Relay {
            source: self.users[user].source().clone(),
            account: self.users[user].account.clone(),
            time,
            msgid: Some(msgid),
            client_tags: Arc::clone(&speech.client_tags),
            action: speech.manner.action(target, Arc::clone(&speech.text)),
        })
    }

    fn publish(
        &mut self,
        conn: ConnId,
        user: UserId,
        recipient: &Recipient,
        speech: &Speech,
        relay: &Arc<Relay>,
    ) {
        match *recipient {
            Recipient::Room(room, Rank::Member) => {
                self.note_speech(user, room, speech);
                self.keep(room, user, speech, relay);
                self.tell_room(room, Some(conn), relay);
            }
            Recipient::Room(room, rank) => {
                self.note_speech(user, room, speech);
                self.tell_ranks(room, rank, conn, relay);
            }
            Recipient::User(other) => {
                self.keep_privately(user, self.users[other].account_id, speech, relay);
                let to = Audience::Conns(self.private_audience(conn, Some(other)));
                self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
            }
            Recipient::Account(account) => {
                self.keep_privately(user, Some(account), speech, relay);
                let text = &speech.text;
                self.tell_account(account, relay, |nick| {
                    speech.manner.action(nick, Arc::clone(text))
                });
                if self.users[user].account_id != Some(account) {
                    let to = Audience::Conns(self.private_audience(conn, None));
                    self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
                }
            }
        }
    }

    /// All sessions of the receiver, if they are here, and of the speaker those that want to know what their others say.
    pub(super) fn private_audience(&self, conn: ConnId, receiver: Option<UserId>) -> Arc<[ConnId]> {
        let speaker = self.connections[&conn].user().filter(|&speaker| Some(speaker) != receiver);
        let own = speaker.into_iter().flat_map(|speaker| self.other_sessions(conn, speaker));
        let sessions = receiver.into_iter().flat_map(|receiver| &self.users[receiver].sessions);
        sessions.copied().chain(own).collect()
    }

    /// A speaker's other sessions, as far as they want to know what this one says.
    fn other_sessions(&self, conn: ConnId, speaker: UserId) -> impl Iterator<Item = ConnId> {
        let wants_echo =
            move |&other: &ConnId| other != conn && self.is_enabled(other, Capability::EchoMessage);
        self.users[speaker].sessions.iter().copied().filter(wants_echo)
    }

    /// Notes when somebody spoke, where slow mode asks.
    fn note_speech(&mut self, user: UserId, room: RoomId, speech: &Speech) {
        let channel = &mut self.channels[room];
        if let Some(seconds) =
            channel.modes.slow_seconds.filter(|_| speech.manner != Manner::Tagmsg)
        {
            let slow_ms = u64::from(seconds) * 1000;
            channel.last_words.note(self.users[user].author, self.now.monotonic_ms, slow_ms);
        }
    }

    /// Tells those in a room who have at least this rank. It is between them, and in no history.
    fn tell_ranks(&mut self, room: RoomId, rank: Rank, except: ConnId, relay: &Arc<Relay>) {
        let members = self.channels[room].members.iter();
        let ranked = members.filter(|(_, member)| member.rank() >= rank).map(|(&user, _)| user);
        let sessions = ranked.flat_map(|user| &self.users[user].sessions).copied();
        let hears = |conn: &ConnId| {
            let session = self.connections.get(conn).and_then(Connection::session);
            *conn != except && session.is_some_and(|session| session.rooms.contains(room))
        };
        let to = Audience::Conns(sessions.filter(hears).collect());
        self.out.events.push(Outbound::Relay { to, relay: Arc::clone(relay) });
    }

    /// Puts a message into the room's history, if it lasts.
    fn keep(&mut self, room: RoomId, user: UserId, speech: &Speech, relay: &Relay) {
        if speech.is_kept() {
            self.keep_message(room, Some(self.users[user].author), relay);
        }
    }

    /// Puts a private message into the history that two accounts share; of what a guest says or hears, nothing is kept.
    fn keep_privately(
        &mut self,
        speaker: UserId,
        receiver: Option<AccountId>,
        speech: &Speech,
        relay: &Relay,
    ) {
        let (Some(one), Some(other), true) =
            (self.users[speaker].account_id, receiver, speech.is_kept())
        else {
            return;
        };
        let room = self.conversations.find(one, other).unwrap_or_else(|| {
            let conversation = Conversation { room: self.ids.room(), one, other };
            self.conversations.insert(&conversation);
            self.store(Write::ConversationMade { conversation, time: self.now.wall });
            conversation.room
        });
        self.keep(room, speaker, speech, relay);
    }

    pub(super) fn echo(&self, turn: &mut Turn, relay: &Arc<Relay>) {
        if self.is_enabled(turn.conn, Capability::EchoMessage) {
            turn.response.relay(Arc::clone(relay));
        }
    }

    /// Says a text in a room for a plain guest, who gets their own line back like everybody else.
    pub(in crate::hub) fn say_plainly(&mut self, user: UserId, room: RoomId, text: &str) {
        let speech = Speech {
            manner: Manner::Privmsg,
            text: text.into(),
            client_tags: "".into(),
            send_once: None,
        };
        let name = self.channels[room].name.as_str().into();
        let msgid = self.ids.message(self.now.wall);
        let relay = self.spoken(user, &speech, name, msgid, self.now.wall);
        self.note_speech(user, room, &speech);
        self.keep(room, user, &speech, &relay);
        self.tell_room(room, None, &relay);
    }
}
