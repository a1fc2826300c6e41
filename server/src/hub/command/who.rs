//! Asking about people: WHO and WHOIS.

use std::borrow::Cow;

use majlis_protocol::numeric::{
    RPL_ENDOFWHO, RPL_ENDOFWHOIS, RPL_WHOISACCOUNT, RPL_WHOISBOT, RPL_WHOISCERTFP,
    RPL_WHOISCHANNELS, RPL_WHOISIDLE, RPL_WHOISMODES, RPL_WHOISOPERATOR, RPL_WHOISSECURE,
    RPL_WHOISSERVER, RPL_WHOISSPECIAL, RPL_WHOISUSER, RPL_WHOREPLY,
};
use majlis_protocol::{Capability, Message};

use super::away::reply_away;
use super::whox::Fields;
use super::{Outcome, Turn};
use crate::event::{Guest, RoomId};
use crate::hub::Hub;
use crate::hub::channel::Membership;
use crate::hub::mask::{Mask, fold_mask, matches};
use crate::hub::refusal::Refusal;
use crate::hub::user::{User, UserId};

/// A room's members, or the people whom the mask means; with the fields that are asked for (WHOX).
///
/// A mask with `!` or `@` is one of the whole source, another of the nick. `0` stands for any, as it always has.
pub(super) fn handle_who(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let mask = message.param(0).unwrap_or_default();
    let fields = message.param(1).and_then(Fields::parse);
    let fields = fields.as_ref();
    match hub.channels.find(mask) {
        Some(room) => reply_members(hub, turn, user, room, fields),
        None if mask.starts_with('#') => {}
        None => reply_matches(hub, turn, user, if mask == "0" { "*" } else { mask }, fields),
    }
    turn.response.numeric(RPL_ENDOFWHO, &[mask], "End of WHO list");
    Ok(())
}

fn reply_members(
    hub: &Hub,
    turn: &mut Turn,
    asker: UserId,
    room: RoomId,
    fields: Option<&Fields<'_>>,
) {
    let channel = &hub.channels[room];
    if !hub.may_see(asker, room) {
        return;
    }
    let is_inside = channel.members.contains_key(&asker);
    let visible =
        channel.members.iter().filter(|(user, _)| is_inside || hub.may_find(asker, **user));
    for (&user, &membership) in visible {
        reply_who(hub, turn, &hub.users[user], Some((channel.name.as_str(), membership)), fields);
    }
}

fn reply_matches(
    hub: &Hub,
    turn: &mut Turn,
    asker: UserId,
    mask: &str,
    fields: Option<&Fields<'_>>,
) {
    if let Some(user) = hub.users.find(mask) {
        reply_who(hub, turn, &hub.users[user], None, fields);
        return;
    }
    let whole = Mask::parse(mask).filter(|_| mask.contains(['!', '@']));
    let mask = fold_mask(mask);
    let is_meant = |(id, user): &(UserId, &User)| {
        let is_covered = match &whole {
            Some((_, whole)) => whole.covers(user),
            None => matches(&mask, user.nick.folded()),
        };
        is_covered && hub.may_find(asker, *id)
    };
    let matching = hub.users.iter().filter(is_meant);
    for (_, user) in matching.take(hub.settings.limits.who_matches) {
        reply_who(hub, turn, user, None, fields);
    }
}

/// `H` is for here and `G` for gone; `*` marks an operator of the server, `B` a program (bot-mode).
fn reply_who(
    hub: &Hub,
    turn: &mut Turn,
    user: &User,
    member: Option<(&str, Membership)>,
    fields: Option<&Fields<'_>>,
) {
    let all_prefixes = hub.is_enabled(turn.conn, Capability::MultiPrefix);
    let (room, prefix) =
        member.map_or(("*", ""), |(room, membership)| (room, membership.prefix(all_prefixes)));
    let flags = format!("{}{prefix}", state_flags(user));
    if let Some(fields) = fields {
        return fields.reply(hub, turn, user, room, &flags);
    }
    let words = [room, &user.username, &user.host, &hub.server, user.nick.as_str(), &flags];
    turn.response.numeric(RPL_WHOREPLY, &words, &format!("0 {}", user.realname));
}

fn state_flags(user: &User) -> String {
    let here = if user.away.is_some() { "G" } else { "H" };
    let operator = if user.modes.contains('o') { "*" } else { "" };
    let bot = if user.modes.contains('B') { "B" } else { "" };
    format!("{here}{operator}{bot}")
}

/// The last parameter is the nick; one before it would name a server, and there is only this.
pub(super) fn handle_whois(
    hub: &mut Hub,
    turn: &mut Turn,
    asker: UserId,
    message: &Message<'_>,
) -> Outcome {
    let nick = message.param(1).or(message.param(0)).filter(|nick| !nick.is_empty());
    let nick = nick.ok_or_else(Refusal::no_nick_given)?;
    match hub.users.find(nick) {
        Some(user) => reply_whois(hub, turn, asker, user),
        None => turn.response.refuse(&Refusal::no_such_nick(nick)),
    }
    turn.response.numeric(RPL_ENDOFWHOIS, &[nick], "End of WHOIS list");
    Ok(())
}

fn reply_whois(hub: &Hub, turn: &mut Turn, asker: UserId, id: UserId) {
    let user = &hub.users[id];
    let nick = user.nick.as_str();
    let words = [nick, &user.username, &user.host, "*"];
    turn.response.numeric(RPL_WHOISUSER, &words, &user.realname);
    let known = user.rooms.iter().copied().filter(|&room| asker == id || hub.may_see(asker, room));
    let rooms = known.map(|room| {
        let channel = &hub.channels[room];
        Cow::Owned(format!("{}{}", channel.members[&id].prefix(true), channel.name.as_str()))
    });
    turn.response.numeric_list(RPL_WHOISCHANNELS, &[nick], rooms);
    turn.response.numeric(RPL_WHOISSERVER, &[nick, &hub.server], &hub.settings.description);
    reply_away(hub, turn, id);
    if user.modes.contains('o') {
        turn.response.numeric(RPL_WHOISOPERATOR, &[nick], "is an operator of this server");
    }
    if let Some(account) = &user.account {
        turn.response.numeric(RPL_WHOISACCOUNT, &[nick, account], "is logged in as");
    }
    if user.modes.contains('B') {
        let text = format!("is a bot on {}", hub.settings.network_name);
        turn.response.numeric(RPL_WHOISBOT, &[nick], &text);
    }
    if user.guest == Guest::Plain {
        let text = "is a guest of the plain room; nobody has proved this name";
        turn.response.numeric(RPL_WHOISSPECIAL, &[nick], text);
    }
    if user.encrypted {
        turn.response.numeric(RPL_WHOISSECURE, &[nick], "is using a secure connection");
    }
    if asker == id || hub.users[asker].modes.contains('o') {
        reply_private(turn, user);
    }
    let idle_seconds = hub.now.monotonic_ms.saturating_sub(user.spoke_ms) / 1000;
    let signed_on_seconds = user.signed_on.0 / 1000;
    let words = [nick, &idle_seconds.to_string(), &signed_on_seconds.to_string()];
    turn.response.numeric(RPL_WHOISIDLE, &words, "seconds idle, signon time");
}

/// What is for oneself and the server's operators: modes, and the key of the device.
fn reply_private(turn: &mut Turn, user: &User) {
    let nick = user.nick.as_str();
    let modes = format!("is using modes +{}", user.modes);
    turn.response.numeric(RPL_WHOISMODES, &[nick], &modes);
    if let Some(key) = user.device_key {
        let text = format!("has client certificate fingerprint {key}");
        turn.response.numeric(RPL_WHOISCERTFP, &[nick], &text);
    }
}
