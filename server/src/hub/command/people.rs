//! Short questions about people: ISON, USERHOST, WHOWAS.

use std::borrow::Cow;

use majlis_protocol::Message;
use majlis_protocol::numeric::{
    ERR_WASNOSUCHNICK, RPL_ENDOFWHOWAS, RPL_ISON, RPL_USERHOST, RPL_WHOISACCOUNT, RPL_WHOISSERVER,
    RPL_WHOWASUSER,
};

use super::{Outcome, Turn};
use crate::hub::Hub;
use crate::hub::refusal::Refusal;
use crate::hub::user::UserId;

/// As many as one USERHOST asks for.
const USERHOST_MAX: usize = 5;

/// The nicks may come as parameters of their own or in one. Those who are there are told on as many lines as it takes.
pub(super) fn handle_ison(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let asked = message.params().iter().flat_map(|param| param.split(' '));
    let there = asked.filter_map(|nick| hub.users.find(nick));
    let nicks: Vec<_> = there.map(|user| Cow::Borrowed(hub.users[user].nick.as_str())).collect();
    reply_list(turn, RPL_ISON, nicks);
    Ok(())
}

/// `*` marks an operator of the server; `-` stands before who is away, `+` before who is here.
pub(super) fn handle_userhost(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let there = message.params().iter().take(USERHOST_MAX).filter_map(|nick| hub.users.find(nick));
    let entries = there.map(|user| {
        let user = &hub.users[user];
        let operator = if user.modes.contains('o') { "*" } else { "" };
        let here = if user.away.is_some() { '-' } else { '+' };
        let nick = user.nick.as_str();
        Cow::Owned(format!("{nick}{operator}={here}{}@{}", user.username, user.host))
    });
    let entries: Vec<Cow<'_, str>> = entries.collect();
    reply_list(turn, RPL_USERHOST, entries);
    Ok(())
}

/// A list of words, said to be empty where it is.
fn reply_list(turn: &mut Turn, code: &str, words: Vec<Cow<'_, str>>) {
    if words.is_empty() {
        turn.response.numeric(code, &[], "");
    }
    turn.response.numeric_list(code, &[], words);
}

/// A count that is no positive number asks for all.
pub(super) fn handle_whowas(
    hub: &mut Hub,
    turn: &mut Turn,
    _: UserId,
    message: &Message<'_>,
) -> Outcome {
    let nick = message.param(0).filter(|nick| !nick.is_empty());
    let nick = nick.ok_or_else(Refusal::no_nick_given)?;
    let count = message.param(1).and_then(|count| count.parse().ok()).filter(|&count| count > 0);
    let mut is_known = false;
    for past in hub.past.of(nick).take(count.unwrap_or(usize::MAX)) {
        is_known = true;
        let words = [past.nick.as_str(), &past.username, &past.host, "*"];
        turn.response.numeric(RPL_WHOWASUSER, &words, &past.realname);
        let until = past.until.to_string();
        turn.response.numeric(RPL_WHOISSERVER, &[&past.nick, &hub.server], &until);
        if let Some(account) = &past.account {
            let text = "was logged in as";
            turn.response.numeric(RPL_WHOISACCOUNT, &[&past.nick, account], text);
        }
    }
    if !is_known {
        turn.response.numeric(ERR_WASNOSUCHNICK, &[nick], "There was no such nickname");
    }
    turn.response.numeric(RPL_ENDOFWHOWAS, &[nick], "End of WHOWAS");
    Ok(())
}
