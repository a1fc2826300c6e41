//! Asking about people: WHO and WHOIS.

use std::borrow::Cow;

use majlis_protocol::numeric::{
    RPL_ENDOFWHO, RPL_ENDOFWHOIS, RPL_WHOISACCOUNT, RPL_WHOISBOT, RPL_WHOISCERTFP,
    RPL_WHOISCHANNELS, RPL_WHOISIDLE, RPL_WHOISMODES, RPL_WHOISOPERATOR, RPL_WHOISSECURE,
    RPL_WHOISSERVER, RPL_WHOISSPECIAL, RPL_WHOISUSER, RPL_WHOREPLY,
};
use majlis_protocol::{Capability, Message, fold};

use super::away::reply_away;
use super::metadata::reply_whois_values;
use super::whox::Fields;
use super::{Outcome, Turn, list_items};
use crate::event::{Guest, RoomId};
use crate::hub::Hub;
use crate::hub::channel::Membership;
use crate::hub::mask::{Mask, fold_mask, matches};
use crate::hub::refusal::Refusal;
use crate::hub::user::{User, UserId};

/// How those whom a WHO means are to be answered: its second parameter.
struct Manner<'a> {
    /// What is told of each (WHOX).
    fields: Option<Fields<'a>>,
    /// `o`: operators of the server alone (RFC 2812, section 3.6.1).
    operators_only: bool,
}

impl<'a> Manner<'a> {
    /// Flags, then a `%` and fields; flags that nobody knows are passed over.
    fn parse(param: &'a str) -> Self {
        let (flags, fields) = match param.split_once('%') {
            Some((flags, fields)) => (flags, Some(Fields::parse(fields))),
            None => (param, None),
        };
        Self { fields, operators_only: flags.contains('o') }
    }

    fn takes(&self, user: &User) -> bool {
        !self.operators_only || user.modes.contains('o')
    }
}

/// A room's members, or the people whom the mask means.
///
/// A mask with `!` or `@` is one of the whole source, another of the nick. `0` stands for any, as it always has.
pub(super) fn handle_who(
    hub: &mut Hub,
    turn: &mut Turn,
    user: UserId,
    message: &Message<'_>,
) -> Outcome {
    let mask = message.param(0).unwrap_or_default();
    let manner = Manner::parse(message.param(1).unwrap_or_default());
    match hub.channels.find(mask) {
        Some(room) => reply_members(hub, turn, user, room, &manner),
        None if mask.starts_with('#') => {}
        None => reply_matches(hub, turn, user, if mask == "0" { "*" } else { mask }, &manner),
    }
    turn.response.numeric(RPL_ENDOFWHO, &[mask], "End of WHO list");
    Ok(())
}

fn reply_members(hub: &Hub, turn: &mut Turn, asker: UserId, room: RoomId, manner: &Manner<'_>) {
    let channel = &hub.channels[room];
    if !hub.may_see(asker, room) {
        return;
    }
    let is_inside = channel.members.contains_key(&asker);
    let visible =
        channel.members.iter().filter(|(user, _)| is_inside || hub.may_find(asker, **user));
    for (&user, &membership) in visible {
        reply_who(hub, turn, &hub.users[user], Some((channel.name.as_str(), membership)), manner);
    }
}

fn reply_matches(hub: &Hub, turn: &mut Turn, asker: UserId, mask: &str, manner: &Manner<'_>) {
    if let Some(user) = hub.users.find(mask) {
        reply_who(hub, turn, &hub.users[user], None, manner);
        return;
    }
    let whole = Mask::parse(mask).filter(|_| mask.contains(['!', '@']));
    let mask = fold_mask(mask);
    let is_meant = |(id, user): &(UserId, &User)| {
        let is_covered = match &whole {
            Some((_, whole)) => whole.covers(*user),
            None => matches(&mask, user.nick.folded()),
        };
        is_covered && hub.may_find(asker, *id) && manner.takes(user)
    };
    let matching = hub.users.iter().filter(is_meant);
    for (_, user) in matching.take(hub.settings.limits.who_matches) {
        reply_who(hub, turn, user, None, manner);
    }
}

/// `H` is for here and `G` for gone; `*` marks an operator of the server, `B` a program (bot-mode).
fn reply_who(
    hub: &Hub,
    turn: &mut Turn,
    user: &User,
    member: Option<(&str, Membership)>,
    manner: &Manner<'_>,
) {
    if !manner.takes(user) {
        return;
    }
    let all_prefixes = hub.is_enabled(turn.conn, Capability::MultiPrefix);
    let (room, prefix) =
        member.map_or(("*", ""), |(room, membership)| (room, membership.prefix(all_prefixes)));
    let flags = flags(user, prefix);
    if let Some(fields) = &manner.fields {
        return fields.reply(hub, turn, user, room, &flags);
    }
    let words = [room, &user.username, &user.host, &hub.server, user.nick.as_str(), &flags];
    turn.response.numeric(RPL_WHOREPLY, &words, &format!("0 {}", user.realname));
}

/// In the order of modern.ircdocs.horse (`RPL_WHOREPLY`).
fn flags(user: &User, prefix: &str) -> String {
    let here = if user.away.is_some() { "G" } else { "H" };
    let operator = if user.modes.contains('o') { "*" } else { "" };
    let bot = if user.modes.contains('B') { "B" } else { "" };
    format!("{here}{operator}{prefix}{bot}")
}

/// The last parameter is the nick, the first of several (ISUPPORT `TARGMAX`); one before it names a server, or somebody who is on
/// it, and there is only this. The end comes whatever was wrong, with the nicks as they were sent.
pub(super) fn handle_whois(
    hub: &mut Hub,
    turn: &mut Turn,
    asker: UserId,
    message: &Message<'_>,
) -> Outcome {
    let nicks = message.param(1).or(message.param(0)).filter(|nicks| !nicks.is_empty());
    let nicks = nicks.ok_or_else(Refusal::no_nick_given)?;
    let nick = list_items(nicks).next().unwrap_or(nicks);
    let server = message.param(1).and(message.param(0)).filter(|server| fold(server) != fold(nick));
    let found = hub.check_server(server).and_then(|()| {
        let found = hub.users.find(nick);
        found.ok_or_else(|| Refusal::no_such_nick(nick))
    });
    match found {
        Ok(user) => reply_whois(hub, turn, asker, user),
        Err(refusal) => turn.response.refuse(&refusal),
    }
    turn.response.numeric(RPL_ENDOFWHOIS, &[nicks], "End of WHOIS list");
    Ok(())
}

fn reply_whois(hub: &Hub, turn: &mut Turn, asker: UserId, id: UserId) {
    let user = &hub.users[id];
    let nick = user.nick.as_str();
    let words = [nick, &user.username, &user.host, "*"];
    turn.response.numeric(RPL_WHOISUSER, &words, &user.realname);
    let all_prefixes = hub.is_enabled(turn.conn, Capability::MultiPrefix);
    let known = user.rooms.iter().filter(|&room| hub.may_see_in(asker, id, room));
    let rooms = known.map(|room| {
        let channel = &hub.channels[room];
        let prefix = channel.members[&id].prefix(all_prefixes);
        Cow::Owned(format!("{prefix}{}", channel.name.as_str()))
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
    reply_whois_values(hub, turn, id);
    if asker == id || hub.is_operator(turn.conn) {
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
