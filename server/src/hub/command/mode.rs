//! MODE: what a room's and a member's modes are, and changing them.
//!
//! Rooms know `n` (only members speak), `t` (only operators set the topic), `o` (operator) and `v` (voice). People have no modes.

use std::sync::Arc;

use majlis_protocol::Message;
use majlis_protocol::numeric::{RPL_CHANNELMODEIS, RPL_CREATIONTIME, RPL_UMODEIS};

use super::{Outcome, Turn};
use crate::event::{Action, RoomId};
use crate::hub::Hub;
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

/// The changes that were made, in wire form.
#[derive(Default)]
struct Changes {
    change: String,
    params: Vec<Arc<str>>,
    sign: Option<bool>,
}

/// As much of a change as is looked at, so that what it becomes fits on a line and its errors on a page.
const LETTERS_MAX: usize = 16;

pub(super) fn handle_mode(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let [target, rest @ ..] = message.params() else { return Ok(()) };
    if !target.starts_with('#') {
        return handle_user_mode(hub, turn, user, target, rest);
    }
    let room = hub.room(target)?;
    match rest {
        [] => reply_room_modes(hub, turn, room),
        [change, params @ ..] => change_room_modes(hub, turn, user, room, change, params),
    }
    Ok(())
}

fn handle_user_mode(
    hub: &Hub,
    turn: &mut Turn,
    user: UserId,
    nick: &str,
    change: &[&str],
) -> Outcome {
    let other = hub.users.find(nick).ok_or_else(|| Refusal::no_such_nick(nick))?;
    if other != user {
        return Err(Refusal::users_do_not_match());
    }
    if !change.is_empty() {
        return Err(Refusal::unknown_user_mode());
    }
    turn.response.numeric_words(RPL_UMODEIS, &["+"]);
    Ok(())
}

fn reply_room_modes(hub: &Hub, turn: &mut Turn, room: RoomId) {
    let channel = &hub.channels[room];
    let name = channel.name.as_str();
    turn.response.numeric_words(RPL_CHANNELMODEIS, &[name, channel.modes.flags()]);
    let seconds = (channel.made.0 / 1000).to_string();
    turn.response.numeric_words(RPL_CREATIONTIME, &[name, &seconds]);
}

/// Makes the changes one by one; each that cannot be made is answered for itself, and the others are told of the rest.
fn change_room_modes(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    room: RoomId,
    change: &str,
    params: &[&str],
) {
    let mut changes = Changes::default();
    let mut params = params.iter().copied().take(hub.settings.limits.mode_changes);
    let mut on = true;
    for mode in change.chars().take(LETTERS_MAX) {
        let outcome = match mode {
            '+' | '-' => {
                on = mode == '+';
                Ok(())
            }
            'n' | 't' => set_flag(hub, user, room, (mode, on), &mut changes),
            'o' | 'v' => set_rank(hub, user, room, (mode, on), params.next(), &mut changes),
            _ => Err(Refusal::unknown_mode(mode, hub.channels[room].name.as_str())),
        };
        if let Err(refusal) = outcome {
            turn.response.refuse(&refusal);
        }
    }
    tell_changes(hub, turn, user, room, changes);
}

fn tell_changes(hub: &mut Hub, turn: &mut Turn, user: UserId, room: RoomId, changes: Changes) {
    if changes.change.is_empty() {
        return;
    }
    let target = hub.channels[room].name.as_str().into();
    let (change, params) = (changes.change.into(), changes.params.into());
    let relay = hub.relay_of(user, Action::Mode { target, change, params });
    hub.tell_room(room, Some(turn.conn), &relay);
    turn.response.relay(relay);
}

fn check_operator(hub: &Hub, user: UserId, room: RoomId) -> Outcome {
    let channel = &hub.channels[room];
    let is_operator = channel.is_operator(user);
    if is_operator { Ok(()) } else { Err(Refusal::not_operator(channel.name.as_str())) }
}

fn set_flag(
    hub: &mut Hub,
    user: UserId,
    room: RoomId,
    (mode, on): (char, bool),
    changes: &mut Changes,
) -> Outcome {
    check_operator(hub, user, room)?;
    let modes = &mut hub.channels[room].modes;
    let flag = if mode == 'n' { &mut modes.members_only } else { &mut modes.topic_locked };
    if *flag != on {
        *flag = on;
        changes.add(mode, on, None);
    }
    Ok(())
}

fn set_rank(
    hub: &mut Hub,
    user: UserId,
    room: RoomId,
    (mode, on): (char, bool),
    nick: Option<&str>,
    changes: &mut Changes,
) -> Outcome {
    let nick = nick.ok_or_else(|| Refusal::too_few_params("MODE"))?;
    check_operator(hub, user, room)?;
    let other = hub.users.find(nick).ok_or_else(|| Refusal::no_such_nick(nick))?;
    let nick = Arc::clone(&hub.users[other].source().nick);
    let channel = &mut hub.channels[room];
    let Some(member) = channel.members.get_mut(&other) else {
        return Err(Refusal::user_not_in_channel(&nick, channel.name.as_str()));
    };
    let rank = if mode == 'o' { &mut member.operator } else { &mut member.voice };
    if *rank != on {
        *rank = on;
        changes.add(mode, on, Some(nick));
    }
    Ok(())
}

impl Changes {
    fn add(&mut self, mode: char, on: bool, param: Option<Arc<str>>) {
        if self.sign != Some(on) {
            self.sign = Some(on);
            self.change.push(if on { '+' } else { '-' });
        }
        self.change.push(mode);
        self.params.extend(param);
    }
}
