//! Who is in a room by the will of others: KICK and INVITE.

use std::sync::Arc;

use majlis_protocol::Message;
use majlis_protocol::numeric::{RPL_ENDOFINVITELIST, RPL_INVITELIST, RPL_INVITING};

use super::away::reply_away;
use super::{Outcome, Turn, list_items};
use crate::event::{Action, Guest, RoomId};
use crate::hub::Hub;
use crate::hub::channel::Rank;
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

/// Of more people than one KICK removes (ISUPPORT `TARGMAX`), the rest stay.
pub(super) fn handle_kick(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let nicks = message.param(1).unwrap_or_default();
    if list_items(nicks).next().is_none() {
        return Err(Refusal::too_few_params("KICK"));
    }
    let room = hub.room_of_member(user, message.param(0).unwrap_or_default())?;
    hub.check_rank(user, room, Rank::HalfOperator)?;
    let words = message.param(2).filter(|words| !words.is_empty());
    let reason = match words {
        Some(words) => hub.cut_reason(words),
        None => Arc::clone(&hub.users[user].source().nick),
    };
    for nick in list_items(nicks).take(hub.settings.limits.kicks) {
        if let Err(refusal) = kick(hub, turn, user, room, nick, &reason) {
            turn.response.refuse(&refusal);
        }
    }
    Ok(())
}

/// A half-operator removes those below; an operator anybody. Who removes themselves cannot remove others after it.
fn kick(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    room: RoomId,
    nick: &str,
    reason: &Arc<str>,
) -> Outcome {
    let other = hub.users.find(nick).ok_or_else(|| Refusal::no_such_nick(nick))?;
    let Some(channel) = hub.channels.get(room) else {
        return Err(Refusal::user_not_in_channel(nick, "*"));
    };
    let name: Arc<str> = channel.name.as_str().into();
    let nick = Arc::clone(&hub.users[other].source().nick);
    let Some(rank) = channel.rank(other) else {
        return Err(Refusal::user_not_in_channel(&nick, &name));
    };
    let own = channel.rank(user).ok_or_else(|| Refusal::not_on_channel(&name))?;
    if own < Rank::HalfOperator || own < Rank::Operator && rank >= own && other != user {
        return Err(Refusal::not_operator(&name));
    }
    let action = Action::Kick { room: name, nick, reason: Arc::clone(reason) };
    let relay = hub.event_of(user, action);
    hub.remove_member(other, room, Some(turn.conn), &relay);
    turn.response.relay(relay);
    if hub.users[other].guest == Guest::Plain {
        hub.end_plain_visit(other);
    }
    Ok(())
}

pub(super) fn handle_invite(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    match message.params() {
        [] => {
            list_invitations(hub, turn, user);
            Ok(())
        }
        [_] => Err(Refusal::too_few_params("INVITE")),
        [nick, room, ..] => invite(hub, turn, user, nick, room),
    }
}

fn list_invitations(hub: &Hub, turn: &mut Turn, user: UserId) {
    for room in hub.users[user].invitations.iter() {
        if let Some(channel) = hub.channels.get(room) {
            turn.response.numeric_words(RPL_INVITELIST, &[channel.name.as_str()]);
        }
    }
    turn.response.numeric(RPL_ENDOFINVITELIST, &[], "End of INVITE list");
}

/// Any member may ask somebody in. Where an invitation is needed it takes at least a half-operator, whose invitation
/// opens the door whatever else would keep it shut.
fn invite(hub: &mut Hub, turn: &mut Turn, user: UserId, nick: &str, room: &str) -> Outcome {
    let other = hub.users.find(nick).ok_or_else(|| Refusal::no_such_nick(nick))?;
    let room = hub.room_of_member(user, room)?;
    let channel = &hub.channels[room];
    let opens = channel.has_rank(user, Rank::HalfOperator);
    let name: Arc<str> = channel.name.as_str().into();
    let nick = Arc::clone(&hub.users[other].source().nick);
    if channel.members.contains_key(&other) {
        return Err(Refusal::user_on_channel(&nick, &name));
    }
    if channel.has('i') && !opens {
        return Err(Refusal::not_operator(&name));
    }
    let max = hub.settings.limits.invitations;
    hub.users[other].invitations.add(room, opens, max);
    turn.response.numeric_words(RPL_INVITING, &[&nick, &name]);
    reply_away(hub, turn, other);
    tell_invitation(hub, turn, user, other, room);
    Ok(())
}

/// Tells who is invited, and those inside who want to know (invite-notify).
fn tell_invitation(hub: &mut Hub, turn: &Turn, user: UserId, other: UserId, room: RoomId) {
    let name: Arc<str> = hub.channels[room].name.as_str().into();
    let nick = Arc::clone(&hub.users[other].source().nick);
    let (news_nick, news_name) = (Arc::clone(&nick), Arc::clone(&name));
    let relay = hub.relay_of(user, Action::Invite { nick, room: name, is_news: false });
    hub.tell_sessions(other, None, &relay);
    let news = Action::Invite { nick: news_nick, room: news_name, is_news: true };
    let news = hub.relay_of(user, news);
    hub.tell_room(room, Some(turn.conn), &news);
}
