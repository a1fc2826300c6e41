//! Asking about people: WHO and WHOIS.

use std::borrow::Cow;

use majlis_protocol::numeric::{
    RPL_ENDOFWHO, RPL_ENDOFWHOIS, RPL_WHOISCHANNELS, RPL_WHOISIDLE, RPL_WHOISSECURE,
    RPL_WHOISSERVER, RPL_WHOISSPECIAL, RPL_WHOISUSER, RPL_WHOREPLY,
};
use majlis_protocol::{Capability, Message, fold};

use super::{Outcome, Turn};
use crate::event::{Guest, RoomId};
use crate::hub::Hub;
use crate::hub::channel::Membership;
use crate::hub::refusal::Refusal;
use crate::hub::user::{User, UserId};

/// A room's members, or the people whose nick is, or matches, the mask. `0` stands for any, as it always has.
pub(super) fn handle_who(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let mask = message.param(0).unwrap_or_default();
    match hub.channels.find(mask) {
        Some(room) => reply_members(hub, turn, room),
        None if mask.starts_with('#') => {}
        None => reply_matches(hub, turn, if mask == "0" { "*" } else { mask }),
    }
    turn.response.numeric(RPL_ENDOFWHO, &[mask], "End of WHO list");
    Ok(())
}

fn reply_members(hub: &Hub, turn: &mut Turn, room: RoomId) {
    let channel = &hub.channels[room];
    for (&user, &membership) in &channel.members {
        reply_who(hub, turn, &hub.users[user], Some((channel.name.as_str(), membership)));
    }
}

fn reply_matches(hub: &Hub, turn: &mut Turn, mask: &str) {
    if let Some(user) = hub.users.find(mask) {
        reply_who(hub, turn, &hub.users[user], None);
        return;
    }
    let mask = fold(mask);
    let matching = hub.users.iter().filter(|(_, user)| matches_mask(&mask, user.nick.folded()));
    for (_, user) in matching.take(hub.settings.limits.who_matches) {
        reply_who(hub, turn, user, None);
    }
}

/// `H` is for here: nobody can be away.
fn reply_who(hub: &Hub, turn: &mut Turn, user: &User, member: Option<(&str, Membership)>) {
    let all_prefixes = hub.is_enabled(turn.conn, Capability::MultiPrefix);
    let (room, prefix) =
        member.map_or(("*", ""), |(room, membership)| (room, membership.prefix(all_prefixes)));
    let words =
        [room, &user.username, &user.host, &hub.server, user.nick.as_str(), &format!("H{prefix}")];
    turn.response.numeric(RPL_WHOREPLY, &words, &format!("0 {}", user.realname));
}

/// Whether a name matches a mask, in which `*` stands for any text and `?` for any character. Takes time in the product of
/// both lengths at most.
fn matches_mask(mask: &str, name: &str) -> bool {
    let (mask, name): (Vec<char>, Vec<char>) = (mask.chars().collect(), name.chars().collect());
    let (mut m, mut n) = (0, 0);
    // Where the last `*` stood, and how much of the name it stands for so far.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match mask.get(m) {
            Some('*') => {
                star = Some((m, n));
                m += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                m += 1;
                n += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                m = at + 1;
                n = from + 1;
            }
        }
    }
    mask[m..].iter().all(|&c| c == '*')
}

/// The last parameter is the nick; one before it would name a server, and there is only this.
pub(super) fn handle_whois(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let nick = message.param(1).or(message.param(0)).filter(|nick| !nick.is_empty());
    let nick = nick.ok_or_else(Refusal::no_nick_given)?;
    match hub.users.find(nick) {
        Some(user) => reply_whois(hub, turn, user),
        None => turn.response.refuse(&Refusal::no_such_nick(nick)),
    }
    turn.response.numeric(RPL_ENDOFWHOIS, &[nick], "End of WHOIS list");
    Ok(())
}

fn reply_whois(hub: &Hub, turn: &mut Turn, id: UserId) {
    let user = &hub.users[id];
    let nick = user.nick.as_str();
    let words = [nick, &user.username, &user.host, "*"];
    turn.response.numeric(RPL_WHOISUSER, &words, &user.realname);
    let rooms = user.rooms.iter().map(|&room| {
        let channel = &hub.channels[room];
        Cow::Owned(format!("{}{}", channel.members[&id].prefix(true), channel.name.as_str()))
    });
    turn.response.numeric_list(RPL_WHOISCHANNELS, &[nick], rooms);
    turn.response.numeric(RPL_WHOISSERVER, &[nick, &hub.server], &hub.settings.network_name);
    if user.guest == Guest::Plain {
        let text = "is a guest of the plain room; nobody has proved this name";
        turn.response.numeric(RPL_WHOISSPECIAL, &[nick], text);
    }
    if user.encrypted {
        turn.response.numeric(RPL_WHOISSECURE, &[nick], "is using a secure connection");
    }
    let idle_seconds = hub.now.monotonic_ms.saturating_sub(user.spoke_ms) / 1000;
    let signed_on_seconds = user.signed_on.0 / 1000;
    let words = [nick, &idle_seconds.to_string(), &signed_on_seconds.to_string()];
    turn.response.numeric(RPL_WHOISIDLE, &words, "seconds idle, signon time");
}

#[cfg(test)]
mod tests {
    use super::matches_mask;

    #[test]
    fn masks_match_names() {
        for (mask, name) in [
            ("*", ""),
            ("*", "ana"),
            ("a?a", "ana"),
            ("*a*", "zana"),
            ("a*b*c", "axxbxbc"),
            ("نو?", "نور"),
        ] {
            assert!(matches_mask(mask, name), "{mask} {name}");
        }
        for (mask, name) in [("", "a"), ("?", ""), ("a*b", "a"), ("ana", "anas"), ("*x", "ana")] {
            assert!(!matches_mask(mask, name), "{mask} {name}");
        }
    }
}
