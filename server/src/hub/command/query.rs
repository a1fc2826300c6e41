//! Asking who is in a room, and how many there are: NAMES and LUSERS.

use std::borrow::Cow;

use majlis_protocol::numeric::{
    RPL_ENDOFNAMES, RPL_GLOBALUSERS, RPL_LOCALUSERS, RPL_LUSERCHANNELS, RPL_LUSERCLIENT,
    RPL_LUSERME, RPL_LUSEROP, RPL_LUSERUNKNOWN, RPL_NAMREPLY,
};
use majlis_protocol::{Capability, Message};

use super::{Outcome, Turn, list_items};
use crate::event::RoomId;
use crate::hub::Hub;
use crate::hub::refusal::Refusal;
use crate::hub::reply::Response;
use crate::hub::user::UserId;

/// Of a room that is not there, only the end of the list is said.
pub(super) fn handle_names(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let list = message.param(0).unwrap_or_default();
    let names: Vec<&str> = list_items(list).collect();
    if names.len() > hub.settings.limits.targets {
        return Err(Refusal::too_many_targets(list));
    }
    if names.is_empty() {
        end_names(&mut turn.response, "*");
    }
    for name in names {
        match hub.channels.find(name) {
            Some(room) => reply_names(hub, turn, user, room),
            None => end_names(&mut turn.response, name),
        }
    }
    Ok(())
}

/// A room's members that the user may know of, as the client wants them listed (multi-prefix, userhost-in-names).
pub(super) fn reply_names(hub: &Hub, turn: &mut Turn, asker: UserId, room: RoomId) {
    let channel = &hub.channels[room];
    if !hub.may_see(asker, room) {
        return end_names(&mut turn.response, channel.name.as_str());
    }
    let is_inside = channel.members.contains_key(&asker);
    let all_prefixes = hub.is_enabled(turn.conn, Capability::MultiPrefix);
    let full_masks = hub.is_enabled(turn.conn, Capability::UserhostInNames);
    let visible =
        channel.members.iter().filter(|(user, _)| is_inside || hub.may_find(asker, **user));
    let members = visible.map(|(&user, membership)| {
        let (source, prefix) = (hub.users[user].source(), membership.prefix(all_prefixes));
        match (prefix, full_masks) {
            ("", false) => Cow::Borrowed(&*source.nick),
            (prefix, false) => Cow::Owned(format!("{prefix}{}", source.nick)),
            (prefix, true) => Cow::Owned(format!("{prefix}{}", source.mask())),
        }
    });
    let symbol = if channel.has('s') { "@" } else { "=" };
    turn.response.numeric_list(RPL_NAMREPLY, &[symbol, channel.name.as_str()], members);
    end_names(&mut turn.response, channel.name.as_str());
}

fn end_names(response: &mut Response, name: &str) {
    response.numeric(RPL_ENDOFNAMES, &[name], "End of NAMES list");
}

pub(super) fn handle_lusers(hub: &mut Hub, turn: &mut Turn, _: UserId, _: &Message<'_>) -> Outcome {
    reply_lusers(hub, &mut turn.response);
    Ok(())
}

pub(in crate::hub) fn reply_lusers(hub: &Hub, response: &mut Response) {
    let users = hub.users.len();
    let (count, most) = (users.to_string(), hub.users.most().to_string());
    let (hidden, operators) = (hub.users.invisible(), hub.users.operators().to_string());
    let visible = users - hidden;
    let text = format!("There are {visible} users and {hidden} invisible on 1 servers");
    response.numeric(RPL_LUSERCLIENT, &[], &text);
    response.numeric(RPL_LUSEROP, &[&operators], "operator(s) online");
    response.numeric(RPL_LUSERUNKNOWN, &[&hub.registering.to_string()], "unknown connection(s)");
    response.numeric(RPL_LUSERCHANNELS, &[&hub.room_count().to_string()], "channels formed");
    response.numeric(RPL_LUSERME, &[], &format!("I have {users} clients and 0 servers"));
    for (code, whose) in [(RPL_LOCALUSERS, "local"), (RPL_GLOBALUSERS, "global")] {
        let text = format!("Current {whose} users {count}, max {most}");
        response.numeric(code, &[&count, &most], &text);
    }
}
