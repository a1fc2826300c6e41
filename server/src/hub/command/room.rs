//! Coming into rooms, going out of them, and what they are about: JOIN, PART, TOPIC.
//!
//! Owns who may make and enter a room and set its topic. What a membership then is, is [`presence`](crate::hub::presence)'s.

use std::sync::Arc;

use majlis_protocol::numeric::{RPL_NOTOPIC, RPL_TOPIC, RPL_TOPICWHOTIME};
use majlis_protocol::{Capability, Message, Name};

use super::query::reply_names;
use super::{Outcome, Turn, list_items};
use crate::event::{Action, ConnId, Founder, Relay, RoomId, Topic, Write};
use crate::hub::Hub;
use crate::hub::channel::{Membership, Rank};
use crate::hub::refusal::Refusal;
use crate::hub::reply::Response;
use crate::hub::user::{User, UserId};

/// Each room goes with the key at the same place of the second list.
pub(super) fn handle_join(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let list = message.param(0).unwrap_or_default();
    if list == "0" {
        for room in hub.users[user].rooms.clone() {
            part(hub, turn, user, room, None);
        }
        return Ok(());
    }
    if list_items(list).next().is_none() {
        return Err(Refusal::too_few_params("JOIN"));
    }
    let keys = message.param(1).unwrap_or_default().split(',').map(Some);
    let keys = keys.chain(std::iter::repeat(None));
    for (name, key) in list.split(',').zip(keys).filter(|(name, _)| !name.is_empty()) {
        if let Err(refusal) = join(hub, turn, user, name, key) {
            turn.response.refuse(&refusal);
        }
    }
    Ok(())
}

fn join(hub: &mut Hub, turn: &mut Turn, user: UserId, wanted: &str, key: Option<&str>) -> Outcome {
    let found = hub.channels.find(wanted);
    let is_member = found.is_some_and(|room| hub.users[user].rooms.contains(room));
    if !is_member && hub.users[user].rooms.len() >= hub.settings.limits.rooms_per_person {
        return Err(Refusal::too_many_channels(wanted));
    }
    let (room, membership) = match found {
        Some(room) => {
            if !is_member {
                hub.check_entry(user, room, key)?;
            }
            (room, hub.arriving_membership(user, room))
        }
        None => (make_room(hub, turn.conn, user, wanted)?, Membership::operator()),
    };
    if let Some(relay) = hub.enter_room(turn.conn, user, room, membership) {
        show_room(hub, turn, user, room, Arc::clone(&relay));
        hub.bring_other_sessions(turn.conn, user, room, &relay);
    }
    Ok(())
}

/// Tells a session of the room that it is in from now on (no-implicit-names, draft/read-marker, draft/metadata-2).
pub(super) fn show_room(hub: &Hub, turn: &mut Turn, user: UserId, room: RoomId, join: Arc<Relay>) {
    turn.response.relay(join);
    if hub.channels[room].topic.is_some() {
        reply_topic(hub, &mut turn.response, room);
    }
    hub.show_marker(turn, user, room);
    if !hub.is_enabled(turn.conn, Capability::NoImplicitNames) {
        reply_names(hub, turn, user, room);
    }
    hub.show_values_of_room(turn, user, room);
}

/// A room that somebody makes is theirs; a guest's ends with its last member.
fn make_room(hub: &mut Hub, conn: ConnId, user: UserId, wanted: &str) -> Result<RoomId, Refusal> {
    let name = Name::room(wanted).map_err(|why| Refusal::bad_channel(wanted, why))?;
    if hub.room_count() >= hub.settings.limits.rooms {
        return Err(Refusal::server_full_of_channels(wanted));
    }
    hub.check_founding(conn, user, wanted)?;
    hub.check_space("JOIN", wanted)?;
    let User { account, device_key, .. } = &hub.users[user];
    let founder = match account {
        Some(account) => Some(Founder::Account(account.to_string())),
        None => device_key.map(Founder::Device),
    };
    let lasting = account.is_some();
    Ok(hub.make_room(name, lasting, founder))
}

pub(super) fn handle_part(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let reason = message.param(1).filter(|reason| !reason.is_empty());
    let list = message.param(0).unwrap_or_default();
    if list_items(list).next().is_none() {
        return Err(Refusal::too_few_params("PART"));
    }
    for name in list_items(list) {
        match hub.room_of_member(user, name) {
            Ok(room) => part(hub, turn, user, room, reason),
            Err(refusal) => turn.response.refuse(&refusal),
        }
    }
    Ok(())
}

fn part(hub: &mut Hub, turn: &mut Turn, user: UserId, room: RoomId, reason: Option<&str>) {
    let reason = reason.map(|reason| hub.cut_reason(reason));
    let relay = hub.leave_room(user, room, reason, Some(turn.conn));
    turn.response.relay(relay);
}

pub(super) fn handle_topic(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let name = message.param(0).unwrap_or_default();
    let Some(topic) = message.param(1) else {
        let room = hub.room(name)?;
        if !hub.may_see(user, room) {
            return Err(Refusal::not_on_channel(hub.channels[room].name.as_str()));
        }
        reply_topic(hub, &mut turn.response, room);
        return Ok(());
    };
    let room = hub.room_of_member(user, name)?;
    if hub.channels[room].has('t') {
        hub.check_rank(user, room, Rank::HalfOperator)?;
    }
    if topic.len() > hub.settings.limits.topic_bytes {
        return Err(Refusal::too_long());
    }
    hub.check_space("TOPIC", name)?;
    set_topic(hub, turn, user, room, topic);
    Ok(())
}

fn set_topic(hub: &mut Hub, turn: &mut Turn, user: UserId, room: RoomId, text: &str) {
    let setter = hub.users[user].source().mask();
    let time = hub.now.wall;
    let topic =
        Some(Topic { text: text.to_owned(), setter, time }).filter(|topic| !topic.text.is_empty());
    let name: Arc<str> = hub.channels[room].name.as_str().into();
    hub.channels[room].topic.clone_from(&topic);
    hub.store(Write::TopicSet { room, topic });
    let relay = hub.event_of(user, Action::Topic { room: name, topic: text.into() });
    hub.keep_event(room, &relay);
    hub.tell_room(room, Some(turn.conn), &relay);
    turn.response.relay(relay);
}

fn reply_topic(hub: &Hub, response: &mut Response, room: RoomId) {
    let channel = &hub.channels[room];
    let name = channel.name.as_str();
    match &channel.topic {
        Some(topic) => {
            response.numeric(RPL_TOPIC, &[name], &topic.text);
            let seconds = (topic.time.0 / 1000).to_string();
            response.numeric_words(RPL_TOPICWHOTIME, &[name, &topic.setter, &seconds]);
        }
        None => response.numeric(RPL_NOTOPIC, &[name], "No topic is set"),
    }
}

impl Hub {
    /// Joins are the user's: what one session joins, the others are in as well.
    fn bring_other_sessions(
        &mut self,
        conn: ConnId,
        user: UserId,
        room: RoomId,
        join: &Arc<Relay>,
    ) {
        for other in self.users[user].sessions.clone() {
            if other == conn {
                continue;
            }
            if self.enter_room(other, user, room, Membership::default()).is_some() {
                let mut turn = self.begin_turn(other, None);
                show_room(self, &mut turn, user, room, Arc::clone(join));
                self.end_turn(turn);
            }
        }
    }

    /// That somebody may make one more room. What an account makes outlives its person, who need be in none of it, so without
    /// a limit one of them could take up all that the server holds.
    fn check_founding(&self, conn: ConnId, user: UserId, wanted: &str) -> Outcome {
        let account = self.users[user].account.as_deref();
        let Some(account) = account.filter(|_| !self.is_operator(conn)) else { return Ok(()) };
        if self.rooms_founded(account) < self.settings.limits.rooms_per_founder {
            Ok(())
        } else {
            Err(Refusal::founder_of_too_many(wanted))
        }
    }

    /// The room of that name.
    pub(in crate::hub) fn room(&self, name: &str) -> Result<RoomId, Refusal> {
        self.channels.find(name).ok_or_else(|| Refusal::no_such_channel(name))
    }

    /// The room of that name, which the user is in.
    pub(in crate::hub) fn room_of_member(
        &self,
        user: UserId,
        name: &str,
    ) -> Result<RoomId, Refusal> {
        let room = self.room(name)?;
        let channel = &self.channels[room];
        if channel.members.contains_key(&user) {
            Ok(room)
        } else {
            Err(Refusal::not_on_channel(channel.name.as_str()))
        }
    }
}
